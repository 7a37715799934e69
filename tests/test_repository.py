"""What holds for the repository as a whole."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "src").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_is_one_noun_of_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    vague = ("utils", "helpers", "manager", "managers", "common", "misc")
    assert path.stem not in vague


@pytest.mark.parametrize(
    "name", ["scripts/serve", "scripts/test", "scripts/check", "scripts/bench", ".ci/run"]
)
def test_a_script_can_be_run(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


def test_continuous_integration_runs_what_a_developer_runs() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line.startswith("scripts/")] == [
        "scripts/check",
        "scripts/test",
    ]


def test_the_changelog_knows_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert "## Unreleased" in changelog or f"## {version('apecgraph')}" in changelog


def test_nothing_of_elsewhere_is_needed() -> None:
    """The product builds, runs and is tested without what only its makers have."""
    for path in (*MODULES, *(ROOT / "scripts").iterdir(), *(ROOT / "tests").glob("*.py")):
        assert "/".join(("..", "shared")) not in path.read_text(encoding="utf-8"), path
