"""The comparison: all systems serve a graph at once, and are loaded in turn."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import engine, load
from benchmarks.graphs import Graph
from benchmarks.load import Load
from benchmarks.queries import Query
from benchmarks.server import ACCEPT, HOST, Server, ServerError, rows
from benchmarks.systems import System

CONNECTIONS: Final = (1, 8)

_WARM_SECONDS: Final = 0.5
_WARM_REQUESTS: Final = 5
_MOST_SECONDS: Final = 60
"""Seconds that a cell may take if one request takes longer than a cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One system, one query and a number of connections: the load, or why it is missing."""

    query: Query
    connections: int
    system: str
    outcome: Load | str


@dataclass(slots=True)
class Comparison:
    """The measurements on one graph.

    Attributes:
        graph: The name of the graph.
        evaluations: The evaluations of the engine alone, by the letter of the query.
        cells: The cells of the table.
        memory: The resident bytes of the systems, keyed by name.
    """

    graph: str
    evaluations: dict[str, engine.Evaluation]
    cells: list[Cell] = field(default_factory=list)
    memory: dict[str, int] = field(default_factory=dict)

    def outcome(self, letter: str, connections: int, system: System) -> Load | str:
        """Return the load of one cell, or the reason why it is missing."""
        wanted = (letter, connections, system.name)
        for cell in self.cells:
            if (cell.query.letter, cell.connections, cell.system) == wanted:
                return cell.outcome
        return "not measured"


def compare(
    graph: Graph,
    systems: Sequence[System],
    folder: Path,
    seconds: int,
    tell: Callable[[str], object],
) -> Comparison:
    """Measure systems on a graph: each query on one system after the other.

    So other work of the machine affects neighbouring cells alike.

    Args:
        graph: The graph that all systems serve.
        systems: The systems.
        folder: A folder for their stores and logs.
        seconds: Seconds of load for each cell.
        tell: Receives lines about the progress.

    Returns:
        The measurements; a cell that failed has the reason in place of its load.
    """
    tell(f"{graph.name}: the engine alone")
    comparison = Comparison(graph.name, engine.evaluations(graph))
    with ExitStack() as stack:
        servers: list[tuple[System, Server | str]] = []
        for system in systems:
            tell(f"{graph.name}: starting {system.name}")
            started = stack.enter_context(Server(system, graph, folder))
            servers.append((system, _started(started)))
        for query in graph.queries:
            expected = comparison.evaluations[query.letter].rows
            checked = [
                (system, server, _warm(server, query, expected)) for system, server in servers
            ]
            for connections in CONNECTIONS:
                for system, server, request in checked:
                    outcome: Load | str
                    if isinstance(server, str) or isinstance(request, str):
                        outcome = str(request)
                    else:
                        outcome = _load(server, query, connections, seconds, request)
                    comparison.cells.append(Cell(query, connections, system.name, outcome))
                    tell(f"({query.letter}) {connections} {system.name}: {_short(outcome)}")
        for system, running in servers:
            if isinstance(running, Server):
                comparison.memory[system.name] = running.memory()
    return comparison


def _started(server: Server) -> Server | str:
    try:
        server.wait()
    except ServerError as error:
        return str(error)
    return server


def _warm(server: Server | str, query: Query, expected: int) -> float | str:
    """Check the number of rows; return the seconds of a warm request, or an error message."""
    if isinstance(server, str):
        return server
    try:
        body, first = server.ask(query.text)
        if (got := rows(body)) != expected:
            return f"{got} rows, not {expected}"
        taken: list[float] = []
        end = time.monotonic() + _WARM_SECONDS
        while len(taken) < _WARM_REQUESTS and time.monotonic() < end:
            taken.append(server.ask(query.text)[1])
    except (OSError, ServerError, ValueError, KeyError) as error:
        return str(error) or type(error).__name__
    return median(taken or [first])


def _load(
    server: Server, query: Query, connections: int, seconds: int, request: float
) -> Load | str:
    wanted = max(seconds, min(_MOST_SECONDS, math.ceil(2 * connections * request)))
    measured = load.measure(
        f"http://{HOST}:{server.port}{server.target(query.text)}",
        accept=ACCEPT,
        connections=connections,
        seconds=wanted,
    )
    server.settle()
    return measured if measured.requests else f"no answer within {wanted} s"


def _short(outcome: Load | str) -> str:
    return outcome if isinstance(outcome, str) else f"{outcome.rate:,.1f}/s"
