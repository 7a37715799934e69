"""The tables in Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from benchmarks.comparison import CONNECTIONS, Cell, Comparison
from benchmarks.fairness import HEAVY_CLIENTS, Fairness
from benchmarks.load import Load
from benchmarks.systems import CACHED, OXIGRAPH, RDFLIB, SYSTEMS, UNCACHED

MET: Final = "✓"
MISSED: Final = "✗"
FAILED: Final = "failed"

_UNCACHED_TARGETS: Final = {("a", 1): 0.7, ("a", 8): 0.4}
_UNCACHED_ELSE: Final = 1.0
_CACHED_TARGET: Final = 2.0
_RDFLIB_TARGET: Final = 10.0
_LIGHT_TARGET: Final = 500.0  # milliseconds (99th percentile)


def document(
    machine: Sequence[tuple[str, str]],
    seconds: int,
    comparisons: Sequence[Comparison],
    fair: Sequence[Fairness],
) -> str:
    """Write the document."""
    parts: list[Iterable[str]] = [
        [
            "# Benchmarks",
            "",
            "Written by `scripts/bench`: all systems serve the same graph at the same time on one "
            "machine. wrk sends each system the same query in turn over persistent connections, "
            f"for {seconds} s per cell (up to 60 s for slow queries). Before that, each system "
            "must return as many rows as the engine alone.",
            "",
        ],
        _table(("machine", ""), machine),
        [
            "",
            "apecgraph runs with its default settings, once as it is and once without its cache "
            "(`APECGRAPH_CACHE_MEGABYTES=0`). Without the cache it evaluates every request, but "
            "does not parse an identical request again. It serves the publication as a release, "
            "whose look-ups need no worker, and the cube as a file (`--data`). oxigraph serves its "
            "store from disk "
            "(`serve-read-only`). rdflib-endpoint has the Oxigraph store in memory; it always "
            "queries the union of all graphs, so it loads the default graph only.",
            "",
        ],
    ]
    for comparison in comparisons:
        parts.append([f"## {comparison.graph}", "", "### Ratios", ""])
        parts.append(_ratios(comparison))
        parts.append(["", front_share(comparison), "", "### Measurements", ""])
        parts.append(_measurements(comparison))
        parts.append(
            [
                "",
                "### Memory",
                "",
                "All processes of a server after the measurements; shared memory counts once.",
                "",
            ]
        )
        parts.append(_memory(comparison))
        parts.append([""])
    parts.append(
        [
            f"## Look-ups together with {HEAVY_CLIENTS} heavy clients",
            "",
            "apecgraph without its cache: one client repeats (a), first alone, and then "
            "together with "
            f"{HEAVY_CLIENTS} clients of the same address that query the product of the graph "
            "with itself.",
            "",
        ]
    )
    parts.append(_fairness(fair))
    return "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"


def failures(comparison: Comparison) -> list[str]:
    """List the cells without a clean measurement."""
    return [
        f"{comparison.graph}, ({cell.query.letter}), {cell.connections}, {cell.system}: "
        + (cell.outcome if isinstance(cell.outcome, str) else f"{cell.outcome.errors} errors")
        for cell in comparison.cells
        if isinstance(cell.outcome, str) or cell.outcome.errors
    ]


def ratio(ours: Load | str, theirs: Load | str, target: float) -> str:
    """Write the ratio of two rates of requests, and whether it meets a target."""
    if isinstance(ours, str) or isinstance(theirs, str) or ours.errors or theirs.errors:
        return FAILED
    if not theirs.rate:
        return FAILED
    times = ours.rate / theirs.rate
    shown = math.floor(times * 100) / 100  # rounded down: a ratio below 1 is not shown as 1
    return f"{shown:.2f} {MET if times >= target else MISSED} (≥ {target:g})"


def front_share(comparison: Comparison) -> str:
    """Write how much of look-up (a) over one connection is not spent in the engine."""
    outcome = comparison.outcome("a", 1, UNCACHED)
    alone = comparison.evaluations["a"].milliseconds
    if isinstance(outcome, str) or outcome.errors or not outcome.p50:
        return f"The front's share of (a): {FAILED}."
    share = 1 - alone / outcome.p50
    return (
        f"The front's share of (a): {share:.0%}. Uncached over one connection, it takes "
        f"{outcome.p50:.3f} ms (p50); the engine alone evaluates and writes it in {alone:.3f} ms."
    )


def _ratios(comparison: Comparison) -> list[str]:
    def row(letter: str, title: str, connections: int) -> Sequence[str]:
        uncached, cached, oxigraph, rdflib = (
            comparison.outcome(letter, connections, system)
            for system in (UNCACHED, CACHED, OXIGRAPH, RDFLIB)
        )
        return (
            f"({letter}) {title}",
            str(connections),
            ratio(uncached, oxigraph, _UNCACHED_TARGETS.get((letter, connections), _UNCACHED_ELSE)),
            ratio(cached, oxigraph, _CACHED_TARGET),
            ratio(uncached, rdflib, _RDFLIB_TARGET),
        )

    titles = {cell.query.letter: cell.query.title for cell in comparison.cells}
    return _table(
        (
            "query",
            "connections",
            "uncached : oxigraph",
            "cached : oxigraph",
            "uncached : rdflib-endpoint",
        ),
        [row(*query, connections) for query in titles.items() for connections in CONNECTIONS],
    )


def _measurements(comparison: Comparison) -> list[str]:
    def row(cell: Cell) -> Sequence[str]:
        rows = f"{comparison.evaluations[cell.query.letter].rows:,}"
        head = (f"({cell.query.letter})", str(cell.connections), cell.system)
        if isinstance(cell.outcome, str):
            return (*head, "", f"{FAILED}: {cell.outcome}", "", "", "")
        load = cell.outcome
        errors = f"**{load.errors}**" if load.errors else "0"
        return (*head, rows, f"{load.rate:,.1f}", f"{load.p50:.2f}", f"{load.p99:.2f}", errors)

    return _table(
        ("query", "connections", "system", "rows", "requests/s", "p50 ms", "p99 ms", "errors"),
        [row(cell) for cell in comparison.cells],
    )


def _fairness(fair: Sequence[Fairness]) -> list[str]:
    def row(fairness: Fairness) -> Sequence[str]:
        met = MET if fairness.beside.p99 < _LIGHT_TARGET and not fairness.beside.errors else MISSED
        return (
            fairness.graph,
            f"{fairness.alone.p50:.2f}",
            f"{fairness.alone.p99:.2f}",
            f"{fairness.beside.p50:.0f}",
            f"{fairness.beside.p99:.0f} {met} (< {_LIGHT_TARGET:g})",
            str(fairness.beside.errors),
        )

    head = ("graph", "alone p50 ms", "p99 ms", "together p50 ms", "p99 ms", "errors")
    return _table(head, map(row, fair))


def _memory(comparison: Comparison) -> list[str]:
    return _table(
        ("system", "resident MB"),
        [
            (system.name, f"{comparison.memory[system.name] / 1e6:,.0f}")
            for system in SYSTEMS
            if system.name in comparison.memory
        ],
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines]
