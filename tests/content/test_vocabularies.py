"""Every term in use from another vocabulary is published by that vocabulary."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.content.folder import Content, default_content
from apecgraph.content.questions import read_questions
from apecgraph.content.vocabularies import TERMS, VOCABULARIES, Vocabularies
from apecgraph.errors import ContentError
from apecgraph.rdf.namespaces import APEC, BASE, PREFIXES, RDF, SH
from apecgraph.release.release import Release
from tools.vocabularies import SOURCE, terms_in_code

PREFIXED = re.compile(r"(?<![\w:<])([a-z][a-z-]*):([A-Za-z][\w-]*)")
STRING = re.compile(r'"[^"\n]*"')


@pytest.fixture(scope="module")
def vocabularies() -> Vocabularies:
    return Vocabularies.read(default_content())


def unknown(vocabularies: Vocabularies, iris: set[str]) -> set[str]:
    """Return the IRIs of terms that no vocabulary publishes, except the project's own."""
    return {iri for iri in iris if vocabularies.namespace(iri) and iri not in vocabularies.terms}


def named(quads: Iterator[ox.Quad] | tuple[ox.Quad, ...]) -> Iterator[str]:
    """Return every IRI in the data, datatypes included."""
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, ox.Literal):
                yield term.datatype.value
            elif isinstance(term, ox.NamedNode):
                yield term.value


def prefixed(text: str) -> Iterator[str]:
    """Return every prefixed name of a query, as an IRI."""
    for prefix, local in PREFIXED.findall(STRING.sub("", text)):
        if prefix in PREFIXES:
            yield PREFIXES[prefix] + local


def test_every_term_of_the_content_is_published(vocabularies: Vocabularies) -> None:
    content = Content.read(default_content())
    assert unknown(vocabularies, set(named(content.quads))) == set()


def test_every_property_and_class_of_the_content_is_ours_or_published(
    vocabularies: Vocabularies,
) -> None:
    content = Content.read(default_content())
    assert strange(vocabularies, content.quads) == set()


def test_every_property_and_class_of_a_release_is_ours_or_published(
    vocabularies: Vocabularies, release: Release
) -> None:
    files = [*(file.path for file in release.dataset), release.path / "report.ttl"]
    quads = tuple(quad for path in files for quad in ox.parse(path=path))
    assert unknown(vocabularies, set(named(quads))) == set()
    assert strange(vocabularies, quads) == set()


def strange(vocabularies: Vocabularies, quads: tuple[ox.Quad, ...]) -> set[str]:
    """Return properties and classes of neither the project nor a known vocabulary."""
    used = {quad.predicate.value for quad in quads} | {
        quad.object.value
        for quad in quads
        if quad.predicate.value == f"{RDF}type" and isinstance(quad.object, ox.NamedNode)
    }
    return {iri for iri in used - vocabularies.terms.keys() if not iri.startswith(BASE)}


def test_every_term_in_a_query_is_published(vocabularies: Vocabularies, press: Content) -> None:
    select = f"{SH}select"
    queries = [question.query for question in read_questions(default_content())]
    queries += [
        quad.object.value
        for quad in press.quads
        if quad.predicate.value == select and isinstance(quad.object, ox.Literal)
    ]
    assert len(queries) > 50
    assert unknown(vocabularies, {iri for query in queries for iri in prefixed(query)}) == set()


def test_every_term_in_the_code_is_published(vocabularies: Vocabularies) -> None:
    used = {
        iri
        for path in SOURCE.rglob("*.py")
        for iri in terms_in_code(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert len(used) > 150
    assert unknown(vocabularies, used) == set()
    ours = set(PREFIXES.values()) - {file.namespace for file in vocabularies.files}
    assert ours == {APEC}


@pytest.mark.parametrize("text", ["f'{SKOS}braoder'", "(f'{SH}{name}' for name in ('minCout',))"])
def test_a_misspelt_term_in_the_code_is_detected(vocabularies: Vocabularies, text: str) -> None:
    assert len(unknown(vocabularies, set(terms_in_code(ast.parse(text))))) == 1


def test_a_misspelt_term_in_a_query_is_detected(vocabularies: Vocabularies) -> None:
    query = 'SELECT * { ?s skos:braoder ?o . FILTER (?o = "skos:nothing") }'
    assert unknown(vocabularies, set(prefixed(query))) == {f"{PREFIXES['skos']}braoder"}


def test_each_file_is_named_by_its_repository_commit_and_hash(vocabularies: Vocabularies) -> None:
    for file in vocabularies.files:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", file.repository)
        assert re.fullmatch(r"[0-9a-f]{40}", file.commit)
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)


def test_all_broader_terms_are_in_the_table(vocabularies: Vocabularies) -> None:
    """The superclasses of a class are therefore known without the vocabularies."""
    for term in vocabularies.terms.values():
        assert set(term.broader) <= vocabularies.terms.keys()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("term,kind\n", "terms.csv:1: the first line must be term,kind,domain,range"),
        ("term,kind,domain,range,broader,deprecated\nx:y,class\n", ":2: the line must have 6"),
        ("term,kind,domain,range,broader,deprecated\nx:y,verb,,,,\n", ":2: 'verb' must be one of "),
    ],
)
def test_the_error_names_the_broken_table_and_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "ontology").mkdir()
    table = (default_content() / VOCABULARIES).read_text(encoding="utf-8")
    (tmp_path / VOCABULARIES).write_text(table, encoding="utf-8")
    (tmp_path / TERMS).write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=re.escape(message)):
        Vocabularies.read(tmp_path)


def test_the_error_names_a_missing_table(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=re.escape("vocabularies.csv: cannot be read: No such")):
        Vocabularies.read(tmp_path)
