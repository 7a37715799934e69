"""The measured systems: how each loads a graph and serves it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.graphs import Graph

_LOAD_SECONDS: Final = 300
_HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class System:
    """A system, whose commands may contain {file}, {default}, {source}, {store} and {port}.

    Attributes:
        name: Its name in the tables.
        serve: The command that serves a graph.
        path: The path at which it answers queries.
        load: The command that loads a graph before, if any.
        environment: Environment variables of its commands.
    """

    name: str
    serve: str
    path: str = "/sparql"
    load: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def prepare(self, graph: Graph, store: Path) -> None:
        """Load the graph, if the system has a command for that."""
        if self.load:
            command = self._words(self.load, graph, store, 0)
            subprocess.run(command, check=True, capture_output=True, timeout=_LOAD_SECONDS)

    def command(self, graph: Graph, store: Path, port: int) -> list[str]:
        """Return the command that serves a graph on a port of this machine."""
        return self._words(self.serve, graph, store, port)

    def _words(self, command: str, graph: Graph, store: Path, port: int) -> list[str]:
        values = {
            "file": graph.file,
            "default": graph.default,
            "source": graph.source,
            "store": store,
            "port": port,
        }
        program, *words = command.format(**values).split()
        return [str(Path(sys.executable).with_name(program)), *words]


UNCACHED: Final = System(
    "apecgraph, uncached",
    f"apecgraph serve --host {_HOST} --port {{port}} {{source}}",
    environment={"APECGRAPH_CACHE_MEGABYTES": "0"},
)
CACHED: Final = System("apecgraph", UNCACHED.serve)
OXIGRAPH: Final = System(
    "oxigraph",
    f"oxigraph serve-read-only --location {{store}} --bind {_HOST}:{{port}}",
    path="/query",
    load="oxigraph load --location {store} --file {file}",
)
RDFLIB: Final = System(
    "rdflib-endpoint",
    f"rdflib-endpoint serve --store oxigraph --host {_HOST} --port {{port}} {{default}}",
    path="/",
)
SYSTEMS: Final = (UNCACHED, CACHED, OXIGRAPH, RDFLIB)
