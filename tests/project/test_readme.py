"""The README, and the page of how to use the server, say what happens."""

from __future__ import annotations

import re
import subprocess
from html import escape
from pathlib import Path

import httpx
import pytest

from apecgraph.cli.main import main
from apecgraph.settings import Settings
from tests.support.content_copy import ContentCopy
from tests.support.programs import javascript, python

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
USE = (ROOT / "src" / "apecgraph" / "web" / "templates" / "use.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README + USE, re.DOTALL)


def command_and_answer(block: str) -> tuple[str, str]:
    """Split a block into its command, which ends where its quotes are closed, and the answer."""
    lines = block.removeprefix("$ ").splitlines(keepends=True)
    command = lines.pop(0)
    while command.count("'") % 2:
        command += lines.pop(0)
    return command, "".join(lines)


def program_and_output(block: str, comment: str) -> tuple[str, str]:
    """Split a program from what it prints, which is its last lines, as comments."""
    lines = block.splitlines()
    printed: list[str] = []
    while lines[-1].startswith(comment):
        printed.insert(0, lines.pop().removeprefix(comment).removeprefix(" ") + "\n")
    return "\n".join(lines), "".join(printed)


# What asks another server is run where there is one, in tests/clients/test_oxigraph.py.
@pytest.mark.parametrize("block", [each for each in blocks("console") if ":7878" not in each])
def test_an_example_answers_as_it_is_printed(block: str, server: str) -> None:
    command, answer = command_and_answer(block)
    assert answer
    done = subprocess.run(
        ["bash", "-c", command.replace("http://127.0.0.1:8000", server)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.rstrip("\n") == answer.rstrip("\n")


@pytest.mark.parametrize("block", blocks("python"))
def test_a_program_in_python_prints_what_is_told(block: str, server: str) -> None:
    program, printed = program_and_output(block, "#")
    assert printed
    assert python(program.replace("http://127.0.0.1:8000", server), server) == printed


@pytest.mark.parametrize("block", blocks("js"))
def test_a_program_in_javascript_prints_what_is_told(block: str, server: str) -> None:
    program, printed = program_and_output(block, "//")
    assert printed
    assert javascript(program.replace("http://127.0.0.1:8000", server), server) == printed


def test_what_other_programs_read_is_there(client: httpx.Client) -> None:
    """R and spreadsheets do not run here; what they are told to read does."""
    programs = "".join([*blocks("r"), *blocks("text")])
    assert "read.csv" in programs
    for path in {"/dumps/figures.csv", "/reconcile"}:
        assert f'"http://127.0.0.1:8000{path}"' in programs or f"8000{path}\n" in programs
        client.get(path).raise_for_status()
    header, _ = client.get("/dumps/figures.csv").text.split("\n", 1)
    assert {"status", "unitLabel", "periodLabel"} <= set(header.strip().split(","))
    (query,) = re.findall(r'query <- "(.*)"', programs)
    answer = client.get("/sparql", params={"format": "csv", "query": query})
    assert answer.text.splitlines() == ["value", "26290000000000"]


def test_the_page_shows_these_programs_with_the_address_of_the_server(
    client: httpx.Client, server: str
) -> None:
    page = client.get("/use").raise_for_status().text
    assert ":8000" not in page
    for block in blocks("python")[:1] + blocks("js"):
        assert escape(block.replace("http://127.0.0.1:8000", server), quote=False) in (
            page.replace("&quot;", '"')
        )
    assert page.count("<h1>") == 1


def test_there_is_a_program_for_each_client() -> None:
    programs = "".join([*blocks("python"), *blocks("js"), *blocks("console")])
    clients = ("rdflib", "SPARQLStore", "SERVICE", "SPARQLWrapper", "pandas", "pyoxigraph")
    for client in (*clients, '"jsonld"', "@comunica/query-sparql", "rapper", "7878"):
        assert client in programs


def test_there_are_examples_of_turtle_json_ld_and_sparql() -> None:
    examples = "".join(blocks("console"))
    assert all(part in examples for part in ("text/turtle", ".jsonld", "/sparql"))


def test_the_check_says_what_is_printed(tmp_path: Path) -> None:
    content = ContentCopy(tmp_path)
    content.remove("data/decisions.ttl", "<decision/trade-2025>")
    assert content.check().text() in blocks("text")


def test_every_setting_is_told_with_its_default_and_no_other() -> None:
    told = dict(re.findall(r"^\| `(APECGRAPH_\w+)` \| (.*?) \|", README, re.MULTILINE))
    settings = {
        f"APECGRAPH_{name.upper()}": field.default for name, field in Settings.model_fields.items()
    }
    assert told.keys() == settings.keys()
    for name, default in settings.items():
        if isinstance(default, int | float):
            assert float(told[name]) == default, name


def test_every_command_is_told_and_no_other() -> None:
    told = set(re.findall(r"^apecgraph (\w+)", README, re.MULTILINE))
    assert told == set(main.commands)
