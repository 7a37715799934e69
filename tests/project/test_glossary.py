"""docs/glossary.md maps the words of the project to terms that a release uses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from apecgraph.rdf.formats import N_QUADS
from apecgraph.rdf.namespaces import ID, PREFIXES
from apecgraph.release.release import REPORT_TURTLE, Release

PAGE: Final = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_its_terms_are_used_in_the_release_or_its_report(release: Release) -> None:
    terms = set(re.findall(r"`(\w+):(\w+)`", PAGE))
    assert len(terms) > 25
    report = (release.path / REPORT_TURTLE).read_text(encoding="utf-8")
    text = release.dump(N_QUADS).read_text(encoding="utf-8") + report
    unused = [
        f"{prefix}:{name}"
        for prefix, name in terms
        if f"<{PREFIXES[prefix]}{name}>" not in text and f"{prefix}:{name}" not in text
    ]
    assert unused == []


def test_each_edit_rule_has_a_kind(release: Release) -> None:
    table = PAGE.partition("## Edit rules by kind")[2].partition("## ")[0]
    sorted_in = re.findall(r"`([\w-]+)`", table)
    used = set(re.findall(rf"<{ID}relation/([\w-]+)>", release.dump(N_QUADS).read_text()))
    assert len(sorted_in) == len(set(sorted_in))
    assert set(sorted_in) == used
