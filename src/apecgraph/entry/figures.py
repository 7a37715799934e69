"""New figures.

A figure is entered from a row of `figures.csv`, as it is published, or from the same columns as
options of a command.
"""

from __future__ import annotations

from typing import Final

from apecgraph.consistency.printed_edit_rule import FigureEntry, has_direction, measures, misread
from apecgraph.content.cube import ANY_CURRENCY, DIMENSIONS, UNIT, local_name
from apecgraph.content.defaults import DEFAULTED, with_defaults
from apecgraph.entry.draft import Draft, Row, cited, read
from apecgraph.entry.literals import decimal
from apecgraph.entry.numbers import number_words, read_bound, read_number, read_unit
from apecgraph.entry.properties import read_inferred
from apecgraph.errors import EntryRefused
from apecgraph.intervals import decimal_text
from apecgraph.rdf.namespaces import (
    APEC,
    DCTERMS,
    ID,
    QB,
    RDF,
    SDMX_ATTRIBUTE,
    SDMX_MEASURE,
    SKOS,
    compact,
)
from apecgraph.rdf.terms import Value, typed
from apecgraph.text.printed_words import PrintedMeaning

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


def enter_figure(draft: Draft, row: Row) -> str:
    """Enter a figure.

    Args:
        draft: Where the figure is entered.
        row: Its values by column (`FIGURE_COLUMNS`). The other columns of `figures.csv` are
            derived, so they are not read.

    Returns:
        The IRI of the figure.

    Raises:
        EntryRefused: A value is missing, unknown, or contradicts the printed words.
    """
    for column, text in row.items():
        known = column in (*FIGURE_COLUMNS, *_DERIVED) or column.endswith("Label")
        if text and not known:
            raise EntryRefused(
                f"there is no column '{column}'; the columns are {', '.join(FIGURE_COLUMNS)}"
            )
    source = draft.find(row, "statedIn", "source")
    measure = draft.find(row, "measure", "measure")
    printed, literal = draft.printed(row, source)
    status = _status(draft, row, printed)
    dataset = _dataset(draft, measure, status)
    unit = read_unit(printed, draft.optional(row, "unitMeasure", "unit"), _units(draft, measure))
    cell = _cell(draft, row, measure, dataset, unit)
    is_growth = has_direction(draft.graph, measure, unit)
    number = read_number(
        printed,
        (row.get("obsValue", ""), row.get("unitMult", ""), row.get("decimals", "")),
        unit,
        is_growth=is_growth,
        in_percent=unit == _PERCENT,
        in_money=draft.graph.has(unit, f"{SKOS}broader", ANY_CURRENCY),
    )
    bound = read_bound(printed, draft.optional(row, "bound", "bound"), unit)
    inferred = read(row, "inferred", read_inferred)
    range_end = read(row, "rangeEnd", decimal) if row.get("rangeEnd") else None
    if printed is not None:
        entry = FigureEntry(
            *(number.observed, number.multiplier, number.decimals, bound, unit),
            range_end=range_end,
            is_growth=is_growth,
            status=status,
            measures=measures(draft.graph, measure),
            inferred=inferred,
        )
        differences = list(misread(printed, entry))
        if differences:
            raise EntryRefused(f"'{row['printed']}' {'; '.join(differences)}")
    period = cell[DIMENSIONS["period"]].rpartition("/")[2]
    name = f"{measure.rpartition('/')[2]}-{period}"
    iri = draft.free(source, "figure", name, row.get("figure"))
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
    prices = draft.optional(row, "basePer", "period")
    if prices is not None:
        values.append((f"{SDMX_ATTRIBUTE}basePer", prices))
    values += [(f"{APEC}inferred", property_) for property_ in sorted(inferred)]
    draft.add(source, iri, [*values, *cited(row, literal)])
    for field, default in _DEFAULTS.items():
        if DIMENSIONS[field] in cell and not row.get(_COLUMNS[field]):
            draft.notes.append(f"    {default}, because no {_COLUMNS[field]} is given")
    number_read = f"{number_words(number)}, {compact(unit)}, {compact(bound)}"
    draft.notes.append(f"    {number_read}{'' if literal is None else f', from {literal.value!r}'}")
    if literal is None:
        draft.notes.append("still to fill in: the printed words (apec:printed)")
    return iri


def _status(draft: Draft, row: Row, printed: PrintedMeaning | None) -> str | None:
    """Return the status that the editor gives or the words print; None for an outcome."""
    text = row.get("obsStatus")
    if not text:
        expressed = printed.statuses if printed else frozenset[str]()
        return next(iter(expressed)) if len(expressed) == 1 else None
    statuses = draft.graph.subjects(f"{SKOS}inScheme", f"{ID}scheme/obs-statuses")
    names = {status: draft.graph.value(status, f"{SKOS}prefLabel") for status in statuses}
    for status, name in names.items():
        if text in (status, compact(status), name):
            return status
    listed = ", ".join(filter(None, names.values()))
    raise EntryRefused(f"obsStatus: '{text}' is not a status; the statuses are {listed}")


def _dataset(draft: Draft, measure: str, status: str | None) -> str:
    """Return the dataset of a measure, or its counterpart for forecasts and targets."""
    dataset = draft.graph.required_value(measure, f"{DCTERMS}isPartOf")
    expectations = status and draft.graph.value(status, f"{DCTERMS}isPartOf")
    if not expectations:
        return dataset
    structure = draft.graph.required_value(dataset, f"{QB}structure")
    alike = draft.graph.subjects(f"{QB}structure", structure)
    parts = (each for each in alike if draft.graph.has(each, f"{DCTERMS}isPartOf", expectations))
    return next(parts, dataset)


def _units(draft: Draft, measure: str) -> list[str]:
    """Return the units that figures of a measure may have."""
    unit = draft.graph.required_value(measure, UNIT)
    return draft.graph.subjects(f"{SKOS}broader", unit) if unit == ANY_CURRENCY else [unit]


def _cell(draft: Draft, row: Row, measure: str, dataset: str, unit: str) -> dict[str, str]:
    """Return the dimensions of a figure, as far as the build does not derive them."""
    structure = draft.graph.required_value(dataset, f"{QB}structure")
    components = draft.graph.values(structure, f"{QB}component")
    asked = {
        property_
        for component in components
        for property_ in draft.graph.values(component, f"{QB}dimension")
    }
    cell: dict[str, str] = {}
    for field, property_ in DIMENSIONS.items():
        column, kinds = _COLUMNS[field], _KINDS.get(field, (field,))
        if property_ not in asked:
            if row.get(column):
                raise EntryRefused(f"figures of {compact(measure)} have no {column}: leave it out")
        elif property_ in DEFAULTED:
            given = draft.optional(row, column, *kinds)
            default = with_defaults({**cell, UNIT: unit}, draft.graph).get(property_)
            if given is not None and given != default:
                cell[property_] = given
        elif not row.get(column) and field in _DEFAULTS:
            cell[property_] = f"{ID}{_DEFAULTS[field]}"
        else:
            cell[property_] = draft.find(row, column, *kinds)
    return cell
