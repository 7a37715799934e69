"""A report is short, whatever the content has: errors are counted, and long words are cut."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest

from apecgraph.check.report import Place, Report, Result
from apecgraph.check.validation import check_content
from apecgraph.errors import ContentError
from apecgraph.rdf.namespaces import ID, RDFS, SH
from tests.support.contents import SmallContent

LONG = 1_000_000
FEW, MANY = f"{ID}shape/few", f"{ID}shape/many"


def result(rule: str, number: int) -> Result:
    return Result.of(rule, f"{ID}thing/{number}", "is wrong")


def test_the_first_errors_of_each_rule_are_listed_and_the_others_counted() -> None:
    results = [result(MANY, each) for each in range(10_000)]
    report = Report((*results, *(result(FEW, each) for each in range(3))), 1).cut()
    text = report.text()
    assert text.count("[shape/many]\n") == 101
    assert text.count("[shape/few]\n") == 3
    assert text.endswith(
        "9,900 more errors [shape/many]\n10003 errors: the content does not pass the check\n"
    )
    document = json.loads(report.json())
    assert len(document["results"]) == 103
    assert document["leftOff"] == {MANY: 9900}
    assert Report.parse(report.json()) == report
    assert report.cut() == report
    graph = list(ox.parse(report.turtle(), ox.RdfFormat.TURTLE))
    comments = [quad.object for quad in graph if quad.predicate.value == f"{RDFS}comment"]
    assert comments == [ox.Literal("9,900 more errors [shape/many]", language="en")]
    assert sum(quad.predicate.value == f"{SH}result" for quad in graph) == 103


def test_errors_of_many_rules_are_counted_too() -> None:
    report = Report(tuple(result(f"{FEW}-{each}", each) for each in range(5000)), 1).cut()
    assert len(report.results) == 1000
    assert sum(report.left_off.values()) == 4000
    assert "3,990 more errors of 3,990 more rules\n5000 errors: " in report.text()


@pytest.mark.parametrize(
    "value",
    [
        ox.Literal("a\x1b" * LONG),
        ox.Literal("é" * LONG, language="fr"),
        ox.Literal("1" * LONG, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
        ox.NamedNode("http://x/" + "%C3" * LONG),
    ],
    ids=["text", "language", "integer", "iri"],
)
def test_long_words_are_cut_in_each_form(value: ox.Literal | ox.NamedNode) -> None:
    notation = value.value if isinstance(value, ox.NamedNode) else str(value)
    long = Result(
        (f"{ID}{'n' * LONG}",),
        f"{ID}{'s' * LONG}",
        f"{SH}NodeConstraintComponent",
        f"has {'m' * LONG}: correct it",
        value=notation,
        places=(Place("a.ttl", 1),),
        details=("d" * LONG,),
        messages=(str(ox.Literal("m" * LONG, language="en")),),
    )
    report = Report((long,), 1).cut()
    assert "more characters) …" in report.text(verbose=True)
    assert ": correct it [" in report.text()
    for text in (report.text(verbose=True), report.json(), report.turtle()):
        assert len(text) < 40_000
    list(ox.parse(report.turtle(), ox.RdfFormat.TURTLE))


def test_files_that_cannot_be_read_are_counted(content: SmallContent) -> None:
    errors = [
        ContentError("is wrong", content.root / f"{number}.ttl", 1) for number in range(10_000)
    ]
    assert "9,900 more errors [shape/readable]" in Report.unreadable(errors, content.root).text()


def test_words_of_an_error_do_not_look_like_other_lines() -> None:
    text = Report((Result((), FEW, FEW, "is\n0 errors\x1b[2J: x"),), 1).text()
    assert text.splitlines()[0] == r"is\u000a0 errors\u001b[2J: x [shape/few]"


def test_content_with_thousands_of_errors_and_megabytes_of_words_has_a_short_report(
    content: SmallContent,
) -> None:
    words = (f'"{"x" * LONG}"', f'"{"x" * LONG}"^^xsd:integer', f"<a:{'y' * LONG}>", "7" * 4300)
    places = "".join(f"<place/p{each}> a schema:Place, schema:Thing .\n" for each in range(3000))
    more = "".join(
        f"<place/w{number}> a schema:Place, schema:Thing ; schema:name {word} .\n"
        for number, word in enumerate(words)
    )
    name = f"<place/{'z' * LONG}> a schema:Place, schema:Thing .\n"
    content.write("data/entities/places.ttl", places + more + name)
    report, _ = check_content(content.root)
    assert not report.conforms
    assert " more errors [shape/" in report.text()
    for text in (report.text(verbose=True), report.json(), report.turtle()):
        assert len(text) < 1_500_000


@pytest.mark.parametrize("number", ["7" * LONG, f'"{"7" * LONG}"^^xsd:integer', f"1.{'7' * 5000}"])
def test_a_number_with_more_digits_than_python_reads_is_refused_with_its_line(
    content: SmallContent, number: str
) -> None:
    path = content.write(
        "data/entities/places.ttl", f"<place/p> a schema:Place ;\n apec:n {number} ."
    )
    line = path.read_text().splitlines().index("<place/p> a schema:Place ;") + 2
    report, _ = check_content(content.root)
    (found,) = report.results
    assert str(found).startswith(f"data/entities/places.ttl:{line}: has a number of ")
    assert "the most are 4,300" in str(found)
    assert len(str(found)) < 200
