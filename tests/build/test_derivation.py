from __future__ import annotations

import pyoxigraph as ox

from apecgraph.content.folder import DERIVED_PROPERTIES, Content
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, RDF
from apecgraph.rdf.terms import term_text


def test_the_content_may_state_no_property_that_only_the_build_writes(
    graph: Graph, press: Content
) -> None:
    stated = {quad.predicate.value for quad in press.quads}
    for source in graph.subjects(f"{RDF}type", f"{APEC}Source"):
        statements = graph.named_graph(source).quads(None, f"{RDF}predicate")
        stated.update(term_text(quad.object) for quad in statements)
    written = {
        quad.predicate.value
        for quad in graph.quads()
        if quad.graph_name not in (ox.DefaultGraph(), ox.NamedNode(f"{ID}graph/release"))
    }
    assert written - stated == DERIVED_PROPERTIES
