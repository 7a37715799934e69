from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from apecgraph.release.release import Release
from tests.support.command import COMMAND, invoke, run_on_terminal
from tests.support.contents import ContentCopy, SmallContent


@pytest.fixture(scope="module")
def published(release: Release) -> Path:
    """A folder with a release of the real content."""
    return release.path.parent


def test_check_passes(published: Path, excerpt: ContentCopy) -> None:
    done = invoke("check", "--content", excerpt.root, releases=published)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("the content passes the check (")


@pytest.mark.parametrize(
    ("format_", "part"),
    [
        ("text", "data/sources/chinadailyasia-628497.ttl:"),
        ("json", '"conforms": false'),
        ("turtle", "sh:conforms false"),
    ],
)
def test_check_fails_with_1_in_each_format(
    published: Path, excerpt: ContentCopy, format_: str, part: str
) -> None:
    source = "data/sources/chinadailyasia-628497.ttl"
    excerpt.replace(source, "sdmx-measure:obsValue 3.79", "sdmx-measure:obsValue 37.9")
    done = invoke("check", "--content", excerpt.root, "--format", format_, releases=published)
    assert done.exit_code == 1
    assert part in done.stdout
    assert "but the figure is 37.9 trillion" in done.stdout


def test_check_of_a_malformed_literal_fails_with_1(published: Path, excerpt: ContentCopy) -> None:
    excerpt.replace(
        "data/sources/cri-cd684bbb.ttl", '"2026-02-06"^^xsd:date', '"2026-02-6"^^xsd:date'
    )
    done = invoke("check", "--content", excerpt.root, releases=published)
    assert done.exit_code == 1
    assert done.stderr == ""


def test_build_makes_a_release_and_makes_it_current(tmp_path: Path) -> None:
    content, folder = SmallContent(tmp_path / "small"), tmp_path / "releases"
    done = invoke("build", "--content", content.root, releases=folder)
    assert (done.exit_code, done.stderr) == (0, "")
    made = Release.open(folder / "current")
    assert done.stdout == f"{made.path}: {made.quads} quads\n"


def test_build_refuses_what_fails_and_keeps_what_is_current(
    published: Path, excerpt: ContentCopy
) -> None:
    excerpt.path("data/sources/cri-cd684bbb.ttl").write_text("<a> .")
    before = (published / "current").readlink()
    done = invoke("build", "--content", excerpt.root, releases=published)
    assert done.exit_code == 1
    assert "Error: data/sources/cri-cd684bbb.ttl:1:" in done.stderr
    assert (published / "current").readlink() == before


def test_fmt_writes_the_canonical_form_and_with_check_only_reports(
    published: Path, excerpt: ContentCopy
) -> None:
    path = excerpt.path("data/entities/people.ttl")
    canonical = path.read_text()
    messy = canonical.replace(" ;\n    ", " ; ")
    path.write_text(messy)
    shown = invoke("fmt", "--check", "--content", excerpt.root, releases=published)
    assert shown.exit_code == 1
    assert shown.stdout == "data/entities/people.ttl: not canonical\n"
    assert path.read_text() == messy
    done = invoke("fmt", "--content", excerpt.root, releases=published)
    assert done.exit_code == 0
    assert path.read_text() == canonical


def test_fmt_loses_nothing(published: Path, excerpt: ContentCopy) -> None:
    path = excerpt.path("data/entities/people.ttl")
    text = path.read_text() + "\n# who else?\n"
    path.write_text(text)
    done = invoke("fmt", "--content", excerpt.root, releases=published)
    assert done.exit_code == 1
    assert "people.ttl" in done.stderr
    assert "a comment would be lost" in done.stderr
    assert path.read_text() == text


def test_dump_writes_the_release(published: Path) -> None:
    done = invoke("dump", "--format", "ntriples", releases=published)
    assert done.exit_code == 0
    assert done.stdout == (published / "current" / "apecgraph.nt").read_text()


def test_query_reads_standard_input_and_answers_csv(published: Path) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?decision a apec:Decision }"
    done = invoke(
        "query",
        "-",
        stdin=f"PREFIX apec: <https://w3id.org/apecgraph/ontology/> {query}",
        releases=published,
    )
    assert (done.exit_code, done.stdout) == (0, "n\n32\n")


def test_query_reads_a_file_and_answers_in_the_requested_format(
    published: Path, tmp_path: Path
) -> None:
    path = tmp_path / "ask.rq"
    path.write_text("ASK { ?s ?p ?o }")
    done = invoke("query", path, "--format", "json", releases=published)
    assert json.loads(done.stdout) == {"head": {}, "boolean": True}
    path.write_text("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 1")
    assert " a " in invoke("query", path, releases=published).stdout


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * {\n  ?s ?p\n}", "3"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
        ("INSERT DATA { <a:a> <a:b> 1 }", ""),
    ],
)
def test_query_reports_errors(published: Path, query: str, message: str) -> None:
    done = invoke("query", "-", stdin=query, releases=published)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")
    assert message in done.stderr


def test_a_check_shows_its_progress_on_a_terminal(excerpt: ContentCopy) -> None:
    printed, shown = run_on_terminal("check", "--content", excerpt.root)
    assert printed.startswith("the content passes the check")
    steps = (r"reading files: 0 of \d+ ", r"applying shapes: \d+ of \d+, \d+ s left ", "comparing")
    assert re.search(".*".join(rf"\x1b\[K{step}" for step in steps), shown, re.DOTALL)


def test_loading_shows_its_progress_on_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.nq"
    path.write_text("<a:s> <a:p> <a:o> .\n")
    terminal, end = pty.openpty()
    command = [*COMMAND, "serve", "--port", "0", "--data", str(path)]
    with subprocess.Popen(command, stderr=end, stdout=subprocess.PIPE, text=True) as server:
        os.close(end)
        assert server.stdout is not None
        assert server.stdout.readline().startswith("serving http://")
        server.terminate()
    shown = os.read(terminal, 1 << 16).decode()
    os.close(terminal)
    assert f"\x1b[Kloading {path}: 0 of 20 bytes ..." in shown
    assert shown.endswith("\x1b[K")  # the line is cleared at the end


def test_a_setting_that_cannot_be_read_is_named(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APECGRAPH_WORKERS", "many")
    monkeypatch.setenv("APECGRAPH_QUERY_SECONDS", "0")
    for arguments in (["releases"], ["serve", "--current", "--port", "0"]):
        done = invoke(*arguments, releases=published)
        assert (done.exit_code, done.stdout) == (1, "")
        first, second = sorted(done.stderr.removeprefix("Error: ").splitlines())
        assert first.startswith("APECGRAPH_QUERY_SECONDS is set to '0': Input should be greater")
        assert second.startswith("APECGRAPH_WORKERS is set to 'many': Input should be a valid int")
