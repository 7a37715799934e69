"""The sample of the rows of tables: it shows the shapes every kind of row that they can refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from apecgraph.check.samples import unsampled, without
from apecgraph.check.shacl import validate_shapes
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import Content
from apecgraph.content.table_rows import (
    FIGURES,
    METADATA,
    OPTIONAL,
    TABLES,
    Row,
    Table,
    name_of,
    write_rows,
)
from apecgraph.rdf.namespaces import APEC, ID
from tests.support.contents import EXCERPT, ContentCopy

NAME = "gacc-2025-11"
VALUE = "asean-members-exports-trade-value-2024-11"
GROWTH = "european-union-imports-trade-growth-2024-01_2024-11"


def changed(**values: str) -> Callable[[Row], Row]:
    """Return a function that changes values of a row, and its name with its codes."""

    def change(row: Row) -> Row:
        row = {**row, **values}
        return {**row, "name": values.get("name", name_of(row, OPTIONAL))}

    return change


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
    "a base of a value": (
        VALUE,
        changed(
            name="chn-asean-members-exports-trade-value-2024-01_2024-11",
            period="period/2024-01_2024-11",
            basePeriod="period/2023-01_2023-11",
        ),
        "figure-base-of-growth",
    ),
    "growth without a base": (GROWTH, changed(basePeriod=""), "figure-growth-base"),
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


ALWAYS = ("an unknown partner", "growth without a base")
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
    left = unsampled(content, evidence) if sampling else frozenset()
    results = validate_shapes(without(content, left), evidence, without=left).results
    rules = {
        rule
        for each in results
        if each.nodes[0] == figure
        for rule in (each.shape, each.constraint)
    }
    return {rule.removeprefix(f"{ID}shape/") for rule in rules if rule is not None}


@contextmanager
def edited(copy: ContentCopy, changes: Mapping[str, Callable[[Row], Row]]) -> Iterator[Content]:
    """Read the content with some rows of its table changed, and change them back."""
    folder = copy.root / TABLES / NAME
    texts = {each: (folder / each).read_bytes() for each in (FIGURES, METADATA)}
    table = Table.read(folder)
    rows = {**table.rows, **{name: change(table.rows[name]) for name, change in changes.items()}}
    try:
        for each, text in zip(
            (FIGURES, METADATA), write_rows(rows.values(), NAME, table.language), strict=True
        ):
            (folder / each).write_text(text, encoding="utf-8", newline="")
        yield Content.read(copy.root)
    finally:
        for each, data in texts.items():
            (folder / each).write_bytes(data)


@contextmanager
def appended(copy: ContentCopy, name: str, text: str) -> Iterator[Content]:
    """Read the content with a text at the end of a file, and remove the text."""
    path = copy.path(name)
    data = path.read_bytes()
    try:
        path.write_bytes(data + text.encode())
        yield Content.read(copy.root)
    finally:
        path.write_bytes(data)


def iri(name: str) -> str:
    return f"{ID}figure/{NAME}/{name}"


def spared(content: Content) -> frozenset[str]:
    return unsampled(content, Evidence.gather(content))


@pytest.mark.parametrize("kind", WRONG)
def test_the_shapes_see_a_wrong_row_of_each_kind(copy: ContentCopy, kind: str, full: bool) -> None:
    name, change, shape = WRONG[kind]
    figure = iri(change(Table.read(copy.root / TABLES / NAME).rows[name])["name"])
    with edited(copy, {name: change}) as content:
        found = refused(content, figure, sampling=True)
        assert shape in found
        if full or kind in ALWAYS:
            assert found == refused(content, figure, sampling=False)


def test_other_rows_stand_for_the_rows_that_are_changed_here(copy: ContentCopy) -> None:
    assert {iri(name) for name, _, _ in WRONG.values()} <= spared(Content.read(copy.root))


def test_both_rows_of_a_cell_are_in_the_sample(copy: ContentCopy) -> None:
    first = "asean-members-exports-trade-value-2024-01_2024-11"
    again = changed(name=f"chn-{first}", period="period/2024-01_2024-11", currency="")
    with edited(copy, {VALUE: again}) as content:
        assert "figure-unique-cell" in refused(content, iri(first), sampling=True)


def test_a_deficit_does_not_stand_for_negative_exports(copy: ContentCopy) -> None:
    names = [name for name in Table.read(copy.root / TABLES / NAME).rows if "-value-" in name]
    bounded = {name: changed(bound="bound/at-most") for name in names}
    deficit = changed(bound="bound/at-most", flow="flow/balance", obsValue="-900000000")
    negative = changed(bound="bound/at-most", obsValue="-1")
    total = "asean-members-total-trade-value-2024-11"
    with edited(copy, bounded | {total: deficit, VALUE: negative}) as content:
        assert "figure-limit" in refused(content, iri(VALUE), sampling=True)


def test_a_row_of_a_withdrawn_period_is_in_the_sample(copy: ContentCopy) -> None:
    withdrawn = (
        "<period/2024-10> a <http://www.w3.org/2006/time#ProperInterval> ;\n"
        "    <http://www.w3.org/2002/07/owl#deprecated> true .\n"
    )
    with (
        appended(copy, "data/entities/withdrawn.ttl", withdrawn),
        edited(copy, {VALUE: changed(period="period/2024-10")}) as content,
    ):
        assert iri(VALUE.replace("2024-11", "2024-10")) not in spared(content)


def test_a_row_with_an_empty_text_is_in_the_sample(copy: ContentCopy) -> None:
    with edited(copy, {VALUE: changed(printed="\u3000")}) as content:
        assert iri(VALUE) not in spared(content)


def test_each_partner_is_in_the_sample(copy: ContentCopy) -> None:
    content = Content.read(copy.root)
    sample = without(content, spared(content))
    path = copy.root / TABLES / NAME / FIGURES
    partners = [
        {triple.object for triple in file.triples if "counterpart" in triple.predicate.value}
        for each in (content, sample)
        for file in each.files
        if file.path == path
    ]
    assert partners[0] == partners[1]
    assert len(partners[0]) > 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (f"{TABLES}/{NAME}/source.ttl", f"<figure/{NAME}/{VALUE}> apec:locator 'row=1' .\n"),
        ("data/decisions.ttl", f"<{ID}decision/x> <{APEC}upholds> <{iri(VALUE)}> .\n"),
    ],
)
def test_a_row_that_another_file_mentions_is_in_the_sample(
    copy: ContentCopy, name: str, text: str
) -> None:
    with appended(copy, name, text) as content:
        assert iri(VALUE) not in spared(content)


def test_the_sample_is_small_and_accepted_like_all_rows(copy: ContentCopy) -> None:
    content = Content.read(copy.root)
    evidence = Evidence.gather(content)
    left = unsampled(content, evidence)
    rows = sum(len(table.rows) for table in content.tables)
    assert rows // 3 < len(left) < rows
    assert not validate_shapes(content, evidence).results
    assert not validate_shapes(without(content, left), evidence, without=left).results


def test_content_without_tables_has_no_sample(tmp_path: Path) -> None:
    content = Content.read(ContentCopy(tmp_path, EXCERPT).root)
    assert not spared(content)
