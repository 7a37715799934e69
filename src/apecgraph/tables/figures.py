"""Figures of tables: numbers with their cells of the cube, and their places in the table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apecgraph.intervals import Interval
from apecgraph.tables.periods import Period


@dataclass(frozen=True, slots=True)
class TableFigure:
    """A figure of a table. Things are given by their codes, such as "economy/CHN".

    A dimension that does not apply is empty: output has a subject, trade a reporter.

    Attributes:
        name: Its local name, made of its cell.
        dataset: The dataset that its measure belongs to.
        reporter: Whose trade it is.
        counterpart: With whom.
        flow: The flow.
        coverage: The goods.
        subject: Whose output or population it is.
        measure: The measure.
        period: The period.
        base: The period that growth is compared with; None for other measures.
        currency: The currency of the value, or that growth was computed in; empty if the number
            would be the same in every currency.
        valuation: The valuation; None if the reporter's own.
        observed: The number.
        unit: The unit of the number.
        multiplier: The power of ten of the number.
        decimals: The decimal places that are printed.
        printed: The text of the cell; empty if the mapping restores the number.
        locator: The place of the cell.
    """

    name: str
    dataset: str
    reporter: str
    counterpart: str
    flow: str
    coverage: str
    subject: str
    measure: str
    period: Period
    base: Period | None
    currency: str
    valuation: str | None
    observed: Decimal
    unit: str
    multiplier: int
    decimals: int
    printed: str
    locator: str

    @property
    def digits(self) -> str:
        """The number, with the zeros at its end that are printed."""
        return f"{self.observed:.{self.decimals}f}"

    @property
    def value(self) -> Decimal:
        """The number in whole units."""
        return self.observed.scaleb(self.multiplier)

    @property
    def interval(self) -> Interval:
        """The numbers that round to the printed one, in whole units."""
        half = Decimal(10) ** -self.decimals / 2
        return Interval(self.observed - half, self.observed + half).scaled(
            Decimal(10) ** self.multiplier
        )
