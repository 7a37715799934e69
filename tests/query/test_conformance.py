"""docs/sparql.md is right: its examples have the printed answers, and a new engine fails."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Final

import pyoxigraph
import pytest

from apecgraph.errors import MalformedQuery
from apecgraph.query.loading import load
from apecgraph.query.model import DataFile
from apecgraph.query.text import evaluate_text
from apecgraph.rdf.formats import GRAPH_FORMATS, RESULTS_FORMATS, TRIG
from apecgraph.rdf.namespaces import DCAT
from apecgraph.release.release import Release

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/sparql.md").read_text(encoding="utf-8").replace("\\|", "|")
PREFIXES: Final = {
    "ex:": "http://example.org/",
    "rdf:": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd:": "http://www.w3.org/2001/XMLSchema#",
}
ROW: Final = re.compile(
    r"^\| (?P<what>[^|]*)\| `(?P<example>[^`]+)` \| (?P<answer>[^|]+) \| (?P<right>[^|]+) "
    r"\| (?:`(?P<instead>[^`]+)` )?\|$",
    re.MULTILINE,
)
ROWS: Final = [match.groupdict() for match in ROW.finditer(PAGE)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> pyoxigraph.Store:
    block = re.search(r"```trig\n(.*?)```", PAGE, re.DOTALL)
    assert block
    path = tmp_path_factory.mktemp("conformance") / "example.trig"
    path.write_text(block[1], encoding="utf-8")
    return load([DataFile.of(path, TRIG)])


def ask(store: pyoxigraph.Store, example: str) -> str:
    """Evaluate an example with the endpoint's code; return the answer as the page prints it."""
    declarations = "".join(f"PREFIX {prefix} <{iri}> " for prefix, iri in PREFIXES.items())
    chunks: list[bytes] = []
    try:
        evaluate_text(store, declarations + example, ["csv"], chunks.append)
    except MalformedQuery:
        return "refused"
    text = b"".join(chunks).decode()
    if example.startswith("ASK"):
        return text
    for prefix, iri in PREFIXES.items():
        text = text.replace(iri, prefix)
    # A lone unbound variable leaves an empty line, from which the CSV reader makes no cell.
    rows = [
        ", ".join(cell or "unbound" for cell in row or [""])
        for row in csv.reader(io.StringIO(text))
    ]
    return " / ".join(rows[1:]) or "no row"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["example"])
def test_the_engine_deviates_as_documented(
    row: dict[str, str | None], store: pyoxigraph.Store
) -> None:
    assert row["example"]
    assert ask(store, row["example"]) == row["answer"]
    assert row["answer"] != row["right"]
    if row["instead"]:
        assert ask(store, row["instead"]) == row["right"]


def test_all_rows_are_read() -> None:
    table = PAGE.partition("| difference | example |")[2]
    assert len(ROWS) == len(re.findall(r"^\| ", table, re.MULTILINE))


def test_the_numbers_of_tests_are_those_that_were_measured() -> None:
    measured = (ROOT / "docs/measurements/conformance.md").read_text(encoding="utf-8")
    for suite, said in (
        ("SPARQL 1.0 and 1.1", r"of (\d+) tests of evaluation.* (\d+) pass, with results"),
        ("SPARQL 1.1 Protocol", r"Of the (\d+) tests of the protocol (\d+) pass"),
        ("SPARQL 1.2", r"(?P<passed>\d+) of (?P<tests>\d+) pass"),
    ):
        found = re.search(said, PAGE, re.DOTALL)
        row = re.search(rf"^\| {suite}[^|]*\| (\d+) \| (\d+) \|$", measured, re.MULTILINE)
        assert found
        assert row
        assert sorted(found.groups()) == sorted(row.groups())


def test_the_formats_are_those_that_the_page_lists() -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith("| 2.1.5"))
    names = line.partition("overrides it")[2].partition(": ")[2].partition("; or a media")[0]
    assert re.findall(r"`(\w+)`", names) == [
        each.name for each in (*RESULTS_FORMATS, *GRAPH_FORMATS)
    ]


@pytest.mark.parametrize(
    ("example", "answer"),
    [
        (
            "SELECT (STR(<id/economy/CHN>) AS ?v) {}",
            "https://w3id.org/apecgraph/id/economy/CHN",
        ),
        ('SELECT ("2026-02-03"^^xsd:date - "2026-02-01"^^xsd:date AS ?v) {}', "P2D"),
        ("SELECT ?v { BIND(ex:f(1) AS ?v) }", "unbound"),
        ("SELECT ?s { GRAPH ?g { ?s ?p ?o } FILTER(ex:f(?o)) }", "no row"),
        ("SELECT (COALESCE(ex:f(1), 2) AS ?v) {}", "2"),
        ("SELECT * { VALUES (?b ?a) { (1 2) } }", "2, 1"),
        ("SELECT (COUNT(*) AS ?n) FROM ex:graph FROM ex:graph { ?s ?p ?o }", "2"),
        ("ASK FROM NAMED ex:graph { ?s ?p ?o }", "false"),
        ("SELECT (GROUP_CONCAT(?x) AS ?v) { VALUES ?x { 1 2 } }", "unbound"),
        ("SELECT (GROUP_CONCAT(STR(?x)) AS ?v) { VALUES ?x { 1 2 } }", "1 2"),
        ("SELECT ?x { ex:a ex:next|ex:next ?x }", "ex:b / ex:b"),
        ("SELECT (COUNT(*) AS ?n) (?n * 2 AS ?m) { VALUES ?x { 1 2 } }", "2, 4"),
    ],
)
def test_the_language_features_on_the_page_work(
    store: pyoxigraph.Store, example: str, answer: str
) -> None:
    assert ask(store, example) == answer


def test_describe_returns_the_triples_of_a_thing_and_of_its_blank_nodes() -> None:
    store = pyoxigraph.Store()
    store.load(
        "<a:s> <a:p> <a:o>, [ <a:q> [ <a:r> 1 ] ] . <a:o> <a:p> <a:s> .",
        pyoxigraph.RdfFormat.TURTLE,
    )
    chunks: list[bytes] = []
    evaluate_text(store, "DESCRIBE <a:s>", ["ntriples"], chunks.append)
    triples = b"".join(chunks).decode().splitlines()
    assert sorted(line.split()[1] for line in triples) == ["<a:p>", "<a:p>", "<a:q>", "<a:r>"]


def test_the_engine_keeps_every_literal_of_a_release_but_the_datatype_of_sizes(
    release: Release,
) -> None:
    for file in release.dataset:
        quads = [
            quad
            for quad in pyoxigraph.parse(path=file.path)
            if isinstance(quad.object, pyoxigraph.Literal)
        ]
        kept = pyoxigraph.Store()
        kept.extend(quads)
        changed = {quad.predicate.value for quad in set(quads) - set(kept)}
        assert changed <= {f"{DCAT}byteSize"}  # docs/dumps.md
