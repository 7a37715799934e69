"""Mappings: small TOML files that turn a foreign table into figures.

A mapping lists the texts that the table prints, and their meanings. Nothing is guessed: a text that
no entry of the mapping names is reported with its cell. docs/tables.md lists the keys.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Dict
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from apecgraph.errors import TableRefused
from apecgraph.files import read_file
from apecgraph.tables.periods import Pattern

_SHIPPED: Final = Path(__file__).parent / "mappings"
_MOST_DIGITS: Final = 18


def _is_pattern(text: str) -> str:
    Pattern(text)
    return text


def _is_year(text: str) -> str:
    if not (len(text) == 4 and text.isdecimal()):
        raise ValueError("write a year")
    return text


_PatternText: TypeAlias = Annotated[str, AfterValidator(_is_pattern)]
_Year: TypeAlias = Annotated[str, AfterValidator(_is_year)]
_Column: TypeAlias = int | str
"""A column by its number, from 1, or by its text in the last header row."""


class _Part(BaseModel):
    """A part of a mapping, in which every key is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Facts(_Part):
    """What a text says about the figures of its row, its column or the table.

    Attributes:
        reporter: Code of the economy or group whose trade it is.
        counterpart: Code of the economy or group with which it trades.
        flow: Code of the flow.
        coverage: Code of the goods.
        subject: Code of the economy or group whose output or population it is.
        measure: Code of the measure.
        currency: Code of the currency.
        valuation: Code of the valuation, if the reporter uses another one by default.
        scale: The power of ten of money and of people: 4 for 万元, 8 for 亿元.
        year: The year.
        first: The first month of several.
        month: The last month, or the only one.
        span: "month" for the month alone; "to-date" for January to the month, which is the latest
            that the header has for the year if nothing names it.
        decimals: The decimal places of the numbers as published, if the file has dropped zeros at
            their ends, or added some.
        shift: The power of ten that the file has lost: -1 if 130 stands for 13.0.
    """

    reporter: str | None = None
    counterpart: str | None = None
    flow: str | None = None
    coverage: str | None = None
    subject: str | None = None
    measure: str | None = None
    currency: str | None = None
    valuation: str | None = None
    scale: int | None = Field(default=None, ge=0, le=_MOST_DIGITS)
    year: int | None = None
    first: int | None = Field(default=None, ge=1, le=12)
    month: int | None = Field(default=None, ge=1, le=12)
    span: Literal["month", "to-date"] | None = None
    decimals: int | None = Field(default=None, ge=0, le=_MOST_DIGITS)
    shift: int | None = Field(default=None, ge=-_MOST_DIGITS, le=0)


class Source(_Part):
    """The description of the source.

    Attributes:
        title: Its title in English, or what it is.
        language: The language tag of the printed words.
        publisher: Code of the publisher.
        compiler: Code of the body that compiled the figures, if the file or its publisher names it.
        identifier: A short name for citing it; if empty, the name of the source.
        url: Where the table was read.
        issued: When this edition was released (ISO 8601), if known.
        version: The commit in which the file was read, if it was read in a repository.
        rights: The rights, as far as they are known.
        note: What a reader has to know, such as names that were restored.
    """

    title: str
    language: str = "en"
    publisher: str
    compiler: str = ""
    identifier: str = ""
    url: str = ""
    issued: str = ""
    version: str = ""
    rights: str = ""
    note: str = ""


class Layout(_Part):
    """Where the table is in its file.

    Attributes:
        sheet: The name of the sheet of a spreadsheet.
        table: The number of the table in an HTML page or an SDMX message, from 1.
        encoding: The encoding of delimited text.
        delimiter: What separates the fields of delimited text.
        first: The first row with values, from 1; if 0, the row after the header.
        decimal: The decimal sign.
        group: The sign between groups of three digits.
        missing: The texts that stand for a value that is missing; a blank cell always does.
        footnotes: The marks that are left out after names and numbers.
        languages: The languages of the names of months and economies.
    """

    sheet: str = ""
    table: int = Field(default=0, ge=0)
    encoding: str = ""
    delimiter: str = Field(default="", max_length=1)
    first: int = Field(default=0, ge=0)
    decimal: Literal[".", ","] = "."
    group: str = Field(default=",", max_length=1)
    missing: tuple[str, ...] = ()
    footnotes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)


class Title(_Part):
    """A title row, whose first text is one of the labels, or fits a pattern of periods.

    Attributes:
        row: The row.
        gives: The dimension that the text names an economy or a group for.
        labels: What the text says.
        periods: The patterns of the text, which may name the period.
    """

    row: int = Field(ge=1)
    gives: Literal["reporter", "counterpart", "subject"] | None = None
    labels: Dict[str, Facts] = {}
    periods: tuple[_PatternText, ...] = ()


class Header(_Part):
    """A header row: each of its texts is one of the labels, or fits a pattern of periods."""

    row: int = Field(ge=1)
    labels: Dict[str, Facts] = {}
    periods: tuple[_PatternText, ...] = ()


class Key(_Part):
    """A column with the meaning of the values of its row.

    Attributes:
        column: The column.
        gives: The dimension that its names of economies and groups are for.
        labels: What its other texts say.
        periods: The patterns of its periods.
        without: The beginnings that are left out, such as "of which:".
    """

    column: _Column
    gives: Literal["reporter", "counterpart", "subject"] | None = None
    labels: Dict[str, Facts] = {}
    periods: tuple[_PatternText, ...] = ()
    without: tuple[str, ...] = ()


class Dated(_Part):
    """What a name stands for in some years."""

    code: str
    since: _Year = "0000"
    until: _Year = "9999"


class Skip(_Part):
    """Rows that are left out.

    Attributes:
        rows: The texts of a key column of these rows.
        beginning: What such a text begins with.
        numbers: The numbers of rows, from 1.
        column: The column that `others` is about.
        others: The rows that are kept: those with one of these texts in the column.
        reason: Why they are left out.
    """

    rows: tuple[str, ...] = ()
    beginning: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    column: _Column = 1
    others: tuple[str, ...] = ()
    reason: str = Field(min_length=1)


class Ignore(_Part):
    """Columns that are left out, as far as the table has them."""

    columns: tuple[_Column, ...]
    reason: str = Field(min_length=1)


class Excuse(_Part):
    """A check that may fail, with the reason.

    Attributes:
        check: Which check.
        reason: Why the published numbers fail it.
        within: How far the two sides may be apart, as a part of the larger one.
        counterpart: Only figures with this counterpart (code).
        flow: Only figures with this flow (code).
        period: Only figures of this period (code).
    """

    check: Literal["flows", "months", "members", "growth", "unit"]
    reason: str = Field(min_length=1)
    within: float = Field(default=0, ge=0, lt=1)
    counterpart: str = ""
    flow: str = ""
    period: str = ""


class Mapping(_Part):
    """A mapping.

    Attributes:
        source: The description of the source.
        layout: Where the table is in its file.
        constant: Facts about all figures, unless the table states another one.
        titles: The title rows.
        units: What the labels of units mean; one of them must be above the values.
        headers: The header rows.
        keys: The columns with the meaning of the values of a row.
        names: Names of this table, which go before the everyday names of economies.
        skip: The rows that are left out.
        ignore: The columns that are left out.
        excuses: The checks that may fail.
    """

    source: Source
    layout: Layout = Layout()
    constant: Facts = Facts()
    titles: tuple[Title, ...] = ()
    units: Dict[str, Facts] = {}
    headers: tuple[Header, ...] = ()
    keys: tuple[Key, ...] = ()
    names: Dict[str, str | tuple[Dated, ...]] = {}
    skip: tuple[Skip, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    excuses: tuple[Excuse, ...] = ()

    @property
    def first_row(self) -> int:
        """The first row with values."""
        return self.layout.first or max((each.row for each in self.headers), default=0) + 1


def shipped_mappings() -> tuple[str, ...]:
    """Return the names of the mappings that come with apecgraph."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.toml")))


def mapping_text(name: str) -> str:
    """Return the text of a mapping that extends one that comes with apecgraph, and no more."""
    return f'extends = "{name}"\n'


def read_mapping(text: str, path: Path, overrides: Dict[str, str] | None = None) -> Mapping:
    """Read a mapping.

    Args:
        text: The mapping, in TOML. `extends` names a mapping that it completes: tables of both are
            united, lists of both follow each other, and single values of this one count.
        path: Its file, for error messages.
        overrides: Values of [source] that count instead of those of the mapping.

    Returns:
        The mapping.

    Raises:
        ExceptionGroup: The mapping has errors; there is a TableRefused for each, with its key.
    """
    values = _values(text, path)
    values["source"] = {**values.get("source", {}), **(overrides or {})}
    try:
        return Mapping.model_validate(values)
    except ValidationError as error:
        raise ExceptionGroup(
            "the mapping is wrong",
            [
                TableRefused(f"{path.name}: {_key(each['loc'])}: {each['msg']}")
                for each in error.errors()
            ],
        ) from None


def _values(text: str, path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(text)
    except ValueError as error:  # a malformed value, or a number with too many digits
        raise TableRefused(f"{path.name}: is not TOML: {error}") from None
    except RecursionError:
        raise TableRefused(f"{path.name}: nests brackets too deep") from None
    name = values.pop("extends", None)
    if name is None:
        return values
    if name not in shipped_mappings():
        known = ", ".join(shipped_mappings())
        raise TableRefused(f"{path.name}: extends: there is no mapping '{name}', but {known}")
    base = _SHIPPED / f"{name}.toml"
    return _united(_values(read_file(base).decode(), base), values)


def _united(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    united = dict(base)
    for key, value in more.items():
        known = base.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            united[key] = _united(known, value)
        elif isinstance(known, list) and isinstance(value, list):
            united[key] = [*known, *value]
        else:
            united[key] = value
    return united


def _key(location: tuple[int | str, ...]) -> str:
    """Write the place of a key: headers[2].labels.出口.flow."""
    parts = [f"[{each + 1}]" if isinstance(each, int) else f".{each}" for each in location]
    return "".join(parts).removeprefix(".")
