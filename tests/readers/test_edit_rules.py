from __future__ import annotations

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import ID
from apecgraph.readers.edit_rules import read_edit_rules
from apecgraph.release.release import Release


def test_all_relations_are_read_with_the_number_of_figures_that_they_compare(
    graph: Graph, release: Release
) -> None:
    compared = {each.iri: each.figures for each in read_edit_rules(graph, Labels(graph))}
    assert compared[f"{ID}relation/same-cell"] > 100
    assert compared[f"{ID}relation/one-value"] == 0
    assert compared.keys() == {iri for iri, rule in release.rules.items() if rule.nodes is None}


def test_no_relations_are_listed_for_no_figures(graph: Graph) -> None:
    assert read_edit_rules(graph, Labels(graph), []) == []
