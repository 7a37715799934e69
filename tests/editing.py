"""A copy of the content that a test edits as an editor would, file by file."""

from __future__ import annotations

import shutil
from pathlib import Path

from apecgraph.content import default_content
from apecgraph.report import Report
from apecgraph.validation import check


class Copy:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "content"
        for name in ("ontology", "data", "shapes"):
            shutil.copytree(default_content() / name, self.root / name)

    def path(self, name: str) -> Path:
        return self.root / name

    def replace(self, name: str, old: str, new: str) -> int:
        """Replace a text that stands exactly once; return its line."""
        path = self.path(name)
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def remove(self, name: str, subject: str) -> None:
        """Remove the block of a subject."""
        path = self.path(name)
        text = path.read_text(encoding="utf-8")
        start = text.index(f"\n{subject}\n")
        end = text.index(" .\n", start) + 3
        path.write_text(text[:start] + text[end:], encoding="utf-8")

    def line(self, name: str, text: str) -> int:
        """Return the first line that holds a text."""
        lines = self.path(name).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def check(self) -> Report:
        report, _ = check(self.root)
        return report
