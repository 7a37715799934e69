"""The table of figures as JSON."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO

from apecgraph.rdf.labels import Labels
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
    about = {
        "title": Labels(graph).text(BASE, f"{DCTERMS}title") or None,
        "release": graph.value(BASE, f"{DCAT}version"),
        "license": graph.values(BASE, f"{DCTERMS}license"),
    }
    output = BytesIO()
    output.write(f'{_json(about)[:-1]}, "figures": ['.encode())
    separator = "\n"
    for row in table.rows:
        values = {column.name: typed(column, row[column.name]) for column in COLUMNS}
        output.write(f"{separator}{_json(values)}".encode())
        separator = ",\n"
    output.write(b"\n]}\n")
    return output.getvalue()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=date.isoformat)
