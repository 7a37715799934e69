"""Numbers and intervals with their units and bounds, as people write them."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from typing import Final, Literal

from babel.numbers import format_compact_decimal, format_decimal

from apecgraph.intervals import Interval
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, ID, SKOS
from apecgraph.text.catalogues import ENGLISH, Catalogue

_PLAIN: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_SCALE_WORD: Final = re.compile(r"1[ \xa0]?([^0-9.,]+)")
"""A power of ten that has a word of its own, such as "1 trillion"."""

_MANY_DIGITS: Final = re.compile("^-?[0-9]{5,}")

_SCALED: Final = 1_000_000
"""The smallest number that is written with a scale word: 26.29 trillion."""

_ALL_DIGITS: Final = 18
_MOST_WORDED: Final = 17
"""From 10 to the power after this one, a number is written with a power of ten."""

_PRECISION: Final = 100
_RANGE: Final = f"{ID}bound/range"
_UNNAMED_UNITS: Final = frozenset(f"{ID}unit/{name}" for name in ("count", "ordinal"))


class Numerals:
    """Writes numbers; the names of units and bounds come from the data.

    Args:
        graph: The dataset that describes units and bounds.
        catalogue: The language to write in.

    Attributes:
        catalogue: The language to write in.
    """

    catalogue: Catalogue

    def __init__(self, graph: Graph, catalogue: Catalogue = ENGLISH) -> None:
        self._graph = graph
        self.catalogue = catalogue
        self._labels = Labels(graph, catalogue.tag)

    def number(self, number: Decimal, unit: str | None, bound: str | None = None) -> str:
        """Write a number: "26.29 trillion yuan", "nearly 60 %".

        Args:
            number: The number.
            unit: IRI of its unit; None to leave it out.
            bound: IRI of its bound; None to leave it out.

        Returns:
            The text.
        """
        gettext = self.catalogue.gettext
        text = spelled(number, self.catalogue)
        if named := self.unit(unit):
            text = gettext("%(number)s %(unit)s", number=text, unit=named)
        if bounded := self._bound(bound):
            text = gettext("%(bound)s %(number)s", bound=bounded, number=text)
        return text

    def figure(self, number: Decimal, interval: Interval, unit: str | None, bound: str) -> str:
        """Write the number of a figure with its bound, or both numbers of a range: "5 to 6 %".

        Args:
            number: The number.
            interval: The interval of the figure.
            unit: IRI of its unit; None to leave it out.
            bound: IRI of its bound.

        Returns:
            The text.
        """
        if bound == _RANGE:
            return self.interval(interval, unit)
        return self.number(number, unit, bound)

    def interval(self, interval: Interval, unit: str | None) -> str:
        """Write an interval: "26.285 trillion to under 26.295 trillion yuan", "over 1,400".

        Args:
            interval: The interval. An excluded end is written with "over" or "under".
            unit: IRI of its unit; None to leave it out.

        Returns:
            The text.
        """
        low, high = interval.lower, interval.upper
        gettext = self.catalogue.gettext
        if low is None:
            if high is None:
                return gettext("any number")
            number = self.number(high, unit)
            if interval.excludes_upper:
                return gettext("under %(number)s", number=number)
            return gettext("%(number)s or less", number=number)
        if high is None:
            number = self.number(low, unit)
            if interval.excludes_lower:
                return gettext("over %(number)s", number=number)
            return gettext("%(number)s or more", number=number)
        if low == high:
            return gettext("exactly %(number)s", number=self.number(low, unit))
        ends = {"low": spelled(low, self.catalogue), "high": self.number(high, unit)}
        match interval.excludes_lower, interval.excludes_upper:
            case True, True:
                return gettext("over %(low)s to under %(high)s", **ends)
            case True, False:
                return gettext("over %(low)s to %(high)s", **ends)
            case False, True:
                return gettext("%(low)s to under %(high)s", **ends)
            case _:
                return gettext("%(low)s to %(high)s", **ends)

    def unit(self, unit: str | None) -> str:
        """Return a unit as written after a number: "%", "yuan"; an empty string for a count."""
        if unit is None or unit in _UNNAMED_UNITS:
            return ""
        notation = self._graph.value(unit, f"{SKOS}notation") or ""
        symbol = notation if not any(map(str.isalnum, notation)) else ""
        return symbol or self._labels.title(unit).value

    def basis(self, unit: str | None, currency: str) -> str:
        """Write the unit of some numbers, for the name of a series: "in yuan", "in days".

        Args:
            unit: IRI of their unit; a symbol such as % is left out, because each number has it.
            currency: IRI of their currency, or of a code for none.

        Returns:
            The text; empty if there is nothing to write.
        """
        names = [self.unit(unit)] if any(map(str.isalnum, self.unit(unit))) else []
        if currency != unit and self._graph.has(currency, f"{SKOS}notation"):
            names.append(self.unit(currency))
        gettext = self.catalogue.gettext
        match names:
            case [one]:
                return gettext("in %(unit)s", unit=one)
            case [one, other]:
                return gettext("in %(unit)s and %(currency)s", unit=one, currency=other)
            case _:
                return ""

    def _bound(self, bound: str | None) -> str:
        """Return the word for a bound; an empty string for a rounded or exact number."""
        if bound is None:
            return ""
        factors = [self._graph.value(bound, f"{APEC}{end}Factor") for end in ("lower", "upper")]
        if all(factor is not None and Decimal(factor) == 1 for factor in factors):
            return ""
        return self._labels.title(bound).value


def plain_number(text: str) -> Decimal | None:
    """Read a number written in digits, such as "-26.29"; return None for any other text."""
    return Decimal(text) if _PLAIN.fullmatch(text) else None


def grouped(digits: str) -> str:
    """Write all digits of a number in groups of three; return any other text as it is."""
    number = plain_number(digits)
    return digits if number is None else f"{number:,f}"


def spelled(number: Decimal, catalogue: Catalogue = ENGLISH) -> str:
    """Write a number with its digits in groups of three, and from a million on with a word."""
    locale = catalogue.locale
    if abs(number) < _SCALED:
        return str(format_decimal(number, locale=locale, decimal_quantization=False))
    if number.adjusted() > _MOST_WORDED:
        return f"{number.normalize():.3E}".replace("E+", " × 10^")
    # A language whose words of scale are short, such as Chinese, has only one form (CLDR).
    form: Literal["long", "short"]
    form = "long" if "long" in locale.compact_decimal_formats else "short"
    with localcontext() as context:
        context.prec = _PRECISION  # the default one is too small for all digits
        text = format_compact_decimal(
            number, format_type=form, locale=locale, fraction_digits=_ALL_DIGITS
        )
    # CLDR groups no digits before a word of scale: 15,349.3 trillion.
    return _MANY_DIGITS.sub(lambda digits: str(format_decimal(digits[0], locale=locale)), text, 1)


def scale_word(number: Decimal, catalogue: Catalogue = ENGLISH) -> tuple[str, Decimal]:
    """Return the word with which a number is written, and what it multiplies by.

    Args:
        number: The number.
        catalogue: The language of the word.

    Returns:
        The word, such as "trillion", and its factor; no word and 1 for a number without one.
    """
    factor = Decimal(1).scaleb(number.adjusted())
    while factor >= _SCALED:
        text = spelled(factor, catalogue)
        if word := _SCALE_WORD.fullmatch(text):
            return word[1], factor
        factor /= 10
    return "", Decimal(1)


def rounded(number: Decimal, digits: int) -> Decimal:
    """Round a number to a number of significant digits."""
    if not number:
        return number
    return round(number, digits - 1 - number.adjusted())
