"""The edit rule "as printed": a figure has the number that its printed words express."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from apecgraph.content.cube import RATIO
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure
from apecgraph.intervals import decimal_text
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, SDMX_ATTRIBUTE, SDMX_MEASURE, compact
from apecgraph.text.numbers import spelled
from apecgraph.text.printed_numbers import Number, decimal_separator
from apecgraph.text.printed_words import PrintedMeaning, PrintedWords

EXACT_BOUND: Final = f"{ID}bound/exact"
ROUNDED_BOUND: Final = f"{ID}bound/rounded"
CONVERTED_BOUND: Final = f"{ID}bound/converted"
_NEEDS_NO_WORD: Final = frozenset((EXACT_BOUND, ROUNDED_BOUND, CONVERTED_BOUND))
_DIRECTION: Final = f"{ID}direction/"
_CORRECT_BOUND: Final = (
    "correct the bound, or add apec:inferred apec:bound if the rest of the text says it"
)
_HUNDRED: Final = Decimal(100)
_LENGTH_OF_YEAR: Final = 4
_MANY_DIGITS: Final = 20
"""Characters of a number from which on the words are read, which may refuse it."""


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """The values that an editor entered for a figure.

    Attributes:
        observed: The observed value.
        multiplier: The power of ten of the unit multiplier.
        decimals: The number of decimals.
        bound: The IRI of the bound.
        unit: The IRI of the unit.
        range_end: The second number of a range, or None.
        is_growth: Whether the figure is a rate of growth, which has a direction.
        status: The IRI of the status, or None.
        measures: The IRIs of the measure and of what it is the growth of.
        inferred: The IRIs of the properties whose values the printed words do not express.
    """

    observed: Decimal
    multiplier: int
    decimals: int
    bound: str
    unit: str
    range_end: Decimal | None = None
    is_growth: bool = False
    status: str | None = None
    measures: frozenset[str] = frozenset()
    inferred: frozenset[str] = frozenset()


def entered(evidence: Evidence, figure: Figure) -> FigureEntry:
    """Return the values that an editor entered for a figure."""
    graph = evidence.graph.named_graph(figure.source)
    multiplier, decimals = (
        int(graph.required_value(figure.iri, f"{SDMX_ATTRIBUTE}{name}"))
        for name in ("unitMult", "decimals")
    )
    return FigureEntry(
        figure.observed,
        multiplier,
        decimals,
        figure.bound,
        figure.unit,
        None if (end := graph.value(figure.iri, f"{APEC}rangeEnd")) is None else Decimal(end),
        has_direction(evidence.graph, figure.cell.measure, figure.unit),
        figure.status,
        measures(evidence.graph, figure.cell.measure),
        frozenset(graph.values(figure.iri, f"{APEC}inferred")),
    )


def has_direction(graph: Graph, measure: str, unit: str) -> bool:
    """Return whether a figure is a rate of growth, which is negative if something falls."""
    return unit != RATIO and graph.has(measure, f"{APEC}growthOf")


def measures(graph: Graph, measure: str) -> frozenset[str]:
    """Return the IRIs of a measure and of what it is the growth of."""
    return frozenset([measure, *graph.iris(measure, f"{APEC}growthOf")])


def misread(printed: PrintedMeaning, entry: FigureEntry) -> Iterator[str]:
    """Compare an entry with what its printed words express.

    Args:
        printed: What the words express. Words that express nothing about a part of the entry, such
            as its unit, leave that part open.
        entry: What the editor entered.

    Yields:
        Each difference, as the end of a sentence about the printed words.
    """
    yield from printed.faults
    if printed.unknown and not printed.has_language:
        yield (
            f"is in '{printed.language}', and the table of printed words has no words of this "
            "language: add its words for numbers, units and bounds to ontology/printed-words.ttl"
        )
    yield from _number(printed, entry)
    yield from _direction(printed, entry)
    yield from _bound(printed, entry)
    yield from _status(printed, entry)
    if printed.measures and printed.measures.isdisjoint(entry.measures):
        yield f"says {_names(printed.measures)}, but the figure is of {_names(entry.measures)}"


def is_printed_in_digits(figure: Figure, graph: Graph) -> bool:
    """Return whether the printed words are the entered number and nothing else, as in tables.

    The words then express nothing that could differ. Most figures are such, so that it is faster
    not to read them.

    Args:
        figure: The figure.
        graph: The dataset of the content.

    Returns:
        True for "1,361" and "14.8"; False for "2024", which may be a year, and for signs.
    """
    printed, observed = figure.printed, figure.observed
    if printed is None or printed.value not in (f"{observed:f}", f"{observed:,f}"):
        return False
    stated_by = graph.named_graph(figure.source)
    decimals = len(printed.value.partition(".")[2])
    return (
        _LENGTH_OF_YEAR != len(printed.value) <= _MANY_DIGITS
        and observed >= 0
        and figure.bound in _NEEDS_NO_WORD
        and decimal_separator(printed.language) == "."
        and stated_by.values(figure.iri, f"{SDMX_ATTRIBUTE}decimals") == [str(decimals)]
        and not stated_by.has(figure.iri, f"{APEC}rangeEnd")
    )


def compare_printed(evidence: Evidence, words: PrintedWords) -> Iterator[tuple[Figure, str, str]]:
    """Yield each figure that differs from its printed words, with the words and the difference."""
    for figure in evidence.figures:
        if figure.printed is not None and not is_printed_in_digits(figure, evidence.graph):
            printed = words.read(figure.printed.value, figure.printed.language)
            try:
                differences = list(misread(printed, entered(evidence, figure)))
            except ArithmeticError as error:  # one figure must not hide the errors of the others
                differences = [f"cannot be compared with the figure ({type(error).__name__})"]
            for difference in differences:
                yield figure, figure.printed.value, difference


def _number(printed: PrintedMeaning, entry: FigureEntry) -> Iterator[str]:
    if f"{SDMX_MEASURE}obsValue" in entry.inferred:
        return
    if not printed.numbers:
        yield (
            "has no number that can be read: write the words with their number, or add a number "
            "word to ontology/printed-words.ttl"
        )
        return
    if entry.range_end is not None:
        yield from _number(printed, replace(entry, observed=entry.range_end, range_end=None))
    matching = [number for number in printed.candidates if _is_entered(number, printed, entry)]
    if not matching:
        yield _wrong_number(printed, entry)
        return
    if not any(_has_unit(number, printed, entry) for number in matching):
        units = matching[0].units or printed.units
        yield f"has the unit {_names(units)}, but the figure has {compact(entry.unit)}"
    elif not any(_has_decimals(number, entry) for number in matching):
        yield _wrong_decimals(matching[0], entry)
    unknown = sorted({number.next_word for number in matching if not number.scaled} - {""})
    if entry.multiplier and unknown and len(unknown) == len(matching):
        yield (
            f"has the word '{unknown[0]}' after the number, which the table of printed words lacks "
            "and which may be a scale: add it to ontology/printed-words.ttl, or correct it"
        )
    is_told = EXACT_BOUND in printed.bounds
    if entry.bound == EXACT_BOUND and not is_told and all(each.scaled for each in matching):
        yield "has a scale word, so it is not exact: write <bound/rounded>"


def _wrong_number(printed: PrintedMeaning, entry: FigureEntry) -> str:
    """Return why no number of the words is the figure, with the number that is most like it."""
    candidates = printed.candidates
    alike = [number for number in candidates if entry.unit in number.units]
    number = (alike or [each for each in candidates if each.scaled] or [*candidates])[0]
    value = entry.observed.scaleb(entry.multiplier) if number.scaled else entry.observed
    only_compared = set(printed.numbers) - set(candidates)
    if any(_is_entered(each, printed, entry) for each in only_compared):
        return (
            f"says {spelled(number.value)}, and only compares it with {spelled(value)}: if the "
            "figure is the second number, cut apec:printed down to it"
        )
    return f"says {spelled(number.value)}, but the figure is {spelled(value)}"


def _is_entered(number: Number, printed: PrintedMeaning, entry: FigureEntry) -> bool:
    """Return whether a printed number is the entered one.

    The scale of a table is outside of its cells, so a number without a scale word has any
    multiplier, unless another number in the words has a scale word.
    """
    value = abs(entry.observed)
    if number.is_fraction:
        digit = Decimal(1).scaleb(-entry.decimals)
        return abs(value - number.value * _HUNDRED) < digit
    if number.scaled or any(each.scaled for each in printed.numbers):
        value = value.scaleb(entry.multiplier)
    return number.value == value


def _has_unit(number: Number, printed: PrintedMeaning, entry: FigureEntry) -> bool:
    """Return whether a printed number may have the unit of an entry."""
    if number.units:
        return entry.unit in number.units
    return len(printed.numbers) > 1 or not printed.units or entry.unit in printed.units


def _has_decimals(number: Number, entry: FigureEntry) -> bool:
    """Return whether the last decimal of an entry is one of the significant printed digits."""
    if number.is_fraction:
        return True
    digit = Decimal(1).scaleb((entry.multiplier if number.scaled else 0) - entry.decimals)
    if entry.bound == ROUNDED_BOUND:
        return number.finest <= digit <= number.coarsest
    return entry.decimals == 0 or number.finest <= digit  # only the bound determines the interval


def _wrong_decimals(number: Number, entry: FigureEntry) -> str:
    scale = entry.multiplier if number.scaled else 0
    finest, coarsest = (scale - end.adjusted() for end in (number.finest, number.coarsest))
    if finest < 0:
        digits = number.value.normalize()
        scale = digits.adjusted() // 3 * 3
        text = decimal_text(digits.scaleb(-scale))
        decimals = max(0, scale - number.finest.adjusted())
        return (
            "has zeros that only fill up the number, so they are not significant: write it as "
            f"{text} with sdmx-attribute:unitMult {scale} and sdmx-attribute:decimals {decimals}"
        )
    wanted = f"{finest}" if finest == coarsest else f"{coarsest} to {finest}"
    return f"has {wanted} decimals, but sdmx-attribute:decimals is {entry.decimals}"


def _direction(printed: PrintedMeaning, entry: FigureEntry) -> Iterator[str]:
    if not entry.is_growth or len(printed.directions) != 1:
        return
    (direction,) = printed.directions
    falls = direction == f"{_DIRECTION}decrease"
    if entry.observed and falls != (entry.observed < 0):
        sign = "negative" if entry.observed < 0 else "positive"
        yield f"says {compact(direction)}, but the figure is {sign}"


def _bound(printed: PrintedMeaning, entry: FigureEntry) -> Iterator[str]:
    numbers = [each for each in printed.candidates if _is_entered(each, printed, entry)]
    own = [each.bounds | printed.loose_bounds for each in numbers if entry.range_end is None]
    said = frozenset[str]().union(*own) if own else printed.bounds
    may_be_plain = not all(own) and entry.bound in _NEEDS_NO_WORD
    if entry.bound in said or entry.bound == CONVERTED_BOUND or may_be_plain:
        return
    if said:
        yield f"says {_names(said)}, but the figure has {compact(entry.bound)}"
        return
    is_inferred = f"{APEC}bound" in entry.inferred
    others = [each for each in printed.numbers if entry.bound in each.bounds]
    if others and not is_inferred:
        yield (
            f"says {compact(entry.bound)} of {spelled(others[0].value)}, not of this number: "
            f"{_CORRECT_BOUND}"
        )
        return
    has_words = printed.units or printed.directions or any(each.scaled for each in printed.numbers)
    is_fraction = any(number.is_fraction for number in printed.numbers)
    told = entry.bound in _NEEDS_NO_WORD or entry.range_end is not None
    needs_word = has_words and not told and not is_fraction
    if needs_word and not printed.unknown and not is_inferred:
        yield f"has no word for {compact(entry.bound)}: {_CORRECT_BOUND}"


def _status(printed: PrintedMeaning, entry: FigureEntry) -> Iterator[str]:
    if printed.statuses and entry.status not in printed.statuses:
        has = "no sdmx-attribute:obsStatus" if entry.status is None else compact(entry.status)
        yield f"says {_names(printed.statuses)}, but the figure has {has}"


def _names(iris: Collection[str]) -> str:
    return " or ".join(sorted(map(compact, iris)))
