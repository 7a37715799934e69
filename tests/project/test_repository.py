"""Rules for the repository as a whole."""

from __future__ import annotations

import os
import re
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def modules(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    return [path for path in found if "node_modules" not in path.parts]


MODULES = modules("src")
TESTS = modules("tests")


TEXT = {".csv", ".html", ".js", ".jsonld", ".md", ".py", ".rq", ".trig", ".ttl"}
VAGUE = {"utils", "helpers", "manager", "managers", "common", "misc"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_a_module_has_a_telling_name_and_a_bounded_length(path: Path) -> None:
    assert path.stem not in VAGUE
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450


def test_a_folder_has_at_most_20_modules() -> None:
    for folder in {path.parent for path in MODULES}:
        assert len(list(folder.glob("[!_]*.py"))) <= 20, folder


def test_no_text_has_the_marks_of_an_unresolved_merge() -> None:
    marks = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
    folders = (
        "benchmarks",
        "data",
        "deploy",
        "docs",
        "ontology",
        "scripts",
        "shapes",
        "src",
        "tests",
    )
    texts = [*ROOT.glob("*.md"), ROOT / "pyproject.toml"]
    for folder in (*folders, "tools", "w3id"):
        texts += [path for path in (ROOT / folder).rglob("*") if path.suffix in TEXT]
    texts = [path for path in texts if not {"node_modules", "bundle"} & {*path.parts}]
    assert len(texts) > 1000
    assert [path for path in texts if marks.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "path", [*(ROOT / "scripts").iterdir(), ROOT / ".ci" / "run"], ids=lambda path: path.name
)
def test_a_script_can_be_run(path: Path) -> None:
    assert os.access(path, os.X_OK)


def test_the_documented_scripts_are_those_that_exist() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `scripts/([\w-]+)` \|", page, re.MULTILINE)
    assert sorted(documented) == sorted(path.name for path in (ROOT / "scripts").iterdir())


def test_continuous_integration_runs_what_a_developer_runs() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line.startswith("scripts/")] == [
        "scripts/check",
        "scripts/test",
    ]


def test_the_changelog_has_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert "## Unreleased" in changelog or f"## {version('apecgraph')}" in changelog


def test_the_repository_needs_nothing_from_outside() -> None:
    """The product is built, run and tested without anything that only its makers have."""
    for path in (*MODULES, *(ROOT / "scripts").iterdir(), *TESTS):
        assert "/".join(("..", "shared")) not in path.read_text(encoding="utf-8"), path
