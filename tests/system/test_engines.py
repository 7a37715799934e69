"""Engines of others behind our front: Oxigraph, Virtuoso, and a server of ours."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.content.questions import Question, read_questions
from apecgraph.query.model import RemoteEngine
from apecgraph.query.text import evaluate_text
from apecgraph.rdf.formats import RESULTS_CSV
from apecgraph.rdf.namespaces import BASE
from apecgraph.release.release import Release
from apecgraph.release.verification import compare
from tests.support import attacks
from tests.support.command import run
from tests.support.connections import PATIENCE
from tests.support.engines import OXIGRAPH, engine, free_port, load_oxigraph, oxigraph, virtuoso
from tests.support.servers import accepts, refused, server_process
from tests.support.waiting import soon

NOT_IN_VIRTUOSO: Final = {
    *("06-initiatives", "23-share-of-apec", "29-robust-growth", "31-currency-pairs"),
    *("42-contradictions", "43-estimates", "49-origins", "62-press-and-statistics"),
}
"""Questions that Virtuoso 7.2.5 does not answer as SPARQL says, apart from its booleans; listed in
docs/engines.md."""

REQUESTS: Final = (
    ("SELECT ?t (COUNT(*) AS ?n) { ?s a ?t } GROUP BY ?t ORDER BY DESC(?n) ?t", "text/csv"),
    ("SELECT ?s { ?s a <https://w3id.org/apecgraph/ontology/Economy> } ORDER BY ?s", "text/csv"),
    ("ASK { ?s a <https://w3id.org/apecgraph/ontology/Economy> }", "text/csv"),
    ("ASK { <https://w3id.org/apecgraph/id/figure/seetao/trade-value-2025> ?p ?o }", "text/csv"),
    ("SELECT * { ?s ?p", "text/csv"),
    ("DROP ALL", "text/csv"),
    ("ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "text/csv"),
    ("ASK FROM <http://127.0.0.1:1/> { ?s ?p ?o }", "text/csv"),
    ("CONSTRUCT { ?s a ?t } WHERE { ?s a ?t } LIMIT 0", "text/turtle"),
    ("ASK {}", "image/png"),
)
PROXY: Final = Path(__file__).parents[2] / "deploy" / "compose-nginx.conf"
FIGURE: Final = "https://w3id.org/apecgraph/id/figure/seetao/trade-value-2025"


@pytest.fixture(scope="module")
def store_on_disk(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("oxigraph") / "store"
    load_oxigraph(release, store)
    return store


@pytest.fixture(scope="module")
def engines(
    release: Release, store_on_disk: Path, server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The addresses of the engines, keyed by name."""
    with ExitStack() as running:
        yield {
            "oxigraph": running.enter_context(oxigraph(store_on_disk)).url,
            "ours": f"{server}/sparql",
            "virtuoso": running.enter_context(
                virtuoso(release, tmp_path_factory.mktemp("virtuoso"))
            ).url,
        }


@pytest.fixture(scope="module")
def questions(release: Release, store: ox.Store) -> list[Question]:
    """The questions, with the answers of the release of the tests."""
    found = []
    for question in read_questions(release.path):
        answer = bytearray()
        evaluate_text(store, question.query, (RESULTS_CSV.name,), answer.extend)
        found.append(replace(question, expected=bytes(answer)))
    return found


@contextmanager
def asked(url: str) -> Iterator[list[int]]:
    """Send queries from four clients meanwhile; yield the statuses once some are answered."""
    outcomes: list[int] = []
    over = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=url, timeout=PATIENCE) as client:
            for number in itertools.count():
                if over.is_set():
                    return
                query = f"SELECT * {{ ?s ?p {threading.get_ident()}{number} }}"
                outcomes.append(client.post("/sparql", data={"query": query}).status_code)

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for client in clients:
        client.start()
    try:
        assert soon(lambda: len(outcomes) > 50)
        yield outcomes
    finally:
        over.set()
        for client in clients:
            client.join()


@contextmanager
def nginx(settings: str, folder: Path, port: int) -> Iterator[None]:
    """Run nginx with the settings of a server."""
    folder.chmod(0o755)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body;"
        f" proxy_temp_path {folder}/proxy;\n{settings}\n}}\n"
    )
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert program, "run scripts/test, which sets up nginx"
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            assert soon(lambda: accepts(port))
            yield
        finally:
            process.terminate()


@pytest.mark.parametrize("name", ["oxigraph", "ours", "virtuoso"])
def test_an_engine_holds_and_answers_what_the_release_does(
    name: str, engines: dict[str, str], store: ox.Store, questions: list[Question]
) -> None:
    held = RemoteEngine.of(engines[name], "", store)
    compared = list(compare(held, questions, 60, 1_000_000))
    assert len(compared) == 1 + len(held.graphs) + len(questions)
    wrong = {each.subject.removeprefix("question ") for each in compared if not each.is_right}
    if name == "virtuoso":
        booleans = {each.subject for each in compared if each.outcome == "booleans as 1 and 0"}
        assert booleans
        wrong -= {subject.removeprefix("question ") for subject in booleans}
        assert wrong <= NOT_IN_VIRTUOSO
    else:
        assert wrong == set()


@pytest.mark.parametrize("name", ["oxigraph", "ours", "virtuoso"])
def test_the_front_answers_as_it_does_without_an_engine(
    name: str, engines: dict[str, str], release: Release, server: str, tmp_path: Path
) -> None:
    log = tmp_path / "log.txt"
    with (
        server_process("--release", release.path, "--endpoint", engines[name], log=log) as front,
        front.client() as client,
        httpx.Client(base_url=server) as local,
    ):
        for query, accept in REQUESTS:
            for method in ("GET", "POST"):
                arguments = {"params" if method == "GET" else "data": {"query": query}}
                headers = {"Accept": accept}
                theirs = client.request(method, "/sparql", headers=headers, **arguments)  # type: ignore[arg-type]
                ours = local.request(method, "/sparql", headers=headers, **arguments)  # type: ignore[arg-type]
                assert theirs.status_code == ours.status_code, theirs.text
                assert theirs.content == ours.content
                assert theirs.headers["content-type"] == ours.headers["content-type"]
        # What a decision rejects is found in the graph of its source only.
        rejected = client.post(
            "/sparql", data={"query": f"ASK {{ GRAPH ?g {{ <{FIGURE}> ?p ?o }} }}"}
        )
        assert rejected.json()["boolean"] is True
        assert client.get("/health").json()["ready"] is True
        assert client.get("/doc/economy/CHN.html").status_code == 200
        permalink = client.get("/q", params={"query": "ASK { ?s ?p ?o }"}).headers["location"]
        assert client.get(permalink).json()["boolean"] is True


@pytest.mark.parametrize("name", ["oxigraph", "ours", "virtuoso"])
def test_an_engine_is_browsed_and_searched_without_a_release(
    name: str, engines: dict[str, str], tmp_path: Path
) -> None:
    economy, class_ = f"{BASE}id/economy/CHN", f"{BASE}ontology/Economy"
    log = tmp_path / "log.txt"
    with server_process("--endpoint", engines[name], log=log) as front, front.client() as client:
        for path, parameters in (
            ("/doc", {"iri": economy, "format": "html"}),
            ("/doc", {"iri": economy, "format": "ttl"}),
            ("/search", {"q": "chin"}),
            ("/browse", {"class": class_}),
        ):
            answer = client.get(path, params=parameters)
            assert answer.status_code == 200, answer.text
            assert "China" in answer.text
        assert client.get("/").status_code == 200
        for path in ("/browse", "/.well-known/void", "/sparql/vocabulary.json"):
            assert class_ in unquote(client.get(path).raise_for_status().text)
        assert client.get("/q", params={"query": "ASK {}"}).status_code == 501


@pytest.mark.parametrize("name", ["oxigraph", "ours", "virtuoso"])
def test_harmful_queries_take_nothing_down(
    name: str, engines: dict[str, str], release: Release, tmp_path: Path, full: bool
) -> None:
    kinds = [list(kind.queries.values()) for kind in attacks.KINDS.values()]
    harmful = [query for queries in kinds for query in (queries if full else queries[:1])]
    assert len(harmful) >= len(kinds) > 5
    with (
        server_process(
            "--release",
            release.path,
            "--endpoint",
            engines[name],
            log=tmp_path / "log.txt",
            query_seconds=2,
        ) as front,
        front.client() as client,
    ):
        for query in harmful:
            answer = client.post("/sparql", data={"query": query})
            assert answer.status_code in {200, 400, 403, 413, 422, 429, 500, 502, 503, 504}, query
            light = client.post("/sparql", data={"query": f"ASK {{}} # {time.monotonic()}"})
            assert light.status_code == 200, query
        for update in attacks.updates("http://127.0.0.1:9/").values():
            answer = client.post("/sparql", data={"query": update})
            assert answer.status_code in {400, 403}, update


def test_a_replica_that_is_killed_loses_no_request(
    pair: tuple[Release, Release], tmp_path: Path
) -> None:
    release, store_on_disk, port = pair[1], tmp_path / "store", free_port()
    load_oxigraph(release, store_on_disk)
    log = tmp_path / "log.txt"
    with ExitStack() as running:
        first = running.enter_context(oxigraph(store_on_disk))
        second = running.enter_context(oxigraph(store_on_disk, port))
        replicas = ("--endpoint", first.url, "--endpoint", second.url)
        front = running.enter_context(server_process("--release", release.path, *replicas, log=log))
        with asked(front.url) as outcomes:
            second.kill()
            before = len(outcomes)
            assert soon(lambda: len(outcomes) > before + 100)
            assert "is not asked any more" in log.read_text()
            running.enter_context(oxigraph(store_on_disk, port))
            assert soon(lambda: log.read_text().count(f":{port}/query is asked") == 2)
            first.kill()
            before = len(outcomes)
            assert soon(lambda: len(outcomes) > before + 100)
        assert set(outcomes) == {200}


def test_a_front_that_is_killed_loses_no_request(
    pair: tuple[Release, Release], tmp_path: Path
) -> None:
    port = free_port()
    settings = PROXY.read_text()
    with ExitStack() as running:
        fronts = [
            running.enter_context(
                server_process("--release", pair[1].path, log=tmp_path / f"{number}.txt")
            )
            for number in (1, 2)
        ]
        for old, new in (
            ("front-1:8000", f"127.0.0.1:{fronts[0].port}"),
            ("front-2:8000", f"127.0.0.1:{fronts[1].port}"),
            ("listen 80;", f"listen 127.0.0.1:{port};"),
        ):
            assert old in settings
            settings = settings.replace(old, new)
        running.enter_context(nginx(settings, tmp_path, port))
        with asked(f"http://127.0.0.1:{port}") as outcomes:
            fronts[0].process.kill()
            before = len(outcomes)
            assert soon(lambda: len(outcomes) > before + 100)
        assert set(outcomes) == {200}


def test_an_engine_without_the_release_is_refused(
    pair: tuple[Release, Release], tmp_path: Path
) -> None:
    release = pair[1]
    (tmp_path / "empty").mkdir()
    ox.Store(str(tmp_path / "empty"))
    with oxigraph(tmp_path / "empty") as empty:
        said = refused("--release", release.path, "--endpoint", empty.url)
        assert "the engine does not hold the dataset" in said
        done = run("verify", "--release", release.path, "--endpoint", empty.url)
        assert done.returncode == 1
        assert "does not hold the dataset" in done.stderr
    done = run("verify", "--release", release.path, "--endpoint", "http://user:secret@127.0.0.1/")
    assert done.returncode == 2
    assert "secret" not in done.stderr


def test_a_release_is_loaded_once_unless_it_is_to_be_replaced(
    pair: tuple[Release, Release], tmp_path: Path
) -> None:
    address = f"127.0.0.1:{free_port()}"
    command: list[str | Path] = [
        OXIGRAPH,
        "serve",
        "--location",
        tmp_path / "store",
        "--bind",
        address,
    ]
    urls = ("--endpoint", f"http://{address}/query", "--store", f"http://{address}/store")
    with engine(command, f"http://{address}/query", tmp_path):
        assert run("load", *urls, "--release", pair[0].path).returncode == 0
        again = run("load", *urls, "--release", pair[1].path)
        assert again.returncode == 1
        assert "--replace" in again.stderr
        assert run("load", *urls, "--release", pair[1].path, "--replace").returncode == 0
        done = run("verify", *urls[:2], "--release", pair[1].path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert run("verify", *urls[:2], "--release", pair[0].path).returncode == 1
