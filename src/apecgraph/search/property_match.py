"""Conditions of a reconciliation query: the values that a property should have.

The Reconciliation Service API 0.2 (section 4.1) calls these conditions `properties`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

import pyoxigraph as ox
from rapidfuzz import fuzz

from apecgraph.errors import MalformedRequest
from apecgraph.rdf.namespaces import XSD
from apecgraph.rdf.terms import Term
from apecgraph.search.entities import Entities, Entity
from apecgraph.search.identifiers import canonical_identifier
from apecgraph.text.dates import DATE_DATATYPES, iso_date
from apecgraph.text.folding import fold, spellings
from apecgraph.text.numbers import plain_number

ConditionValue: TypeAlias = str | int | float | bool

EXACT: Final = 100.0
"""The score of equal values."""

ALIKE: Final = 99.0
"""The highest score of values that are similar but not equal."""


_DATED: Final = DATE_DATATYPES | {f"{XSD}dateTime"}


@dataclass(frozen=True, slots=True)
class PropertyCondition:
    """The values that a property should have; a value that is an entity is an id or an IRI."""

    property: str
    values: tuple[ConditionValue, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A condition, parsed: the id of the property and the values."""

    property: str
    values: tuple[_Wanted, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A wanted value in all compared forms; `entities` has the ids of the entities it names."""

    text: str
    folded: str
    spellings: frozenset[str]
    number: Decimal | None
    date: str | None
    entities: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Had:
    """A value of a property.

    Attributes:
        text: The value as text.
        names: Its names, folded; of a literal, the text.
        spellings: The keys of the folded text.
        number: The number that it is, if it is one.
        date: The year, month, day or time that it is, if it is one.
        entity: The id of a value that is an entity.
        iri: A value that is another IRI.
    """

    text: str
    names: tuple[str, ...]
    spellings: frozenset[str]
    number: Decimal | None = None
    date: str | None = None
    entity: str | None = None
    iri: str | None = None


class PropertyMatcher:
    """Compares the values of entities with conditions.

    Args:
        entities: The entities.
        exact: Returns the ids of the entities that a text names.
    """

    def __init__(self, entities: Entities, exact: Callable[[str], frozenset[str]]) -> None:
        self._entities = entities
        self._exact = exact
        self._had: dict[tuple[str, str], tuple[_Had, ...]] = {}

    def read(self, condition: PropertyCondition) -> Wanted:
        """Parse a condition; raise MalformedRequest if the property is unknown."""
        property_ = self._entities.property(condition.property)
        if property_ is None:
            raise MalformedRequest(f"there is no property {condition.property!r}")
        values = []
        for value in condition.values:
            text = str(value).lower() if isinstance(value, bool) else str(value).strip()
            number = Decimal(text) if type(value) in (int, float) else plain_number(text)
            folded = fold(text)
            values.append(
                _Wanted(text, folded, spellings(folded), number, iso_date(text), self._exact(text))
            )
        return Wanted(property_.id, tuple(values))

    def fulfilled(self, entity: Entity, wanted: Wanted) -> float:
        """Return the score of an entity's values: the mean of the best scores of wanted values."""
        if wanted.property not in entity.facts or not wanted.values:
            return 0.0
        key = entity.id, wanted.property
        had = self._had.get(key)
        if had is None:
            # Folding takes longer than comparing, and a batch compares the same values repeatedly.
            had = self._had[key] = tuple(map(self._read, entity.facts[wanted.property]))
        best = [max(_alike(one, each) for each in had) for one in wanted.values]
        return sum(best) / len(best)

    def _read(self, term: Term) -> _Had:
        if isinstance(term, ox.NamedNode):
            entity = self._entities.entity(term.value)
            if entity is None:
                return _Had(term.value, (), frozenset(), iri=canonical_identifier(term.value))
            return _Had(term.value, entity.spellings, frozenset(), entity=entity.id)
        text = term.value if isinstance(term, ox.Literal) else str(term)
        folded = fold(text)
        dated = isinstance(term, ox.Literal) and term.datatype.value in _DATED
        return _Had(
            text,
            (folded,),
            spellings(folded),
            number=None if dated else plain_number(text),
            date=iso_date(text) if dated else None,
        )


def _alike(wanted: _Wanted, had: _Had) -> float:
    if wanted.text == had.text:
        return EXACT
    if had.iri is not None:
        return EXACT if canonical_identifier(wanted.text) == had.iri else 0.0
    if had.date is not None and wanted.date is not None:
        return _same_date(wanted.date, had.date)
    if had.number is not None and wanted.number is not None:
        return EXACT if wanted.number == had.number else 0.0
    if had.entity in wanted.entities or not wanted.spellings.isdisjoint(had.spellings):
        return EXACT
    return min(ALIKE, max((fuzz.ratio(wanted.folded, each) for each in had.names), default=0.0))


def _same_date(wanted: str, had: str) -> float:
    """Compare two dates to the precision of the coarser one.

    A value within the wanted year or month fulfils the condition. A value that is less precise than
    the wanted one may be another date.
    """
    if had.startswith(wanted):
        return EXACT
    return ALIKE if wanted.startswith(had) else 0.0
