"""`apecgraph serve` as an operator meets it."""

from __future__ import annotations

import asyncio
import gzip
import html
import json
import signal
import socket
from contextlib import ExitStack
from pathlib import Path

import pyoxigraph as ox
import pytest
import uvloop

from apecgraph.build.pipeline import build_release
from apecgraph.release.archive import Archive
from apecgraph.release.release import Release
from apecgraph.web.server.run import copies, listen
from tests.support.command import refusal
from tests.support.contents import ContentCopy, SmallContent
from tests.support.servers import refused, server_process
from tests.support.waiting import until


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_a_release_and_stops_cleanly(
    release: Release, tmp_path: Path, end: signal.Signals
) -> None:
    log, none = tmp_path / "log.txt", tmp_path / "none"
    with server_process("--release", release.path, log=log, releases=none) as server:
        assert server.health()["release"] == release.digest
        server.process.send_signal(end)
        printed, _ = server.process.communicate(timeout=30)
    assert (server.process.returncode, printed) == (0, b"")
    noted = [json.loads(line) for line in log.read_text().splitlines()]
    assert [each["path"] for each in noted] == ["/health"]
    assert not none.exists()


def served(*arguments: str | Path, releases: Path) -> str:
    """Start a server; return the name of its release."""
    log = releases.with_name("log.txt")
    with server_process(*arguments, log=log, releases=releases) as server:
        return str(server.health()["release"])


def test_it_builds_new_content_and_finds_the_release_again(tmp_path: Path) -> None:
    content, releases = SmallContent(tmp_path / "content"), tmp_path / "releases"
    digests = [served("--content", content.root, releases=releases) for _ in range(2)]
    assert digests[0] == digests[1]
    kept = {path.name for path in releases.iterdir()}
    assert kept == {digests[0], "current", ".lock", "history.json"}


def test_it_serves_the_current_release_and_undoes_no_rollback(tmp_path: Path) -> None:
    content, releases = SmallContent(tmp_path / "content"), tmp_path / "releases"
    assert "has no current release" in refusal("serve", "--current", releases=releases)
    first, _ = build_release(content.root, releases)
    content.source(0, "edited")
    second, _ = build_release(content.root, releases)
    Archive(releases).rollback()
    assert served("--current", releases=releases) == first.digest
    assert served("--content", content.root, releases=releases) == first.digest
    # Content that was built before becomes current again if another release is current.
    Archive(releases).rollback(second.name)
    content.source(0, "edited again")
    third, _ = build_release(content.root, releases)
    content.source(0, "edited")
    assert served("--content", content.root, releases=releases) == second.digest
    assert (Archive(releases).current, Archive(releases).previous) == (second.name, third.name)


def test_content_that_fails_the_check_is_not_served_and_changes_nothing(
    release: Release, excerpt: ContentCopy, tmp_path: Path
) -> None:
    excerpt.path("data/sources/cri-cd684bbb.ttl").write_text("<a> .")
    with server_process("--release", release.path, log=tmp_path / "log.txt") as server:
        errors = refusal("serve", "--content", excerpt.root, releases=release.path.parent)
        assert "data/sources/cri-cd684bbb.ttl:1:" in errors
        assert server.health()["release"] == release.digest
    assert (release.path.parent / "current").readlink() == Path(release.digest)


def test_it_serves_any_rdf_files_with_their_named_graphs(tmp_path: Path) -> None:
    (tmp_path / "a.nq").write_text('<a:s> <a:p> "1" <a:g> .\n_:b <a:p> "2" .\n')
    (tmp_path / "b.ttl").write_text('_:b <a:p> "3" .\n')
    (tmp_path / "c.trig").write_text('<a:g> { <a:s> <a:p> "4" }\n')
    (tmp_path / "d.jsonld").write_text('{"@id": "a:s", "a:p": "5"}')
    (tmp_path / "e.rdf").write_text(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="a:">'
        '<rdf:Description rdf:about="a:s"><a:p>6</a:p></rdf:Description></rdf:RDF>'
    )
    files = sorted(tmp_path.iterdir())
    query = "SELECT ?g ?v { { ?s <a:p> ?v } UNION { GRAPH ?g { ?s <a:p> ?v } } } ORDER BY ?v"
    blank = "SELECT DISTINCT ?s { ?s ?p ?v FILTER isBlank(?s) }"
    log = tmp_path / "log.txt"
    with server_process("--data", *files, log=log) as server, server.client() as client:
        answer = client.get("/sparql", params={"query": query, "format": "csv"}).text
        assert answer.split() == ["g,v", "a:g,1", ",2", ",3", "a:g,4", ",5", ",6"]
        nodes = client.get("/sparql", params={"query": blank, "format": "csv"}).text.split()
        assert len(nodes) == 3  # one label in two files names two nodes
        assert client.get("/").status_code == 200
        assert client.get("/id/x").status_code == 404


def test_files_of_others_are_served_in_their_own_name(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl.gz"
    path.write_bytes(gzip.compress(b'<s> <p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .'))
    log, query = tmp_path / "log.txt", "SELECT ?o { <s> <p> ?o }"
    arguments = ("--data", path, "--base", "http://example.org/x/")
    with server_process(*arguments, log=log) as server, server.client() as client:
        answer = client.get("/sparql", params={"query": query, "format": "csv"})
        assert answer.text.split() == ["o", "1"]
        address = f"{client.base_url}/sparql"
        for format_ in ("turtle", "jsonld", "nquads", "html"):
            said = client.get("/sparql", params={"format": format_}).text
            assert "w3id.org/apecgraph" not in said
            assert "the evidence supports" not in said
        query = "CONSTRUCT WHERE { ?s ?p ?o }"
        constructed = client.get("/sparql", params={"query": query, "format": "turtle"})
        assert "w3id.org/apecgraph" not in constructed.text
        triples = ox.parse(client.get("/sparql?format=nt").text, ox.RdfFormat.N_TRIPLES)
        assert ox.NamedNode(address) in {triple.subject for triple in triples}
        vocabulary = client.get("/sparql/vocabulary.json").json()
        assert vocabulary["base"] == "http://example.org/x/"
        assert [term["iri"] for term in vocabulary["terms"]] == ["http://example.org/x/p"]
        assert not any("apecgraph" in namespace for namespace in vocabulary["prefixes"].values())
        said = html.unescape(client.get("/").text)
        assert "<li>a.ttl.gz: 1 literal stored in another form: " in said
        missing = client.get("/context.jsonld")
        assert missing.status_code == 404
        assert address in missing.json()["available"]
    notes = [json.loads(line) for line in log.read_text().splitlines()]
    (note,) = [note["message"] for note in notes if note.get("level") == "WARNING"]
    assert note.startswith(f"{path}: 1 literal stored in another form")


def test_relative_iris_in_queries_are_resolved_against_the_endpoint_without_a_base(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.nt"
    path.write_text("<a:s> <a:p> <a:o> .")
    with (
        server_process("--data", path, log=tmp_path / "log.txt") as server,
        server.client() as client,
    ):
        answer = client.get("/sparql", params={"query": "SELECT (<x> AS ?y) {}", "format": "csv"})
        assert answer.text.split() == ["y", f"{client.base_url}/x"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.nq", "<a:s> <a:p> .\n", "a.nq"),
        ("a.ttl", "@prefix a: <b> . a:x a:y", "a.ttl"),
    ],
)
def test_the_error_names_a_file_that_is_not_rdf(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert message in refused("--data", path, releases=tmp_path)


def test_conflicting_options_are_refused(release: Release, tmp_path: Path) -> None:
    errors = refusal("serve", "--release", release.path, "--content", tmp_path)
    assert "give one of --content, --current, --release and --data" in errors
    file = tmp_path / "a.nq"
    file.write_text("")
    assert "write --data before the files" in refusal("serve", file)
    assert "--base is the base of --data" in refusal("serve", "--base", "http://x/")
    errors = refusal("serve", "--data", file, "--base", "x/y")
    assert "x/y is not an absolute IRI" in errors


def test_a_file_of_unknown_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    errors = refusal("serve", "--data", tmp_path / "a.py")
    assert "the name of an RDF file must end in one of .ttl" in errors


def test_a_damaged_release_is_refused(release: Release, tmp_path: Path) -> None:
    assert "has no manifest.json" in refusal("serve", "--release", tmp_path)


def test_a_port_in_use_is_reported(release: Release, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        errors = refused("--release", release.path, "--port", port, releases=tmp_path)
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in errors


def test_replies_do_not_wait_for_acknowledgements() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_many_new_connections_are_accepted_in_a_few_steps_of_the_event_loop() -> None:
    """Otherwise they would wait for seconds while other connections are busy."""
    steps, number = 5, 50
    accepted: list[asyncio.BaseTransport] = []

    class Accepted(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted.append(transport)

    async def accept(sockets: list[socket.socket]) -> int:
        loop = asyncio.get_running_loop()
        servers = [await loop.create_server(Accepted, sock=each) for each in sockets]
        with ExitStack() as stack:
            for _ in range(number):
                stack.enter_context(socket.create_connection(sockets[0].getsockname()))
            for _ in range(steps):
                await asyncio.sleep(0)
            at_once = len(accepted)
            await until(lambda: len(accepted) == number)
            for transport in accepted:
                transport.close()
        for each in servers:
            each.close()
            await each.wait_closed()
        return at_once

    with ExitStack() as stack:
        sockets = [stack.enter_context(each) for each in copies(listen("127.0.0.1", 0))]
        assert uvloop.run(accept(sockets)) == number
