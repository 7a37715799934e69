"""The notebook of the documentation runs against a server, and contains no answers of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tests.support.programs import python

NOTEBOOK: Final = Path(__file__).parents[2] / "docs" / "examples.ipynb"
LOCAL: Final = "http://127.0.0.1:8000"


def cells() -> list[dict[str, Any]]:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    return [each for each in notebook["cells"] if each["cell_type"] == "code"]


def test_the_notebook_runs(server: str) -> None:
    program = "\n\n".join("".join(cell["source"]) for cell in cells())
    assert program.count(LOCAL) == 1
    printed = python(program.replace(LOCAL, server), server)
    assert "26.29 trillion yuan, not 2.629" in printed


def test_the_notebook_contains_no_outputs() -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells())
