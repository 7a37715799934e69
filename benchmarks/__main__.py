"""The command line of the benchmarks."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks import cube, fairness, graphs, machine, table
from benchmarks.comparison import compare
from benchmarks.systems import SYSTEMS


@click.command()
@click.option("--seconds", default=3, show_default=True, type=click.IntRange(1), help="A cell.")
@click.option("--triples", default=cube.TRIPLES, show_default=True, help="Of the generated cube.")
@click.option(
    "--output",
    default="docs/measurements/speed.md",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write.",
)
def main(seconds: int, triples: int, output: Path) -> None:
    """Compare apecgraph with oxigraph and rdflib-endpoint; exit with 1 if a cell failed."""
    with TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        measured = [graphs.real(folder), graphs.generated(folder, triples)]
        comparisons = [compare(graph, SYSTEMS, folder, seconds, _tell) for graph in measured]
        fair = [fairness.measure(graph, folder, _tell) for graph in measured]
    described = [*machine.describe(), ("load", machine.describe_wrk())]
    output.write_text(table.document(described, seconds, comparisons, fair), encoding="utf-8")
    failed = [line for comparison in comparisons for line in table.failures(comparison)]
    for line in failed:
        click.echo(line, err=True)
    sys.exit(1 if failed else 0)


def _tell(line: str) -> None:
    click.echo(line, err=True)


main()
