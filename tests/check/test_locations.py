"""Errors in tables are reported at their rows, and errors in the description of one in its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from apecgraph.check.report import Report
from tests.support.contents import EXCERPT, ContentCopy

FOLDER = "data/tables/gacc-2025-11"
FIGURES = f"{FOLDER}/figures.csv"
SOURCE = f"{FOLDER}/source.ttl"
GROWTH = ",period/2023-01_2023-11,6.8,unit/percent,0,1,6.8,"


@pytest.fixture
def content(tmp_path: Path) -> ContentCopy:
    return ContentCopy(tmp_path, EXCERPT, tables=["gacc-2025-11"])


def edited(content: ContentCopy, old: str, new: str) -> int:
    """Change the first row with a text; return its line."""
    path = content.path(FIGURES)
    text = path.read_bytes().decode()
    path.write_bytes(text.replace(old, new, 1).encode())
    return text[: text.index(old)].count("\n") + 1


def reported(report: Report) -> list[str]:
    return [str(result).partition(": ")[0] for result in report.results]


def test_a_table_passes_the_check(content: ContentCopy) -> None:
    """Otherwise the tests below would prove nothing."""
    assert content.check().results == ()


def test_errors_in_rows_and_in_the_description_have_their_lines(content: ContentCopy) -> None:
    misprinted = edited(content, GROWTH, GROWTH.replace("6.8,", "68.0,", 1))
    path = content.path(SOURCE)
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n<place/nowhere> rdfs:label 'nowhere'@en .\n", encoding="utf-8")
    report = content.check()
    misplaced = content.line(SOURCE, "nowhere")
    assert f"{SOURCE}:{misplaced}" in reported(report)
    assert "may contain only its description, <figure/gacc-2025-11/...>" in report.text()
    path.write_text(text, encoding="utf-8")
    report = content.check()
    assert reported(report) == [f"{FIGURES}:{misprinted}"]
    assert "says 6.8, but the figure is 68" in report.text()


def test_an_unknown_code_is_reported_at_the_first_row_that_has_it(content: ContentCopy) -> None:
    path = content.path(FIGURES)
    text = path.read_bytes().decode()
    line = text[: text.index("economy/USA")].count("\n") + 1
    renamed = text.replace("economy/USA", "economy/USB").replace("\nusa-", "\nusb-")
    path.write_bytes(renamed.encode())
    report = content.check()
    assert reported(report) == [f"{FIGURES}:{line}"]
    assert "economy/USB: used but not described: did you mean economy/USA" in report.text()


def test_a_file_that_describes_another_source_is_named(content: ContentCopy) -> None:
    path = content.path(SOURCE)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<source/gacc-2025-11>", "<source/gacc>"), encoding="utf-8")
    text = content.check().text()
    assert f"{SOURCE} must describe <source/gacc-2025-11> as an apec:Source: the name of" in text
