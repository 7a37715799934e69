"""Content folders that a test edits as an editor would: a small one, and copies of the real one."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.check.report import Report
from apecgraph.check.validation import check_content
from apecgraph.content.folder import default_content
from apecgraph.content.table_rows import TABLES
from apecgraph.rdf.namespaces import BASE, ID, PREFIXES
from apecgraph.rdf.turtle import parse_file, write_turtle

SHAPES: Final = """
<shape/source> a sh:NodeShape ; sh:targetClass apec:Source ; sh:property <shape/source-label> .
<shape/source-label> a sh:PropertyShape ; sh:path rdfs:label ; sh:minCount 1 ; sh:maxCount 1 .
<shape/place> a sh:NodeShape ; sh:targetClass schema:Place ; sh:property <shape/place-kind> .
<shape/place-kind> a sh:PropertyShape ; sh:path rdf:type ; sh:in ( schema:Place schema:City ) .
"""
PLACES: Final = "".join(
    f'<place/{name.lower()}> a schema:Place ; skos:prefLabel "{name}"@en .\n'
    for name in ("Guangzhou", "Lima", "Santiago")
)
EXCERPT: Final = frozenset(
    (
        "apec-faq",
        "apec-sccp",
        "apec-sccp-publications",
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
"""Sources that pass the check by themselves: all that the entities need, without a conflict.

Checking them takes a sixth of the time. If an entity comes to need another source, name it here.
"""

CONFLICT: Final = EXCERPT | {
    "24-chasa",
    "china-daily-brief",
    "chinaorgcn-118319262",
    "gacc-smart-customs-journey",
    "hexun-212698294",
    "macao-news",
    "new-omni",
    "news-directory-3",
    "people-s-daily-online-2026",
    "sada-el-balad",
    "scio-2024",
    "seetao",
    "seetaoe-258468",
    "szdaily-31944347",
    "udlap-observatorio-globa",
    "wco-news-107-smart-customs",
}
"""The same with the conflict about the trade of 2025, and the other conflicts of its sources.

These too pass the check by themselves, with their decisions.
"""

_HEAD: Final = f"@base <{BASE}id/> .\n" + "".join(
    f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items()
)
_CLAIM: Final = re.compile(f"(?:{ID})?((?:figure|statement)/([^/]+)/[^:]+)")


class SmallContent:
    """A content folder with shapes of its own, four sources and three places.

    It is built in a moment.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder
        for name in ("ontology", "shapes", "data/entities", "data/sources"):
            (folder / name).mkdir(parents=True)
        for name in ("context.jsonld", "vocabularies.csv", "terms.csv"):
            shutil.copyfile(default_content() / "ontology" / name, folder / "ontology" / name)
        self.write("ontology/apec.ttl", "apec:Source a rdfs:Class ; rdfs:label 'source'@en .")
        self.write("data/catalog.ttl", f"<{BASE}> a dcat:Dataset ; rdfs:label 'small'@en .")
        self.write("data/decisions.ttl", "<decisions> a skos:Collection .")
        self.write("data/entities/places.ttl", PLACES)
        self.write("shapes/all.ttl", SHAPES)
        for number in range(4):
            self.source(number, f"Source {number}")

    def write(self, name: str, text: str) -> Path:
        """Write a file of Turtle under the prefixes of the project; return its path."""
        path = self.root / name
        path.write_text(_HEAD + text, encoding="utf-8")
        return path

    def add_real_terms(self) -> None:
        """Replace the term that the ontology declares with the real terms."""
        for name in ("apec.ttl", "cube.ttl"):
            shutil.copyfile(default_content() / "ontology" / name, self.root / "ontology" / name)

    def source(self, number: int, label: str) -> None:
        """Write a source that states nothing."""
        text = f'<source/s{number}> a apec:Source ; rdfs:label "{label}"@en .'
        self.write(f"data/sources/s{number}.ttl", text)


class ContentCopy:
    """A copy of the real content.

    Args:
        folder: Where the copy goes, into a folder `content`.
        sources: Names of the sources of the press to keep; by default all.
        tables: Names of the tables to keep; by default none, because most figures are in tables.

    The copy has the decisions on only these sources. Of a decision that also names figures of
    tables, it has the rest.
    """

    def __init__(
        self,
        folder: Path,
        sources: Collection[str] | None = None,
        *,
        tables: Collection[str] = (),
    ) -> None:
        self.root = folder / "content"
        original = default_content()
        for name in ("ontology", "data", "shapes"):
            shutil.copytree(
                original / name, self.root / name, ignore=shutil.ignore_patterns("tables")
            )
        for name in tables:
            shutil.copytree(original / TABLES / name, self.root / TABLES / name)
        for path in self.path("data/sources").iterdir():
            if sources is not None and path.stem not in sources:
                path.unlink()
        if sources is not None:  # a part of the content gives other answers
            shutil.rmtree(self.path("ontology/questions"))
        self._keep_decisions()

    def _keep_decisions(self) -> None:
        """Keep the decisions on the sources that are kept."""
        kept = {path.stem for path in self.path("data/sources").iterdir()}
        kept |= {path.parent.name for path in self.root.glob(f"{TABLES}/*/figures.csv")}
        tables = {path.name for path in (default_content() / TABLES).iterdir()}
        path = self.path("data/decisions.ttl")
        triples, prefixes = parse_file(path)
        named: defaultdict[object, dict[str, str]] = defaultdict(dict)
        for triple in triples:
            named[triple.subject] |= _named_claim(triple)
        decided = {
            decision
            for decision, claims in named.items()
            if set(claims.values()) <= kept | tables
            and sum(source in kept for source in claims.values()) > 1
        }
        left = [
            triple
            for triple in triples
            if triple.subject in decided and set(_named_claim(triple).values()) <= kept
        ]
        path.write_text(write_turtle(left, prefixes, path), encoding="utf-8")

    def path(self, name: str) -> Path:
        return self.root / name

    def texts(self) -> dict[Path, bytes]:
        """Return the bytes of all files."""
        return {path: path.read_bytes() for path in self.root.rglob("*") if path.is_file()}

    def replace(self, name: str, old: str, new: str) -> int:
        """Replace a text that occurs exactly once; return its line."""
        path = self.path(name)
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {name}"
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
        """Return the number of the first line that contains a text."""
        lines = self.path(name).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def check(self) -> Report:
        report, _ = check_content(self.root)
        return report


def _named_claim(triple: ox.Triple) -> dict[str, str]:
    """Return the source of the claim that a triple of a decision names, keyed by the claim."""
    value = triple.object
    claim = _CLAIM.match(value.value) if isinstance(value, ox.NamedNode | ox.Literal) else None
    return {claim[1]: claim[2]} if claim else {}


@cache
def press_content() -> Path:
    """Return a folder with the real content without its tables, which no test may change.

    The tables have twenty times as many figures as the press.
    """
    folder = Path(tempfile.mkdtemp(prefix="press-"))
    atexit.register(shutil.rmtree, folder)
    return ContentCopy(folder).root
