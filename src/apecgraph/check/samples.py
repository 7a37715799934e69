"""Samples: rows of tables that stand for all rows when shapes are applied.

Rows of a table have one form, which their reader enforces, so a shape accepts or refuses rows that
agree in the things below alike. pyshacl takes milliseconds for each figure; a sample of each kind
of row keeps the check fast for tables of any length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any, Final

from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import Content
from apecgraph.content.table_rows import Row
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCAT, ID, OWL, PROV, RDF, SKOS
from apecgraph.rdf.terms import term_text

_COMPARED: Final = (
    *("dataSet", "flow", "coverage", "measure", "currency", "valuation"),
    *("unitMeasure", "unitMult", "decimals", "bound", "issued"),
)
"""The columns whose values the shapes of figures compare with each other."""

_THINGS: Final = ("reporter", "counterpart", "subject", "period", "basePeriod")
"""The columns of whose values the shapes of figures ask only what kind of thing they are."""

_TARGETS: Final = ("reporter", "counterpart", "subject")
"""Those of these columns whose values have shapes of their own."""

_KINDS: Final = (f"{RDF}type", f"{SKOS}inScheme", f"{OWL}deprecated")


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
    described, named = _mentioned(content, evidence.graph)
    kinds = cache(lambda thing: _kinds(evidence.graph, f"{ID}{thing}"))
    seen: set[Hashable] = set()
    left: set[str] = set()
    for table in content.tables:
        stated = Counter(cells.get(table.iri(name)) for name in table.rows)
        alike = {
            name: row
            for name, row in table.rows.items()
            if (cell := cells.get(table.iri(name))) is not None
            and stated[cell] == 1
            and table.iri(name) not in described
        }
        extremes = _extremes(alike, evidence.graph)
        for name, row in alike.items():
            features: set[Hashable] = {
                (
                    table.source,
                    *(row[column] for column in _COMPARED),
                    *(kinds(row[column]) for column in _THINGS),
                    _places(row["obsValue"]),
                    (bool(row["printed"]), bool(row["printed"].strip())),
                    row["locator"].rpartition("row=")[0],
                ),
                (row["period"] if row["basePeriod"] else "", row["basePeriod"]),
                *((column, row[column]) for column in _TARGETS),
            }
            figure = table.iri(name)
            if features <= seen and name not in extremes and figure not in named:
                left.add(figure)
            seen |= features
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


def _mentioned(content: Content, graph: Graph) -> tuple[frozenset[str], frozenset[str]]:
    """Return the things that Turtle files describe, and those that files or revisions name."""
    tables = {table.path for table in content.tables}
    triples = [
        triple for file in content.files if file.path not in tables for triple in file.triples
    ]
    named = {term_text(triple.object) for triple in triples}
    named |= {term_text(quad.object) for quad in graph.quads(None, f"{PROV}wasRevisionOf")}
    return frozenset(term_text(triple.subject) for triple in triples), frozenset(named)


def _places(number: str) -> int:
    """Return how many decimal places a number needs."""
    return len(number.partition(".")[2].rstrip("0"))


def _extremes(rows: Mapping[str, Row], graph: Graph) -> frozenset[str]:
    """Return the rows with the smallest and the largest numbers, and that of the last period."""
    end = cache(lambda period: graph.value(f"{ID}{period}", f"{DCAT}endDate") or "")
    found: dict[Hashable, tuple[Any, str]] = {}
    for name, row in rows.items():
        number = Decimal(row["obsValue"]).scaleb(int(row["unitMult"]))
        kind = tuple(
            row[column] for column in ("dataSet", "flow", "measure", "unitMeasure", "bound")
        )
        for key, rank in (
            ((*kind, "least"), -number),
            ((*kind, "greatest"), number),
            ("end", end(row["period"])),
        ):
            if key not in found or rank > found[key][0]:
                found[key] = rank, name
    return frozenset(name for _, name in found.values())
