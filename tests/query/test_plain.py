"""The text that an engine of others gets."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from apecgraph.content.folder import default_content
from apecgraph.content.questions import read_questions
from apecgraph.errors import Forbidden, MalformedQuery
from apecgraph.query.plain import PlainQuery, plain_query

BASE = "http://example.org/"


def plain(text: str) -> PlainQuery:
    return plain_query(text, BASE, lambda pattern: ("a", "b"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask{}", "ASK { }"),
        ("SELECT*{?s ?p 1.}", "SELECT * { ?s ?p 1 . }"),
        ("SELECT $s # SERVICE\n{ $s a <x> }", "SELECT ?s { ?s a <http://example.org/x> }"),
        (
            "PREFIX : <n#> ASK { :a\\,b :%41 : }",
            "ASK { <http://example.org/n#a,b> <http://example.org/n#%41> <http://example.org/n#> }",
        ),
        ("ASK { ?s ?p '''a'b\"\\n\\u0041\\\\''' }", 'ASK { ?s ?p "a\'b\\"\\nA\\\\" }'),
        (
            'ASK { ?s ?p "a"@en-GB , "1"^^<t> }',
            'ASK { ?s ?p "a"@en-GB , "1"^^<http://example.org/t> }',
        ),
        ('ASK { ?s ?p "a\tb\\u0007" }', 'ASK { ?s ?p "a\\tb\\u0007" }'),
        ("SELECT (COUNT (*) AS ?n) {}", "SELECT( COUNT( * ) AS ?n ) { }"),
        (
            "ASK { ?s <p>?/^<q>+ ?o }",
            "ASK { ?s <http://example.org/p> ? / ^ <http://example.org/q> + ?o }",
        ),
        ("\\u0053ELECT * {}", "SELECT * { }"),
        ("ASK { ?s <p> (1 (2)) }", "ASK { ?s <http://example.org/p> ( 1 ( 2 ) ) }"),
        (
            "ASK { FILTER (1 = 1) ?s <p> (1) }",
            "ASK { FILTER( 1 = 1 ) ?s <http://example.org/p> ( 1 ) }",
        ),
        ("ASK FROM <g> FROM NAMED <h> WHERE {}", "ASK WHERE { }"),
        ("PREFIX a: <g> ASK FROM a:x {}", "ASK { }"),
        (
            "CONSTRUCT { ?s ?p ?o } FROM <g> WHERE { ?s ?p ?o }",
            "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        ),
        (
            "DESCRIBE <x>",
            "CONSTRUCT { ?s0 ?p0 ?o0 } WHERE { { VALUES ?s0 { <http://example.org/x> } "
            "?s0 ?p0 ?o0 } }",
        ),
        (
            "DESCRIBE ?s0 { ?s0 a ?t } LIMIT 2",
            "CONSTRUCT { ?s1 ?p1 ?o1 } WHERE { { { SELECT ( ?s0 AS "
            "?s1 ) { ?s0 a ?t } LIMIT 2 } ?s1 ?p1 ?o1 } }",
        ),
        (
            "DESCRIBE * { ?a a ?b }",
            "CONSTRUCT { ?s0 ?p0 ?o0 } WHERE { { { SELECT ( ?a AS ?s0 ) { ?a a "
            "?b } } ?s0 ?p0 ?o0 } UNION { { SELECT ( ?b AS ?s0 ) { ?a a ?b } } ?s0 ?p0 ?o0 } }",
        ),
    ],
)
def test_a_query_is_written_in_plain_text(text: str, expected: str) -> None:
    assert plain(text).on([]) == expected
    Store().query(expected)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("DEFINE input:inference 'x' ASK {}", MalformedQuery),
        ("ASK { SERVICE <http://127.0.0.1/> {} }", MalformedQuery),
        ("ASK { SERVICEa:b {} }", MalformedQuery),
        ("LOAD <http://127.0.0.1/>", MalformedQuery),
        ("SELECT * { ?s ?p ?o } ; DROP ALL", MalformedQuery),
        ("SELECT * { ?s ?p ?o OPTION (TRANSITIVE) }", MalformedQuery),
        ("SELECT (bif:sys_stat('x') AS ?x) {}", MalformedQuery),
        ("SELECT (<bif:sys_stat>('x') AS ?x) {}", Forbidden),
        ("PREFIX b: <bif:> SELECT (b:sys_stat('x') AS ?x) {}", Forbidden),
        ("ASK { FILTER <sql:f>(1) }", Forbidden),
        ("ASK { FILTER <sql:f> (1) }", Forbidden),
        ("ASK { ?s ?p ?o FILTER NOT EXISTS { FILTER <sql:f>(1) } }", Forbidden),
        ("SELECT * { ?s ?p ?o } ORDER BY ?s <bif:f>(?o)", Forbidden),
        ("ASK { { SELECT * { ?s ?p ?o } GROUP BY ?s <bif:f>(?o) } }", Forbidden),
        ("ASK { { SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING <bif:f>(?s) } }", Forbidden),
        ("ASK { BIND (<bif:f>(1) AS ?x) }", Forbidden),
        ("ASK { ?s <p\\u003e> ?o }", MalformedQuery),
        ("PREFIX a: <p\\u003e> ASK { ?s a:b ?o }", MalformedQuery),
        ('ASK { ?s ?p "\\u0000" }', MalformedQuery),
        ("ASK { <<( <a> <b> <c> )>> ?p ?o }", MalformedQuery),
        ("ASK { ?s ?p ?o ~ <r> {| <a> <b> |} }", MalformedQuery),
        ("ASK { ?s x:y ?o }", MalformedQuery),
        ("ASK { ?s ?p ?o } `", MalformedQuery),
        ("SELECTDISTINCT ?s { ?s ?p ?o }", MalformedQuery),
    ],
)
def test_what_engines_could_understand_in_another_way_is_refused(
    text: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        plain(text)


def test_only_words_of_the_list_and_literals_of_the_client_are_sent() -> None:
    hidden = "SERVICE LOAD bif: DEFINE"
    text = f"# {hidden}\nSELECT * {{ ?s ?p '{hidden}' }}"
    assert plain(text).on([]) == f'SELECT * {{ ?s ?p "{hidden}" }}'


def test_all_questions_can_be_sent() -> None:
    questions = list(read_questions(default_content() / "ontology"))
    assert len(questions) > 50
    for question in questions:
        Store().query(plain(question.query).on([]))


def test_graphs_in_a_pattern_are_noticed() -> None:
    assert plain("ASK { GRAPH ?g { ?s ?p ?o } }").uses_graphs
    assert plain("DESCRIBE ?s { GRAPH ?g { ?s ?p ?o } }").uses_graphs
    assert not plain("ASK { ?s ?p 'GRAPH' }").uses_graphs
