"""Figures that a test makes."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID, QB, RDF

SOURCE: Final = ox.NamedNode(f"{ID}source/x")

FORMULAS: Final = (
    '=HYPERLINK("https://example.org","click")',
    "=1+1",
    "+1.9%",
    "-10 percent",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "－1",
    "-1e3",
    "+",
)
"""Texts that a spreadsheet would take for a formula."""


def figure(*values: tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal], name: str = "x") -> Graph:
    """Return a graph with one figure that has only the given values."""
    iri = ox.NamedNode(f"{ID}figure/{name}")
    triples = [(iri, ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{QB}Observation"))]
    quads = [ox.Quad(*each, SOURCE) for each in triples]
    quads += [ox.Quad(iri, ox.NamedNode(property_), value, SOURCE) for property_, value in values]
    return Graph(quads)


def csv_rows(text: str) -> list[dict[str, str]]:
    """Read CSV, with or without a byte order mark."""
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))
