"""The examples in the README, and in docs/ answer as they are printed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from html import escape

import httpx
import pytest

from apecgraph.release.release import Release
from apecgraph.web.publication import Publication
from tests.support.connections import PATIENCE
from tests.support.examples import blocks, split_command, split_program
from tests.support.programs import javascript, python
from tests.support.servers import server_thread

LOCAL = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def server(full_release: Release) -> Iterator[str]:
    """The URL of a server of all content: that is what readers of the examples ask."""
    with server_thread(Publication.of(full_release)) as url:
        yield url


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=PATIENCE) as client:
        yield client


# The example with another server runs in tests/clients/test_oxigraph.py, which has one.
@pytest.mark.parametrize("block", [block for block in blocks("console") if ":7878" not in block])
def test_a_command_answers_as_printed(block: str, server: str) -> None:
    command, answer = split_command(block)
    assert answer
    done = subprocess.run(
        ["bash", "-c", command.replace(LOCAL, server)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.rstrip("\n") == answer.rstrip("\n")


@pytest.mark.parametrize("block", blocks("python"))
def test_a_python_program_prints_its_output(block: str, server: str) -> None:
    program, output = split_program(block, "#")
    assert output
    assert python(program.replace(LOCAL, server), server) == output


@pytest.mark.parametrize("block", blocks("js"))
def test_a_javascript_program_prints_its_output(block: str, server: str) -> None:
    program, output = split_program(block, "//")
    assert output
    assert javascript(program.replace(LOCAL, server), server) == output


def test_the_addresses_for_spreadsheets_answer(client: httpx.Client) -> None:
    """No spreadsheet runs here, but the tests request the addresses that it reads."""
    programs = "".join(blocks("text"))
    for path in ("/dumps/figures.csv", "/reconcile"):
        assert f'"{LOCAL}{path}"' in programs or f"8000{path}\n" in programs
        client.get(path).raise_for_status()


def test_the_page_of_programs_shows_the_programs_with_the_address_of_the_server(
    client: httpx.Client, server: str
) -> None:
    page = client.get("/docs/use").raise_for_status().text
    assert ":8000" not in page
    for block in blocks("python")[:1] + blocks("js"):
        shown = escape(block.replace(LOCAL, server), quote=False)
        assert shown in page.replace("&quot;", '"')
    assert page.count("<h1") == 1


def test_each_client_has_a_program() -> None:
    programs = "".join([*blocks("python"), *blocks("js"), *blocks("console")])
    clients = ("rdflib", "SPARQLStore", "SERVICE", "SPARQLWrapper", "pandas", "pyoxigraph")
    for client in (*clients, '"jsonld"', "@comunica/query-sparql", "rapper", "7878"):
        assert client in programs


def test_turtle_json_ld_and_sparql_have_examples() -> None:
    examples = "".join(blocks("console"))
    assert all(part in examples for part in ("text/turtle", ".jsonld", "/sparql"))
