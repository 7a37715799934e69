"""The check of figures as columns, within the limits of the sandbox."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from apecgraph.check.figures import check_figures
from apecgraph.content.evidence import Evidence
from apecgraph.content.figure_columns import write_figures
from apecgraph.content.figures import Figure
from apecgraph.errors import ContentError
from apecgraph.rdf.namespaces import ID
from apecgraph.sandbox.runner import run_figures
from apecgraph.settings import Settings
from tests.support.contents import press_content


def times_ten(figure: Figure) -> Figure:
    ten = Decimal(10)
    return replace(figure, value=figure.value * ten, interval=figure.interval.scaled(ten))


def test_the_figures_of_the_content_pass_with_its_decisions(
    evidence: Evidence, tmp_path: Path
) -> None:
    write_figures(evidence.figures, evidence.graph, tmp_path / "figures.parquet")
    report = run_figures(press_content(), tmp_path, Settings())
    assert report.conforms
    assert report.text() == f"the figures pass the check ({len(evidence.figures)} figures)\n"


def test_a_tenfold_error_is_reported_in_words(evidence: Evidence, tmp_path: Path) -> None:
    wrong = f"{ID}figure/people-s-daily-online-2026-3/trade-value-2025"
    figures = [times_ten(figure) if figure.iri == wrong else figure for figure in evidence.figures]
    assert figures != list(evidence.figures)
    write_figures(figures, evidence.graph, tmp_path / "figures.parquet")
    report = run_figures(press_content(), tmp_path, Settings())
    (result,) = report.results
    assert result.nodes[0] == wrong
    assert "they cannot both be true: " in result.message
    assert report.text().endswith("1 error: the figures do not pass the check\n")
    assert f'"figures": {len(figures)}' in report.json()


def test_rows_that_are_no_figures_are_reported(evidence: Evidence, tmp_path: Path) -> None:
    file = tmp_path / "figures.parquet"
    write_figures(evidence.figures, evidence.graph, file)
    folder = tmp_path / "wrong"
    folder.mkdir()
    broken = duckdb.read_parquet(str(file)).select("* REPLACE (NULL::VARCHAR AS bound)")
    broken.write_parquet(str(folder / "figures.parquet"))
    (result,) = run_figures(press_content(), folder, Settings()).results
    assert result.message.startswith("has no bound: ")


def test_a_file_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    (tmp_path / "figures.parquet").write_text("figure,value\n", encoding="utf-8")
    with pytest.raises(ContentError, match="cannot be read") as caught:
        run_figures(press_content(), tmp_path, Settings())
    assert caught.value.path == tmp_path / "figures.parquet"


def test_the_limit_of_memory_holds(evidence: Evidence, tmp_path: Path) -> None:
    write_figures(evidence.figures, evidence.graph, tmp_path / "figures.parquet")
    with pytest.raises(ContentError, match="need more than 1 MB of memory for DuckDB"):
        check_figures(press_content(), tmp_path, megabytes=1)
