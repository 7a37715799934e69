"""Figures as columns: they are read back as written, and other rows are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from apecgraph.content.evidence import Evidence
from apecgraph.content.figure_columns import faults, open_figures, read_figure, write_figures
from apecgraph.errors import ContentError


@pytest.fixture
def folder(evidence: Evidence, tmp_path: Path) -> Path:
    write_figures(evidence.figures, evidence.graph, tmp_path / "figures.parquet")
    return tmp_path


def changed(folder: Path, columns: str) -> Path:
    """Replace the file by one with other columns."""
    file = folder / "figures.parquet"
    table = duckdb.read_parquet(str(file)).select(columns)
    (folder / "other").mkdir()
    table.write_parquet(str(folder / "other" / "figures.parquet"))
    return folder / "other"


def test_figures_are_read_back(evidence: Evidence, folder: Path) -> None:
    with duckdb.connect() as engine:
        rows = open_figures(engine, folder).fetchall()
    expected = [
        replace(figure, printed=None, observed=figure.value)
        for figure in sorted(evidence.figures, key=lambda each: each.iri)
    ]
    assert list(map(read_figure, rows)) == expected


def test_the_same_figures_give_the_same_bytes(evidence: Evidence, folder: Path) -> None:
    again = folder / "again.parquet"
    write_figures(reversed(evidence.figures), evidence.graph, again)
    assert again.read_bytes() == (folder / "figures.parquet").read_bytes()


def test_all_figures_of_the_content_are_figures(folder: Path) -> None:
    with duckdb.connect() as engine:
        assert faults(open_figures(engine, folder)) == []


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ("* REPLACE ('1e9' AS upper)", "the upper is not a plain number: "),
        ("* REPLACE (NULL::VARCHAR AS measure)", "has no measure: "),
        ("* REPLACE ('about 3' AS value)", "the value is not a plain number: "),
    ],
)
def test_rows_that_are_no_figures_are_named(folder: Path, columns: str, fault: str) -> None:
    with duckdb.connect() as engine:
        (found,) = faults(open_figures(engine, changed(folder, columns)))
    assert found.startswith(fault)
    assert found.endswith(" more")


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ("* EXCLUDE (lower)", "the column lower is missing: it must be VARCHAR"),
        (
            "* REPLACE (1.5::DOUBLE AS lower)",
            "the column lower has the type DOUBLE: it must be VARCHAR",
        ),
    ],
)
def test_files_with_other_columns_are_refused(folder: Path, columns: str, error: str) -> None:
    with duckdb.connect() as engine, pytest.raises(ContentError, match=error):
        open_figures(engine, changed(folder, columns))


def test_a_truncated_file_is_refused(folder: Path) -> None:
    file = folder / "figures.parquet"
    file.write_bytes(file.read_bytes()[:1000])
    with duckdb.connect() as engine, pytest.raises(ContentError, match="cannot be read") as caught:
        open_figures(engine, folder)
    assert caught.value.path == file


def test_a_folder_without_figures_is_refused(tmp_path: Path) -> None:
    with duckdb.connect() as engine, pytest.raises(ContentError, match=r"has no file \*\.parquet"):
        open_figures(engine, tmp_path)
