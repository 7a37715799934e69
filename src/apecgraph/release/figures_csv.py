"""The figures as a table: CSV, and CSVW metadata that describes its columns."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

import pyoxigraph as ox

from apecgraph.content.cube import DIMENSIONS, REQUIRED_DIMENSIONS, UNIT, local_name
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import (
    ADMS,
    APEC,
    BASE,
    DCAT,
    DCTERMS,
    QB,
    RDF,
    RDFS,
    SDMX_ATTRIBUTE,
    SDMX_MEASURE,
)
from apecgraph.rdf.terms import Term
from apecgraph.text.numbers import plain_number

FIGURES: Final = "figures.csv"
METADATA: Final = f"{FIGURES}-metadata.json"
"""The name under which processors look for metadata (Model for Tabular Data, section 5.3)."""

# Spreadsheets treat a text that begins with one of these characters as a formula (OWASP, CSV
# Injection), unless the text is a number.
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: a property of the figure, or of the thing in another column.

    Attributes:
        name: Its name, which is the local name of the property.
        property: The IRI of the property.
        datatype: The CSVW datatype, or None if the values are things with an IRI and a label.
        required: Whether every row has a value.
        of: The column with the subject of the property.
    """

    name: str
    property: str
    datatype: str | None = None
    required: bool = False
    of: str = "figure"


def _dimension_columns() -> Iterator[_Column]:
    for name, property_ in DIMENSIONS.items():
        yield _Column(local_name(property_), property_, required=name in REQUIRED_DIMENSIONS)
        if name == "period":
            yield _Column("startDate", f"{DCAT}startDate", "date", of="period")
            yield _Column("endDate", f"{DCAT}endDate", "date", of="period")


_COLUMNS: Final = (
    _Column("identifier", f"{DCTERMS}identifier", "string"),
    _Column("dataSet", f"{QB}dataSet"),
    *_dimension_columns(),
    _Column("value", f"{APEC}value", "decimal", required=True),
    _Column("lower", f"{APEC}lower", "decimal"),
    _Column("upper", f"{APEC}upper", "decimal"),
    _Column("bound", f"{APEC}bound", required=True),
    _Column("unitMeasure", UNIT, required=True),
    _Column("obsValue", f"{SDMX_MEASURE}obsValue", "decimal", required=True),
    _Column("rangeEnd", f"{APEC}rangeEnd", "decimal"),
    _Column("unitMult", f"{SDMX_ATTRIBUTE}unitMult", "integer", required=True),
    _Column("decimals", f"{SDMX_ATTRIBUTE}decimals", "integer", required=True),
    _Column("obsStatus", f"{SDMX_ATTRIBUTE}obsStatus"),
    _Column("basePer", f"{SDMX_ATTRIBUTE}basePer"),
    _Column("statedIn", f"{APEC}statedIn", required=True),
    _Column("status", f"{ADMS}status", required=True),
)


def write_figures(graph: Graph, figures: Iterable[str] | None = None) -> bytes:
    """Write figures as CSV (RFC 4180), one row per figure, in the order of their IRIs.

    If a spreadsheet would treat a text as a formula, an apostrophe is written before the text.

    Args:
        graph: The dataset of a release, which includes rejected figures.
        figures: The IRIs of the figures to write; None writes all.

    Returns:
        The table in UTF-8.
    """
    if figures is None:
        figures = graph.subjects(f"{RDF}type", f"{QB}Observation")
    labels = Labels(graph)
    output = StringIO()
    names = [column["name"] for column in _schema(graph) if "virtual" not in column]
    writer = csv.DictWriter(output, names)
    writer.writeheader()
    for iri in sorted(figures):
        row = _row(graph, labels, iri)
        writer.writerow({name: _harmless(value) for name, value in row.items()})
    return output.getvalue().encode()


def write_metadata(graph: Graph) -> bytes:
    """Write the description of the table (Metadata Vocabulary for Tabular Data, section 5).

    With this description, a processor can convert the rows to triples of the graph (CSV2RDF).
    """
    metadata = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": FIGURES,
        "dc:title": graph.value(BASE, f"{DCTERMS}title"),
        "dc:license": [{"@id": iri} for iri in graph.values(BASE, f"{DCTERMS}license")],
        "dc:isPartOf": {"@id": BASE},
        "tableSchema": {
            "aboutUrl": "{+figure}",
            "primaryKey": "figure",
            "columns": list(_schema(graph)),
        },
    }
    return json.dumps(metadata, ensure_ascii=False, indent=2).encode() + b"\n"


def _row(graph: Graph, labels: Labels, iri: str) -> dict[str, str]:
    row = {"figure": iri}
    for column in _COLUMNS:
        value = _value(graph, row[column.of], column)
        row[column.name] = value
        if column.datatype is None:
            label = labels.label(value) if value else None
            row[f"{column.name}Label"] = "" if label is None else label.value
    for text in _objects(graph, iri, f"{APEC}printed"):
        if isinstance(text, ox.Literal):
            row |= {"printed": text.value, "language": text.language or ""}
    row["decision"] = " ".join(graph.values(iri, f"{APEC}decision"))
    return row


def _value(graph: Graph, subject: str, column: _Column) -> str:
    """Return the value of a thing in a column (an IRI or text), or an empty string."""
    kind = ox.NamedNode if column.datatype is None else ox.Literal
    terms = _objects(graph, subject, column.property)
    return next((term.value for term in terms if isinstance(term, kind)), "")


def _objects(graph: Graph, subject: str, property_: str) -> list[Term]:
    return sorted(graph.objects(subject, property_), key=str) if subject else []


def _harmless(text: str) -> str:
    formula = text.startswith(_FORMULA) and plain_number(text) is None
    return f"'{text}" if formula else text


def _schema(graph: Graph) -> Iterator[dict[str, Any]]:
    """Describe the columns, the columns of labels, and the class of each row."""
    yield _described("figure", "string", "IRI of the figure", required=True, suppressOutput=True)
    for column in _COLUMNS:
        comment = graph.value(column.property, f"{RDFS}comment")
        place: dict[str, Any] = {"propertyUrl": column.property}
        if column.required:
            place["required"] = True
        if column.of != "figure":
            place = {"suppressOutput": True}  # processors describe one thing per row
        if column.datatype is None:
            # This makes the value an IRI; with datatype anyURI, some processors ignore it.
            place["valueUrl"] = f"{{+{column.name}}}"
        yield _described(column.name, column.datatype or "string", comment, **place)
        if column.datatype is None:
            label = f"Label of the {column.name}, in English if available"
            yield _described(f"{column.name}Label", "string", label, suppressOutput=True)
    # CSV2RDF cannot write texts whose language differs from row to row.
    printed = graph.value(f"{APEC}printed", f"{RDFS}comment")
    yield _described("printed", "string", printed, suppressOutput=True)
    yield _described("language", "string", "Language of the printed text", suppressOutput=True)
    yield _described(
        "decision",
        "anyURI",
        "The decisions on the figure",
        separator=" ",
        suppressOutput=True,
    )
    yield {
        "name": "type",
        "virtual": True,
        "propertyUrl": f"{RDF}type",
        "valueUrl": f"{QB}Observation",
    }


def _described(name: str, datatype: str, comment: str | None, **members: Any) -> dict[str, Any]:
    column = {"name": name, "titles": name, "datatype": datatype, **members}
    return column if comment is None else {**column, "dc:description": comment}
