"""The examples of README.md and docs/, which the tests run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (
    "README.md",
    "docs/reconciliation.md",
    "docs/sparql.md",
    "docs/use.md",
)


def blocks(language: str) -> list[str]:
    """Return the code blocks of all pages that are in a language."""
    text = "".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def split_command(block: str) -> tuple[str, str]:
    """Split a console block into the command, which ends where its quotes close, and the answer."""
    lines = block.removeprefix("$ ").splitlines(keepends=True)
    command = lines.pop(0)
    while command.count("'") % 2:
        command += lines.pop(0)
    return command, "".join(lines)


def split_program(block: str, comment: str) -> tuple[str, str]:
    """Split a program from its output, which it shows as comments in its last lines."""
    lines = block.splitlines()
    output: list[str] = []
    while lines[-1].startswith(comment):
        output.insert(0, lines.pop().removeprefix(comment).removeprefix(" ") + "\n")
    return "\n".join(lines), "".join(output)
