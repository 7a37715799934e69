"""The parts of `scripts/conformance`, with small suites."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.suites import __main__ as suites
from benchmarks.suites import jsonld, protocol, sparql, syntax
from benchmarks.suites.manifests import Outcome
from benchmarks.suites.protocol import Request
from benchmarks.suites.reasons import FORMS, reason

PREFIXES = """@prefix mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#> .
@prefix qt: <http://www.w3.org/2001/sw/DataAccess/tests/test-query#> .
@prefix rdft: <http://www.w3.org/ns/rdftest#> .
"""


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".").replace("_", "-")).write_text(text)


def whys(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.test.partition(": ")[2]: outcome.why for outcome in outcomes}


def rows(*values: str) -> str:
    """Return results in JSON, given terms in JSON."""
    bindings = ", ".join(f'{{"x": {value}}}' for value in values)
    return f'{{"head": {{"vars": ["x"]}}, "results": {{"bindings": [{bindings}]}}}}'


def literal(text: str) -> str:
    datatype = "http://www.w3.org/2001/XMLSchema#integer"
    return json.dumps({"type": "literal", "value": text, "datatype": datatype})


def test_answers_are_compared_by_rows_terms_and_order(tmp_path: Path) -> None:
    folder = tmp_path / "sparql/sparql10"
    entries, tests = [], []
    for name, query, expected in (
        ("same", "SELECT ?x { ?s <a:p> ?x }", rows(literal("2"), literal("1"))),
        ("forms", "SELECT ?x { ?s <a:p> ?x }", rows(literal("02"), literal("1"))),
        ("fewer", "SELECT ?x { ?s <a:p> ?x }", rows(literal("1"))),
        ("twice", "SELECT ?x { ?s <a:p>|<a:q> ?x }", rows(literal("1"), literal("2"))),
        ("order", "SELECT ?x { ?s <a:p> ?x } ORDER BY ?x", rows(literal("2"), literal("1"))),
        ("blank", "SELECT ?x { BIND(BNODE() AS ?x) }", rows('{"type": "bnode", "value": "b"}')),
        ("ask", "ASK {}", '{"head": {}, "boolean": false}'),
        ("construct", "CONSTRUCT WHERE { ?s ?p 1 }", ""),
    ):
        suffix = "ttl" if name == "construct" else "srj"
        write(folder, **{f"{name}__rq": query, f"{name}__{suffix}": expected})
        action = f"[ qt:query <{name}.rq> ; qt:data <data.ttl> ]"
        entries.append(f"<#{name}>")
        tests.append(
            f"<#{name}> a mf:QueryEvaluationTest ; mf:action {action} ;"
            f" mf:result <{name}.{suffix}> ."
        )
    for name, kind, text in (
        ("good", "PositiveSyntaxTest", "ASK {}"),
        ("call", "PositiveSyntaxTest", "ASK { SERVICE <a:b> {} }"),
        ("bad", "NegativeSyntaxTest", "ASK {"),
        ("odd", "NegativeSyntaxTest", "ASK {}"),
    ):
        write(folder, **{f"{name}__rq": text})
        entries.append(f"<#{name}>")
        tests.append(f"<#{name}> a mf:{kind} ; mf:action <{name}.rq> .")
    head = f"{PREFIXES}<> mf:entries ( {' '.join(entries)} ) .\n"
    write(
        folder,
        manifest__ttl=head + "\n".join(tests),
        data__ttl="<a:s> <a:p> 1, 2 . <a:t> <a:q> 2 .",
    )
    assert whys(list(sparql.run(tmp_path, "1.0"))) == {
        "same": "",
        "forms": "the same values in other lexical forms",
        "fewer": "2 rows, not 1",
        "twice": "3 rows, not 2",
        "order": "other order",
        "blank": "",
        "ask": "True, not False",
        "construct": "other triples",
        "good": "",
        "call": "",
        "bad": "",
        "odd": "accepted",
    }


def test_files_are_loaded_and_compared(tmp_path: Path) -> None:
    for version in ("rdf11", "rdf12"):
        for name in syntax.SYNTAXES:
            write(tmp_path / "rdf" / version / name, manifest__ttl="")
    tests = [
        ("same", "Eval", "<s> <p> _:x .", "<http://x/s> <http://x/p> _:y ."),
        ("forms", "Eval", "<s> <p> 01 .", '<http://x/s> <http://x/p> "1" .'),
        ("other", "Eval", "<s> <p> <o> .", "<http://x/s> <http://x/p> <http://x/p> ."),
        ("bad", "NegativeSyntax", "<s> <p> .", ""),
        ("odd", "NegativeSyntax", "<s> <p> <o> .", ""),
        ("refused", "PositiveSyntax", "<s> <p> .", ""),
    ]
    text = f"{PREFIXES}<> mf:assumedTestBase <http://x/> ;"
    text += f" mf:entries ( {' '.join(f'<#{test[0]}>' for test in tests)} ) .\n"
    folder = tmp_path / "rdf/rdf11/rdf-turtle"
    for name, kind, turtle, triples in tests:
        write(folder, **{f"{name}__ttl": turtle, f"{name}__nt": triples})
        result = f" ; mf:result <{name}.nt>" if triples else ""
        text += f"<#{name}> a rdft:TestTurtle{kind} ; mf:action <{name}.ttl>{result} .\n"
    write(folder, manifest__ttl=text)
    found = whys(list(syntax.run(tmp_path)))
    assert found.pop("forms").startswith("said at loading: 1 literal stored in another form")
    assert found.pop("refused").startswith("refused: ")
    assert found == {"same": "", "other": "other triples", "bad": "", "odd": "accepted"}


def test_json_ld_is_loaded_and_compared(tmp_path: Path) -> None:
    positive, negative = "jld:PositiveEvaluationTest", "jld:NegativeEvaluationTest"
    sequence: list[dict[str, object]] = [
        {"@type": [positive], "input": "a.jsonld", "expect": "a.nq"},
        {"@type": [positive], "input": "b.jsonld", "expect": "a.nq"},
        {"@type": [negative], "input": "a.jsonld"},
        {"@type": [positive], "input": "a.jsonld", "option": {"specVersion": "json-ld-1.0"}},
    ]
    for number, test in enumerate(sequence):
        test |= {"@id": f"#t{number}", "name": "a test"}
    manifest = json.dumps({"baseIri": "http://x/", "sequence": sequence})
    write(
        tmp_path / "tests",
        toRdf_manifest__jsonld=manifest,
        a__jsonld='{"@id": "s", "a:p": "o"}',
        b__jsonld='{"@id": "s", "p": "o"}',
        a__nq='<http://x/s> <a:p> "o" .',
    )
    assert [outcome.why for outcome in jsonld.run(tmp_path)] == [
        "",
        'said at loading: 1 statement left out: the context has no IRI for "p"',
        "accepted",
    ]


def test_responses_are_compared(tmp_path: Path) -> None:
    with protocol.served(tmp_path) as port:
        right = Request("", "/sparql?query=ASK%20%7B%7D&format=json", contains="true")
        assert right.why(port) == ""
        for request, why in (
            (Request("", right.target, status="4 5"), "status 200"),
            (Request("", right.target, types=("a/b",)), "media type application/sparql-results"),
            (Request("", right.target, contains="false"), "other content"),
            (Request("", right.target, has={"vary": "Cookie"}), "header vary: Accept"),
        ):
            assert request.why(port).startswith(why)


def test_the_page_counts_and_lists_the_tests_that_do_not_pass() -> None:
    outcomes = [
        Outcome("a/b: one", "a/b", passed=True),
        Outcome("a/b: two", "a/b", passed=False, why="1 | 2"),
        Outcome("a/b: date-2", "a/b", passed=False, why="1 row"),
    ]
    page = "".join(suites.page({"A suite": outcomes}))
    assert "| A suite | 3 | 1 |\n" in page
    assert "| a/b | 3 | 1 |\n" in page
    assert "a/b: one" not in page.partition("## Tests that do not pass")[2]
    assert "| a/b: two | 1 \\| 2 |  |\n" in page
    assert "| a/b: date-2 | 1 row | dates with and without a time zone" in page
    assert reason("x", "the same values in other lexical forms") == FORMS


@pytest.mark.parametrize("arguments", [[], ["a"], ["a", "b"]])
def test_without_the_suites_the_script_says_what_it_needs(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.suites", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "usage: scripts/conformance RDF_TESTS JSON_LD_API" in done.stderr


def test_every_test_that_does_not_pass_has_a_reason_on_the_page() -> None:
    page = Path("docs/measurements/conformance.md").read_text(encoding="utf-8")
    failed = page.partition("## Tests that do not pass")[2].splitlines()
    lines = [line for line in failed if line.startswith("| ") and ": " in line]
    assert lines
    assert [line for line in lines if line.endswith("|  |")] == []
