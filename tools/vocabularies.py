"""Verify the foreign terms in use in the files of their vocabularies.

`scripts/vocabularies` reads the files that ontology/vocabularies.csv lists, and writes their
SHA-256 there. It writes ontology/terms.csv: each term that content or code uses, as its vocabulary
publishes it.
"""

from __future__ import annotations

import ast
import csv
import io
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import Content, default_content
from apecgraph.content.vocabularies import (
    CLASS,
    DATATYPE,
    INDIVIDUAL,
    TERMS,
    VOCABULARIES,
    PublishedTerm,
    VocabularyFile,
    read_vocabulary_files,
)
from apecgraph.rdf import namespaces
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import OWL, RDF, RDFS, SCHEMA
from apecgraph.rdf.terms import term_text

SOURCE: Final = Path(namespaces.__file__).parents[1]
OTHERS: Final = (
    *(f"formats:SPARQL_Results_{name}" for name in ("CSV", "JSON", "TSV", "XML")),
    "sh:focusNode",
    *("adms:status", "dcterms:creator", "dcterms:isReplacedBy", "dcterms:isVersionOf"),
    *("owl:deprecated", "owl:versionIRI", "prov:Organization", "prov:Person", "prov:wasRevisionOf"),
    *("schema:Audience", "schema:Claim", "schema:ClaimReview", "schema:OrganizationRole"),
    *("schema:Rating", "schema:archivedAt", "schema:author", "schema:bestRating"),
    *("schema:claimReviewed", "schema:contributor", "schema:correction"),
    *("schema:creativeWorkStatus", "schema:datePublished", "schema:itemReviewed"),
    *("schema:ratingValue", "schema:reviewRating", "schema:sdDatePublished"),
    *("schema:translationOfWork", "schema:worstRating"),
    *("sdmx-attribute:basePer", "sdmx-attribute:compilingOrg", "sdmx-attribute:obsStatus"),
    *("sdmx-attribute:unitMeasure", "sdmx-code:currency", "sdmx-concept:valuation"),
    *(f"sdmx-code:freq-{code}" for code in "AMQ"),
    *(f"sdmx-code:obsStatus-{code}" for code in "ABEFIMPS"),
    *("sdmx-dimension:currency", "sdmx-dimension:freq"),
    *("time:Instant", "time:hasBeginning", "time:hasEnd", "time:inXSDDate"),
    *("vann:preferredNamespacePrefix", "vann:preferredNamespaceUri"),
)
"""Terms that are to come, or that code puts together from parts."""

_KINDS: Final = {
    f"{RDFS}Datatype": DATATYPE,
    f"{SCHEMA}DataType": DATATYPE,
    f"{RDFS}Class": CLASS,
    f"{OWL}Class": CLASS,
    f"{OWL}ObjectProperty": "object property",
    f"{OWL}DatatypeProperty": "datatype property",
    f"{OWL}AnnotationProperty": "annotation property",
    f"{RDF}Property": "property",
}
"""Types and the kinds of terms that they make; the first that fits decides."""

_EVERYTHING: Final = (ox.NamedNode(f"{RDFS}Resource"), ox.NamedNode(f"{OWL}Thing"))
_BROADER: Final = f"{RDFS}subClassOf"


class PublishedVocabularies:
    """The vocabularies, read from their files.

    Args:
        folder: Holds the repositories as `owner/name`, each at its commit.
        files: The files that are read.

    Attributes:
        files: The files with the SHA-256 that each one has.
        prefixes: Prefix to namespace.
    """

    def __init__(self, folder: Path, files: Iterable[VocabularyFile]) -> None:
        self.files: list[VocabularyFile] = []
        self.prefixes: dict[str, str] = {}
        self._graphs: defaultdict[str, Graph] = defaultdict(Graph)
        for file in files:
            data = (folder / file.repository / file.path).read_bytes()
            self.files.append(replace(file, sha256=sha256(data).hexdigest()))
            self.prefixes[file.prefix] = file.namespace
            format_ = ox.RdfFormat.from_extension(file.path.rsplit(".")[-1])
            quads = ox.parse(data, format=format_, base_iri=file.namespace)
            self._graphs[file.namespace].store.extend(
                ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads
            )

    def namespace(self, iri: str) -> str | None:
        """Return the namespace of an IRI, or None if it is of none of the vocabularies."""
        return next((each for each in self._graphs if iri.startswith(each) and iri != each), None)

    def term(self, iri: str) -> PublishedTerm | None:
        """Return a term as its vocabulary publishes it, or None if it does not mention the term."""
        graph = self._graphs[self.namespace(iri) or ""]
        if not graph.has(iri) and not graph.has(None, None, iri):
            return None
        kind = self._kind(graph, iri)
        broader = _broader(graph, iri) if kind in (CLASS, DATATYPE) else set()
        return PublishedTerm(
            iri,
            kind,
            tuple(sorted(_classes(graph, iri, "domain"))),
            tuple(sorted(_classes(graph, iri, "range"))),
            tuple(sorted(filter(self.namespace, broader))),
            graph.has(iri, f"{OWL}deprecated") or graph.has(iri, f"{SCHEMA}supersededBy"),
        )

    def _kind(self, graph: Graph, iri: str) -> str:
        """Tell the kind of a term by its types, or by those of a class that is above it."""
        types = graph.iris(iri, f"{RDF}type")
        kind = next((kind for type_, kind in _KINDS.items() if type_ in types), None)
        if kind == CLASS:
            above = set(graph.iris(iri, _BROADER)) - {iri}
            return DATATYPE if any(self._kind(graph, each) == DATATYPE for each in above) else kind
        if kind is None and (
            any(type_.endswith("Property") for type_ in types) or graph.has(iri, f"{OWL}inverseOf")
        ):
            return "property"
        return kind or INDIVIDUAL


def _classes(graph: Graph, iri: str, side: str) -> Iterator[str]:
    """Yield the classes of the subjects or of the values of a property: one is enough.

    Raises:
        ValueError: The vocabulary demands several classes at once, which the table cannot say.
    """
    values = [each for each in graph.objects(iri, f"{RDFS}{side}") if each not in _EVERYTHING]
    if len(values) > 1:
        raise ValueError(f"<{iri}> has several of rdfs:{side}")
    for value in values:
        if isinstance(value, ox.NamedNode):
            yield value.value
        elif isinstance(value, ox.BlankNode):
            for union in graph.objects(value, f"{OWL}unionOf"):
                yield from map(term_text, graph.list_members(union) or ())
    yield from graph.iris(iri, f"{SCHEMA}{side}Includes")


def _broader(graph: Graph, iri: str) -> set[str]:
    return {
        *graph.iris(iri, _BROADER),
        *graph.iris(iri, f"{OWL}equivalentClass"),
        *graph.subjects(f"{OWL}equivalentClass", iri),
    } - {iri}


def used_terms(content: Content) -> Iterator[str]:
    """Yield every IRI in the content: subjects, properties, values, datatypes of literals."""
    for quad in content.quads:
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, ox.NamedNode):
                yield term.value
            elif isinstance(term, ox.Literal):
                yield term.datatype.value


def terms_in_code(tree: ast.AST) -> Iterator[str]:
    """Yield every term that code writes as its namespace and its name: `f"{SKOS}broader"`.

    The name may be the variable of a generator over strings: `f"{SH}{name}" for name in ("in",)`.
    """
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr([ast.FormattedValue(ast.Name(prefix)), ast.Constant() as name]):
                names = [name]
            case ast.GeneratorExp(
                ast.JoinedStr(
                    [ast.FormattedValue(ast.Name(prefix)), ast.FormattedValue(ast.Name(local))]
                ),
                [ast.comprehension(ast.Name(variable), ast.Tuple() as values)],
            ) if variable == local:
                names = [each for each in ast.walk(values) if isinstance(each, ast.Constant)]
            case _:
                continue
        namespace = vars(namespaces).get(prefix)
        if namespace in namespaces.PREFIXES.values():
            for name in names:
                if isinstance(name.value, str) and name.value.isidentifier():
                    yield f"{namespace}{name.value}"


def verify(
    vocabularies: PublishedVocabularies, iris: Iterable[str]
) -> tuple[list[PublishedTerm], set[str]]:
    """Look terms up in their vocabularies, with their ranges and the classes that are broader.

    Args:
        vocabularies: The vocabularies.
        iris: The terms; IRIs of no vocabulary are passed over.

    Returns:
        The terms that exist, and the IRIs of those that do not.
    """
    terms: dict[str, PublishedTerm] = {}
    missing = set()
    waiting = {iri for iri in iris if vocabularies.namespace(iri)}
    while waiting:
        iri = waiting.pop()
        term = vocabularies.term(iri)
        if term is None:
            missing.add(iri)
            continue
        terms[iri] = term
        needed = {*term.range, *term.broader} - terms.keys()
        waiting |= set(filter(vocabularies.namespace, needed))
    return list(terms.values()), missing


def table(
    rows: Sequence[VocabularyFile] | Sequence[PublishedTerm], prefixes: Mapping[str, str]
) -> str:
    """Write the rows of one of the tables as CSV, sorted; terms as prefixed names."""

    def cell(value: str | bool | tuple[str, ...]) -> str:
        if isinstance(value, bool):
            return "yes" if value else ""
        parts = (value,) if isinstance(value, str) else value
        return " ".join(_prefixed(part, prefixes) for part in parts)

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(rows[0])]
    writer.writerow(names)
    writer.writerows(sorted([cell(getattr(row, name)) for name in names] for row in rows))
    return text.getvalue()


def _prefixed(iri: str, prefixes: Mapping[str, str]) -> str:
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace) and iri != namespace:
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def main() -> None:
    """Write both tables, if every term in use exists."""
    root = default_content()
    vocabularies = PublishedVocabularies(Path(sys.argv[1]), read_vocabulary_files(root))
    others = {
        vocabularies.prefixes[prefix] + name
        for prefix, _, name in (term.partition(":") for term in OTHERS)
    }
    code = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
    used = {
        *used_terms(Content.read(root)),
        *(iri for text in code for iri in terms_in_code(ast.parse(text))),
    }
    terms, missing = verify(vocabularies, others | used)
    if missing:
        sys.exit("".join(f"<{iri}> is not in its vocabulary\n" for iri in sorted(missing)))
    for path, rows in ((VOCABULARIES, vocabularies.files), (TERMS, terms)):
        (root / path).write_text(table(rows, vocabularies.prefixes), encoding="utf-8")


if __name__ == "__main__":
    main()
