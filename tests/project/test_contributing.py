"""CONTRIBUTING.md names places that exist, and its table is entered as it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.support.command import invoke
from tests.support.contents import ContentCopy

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ("CONTRIBUTING.md", "docs/editing.md")


def named(page: str) -> set[str]:
    """Return the paths that a page names outside of its code blocks, as patterns."""
    prose = re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)
    names = {name for name in re.findall(r"`([\w.*-][\w./*-]*)`", prose) if "/" in name}
    return {name.replace("NN-slug", "[0-9][0-9]-*").rstrip("/") for name in names}


@pytest.mark.parametrize("page", PAGES)
def test_the_paths_that_it_names_exist(page: str) -> None:
    names = named((ROOT / page).read_text(encoding="utf-8"))
    names -= {"data/sources/example-2026.ttl", ".venv/bin/apecgraph"}  # an example; an installation
    assert len(names) > 4
    assert [name for name in names if not list(ROOT.glob(name))] == []


def test_the_table_in_a_new_layout_is_entered_as_printed(
    excerpt: ContentCopy, releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    files = re.findall(r"^```(?:csv|toml) (\S+)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert [name for name, _ in files] == ["trade.csv", "peru.toml"]
    for name, text in files:
        (tmp_path / name).write_text(text, encoding="utf-8")
    ((command, output),) = re.findall(
        r"^```console\n\$ apecgraph (import .*)\n((?:.*\n)*?)```$", page, re.MULTILINE
    )
    monkeypatch.chdir(tmp_path)
    done = invoke(*command.split(), "--content", excerpt.root, releases=releases)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == output
