"""The competency questions as executable queries: examples for clients of the graph.

They follow the convention of the SIB Swiss Institute of Bioinformatics (sib-swiss/sparql-examples),
which uses terms of SHACL (prefix declarations of section 5.2.1, SPARQL executables of section 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from apecgraph.content.questions import Question
from apecgraph.query.outline import outline
from apecgraph.rdf.namespaces import ENDPOINT, ID, OWL, PREFIXES, RDF, RDFS, SCHEMA, SH
from apecgraph.rdf.terms import in_languages, triples_about, triples_about_new, typed

_PREFIXES: Final = f"{ID}prefixes"

_FORMS: Final = {
    "SELECT": ("SPARQLSelectExecutable", "select"),
    "ASK": ("SPARQLAskExecutable", "ask"),
}
"""The class and the property of each query form whose answer is a table."""


def describe_questions(questions: Iterable[Question]) -> Iterator[ox.Triple]:
    """Describe questions as queries to the endpoint, and the prefixes of these queries."""
    for question in questions:
        form = _FORMS.get(outline(question.query).form or "")
        if form is None:
            continue
        class_, property_ = form
        node = f"{ID}question/{question.name}"
        yield from triples_about_new(
            node,
            f"{SH}SPARQLExecutable",
            question.titles,
            (f"{RDF}type", f"{SH}{class_}"),
            *((f"{RDFS}comment", title) for title in in_languages(question.titles)),
            (f"{SH}prefixes", _PREFIXES),
            (f"{SH}{property_}", ox.Literal(question.query)),
            (f"{SCHEMA}target", ENDPOINT),
        )
    yield from triples_about_new(_PREFIXES, f"{OWL}Ontology", "Prefixes of the queries")
    for prefix, namespace in PREFIXES.items():
        node = f"{_PREFIXES}/{prefix}"
        yield from triples_about(_PREFIXES, (f"{SH}declare", node))
        yield from triples_about_new(
            node,
            f"{SH}PrefixDeclaration",
            f"{prefix}: {namespace}",
            (f"{SH}prefix", ox.Literal(prefix)),
            (f"{SH}namespace", typed(namespace, "anyURI")),
        )
