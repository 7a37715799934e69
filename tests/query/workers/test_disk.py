"""A store on disk is answered like one in memory, is only read, and is refused if damaged."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph
import pytest

from apecgraph.errors import QueryTimedOut, QueryTooHeavy, StoreError
from apecgraph.query.loading import load
from apecgraph.query.model import DataFile
from apecgraph.query.workers.disk import VerifiedStore, directory_digest
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
from tests.support.waiting import until


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


@pytest.fixture
def logged(directory: Path) -> tuple[Path, Path, Path]:
    """The store, its manifest and its log with data."""
    manifest = directory / (directory / "CURRENT").read_text().strip()
    return directory, manifest, max(directory.glob("*.log"), key=lambda log: log.stat().st_size)


def test_a_store_is_verified_if_it_was_copied_opened_again_optimized_or_backed_up(
    directory: Path, tmp_path: Path
) -> None:
    VerifiedStore.of(shutil.copytree(directory, tmp_path / "copy"))
    for number in range(3):
        store = pyoxigraph.Store(directory)
        store.add(pyoxigraph.Quad(LATE.subject, LATE.predicate, pyoxigraph.Literal(str(number))))
        if number == 1:
            store.optimize()
        store.backup(str(tmp_path / f"backup{number}"))
        del store
        for each in (directory, tmp_path / f"backup{number}"):
            VerifiedStore.of(each)
            assert len(pyoxigraph.Store.read_only(str(each))) == QUADS + 2 + number
            assert directory_digest(each)


def test_a_log_in_the_file_of_an_older_one_is_verified(logged: tuple[Path, Path, Path]) -> None:
    """What the older one had at that place follows the records, as RocksDB leaves it."""
    directory, _, log = logged
    data, older = log.read_bytes(), (directory / "000004.log").read_bytes()
    for rest in (older, older[20:], older[:-1]):
        log.write_bytes(data + rest)
        VerifiedStore.of(directory)
        assert len(pyoxigraph.Store.read_only(str(directory))) == QUADS + 1
    log.write_bytes(data[:-1] + older + data)
    with pytest.raises(StoreError, match=f"{log} was changed"):
        VerifiedStore.of(directory)


def test_no_log_that_is_needed_may_be_missing(files: list[DataFile], tmp_path: Path) -> None:
    """Bulk loads between other changes leave several logs; data in no table are needed."""
    directory = tmp_path / "store"
    store = pyoxigraph.Store(directory)
    for number in range(3):
        node = pyoxigraph.NamedNode("a:a")
        store.add(pyoxigraph.Quad(node, node, pyoxigraph.Literal(number)))
        if number < 2:
            store.bulk_load(path=files[0].path, format=files[0].format.rdf)
    del store
    VerifiedStore.of(directory)
    whole = set(pyoxigraph.Store.read_only(str(directory)))
    logs = [log for log in directory.glob("*.log") if log.stat().st_size > 50]
    assert len(logs) > 1
    errors = []
    for log in logs:
        data = log.read_bytes()
        log.unlink()
        try:
            VerifiedStore.of(directory)
            assert set(pyoxigraph.Store.read_only(str(directory))) == whole
        except StoreError as error:
            errors.append(str(error))
        log.write_bytes(data)
    assert errors
    assert all(re.search(r"\d{6}\.log.* (is|are) missing", error) for error in errors)


def test_no_cut_of_a_manifest_passes(logged: tuple[Path, Path, Path]) -> None:
    directory, manifest, _ = logged
    data = manifest.read_bytes()
    for end in range(len(data)):
        manifest.write_bytes(data[:end])
        with pytest.raises(StoreError, match=rf"^{directory} .*({manifest.name}|manifest was cut)"):
            VerifiedStore.of(directory)
    manifest.write_bytes(data)
    VerifiedStore.of(directory)


def test_no_changed_bit_and_no_cut_within_a_record_of_a_log_passes(
    logged: tuple[Path, Path, Path],
) -> None:
    directory, _, log = logged
    data = log.read_bytes()
    for at in range(len(data)):
        log.write_bytes(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
        with pytest.raises(StoreError, match=f"{log} (was changed|ends within a record)"):
            VerifiedStore.of(directory)
        log.write_bytes(data[:at])
        if at:  # between two records; nobody can tell this log from one that was just begun
            with pytest.raises(StoreError, match=f"{log} ends within a record"):
                VerifiedStore.of(directory)


Damage: TypeAlias = Callable[[Path], object]


def cut_to_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def become_a_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    "harm",
    [Path.unlink, cut_to_half, become_a_pipe, become_a_device],
    ids=lambda harm: harm.__name__,
)
@pytest.mark.parametrize("pattern", ["CURRENT", "MANIFEST-*", "*.log", "*.sst"])
async def test_a_store_that_lacks_a_part_is_refused_with_its_name(
    directory: Path, pattern: str, harm: Damage
) -> None:
    path = max(directory.glob(pattern), key=lambda each: each.stat().st_size)
    harm(path)
    error = await error_of(directory)
    assert path.name in error or (pattern, harm) == ("MANIFEST-*", cut_to_half), error
    assert "oxigraph load --location DIR --file FILE" in error


async def test_a_store_whose_manifest_is_cut_while_it_is_served_is_never_taken_for_empty(
    logged: tuple[Path, Path, Path],
) -> None:
    directory, manifest, _ = logged
    async with isolated(directory, query_seconds=0.5) as store:
        assert await is_well(store)
        data = manifest.read_bytes()
        manifest.write_bytes(data[: len(data) // 2])
        with pytest.raises(QueryTimedOut):
            await ask(store, FOREVER)  # so another worker opens the store
        await until(lambda: "data may be missing" in str(store.failure))
        manifest.write_bytes(data)
        await until(lambda: store.failure is None)
        assert await ask(store, "SELECT ?o { <http://x/s7> ?p ?o }") == b"o\r\n7\r\n"


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


def test_the_command_line_does_not_serve_a_store_with_a_cut_manifest(
    logged: tuple[Path, Path, Path],
) -> None:
    directory, manifest, _ = logged
    cut_to_half(manifest)
    errors = refused("--data", directory)
    assert f"Error: {directory} is not served, because data may be missing: " in errors


def test_a_directory_is_served_only_by_itself(
    directory: Path, files: list[DataFile], tmp_path: Path
) -> None:
    file = files[0].path
    for arguments in ([directory, file], [file, directory], [directory, directory]):
        errors = refusal("serve", "--data", *arguments)
        assert f"{directory}: a directory cannot be served together with" in errors
    assert "CURRENT" in refusal("serve", "--data", tmp_path)
