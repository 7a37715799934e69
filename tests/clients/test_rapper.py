"""rapper, of the Raptor library in C, on documents and dumps."""

from __future__ import annotations

import re
import subprocess

import pyoxigraph as ox
import pytest

from apecgraph.release.release import Release

PAGES = ("economy/CHN", "shape/figure")
PARSERS = {"ttl": "turtle", "nt": "ntriples", "rdf": "rdfxml", "trig": "trig", "nq": "nquads"}


def rapper(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["rapper", *arguments], capture_output=True, text=True, timeout=60, check=True
    )


def count(*arguments: str) -> int:
    """Return the number of triples that rapper reads; it may print nothing else."""
    report = rapper("-c", *arguments).stderr
    assert "Error" not in report
    assert "Warning" not in report
    found = re.search(r"returned (\d+) triple", report)
    assert found, report
    return int(found[1])


def canonical(text: str) -> set[str]:
    dataset = ox.Dataset(ox.parse(text.encode(), ox.RdfFormat.N_TRIPLES))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


@pytest.mark.parametrize("extension", PARSERS)
def test_a_dump_is_read_completely(server: str, extension: str, release: Release) -> None:
    expected = release.quads if extension in ("trig", "nq") else release.triples
    url = f"{server}/dumps/apecgraph.{extension}"
    assert count("-i", PARSERS[extension], url) == expected
    if extension != "trig":  # which it takes for Turtle
        assert count("-g", url) == expected


@pytest.mark.parametrize("page", PAGES)
def test_a_document_is_one_graph_in_every_format(server: str, page: str) -> None:
    expected = canonical(rapper("-q", "-i", "ntriples", f"{server}/doc/{page}.nt").stdout)
    assert len(expected) > 10
    for extension, parser in list(PARSERS.items())[:3]:
        for url in (f"{server}/doc/{page}.{extension}", f"{server}/id/{page}"):
            assert canonical(rapper("-q", "-i", parser, url).stdout) == expected, url
    for url in (f"{server}/id/{page}", f"{server}/doc/{page}"):
        assert canonical(rapper("-q", "-g", url).stdout) == expected, url


def test_the_service_description_is_read(server: str) -> None:
    assert count("-g", f"{server}/sparql") > 10
