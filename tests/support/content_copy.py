"""A copy of the content that a test edits as an editor would, file by file."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final

from apecgraph.check.report import Report
from apecgraph.check.validation import check_content
from apecgraph.content.folder import default_content
from apecgraph.rdf.turtle import format_file

EXCERPT: Final = frozenset(
    (
        "apec-faq",
        "apec-sccp",
        "apec-secretariat-2005",
        "beijing-review-2017",
        "cgtn-fyp14-roadmap",
        "chinadailyasia-628497",
        "chinaorgcn-36530229",
        "cri-cd684bbb",
        "datasets-country-codes",
        "docsbay-2003",
        "docsbay-2006",
        "docsbay-2013",
        "korea-customs-service",
        "people-s-daily-online-2026-2",
        "pulso-aduanero-2019",
        "stheadline-3542542",
        "tax-times",
        "undp-china-2021",
        "vdocuments-2008",
        "world-customs-organizati-2018",
        "world-customs-organizati-2018-2",
    )
)
"""Sources that pass the check by themselves: all that the entities need, and no conflict.

To check them takes a sixth of the time. Where an entity comes to need another source, name it here.
"""

_CLAIM: Final = re.compile("<(?:figure|statement)/([^/>]+)/")


class ContentCopy:
    """All of the content, or the sources of some names and the decisions on these alone."""

    def __init__(self, folder: Path, sources: Collection[str] | None = None) -> None:
        self.root = folder / "content"
        for name in ("ontology", "data", "shapes"):
            shutil.copytree(default_content() / name, self.root / name)
        if sources is not None:
            self._keep(sources)

    def _keep(self, sources: Collection[str]) -> None:
        for path in self.path("data/sources").iterdir():
            if path.stem not in sources:
                path.unlink()
        path = self.path("data/decisions.ttl")
        blocks = path.read_text(encoding="utf-8").split("\n\n")
        kept = [each for each in blocks if set(_CLAIM.findall(each)) <= set(sources)]
        path.write_text("\n\n".join(kept), encoding="utf-8")
        path.write_text(format_file(path), encoding="utf-8")

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
        report, _ = check_content(self.root)
        return report
