"""The table of figures as JSON."""

from __future__ import annotations

import json
from datetime import date

from apecgraph.rdf.namespaces import BASE, DCAT, DCTERMS
from apecgraph.tabular.columns import COLUMNS, typed
from apecgraph.tabular.figures import FigureTable


def write_json(table: FigureTable) -> bytes:
    """Write a table of figures as JSON: an object with the release and the rows as objects.

    Args:
        table: The table.

    Returns:
        JSON in UTF-8. Empty cells are null; see `typed` for the others.
    """
    graph = table.source.graph
    document = {
        "title": graph.value(BASE, f"{DCTERMS}title"),
        "release": graph.value(BASE, f"{DCAT}version"),
        "license": graph.values(BASE, f"{DCTERMS}license"),
        "figures": [
            {column.name: _plain(typed(column, row[column.name])) for column in COLUMNS}
            for row in table.rows
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
