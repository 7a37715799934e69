"""What a command prints cannot control the terminal."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.build.pipeline import build_release
from tests.support.command import COMMAND, environment
from tests.support.contents import SmallContent

HOSTILE = "\x1b]0;owned\x07\x9b2J\u202e\rgood"
IN_DATA = "owned\u202e"
"""What the check allows in data, because XML does."""

QUERY = "SELECT ?label { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label }"


def on_terminal(*arguments: str | Path, releases: Path) -> str:
    """Run a command with a terminal for all its output; return what the terminal receives."""
    terminal, end = pty.openpty()
    shown = b""
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=end, stderr=end, env=environment(releases=releases)
    ):
        os.close(end)
        while True:
            try:
                part = os.read(terminal, 1 << 16)
            except OSError:  # all processes with the other end have ended
                break
            shown += part
    os.close(terminal)
    return shown.decode()


@pytest.fixture
def hostile(content: SmallContent) -> SmallContent:
    content.source(0, IN_DATA)
    return content


def assert_harmless(shown: str) -> None:
    """Pass over what the progress of the command and the terminal itself add."""
    own = shown.replace("\r\x1b[K", "").replace("\r\n", "")
    assert not [each for each in own if not each.isprintable() and each != "\t"]


@pytest.mark.parametrize("format_", ["text", "json", "turtle"])
def test_a_report(content: SmallContent, releases: Path, format_: str) -> None:
    message = str(ox.Literal(HOSTILE, language="en"))
    content.write(
        "shapes/more.ttl",
        "<shape/l> a sh:NodeShape ; sh:targetSubjectsOf rdfs:label ; sh:property <shape/l-1> .\n"
        f"<shape/l-1> sh:path rdfs:label ; sh:hasValue 'x' ; sh:message {message} .",
    )
    shown = on_terminal("check", "--content", content.root, "--format", format_, releases=releases)
    assert r"\u001b]0;owned" in shown.lower()
    assert_harmless(shown)


@pytest.mark.parametrize("command", ["check", "build"])
def test_the_name_of_a_file(content: SmallContent, releases: Path, command: str) -> None:
    (content.root / f"data/sources/{HOSTILE}.ttl").write_text("")
    shown = on_terminal(command, "--content", content.root, releases=releases)
    assert r"\u001b]0;owned" in shown.lower()
    assert_harmless(shown)


@pytest.mark.parametrize("command", ["dump", "query", "diff"])
def test_data(hostile: SmallContent, releases: Path, tmp_path: Path, command: str) -> None:
    build_release(SmallContent(tmp_path / "other").root, releases)
    build_release(hostile.root, releases)
    query = tmp_path / "query.rq"
    query.write_text(QUERY)
    arguments: dict[str, tuple[str | Path, ...]] = {
        "dump": ("dump", "--content", hostile.root),
        "query": ("query", query, "--content", hostile.root),
        "diff": ("diff", "previous", "current", "--format", "patch"),
    }
    shown = on_terminal(*arguments[command], releases=releases)
    assert r"owned\u202e" in shown
    assert_harmless(shown)


def test_data_in_a_file_are_as_they_are(
    hostile: SmallContent, releases: Path, tmp_path: Path
) -> None:
    query = tmp_path / "query.rq"
    query.write_text(QUERY)
    answer = subprocess.run(
        [*COMMAND, "query", query, "--content", hostile.root],
        env=environment(releases=releases),
        capture_output=True,
        check=True,
    )
    assert IN_DATA.encode() in answer.stdout


def test_errors_are_cut_with_counts(content: SmallContent, releases: Path) -> None:
    for number in range(300):
        content.write(f"data/sources/x{number}.ttl", "<a:" + "y" * 10_000)
    ran = subprocess.run(
        [*COMMAND, "fmt", "--content", content.root],
        env=environment(releases=releases),
        capture_output=True,
        check=False,
        text=True,
    )
    assert ran.returncode == 1
    assert ran.stderr.endswith("\n200 more errors\n")
    assert len(ran.stderr) < 500_000
