"""The sample of the rows of tables: it shows the shapes every kind of row that they can refuse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from apecgraph.check.samples import unsampled, without
from apecgraph.check.shacl import validate_shapes
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import Content
from apecgraph.content.table_rows import FIGURES, METADATA, TABLES, Row, Table, write_rows
from apecgraph.rdf.namespaces import ID
from tests.support.contents import EXCERPT, ContentCopy

NAME = "gacc-2025-11"
VALUE = "apec-economies-exports-trade-value-2024-11"
GROWTH = "apec-economies-exports-trade-growth-2024-01_2024-11"


def changed(**values: str) -> Callable[[Row], Row]:
    return lambda row: {**row, **values}


WRONG: dict[str, tuple[str, Callable[[Row], Row], str]] = {
    "an unknown dataset": (VALUE, changed(dataSet="dataset/goods"), "figure-dataset"),
    "the dataset of another measure": (
        VALUE,
        changed(dataSet="dataset/growth", basePeriod="period/2023-11"),
        "figure-dataset-of-measure",
    ),
    "an unknown reporter": (VALUE, changed(reporter="economy/XYZ"), "figure-reporter"),
    "an unknown partner": (VALUE, changed(counterpart="group/moon"), "figure-counterpart"),
    "a partner that is a unit": (VALUE, changed(counterpart="unit/CNY"), "figure-counterpart"),
    "an unknown flow": (VALUE, changed(flow="flow/sideways"), "figure"),
    "an unknown coverage": (VALUE, changed(coverage="coverage/all-bads"), "figure"),
    "an unknown measure": (VALUE, changed(measure="measure/trade-weight"), "figure-measure"),
    "an unknown period": (VALUE, changed(period="period/2024-13"), "figure-period"),
    "a base of a value": (VALUE, changed(basePeriod="period/2023-11"), "figure-base-of-growth"),
    "growth without a base": (GROWTH, changed(basePeriod=""), "figure-growth-base"),
    "a base of another length": (
        GROWTH,
        changed(basePeriod="period/2023-11"),
        "figure-base-length",
    ),
    "a base after the period": (
        GROWTH,
        changed(basePeriod="period/2025-01_2025-11"),
        "figure-base-before",
    ),
    "an unknown valuation": (VALUE, changed(valuation="valuation/guessed"), "figure"),
    "an unknown currency": (VALUE, changed(currency="unit/XAU"), "figure-currency"),
    "an unknown unit": (VALUE, changed(unitMeasure="unit/bushel"), "figure-unit"),
    "the unit of another measure": (
        VALUE,
        changed(unitMeasure="unit/percent"),
        "figure-unit-of-measure",
    ),
    "a multiplier out of range": (VALUE, changed(unitMult="19"), "figure-multiplier"),
    "an unknown bound": (VALUE, changed(bound="bound/about-right"), "figure-bound"),
    "an upper bound below nothing": (
        GROWTH,
        changed(bound="bound/at-most", obsValue="-120.0"),
        "figure-limit",
    ),
    "a period after the release": (
        VALUE,
        changed(period="period/2026-01_2026-03"),
        "figure-not-over",
    ),
}
"""A wrong row of each kind: the row that is changed, the change, and the shape that refuses it."""


ALWAYS = ("an unknown partner", "a base of another length")
"""The kinds for which the sample is compared with all rows in each run, which takes seconds."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> ContentCopy:
    copy = ContentCopy(tmp_path_factory.mktemp("samples"), EXCERPT, tables=[NAME])
    source = copy.path(f"{TABLES}/{NAME}/source.ttl")
    text = source.read_text(encoding="utf-8")
    if "dcterms:issued" not in text:
        dated = 'dcterms:issued "2025-12-18"^^xsd:date ;\n    dcterms:language'
        source.write_text(
            "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
            + text.replace("dcterms:language", dated),
            encoding="utf-8",
        )
    return copy


def refused(content: Content, figure: str, *, sampling: bool) -> set[str]:
    """Return the shapes and constraints that refuse a figure, of the sample or of all rows."""
    evidence = Evidence.gather(content)
    spared = unsampled(content, evidence) if sampling else frozenset()
    results = validate_shapes(without(content, spared), evidence, without=spared).results
    rules = {
        rule
        for each in results
        if each.nodes[0] == figure
        for rule in (each.shape, each.constraint)
    }
    return {rule.removeprefix(f"{ID}shape/") for rule in rules if rule is not None}


@pytest.mark.parametrize("kind", WRONG)
def test_the_shapes_see_a_wrong_row_of_each_kind(copy: ContentCopy, kind: str, full: bool) -> None:
    name, change, shape = WRONG[kind]
    folder = copy.root / TABLES / NAME
    texts = {each: (folder / each).read_bytes() for each in (FIGURES, METADATA)}
    table = Table.read(folder)
    rows = {**table.rows, name: change(table.rows[name])}
    try:
        for each, text in zip(
            (FIGURES, METADATA), write_rows(rows.values(), NAME, table.language), strict=True
        ):
            (folder / each).write_text(text, encoding="utf-8", newline="")
        content = Content.read(copy.root)
    finally:
        for each, data in texts.items():
            (folder / each).write_bytes(data)
    found = refused(content, table.iri(name), sampling=True)
    assert shape in found
    if full or kind in ALWAYS:
        assert found == refused(content, table.iri(name), sampling=False)


def test_the_sample_is_small_and_accepted_like_all_rows(copy: ContentCopy) -> None:
    content = Content.read(copy.root)
    evidence = Evidence.gather(content)
    spared = unsampled(content, evidence)
    rows = sum(len(table.rows) for table in content.tables)
    assert rows // 3 < len(spared) < rows
    assert not validate_shapes(content, evidence).results
    assert not validate_shapes(without(content, spared), evidence, without=spared).results


def test_content_without_tables_has_no_sample(tmp_path: Path) -> None:
    content = Content.read(ContentCopy(tmp_path, EXCERPT).root)
    assert not unsampled(content, Evidence.gather(content))
