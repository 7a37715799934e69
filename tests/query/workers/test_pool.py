"""Stores: what both answer alike, and what happens to queries that go too far."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph
import pytest

from apecgraph.errors import (
    Forbidden,
    MalformedQuery,
    NotAcceptable,
    QueryError,
    QueryTimedOut,
    QueryTooHeavy,
    StoreBusy,
    StoreError,
)
from apecgraph.query.engine import EmbeddedStore, load
from apecgraph.query.model import Answer, DataFile, Query, Store
from apecgraph.query.workers import messages as wire
from apecgraph.query.workers.handle import WorkerHandle
from apecgraph.query.workers.pool import HELD_BACK, WorkerPool
from apecgraph.query.workers.supervisor import LoadLimits, Supervisor
from apecgraph.query.workers.worker import WorkerLimits
from apecgraph.rdf.formats import (
    GRAPH_FORMATS,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULTS_CSV,
    RESULTS_FORMATS,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    TURTLE,
)
from apecgraph.rdf.namespaces import RDF
from tests.support.connections import listener
from tests.support.processes import alive, workers, zygotes
from tests.support.stores import ask, chunks, collect, is_well, isolated
from tests.support.waiting import until

ROWS = 400
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
MEMORY_HOG = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
DOUBLING = (
    "SELECT (STRLEN(?x30) AS ?n) { BIND('aaaaaaaaaaaaaaaa' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(30))
    + " }"
)
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f }"  # 160 000 rows, about 40 MB of JSON
DEEP = "SELECT * {" + "FILTER NOT EXISTS { ?s ?p ?o " * 3000 + "}" * 3000 + "}"


SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?c) < STR(?f)) }"


pytestmark = pytest.mark.usefixtures("of_others")

Files = list[DataFile]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    quads, turtle = tmp_path / "a.nq", tmp_path / "b.ttl"
    rows = [f'<http://x/s{i}> <http://x/p> "{i}" .\n' for i in range(ROWS)]
    rows += [f"<http://x/s{i}> <http://x/q> <http://x/o> <http://x/g{i}> .\n" for i in (1, 2)]
    quads.write_text("".join(rows))
    turtle.write_text(
        "@prefix dcterms: <http://purl.org/dc/terms/> . <http://x/t> dcterms:title 1 ."
    )
    return [DataFile.of(quads, N_QUADS), DataFile.of(turtle, TURTLE)]


async def read(answer: Answer, received: list[bytes], pause: float = 0) -> None:
    async for chunk in chunks(answer):
        received.append(chunk)
        await asyncio.sleep(pause)


@pytest.fixture(params=["embedded", "isolated"])
def run(
    request: pytest.FixtureRequest, files: Files
) -> Callable[[Callable[[Store], Awaitable[None]]], None]:
    """Run a check on a store, of either kind."""

    async def go(check: Callable[[Store], Awaitable[None]]) -> None:
        if request.param == "embedded":
            await check(EmbeddedStore(load(files)))
        else:
            async with isolated(files) as store:
                await check(store)

    return lambda check: asyncio.run(go(check))


Run = Callable[[Callable[[Store], Awaitable[None]]], None]


def test_answers_come_in_the_format_that_was_asked_for(run: Run) -> None:
    async def check(store: Store) -> None:
        text = "SELECT ?o { <http://x/s1> <http://x/p> ?o }"
        answer = await store.query(Query(text, RESULTS_CSV))
        assert answer == Answer(RESULTS_CSV, b"o\r\n1\r\n")
        assert await ask(store, text, RESULTS_TSV) == b'?o\n"1"\n'
        assert json.loads(await ask(store, text, RESULTS_JSON)) == {
            "head": {"vars": ["o"]},
            "results": {"bindings": [{"o": {"type": "literal", "value": "1"}}]},
        }
        assert b"<literal>1</literal>" in await ask(store, text, RESULTS_XML)
        for target in RESULTS_FORMATS:
            assert b"true" in await ask(store, "ASK {}", target)
        text = "CONSTRUCT WHERE { <http://x/t> ?p ?o }"
        triples = set(load([]))
        for target in GRAPH_FORMATS:
            data = await ask(store, text, target)
            parsed = {quad.triple for quad in pyoxigraph.parse(data, target.rdf)}
            assert len(parsed) == 1
            triples |= parsed
        assert len(triples) == 1

    run(check)


def test_graphs_are_written_with_our_prefixes(run: Run) -> None:
    async def check(store: Store) -> None:
        text = "CONSTRUCT WHERE { <http://x/t> ?p ?o }"
        turtle = await ask(store, text, TURTLE)
        assert b"@prefix dcterms: <http://purl.org/dc/terms/> ." in turtle
        assert b"<http://x/t> dcterms:title 1 ." in turtle
        assert b"<dcterms:title " in await ask(store, text, RDF_XML)

    run(check)


def test_the_dataset_of_the_protocol_replaces_that_of_the_store_and_of_the_query(run: Run) -> None:
    async def check(store: Store) -> None:
        union = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
        default = "SELECT (COUNT(*) AS ?n) FROM <http://x/g2> { ?s ?p ?o }"
        one, two = ("http://x/g1",), ("http://x/g2",)
        assert await ask(store, union) == f"n\r\n{ROWS + 3}\r\n".encode()
        assert await ask(store, union, default_graphs=one) == b"n\r\n1\r\n"
        assert await ask(store, union, named_graphs=one) == b"n\r\n1\r\n"
        assert await ask(store, union, default_graphs=one, named_graphs=two) == b"n\r\n2\r\n"
        assert await ask(store, union, default_graphs=one + two) == b"n\r\n2\r\n"
        assert await ask(store, default) == b"n\r\n1\r\n"
        assert await ask(store, default, named_graphs=two) == b"n\r\n0\r\n"

    run(check)


def test_several_default_graphs_are_merged(files: Files, tmp_path: Path, run: Run) -> None:
    async def check(store: Store) -> None:
        one, two = "http://x/g1", "http://x/g2"
        text = "SELECT ?g ?s { { ?s a ?o } UNION { GRAPH ?g { ?s a ?o } } } ORDER BY ?g ?s"
        merged = await ask(store, text, default_graphs=(one, two, one), named_graphs=(two, two))
        assert merged == b"g,s\r\n,http://x/a\r\nhttp://x/g2,http://x/a\r\n"

    shared = tmp_path / "shared.nq"
    a = f"<http://x/a> <{RDF}type> <http://x/A>"
    shared.write_text(f"{a} <http://x/g1> .\n{a} <http://x/g2> .\n{a} .\n")
    files.append(DataFile.of(shared, N_QUADS))
    run(check)


def test_a_relative_iri_is_relative_to_the_endpoint(run: Run) -> None:
    async def check(store: Store) -> None:
        iris = await ask(store, "SELECT (<id/x> AS ?a) (<#x> AS ?b) {}")
        base = b"https://w3id.org/apecgraph/"
        assert iris == b"a,b\r\n" + base + b"id/x," + base + b"sparql#x\r\n"

    run(check)


def test_the_case_of_booleans_does_not_matter(run: Run) -> None:
    async def check(store: Store) -> None:
        assert await ask(store, "SELECT (TRUE AS ?a) (False AS ?b) {}") == b"a,b\r\ntrue,false\r\n"
        with pytest.raises(MalformedQuery, match="Line 1, column 17: `2`"):
            await ask(store, "SELECT (TRUE AS 2) {}")

    run(check)


def test_an_unknown_function_is_an_error_in_its_expression_only(run: Run) -> None:
    async def check(store: Store) -> None:
        bind = "SELECT ?x ?y { BIND(<http://x/f>(1) AS ?x) BIND(<http://x/g>(2) AS ?y) }"
        assert await ask(store, bind) == b"x,y\r\n,\r\n"
        assert await ask(store, "SELECT * { ?s ?p ?o FILTER(<http://x/f>(?o)) }") == b"o,p,s\r\n"
        coalesce = "SELECT (COALESCE(<http://x/f>(1), 2) AS ?x) {}"
        assert await ask(store, coalesce) == b"x\r\n2\r\n"
        many = " ".join(f"(<http://x/f{i}>(1) AS ?x{i})" for i in range(100))
        with pytest.raises(MalformedQuery, match="custom function"):
            await ask(store, f"SELECT {many} {{}}")

    run(check)


def test_an_answer_that_the_format_cannot_hold_is_not_acceptable(run: Run) -> None:
    async def check(store: Store) -> None:
        with pytest.raises(NotAcceptable) as caught:
            await ask(store, "SELECT * {}", TURTLE)
        assert caught.value.available == tuple(each.media_type for each in RESULTS_FORMATS)
        with pytest.raises(NotAcceptable):
            await ask(store, "CONSTRUCT WHERE {}", RESULTS_CSV)
        triple_term = "CONSTRUCT { <a:s> <a:p> <<( <a:s> <a:p> 1 )>> } {}"
        with pytest.raises(NotAcceptable) as caught:
            await ask(store, triple_term, JSON_LD)
        assert "text/turtle" in caught.value.available
        assert "application/ld+json" not in caught.value.available
        assert b"<<(" in await ask(store, triple_term, N_TRIPLES)

    run(check)


@pytest.mark.parametrize("character", ["\\u0001", "\\u000B", "\\u001F", "\\uFFFE", "\\uFFFF"])
def test_a_character_that_xml_cannot_hold_is_not_sent_in_xml(run: Run, character: str) -> None:
    async def check(store: Store) -> None:
        select = f"SELECT ('{character}' AS ?x) {{}}"
        construct = f"CONSTRUCT {{ <a:s> <a:p> '{character}' }} {{}}"
        for text, target, other in [
            (select, RESULTS_XML, RESULTS_JSON),
            (construct, RDF_XML, TURTLE),
        ]:
            with pytest.raises(NotAcceptable, match="cannot hold") as caught:
                await ask(store, text, target)
            assert other.media_type in caught.value.available
            assert target.media_type not in caught.value.available
            assert await ask(store, text, other)

    run(check)


@pytest.mark.parametrize("property_", ["http://x/", "http://x/1", "urn:x:", "http://schema.org/"])
def test_a_property_that_is_no_element_is_not_sent_in_xml(run: Run, property_: str) -> None:
    async def check(store: Store) -> None:
        text = f"CONSTRUCT {{ ?s <{property_}> 'x' }} {{ ?s ?p ?o }}"
        with pytest.raises(NotAcceptable, match="RDF/XML cannot hold"):
            await ask(store, text, RDF_XML)
        assert await ask(store, text, JSON_LD)

    run(check)


def test_xml_holds_all_other_characters(run: Run) -> None:
    async def check(store: Store) -> None:
        value = "\t\n\r <a: ><&>]]> \x7f\x85\ufffd\U0001f600"
        literal = pyoxigraph.Literal(value)
        answer = await ask(store, f"SELECT ({literal} AS ?x) {{}}", RESULTS_XML)
        assert ElementTree.fromstring(answer)[1][0][0][0].text == value
        answer = await ask(store, f"CONSTRUCT {{ <a:s> <a:p> {literal} }} {{}}", RDF_XML)
        assert ElementTree.fromstring(answer)[0][0].text == value

    run(check)


MALFORMED = [
    ("", 1, 1, "there is no query"),
    ("SELECT", 1, 7, "ends too early, after `SELECT`"),
    ("SELEC * {}", 1, 1, "`SELEC` does not begin a query"),
    ("SELECT * WHERE {\n ?s ?p }", 2, 8, "`}` cannot follow `?p`"),
    ("SELECT *\n{ ?s ?p '兆' x }", 2, 13, "`x` cannot follow `'兆'`"),
    ("SELECT *\r\n{ ?s ?p 1 2 }", 2, 11, "`2` cannot follow `1`"),
    ("SELECT * { OPTIONAL ?s ?p ?o }", 1, 21, "`?s` cannot follow `OPTIONAL`"),
    ("SELECT * { ?s ?p ?o FILTER(?o < 2)) }", 1, 35, "`)` cannot follow `)`"),
    ("SELECT * {\n  { ?s ?p ?o .", 2, 15, "before the `{` of line 2, column 3 is closed"),
    ("SELECT * {\n ?s ?p 'x }\n}", 2, 8, "string that begins here does not end"),
    ("SELECT * { ?s foo:bar ?o }", 1, 15, "prefix `foo:` is not declared."),
    (
        "SELECT *\n{ ?s a skos:Concept }",
        2,
        8,
        "`skos:` is not declared. Add the line: "
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>",
    ),
    ("ASK { FILTER(foo:f(1)) }", 1, 14, "prefix `foo:` is not declared."),
    ("PREFIX a: http://x/ ASK {}", 1, 11, "in angle brackets"),
    ("ASK { ?s ?p ?o } LIMIT x", 1, 24, "`x` cannot follow `LIMIT`"),
    ("ASK { VALUES (?x ?y) { (1) } }", 1, 28, "same number of values"),
    ("SELECT ?s { ?s ?p ?o } GROUP BY ?p", None, None, "neither grouped by nor"),
    ("SELECT ?x ?x {}", None, None, "Duplicated variable"),
    ("SELECT * { ?s ?p 1 } " + "# " * 40000 + "\n}", 2, 1, "`}` cannot follow `}`"),
    ("ASK { " + "?s ?p 1 . " * 5000 + " x }", 1, None, "near line 1"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), MALFORMED)
def test_a_syntax_error_names_its_cause_and_its_place(
    text: str, line: int | None, column: int | None, message: str
) -> None:
    with pytest.raises(MalformedQuery) as caught:
        asyncio.run(ask(EmbeddedStore(load([])), text))
    assert message in str(caught.value)
    assert caught.value.line == line
    if "near" not in message:
        assert caught.value.column == column
    assert len(str(caught.value)) < 200


def test_a_syntax_error_comes_through_from_a_worker_which_lives_on(files: Files) -> None:
    async def check() -> None:
        async with isolated(files) as store:
            worker = workers()
            for text, line, column, message in MALFORMED[:-1]:
                with pytest.raises(MalformedQuery) as caught:
                    await ask(store, text)
                assert message in str(caught.value)
                assert (caught.value.line, caught.value.column) == (line, column)
            assert workers() == worker

    asyncio.run(check())


def test_what_was_loaded_is_known(files: Files) -> None:
    async def check() -> None:
        async with isolated(files) as store:
            assert store.quads == ROWS + 3
            assert store.graphs == {"http://x/g1", "http://x/g2"}

    asyncio.run(check())


def test_blank_nodes_of_two_files_are_two(tmp_path: Path) -> None:
    paths = [tmp_path / "a.nq", tmp_path / "b.nq"]
    for path in paths:
        path.write_text('_:a <a:p> "1" .\n_:a <a:p> "2" .\n')

    async def check() -> None:
        async with isolated([DataFile.of(path, N_QUADS) for path in paths]) as store:
            text = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"
            assert await ask(store, text) == b"n\r\n2\r\n"

    asyncio.run(check())


def test_a_file_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.nq"
    broken.write_text("<a:s> <a:p> <a:o> .\n<a:s> oops .\n")

    async def check(path: Path, reason: str) -> None:
        with pytest.raises(StoreError, match=reason) as caught:
            async with isolated([DataFile.of(path, N_QUADS)]):
                pass
        assert str(path) in str(caught.value)

    asyncio.run(check(broken, "line 2"))
    asyncio.run(check(tmp_path / "none.nq", "No such file"))
    with pytest.raises(StoreError, match="line 2"):
        load([DataFile.of(broken, N_QUADS)])
    assert zygotes() == []


# --- limits -------------------------------------------------------------------------------------


def test_a_query_is_stopped_at_its_deadline_and_the_next_is_answered(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=0.5) as store:
            began = time.monotonic()
            with pytest.raises(QueryTimedOut, match=r"0\.5 s") as caught:
                await ask(store, FOREVER)
            assert time.monotonic() - began < 3
            assert caught.value.limit == "0.5 s"
            assert await is_well(store)

    asyncio.run(check())


@pytest.mark.parametrize("text", [MEMORY_HOG, DOUBLING], ids=["order by", "concat"])
def test_a_query_that_takes_too_much_memory_is_refused(files: Files, text: str) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=20) as store:
            with pytest.raises(QueryTooHeavy, match="100 MB of memory") as caught:
                await ask(store, text)
            assert caught.value.limit == "100 MB"
            assert await is_well(store)

    asyncio.run(check())


def test_a_query_that_overflows_the_stack_is_refused(files: Files) -> None:
    async def check() -> None:
        async with isolated(files) as store:
            with pytest.raises(QueryTooHeavy, match="nests too deeply"):
                await ask(store, DEEP)
            assert await is_well(store)

    asyncio.run(check())


def test_a_reply_over_the_limit_is_an_error_at_first_and_breaks_off_later(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, reply_megabytes=1) as store:
            with pytest.raises(QueryTooHeavy, match="larger than 1 MB"):
                await store.query(Query(LONG, RESULTS_JSON))
        async with isolated(files, reply_megabytes=3) as store:
            worker = workers()
            answer = await store.query(Query(LONG, RESULTS_JSON))
            received: list[bytes] = []
            with pytest.raises(QueryTooHeavy, match="larger than 3 MB"):
                await read(answer, received)
            assert HELD_BACK < sum(map(len, received)) <= 3 * 1024 * 1024
            assert await is_well(store)
            assert workers() == worker

    asyncio.run(check())


def test_a_long_answer_is_whole(files: Files) -> None:
    async def check() -> None:
        async with isolated(files) as store:
            answer = await store.query(Query(LONG, RESULTS_CSV))
            assert not isinstance(answer.body, bytes)
            data = await collect(answer)
            assert data == await ask(EmbeddedStore(load(files)), LONG)
            assert await is_well(store)

    asyncio.run(check())


def test_nothing_is_sent_of_an_answer_that_fails_before_its_first_megabyte(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=0.5) as store:
            text = f"SELECT * {{ {{ ?s ?p ?o }} UNION {{ {FOREVER} }} }}"
            with pytest.raises(QueryTimedOut):
                await store.query(Query(text, RESULTS_CSV))

    asyncio.run(check())


def test_the_deadline_holds_for_who_reads_slowly(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=1) as store:
            began = time.monotonic()
            answer = await store.query(Query(LONG, RESULTS_JSON))
            with pytest.raises(QueryTimedOut):
                await read(answer, [], pause=0.05)
            assert time.monotonic() - began < 4
            assert await is_well(store)

    asyncio.run(check())


# --- confinement --------------------------------------------------------------------------------


def test_no_worker_can_call_another_endpoint(files: Files) -> None:
    async def check() -> None:
        with listener() as (port, callers):
            loud = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
            async with isolated(files) as store:
                with pytest.raises(Forbidden):
                    await ask(store, loud)
                await ask(store, loud.replace("SERVICE", "SERVICE SILENT"))
            assert callers == []
            with pytest.raises(Forbidden):  # without the walls of a worker, the engine calls
                await ask(EmbeddedStore(load(files)), loud)
            assert len(callers) == 1

    asyncio.run(check())


def test_a_worker_has_one_socket_and_can_open_nothing(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, workers=3) as store:
            assert all(await asyncio.gather(*(is_well(store) for _ in range(3))))
            for pid in workers():
                limits = Path(f"/proc/{pid}/limits").read_text()
                for name in ("open files", "file size", "core file size", "processes"):
                    assert f"Max {name} ".ljust(26) + "0 " in limits
                opened = {
                    each.name: str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()
                }
                sockets = [target for target in opened.values() if target.startswith("socket:")]
                assert len(sockets) == 1
                assert len(opened) == 4

    asyncio.run(check())


def test_a_worker_that_nobody_stops_ends_by_itself(files: Files) -> None:
    async def check() -> None:
        born: list[WorkerHandle] = []
        nursery = Supervisor(
            files, LoadLimits(30, 1000), WorkerLimits(100, 1, 1000), 1, born.append
        )
        await nursery.open()
        try:
            request = wire.encode_query(Query(FOREVER, RESULTS_CSV), 0.2)
            began = time.monotonic()
            born[0].ask(request)
            assert await born[0].frame() is None
            assert await born[0].exit == -signal.SIGALRM
            assert 1 < time.monotonic() - began < 4
        finally:
            await nursery.close()

    asyncio.run(check())


# --- the queue ----------------------------------------------------------------------------------


def test_who_finds_the_queue_full_is_told_so_at_once(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=1, queue=2) as store:
            tasks = [asyncio.create_task(ask(store, FOREVER)) for _ in range(5)]
            began = time.monotonic()
            await asyncio.sleep(0.1)
            refused = [task for task in tasks if task.done()]
            assert refused == tasks[3:]
            for task in refused:
                assert isinstance(task.exception(), StoreBusy)
            for task in tasks[:2]:
                with pytest.raises(StoreBusy, match="takes long"):
                    await task  # while others waited
            with pytest.raises(QueryTimedOut):
                await tasks[2]
            # It waited, and had the same deadline: waiting counts.
            assert time.monotonic() - began < 1.5
            assert await is_well(store)

    asyncio.run(check())


def test_without_a_queue_nobody_waits(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=1, queue=0) as store:
            task = asyncio.create_task(ask(store, FOREVER))
            await asyncio.sleep(0.1)
            with pytest.raises(StoreBusy):
                await ask(store, "ASK {}")
            with pytest.raises(QueryTimedOut):
                await task

    asyncio.run(check())


def test_first_come_first_served(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, queue=50) as store:
            order: list[int] = []

            async def one(number: int) -> None:
                await ask(store, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c }")
                order.append(number)

            await asyncio.gather(*(one(number) for number in range(40)))
            assert order == list(range(40))

    asyncio.run(check())


def test_clients_take_turns(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, queue=50) as store:
            order: list[str] = []

            async def one(client: str) -> None:
                await ask(store, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c }", client=client)
                order.append(client)

            await asyncio.gather(*(one(client) for client in "aaaaaabbc"))
            assert "".join(order) == "aabcabaaa"

    asyncio.run(check())


def test_the_client_who_waits_most_makes_room(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, queue=4) as store:
            tasks = [
                asyncio.create_task(ask(store, "ASK {}", client=client)) for client in "aaaaabbbb"
            ]
            done = await asyncio.gather(*tasks, return_exceptions=True)
            refused = [isinstance(each, StoreBusy) for each in done]
            # One of a is answered at once; then two of each may wait, and a came first.
            assert refused == [False] * 3 + [True] * 2 + [False] * 2 + [True] * 2

    asyncio.run(check())


def test_a_long_query_gives_way(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=2, long_queries=1) as store:
            (worker,) = workers()
            task = asyncio.create_task(ask(store, FOREVER))
            await until(lambda: len(workers()) == 2)
            assert os.getpriority(os.PRIO_PROCESS, worker) == 19
            assert await is_well(store)
            with pytest.raises(QueryTimedOut):
                await task
            await until(lambda: not alive(worker))
            assert len(workers()) == 1
            assert await is_well(store)

    asyncio.run(check())


def test_a_long_query_is_answered(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=20, long_queries=1) as store:
            for _ in range(3):  # there is room again after each
                counted = await ask(store, SLOW)
                assert counted.startswith(b"n")
            await until(lambda: len(workers()) == 1)

    asyncio.run(check())


def test_a_long_query_without_room_goes_on_while_nobody_waits(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=1, long_queries=0) as store:
            with pytest.raises(QueryTimedOut):
                await ask(store, FOREVER)

    asyncio.run(check())


def test_queries_run_side_by_side(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=2, workers=2) as store:
            task = asyncio.create_task(ask(store, FOREVER))
            await asyncio.sleep(0.1)
            assert await is_well(store)
            assert not task.done()
            with pytest.raises(QueryTimedOut):
                await task

    asyncio.run(check())


# --- clients that leave -------------------------------------------------------------------------


def test_a_query_that_is_cancelled_stops_and_its_worker_is_replaced(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=30) as store:
            (worker,) = workers()
            task = asyncio.create_task(ask(store, FOREVER))
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await is_well(store)
            await until(lambda: not alive(worker))
            assert len(workers()) == 1

    asyncio.run(check())


def test_one_who_stops_waiting_leaves_the_queue(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apecgraph.query.workers.pool.LIGHT_SECONDS", 5)  # who waits, waits

    async def check() -> None:
        async with isolated(files, query_seconds=1.5, queue=1) as store:
            first = asyncio.create_task(ask(store, FOREVER))
            waiting = asyncio.create_task(ask(store, "ASK {}"))
            await asyncio.sleep(0.1)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            another = asyncio.create_task(ask(store, "ASK {}"))
            await asyncio.sleep(0.1)
            assert not another.done()
            first.cancel()
            assert await another == b"true"

    asyncio.run(check())


@pytest.mark.parametrize("how", ["close", "drop"])
@pytest.mark.parametrize("number", [0, 30])
def test_an_answer_that_is_not_read_to_its_end_is_stopped(
    files: Files, how: str, number: int
) -> None:
    async def check() -> None:
        async with isolated(files, query_seconds=30) as store:
            (worker,) = workers()
            answer: Answer | None = await store.query(Query(LONG, RESULTS_JSON))
            assert answer
            for _ in range(number):
                await anext(chunks(answer))
            if how == "close":
                await chunks(answer).aclose()
            answer = None
            await until(lambda: not alive(worker))
            assert await is_well(store)

    asyncio.run(check())


def test_an_answer_that_is_complete_leaves_its_worker_alone(files: Files) -> None:
    async def check() -> None:
        async with isolated(files) as store:
            worker = workers()
            answer = await store.query(Query("SELECT * { ?s ?p ?o }", RESULTS_JSON))
            assert await is_well(store)  # though nothing of the first answer has been read
            assert isinstance(answer.body, bytes)
            assert workers() == worker

    asyncio.run(check())


# --- deaths -------------------------------------------------------------------------------------


def test_a_worker_that_dies_idle_is_replaced(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, workers=2) as store:
            assert await is_well(store)
            assert await is_well(store)
            for worker in workers():
                os.kill(worker, signal.SIGKILL)
            await asyncio.sleep(0.1)
            assert await is_well(store)
            await until(lambda: len(workers()) == 2)

    asyncio.run(check())


def test_a_worker_that_dies_at_work_is_replaced_and_its_query_fails(files: Files) -> None:
    async def check() -> None:
        async with isolated(files) as store:
            (worker,) = workers()
            task = asyncio.create_task(ask(store, FOREVER))
            await asyncio.sleep(0.2)
            os.kill(worker, signal.SIGKILL)
            with pytest.raises(QueryTooHeavy):
                await task
            assert await is_well(store)

    asyncio.run(check())


def test_a_worker_that_dies_while_it_answers_breaks_the_answer_off(files: Files) -> None:
    async def check() -> None:
        async with isolated(files) as store:
            (worker,) = workers()
            answer = await store.query(Query(LONG, RESULTS_JSON))
            os.kill(worker, signal.SIGKILL)
            with pytest.raises(QueryError):
                await collect(answer)
            assert await is_well(store)

    asyncio.run(check())


def test_after_the_death_of_the_zygote_queries_are_answered_within_a_second(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, workers=2) as store:
            former = workers()
            (zygote,) = zygotes()
            os.kill(zygote, signal.SIGKILL)
            began = time.monotonic()
            await until(lambda: not alive(zygote))
            assert await is_well(store)
            assert time.monotonic() - began < 1
            await until(lambda: len(workers()) == 2)
            await until(lambda: not any(map(alive, former)))
            assert zygotes() != [zygote]

    asyncio.run(check())


def test_a_query_outlives_the_zygote_of_its_worker(files: Files) -> None:
    async def check() -> None:
        async with isolated(files) as store:
            (worker,) = workers()
            answer = await store.query(Query(LONG, RESULTS_CSV))
            os.kill(zygotes()[0], signal.SIGKILL)
            await asyncio.sleep(0.3)
            assert await collect(answer) == await ask(EmbeddedStore(load(files)), LONG)
            assert await is_well(store)
            await until(lambda: not alive(worker))

    asyncio.run(check())


async def is_back(store: WorkerPool) -> bool:
    try:
        return await is_well(store)
    except StoreError:
        return False


def test_without_its_files_a_dead_zygote_is_an_error_until_they_are_back(files: Files) -> None:
    """Where others are in their place, too: what they hold was never opened, or checked."""

    async def check() -> None:
        async with isolated(files) as store:
            path = files[0].path
            data = path.read_bytes()
            for other, reason in ((None, "No such file"), (b"", "was changed after it was opened")):
                path.unlink()
                if other is not None:
                    path.write_bytes(other)
                os.kill(zygotes()[0], signal.SIGKILL)
                await asyncio.sleep(0.5)
                with pytest.raises(StoreError, match=rf"a\.nq .*{reason}"):
                    await ask(store, "ASK {}")
                path.write_bytes(data)
                async with asyncio.timeout(10):
                    while not await is_back(store):
                        await asyncio.sleep(0.1)

    asyncio.run(check())


def test_closing_ends_all_processes(files: Files) -> None:
    async def check() -> None:
        async with isolated(files, workers=2, query_seconds=30) as store:
            task = asyncio.create_task(ask(store, FOREVER))
            await asyncio.sleep(0.2)
            everyone = [*workers(), *zygotes()]
            assert len(everyone) == 3
        with pytest.raises((StoreError, QueryError)):
            await task
        await until(lambda: not any(map(alive, everyone)))

    asyncio.run(check())


FRONT = """
import asyncio, sys
from pathlib import Path
from apecgraph.formats import N_QUADS, RESULTS_CSV
from apecgraph.store.base import DataFile, Query
from apecgraph.store.isolated import IsolatedStore

async def main(path, text):
    store = IsolatedStore([DataFile.of(Path(path), N_QUADS)], load_seconds=30, load_megabytes=1000,
                          query_seconds=30, query_megabytes=100,
                          reply_megabytes=1, reply_rows=1000, workers=2, long_queries=0, queue=1)
    await store.start()
    print("ready", flush=True)
    await store.query(Query(text, RESULTS_CSV))

asyncio.run(main(*sys.argv[1:]))
"""


def test_when_the_front_is_killed_all_processes_end(files: Files) -> None:
    front = subprocess.Popen(
        [sys.executable, "-c", FRONT, str(files[0].path), FOREVER], stdout=subprocess.PIPE
    )
    with front:
        assert front.stdout
        assert front.stdout.readline() == b"ready\n"
        time.sleep(0.3)
        everyone = [*zygotes(front.pid), *workers(front.pid)]
        assert len(everyone) == 3
        front.kill()
    asyncio.run(until(lambda: not any(map(alive, everyone))))
