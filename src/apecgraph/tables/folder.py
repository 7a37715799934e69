"""The folder of a table in the content: its source, its figures, and the meanings of its columns.

`figures.csv` follows RFC 4180. `figures.csv-metadata.json` describes it in the Metadata Vocabulary
for Tabular Data, with the properties of the published `figures.csv`, so that any processor makes
the same triples from it (CSV2RDF).
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from apecgraph.content.cube import DIMENSIONS, UNIT, local_name
from apecgraph.content.folder import SOURCE_PREFIX
from apecgraph.entry.literals import date_literal
from apecgraph.errors import ContentError
from apecgraph.rdf.namespaces import (
    APEC,
    DCAT,
    DCTERMS,
    ID,
    QB,
    RDF,
    RDFS,
    SCHEMA,
    SDMX_ATTRIBUTE,
    SDMX_MEASURE,
    SKOS,
    XSD,
)
from apecgraph.rdf.terms import Value, term_text, triples_about
from apecgraph.rdf.turtle import parse_file, write_turtle
from apecgraph.release.durable import TEMPORARY, persist, persist_names
from apecgraph.tables.figures import TableFigure
from apecgraph.tables.mapping import Source
from apecgraph.tables.meanings import Meanings

TABLES: Final = "data/tables"
PERIODS: Final = "data/entities/periods.ttl"
SOURCE: Final = "source.ttl"
FIGURES: Final = "figures.csv"
METADATA: Final = f"{FIGURES}-metadata.json"
MAPPING: Final = "mapping.toml"

_BOUND: Final = "bound/rounded"
_NAME: Final = "name"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of figures.csv.

    Attributes:
        property: The IRI of its property.
        datatype: Its CSVW datatype; None if its values are paths of things.
    """

    property: str
    datatype: str | None = None


_COLUMNS: Final[Mapping[str, _Column]] = {
    "dataSet": _Column(f"{QB}dataSet"),
    **{
        local_name(DIMENSIONS[name]): _Column(DIMENSIONS[name])
        for name in (
            *("reporter", "counterpart", "flow", "coverage", "measure", "period", "base_period"),
            *("currency", "valuation"),
        )
    },
    "obsValue": _Column(f"{SDMX_MEASURE}obsValue", "decimal"),
    "unitMeasure": _Column(UNIT),
    "unitMult": _Column(f"{SDMX_ATTRIBUTE}unitMult", "integer"),
    "decimals": _Column(f"{SDMX_ATTRIBUTE}decimals", "integer"),
    "bound": _Column(f"{APEC}bound"),
    "printed": _Column(f"{APEC}printed", "string"),
    "locator": _Column(f"{APEC}locator", "string"),
    "issued": _Column(f"{DCTERMS}issued", "date"),
}

Row = Mapping[str, str]
"""The values of a figure by column."""


@dataclass(frozen=True, slots=True)
class EnteredTable:
    """A table that can be written.

    Attributes:
        periods: The text of the file of periods; None if it has all periods already.
        texts: The texts of the files, keyed by name.
        notes: The account for the editor.
    """

    periods: str | None
    texts: Mapping[str, str]
    notes: tuple[str, ...]


def figure_row(figure: TableFigure, issued: str) -> Row:
    """Return the row of a figure.

    Args:
        figure: The figure.
        issued: When the edition that prints it was released; empty if that is not known.

    Returns:
        Its values by column; a column without a value is empty.
    """
    return {
        _NAME: figure.name,
        "dataSet": figure.dataset,
        "reporter": figure.reporter,
        "counterpart": figure.counterpart,
        "flow": figure.flow,
        "coverage": figure.coverage,
        "measure": figure.measure,
        "period": figure.period.code,
        "basePeriod": figure.base.code if figure.base else "",
        "currency": figure.currency,
        "valuation": figure.valuation or "",
        "obsValue": figure.digits,
        "unitMeasure": figure.unit,
        "unitMult": str(figure.multiplier),
        "decimals": str(figure.decimals),
        "bound": _BOUND,
        "printed": figure.printed,
        "locator": figure.locator,
        "issued": issued,
    }


def read_rows(folder: Path) -> dict[str, Row]:
    """Read the figures of a folder.

    Args:
        folder: The folder, which this module wrote.

    Returns:
        The rows with all columns, keyed by the names of the figures; empty if there is no folder.

    Raises:
        ContentError: A file of the folder is missing or damaged.
    """
    if not (folder / FIGURES).is_file():
        return {}
    try:
        metadata = json.loads((folder / METADATA).read_text(encoding="utf-8"))
        constant = {
            column["name"]: column["valueUrl"].removeprefix(ID)
            for column in metadata["tableSchema"]["columns"]
            if "virtual" in column and column["name"] in _COLUMNS
        }
        text = (folder / FIGURES).read_text(encoding="utf-8")
        empty = dict.fromkeys((_NAME, *_COLUMNS), "")
        rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        return {row[_NAME]: {**empty, **constant, **row} for row in rows}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, csv.Error):
        raise ContentError(
            "is not as apecgraph import wrote it: restore it, or delete the folder and import the "
            "table again",
            folder,
        ) from None


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
    ordered = sorted(rows, key=lambda row: row[_NAME])
    values = {name: {row[name] for row in ordered} for name in _COLUMNS}
    constant = [
        name
        for name, column in _COLUMNS.items()
        if column.datatype is None and len(values[name]) == 1 and values[name] != {""}
    ]
    written = [name for name in _COLUMNS if name not in constant and values[name] - {""}]
    output = io.StringIO()
    writer = csv.DictWriter(output, (_NAME, *written), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(ordered)
    dates = values["issued"] - {""}
    form_of_date = date_literal(min(dates)).datatype.value.removeprefix(XSD) if dates else ""
    columns = [
        {"name": _NAME, "titles": _NAME, "datatype": "string", "suppressOutput": True},
        *(_described(name, language, form_of_date) for name in written),
        *(_virtual(name, _COLUMNS[name].property, f"{ID}{min(values[name])}") for name in constant),
        _virtual("type", f"{RDF}type", f"{QB}Observation"),
    ]
    metadata = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": FIGURES,
        "tableSchema": {
            "aboutUrl": f"{ID}figure/{source}/{{{_NAME}}}",
            "primaryKey": _NAME,
            "columns": columns,
        },
    }
    return output.getvalue(), json.dumps(metadata, ensure_ascii=False, indent=2) + "\n"


def write_source(name: str, source: Source, meanings: Meanings, path: Path) -> str:
    """Write the description of a source.

    Args:
        name: Name of the source.
        source: Its description in the mapping.
        meanings: The codes of the mapping.
        path: The file, for error messages.

    Returns:
        Its text in canonical Turtle.
    """
    iri = f"{SOURCE_PREFIX}{name}"
    values: list[tuple[str, Value]] = [
        (f"{RDF}type", f"{APEC}Source"),
        (f"{RDF}type", f"{SCHEMA}Dataset"),
        (f"{RDFS}label", ox.Literal(source.title, language="en")),
        (f"{DCTERMS}identifier", ox.Literal(source.identifier or name)),
        (f"{DCTERMS}language", ox.Literal(source.language)),
        (f"{DCTERMS}publisher", f"{ID}{meanings.code(source.publisher)}"),
        (
            f"{SDMX_ATTRIBUTE}compilingOrg",
            f"{ID}{meanings.code(source.compiler or source.publisher)}",
        ),
        (f"{SCHEMA}url", source.url),
    ]
    if source.issued:
        values.append((f"{DCTERMS}issued", date_literal(source.issued)))
    if source.version:
        values.append((f"{DCAT}version", ox.Literal(source.version)))
    note = " ".join(filter(None, (source.note, source.rights)))
    if note:
        values.append((f"{SKOS}editorialNote", ox.Literal(note, language="en")))
    return write_turtle(triples_about(iri, *values), {}, path)


def _described(name: str, language: str, form_of_date: str) -> dict[str, Any]:
    column = _COLUMNS[name]
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


def source_values(path: Path) -> Mapping[str, str]:
    """Return the address and the release date of a source that is described already.

    Args:
        path: Its file; it need not exist.

    Returns:
        `url` and `issued`, as far as they are stated.
    """
    if not path.is_file():
        return {}
    names = {f"{SCHEMA}url": "url", f"{DCTERMS}issued": "issued"}
    triples, _ = parse_file(path)
    return {
        names[each.predicate.value]: term_text(each.object)
        for each in triples
        if each.predicate.value in names
    }


def folder_texts(folder: Path) -> Mapping[str, str]:
    """Return the texts of the files of a folder, keyed by name; empty if there is no folder."""
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes().decode("utf-8", "replace") for path in folder.iterdir()}


def replace_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the files of a folder so that all of them are new, or none.

    Args:
        folder: The folder, which need not exist.
        texts: The texts of the files, keyed by name.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Outside the folder of tables: in it, an unfinished folder would be read as a table.
    new, old = (folder.parents[1] / f"{TEMPORARY}{folder.name}{suffix}" for suffix in ("", ".old"))
    if old.exists() and not folder.exists():
        old.rename(folder)  # the last run was killed between the two renames below
    for path in (new, old):
        shutil.rmtree(path, ignore_errors=True)
    new.mkdir()
    for name, text in texts.items():
        (new / name).write_text(text, encoding="utf-8", newline="")
    persist(new)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    persist_names(folder.parent)
    shutil.rmtree(old, ignore_errors=True)
