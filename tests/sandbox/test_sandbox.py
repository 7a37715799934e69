"""Harmful content is an error with its place, and the process that checks it survives."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from apecgraph.build import refusals as refusal
from apecgraph.build.pipeline import build_release
from apecgraph.check.validation import check_content
from apecgraph.content.folder import default_content
from apecgraph.errors import CheckFailed, ContentError
from apecgraph.files import read_file, steady
from apecgraph.progress import StepObserver
from apecgraph.sandbox import runner as sandbox
from apecgraph.settings import Settings
from tests.support.command import COMMAND, WITHOUT_SECCOMP, run
from tests.support.connections import listener
from tests.support.contents import SmallContent
from tests.support.processes import alive, children
from tests.support.waiting import soon

DEEP = 100_000

# Triple patterns that share no variable: the engine never reaches the last.
JOINS = " . ".join(f"?s{each} ?p{each} ?o{each}" for each in range(30))
ENDLESS = f"SELECT $this WHERE {{ $this ?p ?o . {JOINS} FILTER(STR(?p0) = STR(?o29)) }}"
NESTED = f"SELECT $this WHERE {'{' * DEEP} $this ?p ?o {'}' * DEEP}"


PEOPLE = "data/entities/people.ttl"
RULES = "shapes/people.ttl"
LABEL = "<shape/hostile-label>"
QUERY = "<shape/hostile-query>"
PERSON = f'<person/p> a schema:Person ; skos:prefLabel "{"a" * 31}b"@en .\n'


def shape(rule: str) -> dict[str, str]:
    return {
        RULES: "<shape/hostile> a sh:NodeShape ; sh:targetClass schema:Person ;\n"
        f"    sh:property {LABEL} .\n"
        f"{LABEL} sh:path skos:prefLabel ; {rule} ."
    }


def sparql(select: str) -> str:
    return f'sh:sparql {QUERY} .\n{QUERY} sh:select "{select}" ; sh:message "x"@en'


def place(folder: Path, subject: str) -> str:
    """Return the file and the line where a shape is described."""
    lines = (folder / "content" / RULES).read_text().splitlines()
    return f"{RULES}:{[line.startswith(subject) for line in lines].index(True) + 1}"


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write a content with one person and some files, keyed by path; return its folder."""
    content = SmallContent(folder / "content")
    for name, text in {PEOPLE: "", **files}.items():
        content.write(name, (PERSON if name == PEOPLE else "") + text)
    return content.root


def checked(folder: Path, files: Mapping[str, str], **settings: Any) -> list[str]:
    """Check a content in the sandbox; return the results of its report as text."""
    report = sandbox.run_check(written(folder, files), Settings(**settings))
    return [str(result) for result in report.results]


def test_harmless_content_passes(tmp_path: Path) -> None:
    many = "".join(f"@prefix p{each}: <http://x/{each}/> .\n" for each in range(DEEP))
    assert checked(tmp_path, {PEOPLE: many, **shape('sh:pattern "^a+b$"')}) == []


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(sparql(ENDLESS), id="a query without end"),
        pytest.param('sh:pattern "^(a+)+$"', id="a pattern without end"),
    ],
)
def test_an_endless_rule_is_stopped_and_the_error_names_it(tmp_path: Path, rule: str) -> None:
    (found,) = checked(tmp_path, shape(rule), rule_seconds=1)
    assert found.startswith(f"{place(tmp_path, LABEL)}: applying this shape took longer than 1 s")


def test_a_deep_query_is_refused_and_the_error_names_it(tmp_path: Path) -> None:
    (found,) = checked(tmp_path, shape(sparql(NESTED)))
    assert found.startswith(f"{place(tmp_path, QUERY)}: the shapes cannot be applied: ")
    assert "The query nests brackets more than 128 deep" in found


@pytest.fixture
def without_logging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Disable logging in every new Python process; return a file that such a process creates."""
    started = tmp_path / "started"
    (tmp_path / "sitecustomize.py").write_text(
        f"import logging, pathlib; logging.disable(); pathlib.Path({str(started)!r}).touch()"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return started


def test_a_shape_is_limited_and_the_error_names_it_even_if_nothing_is_logged(
    tmp_path: Path, without_logging: Path
) -> None:
    (result,) = checked(tmp_path, shape(sparql(ENDLESS)), rule_seconds=1)
    assert result.startswith(RULES)
    assert "applying this shape took longer than 1 s (APECGRAPH_RULE_SECONDS)" in result
    assert without_logging.exists()


def test_a_file_is_limited_and_the_error_names_it_even_if_nothing_is_logged(
    tmp_path: Path, without_logging: Path
) -> None:
    many = {PEOPLE: f"<a:a> <a:b> {'1,' * 30_000_000} 1 ."}
    (result,) = checked(tmp_path, many, rule_seconds=1)
    assert result.startswith(f"{PEOPLE}: reading it took longer than 1 s (APECGRAPH_RULE_SECONDS)")
    assert without_logging.exists()


def test_the_time_limit_applies_to_each_file_separately(tmp_path: Path) -> None:
    """Sixteen files take a quarter of a second each; the limit is a second for each file."""
    text = "".join(f"<a:{i}> <a:b> <a:c> .\n" for i in range(20_000))
    files = {f"data/sources/many-{number}.ttl": text for number in range(16)}
    root = written(tmp_path, {})
    for name, text in files.items():
        (root / name).write_text(text)
    changed, errors = sandbox.run_canonical(root, Settings(rule_seconds=1))
    assert not errors
    assert {root / name for name in files} <= changed.keys()


def test_a_recursive_shape_is_refused_and_the_error_names_it(tmp_path: Path) -> None:
    """SHACL leaves the meaning of recursion to the processor (section 3.4.3)."""
    (found,) = checked(tmp_path, shape(f"sh:node {LABEL}"))
    assert found.startswith(f"{place(tmp_path, LABEL)}: the shapes cannot be applied: ")
    assert "this shape refers to itself" in found


def test_reading_a_file_that_exhausts_memory_is_stopped_and_the_error_names_the_file(
    tmp_path: Path,
) -> None:
    """A prefix of 100 KB in 300,000 IRIs makes 30 GB out of a file of two megabytes."""
    text = f"@prefix p: <a:{'x' * 100_000}> .\n" + "".join(
        f"p:{each} p: p: .\n" for each in range(DEEP)
    )
    (found,) = checked(tmp_path, {PEOPLE: text}, load_megabytes=300)
    assert found.startswith(f"{PEOPLE}: reading it took more than 300 MB of memory")


def test_the_check_as_a_whole_has_a_deadline(tmp_path: Path) -> None:
    (found,) = checked(tmp_path, shape(sparql(ENDLESS)), load_seconds=0.1)
    assert "processing it took longer than 0.1 s (APECGRAPH_LOAD_SECONDS)" in found


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """Neither imports nor SERVICE are followed, not even on a line that contains a #."""
    with listener() as (port, callers):
        url = f"http://127.0.0.1:{port}/"
        imports = {RULES: f"<shape/person> a owl:Ontology ; owl:imports <{url}> ."}
        assert checked(tmp_path, imports) == []
        called = f"FILTER(?p != <a:#>) SERVICE <{url}> {{ ?a ?b ?c }}"
        service = f"SELECT $this WHERE {{ $this ?p ?v {called} }}"
        (found,) = checked(tmp_path / "service", shape(sparql(service)))
        assert found.startswith(f"{place(tmp_path / 'service', QUERY)}: ")
        assert "a query in a shape may not call another endpoint (SERVICE)" in found
        check_content(tmp_path / "service" / "content")  # this process has network access
        assert callers == []


CALL = """
import socket
from apecgraph.sandbox import tasks

def call(request, observe):
    try:
        socket.create_connection(("127.0.0.1", {port}), timeout=30).close()
    except OSError as error:
        return error.strerror
    return "connected"

tasks._TASKS = {{"check": call}}
if {confined}:
    tasks.main()
else:
    call(None, None)
"""


@pytest.mark.parametrize("confined", [True, False])
def test_the_process_that_checks_has_no_network(tmp_path: Path, confined: bool) -> None:
    """Whatever runs in it: here, code that no content could bring in."""
    request = {"task": "check", "content": str(tmp_path), "megabytes": 1000, "seconds": 60}
    with listener() as (port, callers):
        reading, writing = os.pipe()
        subprocess.run(
            [
                *(sys.executable, "-c", CALL.format(port=port, confined=confined)),
                *(str(writing), str(os.getpid()), json.dumps(request)),
            ],
            pass_fds=[writing],
            check=True,
            timeout=60,
        )
        os.close(writing)
        with os.fdopen(reading) as messages:
            answer = messages.read()
        if confined:
            assert json.loads(answer) == {"result": os.strerror(errno.EPERM)}
            assert callers == []
        else:
            assert soon(lambda: len(callers) == 1)


def test_nothing_is_read_without_seccomp(tmp_path: Path) -> None:
    root = written(tmp_path, {})
    ran = run("check", "--content", root, command=WITHOUT_SECCOMP)
    assert ran.returncode == 1
    assert "is not read" in ran.stdout
    assert "(seccomp(2)), but this kernel does not: Operation not permitted" in ran.stdout


def test_the_report_names_each_unreadable_file(tmp_path: Path) -> None:
    root = written(tmp_path, {"data/sources/x.ttl": "<x> owl:imports " + "[ <a:b> " * DEEP})
    sources = root / "data" / "sources"
    os.mkfifo(sources / "pipe.ttl")
    (sources / "device.ttl").symlink_to("/dev/zero")
    (sources / "loop.ttl").symlink_to("loop.ttl")
    (sources / "bytes.ttl").write_bytes(b'<a:a> <a:b> "\xff" .')
    with (sources / "large.ttl").open("wb") as file:
        file.truncate(500_000_000)
    (sources / "word.ttl").write_text(f'<a:a> <a:b> "{"x" * 20_000_000}" .')
    text = sandbox.run_check(root, Settings(load_megabytes=300)).text()
    for name, reason in {
        "pipe.ttl": "is not read: it is not a regular file",
        "device.ttl": "is a link that leads out of the content folder",
        "loop.ttl": "is not read: it is not a regular file",
        "bytes.ttl:1:14": "Invalid UTF-8",
        "large.ttl": "cannot be read: has 500,000,000 bytes",
        "word.ttl": "contains a literal, or another token, that is too long",
        "x.ttl": "nests brackets more than 64 deep",
    }.items():
        assert f"data/sources/{name}: {reason}" in text
    with pytest.raises(CheckFailed, match=r"device\.ttl: cannot be read: is not a regular file"):
        sandbox.run_build(root, Settings(releases=tmp_path / "releases"))


def test_a_build_over_a_limit_keeps_its_report(tmp_path: Path) -> None:
    root = written(tmp_path, shape(sparql(ENDLESS)))
    settings = Settings(releases=tmp_path / "releases", rule_seconds=1)
    with pytest.raises(CheckFailed, match=r"The report is kept in .*/refused/"):
        sandbox.run_build(root, settings)
    (kept,) = refusal.kept(settings.releases)
    (result,) = kept.report.results
    assert "applying this shape took longer than 1 s" in result.message
    (place,) = result.places
    assert place.line is not None
    assert place.file.startswith("shapes/")


def test_a_file_that_changes_while_it_is_read_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    other = tmp_path / "b.ttl"
    for each in (path, other):
        each.write_bytes(b"<a:a> <a:b> 1 .")
    assert read_file(path) == b"<a:a> <a:b> 1 ."
    with pytest.raises(OSError, match="changed while it was read"), steady(path):
        path.write_bytes(b"<a:a> <a:b> 2 .")
    with pytest.raises(OSError, match="changed while it was read"), steady(path):
        other.replace(path)


def test_content_that_changes_while_it_is_checked_makes_no_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = written(tmp_path, {})
    path = root / PEOPLE

    def slow(content: Path, observe: StepObserver) -> object:
        found = check_content(content, observe)
        path.write_text(path.read_text().replace("aab", "aac"))
        return found

    monkeypatch.setattr("apecgraph.build.pipeline.check_content", slow)
    with pytest.raises(ContentError, match="changed while it was checked"):
        build_release(root, tmp_path / "releases")
    assert not (tmp_path / "releases").exists()


def test_the_process_ends_if_its_parent_is_killed(tmp_path: Path) -> None:
    root = written(tmp_path, shape(sparql(ENDLESS)))
    with subprocess.Popen([*COMMAND, "check", "--content", str(root)]) as waiting:
        assert soon(lambda: bool(children(waiting.pid)))
        (at_work,) = children(waiting.pid)
        waiting.kill()
    assert soon(lambda: not alive(at_work))


@pytest.mark.parametrize(("task", "may"), [("check", False), ("figures", True), ("build", True)])
def test_only_tasks_that_start_threads_may_start_them(task: str, may: bool) -> None:
    """The kernel does not hold root to this limit, so it must be asked."""
    program = (
        "import os, resource; from apecgraph.sandbox.tasks import _confine; "
        f"request = {{'content': '.', 'megabytes': 1000, 'seconds': 9, 'task': {task!r}}}; "
        "_confine(request, os.getppid()); print(resource.getrlimit(resource.RLIMIT_NPROC)[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout.strip() != "0") is may


@pytest.mark.parametrize(
    "name",
    [
        "ontology/context.jsonld",
        "ontology/terms.csv",
        "ontology/vocabularies.csv",
        "ontology/questions/01-x.rq",
        "data/tables/t/figures.csv",
        "data/tables/t/figures.csv-metadata.json",
        "data/sources/s1.ttl",
    ],
)
def test_a_limit_that_is_met_while_a_file_is_read_names_the_file(
    content: SmallContent, name: str
) -> None:
    """Here, the file is read in less memory than it has bytes."""
    for file in ("ontology/questions/01-x.rq", "ontology/questions/01-x.csv"):
        (content.root / file).parent.mkdir(exist_ok=True)
        (content.root / file).write_text("# Why?\n")
    if name.startswith("data/tables"):
        (content.root / "data/tables/t").mkdir(parents=True)
        content.write("data/tables/t/source.ttl", "<source/t> a apec:Source ; rdfs:label 't'@en .")
        (content.root / "data/tables/t/figures.csv").write_text("name\r\n")
        metadata = content.root / "data/tables/t/figures.csv-metadata.json"
        shutil.copy(next(default_content().glob(f"data/tables/*/{metadata.name}")), metadata)
    with (content.root / name).open("ab") as enlarged:
        enlarged.truncate(60_000_000)
    report = sandbox.run_check(content.root, Settings(load_megabytes=58))
    assert not report.conforms
    assert {result.places[0].file for result in report.results} == {name}, report.text()
