"""CONTRIBUTING.md names places that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

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
