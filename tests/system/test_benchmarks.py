"""The parts of `scripts/bench`, without its measurements, which take minutes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from benchmarks import cube, load, server
from benchmarks.comparison import Cell, Comparison
from benchmarks.engine import Evaluation
from benchmarks.fairness import Fairness
from benchmarks.graphs import Graph
from benchmarks.load import Load
from benchmarks.queries import CUBE, REAL, Query
from benchmarks.server import Server, ServerError
from benchmarks.systems import CACHED, OXIGRAPH, RDFLIB, SYSTEMS, UNCACHED, System
from benchmarks.table import FAILED, MET, MISSED, document, failures, front_share, ratio

REPORT = """Running 3s test @ http://127.0.0.1:40001/sparql?query=ASK%20%7B%7D
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     5.39ms    2.43ms  25.73ms   84.92%
    Req/Sec     1.52k   195.41     1.83k    70.00%
  Latency Distribution
     50%  871.00us
     75%    6.03ms
     90%    8.13ms
     99%    1.25s
  4532 requests in 3.00s, 12.46MB read
"""
SOCKET_ERRORS = "  Socket errors: connect 1, read 2, write 0, timeout 4\n"
REFUSED = "  Non-2xx or 3xx responses: 12\n"
RATES = "Requests/sec:   1509.91\nTransfer/sec:      4.15MB\n"
LOAD = Load(requests=300, rate=100.0, p50=0.5, p99=2.0, errors=0)
LOOK_UP = REAL[0]


def graph_of(triples: int) -> ox.Store:
    store = ox.Store()
    store.load("".join(cube.triples(triples)), format=ox.RdfFormat.N_TRIPLES)
    return store


def test_the_cube_is_the_same_for_the_same_seed() -> None:
    assert list(cube.triples(5_000)) == list(cube.triples(5_000))
    assert list(cube.triples(5_000)) != list(cube.triples(5_000, seed=2))


@pytest.mark.parametrize("count", [600, 5_000])
def test_the_cube_has_the_requested_size(count: int) -> None:
    assert len(graph_of(count)) == count


def test_a_size_that_the_cube_cannot_have_is_refused() -> None:
    assert cube.TRIPLES == 1_000_000
    next(cube.triples(cube.TRIPLES))
    for count in (599, 601):
        with pytest.raises(ValueError, match=str(count)):
            next(cube.triples(count))


@pytest.mark.parametrize("query", CUBE, ids=lambda query: query.letter)
def test_the_queries_find_something_in_the_cube(query: Query) -> None:
    answer = graph_of(60_600).query(query.text)
    assert isinstance(answer, ox.QuerySolutions)
    assert list(answer)


def test_a_report_is_read() -> None:
    assert load.parse(REPORT + RATES) == Load(4532, 1509.91, 0.871, 1250.0, 0)


def test_errors_are_counted() -> None:
    assert load.parse(REPORT + SOCKET_ERRORS + RATES).errors == 7
    assert load.parse(REPORT + REFUSED + RATES).errors == 12
    assert load.parse(REPORT + SOCKET_ERRORS + REFUSED + RATES).errors == 19


def test_other_text_than_a_report_is_refused() -> None:
    with pytest.raises(ValueError, match="unable to connect"):
        load.parse("unable to connect to 127.0.0.1:1 Connection refused\n")


def test_a_ratio_is_marked_as_met_or_missed() -> None:
    assert ratio(LOAD, replace(LOAD, rate=50), 2) == f"2.00 {MET} (≥ 2)"
    assert ratio(LOAD, replace(LOAD, rate=200), 0.7) == f"0.50 {MISSED} (≥ 0.7)"
    assert ratio(LOAD, replace(LOAD, rate=100.2), 1) == f"0.99 {MISSED} (≥ 1)"


@pytest.mark.parametrize(
    "outcome", ["7 rows, not 8", replace(LOAD, errors=1), replace(LOAD, rate=0.0)]
)
def test_a_failure_has_no_ratio(outcome: Load | str) -> None:
    assert ratio(LOAD, outcome, 1) == FAILED
    assert ratio("no answer within 20 s", LOAD, 1) == FAILED


def comparison(*outcomes: Load | str) -> Comparison:
    cells = [
        Cell(LOOK_UP, 1, system.name, outcome)
        for system, outcome in zip(SYSTEMS, outcomes, strict=True)
    ]
    evaluations = {LOOK_UP.letter: Evaluation(rows=16, milliseconds=0.05)}
    return Comparison("A graph", evaluations, cells, {OXIGRAPH.name: 61_500_000})


def test_the_document_shows_fairness() -> None:
    slow = replace(LOAD, p50=70.4, p99=600.0)
    lines = document(
        [], 3, [], [Fairness("A", LOAD, replace(slow, p99=499.0)), Fairness("B", LOAD, slow)]
    ).splitlines()
    assert f"| A | 0.50 | 2.00 | 70 | 499 {MET} (< 500) | 0 |" in lines
    assert f"| B | 0.50 | 2.00 | 70 | 600 {MISSED} (< 500) | 0 |" in lines


def test_the_document_shows_ratios_failures_and_errors() -> None:
    found = comparison(LOAD, replace(LOAD, rate=250.0), replace(LOAD, errors=3), "15 rows, not 16")
    lines = document([("cores", "2")], 3, [found], []).splitlines()
    assert "| cores | 2 |" in lines
    assert f"| (a) | 1 | {CACHED.name} | 16 | 250.0 | 0.50 | 2.00 | 0 |" in lines
    assert f"| (a) | 1 | {OXIGRAPH.name} | 16 | 100.0 | 0.50 | 2.00 | **3** |" in lines
    assert f"| (a) | 1 | {RDFLIB.name} |  | {FAILED}: 15 rows, not 16 |  |  |  |" in lines
    assert f"| (a) {LOOK_UP.title} | 1 | {FAILED} | {FAILED} | {FAILED} |" in lines
    assert f"| {OXIGRAPH.name} | 62 |" in lines
    assert [line.rpartition(", ")[2] for line in failures(found)] == [
        f"{OXIGRAPH.name}: 3 errors",
        "not 16",
    ]


def test_the_share_of_the_front_is_the_time_outside_the_engine() -> None:
    assert "of (a): 90%" in front_share(comparison(LOAD, LOAD, LOAD, LOAD))
    assert FAILED in front_share(comparison("no answer", LOAD, LOAD, LOAD))


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    file = tmp_path / "cube.nt"
    cube.write(file, 5_000)
    return Graph("A cube", file, file, f"--data {file}", CUBE)


def test_a_server_is_queried_measured_and_ended(graph: Graph, tmp_path: Path) -> None:
    with Server(UNCACHED, graph, tmp_path) as running:
        running.wait()
        body, seconds = running.ask(CUBE[3].text)
        assert server.rows(body) == 550
        assert seconds > 0
        assert running.memory() > 10_000_000
        running.settle()
    with pytest.raises(OSError):  # noqa: PT011 - any: nobody listens
        running.ask("ASK {}")


def test_a_server_that_cannot_start_says_why(graph: Graph, tmp_path: Path) -> None:
    broken = System("broken", "apecgraph serve --port {port} --data {file}.gone")
    with Server(broken, graph, tmp_path) as running, pytest.raises(ServerError, match="not exist"):
        running.wait()
