"""The names of the things of any dataset, and the search for things by their names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.labels import LABEL_PROPERTIES, OTHER_LABEL_PROPERTIES
from apecgraph.rdf.namespaces import SCHEMA, SKOS
from apecgraph.readers.dataset.reading import Reading, iri_of, values

LABELS: Final = (*LABEL_PROPERTIES, *OTHER_LABEL_PROPERTIES)
"""The properties whose values are shown instead of an IRI."""

_SOUGHT: Final = (
    *LABELS,
    f"{SKOS}altLabel",
    f"{SKOS}hiddenLabel",
    f"{SKOS}notation",
    f"{SCHEMA}alternateName",
    "http://schema.org/alternateName",
)
_LONGEST: Final = 300
"""Characters of the longest name."""

_LABELS: Final = 4000
"""Number of labels that are read for one page, at most."""

HITS: Final = 100
"""Number of things that a search finds, at most."""


@dataclass(frozen=True, slots=True)
class Found:
    """The things that a search finds.

    Attributes:
        hits: The IRI of each thing, and the name that was sought; the best ones first.
        has_more: Whether there may be more.
        by_iri: Whether the text is in the IRIs, since it is in no name.
    """

    hits: tuple[tuple[str, ox.Literal], ...]
    has_more: bool
    by_iri: bool = False


async def read_labels(
    reading: Reading, iris: Iterable[str], languages: Collection[str]
) -> list[ox.Triple]:
    """Read the labels of things.

    Args:
        reading: The queries.
        iris: The IRIs of the things.
        languages: The languages of the readers. A label without a language counts, too; if a thing
            has none of these, one in any language.

    Returns:
        The labels, as triples.
    """
    sought = dict.fromkeys(iris)
    if not sought:
        return []
    ranges = " || ".join(f'LANGMATCHES(LANG(?name), "{tag}")' for tag in languages)
    short = f"isLiteral(?name) && STRLEN(STR(?name)) <= {_LONGEST}"
    rows = await reading.rows(
        f"SELECT DISTINCT ?thing ?property (?name AS ?label) WHERE {{ {_named(reading, sought)} "
        f'FILTER({short} && (LANG(?name) = "" || {ranges})) }} LIMIT {_LABELS}'
    )
    named = {iri for row in rows if (iri := iri_of(row, "thing")) is not None}
    if unnamed := [iri for iri in sought if iri not in named]:
        rows += await reading.rows(
            "SELECT ?thing ?property (MIN(?name) AS ?label) WHERE "
            f"{{ {_named(reading, unnamed)} FILTER({short}) }} "
            f"GROUP BY ?thing ?property LIMIT {_LABELS}"
        )
    return [ox.Triple(row["thing"], row["property"], row["label"]) for row in rows if row["label"]]


def _named(reading: Reading, iris: Iterable[str]) -> str:
    """Return the pattern of the names of things.

    A union of properties is a look-up for each thing; a list of properties and a list of things may
    be a look at all labels.
    """
    each = " UNION ".join(
        f"{{ {reading.anywhere(f'?thing <{name}> ?name')} BIND (<{name}> AS ?property) }}"
        for name in LABELS
    )
    return f"{values('?thing', iris)} {{ {each} }}"


async def search(reading: Reading, text: str, languages: Collection[str]) -> Found:
    """Search for things by a part of a name, or else of an IRI; upper and lower case are alike.

    Args:
        reading: The queries.
        text: The text, which is not empty.
        languages: The languages of the readers. A name that is the text is found in these even if
            there are too many other names with the text.

    Returns:
        The hits: names that are the text, then those that begin with it, then short ones.
    """
    spellings = dict.fromkeys((text, text.lower(), text.capitalize(), text.title(), text.upper()))
    exact = " ".join(
        str(ox.Literal(each, language=tag)) if tag else str(ox.Literal(each))
        for each in spellings
        for tag in ("", *languages)
    )
    named = f"{values('?property', _SOUGHT)} {reading.anywhere('?thing ?property ?name')}"
    rows = await reading.quick_rows(
        f"SELECT DISTINCT ?thing ?name WHERE {{ VALUES ?name {{ {exact} }} {named} }} LIMIT {HITS}"
    )
    sought = str(ox.Literal(text.lower()))
    others = await reading.quick_rows(
        f"SELECT DISTINCT ?thing ?name WHERE {{ {named} FILTER("
        f"CONTAINS(LCASE(STR(?name)), {sought}) && STRLEN(STR(?name)) <= {_LONGEST} "
        f"&& isIRI(?thing)) }} LIMIT {HITS}"
    )
    found = [
        (iri, name)
        for row in (*(rows or ()), *(others or ()))
        if (iri := iri_of(row, "thing")) and isinstance(name := row["name"], ox.Literal)
    ]
    has_more = others is None or len(others) == HITS
    if found or has_more:
        found.sort(key=lambda hit: _rank(hit[1].value.lower(), text.lower()))
        best: dict[str, ox.Literal] = {}
        for iri, name in found:
            best.setdefault(iri, name)
        return Found(tuple(best.items())[:HITS], has_more or len(best) > HITS)
    written = await reading.quick_rows(
        f"SELECT DISTINCT ?thing WHERE {{ {reading.anywhere('?thing a ?class')} "
        f"FILTER(CONTAINS(LCASE(STR(?thing)), {sought}) && isIRI(?thing)) }} LIMIT {HITS}"
    )
    iris = [iri for row in written or () if (iri := iri_of(row, "thing"))]
    hits = tuple((iri, ox.Literal(iri)) for iri in sorted(iris, key=len))
    return Found(hits, written is None or len(hits) == HITS, bool(hits))


def _rank(name: str, text: str) -> tuple[bool, bool, int, str]:
    return name != text, not name.startswith(text), len(name), name
