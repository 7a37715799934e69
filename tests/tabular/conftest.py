from __future__ import annotations

import pyoxigraph as ox
import pytest

from apecgraph.rdf.formats import N_QUADS
from apecgraph.rdf.graph import Graph
from apecgraph.release.release import Release
from apecgraph.tabular.figures import Figures, FigureTable
from tests.support.figures import csv_rows


@pytest.fixture(scope="session")
def rows(release: Release) -> list[dict[str, str]]:
    """The rows of figures.csv."""
    return csv_rows((release.path / "figures.csv").read_bytes().decode())


@pytest.fixture(scope="session")
def table(release: Release) -> FigureTable:
    """The table of all figures of the release."""
    return Figures(Graph(ox.parse(path=release.dump(N_QUADS), format=ox.RdfFormat.N_QUADS))).table()
