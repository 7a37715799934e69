"""The documents agree with the program and with one another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from apecgraph.cli.main import main
from apecgraph.settings import Settings

ROOT: Final = Path(__file__).parents[2]
DOCUMENTS: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

OF_THE_SYSTEM: Final = {
    "Read-only file system",
    "Permission denied",
    "No space left on device",
    "killed by the OOM killer",
    "queue",
}
"""Messages of the kernel and of systemd, and the name of a limit."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """Return the fragments of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, fragment = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        assert not fragment or fragment in anchors(linked), target


def test_the_readme_is_short() -> None:
    assert len(read("README.md").split()) <= 1000


def test_the_index_lists_every_document() -> None:
    linked = set(re.findall(r"\]\(([\w/.-]+\.md)", read("docs/README.md")))
    docs = ROOT / "docs"
    assert {str(page.relative_to(docs)) for page in docs.rglob("*.md")} - {"README.md"} <= linked


def test_the_table_of_settings_is_complete_and_has_their_defaults_and_descriptions() -> None:
    rows = re.findall(
        r"^\| `APECGRAPH_(\w+)` \| (.*?) \| (.*?) \|$", read("docs/configuration.md"), re.MULTILINE
    )
    documented = {name.lower(): (default, meaning) for name, default, meaning in rows}
    fields = Settings.model_fields
    assert {name: field.description for name, field in fields.items()} == {
        name: meaning for name, (_, meaning) in documented.items()
    }
    for name, field in fields.items():
        if isinstance(field.default, int | float):
            assert float(documented[name][0]) == field.default, name


def test_the_list_of_commands_is_complete() -> None:
    commands = re.findall(r"^apecgraph (\w+)", read("docs/command-line.md"), re.MULTILINE)
    assert set(commands) == set(main.list_commands(click.Context(main)))


def literals(module: Path) -> Iterator[str]:
    """Yield the strings of a module; a placeholder of an f-string is a space."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else " " for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_operating_quotes_messages_of_the_program() -> None:
    symptoms = re.findall(r"^\| (.*?) \|", read("docs/operating.md"), re.MULTILINE)
    quoted = {part for row in symptoms for part in re.findall(r'"([^"]+)"', row)} - OF_THE_SYSTEM
    assert len(quoted) > 10
    texts = [text for module in (ROOT / "src").rglob("*.py") for text in literals(module)]
    missing = [
        message
        for message in quoted
        if not any(all(part.strip() in text for part in message.split("...")) for text in texts)
    ]
    assert missing == []
