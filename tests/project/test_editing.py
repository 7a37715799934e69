"""The edits and commands of docs/editing.md are replayed on a copy of the content.

`python -m tests.project.test_editing` rewrites the page with the output of the commands.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner

from apecgraph.cli.main import main
from apecgraph.content.folder import default_content
from tests.support.contents import ContentCopy

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "editing.md"
BLOCK: Final = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CHANGING: Final = (
    (re.compile(r"\(\d+ triples\)"), "(… triples)"),
    (re.compile(r"^/\S+/releases/[0-9a-f]+: \d+ quads$", re.MULTILINE), "…/releases/…: … quads"),
)


def replayed(page: str, folder: Path) -> str:
    """Carry out a page block by block; return it with the actual output of its commands."""
    content = ContentCopy(folder)
    shutil.rmtree(content.path("ontology/questions"))  # without the tables, other answers are right

    def replay(block: re.Match[str]) -> str:
        language, name, text = block.groups()
        if language == "console":
            commands = re.findall(r"^\$ (.*)\n", text, re.MULTILINE)
            return f"```console\n{''.join(run(command, content.root) for command in commands)}```"
        if language == "turtle":
            path = content.path(name)
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            path.write_text(before + text, encoding="utf-8")
        elif language == "diff":
            lines = text.splitlines(keepends=True)
            assert {line[0] for line in lines} <= set(" -+"), text
            old, new = ("".join(x[1:] for x in lines if x[0] in kept) for kept in (" -", " +"))
            content.replace(name, old, new)
        elif language == "ttl":
            return f"```ttl {name}\n{content.path(name).read_text(encoding='utf-8')}```"
        elif language == "text":
            return f"```text\n{report_without_decision(folder / 'undecided')}```"
        else:
            raise AssertionError(f"unknown language {language}")
        return block[0]

    return BLOCK.sub(replay, page)


def report_without_decision(folder: Path) -> str:
    """Return the report of the check on the content without the decision on the trade of 2025."""
    content = ContentCopy(folder)
    content.remove("data/decisions.ttl", "<decision/trade-2025>")
    return content.check().text()


def run(command: str, root: Path) -> str:
    """Run an apecgraph command on the copy; return it with its output, as the page shows both."""
    program, *arguments = shlex.split(command)
    assert program == "apecgraph"
    done = CliRunner().invoke(
        main,
        [*arguments, "--content", str(root)],
        env={"APECGRAPH_RELEASES": str(root.parent / "releases")},
    )
    assert isinstance(done.exception, SystemExit | None), done.exception
    output = done.output
    for pattern, text in CHANGING:
        output = pattern.sub(text, output)
    return f"$ {command}\n{output}"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def sessions(page: str) -> list[str]:
    return [text for language, _, text in BLOCK.findall(page) if language == "console"]


def test_its_edits_and_commands_have_the_output_it_shows(page: str, tmp_path: Path) -> None:
    assert replayed(page, tmp_path) == page, "python -m tests.project.test_editing"


def test_its_commands_pass_and_fail_as_the_page_says(page: str) -> None:
    _, entered, refused, added, mistyped, misread, settled = sessions(page)
    assert entered.count(" written\n") == 3
    assert refused.count("Error: ") == 2
    for passes in (added, settled):
        assert "the content passes the check (… triples)\n" in passes
    assert "…/releases/…: … quads\n" in added
    assert "data/sources/example-2026.ttl:" in mistyped
    assert "says 26.29 trillion, but the figure is 2.629 trillion" in mistyped
    assert "they cannot both be true: one is 10 times the other" in misread
    for fails in (mistyped, misread):
        assert fails.endswith("the content does not pass the check\n")


def test_its_example_is_not_in_the_graph() -> None:
    for path in (default_content() / "data").rglob("*.ttl"):
        assert "example-2026" not in path.read_text(encoding="utf-8")


def test_its_commands_exist(page: str) -> None:
    commands = set(re.findall(r"^\$ apecgraph (\w+)", page, re.MULTILINE))
    assert (
        commands
        == {"fmt", "new", "check", "build", "decide"}
        <= set(main.list_commands(click.Context(main)))
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        text = replayed(PAGE.read_text(encoding="utf-8"), Path(folder))
    PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{PAGE}: written\n")
