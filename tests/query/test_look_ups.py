"""Queries that need no worker, and others."""

from __future__ import annotations

import random

import pyoxigraph as ox
import pytest

from apecgraph.errors import NotAcceptable
from apecgraph.query.engine import evaluate
from apecgraph.query.look_ups import MOST_CHARACTERS, MOST_QUADS, LookUps
from apecgraph.query.model import Query
from apecgraph.rdf.formats import RESULTS_FORMATS, RESULTS_JSON, RESULTS_XML

SPACE = "http://x/"
PREFIX = f"PREFIX x: <{SPACE}>"


def iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(SPACE + name)


@pytest.fixture(scope="module")
def small() -> ox.Store:
    """A store with things that have little or much around them, in several graphs."""
    store = ox.Store()
    store.extend(
        [
            *(ox.Quad(iri("few"), iri(f"p{i}"), iri("many")) for i in range(3)),
            ox.Quad(iri("few"), iri("label"), ox.Literal("a },{ \r b", language="en")),
            ox.Quad(iri("loop"), iri("loop"), iri("loop")),
            *(ox.Quad(iri("full"), iri("p"), iri(f"o{i}")) for i in range(MOST_QUADS)),
            *(ox.Quad(iri(f"s{i}"), iri("p"), iri("many")) for i in range(MOST_QUADS + 1)),
            # The engine passes over the quads of other graphs, so these take time, too.
            *(ox.Quad(iri("aside"), iri("p"), iri(f"o{i}"), iri("g")) for i in range(200)),
            ox.Quad(iri("aside"), iri("p"), iri("only")),
            ox.Quad(iri("long"), iri("p"), ox.Literal("a" * MOST_CHARACTERS)),
            ox.Quad(iri("odd"), iri("p"), ox.Literal("\x01" * (MOST_CHARACTERS // 3))),
            ox.Quad(iri("term"), iri("p"), ox.Triple(iri("a"), iri("b"), iri("c"))),
            ox.Quad(iri("a/../full"), iri("p"), iri("o")),
        ]
    )
    return store


def look_ups(store: ox.Store, max_rows: int = 1000) -> LookUps:
    return LookUps(store, max_rows)


def written(store: ox.Store, query: Query) -> bytes:
    chunks: list[bytes] = []
    evaluate(store, query, chunks.append)
    return b"".join(chunks)


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT ?p ?o {{ <{SPACE}few> ?p ?o }}",
        f"{PREFIX} SELECT * WHERE {{ x:few ?p ?o . }} LIMIT 2",
        f"{PREFIX} SELECT*{{?s?p x:o7}}",
        f"{PREFIX}\nselect distinct ?s # }} {{\n ?o\nwhere {{ x:few ?p ?o # .\n }} # the end",
        f"{PREFIX} SELECT ?p {{ x:few ?p x:many }}",
        f"{PREFIX} ASK {{ x:few x:p1 x:many }}",
        f"{PREFIX} SELECT ?x {{ ?x x:p x:o3 }}",
        f"{PREFIX} SELECT ?x {{ x:loop ?x ?x }}",
        f"{PREFIX} SELECT ?type {{ x:few a ?type }}",
        f"{PREFIX} SELECT ?unbound {{ x:full ?p ?o }}",
        f"BASE <{SPACE}> PREFIX x: <> SELECT ?p ?o {{ x:few ?p ?o }}",
        "SELECT ?p ?o { <urn:x:nothing> ?p ?o }",
    ],
)
def test_a_look_up_is_answered_as_by_a_worker(small: ox.Store, text: str) -> None:
    for format_ in RESULTS_FORMATS:
        query = Query(text, format_)
        try:
            expected = written(small, query)
        except NotAcceptable:  # CSV has no place for the answer to ASK
            with pytest.raises(NotAcceptable):
                look_ups(small).answer(query)
        else:
            assert look_ups(small).answer(query) == expected


@pytest.mark.parametrize(
    "text",
    [
        # Too much may have to be read.
        "SELECT * { ?s ?p ?o }",
        f"{PREFIX} SELECT * {{ ?s x:p ?o }}",
        f"{PREFIX} SELECT * {{ ?s ?p x:many }}",
        f"{PREFIX} SELECT * {{ ?s ?p x:many }} LIMIT 1",
        f"{PREFIX} ASK {{ x:aside ?p x:many }}",
        f"{PREFIX} SELECT * {{ x:aside ?p ?o }}",
        f"{PREFIX} SELECT * {{ x:long ?p ?o }}",
        f"{PREFIX} SELECT * {{ x:odd ?p ?o }}",
        f"{PREFIX} SELECT * {{ x:term ?p ?o }}",
        # There is more than one pattern, or it is of another kind.
        f"{PREFIX} SELECT * {{ x:few ?p ?o . x:few ?q ?r }}",
        f"{PREFIX} SELECT * {{ x:few ?p ?o ; ?q ?r }}",
        f"{PREFIX} SELECT * {{ x:few ?p ?o , ?r }}",
        f"{PREFIX} SELECT * {{ x:few x:p* ?o }}",
        f"{PREFIX} SELECT * {{ x:few x:p/x:p ?o }}",
        f"{PREFIX} SELECT * {{ x:few !x:p ?o }}",
        f"{PREFIX} SELECT * {{ x:few ?p ?o }} ORDER BY ?o",
        f"{PREFIX} SELECT * {{ x:few ?p ?o FILTER(?o = ?p) }}",
        f"{PREFIX} SELECT * {{ x:few ?p ?o }} VALUES ?p {{ x:a }}",
        f"{PREFIX} SELECT (COUNT(*) AS ?n) {{ x:few ?p ?o }}",
        f"{PREFIX} SELECT * FROM x:g {{ x:few ?p ?o }}",
        f"{PREFIX} SELECT * {{ GRAPH ?g {{ x:few ?p ?o }} }}",
        f"{PREFIX} SELECT * {{ SERVICE <{SPACE}> {{ x:few ?p ?o }} }}",
        f"{PREFIX} SELECT * {{ {{ x:few ?p ?o }} }}",
        f"{PREFIX} SELECT * {{ x:few ?p [] }}",
        f"{PREFIX} DESCRIBE x:few",
        f"{PREFIX} CONSTRUCT {{ x:few ?p ?o }} WHERE {{ x:few ?p ?o }}",
        # Its IRIs are not what they look like, or it is not SPARQL.
        f"SELECT * {{ <{SPACE}a/../full> ?p ?o }}",
        f"SELECT * {{ <{SPACE}f\\u0075ll> ?p ?o }}",
        "SELECT * { <few> ?p ?o }",
        f"PREFIX x: <{SPACE}few\\u003E?p?o.?a?b?c.\\u003Cx:> ASK {{ x:a ?p ?o }}",
        f"BASE <{SPACE}a/../> PREFIX x: <> SELECT * {{ x:few ?p ?o }}",
        "PREFIX x: <http:..> SELECT * { x:few ?p ?o }",
        "SELECT * { x:few ?p ?o }",
        f"{PREFIX} SELECT * {{ x:few A ?o }}",
        f"{PREFIX} SELECT * {{ x:few ?p ?o }} LIMIT 1 LIMIT 2",
        f"{PREFIX} SELECT ?p ?p {{ x:few ?p ?o }} LIMIT",
        f"{PREFIX} SELECT * {{ x:few ?p ?o }} {' ' * 2048}",
    ],
)
def test_everything_else_is_left_to_workers(small: ox.Store, text: str) -> None:
    assert look_ups(small).answer(Query(text, RESULTS_JSON)) is None


def test_a_query_with_a_dataset_or_citations_is_left_to_workers(small: ox.Store) -> None:
    text = f"{PREFIX} SELECT * {{ x:few ?p ?o }}"
    for rest in ({"default_graphs": (f"{SPACE}g",)}, {"named_graphs": ("",)}, {"cites": True}):
        assert look_ups(small).answer(Query(text, RESULTS_JSON, **rest)) is None


def test_an_answer_that_may_have_too_many_rows_is_left_to_workers(small: ox.Store) -> None:
    query = Query(f"{PREFIX} SELECT * {{ x:few ?p ?o }}", RESULTS_JSON)
    assert look_ups(small, 3).answer(query) is None
    assert look_ups(small, 4).answer(query) is not None


def test_a_character_that_xml_cannot_have_is_reported() -> None:
    store = ox.Store()
    store.add(ox.Quad(iri("a"), iri("b"), ox.Literal("\x01")))
    with pytest.raises(NotAcceptable):
        look_ups(store).answer(Query(f"SELECT * {{ <{SPACE}a> ?p ?o }}", RESULTS_XML))


def test_no_text_of_the_same_tokens_gets_another_answer(small: ox.Store) -> None:
    """Texts that are joined from the tokens of look-ups are answered as by a worker, or not."""
    tokens = ["{", "}", "x:few", "x:full", "?p", "?o", "a", ".", "*", "LIMIT", "2", "WHERE", "#"]
    tokens += [f"<{SPACE}few>", "SELECT", "ASK", "DISTINCT", "x:many", ";", "\n", ":", "?", "("]
    chance = random.Random(1)
    answered = 0
    for _ in range(3000):
        parts = ["SELECT", " ", "*", " ", "{", " ", "x:few", " ", "?p", " ", "?o", " ", "}"]
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(parts))
            parts[at : at + chance.randrange(2)] = [chance.choice(tokens)]
        text = f"{PREFIX} {''.join(parts)}"
        if (answer := look_ups(small).answer(Query(text, RESULTS_JSON))) is not None:
            answered += 1
            assert answer == written(small, Query(text, RESULTS_JSON)), text
    assert answered > 100
