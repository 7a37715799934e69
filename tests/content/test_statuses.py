"""The status of each claim: by decisions, by its speaker, by its kind of number, by revisions."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.build.best_values import best_values
from apecgraph.content.decisions import (
    ATTRIBUTED,
    DISPUTED,
    EXPECTED,
    OPEN,
    REJECTED,
    RESOLVED,
    STANDS,
    STATUS,
    STATUSES,
    SUPERSEDED,
    Decision,
)
from apecgraph.content.evidence import Evidence
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ADMS, ID, QB, RDF, RDFS, SKOS
from tests.check.test_shapes import EXAMPLES, read
from tests.support.pages import BROWSER

SCHEME = f"{ID}scheme/statuses"
EARLIER, LATER = f"{ID}figure/x/v", f"{ID}figure/y/other"
OPINION = f"{ID}statement/seetaoe-258468/customs-key-gateway"
DATE = f"{ID}statement/seetaoe-258468/chair-2026"
FORECAST = f"{ID}figure/china-daily-brief/delegates-expected-2026-02"


@pytest.fixture(scope="module")
def revised() -> Evidence:
    content, _ = read(EXAMPLES / "consistency" / "valid.same-cell-revised.trig")
    return Evidence.gather(content)


def decided(evidence: Evidence, verdict: str, claim: str) -> Evidence:
    names = frozenset([claim])
    upheld, rejected = (frozenset[str](), names) if verdict == RESOLVED else (names, frozenset())
    decision = Decision(f"{ID}decision/x", verdict, upheld, rejected, frozenset(), {})
    return replace(evidence, decisions=(decision,))


def test_an_opinion_is_attributed_and_a_date_that_somebody_says_stands(evidence: Evidence) -> None:
    assert evidence.statuses[OPINION] == ATTRIBUTED
    assert evidence.statuses[DATE] == STANDS


def test_a_forecast_is_expected(evidence: Evidence) -> None:
    expected = {figure.iri for figure in evidence.figures if figure.is_expectation}
    assert expected
    assert {iri for iri, status in evidence.statuses.items() if status == EXPECTED} == expected


def test_a_revised_figure_is_superseded_and_no_basis(revised: Evidence) -> None:
    assert (revised.statuses[EARLIER], revised.statuses[LATER]) == (SUPERSEDED, STANDS)
    assert revised.graph.value(EARLIER, f"{ADMS}status") == SUPERSEDED
    (best,) = best_values(revised)
    assert [figure.iri for figure in best.basis] == [LATER]


@pytest.mark.parametrize(
    ("verdict", "claim", "status"),
    [
        (OPEN, LATER, DISPUTED),
        (OPEN, EARLIER, SUPERSEDED),
        (RESOLVED, EARLIER, REJECTED),
    ],
)
def test_of_several_statuses_the_last_counts(
    revised: Evidence, verdict: str, claim: str, status: str
) -> None:
    assert decided(revised, verdict, claim).statuses[claim] == status


def test_an_opinion_may_be_rejected_but_is_never_a_fact(evidence: Evidence) -> None:
    assert decided(evidence, RESOLVED, OPINION).statuses[OPINION] == REJECTED
    assert decided(evidence, OPEN, OPINION).statuses[OPINION] == ATTRIBUTED


def test_each_status_is_in_the_code_list_which_states_their_order(graph: Graph) -> None:
    assert set(graph.subjects(f"{SKOS}inScheme", SCHEME)) == set(STATUSES)
    order = (graph.value(SCHEME, f"{RDFS}comment") or "").rpartition(": ")[2]
    assert re.findall(r"\w+", order) == [status.removeprefix(STATUS) for status in STATUSES]


def test_each_published_claim_has_its_status(graph: Graph, evidence: Evidence) -> None:
    for iri, status in evidence.statuses.items():
        source = graph.named_graph(evidence.claims[iri].source)
        assert source.values(iri, f"{ADMS}status") == [status]
    for class_ in (f"{QB}Observation", f"{RDF}Statement"):
        claims = {
            quad.subject.value
            for quad in graph.quads(None, f"{RDF}type", class_)
            if isinstance(quad.subject, ox.NamedNode)
        }
        assert claims <= evidence.statuses.keys()


@pytest.mark.parametrize(
    ("claim", "words"), [(OPINION, "Attributed: the source"), (FORECAST, "Expected: a forecast")]
)
def test_the_page_of_a_claim_says_its_status(client: httpx.Client, claim: str, words: str) -> None:
    path = f"/doc/{claim.removeprefix(ID)}.html"
    page = client.get(path, headers={"Accept": BROWSER}).raise_for_status()
    assert words in page.text
