"""A store on disk: answers as in memory, within the same limits, and nothing written or called."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph
import pytest

from apecgraph.errors import Forbidden, QueryTimedOut, QueryTooHeavy, StoreError
from apecgraph.query.engine import EmbeddedStore, load
from apecgraph.query.model import DataFile
from apecgraph.query.workers.disk import directory_digest
from apecgraph.query.workers.pool import WorkerPool
from apecgraph.rdf.formats import N_QUADS, N_TRIPLES, RESULTS_CSV, RESULTS_JSON, Format
from tests.query.workers.test_pool import DEEP, DOUBLING, FOREVER, LONG, MEMORY_HOG
from tests.support.command import WITHOUT_SECCOMP
from tests.support.connections import PATIENCE, listener
from tests.support.processes import alive, workers, zygotes
from tests.support.servers import refused, server_process
from tests.support.stores import ask, is_well, isolated
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("of_others")

ROWS = 400
ONE, TWO = "http://x/g1", "http://x/g2"
LATE = pyoxigraph.Quad(*map(pyoxigraph.NamedNode, ("http://x/late", "http://x/q", "http://x/o")))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The quads of the store, but LATE, as a file."""
    path = tmp_path / "a.nq"
    rows = [f'<http://x/s{i}> <http://x/p> "{i}" .\n' for i in range(ROWS)]
    rows += [f"<http://x/s{i}> <http://x/q> <http://x/o> <http://x/g{i}> .\n" for i in (1, 2)]
    rows += [f"<http://x/s3> <http://x/q> <http://x/o> <{graph}> .\n" for graph in (ONE, TWO)]
    path.write_text("".join(rows))
    return path


@pytest.fixture
def directory(file: Path, tmp_path: Path) -> Path:
    """A store of tables and, as far as it was written last, of a log."""
    path = tmp_path / "store"
    store = pyoxigraph.Store(path)
    store.bulk_load(path=file, format=pyoxigraph.RdfFormat.N_QUADS)
    store.add(LATE)
    return path


def state(directory: Path) -> dict[str, tuple[int, int, bytes]]:
    """What there is to see of a directory: names, sizes, times, bytes."""
    return {
        each.name: (each.stat().st_size, each.stat().st_mtime_ns, each.read_bytes())
        for each in directory.iterdir()
    }


async def settled(number: int) -> list[int]:
    """Give the workers, once the scout is none of the zygote's children any more."""
    await until(lambda: len(workers()) == number)
    return workers()


FORMS: list[tuple[str, Format, dict[str, Any]]] = [
    ("SELECT * { ?s ?p ?o }", RESULTS_CSV, {}),
    ("SELECT * { GRAPH ?g { ?s ?p ?o } }", RESULTS_CSV, {}),
    ("SELECT ?s FROM <http://x/g1> FROM NAMED <http://x/g2> { ?s ?p ?o }", RESULTS_CSV, {}),
    ("SELECT * { ?s ?p ?o }", RESULTS_CSV, {"default_graphs": (ONE,)}),
    ("SELECT * { ?s ?p ?o }", RESULTS_CSV, {"default_graphs": (ONE, TWO)}),
    ("SELECT * { GRAPH ?g { ?s ?p ?o } }", RESULTS_CSV, {"named_graphs": (TWO,)}),
    ("SELECT (COUNT(*) AS ?n) (MAX(?o) AS ?m) { ?s <http://x/p> ?o }", RESULTS_CSV, {}),
    ("SELECT * { ?s <http://x/p> ?o FILTER(REGEX(?o, '^1')) }", RESULTS_CSV, {}),
    ("ASK { <http://x/s1> <http://x/p> '1' }", RESULTS_JSON, {}),
    ("ASK { <http://x/s1> <http://x/p> '2' }", RESULTS_JSON, {}),
    ("CONSTRUCT WHERE { ?s ?p ?o }", N_TRIPLES, {}),
    ("DESCRIBE <http://x/s1> <http://x/late>", N_TRIPLES, {}),
]


def test_it_answers_as_a_store_in_memory_does(file: Path, directory: Path) -> None:
    async def check() -> None:
        loaded = load([DataFile.of(file, N_QUADS)])
        loaded.add(LATE)
        memory = EmbeddedStore(loaded)
        async with isolated(directory) as store:
            assert store.quads == len(loaded) == ROWS + 5
            assert store.graphs == {ONE, TWO}
            for text, target, dataset in FORMS:
                expected = (await ask(memory, text, target, **dataset)).splitlines()
                answer = (await ask(store, text, target, **dataset)).splitlines()
                assert sorted(answer) == sorted(expected), text
                assert expected

    asyncio.run(check())


# --- limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (FOREVER, QueryTimedOut, r"0\.5 s"),
        (DEEP, QueryTooHeavy, "nests too deeply"),
        (LONG, QueryTooHeavy, "more than 1000 rows"),
    ],
    ids=["deadline", "depth", "rows"],
)
def test_a_query_that_meets_a_limit_is_refused_and_the_next_is_answered(
    directory: Path, text: str, error: type[Exception], message: str
) -> None:
    async def check() -> None:
        async with isolated(directory, query_seconds=0.5, reply_rows=1000) as store:
            with pytest.raises(error, match=message):
                await ask(store, text)
            assert await is_well(store)

    asyncio.run(check())


@pytest.mark.parametrize("text", [MEMORY_HOG, DOUBLING], ids=["order by", "concat"])
def test_a_query_that_takes_too_much_memory_is_refused(directory: Path, text: str) -> None:
    async def check() -> None:
        async with isolated(directory, query_seconds=20) as store:
            with pytest.raises(QueryTooHeavy, match="100 MB of memory"):
                await ask(store, text)
            assert await is_well(store)

    asyncio.run(check())


def test_a_reply_that_is_too_large_is_refused(directory: Path) -> None:
    async def check() -> None:
        async with isolated(directory, reply_megabytes=1) as store:
            with pytest.raises(QueryTooHeavy, match="larger than 1 MB"):
                await ask(store, LONG, RESULTS_JSON)
            assert await is_well(store)

    asyncio.run(check())


def test_a_long_query_gives_way(directory: Path) -> None:
    async def check() -> None:
        async with isolated(directory, query_seconds=2, long_queries=1) as store:
            (worker,) = await settled(1)
            task = asyncio.create_task(ask(store, FOREVER))
            await until(lambda: len(workers()) == 2)
            assert os.getpriority(os.PRIO_PROCESS, worker) == 19
            assert await is_well(store)
            with pytest.raises(QueryTimedOut):
                await task

    asyncio.run(check())


def test_the_processes_that_die_are_replaced(directory: Path) -> None:
    async def check() -> None:
        async with isolated(directory, workers=2) as store:
            for find in (workers, zygotes, workers):
                before = await settled(2)
                for pid in find():
                    with suppress(ProcessLookupError):  # a scout that has ended since
                        os.kill(pid, signal.SIGKILL)
                await until(lambda gone=before: not any(map(alive, gone)))  # type: ignore[misc]
                await until(lambda gone=before: len({*workers()} - {*gone}) == 2)  # type: ignore[misc]
                assert await is_well(store)

    asyncio.run(check())


# --- confinement --------------------------------------------------------------------------------


def test_no_worker_can_call_another_endpoint(directory: Path) -> None:
    async def check() -> None:
        with listener() as (port, callers):
            loud = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
            async with isolated(directory) as store:
                with pytest.raises(Forbidden):
                    await ask(store, loud)
                with pytest.raises(Forbidden):  # nor can it ask for the address of a name
                    await ask(store, loud.replace("127.0.0.1", "localhost"))
                await ask(store, loud.replace("SERVICE", "SERVICE SILENT"))
            assert callers == []
            with pytest.raises(Forbidden):  # without the walls of a worker, the engine calls
                await ask(EmbeddedStore(pyoxigraph.Store.read_only(str(directory))), loud)
            assert len(callers) == 1

    asyncio.run(check())


def test_a_worker_has_one_socket_and_writes_nowhere(directory: Path) -> None:
    async def check() -> None:
        async with isolated(directory) as store:
            assert await is_well(store)
            (pid,) = await settled(1)
            limits = Path(f"/proc/{pid}/limits").read_text()
            for name in ("file size", "core file size", "processes"):
                assert f"Max {name} ".ljust(26) + "0 " in limits
            assert "Max address space         unlimited" not in limits
            for thread in Path(f"/proc/{pid}/task").iterdir():
                assert "\nSeccomp:\t2\n" in (thread / "status").read_text()
            opened = [each.readlink() for each in Path(f"/proc/{pid}/fd").iterdir()]
            others = [str(each) for each in opened if each.parent != directory]
            assert sum(each.startswith("socket:") for each in others) == 1
            assert len(others) == 4
            assert len(opened) > 4

    asyncio.run(check())


def test_a_directory_stays_as_it_is(directory: Path) -> None:
    async def check() -> None:
        async with isolated(directory, query_seconds=0.5) as store:
            assert await ask(store, "ASK { ?s <http://x/q> ?o }") == b"true"
            with pytest.raises(QueryTimedOut):
                await ask(store, FOREVER)
            with pytest.raises(QueryTooHeavy):
                await ask(store, DEEP)
            assert await is_well(store)

    for each in directory.iterdir():
        each.chmod(0o444)
    directory.chmod(0o555)
    before = state(directory)
    asyncio.run(check())
    assert state(directory) == before


def behind_the_wall(code: str) -> str:
    """Run code in a process that has given up the network; return what it prints."""
    preamble = "import os, socket\nfrom apecgraph.isolation.seccomp import deny_network\n"
    ran = subprocess.run(
        [sys.executable, "-c", preamble + code], capture_output=True, text=True, timeout=30
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize(
    "call",
    [
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "ours.connect('/')",
        "ours.bind(b'')",
        "ours.listen()",
        "ours.accept()",
        "os.pidfd_open(os.getpid()) and libc.syscall(438, 3, 0, 0)",
        "libc.syscall(425, 1, 0)",
        "libc.syscall(0x40000000 + 41, 2, 1, 0)",
    ],
)
def test_behind_the_wall_what_makes_a_connection_is_refused(call: str) -> None:
    printed = behind_the_wall(f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
ours, theirs = socket.socketpair()
deny_network()
try:
    failed = {call} == -1 and ctypes.get_errno()
except OSError as error:
    failed = error.errno
print(failed)
""")
    assert printed == f"{errno.EPERM}\n"


def test_behind_the_wall_all_else_goes_on() -> None:
    printed = behind_the_wall("""
ours, theirs = socket.socketpair()
deny_network()
ours.sendall(b"x")
assert theirs.recv(1) == b"x"
with open("/proc/self/status") as file:
    assert "NoNewPrivs:\\t1" in file.read()
pid = os.fork()
if pid == 0:
    try:
        socket.socket()
    except PermissionError:
        os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
""")
    assert printed == "7\n"


def test_without_the_wall_nothing_is_served(directory: Path, file: Path) -> None:
    told = refused("--data", directory, command=WITHOUT_SECCOMP)
    assert f"Error: {directory} is not served" in told
    assert "seccomp(2), and here: Operation not permitted" in told


# --- what is no store ---------------------------------------------------------------------------


def refusal(directory: Path) -> str:
    async def check() -> None:
        async with isolated(directory):
            pass

    with pytest.raises(StoreError) as caught:
        asyncio.run(check())
    assert str(directory) in str(caught.value)
    return str(caught.value)


def test_what_is_no_store_is_told_and_left_alone(tmp_path: Path) -> None:
    for number, files in enumerate([{}, {"CURRENT": b"x"}, {"CURRENT": b"MANIFEST-1\n"}]):
        path = tmp_path / str(number)
        path.mkdir()
        for name, data in files.items():
            (path / name).write_bytes(data)
        before = state(path)
        assert "cannot be read as an Oxigraph store" in refusal(path)
        with pytest.raises(StoreError, match=str(path)):
            directory_digest(path)
        assert state(path) == before
    assert "No such file" in refusal(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def damage(directory: Path) -> None:
    for table in directory.glob("*.sst"):
        with table.open("r+b") as opened:
            opened.write(b"\xff" * (table.stat().st_size - 100))


def test_a_damaged_store_is_told(directory: Path) -> None:
    damage(directory)
    assert "Corruption" in refusal(directory)


def test_damage_that_a_query_meets_is_not_blamed_on_it(directory: Path) -> None:
    async def check() -> None:
        async with isolated(directory) as store:
            assert await is_well(store)  # so the tables are open
            damage(directory)
            for text in ("SELECT * { ?s <http://x/p> ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"):
                with pytest.raises(StoreError, match="on disk cannot be read: Corruption"):
                    await ask(store, text, RESULTS_JSON if "SELECT" in text else N_TRIPLES)
            assert await is_well(store)

    asyncio.run(check())


async def failure(store: WorkerPool) -> str:
    """Return the message of the error that a store gives, "" if it answers."""
    try:
        assert await is_well(store)
    except StoreError as error:
        return str(error)
    return ""


def test_a_store_that_goes_is_an_error_until_it_is_back(directory: Path) -> None:
    async def check() -> None:
        away = directory.with_name("away")
        async with isolated(directory) as store:
            (worker,) = await settled(1)
            assert await is_well(store)
            directory.rename(away)
            os.kill(worker, signal.SIGKILL)
            async with asyncio.timeout(PATIENCE):
                while str(directory) not in await failure(store):
                    await asyncio.sleep(0.1)
                away.rename(directory)
                while await failure(store):
                    await asyncio.sleep(0.1)

    asyncio.run(check())


# --- serving ------------------------------------------------------------------------------------


def test_other_content_has_another_fingerprint(directory: Path, tmp_path: Path) -> None:
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


def test_a_log_that_differs_is_other_content(directory: Path) -> None:
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
        url = server.url
        asked = {"query": "SELECT ?o { <http://x/s7> ?p ?o }", "format": "csv"}
        for graph, answer in ([], "o\r\n7\r\n"), ([ONE], "o\r\n"):
            reply = httpx.get(f"{url}/sparql", params={**asked, "default-graph-uri": graph})
            assert (reply.status_code, reply.text) == (200, answer)
        assert httpx.get(f"{url}/").status_code == 200
        assert httpx.get(f"{url}/health").json()["quads"] == ROWS + 5
        server.process.terminate()
        assert server.process.wait(30) == 0
    assert len(log.read_text().splitlines()) == 4
    assert state(directory) == before


def test_a_directory_is_served_alone(directory: Path, file: Path, tmp_path: Path) -> None:
    for arguments in ([directory, file], [file, directory], [directory, directory]):
        errors = refused("--data", *arguments)
        assert f"{directory}: a directory is served alone" in errors
    assert "CURRENT" in refused("--data", tmp_path)
