"""What the build derives conforms to shapes: cells, series, estimates and contradictions."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.check.conformance import check_data
from apecgraph.content.folder import CELLS_GRAPH, DERIVED_GRAPH
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ADMS, APEC, ID, PROV, QB, RDF, RDFS, SDMX_DIMENSION

SHAPES = Path(__file__).parent / "derived_shapes.ttl"


@pytest.fixture(scope="module")
def derived(graph: Graph) -> list[ox.Triple]:
    quads = (
        quad for name in (CELLS_GRAPH, DERIVED_GRAPH) for quad in graph.named_graph(name).quads()
    )
    return [quad.triple for quad in quads]


def faults(tmp_path: Path, triples: list[ox.Triple]) -> set[str]:
    data = tmp_path / "derived.nt"
    data.write_bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
    return {str(result.path or "") for result in check_data(SHAPES, data).results}


def test_the_derived_things_conform(derived: list[ox.Triple], tmp_path: Path) -> None:
    assert faults(tmp_path, derived) == set()


@pytest.mark.parametrize(
    ("class_", "property_"),
    [
        *(
            (f"{APEC}Cell", property_)
            for property_ in (
                f"{ADMS}status",
                f"{APEC}origin",
                f"{APEC}period",
                f"{APEC}value",
                f"{PROV}wasDerivedFrom",
                f"{QB}dataSet",
                f"{RDFS}label",
                f"{SDMX_DIMENSION}freq",
            )
        ),
        (f"{APEC}Estimate", f"{APEC}restsOn"),
        (f"{APEC}Contradiction", f"{APEC}violates"),
    ],
)
def test_a_thing_without_a_property_does_not_conform(
    derived: list[ox.Triple], tmp_path: Path, class_: str, property_: str
) -> None:
    kind = ox.NamedNode(f"{RDF}type")
    thing = next(
        each.subject
        for each in derived
        if (each.predicate, each.object) == (kind, ox.NamedNode(class_))
    )
    left = [
        each
        for each in derived
        if (each.subject, each.predicate) != (thing, ox.NamedNode(property_))
    ]
    assert faults(tmp_path, left) == {property_}


def test_a_cell_does_not_rest_on_a_figure_of_another(
    derived: list[ox.Triple], tmp_path: Path
) -> None:
    basis = ox.NamedNode(f"{PROV}wasDerivedFrom")
    cell = next(each.subject for each in derived if each.predicate == basis)
    wrong = ox.Triple(cell, basis, ox.NamedNode(f"{ID}figure/nobody/x"))
    assert faults(tmp_path, [*derived, wrong]) == {basis.value}
