from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from apecgraph.build.contradiction_triples import contradiction_triples
from apecgraph.consistency.findings import Findings
from apecgraph.content.cube import DIMENSIONS
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import DERIVED_PROPERTIES
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, RDF, RDFS
from apecgraph.rdf.terms import in_graph

TRADE = f"{ID}decision/trade-2025"
SEETAO = [f"{ID}figure/seetao/trade-value-2025", f"{ID}figure/seetaoe-258468/trade-2025"]


def derived(evidence: Evidence) -> Graph:
    return Graph(map(in_graph, contradiction_triples(Findings(evidence))))


@pytest.fixture(scope="module")
def graph(evidence: Evidence) -> Graph:
    return derived(evidence)


def by_rule(graph: Graph, decision: str, rule: str) -> str:
    (found,) = (
        iri
        for iri in graph.values(decision, f"{APEC}contradiction")
        if graph.values(iri, f"{APEC}violates") == [f"{ID}relation/{rule}"]
    )
    return found


def test_a_contradiction_names_its_rule_its_ratio_and_its_culprit(graph: Graph) -> None:
    iri = by_rule(graph, TRADE, "same-cell")
    assert graph.value(iri, f"{RDFS}label") == (
        "trade of China with other APEC economies, 2025: one is 10 times the other"
    )
    assert round(Decimal(graph.required_value(iri, f"{APEC}ratio")), 3) == Decimal("9.996")
    assert graph.values(iri, f"{APEC}culprit") == SEETAO
    assert graph.values(iri, f"{APEC}sameCellAs") == [f"{ID}figure/24-chasa/trade-value-2025"]


def test_an_estimate_has_its_interval_and_the_figures_that_it_rests_on(graph: Graph) -> None:
    iri = by_rule(graph, TRADE, "share-of-whole")
    estimates = graph.values(iri, f"{APEC}estimate")
    printed, computed = (
        {
            name: graph.value(estimate, APEC + name)
            for name in ("lower", "upper", "excludesLower", "excludesUpper")
        }
        for estimate in estimates
    )
    assert printed == {
        "lower": "54",
        "upper": "60",
        "excludesLower": None,
        "excludesUpper": "true",
    }
    assert computed == {
        "lower": "5.78009895547003848",
        "upper": "5.78356977895084131",
        "excludesLower": "true",
        "excludesUpper": "true",
    }
    assert set(SEETAO) < set(graph.values(estimates[1], f"{APEC}restsOn"))
    assert "out of 45.47 trillion yuan" in graph.required_value(estimates[1], f"{RDFS}label")


def test_two_estimates_of_a_contradiction_have_no_number_in_common(graph: Graph) -> None:
    contradictions = graph.subjects(f"{RDF}type", f"{APEC}Contradiction")
    pairs = [
        estimates for iri in contradictions if (estimates := graph.values(iri, f"{APEC}estimate"))
    ]
    assert len(pairs) > 30
    for pair in pairs:
        one, other = (
            [graph.value(estimate, f"{APEC}{end}") for end in ("lower", "upper")]
            for estimate in pair
        )
        gaps = [
            Decimal(high[0]) - Decimal(low[1])
            for low, high in ((one, other), (other, one))
            if low[1] is not None and high[0] is not None
        ]
        assert max(gaps) >= 0


def test_a_contradiction_without_estimates_rests_on_the_claims(graph: Graph) -> None:
    (iri,) = graph.values(f"{ID}decision/wco-founding", f"{APEC}contradiction")
    assert not graph.values(iri, f"{APEC}estimate")
    claims = graph.values(iri, f"{APEC}restsOn")
    assert len(claims) == 2
    assert all(claim.startswith(f"{ID}statement/") for claim in claims)
    assert graph.values(f"{ID}decision/wco-founding", f"{APEC}arithmetic") == graph.values(
        iri, f"{RDFS}label"
    )


def test_a_contradiction_has_dimensions_if_no_accepted_figure_has_its_cell(graph: Graph) -> None:
    without = [
        iri for iri in graph.subjects(f"{APEC}ratio") if not graph.values(iri, f"{APEC}sameCellAs")
    ]
    assert without
    for iri in without:
        assert len(graph.values(iri, f"{APEC}measure")) == 1
        assert len(graph.values(iri, f"{APEC}period")) == 1


def test_one_more_source_of_a_known_number_changes_no_iri(evidence: Evidence, graph: Graph) -> None:
    figure = next(
        each for each in evidence.figures if each.iri.endswith("sada-el-balad/trade-value-2025")
    )
    again = replace(figure, iri=f"{ID}figure/zz/again", source=f"{ID}source/zz", printed=None)
    more = derived(replace(evidence, figures=(*evidence.figures, again)))
    assert more.subjects(f"{RDF}type") == graph.subjects(f"{RDF}type")
    iri = by_rule(more, TRADE, "same-cell")
    assert again.iri in {
        claim
        for estimate in more.values(iri, f"{APEC}estimate")
        for claim in more.values(estimate, f"{APEC}restsOn")
    }


def test_only_known_properties_are_derived(graph: Graph) -> None:
    used = {quad.predicate.value for quad in graph.quads()}
    assert used - set(DIMENSIONS.values()) <= DERIVED_PROPERTIES | {f"{RDF}type", f"{RDFS}label"}
