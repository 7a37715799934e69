"""Cells are read with the datatypes of their columns."""

from __future__ import annotations

from datetime import date

import pytest

from apecgraph.tabular.columns import COLUMNS, typed

BY_NAME = {column.name: column for column in COLUMNS}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("value", "26290000000000", 26_290_000_000_000),
        ("value", "39.35", 39.35),
        ("value", "-0.5", -0.5),
        ("lower", "", None),
        ("lower", "123456789012345", 123_456_789_012_345),
        ("lower", "1000000000000000000", 10**18),
        ("lower", "1234567890123456", "1234567890123456"),
        ("lower", "0.1234567890123456", "0.1234567890123456"),
        ("unitMult", "12", 12),
        ("startDate", "2025-01-01", date(2025, 1, 1)),
        ("printed", "12", "12"),
        ("printed", "", None),
        ("decision", "", []),
        ("decision", "urn:a urn:b", ["urn:a", "urn:b"]),
    ],
)
def test_a_value_has_its_type_unless_it_would_change(name: str, text: str, value: object) -> None:
    found = typed(BY_NAME[name], text)
    assert (found, type(found)) == (value, type(value))
