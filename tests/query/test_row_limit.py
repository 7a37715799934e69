"""The limit on rows is exact, whatever the rows look like."""

from pathlib import Path

import pytest
from pyoxigraph import Store

from apecgraph.errors import QueryTooHeavy
from apecgraph.query.engine import evaluate
from apecgraph.query.model import DataFile, Query
from apecgraph.rdf.formats import (
    GRAPH_FORMATS,
    N_QUADS,
    N_TRIPLES,
    RESULTS_CSV,
    RESULTS_FORMATS,
    RESULTS_JSON,
    Format,
)
from apecgraph.rdf.serializer import CHUNK
from tests.support.stores import ask, is_well, isolated

MOST = 20

MARKS = '"},{" "<result>" "\\n" "\\"}},{\\"x\\":{" "\\r\\n{},{},{}" "},{},{" "a,b\\tc"'
"""Values that contain what separates rows."""


def values(number: int) -> str:
    return " ".join(map(str, range(number)))


def answer(text: str, format_: Format, most: int | None = MOST) -> bytes:
    written: list[bytes] = []
    evaluate(Store(), Query(text, format_), written.append, most)
    return b"".join(written)


@pytest.mark.parametrize("format_", RESULTS_FORMATS, ids=lambda each: each.name)
def test_an_answer_may_have_exactly_the_allowed_number_of_rows(format_: Format) -> None:
    for pattern in (
        "VALUES ?x { %s }",
        "VALUES ?x { %s } BIND(1 AS ?y)",
        "{ SELECT * { VALUES ?z { %s } } }",
    ):
        select = "SELECT ?x ?y" if "?x" in pattern else "SELECT ?nothing"
        text = f"{select} {{ {pattern} }}"
        assert answer(text % values(MOST), format_) == answer(text % values(MOST), format_, None)
        with pytest.raises(QueryTooHeavy, match="more rows than the limit of 20") as caught:
            answer(text % values(MOST + 1), format_)
        assert caught.value.limit == "20 rows"


@pytest.mark.parametrize("format_", RESULTS_FORMATS, ids=lambda each: each.name)
def test_values_that_look_like_rows_are_not_counted(format_: Format) -> None:
    text = f"SELECT ?x ?y {{ VALUES ?x {{ {MARKS} }} VALUES ?y {{ 1 2 }} }}"
    assert answer(text, format_, 14) == answer(text, format_, None)
    with pytest.raises(QueryTooHeavy):
        answer(text, format_, 13)


@pytest.mark.parametrize("format_", RESULTS_FORMATS, ids=lambda each: each.name)
def test_rows_are_counted_across_chunk_boundaries(format_: Format) -> None:
    for length in range(1, 40):
        filler = "x" * (CHUNK // 40 - length)
        text = f'SELECT ?x ?y {{ VALUES ?x {{ {values(200)} }} BIND("{filler}" AS ?y) }}'
        assert len(answer(text, format_, 200)) > 3 * CHUNK
        with pytest.raises(QueryTooHeavy):
            answer(text, format_, 199)


@pytest.mark.parametrize("format_", GRAPH_FORMATS, ids=lambda each: each.name)
def test_a_graph_may_have_exactly_the_allowed_number_of_triples(format_: Format) -> None:
    text = "CONSTRUCT { <http://a/> <http://b/c> ?x } WHERE { VALUES ?x { %s } }"
    assert answer(text % values(MOST), format_) == answer(text % values(MOST), format_, None)
    with pytest.raises(QueryTooHeavy, match="more rows than the limit of 20"):
        answer(text % values(MOST + 1), format_)


@pytest.mark.parametrize("format_", [RESULTS_JSON, RESULTS_CSV], ids=lambda each: each.name)
def test_an_answer_to_ask_has_no_rows(format_: Format) -> None:
    assert answer("ASK {}", format_, 1) == answer("ASK {}", format_, None)


async def test_a_worker_keeps_running_after_refusing_an_answer_with_too_many_rows(
    tmp_path: Path,
) -> None:
    path = tmp_path / "empty.nq"
    path.touch()
    async with isolated([DataFile.of(path, N_QUADS)], reply_rows=MOST) as store:
        for text, format_ in (
            ("SELECT * { VALUES ?x { %s } }", RESULTS_JSON),
            ("CONSTRUCT { <a> <b> ?x } WHERE { VALUES ?x { %s } }", N_TRIPLES),
        ):
            await ask(store, text % values(MOST), format_)
            with pytest.raises(QueryTooHeavy, match="more rows than the limit of 20"):
                await ask(store, text % values(MOST + 1), format_)
            assert await is_well(store)


def test_a_changing_answer_is_not_counted_by_evaluating_it_again() -> None:
    """A second evaluation would give other rows."""
    text = f"SELECT ?x ?y {{ VALUES ?x {{ {MARKS} }} VALUES ?y {{ 1 2 }} FILTER(RAND() < 2) }}"
    with pytest.raises(QueryTooHeavy):
        answer(text, RESULTS_JSON, 14)
    assert answer(text, RESULTS_JSON, 100).count(b'"literal"') == 28
