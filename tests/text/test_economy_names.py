"""Everyday names of economies: each stands for one economy, and says who uses it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from apecgraph.text import economy_names as module
from apecgraph.text.economy_names import economies_by_name, economy_names, names_by_economy
from apecgraph.text.folding import fold


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Korea, Rep.", "KOR"),
        ("Rep. of Korea", "KOR"),
        ("Other Asia, nes", "TWN"),
        ("Taiwan Province of China", "TWN"),
        ("China, P.R.: Mainland", "CHN"),
        ("中国香港", "HKG"),
        ("Hong Kong SAR China", "HKG"),
        ("United States (US)", "USA"),
        ("Germany", "DEU"),
        ("缅甸", "MMR"),
    ],
)
def test_a_name_stands_for_an_economy(name: str, code: str) -> None:
    assert economies_by_name()[fold(name)] == {code}


def test_no_name_stands_for_several_economies() -> None:
    assert [name for name, codes in economies_by_name().items() if len(codes) > 1] == []


def test_every_user_of_a_name_is_told() -> None:
    users = {each.user for each in economy_names() if each.name == "Hong Kong, China"}
    assert users == {"gacc", "world-bank"}
    assert "Hong Kong" in names_by_economy()["HKG"]
    assert fold("Atlantis") not in economies_by_name()


def test_the_table_is_sorted_and_names_each_use_once() -> None:
    path = Path(module.__file__).with_suffix(".csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [tuple(row) for row in csv.reader(file)][1:]
    assert rows == sorted(set(rows))
