"""A table is read by its mapping: nothing is guessed, and every cell is accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from apecgraph.errors import leaves
from apecgraph.rdf.graph import Graph
from apecgraph.tables.grid import Cell, Grid
from apecgraph.tables.mapping import read_mapping
from apecgraph.tables.meanings import Meanings
from apecgraph.tables.reading import Reading, read_table

MAPPING = """
[source]
title = "Trade"
publisher = "publisher/gacc"

[layout]
missing = ["-"]
footnotes = ["*", "①"]

[constant]
reporter = "economy/CHN"
coverage = "coverage/all-goods"
measure = "measure/trade-value"

[units]
"Unit: CNY 100 Million" = { currency = "unit/CNY", scale = 8 }
"Unit: USD Million" = { currency = "unit/USD", scale = 6 }

[[headers]]
row = 2
periods = ["{year}"]

[[headers]]
row = 3
periods = ["{first}-{month}", "{month}"]
[headers.labels]
Growth = { measure = "measure/trade-growth", span = "to-date" }

[[headers]]
row = 4
[headers.labels]
Total = { flow = "flow/total" }
Exports = { flow = "flow/exports" }

[[keys]]
column = 1
gives = "counterpart"
without = ["of which:"]

[names]
World = "group/world"
APEC = [
    { code = "group/apec-economies", until = "2024" },
    { code = "group/apec-other-economies", since = "2025" },
]

[[skip]]
beginning = ["Note"]
reason = "notes"
"""
HEAD = [
    ["Unit: CNY 100 Million"],
    ["", "2025", "2025", "2025", "2024"],
    ["Partner", "3", "1-3", "Growth", "1-3"],
    ["Partner", "Total", "Total", "Exports", "Total"],
]
WORLD = ["World", "1,041.5", "3,000.0", "-1.5", "2,900.25"]


def read(graph: Graph, rows: Sequence[Sequence[str | Cell]], mapping: str = MAPPING) -> Reading:
    cells = [[each if isinstance(each, Cell) else Cell(each) for each in row] for row in rows]
    read = read_mapping(mapping, Path("mapping.toml"))
    return read_table(Grid(Path("t.csv"), "", cells), read, Meanings(read, graph))


def refusals(
    graph: Graph, rows: Sequence[Sequence[str | Cell]], mapping: str = MAPPING
) -> list[str]:
    with pytest.raises(ExceptionGroup) as caught:
        read(graph, rows, mapping)
    return [str(each) for each in leaves(caught.value)]


def test_rows_and_columns_become_figures(graph: Graph) -> None:
    reading = read(graph, [*HEAD, WORLD])
    named = {each.name: each for each in reading.figures}
    assert list(named) == [
        "world-total-trade-value-2025-03-cny",
        "world-total-trade-value-2025-01_2025-03-cny",
        "world-exports-trade-growth-2025-01_2025-03-cny",
        "world-total-trade-value-2024-01_2024-03-cny",
    ]
    month, _, growth, before = named.values()
    assert (month.digits, month.multiplier, month.decimals) == ("1041.5", 8, 1)
    assert (month.printed, month.locator) == ("1,041.5", "row=5;column=2")
    assert month.interval.lower == Decimal("104145000000")
    assert (growth.digits, growth.unit, growth.currency) == ("-1.5", "unit/percent", "unit/CNY")
    assert growth.base is not None
    assert growth.base.code == "period/2024-01_2024-03"
    assert (before.digits, before.dataset) == ("2900.25", "dataset/trade")


def test_every_cell_is_accounted_for(graph: Graph) -> None:
    rows = [*HEAD, WORLD, ["Japan①", "1*", "-", "", "2"], ["India", "5"], ["Note: x", "y"]]
    reading = read(graph, rows)
    assert reading.left == {
        "titles, units and headers": 15,
        "names and periods of rows": 3,
        "marked as missing": 1,
        "the content does not describe the economy": 1,
        "notes": 2,
    }
    assert reading.cells == len(reading.figures) + sum(reading.left.values())
    assert reading.cells == sum(bool(text) for row in rows for text in row)


def test_names_may_mean_something_else_in_later_years(graph: Graph) -> None:
    reading = read(graph, [*HEAD, ["APEC", "1", "2", "3", "4"], ["of which: Korea", "1"]])
    assert [each.counterpart for each in reading.figures] == [
        *["group/apec-other-economies"] * 3,
        *("group/apec-economies", "economy/KOR"),
    ]


def test_a_name_is_left_out_in_years_for_which_the_mapping_has_no_meaning(graph: Graph) -> None:
    mapping = MAPPING.replace('    { code = "group/apec-economies", until = "2024" },\n', "")
    reading = read(graph, [*HEAD, ["APEC", "1", "2", "3", "4"]], mapping)
    assert {each.period.code[:11] for each in reading.figures} == {"period/2025"}
    assert reading.left["the mapping names nothing in the year"] == 1


def test_a_name_with_two_meanings_in_a_year_is_reported(graph: Graph) -> None:
    mapping = MAPPING.replace('until = "2024"', 'until = "2025"')
    messages = refusals(graph, [*HEAD, ["APEC", "1"]], mapping)
    assert messages == ["t.csv: row=5;column=1: [names] gives 'APEC' 2 meanings in 2025"]


def test_what_china_imports_from_itself_is_a_figure(graph: Graph) -> None:
    (figure, *_) = read(graph, [*HEAD, ["China", "1"]]).figures
    assert figure.reporter == figure.counterpart == "economy/CHN"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            ["Atlantis", "1"],
            "row=5;column=1: 'Atlantis' is not a known name of an economy: name it in",
        ),
        (["World", "12.345,6"], "row=5;column=2: '12.345,6' is not a number"),
        (["World", "12,34"], "row=5;column=2: '12,34' is not a number"),
        (["World", "n/a"], "row=5;column=2: 'n/a' is not a number: name it in missing if"),
        (["World", "1", "2", "3", "4", "5"], "row=5;column=6: '5' has no header"),
        (["World", "1" * 19], f"row=5;column=2: '{'1' * 19}' has too many digits"),
        (
            ["World", Cell("", has_lost_value=True)],
            "row=5;column=2: the value of the formula is not kept: calculate and save the file",
        ),
        (
            [Cell("", has_lost_value=True), "1"],
            "row=5;column=1: the value of the formula is not kept: calculate and save the file",
        ),
        (
            ["World", "1", Cell("1", is_filled=True)],
            "row=5;column=3: '1' is printed once for several merged cells",
        ),
        (
            ["Unit: USD Million"],
            "row=5;column=1: the unit changes to 'Unit: USD Million': divide the table",
        ),
    ],
)
def test_a_cell_that_the_mapping_does_not_cover_is_named(
    row: list[str | Cell], message: str, graph: Graph
) -> None:
    (error,) = refusals(graph, [*HEAD, row])
    assert error.startswith(f"t.csv: {message}")


def test_two_rows_for_one_cell_are_refused(graph: Graph) -> None:
    errors = refusals(graph, [*HEAD, WORLD, WORLD])
    assert errors[0] == (
        "t.csv: row=6;column=2: world-total-trade-value-2025-03-cny is at row=5;column=2 too"
    )
    assert len(errors) == 4


def test_one_error_stands_for_all_its_cells(graph: Graph) -> None:
    (error,) = refusals(graph, [*HEAD, ["Atlantis", "1", "2"], ["Atlantis", "1"]])
    assert error.endswith("[[skip]] (1 more cells)")


@pytest.mark.parametrize(
    ("row", "column", "text", "message"),
    [
        (
            1,
            0,
            "Unit: EUR",
            "no unit label of the mapping is above the values; it lists 'Unit: CNY 100 Million', "
            "'Unit: USD Million'",
        ),
        (1, 1, "Unit: USD Million", "row=1;column=1 and row=1;column=2 have different units"),
        (2, 1, "25", "row=2;column=2: the mapping does not name '25'"),
        (4, 1, "Imports", "row=4;column=2: the mapping does not name 'Imports'"),
    ],
)
def test_headings_that_the_mapping_does_not_cover_are_named(
    row: int, column: int, text: str, message: str, graph: Graph
) -> None:
    head = [list(each) for each in HEAD]
    head[row - 1][column : column + 1] = [text]
    errors = refusals(graph, [*head, WORLD])
    assert errors[0].startswith(f"t.csv: {message}")


def test_what_a_figure_lacks_is_named(graph: Graph) -> None:
    mapping = MAPPING.replace('reporter = "economy/CHN"\n', "")
    assert refusals(graph, [*HEAD, ["World", "1"]], mapping) == [
        "t.csv: row=5;column=2: its reporter is not named"
    ]


LONG = """
[source]
title = "Trade"
publisher = "publisher/un-comtrade"

[layout]
decimal = ","
group = "."

[constant]
coverage = "coverage/all-goods"
measure = "measure/trade-value"
currency = "unit/USD"
scale = 3

[[headers]]
row = 1
labels = { month = { span = "month", decimals = 2 }, sum = { span = "to-date", shift = -1 } }

[[keys]]
column = "reporter"
gives = "reporter"

[[keys]]
column = "partner"
gives = "counterpart"

[[keys]]
column = "flow"
labels = { X = { flow = "flow/exports" }, M = { flow = "flow/imports" } }

[[keys]]
column = "period"
periods = ["{year}-{month}"]

[[ignore]]
columns = ["rank", "weight"]
reason = "ranks"
"""


def test_a_long_table_is_read(graph: Graph) -> None:
    head = ["rank", "reporter", "partner", "flow", "period", "month", "sum"]
    reading = read(graph, [head, ["1", "USA", "China", "M", "2024-02", "1.234,5", "130"]], LONG)
    month, total = reading.figures
    assert month.name == "usa-chn-imports-trade-value-2024-02"
    assert (month.digits, month.decimals) == ("1234.50", 2)
    assert total.name == "usa-chn-imports-trade-value-2024-01_2024-02"
    assert (total.digits, total.decimals) == ("13.0", 1)
    assert (month.printed, total.printed) == ("", "")  # both numbers are restored
    assert reading.left["ranks"] == 1
    assert refusals(graph, [head[:4], ["1", "USA", "China", "M"]], LONG) == [
        "t.csv: row=1: there is no column 'period'"
    ]
    assert refusals(graph, [head, ["1", "USA", "China", "R", "2024-02", "1"]], LONG) == [
        "t.csv: row=2;column=4: the mapping does not name 'R'"
    ]
    assert refusals(graph, [head, ["1", "USA", "China", "X", "2024-02", "1,234"]], LONG) == [
        "t.csv: row=2;column=6: '1,234' has more than 2 decimal places"
    ]


def test_rows_are_left_out_by_number_or_by_what_is_kept(graph: Graph) -> None:
    head = ["reporter", "partner", "flow", "period", "month"]
    rows = [[name, "China", "M", "2024-01", "5"] for name in ("USA", "USA", "Spain")]
    mapping = (
        f"{LONG}[[skip]]\nnumbers = [2]\nreason = 'copied'\n"
        "[[skip]]\ncolumn = 'reporter'\nothers = ['USA']\nreason = 'other reporters'\n"
    )
    reading = read(graph, [head, *rows], mapping)
    assert [each.locator for each in reading.figures] == ["row=3;column=5"]
    assert (reading.left["copied"], reading.left["other reporters"]) == (5, 5)


def test_january_is_kept_once(graph: Graph) -> None:
    head = ["reporter", "partner", "flow", "period", "month", "sum"]
    mapping = LONG.replace(", decimals = 2", "").replace(", shift = -1", "")
    row = ["USA", "China", "M", "2024-01", "5", "5"]
    reading = read(graph, [head, row], mapping)
    assert [each.locator for each in reading.figures] == ["row=2;column=5"]
    assert reading.left["the same figure as in another column of the row"] == 1
    assert refusals(graph, [head, [*row[:5], "6"]], mapping) == [
        "t.csv: row=2;column=6: usa-chn-imports-trade-value-2024-01 is at row=2;column=5 too"
    ]


INDICATORS = """
[source]
title = "Indicators"
publisher = "publisher/world-bank"

[[headers]]
row = 1
periods = ["{year}"]

[[keys]]
column = "Country"
gives = "subject"

[[keys]]
column = "Indicator"
labels = { GDP = { measure = "measure/output" }, People = { measure = "measure/population" } }

[[keys]]
column = "Unit"
labels = { "USD billion" = { currency = "unit/USD", scale = 9 }, million = { scale = 6 } }

[names]
World = "group/world"
"""
INDICATOR_HEAD = ["Country", "Indicator", "Unit", "2023"]


def test_output_and_population_have_a_subject(graph: Graph) -> None:
    rows = [
        INDICATOR_HEAD,
        ["World", "GDP", "USD billion", "105,435.0"],
        ["Taiwan Province of China", "People", "million", "23.320"],
    ]
    output, people = read(graph, rows, INDICATORS).figures
    assert (output.name, people.name) == ("world-output-2023", "twn-population-2023")
    assert (output.subject, people.subject) == ("group/world", "economy/TWN")
    assert (output.reporter, output.flow, output.dataset) == ("", "", "dataset/indicators")
    assert (output.currency, output.unit, output.multiplier) == ("unit/USD", "unit/USD", 9)
    assert (people.currency, people.unit, people.multiplier) == ("", "unit/person", 6)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (INDICATORS.replace('gives = "subject"', "labels = { World = {} }"), "its subject is not"),
        (INDICATORS.replace('currency = "unit/USD", ', ""), "its currency is not named"),
        (INDICATORS.replace(", scale = 9", ""), "the scale of its unit is not named"),
        (INDICATORS.replace('{ measure = "measure/output" }', "{}"), "its measure is not named"),
        (
            f'{INDICATORS}[constant]\nflow = "flow/total"\n',
            "its flow is named, which measure/output does not have",
        ),
    ],
)
def test_an_indicator_has_its_own_dimensions_only(graph: Graph, mapping: str, message: str) -> None:
    rows = [INDICATOR_HEAD, ["World", "GDP", "USD billion", "1"]]
    (error,) = refusals(graph, rows, mapping)
    assert error.startswith(f"t.csv: row=2;column=4: {message}")


def test_the_scale_of_people_is_named(graph: Graph) -> None:
    rows = [INDICATOR_HEAD, ["World", "People", "million", "1"]]
    assert refusals(graph, rows, INDICATORS.replace("million = { scale = 6 }", "million = {}")) == [
        "t.csv: row=2;column=4: the scale of its unit is not named"
    ]
