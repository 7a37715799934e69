"""The dimensions of the data cube, and the cells that they span."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from apecgraph.rdf.namespaces import APEC


@dataclass(frozen=True, slots=True)
class Cell:
    """What a figure measures, without who says it: figures of one cell can be compared.

    The fields are the dimensions of the cube, each an IRI or None if it does not apply, in the
    order of `ontology/cube.ttl`. Code that deals with all dimensions reads them from here: to add
    one, declare it there and add a field.
    """

    reporter: str | None
    counterpart: str | None
    flow: str | None
    coverage: str | None
    subject: str | None
    measure: str
    period: str
    base_period: str | None
    unit: str

    @classmethod
    def of(cls, read_value: Callable[[str], str | None]) -> Cell:
        """Read a cell.

        Args:
            read_value: Returns the value of a property, given by its IRI, or None if it has none.

        Returns:
            The cell.

        Raises:
            LookupError: A dimension that every cell has is missing.
        """
        values: dict[str, Any] = {
            name: read_value(property_) for name, property_ in DIMENSIONS.items()
        }
        if any(values[name] is None for name in REQUIRED_DIMENSIONS):
            raise LookupError("a required dimension is missing")
        return cls(**values)

    def values(self) -> Iterator[tuple[str, str]]:
        """Return the dimensions that apply, as pairs of the IRIs of property and value."""
        for name, property_ in DIMENSIONS.items():
            value = getattr(self, name)
            if value is not None:
                yield property_, value


DIMENSIONS: Final[Mapping[str, str]] = {
    field.name: APEC + re.sub("_(.)", lambda match: match[1].upper(), field.name)
    for field in fields(Cell)
}
"""The IRI of the property of each dimension, by the field of a cell."""

REQUIRED_DIMENSIONS: Final = frozenset(field.name for field in fields(Cell) if field.type == "str")
"""The dimensions that every figure has, as fields of a cell."""


def dimensions(*first: str, without: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the dimensions in an order for people.

    Args:
        *first: The dimensions that come first; all others follow in the order of the cube.
        without: The dimensions that are left out.

    Returns:
        The names of the dimensions.
    """
    left_out = set(without)
    return tuple(name for name in dict.fromkeys((*first, *DIMENSIONS)) if name not in left_out)
