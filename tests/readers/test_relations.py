from __future__ import annotations

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID, ORG
from apecgraph.readers.relations import read_roles


def test_a_body_has_its_chairs_the_latest_first(graph: Graph) -> None:
    [row] = read_roles(graph, f"{ID}body/sccp")
    assert (row.role, row.has_role) == (f"{ID}role/chair", False)
    assert row.relations[0].other == f"{ID}body/gacc"
    assert row.relations[0].during == f"{ID}period/2026"
    assert len(row.relations[0].sources) > 1
    years = [(each.during or "").removeprefix(f"{ID}period/")[:4] for each in row.relations]
    assert years == sorted(years, reverse=True)


def test_a_member_has_its_role_with_the_most_precise_date(graph: Graph) -> None:
    [row] = read_roles(graph, f"{ID}economy/PER")
    assert (row.role, row.has_role) == (f"{ID}role/member", True)
    [relation] = row.relations
    assert (relation.other, relation.since) == (f"{ID}body/apec", "1998-11")
    assert relation.sources


def test_both_ends_of_a_relation_show_it(graph: Graph) -> None:
    for node in graph.default_graph.subjects(f"{ORG}role"):
        for end in ("member", "organization"):
            for thing in graph.default_graph.iris(node, f"{ORG}{end}"):
                shown = {each.node for row in read_roles(graph, thing) for each in row.relations}
                assert node in shown


def test_a_thing_without_roles_has_none(graph: Graph) -> None:
    assert read_roles(graph, f"{ID}period/2025") == ()
