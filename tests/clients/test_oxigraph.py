"""The oxigraph server, whose queries call the endpoint (SPARQL 1.1 Federated Query)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from apecgraph.rdf.namespaces import ID, SKOS
from benchmarks.graphs import Graph
from benchmarks.server import Server
from benchmarks.systems import OXIGRAPH
from tests.support.examples import blocks, split_command

MINE = "http://example.org/"


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with two things, each near an economy."""
    folder = tmp_path_factory.mktemp("oxigraph")
    file = folder / "mine.nt"
    file.write_text(
        "".join(f"<{MINE}{code}> <{MINE}near> <{ID}economy/{code}> .\n" for code in ("PER", "MEX"))
    )
    with Server(OXIGRAPH, Graph("mine", file, file, "", ()), folder) as running:
        running.wait()
        yield running


def rows(body: bytes) -> list[dict[str, str]]:
    bindings = json.loads(body)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in bindings]


def names(service: str) -> str:
    return f"""
        SELECT ?mine ?name {{
          ?mine <{MINE}near> ?economy .
          {service} {{ ?economy <{SKOS}prefLabel> ?name FILTER(LANG(?name) = "en") }}
        }} ORDER BY ?name"""


def test_a_federated_query_reads_names_from_the_endpoint(oxigraph: Server, server: str) -> None:
    body, _ = oxigraph.ask(names(f"SERVICE <{server}/sparql>"))
    assert rows(body) == [
        {"mine": f"{MINE}MEX", "name": "Mexico"},
        {"mine": f"{MINE}PER", "name": "Peru"},
    ]


def test_the_example_answers_as_printed(oxigraph: Server, server: str) -> None:
    (block,) = [each for each in blocks("console") if ":7878" in each]
    command, answer = split_command(block)
    command = command.replace("http://127.0.0.1:8000", server)
    command = command.replace("http://127.0.0.1:7878", f"http://127.0.0.1:{oxigraph.port}")
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.splitlines() == answer.splitlines()


def test_a_query_that_the_endpoint_refuses_fails_at_the_caller(
    oxigraph: Server, server: str
) -> None:
    """The caller breaks off its answer, unless the service is SILENT (section 2.3)."""
    refused = f"SELECT * {{ SERVICE <{server}/sparql> {{ SERVICE <{server}/sparql> {{}} }} }}"
    body, _ = oxigraph.ask(refused)
    assert b"403 Forbidden" in body
    assert b"SERVICE is not available" in body
    body, _ = oxigraph.ask(refused.replace("SERVICE", "SERVICE SILENT", 1))
    assert rows(body) == [{}]
