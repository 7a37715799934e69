"""The rules on what each file may contain: every fact has one source, and no fact is repeated.

The file of a source contains its description, its figures and its statements, and no other file
contains these. This prevents three errors: a fact without a source, a decision in the file of a
source, and a derived value that the build did not compute.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Final

import pyoxigraph as ox

from apecgraph.check.report import Result
from apecgraph.content.folder import (
    DECISIONS_GRAPH,
    DERIVED_CLASSES,
    DERIVED_PROPERTIES,
    SHAPES_GRAPH,
    SOURCE_PREFIX,
    Content,
    ContentFile,
)
from apecgraph.errors import NotAcceptable
from apecgraph.rdf.formats import RDF_XML
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, QB, RDF, compact
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.rdf.terms import notation
from apecgraph.text.languages import wrong_tag

_NO_ADDRESS: Final = re.compile(
    rf"{re.escape(ID)}(?:$|index$|ontology(?:/|$)|.*[?#]|.*/$|/|.*//|(?:.*/)?\.\.?(?:/|$))"
)
"""IRIs that cannot be requested, or that lead to the document of another thing."""

_SOURCES: Final = "data/sources/ or data/tables/"
_ONLY_IN: Final = {
    f"{APEC}Source": _SOURCES,
    f"{QB}Observation": _SOURCES,
    f"{RDF}Statement": _SOURCES,
    f"{APEC}Decision": "data/decisions.ttl",
}
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_PREDICATE: Final = ox.NamedNode(f"{RDF}predicate")
_RULE: Final = f"{ID}shape/placement"


def misplaced(content: Content, stated: Collection[str]) -> Iterator[Result]:
    """Yield a result for each triple that its file may not contain.

    Args:
        content: The content.
        stated: IRIs of the properties of entities that only sources may state, as an rdf:Statement.

    Yields:
        The results, in the order of the files.
    """
    described = {file.graph for file in content.files if _describes_itself(file)}
    for file in content.files:
        if file.graph == SHAPES_GRAPH:
            continue
        of_source = file.graph.value.startswith(SOURCE_PREFIX)
        if of_source and file.graph not in described and file.path.suffix == ".ttl":
            yield Result.of(
                _RULE,
                file.graph.value,
                f"{content.relative(file.path)} must describe <{compact(file.graph.value)}> as an "
                "apec:Source: the name of the file or of the folder is the name of the source",
            )
        for triple in file.triples:
            facts = stated if triple.subject in content.entities else ()
            message = _wrong(file, triple, of_source, facts)
            if message is not None:
                subject, predicate, value = triple
                yield Result.of(
                    _RULE,
                    notation(subject),
                    message,
                    predicate and predicate.value,
                    notation(value),
                )


def _describes_itself(file: ContentFile) -> bool:
    kind = ox.NamedNode(f"{RDF}type")
    return ox.Triple(file.graph, kind, ox.NamedNode(f"{APEC}Source")) in file.triples


def _wrong(
    file: ContentFile, triple: ox.Triple, of_source: bool, facts: Collection[str]
) -> str | None:
    """Return why a file may not contain a triple, or None if the file may contain it."""
    subject, predicate, value = triple
    name = compact(predicate.value)
    if isinstance(value, ox.Literal) and _CONTROL.search(value.value):
        return f"{name} has a control character, which XML does not allow: delete it"
    for property_ in (predicate, value) if predicate == _PREDICATE else (predicate,):
        if isinstance(property_, ox.NamedNode) and _is_nameless(property_.value):
            return (
                f"the property <{property_.value}> does not end in a name, so RDF/XML cannot "
                "represent it: use another property"
            )
    tag = _language(triple)
    wrong = None if tag is None else wrong_tag(tag)
    if wrong is not None:
        return f"{name}: {wrong}"
    if isinstance(subject, ox.NamedNode) and _NO_ADDRESS.match(subject.value):
        return (
            f"<{subject.value}> has no document of its own: its path has a ?, a #, an empty "
            "segment or one of dots, or leads to another document; give it another name"
        )
    if predicate.value in DERIVED_PROPERTIES:
        return f"{name} is derived by the build: delete it here"
    if of_source:
        stem = file.graph.value.removeprefix(SOURCE_PREFIX)
        own = (f"{ID}figure/{stem}/", f"{ID}statement/{stem}/")
        iri = str(getattr(subject, "value", subject))
        if subject != file.graph and not iri.startswith(own):
            return (
                f"a source's file may contain only its description, <figure/{stem}/...> and "
                f"<statement/{stem}/...>: write this as an rdf:Statement of its own"
            )
    elif predicate.value in facts:
        return f"{name} needs a source: write it as an rdf:Statement in the file of the source"
    if predicate.value == f"{RDF}type" and isinstance(value, ox.NamedNode):
        if value.value in DERIVED_CLASSES:
            return f"an {compact(value.value)} is derived by the build: delete it here"
        place = _ONLY_IN.get(value.value)
        if place is not None and not _in(file, place):
            return (
                f"a thing of class {compact(value.value)} may be described only in {place}: "
                "move it there"
            )
    return None


@cache
def _is_nameless(property_: str) -> bool:
    """Return whether RDF/XML cannot represent a property: its element would have no name."""
    node = ox.NamedNode(property_)
    try:
        rdf_bytes([ox.Triple(node, node, node)], RDF_XML)
    except NotAcceptable:
        return True
    return False


def _language(triple: ox.Triple) -> str | None:
    """Return the language tag in a triple: that of its text, or its value."""
    value = triple.object
    if not isinstance(value, ox.Literal):
        return None
    is_tag = triple.predicate.value == f"{DCTERMS}language"
    return value.value if is_tag else value.language


def _in(file: ContentFile, place: str) -> bool:
    if place == "data/decisions.ttl":
        return file.graph == DECISIONS_GRAPH
    return file.graph.value.startswith(SOURCE_PREFIX)
