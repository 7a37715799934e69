"""Reading a table by its mapping: each cell becomes a figure, or is left out for a reason."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from apecgraph.content.table_rows import name_of
from apecgraph.errors import TableRefused, UnknownCode
from apecgraph.tables.figures import TableFigure
from apecgraph.tables.grid import Cell, Grid, same_text
from apecgraph.tables.mapping import Header, Key, Title
from apecgraph.tables.mapping import Mapping as TableMapping
from apecgraph.tables.meanings import Meanings, Outside
from apecgraph.tables.numerals import NumberForm
from apecgraph.tables.periods import Pattern, Period

_MOST_ERRORS: Final = 40
_NAMED: Final = ("reporter", "counterpart", "flow", "coverage", "subject", "measure", "currency")
"""The dimensions that a mapping names, other than the period; the valuation may be left out."""

_SCALED: Final = (None, "unit/person")
"""The units of numbers that have a scale: money, and people."""
_HEADING: Final = "titles, units and headers"
_NAMES: Final = "names and periods of rows"
_MISSING: Final = "marked as missing"
_AGAIN: Final = "the same figure as in another column of the row"
_UNIT_AGAIN: Final = "the unit again"
_LOST_VALUE: Final = "the value of the formula is not kept: calculate and save the file"

_TextPart: TypeAlias = Title | Header | Key
_Parties: TypeAlias = dict[str, tuple[str, int, int]]
"""The names of economies, by dimension, each with its row and column."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The figures of a table, and an account of its cells.

    Attributes:
        figures: The figures, in the order of their cells.
        cells: The number of cells that are not blank.
        left: The number of cells that did not become figures, keyed by the reason.
    """

    figures: Sequence[TableFigure]
    cells: int
    left: Mapping[str, int]


def read_table(grid: Grid, mapping: TableMapping, meanings: Meanings) -> Reading:
    """Read a table.

    Args:
        grid: The table.
        mapping: What its texts mean.
        meanings: The same, with the content.

    Returns:
        The figures, and an account of all cells.

    Raises:
        ExceptionGroup: The table is not what the mapping says; there is a TableRefused for each
            cell, up to a limit.
    """
    return _Reader(grid, mapping, meanings).read()


@dataclass(frozen=True, slots=True)
class _Plan:
    """The meaning of the rows above the values.

    Attributes:
        facts: Facts about all values.
        keys: The columns with the meaning of the values of a row.
        ignored: The columns that are left out, with the reasons.
        kept: The columns of which only some texts are kept, with these and the reasons.
        columns: Facts about the values of each column, from the headers.
        latest: The latest month that the headers name for each year.
    """

    facts: Mapping[str, Any]
    keys: Mapping[int, Key]
    ignored: Mapping[int, str]
    kept: Mapping[int, tuple[frozenset[str], str]]
    columns: Mapping[int, Mapping[str, Any]]
    latest: Mapping[int | None, int]


class _Reader:
    def __init__(self, grid: Grid, mapping: TableMapping, meanings: Meanings) -> None:
        self._grid = grid
        self._mapping = mapping
        self._layout = mapping.layout
        self._meanings = meanings
        self._errors: defaultdict[str, list[str]] = defaultdict(list)
        self._left: Counter[str] = Counter()
        self._cells = 0
        self._titled: _Parties = {}
        self._figures: dict[str, TableFigure] = {}
        self._numbers = NumberForm(self._layout.decimal, self._layout.group)
        self._missing = frozenset(map(same_text, self._layout.missing))
        self._units = {
            same_text(label): meanings.facts(facts) for label, facts in mapping.units.items()
        }
        parts: list[_TextPart] = [*mapping.titles, *mapping.headers, *mapping.keys]
        self._labels = {
            id(part): {
                same_text(label): meanings.facts(facts) for label, facts in part.labels.items()
            }
            for part in parts
        }
        self._patterns = {
            id(part): [Pattern(text, self._layout.languages) for text in part.periods]
            for part in parts
        }
        self._skipped = {
            same_text(text): each.reason for each in mapping.skip for text in each.rows
        }
        self._skipped_numbers = {
            number: each.reason for each in mapping.skip for number in each.numbers
        }
        self._skipped_beginnings = {
            same_text(text): each.reason for each in mapping.skip for text in each.beginning
        }

    def read(self) -> Reading:
        plan = self._plan()
        self._stop()
        for number in range(self._mapping.first_row, len(self._grid.rows) + 1):
            self._row(number, plan)
        self._stop()
        return Reading(tuple(self._figures.values()), self._cells, dict(self._left))

    def _plan(self) -> _Plan:
        facts = self._heading()
        keys = {self._column(key.column, is_needed=True): key for key in self._mapping.keys}
        ignored = {
            self._column(column, is_needed=False): each.reason
            for each in self._mapping.ignore
            for column in each.columns
        }
        kept = {
            self._column(each.column, is_needed=True): (
                frozenset(map(same_text, each.others)),
                each.reason,
            )
            for each in self._mapping.skip
            if each.others
        }
        columns = self._columns({*keys, *ignored})
        return _Plan(facts, keys, ignored, kept, columns, _latest_months(facts, columns.values()))

    def _heading(self) -> dict[str, Any]:
        """Read the rows above the values, other than the headers of columns."""
        facts = self._meanings.facts(self._mapping.constant)
        for title in self._mapping.titles:
            column, cell = next(self._grid.row(title.row), (1, Cell("")))
            read = self._meaning(title, title.row, column, cell.text)
            if read is not None:
                facts |= read
            elif title.gives:
                self._titled[title.gives] = cell.text, title.row, column
        found: dict[str, tuple[int, int]] = {}
        for number in range(1, min(self._mapping.first_row, len(self._grid.rows) + 1)):
            for column, cell in self._grid.row(number):
                if not cell.is_filled:
                    self._cells += 1
                    self._left[_HEADING] += 1
                if same_text(cell.text) in self._units:
                    found.setdefault(same_text(cell.text), (number, column))
        if self._units and len(found) != 1:
            places = " and ".join(self._grid.locator(*place) for place in found.values())
            wanted = ", ".join(f"'{label}'" for label in self._mapping.units)
            self._refuse_table(
                f"{places} have different units: the table must have exactly one above its values"
                if found
                else f"no unit label of the mapping is above the values; it lists {wanted}"
            )
        for label in found:
            facts |= self._units[label]
        return facts

    def _column(self, column: int | str, *, is_needed: bool) -> int:
        """Return the number of a column that the mapping names; 0 if there is no such column."""
        if isinstance(column, int):
            return column
        row = self._mapping.first_row - 1
        if 0 < row <= len(self._grid.rows):
            for number, cell in self._grid.row(row):
                if same_text(cell.text) == same_text(column):
                    return number
        if is_needed:
            self._refuse_table(f"row={row}: there is no column '{column}'")
        return 0

    def _columns(self, others: set[int]) -> dict[int, dict[str, Any]]:
        """Return the facts about each column with values."""
        columns: dict[int, dict[str, Any]] = {}
        width = max((len(row) for row in self._grid.rows), default=0)
        for column in set(range(1, width + 1)) - others:
            facts: dict[str, Any] = {}
            for header in self._mapping.headers:
                text = self._grid.cell(header.row, column).text
                if text:
                    facts |= self._meaning(header, header.row, column, text) or {}
                    columns[column] = facts
        return columns

    def _meaning(self, part: _TextPart, row: int, column: int, text: str) -> dict[str, Any] | None:
        """Return what a text says by the labels or the patterns of a part of the mapping."""
        facts = self._labels[id(part)].get(same_text(text))
        if facts is None:
            facts = self._period(part, text)
        if facts is None and (isinstance(part, Header) or not part.gives):
            self._refuse(row, column, f"the mapping does not name '{text}'")
        return facts

    def _period(self, part: _TextPart, text: str) -> dict[str, Any] | None:
        for pattern in self._patterns[id(part)]:
            numbers = pattern.read(text)
            if numbers is not None:
                return dict(numbers)
        return None

    def _row(self, number: int, plan: _Plan) -> None:
        cells = dict(self._grid.row(number))
        own = sum(not cell.is_filled for cell in cells.values())
        self._cells += own
        reason = self._reason_to_skip(number, plan) if own else None
        if reason is not None:
            self._left[reason] += own
        elif any(same_text(cell.text) in self._units for cell in cells.values()):
            self._unit_again(number, cells, plan.facts)
        elif own:
            self._values(number, cells, plan)

    def _values(self, number: int, cells: Mapping[int, Cell], plan: _Plan) -> None:
        """Read the values of a row."""
        row, parties = self._keys(number, plan.keys)
        for column, cell in cells.items():
            if column in plan.keys:
                self._left[_NAMES] += not cell.is_filled
            elif column in plan.ignored:
                self._left[plan.ignored[column]] += not cell.is_filled
            elif column not in plan.columns:
                self._refuse(number, column, f"'{cell.text}' has no header")
            elif row is not None and self._is_value(number, column, cell):
                facts = plan.columns[column]
                for name in row.keys() & facts.keys():
                    if row[name] != facts[name]:
                        self._refuse(number, column, f"its row and its column differ in {name}")
                        return
                stated = {**plan.facts, **row, **facts}
                period = _period_of(stated, plan.latest)
                if period is None:
                    self._refuse(number, column, "neither its row nor its column names its period")
                elif self._name_parties(stated, parties, period.year):
                    self._figure((number, column), cell, stated, period)

    def _reason_to_skip(self, number: int, plan: _Plan) -> str | None:
        if number in self._skipped_numbers:
            return self._skipped_numbers[number]
        for column, (texts, reason) in plan.kept.items():
            if same_text(self._grid.cell(number, column).text) not in texts:
                return reason
        for column, key in plan.keys.items():
            text = same_text(self._key_text(key, number, column))
            if text in self._skipped:
                return self._skipped[text]
            for beginning, reason in self._skipped_beginnings.items():
                if text.startswith(beginning):
                    return reason
        return None

    def _unit_again(self, number: int, cells: Mapping[int, Cell], facts: Mapping[str, Any]) -> None:
        for column, cell in cells.items():
            unit = self._units.get(same_text(cell.text))
            if unit is None:
                self._refuse(number, column, f"'{cell.text}' is in the row of a unit")
            elif any(facts.get(name) != value for name, value in unit.items()):
                self._refuse(number, column, f"the unit changes to '{cell.text}': divide the table")
            else:
                self._left[_UNIT_AGAIN] += not cell.is_filled

    def _key_text(self, key: Key, row: int, column: int) -> str:
        text = self._unmarked(self._grid.cell(row, column).text)
        for beginning in key.without:
            if same_text(text).startswith(same_text(beginning)):
                return re.sub(rf"^\s*{re.escape(beginning)}\s*", "", text)
        return text

    def _keys(self, row: int, keys: Mapping[int, Key]) -> tuple[dict[str, Any] | None, _Parties]:
        """Return what the keys of a row say, and its names of economies with their columns."""
        facts: dict[str, Any] = {}
        parties = dict(self._titled)
        for column, key in keys.items():
            if self._grid.cell(row, column).has_lost_value:
                self._refuse(row, column, _LOST_VALUE)
                return None, {}
            text = self._key_text(key, row, column)
            read = self._meaning(key, row, column, text)
            if read is not None:
                facts |= read
            elif key.gives:
                parties[key.gives] = text, row, column
            else:
                return None, {}
        return facts, parties

    def _is_value(self, row: int, column: int, cell: Cell) -> bool:
        if cell.has_lost_value:
            self._refuse(row, column, _LOST_VALUE)
        elif cell.is_filled:
            self._refuse(row, column, f"'{cell.text}' is printed once for several merged cells")
        elif same_text(cell.text) in self._missing:
            self._left[_MISSING] += 1
        else:
            return True
        return False

    def _name_parties(self, stated: dict[str, Any], parties: _Parties, year: int) -> bool:
        """Add the economies that are named; return whether the content describes them."""
        for dimension, (text, row, column) in parties.items():
            try:
                stated[dimension] = self._meanings.party(text, year)
            except Outside as reason:
                self._left[str(reason)] += 1
                return False
            except UnknownCode as error:
                self._refuse(row, column, str(error))
                return False
        return True

    def _figure(
        self, place: tuple[int, int], cell: Cell, stated: Mapping[str, Any], period: Period
    ) -> None:
        if not self._is_described(place, stated):
            return
        measure = stated["measure"]
        unit = self._meanings.unit(measure)
        text = self._unmarked(cell.text)
        try:
            observed, decimals = self._numbers.read(
                text, stated.get("decimals"), stated.get("shift", 0)
            )
            is_restored = (observed, decimals) != self._numbers.read(text, None, 0)
        except ValueError as error:
            self._refuse(*place, str(error))
            return
        codes = {**stated, "period": period.code}
        figure = TableFigure(
            name=name_of(codes, self._meanings.left_out),
            dataset=self._meanings.dataset(measure),
            **{name: stated.get(name, "") for name in _NAMED},
            period=period,
            base=period.year_before() if self._meanings.is_growth(measure) else None,
            valuation=stated.get("valuation"),
            observed=observed,
            unit=unit or stated["currency"],
            multiplier=stated["scale"] if unit in _SCALED else 0,
            decimals=decimals,
            printed="" if is_restored else cell.text,
            locator=self._grid.locator(*place),
        )
        known = self._figures.setdefault(figure.name, figure)
        if known is not figure:
            row = f"row={place[0]};"
            if row in known.locator and known.digits == figure.digits:
                self._left[_AGAIN] += 1
            else:
                self._refuse(*place, f"{figure.name} is at {known.locator} too")

    def _is_described(self, place: tuple[int, int], stated: Mapping[str, Any]) -> bool:
        """Return whether the dimensions of a figure are named, and the scale of its unit."""
        measure = stated.get("measure")
        if measure is None:
            self._refuse(*place, "its measure is not named")
            return False
        unit, dimensions = self._meanings.unit(measure), self._meanings.dimensions(measure)
        for name in _NAMED:
            is_needed = name in dimensions
            if name == "currency":
                is_needed = unit is None or self._meanings.is_ratio(measure)
            if is_needed and name not in stated:
                self._refuse(*place, f"its {name} is not named")
                return False
            if name in stated and name not in dimensions:
                self._refuse(*place, f"its {name} is named, which {measure} does not have")
                return False
        if unit in _SCALED and "scale" not in stated:
            self._refuse(*place, "the scale of its unit is not named")
            return False
        return True

    def _unmarked(self, text: str) -> str:
        """Leave out the footnote marks at the end of a text."""
        for mark in self._layout.footnotes:
            text = text.removesuffix(mark).rstrip()
        return text

    def _refuse(self, row: int, column: int, message: str) -> None:
        place = self._grid.locator(row, column)
        if place not in self._errors[message]:
            self._errors[message].append(place)

    def _refuse_table(self, message: str) -> None:
        self._errors[message] = []

    def _stop(self) -> None:
        """Raise the errors that were found, each with its first place."""
        if not self._errors:
            return
        errors = []
        for message, places in [*self._errors.items()][:_MOST_ERRORS]:
            also = f" ({len(places) - 1:,} more cells)" if places[1:] else ""
            parts = (self._grid.path.name, *places[:1], f"{message}{also}")
            errors.append(TableRefused(": ".join(parts)))
        if len(self._errors) > _MOST_ERRORS:
            more = len(self._errors) - _MOST_ERRORS
            errors.append(TableRefused(f"{self._grid.path.name}: and {more} more errors"))
        raise ExceptionGroup("the table is not what the mapping says", errors)


def _latest_months(
    facts: Mapping[str, Any], columns: Iterable[Mapping[str, Any]]
) -> Mapping[int | None, int]:
    """Return the latest month that the headers name for each year."""
    latest: defaultdict[int | None, int] = defaultdict(int)
    for column in columns:
        year = column.get("year", facts.get("year"))
        latest[year] = max(latest[year], column.get("month", facts.get("month", 0)))
    return latest


def _period_of(stated: Mapping[str, Any], latest: Mapping[int | None, int]) -> Period | None:
    year, month, span = (stated.get(name) for name in ("year", "month", "span"))
    if year is None:
        return None
    if span == "to-date":
        month = month or latest.get(year)
        return Period(year, 1, month) if month else None
    if month is None:
        return Period(year, 1, 12) if span is None else None
    return Period(year, month if span == "month" else stated.get("first", month), month)
