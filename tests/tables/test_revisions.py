"""A later edition of a table adds and revises figures, and loses none."""

from __future__ import annotations

import pytest

from apecgraph.errors import TableRefused
from apecgraph.tables.folder import figure_row
from apecgraph.tables.revisions import compare
from tests.tables.test_sums import figure

BEFORE = {
    "a": figure_row(figure("10"), "2025-03"),
    "b": figure_row(figure("4", "imports"), "2025-03"),
}


def test_new_revised_and_vanished_figures_are_told_apart() -> None:
    revised = figure_row(figure("11"), "2025-04")
    new = figure_row(figure("6", "exports"), "2025-04")
    changes = compare(BEFORE, {"a": revised, "c": new})
    assert list(changes.rows) == [revised, BEFORE["b"], new]
    assert changes.new == ("c",)
    assert changes.revised == ("a: 10 times 10^4 CNY, now 11 times 10^4 CNY",)
    assert changes.vanished == ("b",)


def test_a_value_that_stays_keeps_its_vintage_and_place() -> None:
    again = figure_row(figure("10", locator="row=9;column=9"), "2025-04")
    changes = compare(BEFORE, {"a": again})
    assert list(changes.rows) == [*BEFORE.values()]
    assert changes.new == changes.revised == ()


def test_a_name_that_stands_for_another_cell_is_refused() -> None:
    with pytest.raises(TableRefused, match="a: the source has another figure of this name"):
        compare(BEFORE, {"a": figure_row(figure("10", reporter="economy/USA"), "2025-04")})


def test_a_figure_without_a_date_gets_that_of_its_edition() -> None:
    known = {name: {**row, "issued": ""} for name, row in BEFORE.items()}
    assert list(compare(known, BEFORE).rows) == [*BEFORE.values()]
    with pytest.raises(TableRefused, match="import their edition again with --issued"):
        compare(known, {"a": BEFORE["a"]})


def test_dates_of_another_precision_are_refused() -> None:
    with pytest.raises(TableRefused, match="issued: all dates of a table are days"):
        compare(BEFORE, {"a": figure_row(figure("11"), "2025-04-18")})
