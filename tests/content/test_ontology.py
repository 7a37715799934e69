from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
import pytest

from apecgraph.content.folder import (
    DERIVED_CLASSES,
    DERIVED_PROPERTIES,
    Content,
    default_content,
)
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, ONTOLOGY, OSLC, OWL, RDF, RDFS, SKOS

NAMES = (f"{RDFS}label", f"{SKOS}prefLabel", f"{OSLC}inverseLabel")
CODES = ("coverages.ttl", "groups.ttl", "rules.ttl", "slices.ttl")  # besides those of the ontology


@pytest.fixture(scope="module")
def content() -> Content:
    return Content.read(default_content())


@pytest.fixture(scope="module")
def terms(content: Content) -> set[str]:
    return {
        triple.subject.value
        for file in content.files
        for triple in file.triples
        if file.path.parent.name == "ontology"
        and isinstance(triple.subject, ox.NamedNode)
        and triple.subject.value.startswith(APEC)
    }


def test_the_ontology_is_small(content: Content, terms: set[str]) -> None:
    deprecated = {
        str(quad.subject.value)  # type: ignore[union-attr]
        for quad in content.quads
        if quad.predicate.value == f"{OWL}deprecated"
    }
    assert 20 <= len(terms - deprecated) <= 60


def test_every_term_has_label_definition_and_ontology(content: Content, terms: set[str]) -> None:
    for predicate in ("label", "comment", "isDefinedBy"):
        having = {
            triple.subject.value
            for file in content.files
            for triple in file.triples
            if triple.predicate.value == RDFS + predicate
            and isinstance(triple.subject, ox.NamedNode)
        }
        assert terms - having == set()


def unnamed(triples: Iterable[ox.Triple], language: str) -> set[str]:
    """Return the things that have a name in English, but none in a language."""
    languages: dict[tuple[str, str], set[str | None]] = {}
    for subject, predicate, text in triples:
        if predicate.value in NAMES and isinstance(text, ox.Literal):
            languages.setdefault((str(subject), predicate.value), set()).add(text.language)
    return {
        subject for (subject, _), tags in languages.items() if "en" in tags and language not in tags
    }


def own_names(content: Content) -> list[ox.Triple]:
    """Return what the project itself names: terms, rules, and codes of lists."""
    return [
        triple
        for file in content.files
        if file.path.parent.name in ("ontology", "shapes") or file.path.name in CODES
        for triple in file.triples
    ]


def test_every_term_and_code_has_a_name_in_chinese(content: Content) -> None:
    assert unnamed(own_names(content), "zh") == set()


def test_a_code_without_a_name_in_chinese_is_found() -> None:
    code, other = ox.NamedNode(f"{ID}coverage/new"), ox.NamedNode(f"{ID}coverage/old")
    name = ox.NamedNode(f"{SKOS}prefLabel")
    english = [ox.Triple(each, name, ox.Literal("goods", language="en")) for each in (code, other)]
    chinese = ox.Triple(other, name, ox.Literal("货物", language="zh"))
    assert unnamed([*english, chinese], "zh") == {str(code)}


def test_every_term_is_used(content: Content, terms: set[str]) -> None:
    """Every term is used by data or shapes, derived by the build, or deprecated."""
    used = set()
    for quad in content.quads:
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value in terms:
            continue
        used.add(quad.predicate.value)
        for term in (quad.object, getattr(quad.object, "datatype", None)):
            if isinstance(term, ox.NamedNode):
                used.add(term.value)
    deprecated = {
        triple.subject.value
        for triple in content.quads
        if isinstance(triple.subject, ox.NamedNode)
        and triple.predicate.value == f"{OWL}deprecated"
        and triple.subject.value in terms
    }
    assert f"{APEC}unit" in deprecated
    assert terms - used - DERIVED_PROPERTIES - DERIVED_CLASSES == deprecated


def test_a_deprecated_term_names_its_successor(content: Content, terms: set[str]) -> None:
    graph = Graph(content.quads)
    deprecated = [term for term in terms if graph.has(term, f"{OWL}deprecated")]
    assert deprecated
    assert all(graph.iris(term, f"{DCTERMS}isReplacedBy") for term in deprecated)


def test_all_terms_are_defined_by_the_ontology_document(content: Content) -> None:
    defined = {
        quad.object.value
        for quad in content.quads
        if quad.predicate.value == f"{RDFS}isDefinedBy"
        and isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(APEC)
        and isinstance(quad.object, ox.NamedNode)
    }
    assert defined == {ONTOLOGY.rstrip("/")}


def test_there_are_no_blank_nodes_in_data(content: Content) -> None:
    for file in content.files:
        if file.path.parent.name == "shapes":
            continue  # lists
        for triple in file.triples:
            assert not isinstance(triple.subject, ox.BlankNode), file.path
            assert not isinstance(triple.object, ox.BlankNode), file.path


def test_a_statement_is_never_written_twice(content: Content) -> None:
    """The build asserts what an rdf:Statement says; a file does not repeat it."""
    for file in content.files:
        statements: dict[object, dict[str, object]] = {}
        for triple in file.triples:
            part = triple.predicate.value.removeprefix(RDF)
            if part in ("subject", "predicate", "object"):
                statements.setdefault(triple.subject, {})[part] = triple.object
        plain = {tuple(triple) for triple in file.triples}
        for parts in statements.values():
            spoken = (parts["subject"], parts["predicate"], parts["object"])
            assert spoken not in plain or file.graph == parts["subject"], spoken
