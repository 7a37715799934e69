"""A store on disk is answered like one in memory, is only read, and is refused if damaged."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from apecgraph.errors import QueryTimedOut, QueryTooHeavy, StoreError
from apecgraph.query.loading import load
from apecgraph.query.model import DataFile
from apecgraph.query.workers.disk import directory_digest
from apecgraph.rdf.formats import N_TRIPLES, RESULTS_CSV, RESULTS_JSON, Format
from tests.support.command import WITHOUT_SECCOMP, refusal
from tests.support.servers import refused, server_process
from tests.support.stores import (
    DEEP,
    FOREVER,
    G1,
    G2,
    LATE,
    QUADS,
    EmbeddedStore,
    ask,
    is_well,
    isolated,
)


def state(directory: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return the sizes, times and bytes of the files of a directory, keyed by name."""
    return {
        each.name: (each.stat().st_size, each.stat().st_mtime_ns, each.read_bytes())
        for each in directory.iterdir()
    }


FORMS: list[tuple[str, Format, dict[str, Any]]] = [
    ("SELECT * { ?s ?p ?o }", RESULTS_CSV, {}),
    ("SELECT * { GRAPH ?g { ?s ?p ?o } }", RESULTS_CSV, {}),
    ("SELECT ?s FROM <http://x/g1> FROM NAMED <http://x/g2> { ?s ?p ?o }", RESULTS_CSV, {}),
    ("SELECT * { ?s ?p ?o }", RESULTS_CSV, {"default_graphs": (G1,)}),
    ("SELECT * { ?s ?p ?o }", RESULTS_CSV, {"default_graphs": (G1, G2)}),
    ("SELECT * { GRAPH ?g { ?s ?p ?o } }", RESULTS_CSV, {"named_graphs": (G2,)}),
    ("SELECT (COUNT(*) AS ?n) (MAX(?o) AS ?m) { ?s <http://x/p> ?o }", RESULTS_CSV, {}),
    ("SELECT * { ?s <http://x/p> ?o FILTER(REGEX(?o, '^1')) }", RESULTS_CSV, {}),
    ("ASK { <http://x/s1> <http://x/p> '1' }", RESULTS_JSON, {}),
    ("ASK { <http://x/s1> <http://x/p> '2' }", RESULTS_JSON, {}),
    ("CONSTRUCT WHERE { ?s ?p ?o }", N_TRIPLES, {}),
    ("DESCRIBE <http://x/s1> <http://x/late>", N_TRIPLES, {}),
]


async def test_a_store_on_disk_answers_like_one_in_memory(
    files: list[DataFile], directory: Path
) -> None:
    loaded = load(files)
    loaded.add(LATE)
    memory = EmbeddedStore(loaded)
    async with isolated(directory) as store:
        assert store.quads == len(loaded) == QUADS + 1
        assert store.graphs == {G1, G2}
        for text, target, dataset in FORMS:
            expected = (await ask(memory, text, target, **dataset)).splitlines()
            answer = (await ask(store, text, target, **dataset)).splitlines()
            assert sorted(answer) == sorted(expected), text
            assert expected


async def test_a_directory_stays_unchanged(directory: Path) -> None:
    for each in directory.iterdir():
        each.chmod(0o444)
    directory.chmod(0o555)
    before = state(directory)
    async with isolated(directory, query_seconds=0.5) as store:
        assert await ask(store, "ASK { ?s <http://x/q> ?o }") == b"true"
        with pytest.raises(QueryTimedOut):
            await ask(store, FOREVER)
        with pytest.raises(QueryTooHeavy):
            await ask(store, DEEP)
        assert await is_well(store)
    assert state(directory) == before


def test_a_directory_is_not_served_without_seccomp(directory: Path) -> None:
    errors = refused("--data", directory, command=WITHOUT_SECCOMP)
    assert f"Error: {directory} is not served" in errors
    assert "(seccomp(2)), but this kernel does not: Operation not permitted" in errors


async def error_of(directory: Path) -> str:
    """Open a store, which must fail; return the message."""
    with pytest.raises(StoreError, match=str(directory)) as caught:
        async with isolated(directory):
            pass
    return str(caught.value)


async def test_a_directory_without_a_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    for number, files in enumerate([{}, {"CURRENT": b"x"}, {"CURRENT": b"MANIFEST-1\n"}]):
        path = tmp_path / str(number)
        path.mkdir()
        for name, data in files.items():
            (path / name).write_bytes(data)
        before = state(path)
        assert "cannot be read as an Oxigraph store" in await error_of(path)
        with pytest.raises(StoreError, match=str(path)):
            directory_digest(path)
        assert state(path) == before
    assert "No such file" in await error_of(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def damage(directory: Path) -> None:
    for table in directory.glob("*.sst"):
        with table.open("r+b") as opened:
            opened.write(b"\xff" * (table.stat().st_size - 100))


async def test_a_damaged_store_is_refused(directory: Path) -> None:
    damage(directory)
    assert "Corruption" in await error_of(directory)


async def test_damage_that_a_query_meets_is_an_error_of_the_store(directory: Path) -> None:
    async with isolated(directory) as store:
        assert await is_well(store)  # so the tables are open
        damage(directory)
        for text in ("SELECT * { ?s <http://x/p> ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"):
            with pytest.raises(StoreError, match="on disk cannot be read: Corruption"):
                await ask(store, text, RESULTS_JSON if "SELECT" in text else N_TRIPLES)
        assert await is_well(store)


def test_the_digest_of_a_store_depends_on_its_content(directory: Path, tmp_path: Path) -> None:
    copies = [tmp_path / "one", tmp_path / "two"]
    for number, copy in enumerate(copies):
        shutil.copytree(directory, copy)
        assert directory_digest(copy) == directory_digest(directory)
        store = pyoxigraph.Store(copy)
        store.add(pyoxigraph.Quad(LATE.subject, LATE.predicate, pyoxigraph.Literal(str(number))))
        store.flush()
        store.optimize()
        del store
    assert len({directory_digest(each) for each in (*copies, directory)}) == 3


def test_the_digest_of_a_store_depends_on_its_log(directory: Path) -> None:
    before = directory_digest(directory)
    log = max(directory.glob("*.log"), key=lambda each: each.stat().st_size)
    data = bytearray(log.read_bytes())
    data[-1] ^= 1
    log.write_bytes(data)
    assert directory_digest(directory) != before


def test_the_command_line_serves_a_directory(directory: Path, tmp_path: Path) -> None:
    before = state(directory)
    log = tmp_path / "log.txt"
    with server_process("--data", directory, log=log) as server:
        query = {"query": "SELECT ?o { <http://x/s7> ?p ?o }", "format": "csv"}
        with server.client() as client:
            for graph, answer in ([], "o\r\n7\r\n"), ([G1], "o\r\n"):
                reply = client.get("/sparql", params={**query, "default-graph-uri": graph})
                assert (reply.status_code, reply.text) == (200, answer)
            assert client.get("/").status_code == 200
            assert client.get("/health").json()["quads"] == QUADS + 1
        server.process.terminate()
        assert server.process.wait(30) == 0
    assert len(log.read_text().splitlines()) == 4
    assert state(directory) == before


def test_a_directory_is_served_only_by_itself(
    directory: Path, files: list[DataFile], tmp_path: Path
) -> None:
    file = files[0].path
    for arguments in ([directory, file], [file, directory], [directory, directory]):
        errors = refusal("serve", "--data", *arguments)
        assert f"{directory}: a directory cannot be served together with" in errors
    assert "CURRENT" in refusal("serve", "--data", tmp_path)
