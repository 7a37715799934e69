"""jsonld.js on the JSON-LD of documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.release.release import Release
from tests.support.programs import javascript

PAGES = (
    "economy/CHN",
    "figure/chinadailyasia-628497/trade-2025",
    "decision/trade-2025",
    "source/seetao",
    "meeting/sccp1-2026",
    "shape/figure",
)

Canonize = Callable[..., list[str]]


@pytest.fixture
def canonize(server: str) -> Canonize:
    def run(*urls: str) -> list[str]:
        lines = javascript(Path("canonize.mjs"), server, *urls).splitlines()
        return [json.loads(line) for line in lines]

    return run


def canonical(data: bytes) -> list[str]:
    dataset = ox.Dataset(ox.parse(data, ox.RdfFormat.N_TRIPLES))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(f"{quad} ." for quad in dataset)


def test_a_document_is_the_same_graph_in_json_ld_and_n_triples(
    canonize: Canonize, client: httpx.Client, server: str
) -> None:
    graphs = canonize(*(f"{server}/doc/{page}.jsonld" for page in PAGES))
    for page, graph in zip(PAGES, graphs, strict=True):
        data = client.get(f"/doc/{page}.nt").raise_for_status().content
        assert sorted(graph.splitlines()) == canonical(data), page


def test_the_iri_of_a_thing_leads_to_its_json_ld(canonize: Canonize, server: str) -> None:
    thing, document, canonical_ = canonize(
        f"{server}/id/economy/CHN",
        f"{server}/doc/economy/CHN",
        "https://w3id.org/apecgraph/id/economy/CHN",
    )
    assert thing == document == canonical_
    assert "中国" in thing


def test_the_dump_is_read_completely(canonize: Canonize, server: str, release: Release) -> None:
    (graph,) = canonize(f"{server}/dumps/apecgraph.jsonld")
    assert len(graph.splitlines()) == release.triples
