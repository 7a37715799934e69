"""RDF terms and triples: reading them as text, and making them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from apecgraph.rdf.namespaces import RDF, RDFS, XSD

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
"""The object of a triple."""

Value: TypeAlias = str | int | ox.NamedNode | ox.Literal
"""An object to write: an IRI, as text or as a term, a whole number, or a literal."""

_CUT_ESCAPE: Final = re.compile("%.?$")

TRUE_FORMS: Final = ("true", "1")
"""The lexical forms of true (XML Schema Part 2, section 3.3.2)."""


def term_text(term: Term) -> str:
    """Return the text of a term: an IRI, or the lexical form of a literal."""
    return str(term) if isinstance(term, ox.Triple) else term.value


def notation(term: Term) -> str:
    """Write a term in one line: an IRI as it is, any other term in N-Triples."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def from_notation(text: str) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Read a term that `notation` has written."""
    if text.startswith("_:"):
        return ox.BlankNode(text.removeprefix("_:"))
    if text.startswith('"'):
        line = f"<{RDF}subject> <{RDF}object> {text} ."
        (quad,) = ox.parse(line, ox.RdfFormat.N_TRIPLES)
        assert isinstance(quad.object, ox.Literal)  # noqa: S101 - the text begins like one
        return quad.object
    return ox.NamedNode(text)


def results_json(term: Term) -> dict[str, Any]:
    """Return a term as in SPARQL 1.1 Query Results JSON Format, section 3.2.2."""
    match term:
        case ox.NamedNode():
            return {"type": "uri", "value": term.value}
        case ox.BlankNode():
            return {"type": "bnode", "value": term.value}
        case ox.Literal():
            found: dict[str, Any] = {"type": "literal", "value": term.value}
            if term.language:
                found["xml:lang"] = term.language
            elif term.datatype.value != f"{XSD}string":
                found["datatype"] = term.datatype.value
            return found
        case _:
            parts = zip(("subject", "predicate", "object"), term, strict=True)
            return {"type": "triple", "value": {name: results_json(part) for name, part in parts}}


def shortened_iri(iri: str, most: int) -> str:
    """Cut an IRI after a number of characters, and say how many more it has; return an IRI."""
    if len(iri) <= most:
        return iri
    kept = _CUT_ESCAPE.sub("", iri[:most])
    return f"{kept}…({len(iri) - len(kept)}-more-characters)"


def english(text: str) -> ox.Literal:
    """Return a literal in English."""
    return ox.Literal(text, language="en")


def in_languages(texts: Mapping[str, str]) -> list[ox.Literal]:
    """Return a text in several languages, keyed by their tags, as literals."""
    return [ox.Literal(text, language=tag) for tag, text in texts.items()]


def typed(text: str, datatype: str) -> ox.Literal:
    """Return a literal with a datatype of XML Schema, given by its local name, such as "date"."""
    return ox.Literal(text, datatype=_term_of_vocabulary(f"{XSD}{datatype}"))


@lru_cache(maxsize=1024)
def _term_of_vocabulary(iri: str) -> ox.NamedNode:
    """Return the node of a property or a datatype; it takes long to make one again and again."""
    return ox.NamedNode(iri)


def in_graph(triple: ox.Triple, graph: ox.NamedNode | None = None) -> ox.Quad:
    """Return a triple as a quad of a named graph, or of the default graph."""
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph or ox.DefaultGraph())


def triples_about(iri: str, *values: tuple[str, Value]) -> Iterator[ox.Triple]:
    """Write triples about a thing.

    Args:
        iri: IRI of the thing.
        *values: Properties (IRIs), each with a value.

    Yields:
        A triple for each value.
    """
    node = ox.NamedNode(iri)
    for property_, value in values:
        yield ox.Triple(node, _term_of_vocabulary(property_), _object(value))


def triples_about_new(
    iri: str, class_: str, label: str | Mapping[str, str], *values: tuple[str, Value]
) -> Iterator[ox.Triple]:
    """Write triples about a thing that needs a class and a label.

    Args:
        iri: IRI of the thing.
        class_: IRI of its class.
        label: Its label in English, or in several languages, keyed by their tags.
        *values: Properties (IRIs) other than the class and the label, each with a value.

    Yields:
        The triples; the class and the label come first.
    """
    labels = in_languages({"en": label} if isinstance(label, str) else label)
    named = ((f"{RDFS}label", each) for each in labels)
    yield from triples_about(iri, (f"{RDF}type", class_), *named, *values)


def _object(value: Value) -> ox.NamedNode | ox.Literal:
    match value:
        case int():
            return typed(str(value), "integer")
        case str():
            return ox.NamedNode(value)
        case _:
            return value
