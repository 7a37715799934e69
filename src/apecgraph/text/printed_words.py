"""Printed words: a number with its scale, unit, bound, direction, status and measure in words.

The words are data. `ontology/printed-words.ttl` gives each concept (a bound, a unit, a scale, a
direction, a status, a measure, a number) the words that express it, as `skos:hiddenLabel`; a word
that belongs to a language has its tag.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

import pyoxigraph as ox
from babel import Locale, UnknownLocaleError

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID, RDF, SDMX_ATTRIBUTE, SKOS

_SCHEME: Final = f"{ID}scheme/"
BOUNDS: Final = f"{_SCHEME}bounds"
UNITS: Final = f"{_SCHEME}units"
SCALES: Final = f"{_SCHEME}scales"
DIRECTIONS: Final = f"{_SCHEME}directions"
STATUSES: Final = f"{_SCHEME}obs-statuses"
MEASURES: Final = f"{_SCHEME}measures"
NUMBERS: Final = f"{_SCHEME}number-words"
PLAIN: Final = f"{_SCHEME}plain-words"

# Some converters of right-to-left text write the letter reh as the decimal separator, and the parts
# of a number in visual order: "29ر26" is 26.29.
_REH: Final = re.compile(r"(\d+)ر(\d+)")
_SEPARATORS: Final = ".,٫٬'’\u00a0\u202f "
_NUMBER: Final = re.compile(r"\d+(?:[.,٫٬'’\u00a0\u202f]\d+)*(?:[\u00a0\u202f ]\d{3}(?!\d))*")
_IGNORED: Final = re.compile(r"[\s()\[\]\"“”‘’'.,;:、。・-]+")
_SIGNS: Final = "+-−"
_BIG: Final = 4
"""A scale word for at least 10 to this power scales the whole preceding group: 兆, 億."""

_LONG: Final = 1000
"""From here on, final zeros of a scaled whole number are not significant: "26,290 billion"."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number among printed words.

    Attributes:
        value: The number in whole units if it has a scale word, or else the digits as printed.
        scaled: Whether a scale word is printed.
        finest: The place value of the last digit that may count as significant.
        coarsest: The place value of the last digit that is certainly significant. It differs from
            `finest` if it is unclear whether final zeros are significant.
        is_fraction: Whether the number is a word for a part of one, such as "half".
    """

    value: Decimal
    scaled: bool
    finest: Decimal
    coarsest: Decimal
    is_fraction: bool = False


@dataclass(frozen=True, slots=True)
class PrintedMeaning:
    """The meaning of printed words.

    Attributes:
        numbers: The numbers, in the order of the words.
        bounds: The IRIs of the bounds that the words express.
        units: The IRIs of the units that the words express.
        directions: The IRIs of the directions that the words express.
        statuses: The IRIs of the statuses that the words express, such as a forecast.
        measures: The IRIs of the measures that the words express, such as a volume.
        unknown: The words that the table does not contain.
    """

    numbers: tuple[Number, ...]
    bounds: frozenset[str]
    units: frozenset[str]
    directions: frozenset[str]
    statuses: frozenset[str]
    measures: frozenset[str]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Concept:
    """A concept that a word expresses, with the scheme of the concept."""

    iri: str
    scheme: str
    power: int | None
    number: Decimal | None


class PrintedWords:
    """Reads printed words with the table in a graph.

    Args:
        graph: Contains the concepts and their hidden labels.
    """

    def __init__(self, graph: Graph) -> None:
        self._words: defaultdict[str, defaultdict[str, set[_Concept]]] = defaultdict(
            lambda: defaultdict(set)
        )
        for scheme in (BOUNDS, UNITS, SCALES, DIRECTIONS, STATUSES, MEASURES, NUMBERS, PLAIN):
            for iri in graph.subjects(f"{SKOS}inScheme", scheme):
                power = graph.value(iri, f"{SDMX_ATTRIBUTE}unitMult")
                number = graph.value(iri, f"{RDF}value")
                concept = _Concept(
                    iri,
                    scheme,
                    None if power is None else int(power),
                    None if number is None else Decimal(number),
                )
                for label in graph.objects(iri, f"{SKOS}hiddenLabel"):
                    if isinstance(label, ox.Literal):
                        self._words[label.language or ""][label.value.casefold()].add(concept)
        self._tables = cache(self._table)

    def read(self, text: str, language: str | None) -> PrintedMeaning:
        """Read the words of a language.

        Args:
            text: The words as printed.
            language: The language tag of the words (BCP 47), or None if it is unknown. Words
                without a language, such as "%", belong to every language.

        Returns:
            What the words express.
        """
        words, pattern = self._tables(language or "")
        text = _REH.sub(r"\2.\1", text.casefold())
        found: defaultdict[str, set[str]] = defaultdict(set)
        numerals: list[_Numeral] = []
        unknown: list[str] = []
        for match in pattern.finditer(text):
            token = match[0]
            if match.lastgroup == "number":
                numerals.append(_digits(token, language))
            elif match.lastgroup == "other":
                unknown += filter(None, _IGNORED.split(token))
            else:
                for concept in words[token]:
                    found[concept.scheme].add(concept.iri)
                    numerals += _spelled(concept)
        return PrintedMeaning(
            tuple(_numbers(numerals)),
            frozenset(found[BOUNDS]),
            frozenset(found[UNITS]),
            frozenset(found[DIRECTIONS]),
            frozenset(found[STATUSES]),
            frozenset(found[MEASURES]),
            tuple(unknown),
        )

    def _table(self, language: str) -> tuple[Mapping[str, set[_Concept]], re.Pattern[str]]:
        """Return the words of a language tag and of its prefixes, and a pattern for all tokens."""
        words: defaultdict[str, set[_Concept]] = defaultdict(set)
        parts = language.split("-")
        for tag in ("", *("-".join(parts[:length]) for length in range(1, len(parts) + 1))):
            for word, concepts in self._words.get(tag, {}).items():
                words[word] |= concepts
        longest_first = sorted(words, key=len, reverse=True)
        alternatives = "|".join(map(_bounded, longest_first)) or r"(?!)"
        return words, re.compile(
            rf"(?P<word>{alternatives})|(?P<number>{_NUMBER.pattern})|(?P<other>[^\W\d_]+|.)",
            re.DOTALL,
        )


@dataclass(frozen=True, slots=True)
class _Numeral:
    """A part of a number: digits, or a power of ten that scales them."""

    digits: Decimal | None = None
    power: int = 0
    is_fraction: bool = False


def _bounded(word: str) -> str:
    """Return a pattern for a word.

    Letters must not precede or follow a word of an alphabet. A sign must precede a number.
    """
    if word in _SIGNS:
        return rf"(?<!\w){re.escape(word)}(?=\s?\d)"
    before = r"(?<![^\W\d_])" if _alphabetic(word[0]) else ""
    after = r"(?![^\W\d_])" if _alphabetic(word[-1]) else ""
    return f"{before}{re.escape(word)}{after}"


def _alphabetic(character: str) -> bool:
    """Return whether spaces separate words in the script of a character."""
    return character.isalpha() and not "\u2e80" <= character <= "\ud7ff"


def _digits(token: str, language: str | None) -> _Numeral:
    """Read digits with the separators of the language, or swap point and comma if they misfit."""
    symbols = _symbols(language)
    for decimal in (symbols, "," if symbols == "." else "."):
        groups = "".join(set(_SEPARATORS) - {decimal})
        if decimal in ".,":
            groups = groups.replace("٫", "")
        whole, _, fraction = token.replace("٫", decimal).rpartition(decimal)
        if not whole:
            whole, fraction = token, ""
        parts = re.split(f"[{re.escape(groups)}]", whole)
        grouped = all(len(part) == 3 for part in parts[1:])
        if grouped and fraction.isdigit() | (not fraction) and decimal not in whole:
            return _Numeral(Decimal("".join(parts) + (f".{fraction}" if fraction else "")))
    return _Numeral(Decimal(re.sub(r"\D", "", token)))


@cache
def _symbols(language: str | None) -> str:
    """Return the decimal separator of a language (CLDR), or a point if it is unknown."""
    try:
        locale = Locale.parse((language or "en").replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return "."
    symbols = locale.number_symbols
    decimal = symbols.get("latn", symbols).get("decimal", ".")
    return str(decimal) if decimal in (".", ",") else "."


def _spelled(concept: _Concept) -> Iterator[_Numeral]:
    if concept.scheme == SCALES and concept.power is not None:
        yield _Numeral(power=concept.power)
    elif concept.scheme == NUMBERS and concept.number is not None:
        yield _Numeral(concept.number, is_fraction=0 < concept.number < 1)


def _numbers(numerals: list[_Numeral]) -> Iterator[Number]:
    """Combine the parts of numbers: "26 兆 2900 億", "21 thousand billion", "trilioni 2"."""
    number = _Composition()
    ahead = 0
    for numeral in numerals:
        if numeral.digits is not None:
            if number.is_complete:
                yield number.number()
                number = _Composition()
            number.put(numeral)
            if ahead:
                number.scale(ahead)
                ahead = 0
        elif number.is_empty:
            ahead += numeral.power
        else:
            number.scale(numeral.power)
    if not number.is_empty:
        yield number.number()


class _Composition:
    """A number that is being put together from digits and scale words."""

    def __init__(self) -> None:
        self._total = self._group = Decimal(0)
        self._pending: Decimal | None = None
        self._digit = Decimal(1)
        self._last_big: int | None = None
        self._scaled = self._has_point = self._is_fraction = False
        self.is_empty = True

    @property
    def is_complete(self) -> bool:
        """Whether the next digits begin another number instead of adding to this number."""
        return self._pending is not None or self._has_point

    def put(self, numeral: _Numeral) -> None:
        """Add digits."""
        assert numeral.digits is not None  # noqa: S101 - checked by the caller
        self.is_empty = False
        self._pending = numeral.digits
        self._digit = Decimal(1).scaleb(min(0, int(numeral.digits.as_tuple().exponent)))
        self._has_point |= self._digit < 1
        self._is_fraction = numeral.is_fraction

    def scale(self, power: int) -> None:
        """Multiply the preceding part of the number by a power of ten."""
        self._scaled = True
        factor = Decimal(10) ** power
        pending = self._group + (self._pending or 0)
        self._digit *= factor
        if power < _BIG:
            # A scale word without digits, as in "thousand billion", multiplies the one before it.
            self._group = (
                self._group + self._pending * factor if self._pending else pending * factor
            )
        elif self._last_big is not None and power < self._last_big:
            self._total, self._group = self._total + pending * factor, Decimal(0)
            self._last_big = power
        else:
            self._total, self._group = (self._total + pending) * factor, Decimal(0)
            self._last_big = power
        self._pending = None

    def number(self) -> Number:
        """Return the number."""
        value = self._total + self._group + (self._pending or 0)
        finest = coarsest = self._digit
        if self._scaled and value / self._digit >= _LONG:
            exponent = value.normalize().as_tuple().exponent
            coarsest = max(self._digit, Decimal(1).scaleb(int(exponent)))
            finest = finest if self._has_point else coarsest
        return Number(value, self._scaled, finest, coarsest, self._is_fraction)
