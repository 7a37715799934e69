"""Facets: ways to choose among the rows of a list, each with the number of rows that it keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from apecgraph.errors import MalformedRequest

_MOST_LISTED: Final = 10
"""Number of names that an error lists."""

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, order=True)
class Choice:
    """A value of a facet.

    Attributes:
        label: Its label.
        id: Its name in addresses.
    """

    label: str
    id: str


@dataclass(frozen=True, slots=True)
class FacetOffers:
    """A facet as a page shows it.

    Attributes:
        name: Its name in addresses.
        label: Its label.
        chosen: The chosen value, or None.
        offers: The values that can be chosen, each with its number of rows if all other choices
            stay.
    """

    name: str
    label: str
    chosen: Choice | None
    offers: tuple[tuple[Choice, int], ...]


class Facets(Generic[_Row]):
    """The rows of a list with the values by which they can be chosen.

    Args:
        labels: The labels of the facets, keyed by their names in addresses.
        rows: The rows, each with its values of the facets.
    """

    def __init__(
        self,
        labels: Mapping[str, str],
        rows: Iterable[tuple[_Row, Mapping[str, Sequence[Choice]]]],
    ) -> None:
        self._labels = labels
        self._rows = tuple(rows)

    def check(self, choices: Mapping[str, str]) -> None:
        """Raise MalformedRequest if a choice names no facet, or a value that no row has."""
        for name, value in choices.items():
            if not self._labels:
                raise MalformedRequest("%(name)s: this list cannot be narrowed.", name=name)
            if name not in self._labels:
                known = ", ".join(self._labels)
                raise MalformedRequest(
                    "%(name)s: this list can be narrowed by %(known)s.", name=name, known=known
                )
            values = sorted({each.id for _, of in self._rows for each in of.get(name, ())})
            if value not in values:
                more = ["…"] if len(values) > _MOST_LISTED else []
                raise MalformedRequest(
                    "%(name)s: no row has the value '%(value)s'; there are %(known)s.",
                    name=name,
                    value=value,
                    known=", ".join(values[:_MOST_LISTED] + more),
                )

    def chosen(self, choices: Mapping[str, str]) -> list[_Row]:
        """Return the rows that have all chosen values."""
        return [row for row, values in self._rows if _fits(values, choices)]

    def offers(self, choices: Mapping[str, str]) -> tuple[FacetOffers, ...]:
        """Return the facets that tell rows apart, with the values to choose from."""
        found = []
        for name, label in self._labels.items():
            others = {each: value for each, value in choices.items() if each != name}
            counts = Counter(
                choice
                for _, values in self._rows
                if _fits(values, others)
                for choice in values.get(name, ())
            )
            chosen = next((each for each in counts if each.id == choices.get(name)), None)
            if chosen is not None or len(counts) > 1:
                found.append(FacetOffers(name, label, chosen, tuple(sorted(counts.items()))))
        return tuple(found)


def _fits(values: Mapping[str, Sequence[Choice]], choices: Mapping[str, str]) -> bool:
    return all(
        any(each.id == value for each in values.get(name, ())) for name, value in choices.items()
    )
