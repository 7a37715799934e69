"""Queries that are repaired have the answers that SPARQL demands; others stay as they are."""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox
import pytest

from apecgraph.query.repairs import with_aggregates, with_joined_calls, with_unions
from apecgraph.query.text import evaluate_text

PREFIX = "PREFIX : <http://example.org/> "
DATA = """@prefix : <http://example.org/> .
:a :p :b ; :q :b, :c ; :r :a . :b :p :c ; :q :d . :c :q :a, :b ; :p :b .
"""


@pytest.fixture(scope="module")
def store() -> ox.Store:
    store = ox.Store()
    store.load(DATA, ox.RdfFormat.TURTLE)
    return store


def answer(store: ox.Store, query: str) -> Counter[str]:
    """Return the rows of an answer, with their numbers."""
    chunks: list[bytes] = []
    evaluate_text(store, PREFIX + query, ["csv"], chunks.append)
    return Counter(b"".join(chunks).decode().split()[1:])


@pytest.mark.parametrize(
    ("path", "union"),
    [
        (":a :p|:q ?y", "{ :a :p ?y } UNION { :a :q ?y }"),
        (":a :p|:p ?y", "{ :a :p ?y } UNION { :a :p ?y }"),
        ("?x :p|^:q ?y . ?y :q :a", "{ ?x :p ?y } UNION { ?y :q ?x } ?y :q :a"),
        ("?x (:p|:q)/:q ?y", "{ ?x :p/:q ?y } UNION { ?x :q/:q ?y }"),
        ("?x ^(:p/(:q|:r)) ?y", "{ ?y :p/:q ?x } UNION { ?y :p/:r ?x }"),
        (
            "?x :p|:q ?y, :c",
            "{ ?x :p ?y } UNION { ?x :q ?y } { ?x :p :c } UNION { ?x :q :c }",
        ),
        ("?x :r ?x ; :p|:q ?y .", "?x :r ?x { ?x :p ?y } UNION { ?x :q ?y }"),
        ("FILTER(?x = :a) ?x a|:p|:q ?y", "FILTER(?x = :a) ?x ?v ?y FILTER(?v != :r)"),
        ("?x !(:p|^:q)|:r ?y", "{ ?x !(:p|^:q) ?y } UNION { ?x :r ?y }"),
        ("?x :p*|:q ?y", "{ ?x :p* ?y } UNION { ?x :q ?y }"),
        (":a :r ?x OPTIONAL { ?x :p|:q ?y }", ":a :r ?x OPTIONAL { ?x ?v ?y FILTER(?v != :r) }"),
        ("{ SELECT * { :a :p|:q ?y } }", "{ :a :p ?y } UNION { :a :q ?y }"),
    ],
)
def test_alternatives_keep_the_duplicates_of_a_union(
    store: ox.Store, path: str, union: str
) -> None:
    repaired = with_unions(PREFIX + f"SELECT ?x ?y {{ {path} }}")
    assert repaired != PREFIX + f"SELECT ?x ?y {{ {path} }}"
    expected = answer(store, f"SELECT ?x ?y {{ {union} }}")
    assert expected
    assert answer(store, f"SELECT ?x ?y {{ {path} }}") == expected


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?x (:p|:q)* ?y }",
        "SELECT * { ?x !(:p|:q) ?y }",
        "SELECT * { _:x :p|:q ?y . _:x :r ?z }",
        "SELECT * { [] :p|:q ?y }",
        "SELECT * { ?x :p|:q [ :p ?z ] }",
        "SELECT * { (1 2) :p|:q ?y }",
        "SELECT * { ?x :p ?y FILTER(?x = :a || ?y = :b) } # |",
        'SELECT * { ?x :p "a|b" }',
        f"SELECT * {{ ?x {'/'.join(['(:p|:q)'] * 6)} ?y }}",
        f"SELECT * {{ ?x :p ?y {'; :p ?y' * 1000} ; :p|:q ?z }}",
        "SELECT * { ?x :p| }",
        "|",
    ],
)
def test_a_query_that_needs_no_repair_or_is_not_understood_stays(query: str) -> None:
    assert with_unions(query) == query


@pytest.mark.parametrize(
    ("select", "row"),
    [
        ("(COUNT(*) AS ?n) (?n * 2 AS ?m)", "9,18"),
        ("(COUNT(*) AS ?n) (?n * 2 AS ?m) (?m + $n AS ?k)", "9,18,27"),
        ("(SUM(1) AS ?n) ((?n) + COUNT(*) AS ?m)", "9,18"),
    ],
)
def test_an_expression_uses_an_aggregate_before_it(store: ox.Store, select: str, row: str) -> None:
    assert answer(store, f"SELECT {select} {{ ?x ?p ?y }}") == Counter([row])
    inner = f"SELECT * {{ {{ SELECT {select} {{ ?x ?p ?y }} }} }}"
    assert sum(answer(store, inner).values()) == 1


@pytest.mark.parametrize("space", [" ", "\n", "\t# a comment (\n"])
def test_white_space_may_precede_the_bracket_of_a_function(store: ox.Store, space: str) -> None:
    called = f"(COALESCE{space}(?x, CONCAT{space}(coalesce{space}('a'), 'b')) AS ?y)"
    query = f"SELECT {called} {{ BIND (BNODE{space}() AS ?z) FILTER (CONCAT{space}('a ') = 'a ') }}"
    assert answer(store, query) == Counter(["ab"])
    assert len(with_joined_calls(query)) == len(query)
    for other in (
        "SELECT * { ?x a:CONCAT (1) }",
        "SELECT * { ?concat (:p) 'COALESCE (' }",
        "CONCAT ",
    ):
        assert with_joined_calls(other) == other


@pytest.mark.parametrize(
    "text", ["SELECT", "SELECT(", "SELECT ()", "SELECT (?x", "SELECT (AS ?x)", "| ; |", "{ ?x a|"]
)
def test_what_is_no_query_stays_as_it_is(text: str) -> None:
    assert with_aggregates(text) == with_unions(text) == text


def test_a_repair_does_not_grow_without_limit() -> None:
    doubling = " ".join(f"(?v{n} + ?v{n} AS ?v{n + 1})" for n in range(60))
    assert len(with_aggregates(f"SELECT (COUNT(*) AS ?v0) {doubling} {{}}")) < 200_000
    many = " . ".join(f"?x{n} :p|:q ?y{n}" for n in range(4000))
    assert with_unions(f"SELECT * {{ {many} }}") == f"SELECT * {{ {many} }}"
