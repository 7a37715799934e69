"""The graphs of the measurements: that of the publication, and a cube."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from benchmarks import cube
from benchmarks.queries import CUBE, REAL, Query

_BUILD_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph to serve.

    Attributes:
        name: Its name in the tables.
        file: The file of the dataset.
        default: A file of its default graph, for systems without named graphs.
        source: The options with which apecgraph serves it.
        queries: The queries on it.
    """

    name: str
    file: Path
    default: Path
    source: str
    queries: tuple[Query, ...]


def real(folder: Path) -> Graph:
    """Build a release, and dump it."""
    file, default = folder / "real.nq", folder / "real.nt"
    environment = {**os.environ, "APECGRAPH_RELEASES": str(folder / "releases")}
    with file.open("wb") as dump:
        subprocess.run(
            [Path(sys.executable).with_name("apecgraph"), "dump", "--format", "nquads"],
            check=True,
            env=environment,
            stdout=dump,
            stderr=subprocess.DEVNULL,
            timeout=_BUILD_SECONDS,
        )
    quads = list(ox.parse(path=file, format=ox.RdfFormat.N_QUADS))
    triples = [quad.triple for quad in quads if isinstance(quad.graph_name, ox.DefaultGraph)]
    ox.serialize(triples, default, ox.RdfFormat.N_TRIPLES)
    name = f"The publication: {len(quads):,} quads, {len(triples):,} in the default graph"
    source = f"--release {folder / 'releases' / 'current'}"
    return Graph(name, file, default, source, REAL)


def generated(folder: Path, triples: int) -> Graph:
    """Generate a cube."""
    file = folder / "cube.nt"
    cube.write(file, triples)
    name = f"A cube: {triples:,} triples"
    return Graph(name, file, file, f"--data {file}", CUBE)
