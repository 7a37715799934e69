"""Releases on the command line, as an operator meets them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.support.command import invoke, run_on_terminal
from tests.support.contents import SmallContent


def built(releases: Path, content: SmallContent, label: str) -> str:
    content.source(0, label)
    done = invoke("build", "--content", content.root, releases=releases)
    assert done.exit_code == 0, done.output
    return done.stdout.partition(":")[0].rpartition("/")[2]


def test_releases_are_listed(content: SmallContent, releases: Path) -> None:
    assert "contains no releases: run `apec" in invoke("releases", releases=releases).stderr
    first, second, third = (built(releases, content, label) for label in "abc")
    invoke("rollback", releases=releases)
    (releases / first / "links.nt").unlink()
    head, *rows = invoke("releases", releases=releases).stdout.splitlines()
    assert head.split() == ["RELEASE", "PUBLISHED", "QUADS", "FIGURES", "SOURCES", "MB"]
    assert [row.split()[:2] for row in rows[:1]] == [["*", second]]
    assert rows[1].split()[0] == third
    assert rows[1].endswith("rolled back")
    assert re.search(rf"{first} .*damaged: .*links\.nt is missing or was changed", rows[2])
    listed = json.loads(invoke("releases", "--json", releases=releases).stdout)
    assert [each["name"] for each in listed] == [second, third, first]
    assert [each["current"] for each in listed] == [True, False, False]
    assert [each["rolledBack"] for each in listed] == [False, True, False]
    assert listed[0]["sources"] == 4
    assert listed[0]["previous"] == first
    assert listed[2]["damaged"].endswith("build the release again")


def test_rollback_reports_the_current_and_the_previous_release(
    content: SmallContent, releases: Path
) -> None:
    first, second = (built(releases, content, label) for label in "ab")
    assert (
        invoke("rollback", releases=releases).stdout
        == f"{releases / first}: current; before: {second}\n"
    )
    done = invoke("rollback", releases=releases)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "there is no release before" in done.stderr
    assert invoke("rollback", second, releases=releases).exit_code == 0
    assert (releases / "current").readlink() == Path(second)


def test_releases_and_content_are_compared(content: SmallContent, releases: Path) -> None:
    first, second = (built(releases, content, label) for label in ("a", "b"))
    text = invoke("diff", "previous", "current", releases=releases).stdout
    assert text.endswith("~ b (source/s0)\n    rdfs:label: a -> b\n")
    assert invoke("diff", first, releases / second, releases=releases).stdout == text
    found = json.loads(invoke("diff", first, second, "--format", "json", releases=releases).stdout)
    assert found["things"][0]["changes"][0]["after"][0]["term"] == '"b"@en'
    patch = invoke("diff", first, second, "--format", "patch", releases=releases).stdout
    assert patch == (releases / second / "differences.rdfp").read_text()
    content.source(0, "c")
    assert "rdfs:label: b -> c" in invoke("diff", "current", content.root, releases=releases).stdout
    content.write("data/sources/s0.ttl", "<source/s0> a apec:Source .")
    done = invoke("diff", "current", content.root, releases=releases)
    assert "rdfs:label: b\n" in done.stdout
    assert "does not pass the check" in done.stderr
    content.write("data/sources/s0.ttl", "<source/s0> a .")
    assert (
        "data/sources/s0.ttl:" in invoke("diff", "current", content.root, releases=releases).stderr
    )
    done = invoke("diff", "current", "0123456789abcdef", releases=releases)
    assert done.exit_code == 1
    assert f"has no release 0123456789abcdef; it has {second}, {first}" in done.stderr


def test_a_refused_build_says_where_its_report_is_kept(
    content: SmallContent, releases: Path
) -> None:
    built(releases, content, "a")
    for number in (1, 2, 3):
        (content.root / f"data/sources/s{number}.ttl").unlink()
    done = invoke("build", "--content", content.root, releases=releases)
    assert done.exit_code == 1
    kept = Path(done.stderr.split()[-1])
    assert json.loads((kept / "report.json").read_text())["conforms"] is True
    done = invoke("build", "--content", content.root, "--accept-loss", releases=releases)
    assert done.exit_code == 0


def test_a_build_shows_its_progress_on_a_terminal(content: SmallContent, releases: Path) -> None:
    _, shown = run_on_terminal("build", "--content", content.root, releases=releases)
    assert re.search(r"writing dumps of \d+ quads: 0 of 13 .*reading back", shown, re.DOTALL)
    assert shown.endswith("\x1b[K")
