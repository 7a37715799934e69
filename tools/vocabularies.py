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
from itertools import chain
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import Content, default_content
from apecgraph.content.vocabularies import (
    CLASS,
    EVERYTHING,
    TERMS,
    VOCABULARIES,
    PublishedTerm,
    VocabularyFile,
    read_term,
    read_vocabulary_files,
)
from apecgraph.rdf import namespaces
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import OWL, RDFS

SOURCE: Final = Path(namespaces.__file__).parents[1]
OTHERS: Final = (
    *(f"formats:SPARQL_Results_{name}" for name in ("CSV", "JSON", "TSV", "XML")),
    *("owl:imports", "sh:"),
    *("dcterms:isVersionOf", "owl:versionIRI", "prov:wasRevisionOf"),
    *("schema:Claim", "schema:ClaimReview"),
    *("schema:Rating", "schema:archivedAt", "schema:author", "schema:bestRating"),
    *("schema:claimReviewed", "schema:correction"),
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
"""Terms that are to come, that code puts together from parts, or that editors of shapes may use."""


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

    def expand(self, name: str) -> list[str]:
        """Return the IRI of a prefixed name, or all IRIs of a prefix without a name."""
        prefix, _, local = name.partition(":")
        namespace = self.prefixes[prefix]
        if local:
            return [namespace + local]
        defined = self._graphs[namespace].subjects(f"{RDFS}isDefinedBy")
        return [iri for iri in defined if self.namespace(iri) == namespace]

    def term(self, iri: str) -> PublishedTerm | None:
        """Return a term as its vocabulary publishes it, or None if it does not mention the term.

        Raises:
            ValueError: The term has several domains or ranges, for which a table has no place.
        """
        graph = self._graphs[self.namespace(iri) or ""]
        if not graph.has(iri) and not graph.has(None, None, iri):
            return None
        for side in ("domain", "range"):
            if len({*graph.iris(iri, f"{RDFS}{side}")} - EVERYTHING) > 1:
                raise ValueError(f"<{iri}> has several values of rdfs:{side}")
        term = read_term(graph, iri)
        # Another vocabulary may say that a class of its own is the same.
        same = (other.subjects(f"{OWL}equivalentClass", iri) for other in self._graphs.values())
        broader = (
            {*term.broader, *chain.from_iterable(same)}
            if term.broader or term.kind == CLASS
            else ()
        )
        return replace(term, broader=tuple(sorted(filter(self.namespace, broader))))


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
    others = {iri for name in OTHERS for iri in vocabularies.expand(name)}
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
