"""Edit rules between claims: every single-valued property may have only one value."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from apecgraph.consistency.claim_edit_rules import one_value
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import Content
from apecgraph.content.statements import Statement
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, compact
from tests.support.contents import press_content

CONTENT = Content.read(press_content())
GRAPH = Graph(CONTENT.quads)
STATEMENTS = Evidence.gather(CONTENT).statements
RULES = {
    property_: [property_]
    for rule in ("one-value", "one-code")
    for property_ in GRAPH.values(f"{ID}relation/{rule}", f"{DCTERMS}subject")
}
MANY = """
    apec:aim apec:means apec:priorityArea dcterms:creator dcterms:date dcterms:modified
    dcterms:publisher dcterms:spatial dcterms:subject org:memberOf org:subOrganizationOf owl:sameAs
    prov:wasInfluencedBy schema:about schema:alternateName schema:areaServed schema:audience
    schema:containedInPlace schema:contributor schema:creator schema:description schema:editor
    schema:founder skos:altLabel skos:broadMatch skos:closeMatch skos:prefLabel skos:relatedMatch
"""
"""Properties that may have several values; a shape limits skos:prefLabel."""


def contradicted(one: Statement, value: ox.NamedNode | ox.Literal) -> bool:
    """Return whether another source with another value of the property is a contradiction."""
    triple = ox.Triple(one.triple.subject, one.triple.predicate, value)
    other = Statement(f"{ID}statement/other/x", f"{ID}source/other", triple, one.period)
    evidence = Evidence(GRAPH, (), (one, other), ())
    compares = RULES[one.triple.predicate.value]
    return bool(list(one_value(evidence, compares)))


def another(value: ox.NamedNode | ox.Literal) -> ox.NamedNode | ox.Literal:
    """Return another value in the same language, code system or namespace."""
    if isinstance(value, ox.NamedNode):
        return ox.NamedNode(f"{value.value}-other")
    if value.language:
        return ox.Literal("something else", language=value.language)
    return ox.Literal("1066" if value.value[:1].isdigit() else "XX", datatype=value.datatype)


@pytest.mark.parametrize("property_", sorted(RULES))
def test_a_second_value_of_a_single_valued_property_is_a_contradiction(property_: str) -> None:
    stated = [each for each in STATEMENTS if each.triple.predicate.value == property_]
    assert stated, "no source states the property"
    for statement in stated[:3]:
        value = statement.triple.object
        assert isinstance(value, ox.NamedNode | ox.Literal)
        assert contradicted(statement, another(value)), statement.iri
        assert not contradicted(statement, value)


def test_every_property_in_use_is_listed_as_single_valued_or_as_multi_valued() -> None:
    used = {compact(each.triple.predicate.value) for each in STATEMENTS}
    held = {compact(property_) for property_ in RULES}
    assert used <= held | set(MANY.split())


def test_texts_in_different_languages_do_not_contradict_each_other() -> None:
    theme = next(each for each in STATEMENTS if each.triple.predicate.value == f"{APEC}theme")
    assert contradicted(theme, ox.Literal("tema", language=theme.language))
    assert not contradicted(theme, ox.Literal("tema", language="pt"))
