"""A table against itself: sums and growth that its own figures must satisfy.

Every figure stands for the numbers that round to it. A check fails if no such numbers satisfy it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from apecgraph.errors import TableRefused
from apecgraph.intervals import Interval
from apecgraph.tables.figures import TableFigure
from apecgraph.tables.mapping import Excuse
from apecgraph.tables.meanings import Meanings
from apecgraph.tables.periods import Period

_MOST_ERRORS: Final = 40
_TOTAL, _EXPORTS, _IMPORTS = "flow/total", "flow/exports", "flow/imports"
_GROWTH: Final = "measure/trade-growth"
_VALUE: Final = "measure/trade-value"

CHECKS: Final = {
    "flows": "exports + imports = total",
    "months": "months = January to the month",
    "members": "members = group",
    "growth": "growth = value on value",
    "unit": "one unit throughout",
}
"""The checks, each with what it says."""

_Values: TypeAlias = Mapping[tuple[object, ...], TableFigure]


@dataclass(frozen=True, slots=True)
class _Failure:
    """A check that fails.

    Attributes:
        check: Which one.
        whole: The figure that it is about.
        parts: The other figures.
        said: The arithmetic.
        apart: How far the two sides are apart, as a part of the larger one.
    """

    check: str
    whole: TableFigure
    parts: Sequence[TableFigure]
    said: str
    apart: Decimal


@dataclass(frozen=True, slots=True)
class Checked:
    """The checks of a table.

    Attributes:
        held: How many held, by check.
        excused: How many failed for a recorded reason, by check and reason.
    """

    held: Mapping[str, int]
    excused: Mapping[tuple[str, str], int]


def check_sums(
    figures: Sequence[TableFigure], meanings: Meanings, excuses: Sequence[Excuse], file: str
) -> Checked:
    """Check the figures of a table against each other.

    Args:
        figures: The figures.
        meanings: The members of groups.
        excuses: The checks that may fail.
        file: The name of the file, for error messages.

    Returns:
        How many checks held, and how many failed for a recorded reason.

    Raises:
        ExceptionGroup: Checks fail; there is a TableRefused for each, with the cells.
    """
    values = {_key(each): each for each in figures}
    held: Counter[str] = Counter()
    excused: Counter[tuple[str, str]] = Counter()
    errors = []
    checks = (
        *(_flows(values), _months(values)),
        *(_members(values, meanings), _growth(values), _units(figures)),
    )
    for check, results in zip(CHECKS, checks, strict=True):
        for failure in results:
            if failure is None:
                held[check] += 1
                continue
            excuse = next((each for each in excuses if _covers(each, failure)), None)
            if excuse is not None:
                excused[check, excuse.reason] += 1
                continue
            cells = ", ".join(each.locator for each in (failure.whole, *failure.parts[:2]))
            more = ", ..." if len(failure.parts) > 2 else ""
            errors.append(
                TableRefused(
                    f"{file}: {cells}{more}: {CHECKS[check]} fails for {failure.whole.name}: "
                    f"{failure.said}; correct it, or record why in [[excuses]]"
                )
            )
    if errors:
        more_errors = len(errors) - _MOST_ERRORS
        shown = errors[:_MOST_ERRORS]
        if more_errors > 0:
            shown.append(TableRefused(f"{file}: and {more_errors} more checks"))
        raise ExceptionGroup("the table contradicts itself", shown)
    return Checked(held, excused)


def _key(figure: TableFigure, **other: object) -> tuple[object, ...]:
    """Return the cell of a figure, or the cell that differs from it in some dimensions."""
    names = ("reporter", "counterpart", "flow", "coverage", "subject", "measure", "period")
    return tuple(other.get(name, getattr(figure, name)) for name in (*names, "currency"))


def _flows(values: _Values) -> Iterator[_Failure | None]:
    for total in values.values():
        if total.flow == _TOTAL and total.measure == _VALUE:
            parts = _present(values, (_key(total, flow=flow) for flow in (_EXPORTS, _IMPORTS)))
            if parts:
                yield _sum("flows", total, parts)


def _months(values: _Values) -> Iterator[_Failure | None]:
    for whole in values.values():
        period = whole.period
        if whole.measure != _VALUE or period.first != 1 or period.last == 1:
            continue
        earlier = Period(period.year, 1, period.last - 1)
        last = Period(period.year, period.last, period.last)
        months = [Period(period.year, month, month) for month in range(1, period.last + 1)]
        for periods in ([earlier, last], months):
            parts = _present(values, (_key(whole, period=each) for each in periods))
            if parts:
                yield _sum("months", whole, parts)
                break


def _members(values: _Values, meanings: Meanings) -> Iterator[_Failure | None]:
    for whole in values.values():
        members = meanings.members(whole.counterpart, whole.reporter)
        if whole.measure == _VALUE and members:
            parts = _present(values, (_key(whole, counterpart=each) for each in sorted(members)))
            if parts:
                yield _sum("members", whole, parts)


def _growth(values: _Values) -> Iterator[_Failure | None]:
    for growth in values.values():
        if growth.measure != _GROWTH or growth.base is None:
            continue
        parts = _present(
            values,
            (
                _key(growth, measure=_VALUE, period=period)
                for period in (growth.period, growth.base)
            ),
        )
        if parts and all(each.observed > 0 for each in parts):
            new, old = parts
            ratio = growth.interval.scaled(Decimal("0.01"), plus=Decimal(1))
            if (new.interval / old.interval).meets(ratio):
                yield None
            else:
                computed = (new.value / old.value - 1) * 100
                said = f"{new.digits} on {old.digits} is {computed:+.2f} %, not {growth.digits} %"
                apart = abs(computed - growth.value) / 100
                yield _Failure("growth", growth, parts, said, apart)


def _units(figures: Sequence[TableFigure]) -> Iterator[_Failure | None]:
    """Compare the unit of each value in money with that of the first one."""
    money = [each for each in figures if each.unit == each.currency]
    for figure in money[1:]:
        first = money[0]
        if (figure.unit, figure.multiplier) == (first.unit, first.multiplier):
            yield None
        else:
            said = (
                f"{figure.unit} times 10^{figure.multiplier} beside "
                f"{first.unit} times 10^{first.multiplier}"
            )
            yield _Failure("unit", figure, [first], said, Decimal(0))


def _present(values: _Values, keys: Iterable[tuple[object, ...]]) -> list[TableFigure]:
    """Return the figures of some cells; none if one of them is missing."""
    found = [values.get(key) for key in keys]
    return [each for each in found if each is not None] if None not in found else []


def _sum(check: str, whole: TableFigure, parts: Sequence[TableFigure]) -> _Failure | None:
    interval = Interval(Decimal(0), Decimal(0))
    for part in parts:
        interval += part.interval
    if interval.meets(whole.interval):
        return None
    total, wanted = sum((part.value for part in parts), Decimal(0)), whole.value
    said = f"the parts are {total:f}, the whole is {wanted:f}"
    largest = max(abs(total), abs(wanted))
    return _Failure(check, whole, parts, said, abs(total - wanted) / largest)


def _covers(excuse: Excuse, failure: _Failure) -> bool:
    """Return whether an excuse is about a failure, and covers its size."""
    whole = failure.whole
    wanted = (
        (excuse.counterpart, whole.counterpart),
        (excuse.flow, whole.flow),
        (excuse.period, whole.period.code),
    )
    return (
        excuse.check == failure.check
        and all(not code or code == own for code, own in wanted)
        and failure.apart <= Decimal(str(excuse.within))
    )
