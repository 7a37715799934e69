"""The dimensions of the data cube, and the cells that these dimensions identify."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, get_type_hints

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, SDMX_ATTRIBUTE, SDMX_DIMENSION


class Cell(NamedTuple):
    """What a figure measures. Figures with the same cell can be compared.

    The fields are the dimensions of the cube, in the order of `ontology/cube.ttl`. Each field is an
    IRI, or None if the dimension does not apply. To add a dimension, declare it in that file and
    add a field: all other code reads the list of dimensions from this class.
    """

    reporter: str | None
    counterpart: str | None
    flow: str | None
    coverage: str | None
    subject: str | None
    measure: str
    period: str
    base_period: str | None
    currency: str
    valuation: str | None

    @classmethod
    def of(cls, read_value: Callable[[str], str | None]) -> Cell:
        """Read a cell.

        Args:
            read_value: Takes the IRI of a property and returns its value, or None if it has none.

        Returns:
            The cell.

        Raises:
            LookupError: A required dimension is missing.
        """
        values: dict[str, Any] = {
            name: read_value(property_) for name, property_ in DIMENSIONS.items()
        }
        if any(values[name] is None for name in REQUIRED_DIMENSIONS):
            raise LookupError("a required dimension is missing")
        return cls(**values)

    def values(self) -> Iterator[tuple[str, str]]:
        """Yield the dimensions that apply, as pairs of a property IRI and a value IRI."""
        for name, property_ in DIMENSIONS.items():
            value = getattr(self, name)
            if value is not None:
                yield property_, value

    def unit(self, graph: Graph) -> str | None:
        """Return the unit of the values of the cell: the unit of its measure, or its currency.

        Args:
            graph: The content, or a release.

        Returns:
            The IRI of the unit; None if the measure is not described.
        """
        unit = graph.value(self.measure, UNIT)
        return self.currency if unit == ANY_CURRENCY else unit


UNIT: Final = f"{SDMX_ATTRIBUTE}unitMeasure"
"""The attribute with the unit of a figure, or of a measure."""

ANY_CURRENCY: Final = f"{ID}unit/currency"
"""The unit of a monetary measure; each figure names its own currency."""

RATIO: Final = f"{ID}unit/ratio"
"""The unit of a multiple of another value."""

PERIOD_NOT_TOLD: Final = f"{ID}period/not-told"
"""The period of a figure if neither its period nor the date of its source is known."""

DIMENSIONS: Final[Mapping[str, str]] = {
    name: (SDMX_DIMENSION if name == "currency" else APEC)
    + re.sub("_(.)", lambda match: match[1].upper(), name)
    for name in Cell._fields
}
"""A dict from the name of each field of `Cell` to the IRI of its property."""

REQUIRED_DIMENSIONS: Final = frozenset(
    name for name, type_ in get_type_hints(Cell).items() if type_ is str
)
"""The names of the fields of `Cell` that every figure must have."""


def local_name(property_: str) -> str:
    """Return the local name of a property: "basePeriod"."""
    return re.split("[/#]", property_)[-1]


def dimensions(*first: str, without: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names of the dimensions in an order that suits readers.

    Args:
        *first: The dimensions that come first; all others follow in the order of the cube.
        without: The dimensions that are left out.

    Returns:
        The names of the dimensions.
    """
    left_out = set(without)
    return tuple(name for name in dict.fromkeys((*first, *DIMENSIONS)) if name not in left_out)
