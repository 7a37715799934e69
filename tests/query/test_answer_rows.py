"""Two answers to one query are compared row by row."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox
import pytest

from apecgraph.errors import EngineFailed
from apecgraph.query.answer_rows import AnswerRows, Row, compare_rows, read_rows
from apecgraph.query.model import Query
from apecgraph.rdf.formats import RESULTS_CSV, TURTLE

CHINA, PERU, YEAR, OTHER = (ox.NamedNode(f"urn:{name}") for name in ("china", "peru", "y", "z"))


def text(value: str) -> ox.Literal:
    return ox.Literal(value, language="en")


def compared(
    before: Sequence[Row], after: Sequence[Row]
) -> tuple[set[Row], set[Row], set[tuple[Row, Row]]]:
    found = compare_rows(AnswerRows((), before), AnswerRows((), after))
    return set(found.added), set(found.gone), set(found.changed)


def test_the_same_rows_in_another_order_have_not_changed() -> None:
    rows: list[Row] = [(CHINA, ox.Literal(1)), (PERU, None), (PERU, None)]
    assert not compare_rows(AnswerRows((), rows), AnswerRows((), rows[::-1]))
    assert compared(rows, rows[:-1]) == (set(), {(PERU, None)}, set())


def test_a_row_has_changed_if_only_its_numbers_differ() -> None:
    one, two, three = map(ox.Literal, (1, 2, 3))
    before: list[Row] = [(CHINA, text("a"), one), (CHINA, text("b"), two), (PERU, text("a"), one)]
    after: list[Row] = [(CHINA, text("a"), three), (CHINA, text("b"), two), (OTHER, text("a"), one)]
    assert compared(before, after) == (
        {(OTHER, text("a"), one)},
        {(PERU, text("a"), one)},
        {((CHINA, text("a"), one), (CHINA, text("a"), three))},
    )
    assert compared([(one,)], [(two,)]) == (set(), set(), {((one,), (two,))})


def test_a_row_has_changed_if_it_alone_names_the_same_things() -> None:
    was, is_ = (PERU, YEAR, text("Republic of Peru")), (PERU, YEAR, text("Peru"))
    assert compared([was], [is_]) == (set(), set(), {(was, is_)})
    assert compared([was], [is_, (PERU, YEAR, text("x"))])[2] == set()
    assert compared([was], [(YEAR, PERU, text("Peru"))])[2] == set()
    assert compared([(text("a"),)], [(text("b"),)]) == ({(text("b"),)}, {(text("a"),)}, set())


def test_the_labels_of_blank_nodes_do_not_matter() -> None:
    before: list[Row] = [(ox.BlankNode("a"), CHINA), (ox.BlankNode("b"), CHINA)]
    after: list[Row] = [(ox.BlankNode("c"), CHINA), (ox.BlankNode("d"), CHINA)]
    assert compared(before, after) == (set(), set(), set())
    assert len(compared(before, after[:1])[1]) == 1


def test_many_changed_rows_are_compared_at_once() -> None:
    before: list[Row] = [(ox.NamedNode(f"urn:{number}"), ox.Literal(1)) for number in range(9000)]
    after: list[Row] = [(ox.NamedNode(f"urn:{number}"), ox.Literal(2)) for number in range(9000)]
    assert len(compared(before, after)[2]) == 9000


def test_the_rows_of_every_form_of_query_are_read() -> None:
    store = ox.Store()
    store.load(b"<urn:a> <urn:b> 1, 2, [] . <urn:a> <urn:c> 'x'@en .", ox.RdfFormat.TURTLE)

    def rows(query: str) -> AnswerRows:
        answer = store.query(query)
        if isinstance(answer, ox.QueryTriples):
            body = answer.serialize(format=ox.RdfFormat.N_TRIPLES)
            return read_rows(Query(query, TURTLE), body or b"")
        body = answer.serialize(format=ox.QueryResultsFormat.JSON)
        return read_rows(Query(query, RESULTS_CSV), body or b"")

    assert rows("SELECT ?s ?x { ?s <urn:c> ?o }") == AnswerRows(
        ("s", "x"), [(ox.NamedNode("urn:a"), None)]
    )
    assert rows("SELECT * {}") == AnswerRows((), [()])
    assert [str(value) for (value,) in rows("ASK {}").rows] == [
        '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'
    ]
    triples = rows("CONSTRUCT WHERE { ?s <urn:b> ?o }")
    assert triples.columns == ("subject", "predicate", "object")
    assert len(triples.rows) == 3
    for body in (b"", b"{}", b"<urn:a>"):
        with pytest.raises(EngineFailed):
            read_rows(Query("ASK {}", RESULTS_CSV), body)
