from __future__ import annotations

import gzip
import json
import os
import pty
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from apecgraph.rdf.namespaces import RDF
from apecgraph.release.release import Release
from tests.support.command import COMMAND, invoke, refusal, run_on_terminal
from tests.support.contents import ContentCopy, SmallContent, press_content

PRESS = ("--content", press_content())


@pytest.fixture(scope="module")
def published(release: Release) -> Path:
    """A folder with a release of the press."""
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


def test_fmt_writes_the_canonical_form_and_only_reports_with_check(
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
    done = invoke("dump", "--format", "ntriples", *PRESS, releases=published)
    assert done.exit_code == 0
    assert done.stdout == (published / "current" / "apecgraph.nt").read_text()


def test_query_reads_standard_input_and_answers_csv(published: Path) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?decision a apec:Decision }"
    done = invoke(
        "query",
        "-",
        *PRESS,
        stdin=f"PREFIX apec: <https://w3id.org/apecgraph/ontology/> {query}",
        releases=published,
    )
    assert (done.exit_code, done.stdout) == (0, "n\n32\n")


def test_query_reads_a_file_and_answers_in_the_requested_format(
    published: Path, tmp_path: Path
) -> None:
    path = tmp_path / "ask.rq"
    path.write_text("ASK { ?s ?p ?o }")
    done = invoke("query", path, "--format", "json", *PRESS, releases=published)
    assert json.loads(done.stdout) == {"head": {}, "boolean": True}
    path.write_text("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 1")
    assert " a " in invoke("query", path, *PRESS, releases=published).stdout


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * {\n  ?s ?p\n}", "3"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
        ("INSERT DATA { <a:a> <a:b> 1 }", ""),
    ],
)
def test_query_reports_errors(published: Path, query: str, message: str) -> None:
    done = invoke("query", "-", *PRESS, stdin=query, releases=published)
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


def test_the_error_names_each_invalid_setting(
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


SHAPES = """@prefix ex: <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
ex:s sh:targetClass ex:A ; sh:property [ sh:path ex:name ; sh:minCount 1 ] .
"""
DATA = "@prefix ex: <http://example.org/> .\n\nex:a a ex:A .\n"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A file of shapes, and a file of data that do not conform to them."""
    paths = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    for path, text in zip(paths, (SHAPES, DATA), strict=True):
        path.write_text(text)
    return paths


def test_check_applies_any_shapes_to_any_data(pair: tuple[Path, Path]) -> None:
    shapes, data = pair
    done = invoke("check", "--shapes", shapes, "--data", data, "--format", "turtle")
    assert (done.exit_code, done.stderr) == (1, "")
    for part in ("sh:conforms false", "sh:MinCountConstraintComponent", f'"{data}:3"'):
        assert part in done.stdout
    data.write_text(f"{DATA} ex:a ex:name 1 .")
    done = invoke("check", "--shapes", shapes, "--data", data, "--format", "turtle")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "sh:conforms true" in done.stdout


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (0, "@prefix ex: <http://example.org/> .\nex:s ex:p ; .", "shapes.ttl:2:"),
        (1, "<a> <b> )", "data.ttl:1:"),
        (0, "<a> <b> <c> .", "shapes.ttl: has no shapes: nothing would be checked"),
    ],
)
def test_check_names_the_place_of_a_file_that_it_cannot_use(
    pair: tuple[Path, Path], file: int, text: str, message: str
) -> None:
    pair[file].write_text(text)
    assert message in refusal("check", "--shapes", pair[0], "--data", pair[1])


@pytest.mark.parametrize(
    ("ending", "text", "place"),
    [
        ("ttl", f"\ufeff{DATA}", "data.ttl:3"),
        ("nt", f"<http://example.org/a> <{RDF}type> <http://example.org/A> .", "data.nt:1"),
        (
            "jsonld",
            '{"@id": "http://example.org/a", "@type": "http://example.org/A"}',
            "data.jsonld",
        ),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_check_reads_files_as_others_write_them(
    pair: tuple[Path, Path], ending: str, text: str, place: str, pack: Callable[[bytes], bytes]
) -> None:
    name = f"data.{ending}" if pack is bytes else f"data.{ending}.gz"
    data = pair[1].with_name(name)
    data.write_bytes(pack(text.encode()))
    done = invoke("check", "--shapes", pair[0], "--data", data)
    assert (done.exit_code, done.stderr) == (1, "")
    assert place.replace(f"data.{ending}", name) in done.stdout


def test_check_names_the_formats_that_it_reads(pair: tuple[Path, Path]) -> None:
    shapes, data = pair
    other = data.rename(data.with_suffix(".xlsx"))
    message = refusal("check", "--shapes", shapes, "--data", other)
    assert f"{other}: the name of an RDF file must end in one of .ttl, .jsonld" in message


def test_check_takes_shapes_and_data_together_or_the_content(
    pair: tuple[Path, Path], excerpt: ContentCopy
) -> None:
    for arguments, message in (
        (("--shapes", pair[0]), "give --shapes and --data together"),
        (
            ("--shapes", pair[0], "--data", pair[1], "--content", excerpt.root),
            "give either --content, or --shapes and --data",
        ),
        (("--shapes", pair[0], "--data", "missing.ttl"), "File 'missing.ttl' does not exist"),
    ):
        done = invoke("check", *arguments)
        assert done.exit_code == 2
        assert message in done.stderr


def test_check_names_the_shape_that_takes_too_long(pair: tuple[Path, Path]) -> None:
    shapes, data = pair
    shapes.write_text(f'{SHAPES}ex:slow sh:targetNode "{"a" * 40}b" ;\n  sh:pattern "^(a+)+$" .\n')
    message = refusal("check", "--shapes", shapes, "--data", data, rule_seconds=1)
    assert "shapes.ttl:3: applying this shape took longer than 1 s" in message
