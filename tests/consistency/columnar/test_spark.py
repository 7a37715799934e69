"""Spark finds the cells to look at that DuckDB finds: 92,000 figures, with errors planted.

Collected with --spark only, as `scripts/test-all` runs it.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from apecgraph.consistency.columnar.screening import judge, screen
from apecgraph.consistency.findings import by_culprit
from apecgraph.content.evidence import Evidence
from apecgraph.content.figure_columns import open_figures
from benchmarks.scale_figures import Size, declarations, write
from benchmarks.spark import local_session


def test_spark_finds_the_cells_that_duckdb_finds(evidence: Evidence, tmp_path: Path) -> None:
    size = Size(reporters=2, years=1)
    folder = tmp_path / "figures"
    planted = write(folder, size, errors=3)
    graph = declarations(evidence.graph, size)
    with duckdb.connect() as engine:
        expected = screen(open_figures(engine, folder), graph)
    with local_session() as spark:
        found = screen(spark.read.parquet(str(folder)), graph)
    assert found == expected
    culprits = [claim for culprit, _ in by_culprit(judge(found, graph)) for claim in culprit]
    assert sorted(culprits) == planted
