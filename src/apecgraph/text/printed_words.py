"""Printed words: a number with its scale, unit, bound, direction, status and measure in words.

The words are data. `ontology/printed-words.ttl` gives each concept (a bound, a unit, a scale, a
direction, a status, a measure, a number) the words that express it, as `skos:hiddenLabel`; a word
that belongs to a language has its tag. In a word, "…" stands for a number that has to be next to
it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID, RDF, SDMX_ATTRIBUTE, SKOS
from apecgraph.text.bound_owners import BREAK, BoundOwners
from apecgraph.text.printed_dates import without_dates
from apecgraph.text.printed_numbers import (
    MOST_DIGITS,
    NUMBER_PATTERN,
    Composition,
    Number,
    Numeral,
    read_digits,
)
from apecgraph.text.printed_ranges import is_between, joined

_SCHEME: Final = f"{ID}scheme/"
BOUNDS: Final = f"{_SCHEME}bounds"
UNITS: Final = f"{_SCHEME}units"
SCALES: Final = f"{_SCHEME}scales"
DIRECTIONS: Final = f"{_SCHEME}directions"
STATUSES: Final = f"{_SCHEME}obs-statuses"
MEASURES: Final = f"{_SCHEME}measures"
NUMBERS: Final = f"{_SCHEME}number-words"
PLAIN: Final = f"{_SCHEME}plain-words"

_WORD: Final = f"{ID}word/"
_RANGE: Final = f"{_WORD}range"
"""Words between the two numbers of a range."""

_REFERENCE: Final = f"{_WORD}reference"
"""Words before a number that the figure is only compared with."""

_BEFORE_YEAR: Final = f"{_WORD}before-year"
_MARKS: Final = frozenset({_RANGE, _REFERENCE, _BEFORE_YEAR})
_DECREASE: Final = f"{ID}direction/decrease"
_NUMBER_PLACE: Final = "…"

# Some converters of right-to-left text write the letter reh as the decimal separator, and the parts
# of a number in visual order: "29ر26" is 26.29.
_REH: Final = re.compile(r"(\d+)ر(\d+)")
_IN_BRACKETS: Final = re.compile(r"\(\s?(\d[\d.,]*\s?%?)\s?\)\s?%?")
"""A negative number as bookkeepers write it."""

_IGNORED: Final = re.compile(r"[\s\[\]\"“”‘’'.。・-]+")
_BREAK: Final = re.compile(r"[(),:;、，；：（）]")
_HAN_AND_KANA: Final = "\u2e80-\u9fff\uf900-\ufaff"
_DIRECTION_MARKS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c")
_SCRIPTS: Final = frozenset({"LATIN", "CYRILLIC", "GREEK"})


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
        faults: What makes the words unreadable, each as the end of a sentence about them.
        language: The language tag of the words; None if it is unknown.
        has_language: Whether the table contains words of the language.
    """

    numbers: tuple[Number, ...]
    bounds: frozenset[str]
    units: frozenset[str]
    directions: frozenset[str]
    statuses: frozenset[str]
    measures: frozenset[str]
    unknown: tuple[str, ...]
    faults: tuple[str, ...] = ()
    language: str | None = None
    has_language: bool = True

    @property
    def candidates(self) -> tuple[Number, ...]:
        """The numbers that may be the figure: all that it is not only compared with."""
        return tuple(each for each in self.numbers if not each.is_reference) or self.numbers

    @property
    def loose_bounds(self) -> frozenset[str]:
        """The bounds that belong to no number in particular."""
        return self.bounds.difference(*(number.bounds for number in self.numbers))

    @property
    def loose_units(self) -> frozenset[str]:
        """The units that belong to no number in particular."""
        return self.units.difference(*(number.units for number in self.numbers))


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
        folded = without_dates(_REH.sub(r"\2.\1", text.strip().casefold()), language)
        reader = _Reader()
        if _IN_BRACKETS.fullmatch(folded):
            reader.found[DIRECTIONS].add(_DECREASE)
        for match in pattern.finditer(folded):
            token = match[0]
            if match.lastgroup == "number":
                reader.digits(token, language)
            elif match.lastgroup == "word":
                reader.word(token, _meant(words, token.strip(), after=reader.is_after_number))
            else:
                reader.other(token)
        reader.close()
        found = reader.found
        numbers, ranges = joined(_without_years(reader.bounded()), found[BOUNDS])
        return PrintedMeaning(
            tuple(numbers),
            frozenset(found[BOUNDS] | ranges),
            frozenset(found[UNITS]),
            frozenset(found[DIRECTIONS]),
            frozenset(found[STATUSES]),
            frozenset(found[MEASURES]),
            tuple(reader.unknown),
            (*_disguises(text), *reader.faults),
            language,
            language is None or language.split("-")[0].casefold() in self._words,
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
        letters = rf"[{_HAN_AND_KANA}]|[^\W\d_{_HAN_AND_KANA}]+"
        return words, re.compile(
            rf"(?P<word>{alternatives})|(?P<number>{NUMBER_PATTERN})|(?P<other>{letters}|.)",
            re.DOTALL,
        )


class _Reader:
    """Puts numbers together from tokens, and attaches units to them.

    A number consists of digits and scale words that directly follow one another. A word for a bound
    may be between digits and their scale: "5+ trillion".
    """

    def __init__(self) -> None:
        self.found: defaultdict[str, set[str]] = defaultdict(set)
        self.numbers: list[Number] = []
        self._places: list[int] = []
        self.unknown: list[str] = []
        self.faults: list[str] = []
        self._open: Composition | None = None
        self._marks: set[str] = set()
        self._open_marks: set[str] = set()
        self._units_before: set[str] = set()
        self._power_before = 0
        self._gap = "break"
        """The text between the last number and the next token."""
        self._bounds = BoundOwners()

    @property
    def is_after_number(self) -> bool:
        """Whether the last token is a part of a number, or the unit of one."""
        return self._gap in ("", "unit")

    def digits(self, token: str, language: str | None) -> None:
        """Read a token of digits."""
        if len(token) > 2 * MOST_DIGITS:
            self.close()
            self._gap = "break"
            self._bounds.apart(BREAK)
            self.faults.append(f"has a number of {len(token)} characters: write fewer digits")
        else:
            self._number(read_digits(token, language))

    def word(self, token: str, concepts: set[_Concept]) -> None:
        """Read a word of the table."""
        if not concepts:
            self.other(token)
            return
        schemes: defaultdict[str, set[str]] = defaultdict(set)
        for concept in concepts:
            schemes[concept.scheme].add(concept.iri)
            self.found[concept.scheme].add(concept.iri)
        numerals = [numeral for concept in concepts for numeral in _spelled(concept)]
        for numeral in numerals:
            self._number(numeral)
        if schemes[BOUNDS]:
            self._bounds.word(schemes[BOUNDS])
        elif not numerals and not schemes[UNITS]:
            self._bounds.apart()
        if schemes[UNITS]:
            self._unit(schemes[UNITS])
        elif _RANGE in schemes[PLAIN]:
            self._gap = "range" if self.is_after_number else "word"
            self._marks.discard(_REFERENCE)
        elif schemes[BOUNDS] and self._gap in ("", "bound"):
            self._gap = "bound"
        elif not numerals:
            self._gap = "break" if self._gap == "break" else "word"
        self._marks |= schemes[PLAIN] & {_REFERENCE, _BEFORE_YEAR}

    def other(self, token: str) -> None:
        """Read a token that is not in the table: spaces, punctuation or an unknown word."""
        if _BREAK.search(token):
            self.close()
            self._gap, self._power_before = "break", 0
            self._units_before, self._marks = set(), set()
            self._bounds.apart(BREAK)
        for word in filter(None, _IGNORED.split(_BREAK.sub(" ", token))):
            is_han = re.fullmatch(f"[{_HAN_AND_KANA}]", word) is not None
            if is_han and self._gap == "unknown":
                self.unknown[-1] += word
            else:
                self.unknown.append(word)
            if not word.isalpha():
                continue
            self._bounds.apart()
            if self._gap == "":
                self.close(next_word=word)
            self._gap, self._power_before, self._units_before = "unknown", 0, set()
            self._marks.discard(_BEFORE_YEAR)

    def close(self, units: set[str] | None = None, next_word: str = "") -> None:
        """End the number to which tokens are being added, if any."""
        composition, self._open = self._open, None
        if composition is None:
            return
        if not composition.is_readable:
            self.faults.append(f"has a number with more than {MOST_DIGITS} digits")
            return
        number = composition.number()
        if _BEFORE_YEAR in self._open_marks and number.may_be_year and not units:
            self._gap = "break"
            return
        self._places.append(self._bounds.place)
        self.numbers.append(
            replace(
                number,
                units=frozenset(self._open_marks - _MARKS or units or ()),
                is_reference=_REFERENCE in self._open_marks,
                ends_range=_RANGE in self._open_marks and bool(self.numbers),
                next_word=next_word,
            )
        )

    def bounded(self) -> list[Number]:
        """Return the numbers, each with the bounds whose words belong to it."""
        owned = self._bounds.owned()
        numbers = [
            replace(number, bounds=frozenset(owned[place]))
            for number, place in zip(self.numbers, self._places, strict=True)
        ]
        for index, place in enumerate(self._places[1:], 1):
            if self._bounds.are_close(place) and is_between(numbers[index - 1], numbers[index]):
                numbers[index] = replace(numbers[index], ends_range=True)
        return numbers

    def _number(self, numeral: Numeral) -> None:
        """Read a part of a number."""
        if numeral.digits is None:
            if self._open is not None and self._gap in ("", "bound"):
                self._open.scale(numeral.power)
                self._bounds.number_goes_on()
                self._gap = ""
            else:
                self._power_before += numeral.power
            return
        if self._open is None or self._gap or not self._open.takes(numeral):
            marks = self._marks | self._units_before | ({_RANGE} if self._gap == "range" else set())
            self.close()
            self._open, self._open_marks = Composition(), marks
            self._marks, self._units_before = set(), set()
            self._bounds.number()
        else:
            self._bounds.number_goes_on()
        self._open.put(numeral)
        if self._power_before:
            self._open.scale(self._power_before)
        self._gap, self._power_before = "", 0

    def _unit(self, units: set[str]) -> None:
        """Attach a unit to the number before it, or keep it for the number after it."""
        if self._open is not None and self._gap in ("", "bound"):
            self.close(units)
            self._gap = "unit"
        elif self._gap == "range":
            self.close()
            self._units_before = units
        elif self._gap in ("unit", "break", "unknown") or not (self._open or self.numbers):
            self._units_before = units
            self._gap = "break" if self._gap == "break" else "word"
        else:
            self.close(units)
            if self.numbers and not self.numbers[-1].units:
                self.numbers[-1] = replace(self.numbers[-1], units=frozenset(units))
            self._gap = "unit"


def _meant(words: Mapping[str, set[_Concept]], token: str, *, after: bool) -> set[_Concept]:
    """Return the concepts of a word that may need a number before or after it."""
    place = _NUMBER_PLACE
    keys = (f"{place}{token}", f"{place}{token}{place}") if after else (f"{token}{place}",)
    return set().union(*(words.get(key, set()) for key in (token, *keys)))


def _spelled(concept: _Concept) -> Iterator[Numeral]:
    if concept.scheme == SCALES and concept.power is not None:
        yield Numeral(power=concept.power)
    elif concept.scheme == NUMBERS and concept.number is not None:
        yield Numeral(concept.number, is_fraction=0 < concept.number < 1, is_word=True)


def _without_years(numbers: list[Number]) -> list[Number]:
    """Leave out the numbers that look like years, if another number has a scale or a unit."""
    if any(number.scaled or number.units for number in numbers):
        return [number for number in numbers if not number.may_be_year]
    return numbers


def _disguises(text: str) -> Iterator[str]:
    """Describe the characters that make words look like others: invisible ones, homoglyphs."""
    for character in sorted(set(text) - _DIRECTION_MARKS):
        if unicodedata.category(character) in ("Cf", "Cc", "Co", "Cn") and not character.isspace():
            name = unicodedata.name(character, "a control character")
            yield f"has an invisible character, U+{ord(character):04X} {name}: remove it"
    for word in re.findall(r"[^\W\d_]+", text):
        scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word} & _SCRIPTS
        if len(scripts) > 1:
            names = " and ".join(sorted(script.capitalize() for script in scripts))
            yield f"has the word '{word}' with letters of {names}: write it in one script"


def _bounded(word: str) -> str:
    """Return a pattern for a word.

    Letters must not precede or follow a word of an alphabet. A sign must precede a number.
    """
    bare = word.strip(_NUMBER_PLACE)
    pattern = re.escape(bare)
    if word.endswith(_NUMBER_PLACE):
        before = "" if word.startswith(_NUMBER_PLACE) else r"(?<![\w])"
        return rf"{before}{pattern}(?=\s?\d)"
    before = r"(?<![^\W\d_])" if _alphabetic(bare[0]) else ""
    after = r"(?![^\W\d_])" if _alphabetic(bare[-1]) else ""
    return f"{before}{pattern}{after}"


def _alphabetic(character: str) -> bool:
    """Return whether spaces separate words in the script of a character."""
    return character.isalpha() and not "\u2e80" <= character <= "\ud7ff"
