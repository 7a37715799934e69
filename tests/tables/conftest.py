from __future__ import annotations

import pytest

from apecgraph.content.folder import ENTITIES_GRAPH, default_content
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.terms import in_graph
from apecgraph.rdf.turtle import parse_file


@pytest.fixture(scope="session")
def graph() -> Graph:
    """The entities and code lists of the content."""
    root = default_content()
    paths = [*root.glob("ontology/*.ttl"), *root.glob("data/entities/*.ttl")]
    return Graph(in_graph(each, ENTITIES_GRAPH) for path in paths for each in parse_file(path)[0])
