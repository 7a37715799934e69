"""Samples: rows of tables that stand for all rows when shapes are applied.

Rows of a table have one form, which their reader enforces, so a shape accepts or refuses rows that
agree in the things below alike. pyshacl takes milliseconds for each figure; a sample of each kind
of row keeps the check fast for tables of any length.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any, Final

from apecgraph.content.cube import Cell
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import Content
from apecgraph.content.table_rows import Table
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCAT, ID, RDF, SKOS
from apecgraph.rdf.terms import term_text

_COMPARED: Final = (
    *("dataSet", "flow", "coverage", "measure", "currency", "valuation"),
    *("unitMeasure", "unitMult", "decimals", "bound", "issued"),
)
"""The columns whose values the shapes of figures compare with each other."""

_THINGS: Final = ("reporter", "counterpart", "period", "basePeriod")
"""The columns of whose values the shapes ask only what kind of thing they are."""

_KINDS: Final = (f"{RDF}type", f"{SKOS}inScheme")


def unsampled(content: Content, evidence: Evidence) -> frozenset[str]:
    """Find the rows of tables that need not be held against the shapes one by one.

    Args:
        content: The content.
        evidence: The evidence in it.

    Returns:
        IRIs of the figures for which others stand.
    """
    if not content.tables:
        return frozenset()
    cells = {figure.iri: figure.cell for figure in evidence.figures}
    kinds = cache(lambda thing: _kinds(evidence.graph, f"{ID}{thing}"))
    seen: set[Hashable] = set()
    left: set[str] = set()
    for table in content.tables:
        extremes = _extremes(table, evidence.graph)
        stated: set[Cell] = set()
        for name, row in table.rows.items():
            figure = table.iri(name)
            cell = cells.get(figure)
            features: set[Hashable] = {
                (table.source, *(row[column] for column in _COMPARED), bool(row["printed"])),
                (row["period"] if row["basePeriod"] else "", row["basePeriod"]),
                (row["reporter"] == row["counterpart"],),
                *((column, kinds(row[column])) for column in _THINGS),
            }
            repeated = cell is None or cell in stated
            if features <= seen and name not in extremes and not repeated:
                left.add(figure)
            seen |= features
            if cell is not None:
                stated.add(cell)
    return frozenset(left)


def without(content: Content, figures: Collection[str]) -> Content:
    """Return the content without some of the rows of its tables."""
    tables = {table.path for table in content.tables}
    return replace(
        content,
        files=tuple(
            replace(
                file,
                triples=tuple(
                    triple for triple in file.triples if term_text(triple.subject) not in figures
                ),
            )
            if file.path in tables
            else file
            for file in content.files
        ),
    )


def _kinds(graph: Graph, thing: str) -> Hashable:
    """Return the classes and schemes of a thing; for one that is not described, the thing."""
    kinds = frozenset(
        (property_, value) for property_ in _KINDS for value in graph.values(thing, property_)
    )
    return kinds or thing


def _extremes(table: Table, graph: Graph) -> frozenset[str]:
    """Return the rows with the smallest and the largest numbers, and that of the last period."""
    end = cache(lambda period: graph.value(f"{ID}{period}", f"{DCAT}endDate") or "")
    found: dict[Hashable, tuple[Any, str]] = {}
    for name, row in table.rows.items():
        number = Decimal(row["obsValue"]).scaleb(int(row["unitMult"]))
        kind = tuple(row[column] for column in ("dataSet", "measure", "unitMeasure", "bound"))
        for key, rank in (
            ((*kind, "least"), -number),
            ((*kind, "greatest"), number),
            ("end", end(row["period"])),
        ):
            if key not in found or rank > found[key][0]:
                found[key] = rank, name
    return frozenset(name for _, name in found.values())
