"""The records of sources: two tables of one file are two sources."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.check.records import misrecorded
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import SOURCE_PREFIX, Content, ContentFile
from apecgraph.content.table_rows import Table
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import SCHEMA
from apecgraph.rdf.terms import triples_about

ADDRESS = "https://example.org/trade.xlsx"
EXPORTS, IMPORTS = "sheet=Exports;row=8;column=2", "sheet=Imports;row=8;column=2"


def messages(places: dict[str, str | None]) -> list[str]:
    """Check sources of one address; those with a place are tables of the cell there."""
    path = Path("source.ttl")
    files = [
        ContentFile(
            path, ox.NamedNode(source), tuple(triples_about(source, (f"{SCHEMA}url", ADDRESS)))
        )
        for source in (f"{SOURCE_PREFIX}{name}" for name in places)
    ]
    tables = [
        Table(path, name, {"a": {"locator": place}}, {"a": 2}, "en")
        for name, place in places.items()
        if place is not None
    ]
    content = Content(Path(), tuple(files), tuple(tables))
    return [each.message for each in misrecorded(content, Evidence(Graph(()), (), (), ()))]


def test_tables_of_one_file_share_its_address() -> None:
    assert messages({"exports": EXPORTS, "imports": IMPORTS}) == []


@pytest.mark.parametrize(
    "places",
    [
        {"exports": EXPORTS, "again": EXPORTS},
        {"exports": EXPORTS, "article": None},
        {"imports": IMPORTS, "exports": EXPORTS, "again": EXPORTS},
    ],
    ids=["the same cell", "an article", "a third table"],
)
def test_a_source_that_is_entered_twice_is_reported(places: dict[str, str | None]) -> None:
    (message,) = messages(places)
    assert message == f"the address {ADDRESS} is that of source/exports: give it its own"
