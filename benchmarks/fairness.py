"""How long light queries take, with and without heavy ones at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import load
from benchmarks.graphs import Graph
from benchmarks.load import Load
from benchmarks.server import ACCEPT, HOST, Server
from benchmarks.systems import UNCACHED

HEAVY_CLIENTS: Final = 8

_HEAVY: Final = "SELECT (COUNT(*) AS ?pairs) { ?a ?b ?c . ?d ?e ?f }"
"""A query that no server finishes before its deadline."""

_SECONDS: Final = 20
_START_SECONDS: Final = 2


@dataclass(frozen=True, slots=True)
class Fairness:
    """The load of a client that looks up IRIs, with and without heavy clients."""

    graph: str
    alone: Load
    beside: Load


def measure(graph: Graph, folder: Path, tell: Callable[[str], object]) -> Fairness:
    """Look up one IRI again and again, first without and then with heavy clients.

    All clients have one address, so that turns by client do not help.

    Args:
        graph: The graph that is served.
        folder: A folder for the log of the server.
        tell: Receives lines about the progress.

    Returns:
        The loads of the look-ups.

    Raises:
        ServerError: The server does not answer.
    """
    tell(f"{graph.name}: look-ups together with {HEAVY_CLIENTS} heavy clients")
    look_up = graph.queries[0].text
    with Server(UNCACHED, graph, folder) as server, ThreadPoolExecutor() as beside:
        server.wait()

        def ask(query: str, connections: int, seconds: int) -> Load:
            url = f"http://{HOST}:{server.port}{server.target(query)}"
            return load.measure(url, accept=ACCEPT, connections=connections, seconds=seconds)

        alone = ask(look_up, 1, _SECONDS)
        heavy = beside.submit(ask, _HEAVY, HEAVY_CLIENTS, _SECONDS + 2 * _START_SECONDS)
        time.sleep(_START_SECONDS)
        measured = Fairness(graph.name, alone, ask(look_up, 1, _SECONDS))
        heavy.result()
    return measured
