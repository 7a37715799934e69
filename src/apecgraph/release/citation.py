"""Citations: how to name a release in a text, in BibTeX and in CSL-JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, DCTERMS
from apecgraph.release.release import Release

_COMMANDS: Final = {
    **{each: f"\\{each}" for each in "{}$&#%_"},
    "\\": "\\textbackslash ",
    "^": "\\textasciicircum ",
    "~": "\\textasciitilde ",
}


@dataclass(frozen=True, slots=True)
class ReleaseCitation:
    """What names a release; iri: stays the same for it, and leads to its description."""

    author: str
    title: str
    release: str
    issued: str
    iri: str

    @classmethod
    def of(cls, release: Release, graph: Graph) -> ReleaseCitation:
        """Read what the data says of its publication."""
        labels = Labels(graph)
        publishers = graph.values(BASE, f"{DCTERMS}publisher")
        return cls(
            author=", ".join(labels.title(each).value for each in publishers),
            title=graph.value(BASE, f"{DCTERMS}title") or labels.title(BASE).value,
            release=release.name,
            issued=release.issued,
            iri=release.iri,
        )

    def text(self) -> str:
        """Write it as a sentence or two."""
        parts = (self.author, self.title, f"Release {self.release}", self.issued)
        return f"{'. '.join(filter(None, parts))}. {self.iri}"

    def bibtex(self) -> str:
        """Write it as an entry of BibTeX."""
        fields = {
            # In braces of its own it is not taken for a first and a last name.
            "author": self.author and f"{{{_escaped(self.author)}}}",
            "title": _escaped(self.title),
            "year": self.issued[:4],
            "version": self.release,
            "date": self.issued,
            "url": self.iri,
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        return ",\n".join([f"@misc{{release-{self.release}", *lines]) + "\n}\n"

    def csl(self) -> str:
        """Write it in CSL-JSON, for Zotero and its kin."""
        item: dict[str, Any] = {
            "id": self.iri,
            "type": "dataset",
            "title": self.title,
            "version": self.release,
            "URL": self.iri,
        }
        if self.author:
            item["author"] = [{"literal": self.author}]
        if re.fullmatch(r"\d{4}-\d\d-\d\d", self.issued):
            item["issued"] = {"date-parts": [[int(each) for each in self.issued.split("-")]]}
        return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


def _escaped(text: str) -> str:
    """Write a text in a field of BibTeX, where some characters are commands."""
    return "".join(_COMMANDS.get(each, each) for each in text)
