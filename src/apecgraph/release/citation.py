"""Citations of a release, or of a part of it: as text, in BibTeX, in RIS and in CSL-JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, DCTERMS
from apecgraph.release.release import Release
from apecgraph.text.catalogues import ENGLISH, Catalogue

_KEY_WORDS: Final = 6
"""Maximum number of words of a title in the key of a BibTeX entry."""

_COMMANDS: Final = {
    **{character: f"\\{character}" for character in "{}$&#%_"},
    "\\": "\\textbackslash ",
    "^": "\\textasciicircum ",
    "~": "\\textasciitilde ",
}


@dataclass(frozen=True, slots=True)
class ReleaseCitation:
    """The parts of a citation.

    Attributes:
        author: The publishers.
        title: Title of the publication.
        release: Name of the release.
        issued: Its date.
        iri: The permanent address of the cited thing.
        part: Title of the part of the publication that is cited; empty for all of it.
        catalogue: The language of the words.
    """

    author: str
    title: str
    release: str
    issued: str
    iri: str
    part: str = ""
    catalogue: Catalogue = ENGLISH

    @classmethod
    def of(cls, release: Release, graph: Graph, catalogue: Catalogue = ENGLISH) -> ReleaseCitation:
        """Read the description of the publication, in a language."""
        labels = Labels(graph, catalogue.tag)
        publishers = graph.values(BASE, f"{DCTERMS}publisher")
        return cls(
            author=", ".join(labels.title(publisher).value for publisher in publishers),
            title=labels.text(BASE, f"{DCTERMS}title") or labels.title(BASE).value,
            release=release.name,
            issued=release.issued,
            iri=release.iri,
            catalogue=catalogue,
        )

    def text(self) -> str:
        """Write the citation as text."""
        part = f"“{self.part}”" if self.part else ""
        version = self.catalogue.gettext("Release %(release)s", release=self.release)
        parts = (self.author, part, self.title, version, self.issued)
        return f"{'. '.join(filter(None, parts))}. {self.iri}"

    def bibtex(self) -> str:
        """Write the citation as a BibTeX entry."""
        fields = {
            # Extra braces keep BibTeX from splitting the author into first and last name.
            "author": self.author and f"{{{_escaped(self.author)}}}",
            "title": _escaped(self.part or self.title),
            "booktitle": _escaped(self.title) if self.part else "",
            "year": self.issued[:4],
            "version": self.release,
            "date": self.issued,
            "url": self.iri,
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        key = "-".join(re.findall("[a-z0-9]+", self.part.lower())[:_KEY_WORDS]) or "release"
        kind = "incollection" if self.part else "misc"
        return ",\n".join([f"@{kind}{{{key}-{self.release}", *lines]) + "\n}\n"

    def ris(self) -> str:
        """Write the citation in RIS, for EndNote and similar programs."""
        fields = (
            ("TY", "DATA"),
            ("AU", self.author),
            ("TI", self.part or self.title),
            ("T2", self.title if self.part else ""),
            ("PY", self.issued[:4]),
            ("DA", self.issued.replace("-", "/")),
            ("ET", self.release),
            ("UR", self.iri),
        )
        # A line break would begin another field.
        lines = [f"{name}  - {' '.join(value.split())}" for name, value in fields if value]
        return "\r\n".join([*lines, "ER  - ", ""])

    def csl(self) -> str:
        """Write the citation in CSL-JSON, for Zotero and similar programs."""
        item: dict[str, Any] = {
            "id": self.iri,
            "type": "dataset",
            "title": self.part or self.title,
            **({"container-title": self.title} if self.part else {}),
            "version": self.release,
            "URL": self.iri,
        }
        if self.author:
            item["author"] = [{"literal": self.author}]
        if re.fullmatch(r"\d{4}-\d\d-\d\d", self.issued):
            item["issued"] = {"date-parts": [[int(part) for part in self.issued.split("-")]]}
        return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


def _escaped(text: str) -> str:
    """Escape the characters of a text that are commands in BibTeX."""
    return "".join(_COMMANDS.get(character, character) for character in text)
