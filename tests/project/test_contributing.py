"""CONTRIBUTING.md does what it says: its edits and commands are replayed on a copy of the content.

`python tests/test_contributing.py` writes into the page what the commands print now.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from apecgraph.cli.main import main
from apecgraph.content.folder import default_content
from tests.support.content_copy import ContentCopy

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "CONTRIBUTING.md"
BLOCK: Final = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CHANGING: Final = (
    (re.compile(r"\(\d+ triples\)"), "(… triples)"),
    (re.compile(r"^/\S+/releases/[0-9a-f]+: \d+ quads$", re.MULTILINE), "…/releases/…: … quads"),
)


def replayed(page: str, folder: Path) -> str:
    """Do what a page says, block by block; return it with what the commands print."""
    content = ContentCopy(folder)

    def replay(block: re.Match[str]) -> str:
        language, name, text = block.groups()
        if language == "console":
            commands = re.findall(r"^\$ (.*)\n", text, re.MULTILINE)
            return f"```console\n{''.join(run(each, content.root) for each in commands)}```"
        if language == "turtle":
            path = content.path(name)
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            path.write_text(before + text, encoding="utf-8")
        elif language == "diff":
            lines = text.splitlines(keepends=True)
            assert {line[0] for line in lines} <= set(" -+"), text
            old, new = ("".join(x[1:] for x in lines if x[0] in kept) for kept in (" -", " +"))
            content.replace(name, old, new)
        else:
            raise AssertionError(f"nothing is known of {language} blocks")
        return block[0]

    return BLOCK.sub(replay, page)


def run(command: str, root: Path) -> str:
    """Run a command of ours on the copy; return it with its output, as the page shows both."""
    program, *arguments = command.split()
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


def test_what_it_says_is_what_happens(page: str, tmp_path: Path) -> None:
    assert replayed(page, tmp_path) == page, "python tests/test_contributing.py writes it anew"


def test_its_story_is_told(page: str) -> None:
    added, mistyped, settled = sessions(page)
    for passes in (added, settled):
        assert "the content passes the check (… triples)\n" in passes
    assert "…/releases/…: … quads\n" in added
    assert "data/sources/example-2026.ttl:" in mistyped
    assert "26.29 trillion yuan" in mistyped
    assert "they cannot both be: one is 10 times the other" in mistyped
    assert mistyped.endswith("the content does not pass the check\n")


def test_its_example_is_canonical(page: str) -> None:
    # otherwise `fmt` would tell that it wrote it
    assert "example-2026" not in sessions(page)[0]


def test_its_example_is_no_fact_of_the_graph() -> None:
    for path in (default_content() / "data").rglob("*.ttl"):
        assert "example-2026" not in path.read_text(encoding="utf-8")


def named(page: str) -> Iterator[str]:
    """The paths that the page names, as patterns."""
    for name in re.findall(r"`([\w./*-]+)`", BLOCK.sub("", page)):
        if "/" in name or Path(name).suffix:
            yield name.replace("NN-slug", "[0-9][0-9]-*")


def test_what_it_names_exists(page: str) -> None:
    names = set(named(page)) - {"data/sources/example-2026.ttl", ".venv/bin/apecgraph"}
    assert len(names) > 10
    assert [name for name in names if not list(ROOT.glob(name.rstrip("/")))] == []


def test_it_tells_no_other_commands_than_there_are(page: str) -> None:
    told = set(re.findall(r"^\$ apecgraph (\w+)", page, re.MULTILINE))
    assert told == {"fmt", "check", "build"} <= set(main.commands)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        text = replayed(PAGE.read_text(encoding="utf-8"), Path(folder))
    PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{PAGE}: written\n")
