"""The terms that content may use: of its ontology, and of published vocabularies.

`ontology/vocabularies.csv` lists the files of the vocabularies, `ontology/terms.csv` the terms.
`scripts/vocabularies` reads the vocabularies themselves and writes both tables.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final, TypeVar

import pyoxigraph as ox

from apecgraph.errors import ContentError
from apecgraph.files import read_file
from apecgraph.progress import Step, StepObserver
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ONTOLOGY, OWL, RDF, RDFS, SCHEMA
from apecgraph.rdf.terms import term_text

VOCABULARIES: Final = "ontology/vocabularies.csv"
TERMS: Final = "ontology/terms.csv"

CLASS: Final = "class"
DATATYPE: Final = "datatype"
INDIVIDUAL: Final = "individual"
PROPERTY: Final = "property"
OBJECT_PROPERTY: Final = "object property"
DATATYPE_PROPERTY: Final = "datatype property"
PROPERTIES: Final = (PROPERTY, OBJECT_PROPERTY, DATATYPE_PROPERTY)
"""The kinds of properties: `property` if the vocabulary does not state what the values are."""

_KINDS: Final = {
    f"{RDFS}Datatype": DATATYPE,
    f"{SCHEMA}DataType": DATATYPE,
    f"{RDFS}Class": CLASS,
    f"{OWL}Class": CLASS,
    f"{OWL}ObjectProperty": OBJECT_PROPERTY,
    f"{OWL}DatatypeProperty": DATATYPE_PROPERTY,
    f"{RDF}Property": PROPERTY,
}
"""Types and the kinds of terms that they make; the first that fits decides."""

EVERYTHING: Final = frozenset((f"{RDFS}Resource", f"{OWL}Thing", f"{SCHEMA}Thing"))
"""The classes of everything, which exclude nothing as a domain or a range."""

_TYPE: Final = f"{RDF}type"
_BROADER: Final = f"{RDFS}subClassOf"

_Row = TypeVar("_Row", "VocabularyFile", "PublishedTerm")


@dataclass(frozen=True, slots=True)
class VocabularyFile:
    """A file that publishes terms of a vocabulary.

    Attributes:
        prefix: The prefix of the vocabulary in `ontology/terms.csv`.
        namespace: The beginning of the IRIs of its terms.
        version: The version or date that the vocabulary states, or "".
        repository: The public repository that contains the file, `owner/name` on GitHub.
        commit: The commit at which the file was read.
        path: The path of the file in the repository.
        sha256: The SHA-256 of the file, in hexadecimal.
    """

    prefix: str
    namespace: str
    version: str
    repository: str
    commit: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PublishedTerm:
    """A term as its vocabulary publishes it.

    Attributes:
        term: Its IRI.
        kind: `CLASS`, `DATATYPE`, `INDIVIDUAL`, or one of `PROPERTIES`.
        domain: For a property, the classes of its subjects. A subject has at least one of them.
            Empty if any subject is allowed.
        range: For a property, the classes and datatypes of its values, in the same way.
        broader: For a class or datatype, the classes or datatypes that contain all its instances.
        deprecated: Whether the vocabulary deprecates the term.
    """

    term: str
    kind: str
    domain: tuple[str, ...] = ()
    range: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    deprecated: bool = False


@dataclass(frozen=True)
class Vocabularies:
    """The published vocabularies that content may use.

    Attributes:
        files: The files that the terms were read from.
        terms: The terms, keyed by IRI.
    """

    files: tuple[VocabularyFile, ...]
    terms: dict[str, PublishedTerm]

    @classmethod
    def read(cls, root: Path, observe: StepObserver = nullcontext) -> Vocabularies:
        """Read the two tables of a content folder.

        Args:
            root: The content folder.
            observe: Observes the reading of each table.

        Returns:
            The vocabularies.

        Raises:
            ContentError: A table cannot be read; the error names the line.
        """
        with observe(Step("file", str(root / VOCABULARIES))):
            files = read_vocabulary_files(root)
        namespaces = {file.prefix: file.namespace for file in files}
        with observe(Step("file", str(root / TERMS))):
            terms = _rows(root / TERMS, PublishedTerm, lambda row: _term(row, namespaces))
        return cls(files, {term.term: term for term in terms})

    def namespace(self, iri: str) -> str | None:
        """Return the namespace of a term, or None if the IRI is in no vocabulary."""
        for file in self.files:
            if iri.startswith(file.namespace) and iri != file.namespace:
                return file.namespace
        return None

    def terms_with(self, ontology: Graph) -> dict[str, PublishedTerm]:
        """Add the terms of an ontology, and its statements about published terms.

        An ontology extends the domain of a published property with schema:domainIncludes, its range
        with schema:rangeIncludes, and puts a published class below another with rdfs:subClassOf.
        If a vocabulary allows a property for everything, the ontology limits it in the same way.

        Args:
            ontology: A graph that contains the ontology.

        Returns:
            All terms, keyed by IRI.
        """
        terms = dict(self.terms)
        for iri in ontology.subjects(_TYPE):
            if iri.startswith(ONTOLOGY):
                terms[iri] = read_term(ontology, iri)
        for iri, term in self.terms.items():
            domain, range_ = (
                _extended(getattr(term, side), tuple(ontology.iris(iri, f"{SCHEMA}{side}Includes")))
                for side in ("domain", "range")
            )
            terms[iri] = replace(
                term,
                domain=domain,
                range=range_,
                broader=term.broader + tuple(ontology.iris(iri, _BROADER)),
            )
        return terms


def read_vocabulary_files(root: Path) -> tuple[VocabularyFile, ...]:
    """Read the list of the vocabulary files of a content folder.

    Args:
        root: The content folder.

    Returns:
        The vocabulary files, in the order of the list.

    Raises:
        ContentError: The table cannot be read; the error names the line.
    """
    return tuple(_rows(root / VOCABULARIES, VocabularyFile, lambda row: VocabularyFile(**row)))


def read_term(graph: Graph, iri: str) -> PublishedTerm:
    """Read a term from its vocabulary.

    Args:
        graph: The vocabulary.
        iri: The term.

    Returns:
        The term. Several values of rdfs:domain or rdfs:range are read as alternatives.
    """
    kind = _kind(graph, iri)
    return PublishedTerm(
        iri,
        kind,
        tuple(sorted(_classes(graph, iri, "domain"))),
        tuple(sorted(_classes(graph, iri, "range"))),
        tuple(sorted(_broader(graph, iri))) if kind in (CLASS, DATATYPE) else (),
        graph.has(iri, f"{OWL}deprecated") or graph.has(iri, f"{SCHEMA}supersededBy"),
    )


def _kind(graph: Graph, iri: str) -> str:
    """Return the kind of a term from its types, or from those of the classes above it."""
    types = graph.iris(iri, _TYPE)
    kind = next((kind for type_, kind in _KINDS.items() if type_ in types), None)
    if kind == CLASS:
        above, waiting = {iri}, [iri]
        while waiting:  # an editor may write a circle
            broader = set(graph.iris(waiting.pop(), _BROADER)) - above
            above |= broader
            waiting += broader
        datatypes = [type_ for type_, kind in _KINDS.items() if kind == DATATYPE]
        if any(graph.has(class_, _TYPE, type_) for class_ in above for type_ in datatypes):
            return DATATYPE
    if kind is None and (
        any(type_.endswith("Property") for type_ in types) or graph.has(iri, f"{OWL}inverseOf")
    ):
        return PROPERTY
    return kind or INDIVIDUAL


def _classes(graph: Graph, iri: str, side: str) -> Iterator[str]:
    """Yield the alternative classes of the subjects or of the values of a property."""
    for value in graph.objects(iri, f"{RDFS}{side}"):
        if isinstance(value, ox.NamedNode) and value.value not in EVERYTHING:
            yield value.value
        elif isinstance(value, ox.BlankNode):
            for union in graph.objects(value, f"{OWL}unionOf"):
                yield from map(term_text, graph.list_members(union) or ())
    yield from graph.iris(iri, f"{SCHEMA}{side}Includes")


def _extended(classes: tuple[str, ...], included: tuple[str, ...]) -> tuple[str, ...]:
    """Return the classes that a property is for, with those that an ontology includes."""
    if EVERYTHING.isdisjoint(classes) and classes:
        return classes + included
    return included or classes


def _broader(graph: Graph, iri: str) -> set[str]:
    return {
        *graph.iris(iri, _BROADER),
        *graph.iris(iri, f"{OWL}equivalentClass"),
        *graph.subjects(f"{OWL}equivalentClass", iri),
    } - {iri}


def _rows(path: Path, class_: type[_Row], parse: Callable[[dict[str, str]], _Row]) -> list[_Row]:
    try:
        text = read_file(path).decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise ContentError(f"cannot be read: {reason}", path) from None
    table = csv.DictReader(io.StringIO(text), strict=True)
    names = [field.name for field in fields(class_)]
    rows = []
    try:
        if table.fieldnames != names:
            raise ContentError(f"the first line must be {','.join(names)}", path, 1)
        for row in table:
            if None in row or None in row.values():
                raise ContentError(f"the line must have {len(names)} fields", path, table.line_num)
            rows.append(parse(row))
    except (csv.Error, ValueError) as error:
        raise ContentError(str(error), path, table.reader.line_num) from None
    return rows


def _term(row: dict[str, str], namespaces: dict[str, str]) -> PublishedTerm:
    kinds = (CLASS, DATATYPE, INDIVIDUAL, *PROPERTIES)
    if row["kind"] not in kinds:
        raise ValueError(f"{row['kind']!r} must be one of {', '.join(kinds)}")

    def expanded(name: str) -> str:
        prefix, _, local = name.partition(":")
        return f"{namespaces[prefix]}{local}" if prefix in namespaces else name

    return PublishedTerm(
        expanded(row["term"]),
        row["kind"],
        tuple(map(expanded, row["domain"].split())),
        tuple(map(expanded, row["range"].split())),
        tuple(map(expanded, row["broader"].split())),
        row["deprecated"] == "yes",
    )
