"""The number, unit and bound of a new figure, read from its printed words.

The editor gives the values that the words do not express. Nothing is guessed: if the words are
ambiguous, or contradict the values that the editor gives, the entry is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from apecgraph.consistency.printed_edit_rule import EXACT_BOUND, ROUNDED_BOUND
from apecgraph.errors import EntryRefused
from apecgraph.intervals import decimal_text
from apecgraph.printable import shortened
from apecgraph.rdf.namespaces import ID, compact
from apecgraph.text.numbers import plain_number, spelled
from apecgraph.text.printed_numbers import Number
from apecgraph.text.printed_words import PrintedMeaning

_DECREASE: Final = f"{ID}direction/decrease"
_COUNTED: Final = frozenset(f"{ID}unit/{name}" for name in ("count", "day", "ordinal"))
"""Units whose plain numbers are exact."""

_MOST_POWER: Final = 18
_MOST_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class EnteredNumber:
    """A number as it is entered.

    Attributes:
        observed: The observed value.
        multiplier: The power of ten of the unit multiplier.
        decimals: The number of decimals.
    """

    observed: Decimal
    multiplier: int
    decimals: int


def read_number(
    printed: PrintedMeaning | None,
    given: tuple[str, str, str],
    unit: str,
    *,
    is_growth: bool,
    in_percent: bool,
    in_money: bool,
) -> EnteredNumber:
    """Return the number of a figure.

    Args:
        printed: The meaning of the printed words; None without words.
        given: The observed value, the multiplier and the decimals that the editor gives; an
            empty text for a value that the printed words express.
        unit: The IRI of the unit.
        is_growth: Whether the words may say that something falls.
        in_percent: Whether the unit is percent, so that "half" is 50.
        in_money: Whether the unit is a currency: then a number without a scale word, as in the
            cell of a table, needs a multiplier, because few values are in single units.

    Returns:
        The number.

    Raises:
        EntryRefused: The words have no number or several, or the given number cannot be read.
    """
    numbers = () if printed is None else printed.numbers
    observed, multiplier, decimals = given
    if observed:
        value = plain_number(observed)
        if value is None:
            raise EntryRefused(f"obsValue: '{observed}' is not a plain number, such as 26.29")
        power = _count("unitMult", multiplier) if multiplier else _power(numbers, value)
        places = _count("decimals", decimals) if decimals else len(observed.partition(".")[2])
        return EnteredNumber(value, power, places)
    number = _only_number(printed, unit)
    falls = is_growth and printed is not None and printed.directions == {_DECREASE}
    if number.is_fraction:
        if not in_percent:
            raise EntryRefused("the printed words contain a fraction, but the unit is not percent")
        return EnteredNumber(number.value.scaleb(2).normalize() + 0, 0, 0)
    if not number.scaled:
        if in_money and not multiplier:
            word = number.next_word
            raise EntryRefused(
                f"the table of printed words lacks '{word}', which may be a scale: give "
                f"--unit-mult (unitMult), the power of ten, after you add '{word}' to "
                "ontology/printed-words.ttl"
                if word
                else "the printed words contain no scale, such as trillion: give --unit-mult "
                "(unitMult), the power of ten"
            )
        places = max(0, -number.coarsest.adjusted())
        plain = EnteredNumber(number.value, _count("unitMult", multiplier or "0"), places)
        return replace(plain, observed=-plain.observed) if falls else plain
    power = number.value.adjusted() // 3 * 3 if number.value else 0
    entered = EnteredNumber(
        number.value.scaleb(-power).normalize(),
        power,
        max(0, power - number.coarsest.adjusted()),
    )
    if multiplier and _count("unitMult", multiplier) != power:
        raise EntryRefused(
            f"unitMult: the printed words express {power}: leave it out, or give --obs-value "
            "(obsValue)"
        )
    if decimals and _count("decimals", decimals) != entered.decimals:
        raise EntryRefused(
            f"decimals: the printed words have {entered.decimals}: leave it out, or give "
            "--obs-value (obsValue)"
        )
    return EnteredNumber(-entered.observed if falls else entered.observed, power, entered.decimals)


def read_unit(printed: PrintedMeaning | None, given: str | None, units: Collection[str]) -> str:
    """Return the unit of a figure.

    Args:
        printed: The meaning of the printed words; None without words.
        given: The unit that the editor gives, if any.
        units: The units of the measure.

    Returns:
        The IRI of the unit.

    Raises:
        EntryRefused: The unit is not clear.
    """
    if given is not None:
        return given
    printed_units = frozenset[str]() if printed is None else printed.units
    read = printed_units & set(units) if printed_units else set(units)
    if len(read) == 1:
        return next(iter(read))
    names = ", ".join(sorted(map(compact, read or units)))
    if not read:
        found = " and ".join(sorted(map(compact, printed_units)))
        raise EntryRefused(f"the printed words have {found}, but figures of the measure {names}")
    if printed_units:
        raise EntryRefused(
            f"the printed words have {len(read)} units, {names}: give --unit-measure "
            "(unitMeasure), or enter the words of each number apart"
        )
    raise EntryRefused(
        "the unit is not in the printed words: give --unit-measure (unitMeasure), which is one of "
        f"{names}"
    )


def read_bound(printed: PrintedMeaning | None, given: str | None, unit: str) -> str:
    """Return the bound of a figure: a plain number is rounded, or exact if things are counted.

    Args:
        printed: The meaning of the printed words; None without words.
        given: The bound that the editor gives, if any.
        unit: The IRI of the unit.

    Returns:
        The IRI of the bound.

    Raises:
        EntryRefused: The words express several bounds, or have a word that may be a bound.
    """
    if given is not None:
        return given
    said = frozenset[str]() if printed is None else _bounds(printed, unit)
    if len(said) == 1:
        return next(iter(said))
    if said:
        names = " and ".join(sorted(map(compact, said)))
        raise EntryRefused(f"the printed words express {names}: give the bound")
    if printed is not None and printed.unknown:
        words = ", ".join(f"'{word}'" for word in printed.unknown)
        raise EntryRefused(
            f"the table of printed words lacks {words}, which may be a bound or a direction: leave "
            "out of --printed what does not belong to the number, add the words to "
            "ontology/printed-words.ttl, or, if they are neither, give --bound"
        )
    return EXACT_BOUND if unit in _COUNTED else ROUNDED_BOUND


def _bounds(printed: PrintedMeaning, unit: str) -> frozenset[str]:
    """Return the bounds of the printed number; of several, of the only one with a unit."""
    numbers = _in_unit(printed, unit)
    return numbers[0].bounds | printed.loose_bounds if len(numbers) == 1 else printed.bounds


def _in_unit(printed: PrintedMeaning, unit: str) -> list[Number]:
    """Return the numbers that may be the figure; those with its unit, if there are any."""
    return [each for each in printed.candidates if unit in each.units] or [*printed.candidates]


def _only_number(printed: PrintedMeaning | None, unit: str) -> Number:
    """Return the printed number; of several, the only one with a unit."""
    numbers = [] if printed is None else _in_unit(printed, unit)
    if len(numbers) != 1:
        listed = ", ".join(spelled(number.value) for number in numbers)
        found = f"{len(numbers)} numbers, {listed}" if numbers else "no number that can be read"
        raise EntryRefused(
            f"the printed words contain {found}: give --obs-value (obsValue)"
            + (", or leave out of --printed all but one" if numbers else "")
        )
    return numbers[0]


def number_words(number: EnteredNumber) -> str:
    """Write an entered number for people: "26.29 × 10^12, 2 decimals"."""
    scale = f" × 10^{number.multiplier}" if number.multiplier else ""
    plural = "" if number.decimals == 1 else "s"
    return f"{decimal_text(number.observed)}{scale}, {number.decimals} decimal{plural}"


def _power(numbers: Collection[Number], value: Decimal) -> int:
    """Return the multiplier with which an observed value is one of the printed numbers."""
    for number in numbers:
        for power in range(_MOST_POWER + 1) if number.scaled else ():
            if number.value == abs(value).scaleb(power):
                return power
    return 0


def _count(name: str, text: str) -> int:
    if not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise EntryRefused(f"{name}: '{shortened(text)}' is not a whole number")
    return int(text)
