"""The claims of a release, with their status."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from apecgraph.content.decisions import REJECTED, STANDS, STATUS
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ADMS, ID
from apecgraph.readers.claims import read_claim
from apecgraph.readers.description import describe

STATED = ox.NamedNode(f"{ADMS}status")
UNDECIDED = f"{ID}figure/scio-2022/trade-value-2001"
DISMISSED = f"{ID}figure/seetaoe-258468/trade-2025"


@pytest.mark.parametrize(
    ("claim", "stated", "status"),
    [
        (UNDECIDED, STANDS, STANDS),
        (UNDECIDED, REJECTED, REJECTED),  # as if its source were withdrawn
        (UNDECIDED, None, STANDS),
        (DISMISSED, REJECTED, REJECTED),
        (DISMISSED, None, REJECTED),
    ],
)
def test_the_status_is_stated_or_in_an_older_release_decided(
    graph: Graph, claim: str, stated: str | None, status: str
) -> None:
    store = ox.Store()
    for quad in graph.store:
        if quad.predicate != STATED:
            store.add(quad)
        elif quad.subject.value == claim and stated is not None:
            store.add(ox.Quad(quad.subject, STATED, ox.NamedNode(stated), quad.graph_name))
    read = read_claim(Graph(store), claim)
    assert read is not None
    assert STATUS + read.status == status
    assert read.rejected == (status == REJECTED)
    described = describe(Graph(store), claim)
    assert described is not None
    assert described.rejected == read.rejected
