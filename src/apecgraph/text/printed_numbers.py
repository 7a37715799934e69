"""Printed numbers: the digits and the number words of a text, put together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError

NUMBER_PATTERN: Final = r"\d{1,3}(?:[\u00a0\u202f ]\d{3}(?!\d))+(?:[.,٫]\d+)?|\d+(?:[.,٫٬'’]\d+)*"
MOST_DIGITS: Final = 36
"""A number with more digits, with its scale, is not read."""

_SEPARATORS: Final = ".,٫٬'’\u00a0\u202f "
_BIG: Final = 4
"""A scale word for at least 10 to this power scales the whole preceding group: 兆, 億."""

_LONG: Final = 1000
"""From here on, final zeros of a scaled whole number are not significant: "26,290 billion"."""

_YEARS: Final = range(1900, 2101)


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
        units: The IRIs of the units that belong to this number.
        is_reference: Whether the figure is only compared with this number: "from 25 trillion".
        ends_range: Whether a word such as "to" joins it to the number before it.
        power: The power of ten of its scale words, if all of it is scaled by them; otherwise 0.
        next_word: The unknown word that directly follows the number, or an empty string.
        bounds: The IRIs of the bounds whose words belong to this number.
    """

    value: Decimal
    scaled: bool
    finest: Decimal
    coarsest: Decimal
    is_fraction: bool = False
    units: frozenset[str] = frozenset()
    is_reference: bool = False
    ends_range: bool = False
    power: int = 0
    next_word: str = ""
    bounds: frozenset[str] = frozenset()

    @property
    def may_be_year(self) -> bool:
        """Whether the number looks like a year: four digits, without a scale or a unit."""
        return (
            not self.scaled
            and not self.units
            and self.finest == 1
            and self.value in _YEARS
            and self.value == int(self.value)
        )


@dataclass(frozen=True, slots=True)
class Numeral:
    """A part of a number: digits, or a power of ten that scales them.

    Attributes:
        digits: The digits; None for a scale word.
        power: The power of ten of a scale word.
        is_fraction: Whether the digits are a word for a part of one.
        is_word: Whether the digits are a word.
    """

    digits: Decimal | None = None
    power: int = 0
    is_fraction: bool = False
    is_word: bool = False


def read_digits(token: str, language: str | None) -> Numeral:
    """Read digits with the separators of a language, or swap point and comma if they misfit.

    Args:
        token: The digits with their separators.
        language: The language tag; None if it is unknown.

    Returns:
        The numeral.
    """
    symbols = decimal_separator(language)
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
            return Numeral(Decimal("".join(parts) + (f".{fraction}" if fraction else "")))
    return Numeral(Decimal(re.sub(r"\D", "", token)))


@cache
def decimal_separator(language: str | None) -> str:
    """Return the decimal separator of a language (CLDR), or a point if it is unknown."""
    try:
        locale = Locale.parse((language or "en").replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return "."
    symbols = locale.number_symbols
    decimal = symbols.get("latn", symbols).get("decimal", ".")
    return str(decimal) if decimal in (".", ",") else "."


class Composition:
    """A number that is being put together from digits and scale words that follow one another."""

    def __init__(self) -> None:
        self._total = self._group = Decimal(0)
        self._pending: Numeral | None = None
        self._digit = Decimal(1)
        self._last_big: int | None = None
        self._scaled = self._has_point = self._is_fraction = False
        self._power = 0
        self._is_simple = True
        self._is_empty = True

    def takes(self, numeral: Numeral) -> bool:
        """Return whether digits add to this number, instead of beginning another one."""
        assert numeral.digits is not None  # noqa: S101 - callers pass digits
        if self._pending is None:
            return not self._has_point and numeral.is_fraction == self._is_fraction
        before = self._pending.digits or Decimal(0)
        if numeral.is_fraction:  # "two and a half"
            return not self._is_fraction and before == int(before)
        tens = before % 10 == 0 and before % 100 >= 20
        return self._pending.is_word and numeral.is_word and tens and numeral.digits < 10

    def put(self, numeral: Numeral) -> None:
        """Add digits."""
        assert numeral.digits is not None  # noqa: S101 - callers pass digits
        self._is_simple = self._is_empty
        self._is_fraction = numeral.is_fraction and self._is_empty
        self._is_empty = False
        before = (self._pending.digits if self._pending else None) or Decimal(0)
        self._pending = Numeral(before + numeral.digits, is_word=numeral.is_word)
        self._digit = Decimal(1).scaleb(min(0, int(numeral.digits.as_tuple().exponent)))
        self._has_point |= self._digit < 1

    def scale(self, power: int) -> None:
        """Multiply the preceding part of the number by a power of ten."""
        self._scaled = True
        self._is_fraction = False
        self._power += power
        if self._power > MOST_DIGITS:
            return
        factor = Decimal(10) ** power
        pending = (self._pending.digits if self._pending else None) or Decimal(0)
        group = self._group + pending
        self._digit *= factor
        if power < _BIG:
            # A scale word without digits, as in "thousand billion", multiplies the one before it.
            self._group = self._group + pending * factor if pending else group * factor
        elif self._last_big is not None and power < self._last_big:
            self._total, self._group = self._total + group * factor, Decimal(0)
            self._last_big = power
        else:
            self._total, self._group = (self._total + group) * factor, Decimal(0)
            self._last_big = power
        self._pending = None

    @property
    def is_readable(self) -> bool:
        """Whether the number has few enough digits."""
        return self._power <= MOST_DIGITS and self._value.adjusted() <= MOST_DIGITS

    @property
    def _value(self) -> Decimal:
        pending = self._pending.digits if self._pending else None
        return self._total + self._group + (pending or 0)

    def number(self) -> Number:
        """Return the number."""
        value = self._value
        finest = coarsest = self._digit
        if self._scaled and value / self._digit >= _LONG:
            exponent = value.normalize().as_tuple().exponent
            coarsest = max(self._digit, Decimal(1).scaleb(int(exponent)))
            finest = finest if self._has_point else coarsest
        return Number(
            value,
            self._scaled,
            finest,
            coarsest,
            is_fraction=self._is_fraction,
            power=self._power if self._is_simple else 0,
        )
