"""Tables: the figures of a source in columns, each figure a row.

`figures.csv` follows RFC 4180. `figures.csv-metadata.json` describes it in the Metadata Vocabulary
for Tabular Data, with the properties of the published `figures.csv`, so that any processor makes
the same triples from it (CSV2RDF).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations, zip_longest
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from apecgraph.content.cube import DIMENSIONS, UNIT, local_name
from apecgraph.errors import ContentError
from apecgraph.files import read_file
from apecgraph.progress import Step, StepObserver
from apecgraph.rdf.namespaces import (
    APEC,
    DCTERMS,
    ID,
    QB,
    RDF,
    SDMX_ATTRIBUTE,
    SDMX_MEASURE,
)
from apecgraph.rdf.terms import Term, typed

TABLES: Final = "data/tables"
"""The folder of tables in a content folder: each table is a folder with the name of its source."""

SOURCE: Final = "source.ttl"
FIGURES: Final = "figures.csv"
METADATA: Final = f"{FIGURES}-metadata.json"
MAPPING: Final = "mapping.toml"

NAME: Final = "name"
"""The column with the local name of the figure."""

CELL: Final = tuple(map(local_name, DIMENSIONS.values()))
"""The columns with the dimensions of the figure."""

OPTIONAL: Final = ("reporter", "coverage", "currency")
"""The columns that are part of a name only if the table has several values of them."""

_NAMED: Final = (
    *("reporter", "counterpart", "subject", "flow", "coverage"),
    *("measure", "period", "currency"),
)
_LEFT_OUT: Final = [
    names for size in reversed(range(len(OPTIONAL) + 1)) for names in combinations(OPTIONAL, size)
]

Row = Mapping[str, str]
"""The values of a figure by column; a column without a value is empty."""

_NAME: Final = re.compile(r"(?=.{1,200}\Z)[a-z0-9]+(?:[-_][a-z0-9]+)*")
_THING: Final = re.compile(r"[a-z-]+(?:/[A-Za-z0-9_.-]+)+")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?")
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]?")
_DATE: Final = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")
_TEXT: Final = re.compile(
    r"[^\x00-\x1f\x7f\ufffe\uffff]*[^\x00-\x20\x7f\ufffe\uffff][^\x00-\x1f\x7f\ufffe\uffff]*"
)
_LOCATOR: Final = re.compile(
    r"(?:(?:sheet|table)=[^\x00-\x1f\x7f=;\ufffe\uffff]+;)?"
    r"row=[1-9][0-9]{0,6};column=[1-9][0-9]{0,6}"
)
_YEAR: Final = re.compile(r"(?<=[/_])[0-9]{4}(?![0-9])")
_DATES: Final = {4: "gYear", 7: "gYearMonth", 10: "date"}

_FORMS: Final = {
    None: (_THING, "a path such as economy/CHN"),
    "decimal": (_DECIMAL, "a plain number"),
    "integer": (_INTEGER, "a whole number"),
    "string": (_TEXT, "text without control characters"),
    "date": (_DATE, "a date such as 2026-02-05, 2026-02 or 2026"),
}
"""The form of the values of each datatype, and its name for error messages."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures.csv.

    Attributes:
        property: The IRI of its property.
        datatype: Its CSVW datatype; None if its values are paths of things.
    """

    property: str
    datatype: str | None = None


COLUMNS: Final[Mapping[str, Column]] = {
    "dataSet": Column(f"{QB}dataSet"),
    **{name: Column(property_) for name, property_ in zip(CELL, DIMENSIONS.values(), strict=True)},
    "obsValue": Column(f"{SDMX_MEASURE}obsValue", "decimal"),
    "unitMeasure": Column(UNIT),
    "unitMult": Column(f"{SDMX_ATTRIBUTE}unitMult", "integer"),
    "decimals": Column(f"{SDMX_ATTRIBUTE}decimals", "integer"),
    "bound": Column(f"{APEC}bound"),
    "printed": Column(f"{APEC}printed", "string"),
    "locator": Column(f"{APEC}locator", "string"),
    "issued": Column(f"{DCTERMS}issued", "date"),
}
"""The columns other than the name."""

_LONGEST: Final = 200
"""Characters that a value may have: a cell of a table has fewer, and more take long to read."""

_LONGEST_QUOTED: Final = 80
"""Characters of a wrong value that an error message shows."""

ONE_PRECISION: Final = "all dates of a table are days, or all are months, or all are years"

_REQUIRED: Final = (
    "dataSet",
    "measure",
    "period",
    "obsValue",
    "unitMeasure",
    "unitMult",
    "decimals",
    "bound",
)


@dataclass(frozen=True)
class Table:
    """The figures of a source that is a table.

    Attributes:
        path: The path of figures.csv.
        source: Name of the source.
        rows: The rows with all columns, keyed by the names of the figures.
        lines: The line of each figure in figures.csv.
        language: The language tag of the printed texts.
    """

    path: Path
    source: str
    rows: Mapping[str, Row]
    lines: Mapping[str, int]
    language: str

    @classmethod
    def read(cls, folder: Path, observe: StepObserver = nullcontext) -> Table:
        """Read the figures of a folder.

        Args:
            folder: The folder, as `apecgraph import` wrote it.
            observe: Observes the reading of each file.

        Returns:
            The table.

        Raises:
            ContentError: A file is missing, or is not as `write_rows` would write it.
        """
        with observe(Step("file", str(folder / METADATA))):
            described = _text(folder / METADATA)
            constant, language = _constants(described, folder / METADATA)
        with observe(Step("file", str(folder / FIGURES))):
            return cls._read(folder, described, constant, language)

    @classmethod
    def _read(
        cls, folder: Path, described: str, constant: Mapping[str, str], language: str
    ) -> Table:
        """Read figures.csv, whose metadata has been read."""
        path = folder / FIGURES
        text = _text(path)
        empty = dict.fromkeys((NAME, *COLUMNS), "")
        rows: dict[str, Row] = {}
        lines: dict[str, int] = {}
        cells: dict[tuple[str, ...], str] = {}
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        try:
            _refuse_header(reader.fieldnames or (), path)
            for values in reader:
                line = reader.line_num
                if None in values or None in values.values():
                    raise ContentError("has more or fewer values than columns", path, line)
                row = {**empty, **constant, **values}
                _refuse_malformed(row, path, line)
                _refuse_misnamed(row, path, line)
                cell = tuple(row[column] for column in CELL)
                same = row[NAME] if row[NAME] in rows else cells.get(cell)
                if same is not None:
                    raise ContentError(
                        f"is another row for the name or the cell of {same}: delete one of the two",
                        path,
                        line,
                    )
                rows[row[NAME]], lines[row[NAME]], cells[cell] = row, line, row[NAME]
        except csv.Error as error:
            raise ContentError(f"is not CSV: {error}", path, reader.reader.line_num) from None
        if not rows:
            raise ContentError("has no figures: delete the folder", path)
        if len({len(row["issued"]) for row in rows.values() if row["issued"]}) > 1:
            raise ContentError(f"issued: {ONE_PRECISION}", path)
        table = cls(path, folder.name, rows, lines, language)
        figures, metadata = write_rows(rows.values(), table.source, language)
        _refuse_difference(text, figures, path)
        _refuse_difference(described, metadata, folder / METADATA)
        return table

    def iri(self, name: str) -> str:
        """Return the IRI of a figure."""
        return f"{ID}figure/{self.source}/{name}"

    @cached_property
    def triples(self) -> tuple[ox.Triple, ...]:
        """The triples that a CSVW processor makes of the rows (CSV2RDF, section 6)."""
        return tuple(self._triples())

    def _triples(self) -> Iterator[ox.Triple]:
        type_, observation = ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{QB}Observation")
        properties = {name: ox.NamedNode(column.property) for name, column in COLUMNS.items()}
        thing = cache(lambda path: ox.NamedNode(f"{ID}{path}"))
        terms: dict[str | None, Callable[[str], Term]] = {
            None: thing,
            "decimal": lambda text: typed(text, "decimal"),
            "integer": cache(lambda text: typed(text, "integer")),
            "string": ox.Literal,
            "date": cache(lambda text: typed(text, _DATES[len(text)])),
        }
        for name, row in self.rows.items():
            figure = ox.NamedNode(self.iri(name))
            yield ox.Triple(figure, type_, observation)
            for key, column in COLUMNS.items():
                text = row[key]
                if text and key == "printed":
                    yield ox.Triple(
                        figure, properties[key], ox.Literal(text, language=self.language)
                    )
                elif text:
                    yield ox.Triple(figure, properties[key], terms[column.datatype](text))


def name_of(codes: Row, left_out: Collection[str] = ()) -> str:
    """Return the local name of a figure, which is made of its codes.

    Args:
        codes: The values of its dimensions.
        left_out: The columns of `OPTIONAL` that have one value in its table.

    Returns:
        The name, for example `chn-exports-trade-value-2024`.
    """
    named = (codes.get(name, "") for name in _NAMED if name not in left_out)
    return "-".join(code.partition("/")[2] for code in named if code).lower()


def write_rows(rows: Iterable[Row], source: str, language: str) -> tuple[str, str]:
    """Write figures, and the description of their columns.

    Columns that are empty are left out. A thing that is the same for all figures is stated once, as
    a virtual column of the description.

    Args:
        rows: The figures.
        source: Name of the source.
        language: Language tag of the printed texts.

    Returns:
        The texts of figures.csv and of its metadata.
    """
    ordered = sorted(rows, key=lambda row: row[NAME])
    values = {name: {row[name] for row in ordered} for name in COLUMNS}
    constant = [
        name
        for name, column in COLUMNS.items()
        if column.datatype is None and len(values[name]) == 1 and values[name] != {""}
    ]
    written = [name for name in COLUMNS if name not in constant and values[name] - {""}]
    output = io.StringIO()
    writer = csv.DictWriter(output, (NAME, *written), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(ordered)
    dates = values["issued"] - {""}
    form_of_date = _DATES[len(min(dates))] if dates else ""
    columns = [
        {"name": NAME, "titles": NAME, "datatype": "string", "suppressOutput": True},
        *(_described(name, language, form_of_date) for name in written),
        *(_virtual(name, COLUMNS[name].property, f"{ID}{min(values[name])}") for name in constant),
        _virtual("type", f"{RDF}type", f"{QB}Observation"),
    ]
    metadata = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": FIGURES,
        "tableSchema": {
            "aboutUrl": f"{ID}figure/{source}/{{{NAME}}}",
            "primaryKey": NAME,
            "columns": columns,
        },
    }
    return output.getvalue(), json.dumps(metadata, ensure_ascii=False, indent=2) + "\n"


def _text(path: Path) -> str:
    try:
        return read_file(path).decode()
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", path) from None
    except UnicodeDecodeError:
        raise ContentError("is not UTF-8", path) from None


def _constants(text: str, path: Path) -> tuple[Row, str]:
    """Return the values of the virtual columns, and the language of the printed texts."""
    try:
        columns = json.loads(text)["tableSchema"]["columns"]
        constant = {
            column["name"]: column["valueUrl"].removeprefix(ID)
            for column in columns
            if "virtual" in column and column["name"] in COLUMNS
        }
        language = next((column["lang"] for column in columns if "lang" in column), None)
        if language is not None:
            _refuse_unknown(language, path)
        return constant, language or ""
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ContentError(
            "is not as apecgraph import wrote it: restore it, or import the table again", path
        ) from None


def _refuse_header(columns: Sequence[str], path: Path) -> None:
    """Raise ContentError if a column is unknown, or is there twice."""
    unknown = sorted(set(columns) - {NAME, *COLUMNS})
    if unknown:
        raise ContentError(f"has an unknown column: {_quoted(unknown[0])}", path, 1)
    repeated = [column for column in columns if columns.count(column) > 1]
    if repeated:
        raise ContentError(f"has the column {repeated[0]} twice: delete one of the two", path, 1)


def _refuse_difference(text: str, expected: str, path: Path) -> None:
    """Raise ContentError at the first line that differs from what `write_rows` writes."""
    if text == expected:
        return
    lines, others = text.split("\n"), expected.split("\n")
    pairs = enumerate(zip_longest(lines, others), 1)
    line = next(number for number, (one, other) in pairs if one != other)
    raise ContentError(
        "is not as apecgraph writes it (rows sorted by name, only columns that differ): import the "
        "table again",
        path,
        line,
    )


def _quoted(text: str) -> str:
    """Return the beginning of a text in quotes, with escapes for characters that do not show."""
    return repr(text if len(text) <= _LONGEST_QUOTED else f"{text[:_LONGEST_QUOTED]}…")


def _refuse_unknown(language: str, path: Path) -> None:
    """Raise ContentError if a text is not a language tag."""
    try:
        ox.Literal("", language=language)
    except ValueError:
        raise ContentError(f"lang: {_quoted(language)} is not a language tag", path) from None


def _refuse_malformed(row: Row, path: Path, line: int) -> None:
    """Raise ContentError if a value of a row is missing, or has another form than its column."""
    if not _NAME.fullmatch(row[NAME]):
        raise ContentError(
            f"name: {_quoted(row[NAME])} is not a name of at most 200 small letters, "
            "digits, - and _",
            path,
            line,
        )
    for name, column in COLUMNS.items():
        text = row[name]
        if len(text) > _LONGEST:
            raise ContentError(
                f"{name}: has {len(text):,} characters, more than the {_LONGEST:,} allowed: "
                "correct it",
                path,
                line,
            )
        form, words = _FORMS[column.datatype]
        if not text and name in _REQUIRED:
            raise ContentError(f"has no {name}", path, line)
        if text and not form.fullmatch(text):
            raise ContentError(f"{name}: {_quoted(text)} is not {words}", path, line)
    if row["locator"] and not _LOCATOR.fullmatch(row["locator"]):
        raise ContentError(
            f"locator: {_quoted(row['locator'])} is not a place such as "
            "sheet=Exports;row=13;column=4",
            path,
            line,
        )
    before = _YEAR.sub(lambda year: f"{int(year[0]) - 1:04}", row["period"])
    if row["basePeriod"] not in ("", before):
        raise ContentError(
            f"basePeriod: {row['basePeriod']} is not the year before {row['period']}: correct it",
            path,
            line,
        )
    places = len(row["obsValue"].partition(".")[2])
    if places != int(row["decimals"]):
        raise ContentError(
            f"decimals: {row['obsValue']} has {places} decimal places, not {row['decimals']}",
            path,
            line,
        )


def _refuse_misnamed(row: Row, path: Path, line: int) -> None:
    """Raise ContentError if the name of a row is not made of its codes."""
    if not any(row[NAME] == name_of(row, left_out) for left_out in _LEFT_OUT):
        raise ContentError(
            f"name: {row[NAME]} is not made of the codes of its row, which make "
            f"{name_of(row, OPTIONAL)}: correct the name or the code that is wrong",
            path,
            line,
        )


def _described(name: str, language: str, form_of_date: str) -> dict[str, Any]:
    column = COLUMNS[name]
    described = {"name": name, "titles": name, "propertyUrl": column.property}
    if column.datatype is None:
        return described | {"datatype": "string", "valueUrl": f"{ID}{{+{name}}}"}
    if name == "printed":
        described["lang"] = language
    if name == "issued":
        return described | {"datatype": form_of_date}
    return described | {"datatype": column.datatype}


def _virtual(name: str, property_: str, value: str) -> dict[str, Any]:
    return {"name": name, "virtual": True, "propertyUrl": property_, "valueUrl": value}
