"""Measure the check of figures as columns: time and memory, by engine and by number of figures.

`scripts/scale` writes the table to docs/measurements/scale.md. Each measurement is a process of its
own, which prints its outcome as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import duckdb

from apecgraph.consistency.columnar.screening import Screening, judge, screen
from apecgraph.consistency.findings import by_culprit
from apecgraph.content.evidence import Evidence
from apecgraph.content.figure_columns import faults, open_figures
from apecgraph.content.folder import Content, default_content
from apecgraph.rdf.graph import Graph
from benchmarks.machine import describe
from benchmarks.scale_figures import Size, declarations, write

_PLANTED: Final = "planted.json"
_SIZES: Final = (
    (Size(reporters=1, years=2), ("DuckDB", "Spark")),
    (Size(reporters=2, years=12), ("DuckDB", "Spark")),
    (Size(reporters=20, years=12), ("DuckDB",)),
)
_ERRORS: Final = 12
_MEGABYTES: Final = 2200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one engine made of some figures.

    Attributes:
        engine: The name of the engine.
        figures: The number of figures.
        planted: The number of planted errors.
        found: How many of these are found.
        wrong: How many other figures are reported.
        suspects: The number of cells to look at.
        judged: The number of figures that the exact edit rules compare.
        screen_seconds: Elapsed seconds until the cells are known.
        seconds: Elapsed seconds until the contradictions are known.
        processor_seconds: Processor seconds of all processes.
        megabytes: The largest memory of all processes.
    """

    engine: str
    figures: int
    planted: int
    found: int
    wrong: int
    suspects: int
    judged: int
    screen_seconds: float
    seconds: float
    processor_seconds: float
    megabytes: int


def by_duckdb(folder: Path, graph: Graph, report: Callable[[Screening], Outcome]) -> Outcome:
    """Screen figures by DuckDB."""
    scratch = folder / "scratch"
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": os.cpu_count() or 1,
        "memory_limit": f"{_MEGABYTES}MB",
        "temp_directory": str(scratch),
    }
    with duckdb.connect(config=config) as engine:
        figures = open_figures(engine, folder)
        assert not faults(figures)
        return report(screen(figures, graph))


def by_spark(folder: Path, graph: Graph, report: Callable[[Screening], Outcome]) -> Outcome:
    """Screen figures by Spark, on all processors of this machine."""
    from benchmarks.spark import local_session

    with local_session() as spark:
        return report(screen(spark.read.parquet(f"{folder}/*.parquet"), graph))


def measure(engine: str, folder: Path, size: Size) -> Outcome:
    """Check the figures in a folder by one engine, in this process."""
    planted = set(json.loads((folder / _PLANTED).read_text(encoding="utf-8")))
    evidence = Evidence.gather(Content.read(default_content()))
    graph = declarations(evidence.graph, size)
    begun = time.monotonic()

    def report(screening: Screening) -> Outcome:
        screened = time.monotonic()
        contradictions = judge(screening, graph)
        culprits = {claim for culprit, _ in by_culprit(contradictions) for claim in culprit}
        ended = time.monotonic()
        seconds, megabytes = _usage()
        return Outcome(
            engine,
            size.figures,
            len(planted),
            len(culprits & planted),
            len(culprits - planted),
            len(screening.suspects),
            len(screening.rows),
            round(screened - begun, 1),
            round(ended - begun, 1),
            seconds,
            megabytes,
        )

    return {"DuckDB": by_duckdb, "Spark": by_spark}[engine](folder, graph, report)


def _usage() -> tuple[float, int]:
    """Return the processor seconds and the peak memory in MB of this process and its children."""
    mine, seconds, kilobytes = os.getpid(), 0.0, 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
            times = (status.parent / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if mine in (int(lines["Pid"]), int(lines["PPid"])):
            kilobytes += int(lines.get("VmHWM", "0 kB").split()[0])
            seconds += (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    return round(seconds, 1), round(kilobytes / 1000)


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """Write the outcomes as a table in Markdown."""
    yield (
        "| figures | engine | errors found | wrongly blamed | cells to look at | figures judged "
        "| columns, s | with the judgement, s | processor, s | peak memory, MB |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n"
    )
    for each in outcomes:
        yield (
            f"| {each.figures:,} | {each.engine} | {each.found} of {each.planted} | {each.wrong} "
            f"| {each.suspects:,} | {each.judged:,} | {each.screen_seconds} | {each.seconds} "
            f"| {each.processor_seconds} | {each.megabytes:,} |\n"
        )


def main() -> None:
    """Measure all sizes, each by its engines, and print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="keep the figures here, and use those there")
    parser.add_argument("--only", nargs=4, metavar=("ENGINE", "FOLDER", "REPORTERS", "YEARS"))
    chosen = parser.parse_args()
    if chosen.only:
        engine, folder, reporters, years = chosen.only
        outcome = measure(engine, Path(folder), Size(int(reporters), int(years)))
        print(json.dumps(asdict(outcome)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        outcomes = list(_measured(chosen.folder or Path(scratch)))
    machine = "".join(f"- {name}: {value}\n" for name, value in describe())
    print(_INTRODUCTION.format(machine=machine, table="".join(table(outcomes))), end="")


def _measured(root: Path) -> Iterator[Outcome]:
    for size, engines in _SIZES:
        folder = root / f"{size.figures}"
        if not folder.exists():
            planted = write(folder, size, _ERRORS)
            (folder / _PLANTED).write_text(json.dumps(planted), encoding="utf-8")
        for engine in engines:
            arguments = [engine, str(folder), str(size.reporters), str(size.years)]
            process = subprocess.run(
                [sys.executable, "-m", "benchmarks.scale", "--only", *arguments],
                stdout=subprocess.PIPE,
                check=True,
            )
            yield Outcome(**json.loads(process.stdout.splitlines()[-1]))


_INTRODUCTION: Final = """# Figures as columns

Written by `scripts/scale`: it makes figures of trade up, by reporter, partner, product, flow and
month, with years and a group of all partners as their sums, and prints some of them ten times too
large. It checks them as `apecgraph check --figures` does, but outside the sandbox, so DuckDB may
keep a part on disk. An error is found if the check blames the figure. The aim for ten million
figures is less than 60 s and 3 GB on two cores.

{machine}
{table}
*Columns* is the time until the engine knows which cells have to be looked at; the exact edit rules
then judge the figures of these cells alone, so that part grows with the number of errors, not with
the number of figures.

Two errors in one table of partners by months, in different rows and columns, can be missed: its
margins fail just as if the figures at the two other corners were wrong, which may be blamed
instead.
"""


if __name__ == "__main__":
    main()
