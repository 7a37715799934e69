"""The check of figures as columns: any number of them, by the edit rules between cells.

Rules between claims are left out. They compare figures with statements and with printed words,
which the columns do not have; and of millions of figures, some have equal digits by chance.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import duckdb

from apecgraph.check.report import Report, Result
from apecgraph.check.validation import contradicted
from apecgraph.consistency.columnar.screening import judge, screen
from apecgraph.consistency.findings import Findings
from apecgraph.content.evidence import Evidence
from apecgraph.content.figure_columns import faults, open_figures, read_figure
from apecgraph.content.folder import Content
from apecgraph.errors import ContentError
from apecgraph.progress import StepObserver
from apecgraph.rdf.namespaces import ID

_READ = f"{ID}shape/figure-read"


def check_figures(
    root: Path, folder: Path, megabytes: int, observe: StepObserver = nullcontext
) -> Report:
    """Check the figures in a folder of Parquet files.

    Args:
        root: The content folder, which declares measures, units, periods, groups and edit rules,
            and may have decisions on the figures.
        folder: The folder.
        megabytes: The memory that DuckDB may take.
        observe: Observes the reading of each file of the content.

    Returns:
        The report.

    Raises:
        ContentError: If a file cannot be read.
        ExceptionGroup: If several files of the content cannot be read.
    """
    evidence = Evidence.gather(Content.read(root, observe))
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": os.cpu_count() or 1,
        "memory_limit": f"{megabytes}MB",
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(config=config) as engine:
        try:
            figures = open_figures(engine, folder)
            ((count,),) = figures.aggregate("count(*)").fetchall()
            wrong = faults(figures)
            if wrong:
                return Report(tuple(map(_faulty, wrong)), 0, figures=count).cut()
            screening = screen(figures, evidence.graph)
        except duckdb.OutOfMemoryException:
            raise ContentError(
                f"its figures need more than {megabytes} MB of memory for DuckDB, half of "
                "APECGRAPH_LOAD_MEGABYTES",
                folder,
            ) from None
        except duckdb.Error as error:
            raise ContentError(f"cannot be read: {str(error).splitlines()[0]}", folder) from None
    found = judge(screening, evidence.graph)
    compared = replace(
        evidence,
        figures=tuple(map(read_figure, screening.rows)),
        statements=(),
        withdrawn=frozenset(),
    )
    findings = Findings.of(compared, found)
    return Report(tuple(contradicted(findings)), 0, figures=count).cut()


def _faulty(message: str) -> Result:
    return Result(nodes=(), shape=_READ, component=_READ, message=message)
