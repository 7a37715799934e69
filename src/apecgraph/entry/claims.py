"""New sources, figures and statements: their triples, and the files that contain them.

A figure is entered from a row of `figures.csv`, as it is published, or from the same columns as
options of a command. A thing may be given by its IRI, its code or one of its names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import pyoxigraph as ox

from apecgraph.consistency.printed_edit_rule import FigureEntry, has_direction, measures, misread
from apecgraph.content.codes import Codes
from apecgraph.content.cube import ANY_CURRENCY, DIMENSIONS, UNIT, local_name
from apecgraph.content.defaults import DEFAULTED, with_defaults
from apecgraph.content.folder import SOURCE_PREFIX, Content
from apecgraph.entry.literals import DATE, date_literal, decimal, language_tag, turtle_literal
from apecgraph.entry.numbers import number_words, read_bound, read_number, read_unit
from apecgraph.entry.properties import read_inferred, read_predicate
from apecgraph.errors import EntryRefused
from apecgraph.intervals import decimal_text
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import (
    APEC,
    DCTERMS,
    ID,
    QB,
    RDF,
    RDFS,
    SCHEMA,
    SDMX_ATTRIBUTE,
    SDMX_MEASURE,
    SKOS,
    compact,
)
from apecgraph.rdf.terms import Value, in_graph, triples_about, typed
from apecgraph.rdf.turtle import parse_file, write_turtle
from apecgraph.text.printed_words import PrintedMeaning, PrintedWords

Row: TypeAlias = Mapping[str, str]
"""The values of a claim, keyed by column; an empty value is the same as a missing one."""

_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PERCENT: Final = f"{ID}unit/percent"
_COLUMNS: Final = {field: local_name(property_) for field, property_ in DIMENSIONS.items()}
"""The column of each dimension."""

_KINDS: Final = {
    "reporter": ("economy", "group"),
    "counterpart": ("economy", "group"),
    "base_period": ("period",),
    "currency": ("unit",),
    "subject": (),
}
"""The kinds of things in a dimension, if they differ from its name; an empty tuple allows any."""

_DEFAULTS: Final = {"flow": "flow/total", "coverage": "coverage/all-goods"}
"""The values of dimensions for which an editor gives none."""

_WRITTEN: Final = (
    "identifier",
    "dataSet",
    "bound",
    "unitMeasure",
    "obsValue",
    "rangeEnd",
    "unitMult",
    "decimals",
    "obsStatus",
    "basePer",
    "statedIn",
)
_DERIVED: Final = (
    "startDate",
    "endDate",
    "value",
    "lower",
    "upper",
    "status",
    "decision",
)
FIGURE_COLUMNS: Final = (*_COLUMNS.values(), *_WRITTEN, "inferred", "printed", "language", "figure")
"""The columns that a new figure is entered from."""


@dataclass(frozen=True, slots=True)
class NewClaims:
    """Claims to write.

    Attributes:
        files: The new text of each file.
        notes: The claims that are written, the values read from the printed words, and the gaps
            that the editor has to fill.
    """

    files: Mapping[Path, str]
    notes: tuple[str, ...]


class Entries:
    """Enters claims into a content folder.

    Args:
        content: The content.
    """

    def __init__(self, content: Content) -> None:
        self._content = content
        self._graph = Graph(content.quads)
        self._codes = Codes(self._graph)
        self._words = PrintedWords(self._graph)
        self._files: dict[Path, list[ox.Triple]] = {}
        self._notes: list[str] = []

    def triples(self) -> Mapping[Path, Iterable[ox.Triple]]:
        """Return the triples of all entered claims, keyed by file."""
        return self._files

    def claims(self) -> NewClaims:
        """Return the files with all entered claims."""
        texts = {}
        for path, triples in self._files.items():
            known, prefixes = parse_file(path) if path.exists() else ([], {})
            texts[path] = write_turtle([*known, *triples], prefixes, path)
        return NewClaims(texts, tuple(self._notes))

    def enter(self, kind: str, rows: Iterable[Row]) -> None:
        """Enter claims of one kind.

        Args:
            kind: "source", "figure" or "statement".
            rows: The values of each.

        Raises:
            ExceptionGroup: Rows are refused; the group has an EntryRefused for each.
        """
        enter = {"source": self.source, "figure": self.figure, "statement": self.statement}[kind]
        refused: list[EntryRefused] = []
        several = [*rows]
        for number, row in enumerate(several, 1):
            try:
                enter(row)
            except EntryRefused as error:
                refused.append(EntryRefused(f"row {number}: {error}") if several[1:] else error)
        if refused:
            raise ExceptionGroup("nothing is written", refused)

    def source(self, row: Row) -> None:
        """Enter a source.

        Args:
            row: `name` (of the source and of its file), `title`, `url`, `publisher`, `language`,
                and optionally `issued` and `identifier`.

        Raises:
            EntryRefused: The name is taken, or a value is missing or unknown.
        """
        name = row.get("name", "")
        if not _NAME.fullmatch(name):
            raise EntryRefused(
                f"'{name}' is not a valid name: use lower-case letters, digits and hyphens"
            )
        path = self._path(f"{SOURCE_PREFIX}{name}")
        if path.exists():
            raise EntryRefused(
                f"{self._content.relative(path)} already exists: choose another name"
            )
        for column in ("title", "url", "publisher", "language"):
            if not row.get(column):
                raise EntryRefused(f"a source needs a {column}")
        publisher = self._codes.find(row["publisher"], "publisher")
        issued = row.get("issued")
        values: list[tuple[str, Value]] = [
            (f"{RDF}type", f"{APEC}Source"),
            (f"{RDFS}label", ox.Literal(row["title"], language=language_tag(row["language"]))),
            (f"{DCTERMS}identifier", ox.Literal(row.get("identifier") or name)),
            (f"{DCTERMS}language", ox.Literal(row["language"])),
            (f"{DCTERMS}publisher", publisher),
            (f"{SCHEMA}url", row["url"]),
        ]
        if issued:
            values.append((f"{DCTERMS}issued", date_literal(issued)))
        self._add(f"{SOURCE_PREFIX}{name}", f"{SOURCE_PREFIX}{name}", values)
        if not issued:
            self._notes.append(
                "still to fill in: the date of the source (dcterms:issued), if known"
            )
        self._notes.append(
            "still to fill in: what the source states (apecgraph new figure, statement)"
        )

    def figure(self, row: Row) -> None:
        """Enter a figure.

        Args:
            row: Its values by column (`FIGURE_COLUMNS`). The other columns of
                `figures.csv` are derived, so they are not read.

        Raises:
            EntryRefused: A value is missing, unknown, or contradicts the printed words.
        """
        for column, text in row.items():
            known = column in (*FIGURE_COLUMNS, *_DERIVED) or column.endswith("Label")
            if text and not known:
                raise EntryRefused(
                    f"there is no column '{column}'; the columns are {', '.join(FIGURE_COLUMNS)}"
                )
        source = self._find(row, "statedIn", "source")
        measure = self._find(row, "measure", "measure")
        printed, literal = self._printed(row, source)
        status = self._status(row, printed)
        dataset = self._dataset(measure, status)
        unit = read_unit(printed, self._optional(row, "unitMeasure", "unit"), self._units(measure))
        cell = self._cell(row, measure, dataset, unit)
        is_growth = has_direction(self._graph, measure, unit)
        number = read_number(
            printed,
            (row.get("obsValue", ""), row.get("unitMult", ""), row.get("decimals", "")),
            unit,
            is_growth=is_growth,
            in_percent=unit == _PERCENT,
            in_money=self._graph.has(unit, f"{SKOS}broader", ANY_CURRENCY),
        )
        bound = read_bound(printed, self._optional(row, "bound", "bound"), unit)
        inferred = read_inferred(row.get("inferred", ""))
        range_end = decimal(row["rangeEnd"]) if row.get("rangeEnd") else None
        if printed is not None:
            entry = FigureEntry(
                *(number.observed, number.multiplier, number.decimals, bound, unit),
                range_end=range_end,
                is_growth=is_growth,
                status=status,
                measures=measures(self._graph, measure),
                inferred=inferred,
            )
            differences = list(misread(printed, entry))
            if differences:
                raise EntryRefused(f"'{row['printed']}' {'; '.join(differences)}")
        iri = self._figure_name(row, source, measure, {**cell, UNIT: unit})
        values: list[tuple[str, Value]] = [
            (f"{RDF}type", f"{QB}Observation"),
            *cell.items(),
            (UNIT, unit),
            (f"{QB}dataSet", dataset),
            (f"{APEC}bound", bound),
            (f"{SDMX_MEASURE}obsValue", typed(decimal_text(number.observed), "decimal")),
            (f"{SDMX_ATTRIBUTE}unitMult", number.multiplier),
            (f"{SDMX_ATTRIBUTE}decimals", number.decimals),
        ]
        if range_end is not None:
            values.append((f"{APEC}rangeEnd", typed(decimal_text(range_end), "decimal")))
        if status is not None:
            values.append((f"{SDMX_ATTRIBUTE}obsStatus", status))
        prices = self._optional(row, "basePer", "period")
        if prices is not None:
            values.append((f"{SDMX_ATTRIBUTE}basePer", prices))
        values += [(f"{APEC}inferred", property_) for property_ in sorted(inferred)]
        self._add(source, iri, [*values, *_cited(row, literal)])
        for field, default in _DEFAULTS.items():
            if DIMENSIONS[field] in cell and not row.get(_COLUMNS[field]):
                self._notes.append(f"    {default}, because no {_COLUMNS[field]} is given")
        read = f"{number_words(number)}, {compact(unit)}, {compact(bound)}"
        self._notes.append(f"    {read}{'' if literal is None else f', from {literal.value!r}'}")
        if literal is None:
            self._notes.append("still to fill in: the printed words (apec:printed)")

    def statement(self, row: Row) -> None:
        """Enter a statement.

        Args:
            row: `statedIn`, `subject`, `predicate`, `object`, and optionally `printed`, `language`
                and `identifier`.

        Raises:
            EntryRefused: A value is missing or unknown.
        """
        source = self._find(row, "statedIn", "source")
        subject = self._find(row, "subject")
        predicate = read_predicate(row.get("predicate", ""))
        _, literal = self._printed(row, source)
        name = re.sub("[^a-z0-9]+", "-", compact(predicate).partition(":")[2].lower())
        iri = self._free(source, "statement", name, row.get("statement"))
        values: list[tuple[str, Value]] = [
            (f"{RDF}type", f"{RDF}Statement"),
            (f"{RDF}subject", subject),
            (f"{RDF}predicate", predicate),
            (f"{RDF}object", self._object(row, predicate, source)),
        ]
        period = self._optional(row, "period", "period")
        if period is not None:
            values.append((f"{APEC}period", period))
        self._add(source, iri, [*values, *_cited(row, literal)])
        if literal is None:
            self._notes.append("still to fill in: the printed words (apec:printed)")

    def _status(self, row: Row, printed: PrintedMeaning | None) -> str | None:
        """Return the status that the editor gives or the words print; None for an outcome."""
        text = row.get("obsStatus")
        if not text:
            expressed = printed.statuses if printed else frozenset[str]()
            return next(iter(expressed)) if len(expressed) == 1 else None
        statuses = self._graph.subjects(f"{SKOS}inScheme", f"{ID}scheme/obs-statuses")
        names = {status: self._graph.value(status, f"{SKOS}prefLabel") for status in statuses}
        for status, name in names.items():
            if text in (status, compact(status), name):
                return status
        listed = ", ".join(filter(None, names.values()))
        raise EntryRefused(f"'{text}' is not a status; the statuses are {listed}")

    def _dataset(self, measure: str, status: str | None) -> str:
        """Return the dataset of a measure, or its counterpart for forecasts and targets."""
        dataset = self._graph.required_value(measure, f"{DCTERMS}isPartOf")
        expectations = status and self._graph.value(status, f"{DCTERMS}isPartOf")
        if not expectations:
            return dataset
        structure = self._graph.required_value(dataset, f"{QB}structure")
        alike = self._graph.subjects(f"{QB}structure", structure)
        parts = (
            each for each in alike if self._graph.has(each, f"{DCTERMS}isPartOf", expectations)
        )
        return next(parts, dataset)

    def _units(self, measure: str) -> list[str]:
        """Return the units that figures of a measure may have."""
        unit = self._graph.required_value(measure, UNIT)
        return self._graph.subjects(f"{SKOS}broader", unit) if unit == ANY_CURRENCY else [unit]

    def _cell(self, row: Row, measure: str, dataset: str, unit: str) -> dict[str, str]:
        """Return the dimensions of a figure, as far as the build does not derive them."""
        structure = self._graph.required_value(dataset, f"{QB}structure")
        components = self._graph.values(structure, f"{QB}component")
        asked = {
            property_
            for component in components
            for property_ in self._graph.values(component, f"{QB}dimension")
        }
        cell: dict[str, str] = {}
        for field, property_ in DIMENSIONS.items():
            column, kinds = _COLUMNS[field], _KINDS.get(field, (field,))
            if property_ not in asked:
                if row.get(column):
                    raise EntryRefused(
                        f"figures of {compact(measure)} have no {column}: leave it out"
                    )
            elif property_ in DEFAULTED:
                given = self._optional(row, column, *kinds)
                default = with_defaults({**cell, UNIT: unit}, self._graph).get(property_)
                if given is not None and given != default:
                    cell[property_] = given
            elif not row.get(column) and field in _DEFAULTS:
                cell[property_] = f"{ID}{_DEFAULTS[field]}"
            else:
                cell[property_] = self._find(row, column, *kinds)
        return cell

    def _find(self, row: Row, column: str, *kinds: str) -> str:
        """Return the IRI of the thing in a column."""
        text = row.get(column, "")
        if not text:
            kind = f" ({' or '.join(kinds)})" if kinds else ""
            raise EntryRefused(f"{column} is missing: give the code or the name of a thing{kind}")
        return self._codes.find(text.removeprefix(ID), *kinds)

    def _optional(self, row: Row, column: str, *kinds: str) -> str | None:
        return self._find(row, column, *kinds) if row.get(column) else None

    def _object(self, row: Row, predicate: str, source: str) -> Value:
        """Return the object of a statement: a thing, a date or a text."""
        text = row.get("object", "")
        if not text:
            raise EntryRefused("object is missing: give a thing, a date or a text")
        if text.startswith('"'):
            return turtle_literal(text)
        if text.startswith(("http:", "https:")) and not text.startswith(ID):
            return ox.NamedNode(text)
        if "/" in text and " " not in text:
            return self._find(row, "object")
        if DATE.fullmatch(text):
            return date_literal(text)
        return ox.Literal(text, language=self._language(row, source))

    def _printed(self, row: Row, source: str) -> tuple[PrintedMeaning | None, ox.Literal | None]:
        if not row.get("printed"):
            return None, None
        language = self._language(row, source)
        meaning = self._words.read(row["printed"], language)
        return meaning, ox.Literal(row["printed"], language=language)

    def _language(self, row: Row, source: str) -> str:
        languages = self._graph.values(source, f"{DCTERMS}language")
        if not row.get("language") and len(languages) != 1:
            raise EntryRefused("the source has several languages: give the language of the words")
        return language_tag(row.get("language") or languages[0])

    def _figure_name(self, row: Row, source: str, measure: str, cell: Mapping[str, str]) -> str:
        """Return a free name of a figure; refuse a cell that the source already states."""
        complete = with_defaults(cell, self._graph)
        for iri in self._graph.named_graph(source).subjects(f"{RDF}type", f"{QB}Observation"):
            stated = {
                property_: value
                for property_ in (*DIMENSIONS.values(), UNIT)
                if (value := self._graph.value(iri, property_)) is not None
            }
            if with_defaults(stated, self._graph) == complete:
                raise EntryRefused(f"the source already states this: {compact(iri)}")
        period = cell[DIMENSIONS["period"]].rpartition("/")[2]
        name = f"{measure.rpartition('/')[2]}-{period}"
        return self._free(source, "figure", name, row.get("figure"))

    def _free(self, source: str, kind: str, name: str, given: str | None) -> str:
        """Return an IRI that describes nothing yet: the given one, or one with a number."""
        space = f"{ID}{kind}/{source.removeprefix(SOURCE_PREFIX)}/"
        if given:
            if not _NAME.fullmatch(given.removeprefix(space).replace("_", "-")):
                raise EntryRefused(
                    f"{kind}: '{given}' is not a valid name for a {kind} of this source"
                )
            iri = space + given.removeprefix(space)
            if self._graph.has(iri):
                raise EntryRefused(f"{compact(iri)} already exists")
            return iri
        number, iri = 1, space + name
        free = iri
        while self._graph.has(free):
            number += 1
            free = f"{iri}-{number}"
        return free

    def _add(self, source: str, iri: str, values: Iterable[tuple[str, Value]]) -> None:
        path = self._path(source)
        triples = list(triples_about(iri, *values))
        self._graph.store.extend(in_graph(triple, ox.NamedNode(source)) for triple in triples)
        self._files.setdefault(path, []).extend(triples)
        self._notes.append(f"{self._content.relative(path)}: {compact(iri)} written")

    def _path(self, source: str) -> Path:
        return self._content.root / "data" / "sources" / f"{source.removeprefix(SOURCE_PREFIX)}.ttl"


def _cited(row: Row, printed: ox.Literal | None) -> Iterator[tuple[str, Value]]:
    """Yield the printed words and the identifier of a claim."""
    if printed is not None:
        yield f"{APEC}printed", printed
    if row.get("identifier"):
        yield f"{DCTERMS}identifier", ox.Literal(row["identifier"])
