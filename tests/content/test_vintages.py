from __future__ import annotations

import pyoxigraph as ox
import pytest

from apecgraph.content.figures import read_figures
from apecgraph.content.folder import default_content
from apecgraph.content.vintages import revisions
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID, compact
from tests.content.test_origins import HEAD

BODY = f"sdmx-attribute:compilingOrg <{ID}body/gacc>"
OTHER = f"sdmx-attribute:compilingOrg <{ID}body/wco>"


def found(**descriptions: str) -> list[tuple[str, str]]:
    """Return the revisions among figures of one cell, each in a source that is described."""
    concepts = default_content() / "ontology" / "concepts.ttl"
    graph = Graph(ox.parse(path=concepts, format=ox.RdfFormat.TURTLE))
    example = default_content() / "data" / "sources" / "chinadailyasia-628497.ttl"
    start = (text := example.read_text(encoding="utf-8")).index(
        "<figure/chinadailyasia-628497/trade-2025>\n"
    )
    figure = text[start : text.index("\n\n", start)].partition("\n")[2]
    for name, described in descriptions.items():
        source = ox.NamedNode(f"{ID}source/{name}")
        turtle = f"{HEAD}<figure/{name}/f>\n{figure}\n{described}"
        for quad in ox.parse(turtle, ox.RdfFormat.TURTLE):
            graph.store.add(ox.Quad(quad.subject, quad.predicate, quad.object, source))
    sources = [f"{ID}source/{name}" for name in descriptions]
    pairs = revisions(read_figures(graph, sources))
    return sorted((compact(later.source), compact(earlier.source)) for later, earlier in pairs)


def source(name: str, issued: str, compiler: str = BODY) -> str:
    return f'<source/{name}> {compiler} ; dcterms:issued "{issued}" .'


def test_a_figure_revises_the_one_that_its_compiler_released_before() -> None:
    assert found(
        a=source("a", "2024-01"), b=source("b", "2025-01-13"), c=source("c", "2026-01")
    ) == [("source/b", "source/a"), ("source/c", "source/b")]


@pytest.mark.parametrize(
    "second",
    [
        source("b", "2024-01-12"),
        source("b", "2025-01-13", OTHER),
        f"<source/b> {BODY} .",
        '<source/b> dcterms:issued "2025-01-13" .',
    ],
    ids=["of the same date", "of another compiler", "without a date", "without a compiler"],
)
def test_there_is_no_revision(second: str) -> None:
    assert found(a=source("a", "2024-01-12"), b=second) == []


def test_dates_of_which_neither_is_known_to_be_earlier_make_no_revision() -> None:
    assert found(a=source("a", "2024"), b=source("b", "2024-01-12")) == []


def test_a_figure_may_name_another_vintage_than_its_source() -> None:
    named = '<figure/b/f> dcterms:issued "2023-12" .'
    assert found(a=source("a", "2024-01-12"), b=f"{named}{source('b', '2026-01-01')}") == [
        ("source/a", "source/b")
    ]
