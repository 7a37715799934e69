"""Numbers are read in the form of their table, with the decimal places that are published."""

from __future__ import annotations

import pytest

from apecgraph.tables.numerals import NumberForm

ENGLISH = NumberForm(".", ",")


@pytest.mark.parametrize(
    ("form", "text", "decimals", "shift", "digits"),
    [
        (ENGLISH, "1,234.50", None, 0, "1234.50"),
        (ENGLISH, "1234567", None, 0, "1234567"),
        (ENGLISH, "−1.5", None, 0, "-1.5"),
        (ENGLISH, "１２．５", None, 0, "12.5"),
        (ENGLISH, "2", 1, 0, "2.0"),
        (ENGLISH, "218622834.0", 0, 0, "218622834"),
        (ENGLISH, "130.0", 0, -1, "13.0"),
        (ENGLISH, "5", 0, -1, "0.5"),
        (ENGLISH, "33.72", 3, 0, "33.720"),
        (NumberForm(",", "."), "1.234,5", None, 0, "1234.5"),
        (NumberForm(",", " "), "1 234,5", None, 0, "1234.5"),
        (NumberForm(".", ""), "1234.5", None, 0, "1234.5"),
    ],
)
def test_a_number_is_read(
    form: NumberForm, text: str, decimals: int | None, shift: int, digits: str
) -> None:
    number, places = form.read(text, decimals, shift)
    assert f"{number:.{places}f}" == digits


@pytest.mark.parametrize(
    ("form", "text", "message"),
    [
        (ENGLISH, "1,23", "'1,23' is not a number"),
        (ENGLISH, "12 34", "'12 34' is not a number"),
        (ENGLISH, "1.5e3", "'1.5e3' is not a number"),
        (ENGLISH, "", "'' is not a number"),
        (NumberForm(".", ""), "1,234", "'1,234' is not a number"),
        (ENGLISH, "1" * 19, "has too many digits"),
        (ENGLISH, f"0.{'1' * 19}", "has too many digits"),
    ],
)
def test_another_text_is_refused(form: NumberForm, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        form.read(text, None, 0)


def test_places_that_are_not_published_must_be_zero() -> None:
    with pytest.raises(ValueError, match=r"'1\.25' has more than 1 decimal places"):
        ENGLISH.read("1.25", 1, 0)
