"""The competency questions: the graph and the endpoint give the exact answer to each."""

from __future__ import annotations

import csv
import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.build.fingerprint import build_fingerprint
from apecgraph.content.folder import Content, default_content
from apecgraph.content.questions import Question, question_paths, read_questions
from apecgraph.errors import ContentError
from apecgraph.query.engine import evaluate
from apecgraph.query.model import Query
from apecgraph.rdf.formats import RESULTS_CSV
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, RDF
from apecgraph.release.release import Release
from apecgraph.text.catalogues import ENGLISH
from apecgraph.web.publication import Publication
from apecgraph.web.sparql.examples import EXAMPLES, examples
from tests.support.contents import ContentCopy
from tests.support.servers import served

FOLDER = default_content() / "ontology" / "questions"
QUESTIONS = read_questions(default_content())


def slug(question: Question) -> str:
    return f"{question.number:02}-{question.slug}"


def test_there_are_questions() -> None:
    assert len(QUESTIONS) == len(list(FOLDER.glob("*.rq"))) >= 25
    assert [each.number for each in QUESTIONS] == list(range(1, len(QUESTIONS) + 1))
    assert len({each.title("en") for each in QUESTIONS}) == len(QUESTIONS)


@pytest.fixture(scope="module")
def published(full_release: Release) -> Publication:
    """All content: an answer from the press alone is not what users get."""
    return Publication.of(full_release)


@pytest.fixture(scope="module")
def endpoint(published: Publication) -> Iterator[httpx.Client]:
    with served(published) as client:
        yield client


@pytest.mark.parametrize("question", QUESTIONS, ids=slug)
class TestAQuestion:
    def test_asks(self, question: Question) -> None:
        english, chinese = question.title("en"), question.title("zh")
        assert english.endswith("?")
        assert chinese.endswith("？")
        assert question.query.startswith(f"# {english}\n# zh: {chinese}\n# group: ")
        assert question.group("zh") != question.group("en") != ""
        assert "ORDER BY" in question.query

    def test_has_its_exact_answer(self, question: Question, published: Publication) -> None:
        assert published.graph is not None
        chunks: list[bytes] = []
        evaluate(published.graph.store, Query(question.query, RESULTS_CSV), chunks.append)
        answer = b"".join(chunks)
        assert answer.decode().splitlines() == question.expected.decode().splitlines()
        assert answer == question.expected
        assert answer.count(b"\r\n") > 1, "an answer without a row"

    def test_is_answered_by_the_endpoint(self, question: Question, endpoint: httpx.Client) -> None:
        query = {"query": question.query, "format": "csv"}
        answer = endpoint.get("/sparql", params=query).raise_for_status()
        assert answer.content == question.expected


def test_every_term_of_the_ontology_in_the_data_is_used_in_a_question(graph: Graph) -> None:
    used: set[str] = set()
    for quad in graph.default_graph.quads():
        used.add(quad.predicate.value)
        if quad.predicate.value == f"{RDF}type" and isinstance(quad.object, ox.NamedNode):
            used.add(quad.object.value)
        if isinstance(quad.object, ox.Literal):
            used.add(quad.object.datatype.value)
    ours = {term.removeprefix(APEC) for term in used if term.startswith(APEC)}
    used_in_questions = {
        term for each in QUESTIONS for term in re.findall(r"\bapec:([A-Za-z0-9]+)", each.query)
    }
    assert len(ours) > 30
    assert ours <= used_in_questions


def test_a_release_has_every_row_of_the_tables(full_release: Release) -> None:
    tables = Content.read(default_content()).tables
    rows = {table.iri(name) for table in tables for name in table.rows}
    with (full_release.path / "figures.csv").open(encoding="utf-8", newline="") as file:
        figures = {row["figure"] for row in csv.DictReader(file)}
    assert len(rows) > 10_000
    assert rows < figures
    assert len(figures) == full_release.figures


def test_a_release_carries_its_questions(release: Release) -> None:
    assert read_questions(release.path) == QUESTIONS
    names = {file.name for file in release.files}
    assert {f"questions/{path.name}" for path in question_paths(default_content())} <= names


def test_questions_are_the_examples_of_the_endpoint(client: httpx.Client) -> None:
    page = html.unescape(client.get("/sparql", headers={"Accept": "text/html"}).text)
    queries = client.get("/sparql/vocabulary.json").json()["examples"]
    for question in QUESTIONS:
        assert question.title("en") in page
        assert queries[f"/questions/{question.name}"] == question.query


def test_a_changed_question_is_another_release(tmp_path: Path) -> None:
    content = ContentCopy(tmp_path)
    before = build_fingerprint(content.root)
    content.replace("ontology/questions/01-chairs.csv", "2003,", "2004,")
    assert build_fingerprint(content.root) != before


def test_without_questions_the_examples_fit_any_data(tmp_path: Path) -> None:
    assert read_questions(tmp_path) == ()
    assert examples(None, ENGLISH) == EXAMPLES


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("1-x.rq", "# Why?\n", "the form NN-slug.rq"),
        ("01-x.rq", "ASK {}\n", "a comment that asks the question"),
        ("01-x.rq", "# Because.\n", "a comment that asks the question"),
        ("01-x.rq", "# \udcff?\n", "not UTF-8"),
        ("02-y.csv", "x\r\n", "this answer has no question"),
        ("02-y.rq", "# Why?\n", "this question has no answer"),
    ],
)
def test_the_error_names_the_invalid_question(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    folder = tmp_path / "ontology" / "questions"
    folder.mkdir(parents=True)
    shutil.copy(FOLDER / "01-chairs.csv", folder / "01-x.csv")
    (folder / "01-x.rq").write_text("# Who?\n")
    (folder / name).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ExceptionGroup) as raised:
        read_questions(tmp_path)
    (error,) = raised.value.exceptions
    assert isinstance(error, ContentError)
    assert name in str(error)
    assert message in str(error)
