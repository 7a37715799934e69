from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest

from apecgraph.release.citation import ReleaseCitation
from apecgraph.release.release import Release

HOSTILE = ReleaseCitation(
    "A & B", r"100% {\input{x}}_^~#$", "0" * 16, "2026", "https://example.org/"
)


def test_a_citation_names_the_release_in_each_format(
    client: httpx.Client, release: Release
) -> None:
    for extension in ("txt", "bib", "ris", "json"):
        text = client.get(f"/about/citation.{extension}").raise_for_status().text
        assert f"https://w3id.org/apecgraph/id/release/{release.name}" in text
        assert release.issued in text.replace("/", "-") or extension == "json"
    assert json.loads(text)[0]["issued"] == {
        "date-parts": [[int(each) for each in release.issued.split("-")]]
    }
    assert client.get(f"/id/release/{release.name}").status_code == 303
    assert client.get("/about/citation.exe").status_code == 404


def test_a_thing_is_cited_as_a_part_of_the_release(client: httpx.Client) -> None:
    for extension in ("txt", "bib", "ris", "json"):
        cited = client.get(f"/about/citation.{extension}", params={"of": "economy/PER"})
        assert "https://w3id.org/apecgraph/id/economy/PER" in cited.raise_for_status().text
        assert "Peru" in cited.text
        assert cited.headers["etag"] != client.get(f"/about/citation.{extension}").headers["etag"]
    page = client.get("/doc/economy/PER.html").text
    assert "/about/citation.ris?of=economy/PER" in page
    assert 'data-copy="https://w3id.org/apecgraph/id/economy/PER"' in page


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("of=economy/XXX", 404, "economy/XXX"),
        ("of=", 404, "nothing"),
        ("of=%3Cscript%3E%20%0A", 404, "nothing"),
        ("of=economy/PER&of=economy/CHN", 400, "once"),
        ("iri=economy/PER", 400, "`of`"),
        ("of=%ff", 400, "UTF-8"),
    ],
)
def test_what_cannot_be_cited_or_reported_is_refused(
    client: httpx.Client, query: str, status: int, word: str
) -> None:
    for path in ("/about/citation.bib", "/report"):
        response = client.get(f"{path}?{query}")
        assert response.status_code == status
        assert word in response.json()["detail"]


def test_a_field_of_ris_is_one_line() -> None:
    broken = replace(HOSTILE, part="A\r\nUR  - https://example.org/evil\r\nER  - ")
    assert [line[:2] for line in broken.ris().split("\r\n")].count("UR") == 1
    assert broken.ris().count("ER  - \r\n") == 1


def test_bibtex_is_escaped() -> None:
    entry = HOSTILE.bibtex()
    assert r"author = {{A \& B}}" in entry
    assert r"\input" not in entry
    assert entry.count("{") - entry.count("\\{") == entry.count("}") - entry.count("\\}")


def test_unknown_parts_of_a_citation_are_left_out() -> None:
    bare = ReleaseCitation("", "Title", "0" * 16, "", "https://example.org/")
    assert bare.text() == f"Title. Release {'0' * 16}. https://example.org/"
    assert "author" not in bare.bibtex() + bare.csl()
