"""Every IRI that was ever published still resolves: to its document, or to what replaces it.

`published.txt` lists the IRIs of the release of 29 November 2026, one line for each folder: the
folder, then the names in it. Left out are the IRIs that describe one release, such as its files and
its statistics.
"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from apecgraph.rdf.namespaces import BASE

LINES = (Path(__file__).parent / "published.txt").read_text(encoding="utf-8").splitlines()
PUBLISHED = {
    line.split()[0]: [line.split()[0].lstrip("/") + name for name in line.split()[1:]]
    for line in LINES
}


def test_the_list_is_whole() -> None:
    assert sum(map(len, PUBLISHED.values())) > 2300
    for path in ("ontology/unit", "id/figure/seetao/trade-value-2025", "id/economy/CHN"):
        assert path in PUBLISHED[path[: path.rindex("/") + 1]]


@pytest.mark.parametrize("folder", PUBLISHED)
def test_a_published_iri_leads_to_its_document_or_to_its_successor(
    client: httpx.Client, folder: str
) -> None:
    lost = []
    for path in PUBLISHED[folder]:
        answer = client.get(f"/{path}", headers={"Accept": "text/turtle"})
        if answer.status_code == 410:
            successors = answer.json()["available"]
            if successors and all(_resolves(client, each) for each in successors):
                continue
        elif answer.status_code == 200 or _resolves(client, BASE + path):
            continue
        lost.append(f"{path}: {answer.status_code}")
    assert not lost


def _resolves(client: httpx.Client, iri: str) -> bool:
    if not iri.startswith(BASE):
        return True  # a term of another vocabulary
    answer = client.head("/" + iri.removeprefix(BASE), headers={"Accept": "text/turtle"})
    if answer.status_code == 303:
        answer = client.head(answer.headers["location"])
    return answer.status_code == 200
