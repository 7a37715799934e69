"""The columns of the table of figures, which all its formats share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from apecgraph.content.cube import DIMENSIONS, REQUIRED_DIMENSIONS, UNIT, local_name
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import (
    ADMS,
    APEC,
    DCAT,
    DCTERMS,
    QB,
    RDFS,
    SDMX_ATTRIBUTE,
    SDMX_MEASURE,
)

FIGURE: Final = "figure"
"""The column with the IRI of the figure, which identifies the row."""

_PERIOD: Final = "period"

_MOST_DIGITS: Final = 15
"""Binary numbers of 64 bits, which spreadsheets and JavaScript calculate with, keep 15 digits."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: a property of the figure, or of the thing in another column.

    Attributes:
        name: Its name; the local name of the property, if it has one.
        property: The IRI of the property, or None.
        datatype: The datatype of its values in CSVW: string, decimal, integer, date or anyURI.
        required: Whether every row has a value.
        of: The column with the subject of the property, or with the thing that a label names.
        is_thing: Whether the values are IRIs of things. The column of their labels follows.
        is_label: Whether the values are the labels of the things in another column.
        separator: What separates the values of a cell that may have several.
        comment: Its description, if the property has none.
    """

    name: str
    property: str | None = None
    datatype: str = "string"
    required: bool = False
    of: str = FIGURE
    is_thing: bool = False
    is_label: bool = False
    separator: str | None = None
    comment: str | None = None


def meaning(graph: Graph, column: Column) -> str | None:
    """Return the description of a column: that of its property, or its own."""
    if column.comment is None and column.property is not None:
        return Labels(graph).text(column.property, f"{RDFS}comment") or None
    return column.comment


def typed(column: Column, text: str) -> str | int | float | date | list[str] | None:
    """Read a cell as a value of the datatype of its column.

    Args:
        column: The column.
        text: The cell as text.

    Returns:
        The value, or None if the cell is empty. A number that a binary number of 64 bits would
        change remains text.
    """
    if column.separator is not None:
        return text.split(column.separator) if text else []
    if not text:
        return None
    if column.datatype in ("decimal", "integer"):
        number = Decimal(text)
        digits = number.normalize().as_tuple().digits
        if len(digits) > _MOST_DIGITS:
            return text
        return int(number) if number == number.to_integral_value() else float(number)
    return date.fromisoformat(text) if column.datatype == "date" else text


def _things(name: str, property_: str, *, required: bool = False) -> Iterator[Column]:
    yield Column(name, property_, required=required, is_thing=True)
    comment = f"Label of the {name}, in English if available"
    yield Column(f"{name}Label", of=name, is_label=True, comment=comment)


def _dimensions(names: Iterable[str]) -> Iterator[Column]:
    for name in names:
        property_ = DIMENSIONS[name]
        yield from _things(local_name(property_), property_, required=name in REQUIRED_DIMENSIONS)


COLUMNS: Final = (
    Column(FIGURE, required=True, comment="IRI of the figure"),
    Column("value", f"{APEC}value", "decimal", required=True),
    *_things("unitMeasure", UNIT, required=True),
    *_dimensions([_PERIOD]),
    Column("startDate", f"{DCAT}startDate", "date", of=_PERIOD),
    Column("endDate", f"{DCAT}endDate", "date", of=_PERIOD),
    *_dimensions(name for name in DIMENSIONS if name != _PERIOD),
    Column("identifier", f"{DCTERMS}identifier"),
    *_things("dataSet", f"{QB}dataSet"),
    Column("lower", f"{APEC}lower", "decimal"),
    Column("upper", f"{APEC}upper", "decimal"),
    *_things("bound", f"{APEC}bound", required=True),
    Column("obsValue", f"{SDMX_MEASURE}obsValue", "decimal", required=True),
    Column("rangeEnd", f"{APEC}rangeEnd", "decimal"),
    Column("unitMult", f"{SDMX_ATTRIBUTE}unitMult", "integer", required=True),
    Column("decimals", f"{SDMX_ATTRIBUTE}decimals", "integer", required=True),
    *_things("obsStatus", f"{SDMX_ATTRIBUTE}obsStatus"),
    *_things("basePer", f"{SDMX_ATTRIBUTE}basePer"),
    *_things("statedIn", f"{APEC}statedIn", required=True),
    *_things("status", f"{ADMS}status", required=True),
    Column("printed", f"{APEC}printed"),
    Column("language", comment="Language of the printed text"),
    Column(
        "decision",
        datatype="anyURI",
        separator=" ",
        comment="The decisions on the figure",
    ),
)
"""The columns: the number, its unit and its period first, since people read them first."""
