"""Things have short codes in SDMX, which are unique in their column."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from apecgraph.errors import ReleaseError
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, SDMX_ATTRIBUTE, SDMX_CODE
from apecgraph.tabular.codes import CODED, Codes, component_id, dataflow
from apecgraph.tabular.figures import FigureTable
from tests.support.figures import figure


def codes(*iris: str, property_: str = f"{APEC}subject") -> dict[str, str]:
    graphs = [figure((property_, ox.NamedNode(iri)), name=str(n)) for n, iri in enumerate(iris)]
    found = Codes(Graph(quad for graph in graphs for quad in graph.quads()))
    return dict(found.of(re.split("[/#]", property_)[-1]))


def test_a_code_is_the_name_without_its_kind() -> None:
    found = codes(f"{ID}economy/CHN", f"{ID}meeting/sccp1-2026")
    assert found == {f"{ID}economy/CHN": "CHN", f"{ID}meeting/sccp1-2026": "sccp1-2026"}


def test_equal_names_have_their_kinds_in_front() -> None:
    found = codes(f"{ID}group/asia-pacific", f"{ID}place/asia-pacific", f"{ID}body/apec")
    assert sorted(found.values()) == ["apec", "group_asia-pacific", "place_asia-pacific"]


def test_codes_of_sdmx_are_kept() -> None:
    status = f"{SDMX_CODE}obsStatus-F"
    assert codes(status, property_=f"{SDMX_ATTRIBUTE}obsStatus") == {status: "F"}


@pytest.mark.parametrize("name", ["a/b", "ä", "a.b", "a b"])
def test_a_code_has_only_characters_of_identifiers(name: str) -> None:
    (code,) = codes(f"{ID}thing/{name}".replace(" ", "%20")).values()
    assert re.fullmatch("[A-Za-z0-9_@$-]+", code)


def test_two_things_with_one_code_are_refused() -> None:
    message = "thing/a.b and .*/thing/a_b have the same code in SDMX: rename one"
    with pytest.raises(ReleaseError, match=message):
        codes(f"{ID}thing/a_b", f"{ID}thing/a.b")


def test_only_things_of_figures_have_codes() -> None:
    graph = figure((f"{APEC}subject", ox.Literal("no thing")))
    other = ox.NamedNode(f"{ID}statement/x")
    graph.store.add(
        ox.Quad(other, ox.NamedNode(f"{APEC}subject"), ox.NamedNode(f"{ID}economy/CHN"))
    )
    assert Codes(graph).of("subject") == {}


def test_codes_of_the_release_are_unique(table: FigureTable) -> None:
    for column in CODED:
        found = table.source.codes.of(column.name)
        assert len(set(found.values())) == len(found)
        assert {row[column.name] for row in table.rows} - {""} == set(found)


@pytest.mark.parametrize(
    ("name", "identifier"),
    [("obsValue", "OBS_VALUE"), ("reporter", "REPORTER"), ("statedIn", "STATED_IN")],
)
def test_components_are_named_as_in_sdmx(name: str, identifier: str) -> None:
    assert component_id(name) == identifier


def test_a_dataset_is_a_dataflow() -> None:
    assert dataflow(f"{ID}dataset/trade") == "APECGRAPH:TRADE(1.0)"
    assert dataflow(f"{ID}dataset/expectations/trade") == "APECGRAPH:EXPECTATIONS_TRADE(1.0)"
