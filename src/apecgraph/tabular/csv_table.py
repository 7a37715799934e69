"""The table of figures as CSV, and CSVW metadata that describes its columns."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO, TextIOWrapper
from typing import Any, Final

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, DCTERMS, QB, RDF
from apecgraph.tabular.columns import COLUMNS, FIGURE, Column, meaning
from apecgraph.tabular.figures import FigureTable
from apecgraph.tabular.files import FIGURES
from apecgraph.text.numbers import plain_number

# Spreadsheets treat a text that begins with one of these characters as a formula (OWASP, CSV
# Injection), unless the text is a number.
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")


def write_csv(table: FigureTable) -> bytes:
    """Write a table of figures as CSV; see `csv_bytes`."""
    return csv_bytes([column.name for column in COLUMNS], table.rows)


def csv_bytes(names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Write rows as CSV (RFC 4180) in UTF-8.

    If a spreadsheet would treat a text as a formula, an apostrophe is written before the text.

    Args:
        names: The names of the columns.
        rows: The rows; a column that a row lacks is empty.

    Returns:
        The table with a header.
    """
    output = BytesIO()  # a text takes up to four times as much memory
    with TextIOWrapper(output, "utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, names, restval="")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _harmless(value) for name, value in row.items()})
        lines.flush()
        return output.getvalue()


def write_metadata(graph: Graph) -> bytes:
    """Write the description of the table (Metadata Vocabulary for Tabular Data, section 5).

    With this description, a processor can convert the rows to triples of the graph (CSV2RDF).

    Args:
        graph: The dataset of a release.

    Returns:
        JSON.
    """
    metadata = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": FIGURES,
        "dc:title": Labels(graph).text(BASE, f"{DCTERMS}title") or None,
        "dc:license": [{"@id": iri} for iri in graph.values(BASE, f"{DCTERMS}license")],
        "dc:isPartOf": {"@id": BASE},
        "tableSchema": {
            "aboutUrl": f"{{+{FIGURE}}}",
            "primaryKey": FIGURE,
            "columns": list(_schema(graph)),
        },
    }
    return json.dumps(metadata, ensure_ascii=False, indent=2).encode() + b"\n"


def _harmless(text: str) -> str:
    formula = text.startswith(_FORMULA) and plain_number(text) is None
    return f"'{text}" if formula else text


def _schema(graph: Graph) -> Iterator[dict[str, Any]]:
    """Describe the columns, and the class of each row."""
    for column in COLUMNS:
        described = {"name": column.name, "titles": column.name, "datatype": column.datatype}
        described |= _place(column)
        text = meaning(graph, column)
        yield described if text is None else {**described, "dc:description": text}
    yield {
        "name": "type",
        "virtual": True,
        "propertyUrl": f"{RDF}type",
        "valueUrl": f"{QB}Observation",
    }


def _place(column: Column) -> dict[str, Any]:
    """Return the members that tell what triple a cell stands for, and how its text is read."""
    place: dict[str, Any] = {}
    # Processors describe one thing per row, and cannot write texts whose language differs from
    # row to row.
    is_triple = column.property is not None and column.of == FIGURE and column.name != "printed"
    if is_triple:
        place["propertyUrl"] = column.property
    if column.required:
        place["required"] = True
    if column.is_thing:
        # This makes the value an IRI; with datatype anyURI, some processors ignore it.
        place["valueUrl"] = f"{{+{column.name}}}"
    if column.separator is not None:
        place["separator"] = column.separator
    if not is_triple:
        place["suppressOutput"] = True
    return place
