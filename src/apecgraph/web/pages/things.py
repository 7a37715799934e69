"""The page about one thing: its description, in the order and with the numbers people read.

Kinds of things that show more have a page of their own, which extends this one and its template.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import pyoxigraph as ox

from apecgraph.claims import Claim, read_claim, read_claims
from apecgraph.formats import Format
from apecgraph.labels import Labels
from apecgraph.namespaces import APEC, DCTERMS, ID, RDF, RDFS, SCHEMA, SKOS
from apecgraph.resource import Description, Fact, Link
from apecgraph.web.html import Html

_FIRST: Final = (
    f"{SKOS}prefLabel",
    f"{RDFS}label",
    f"{SKOS}altLabel",
    f"{SKOS}definition",
    f"{RDFS}comment",
    f"{SCHEMA}description",
)
_LAST: Final = (f"{DCTERMS}identifier", f"{SKOS}editorialNote", f"{RDFS}isDefinedBy")
_ABOUT_CLAIMS: Final = frozenset(
    (f"{RDF}subject", f"{APEC}upholds", f"{APEC}rejects", f"{APEC}statedIn")
)


@dataclass(frozen=True, slots=True)
class Row:
    """A property with its values, those that stand first."""

    predicate: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class ThingView:
    """What a page shows of a description.

    claim: the thing, where it is one; claims: all that it states, where it is a source.
    """

    description: Description
    labels: Labels
    claim: Claim | None
    claims: tuple[Claim, ...]

    @classmethod
    def of(cls, description: Description, store: ox.Store, labels: Labels) -> ThingView:
        """Take a description and what else the page needs to say."""
        iri = description.iri
        return cls(description, labels, read_claim(store, iri), tuple(read_claims(store, iri)))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The facts by property: names and definitions first, then in the order of the labels."""
        facts: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.description.facts:
            if fact.predicate != f"{RDF}type":
                facts[fact.predicate].append(fact)
        return tuple(
            Row(predicate, tuple(sorted(facts[predicate], key=lambda fact: not fact.stands)))
            for predicate in sorted(facts, key=self._rank)
        )

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The IRIs of the sources, in the order in which the rows and the links cite them."""
        rows = (
            citation.source
            for row in self.rows
            for fact in row.facts
            for citation in fact.citations
        )
        links = (source for _, found in self.links for link in found for source in link.sources)
        return tuple(dict.fromkeys((*rows, *links)))

    def number(self, source: str) -> int:
        """Return the number under which a source is cited."""
        return self.sources.index(source) + 1

    @property
    def uncited(self) -> tuple[str, ...]:
        """The named graphs of the facts that no source states."""
        if all(fact.citations for row in self.rows for fact in row.facts):
            return ()
        return tuple(name for name in self.description.graphs if name.startswith(f"{ID}graph/"))

    @cached_property
    def links(self) -> tuple[tuple[str, tuple[Link, ...]], ...]:
        """The links by property; without those that the page shows as claims or decisions."""
        found: dict[str, list[Link]] = defaultdict(list)
        for link in self.description.links:
            if link.predicate not in _ABOUT_CLAIMS:
                found[link.predicate].append(link)
        return tuple((each, tuple(found[each])) for each in sorted(found, key=self._rank))

    def _rank(self, predicate: str) -> tuple[int, str]:
        if predicate in _FIRST:
            return _FIRST.index(predicate), ""
        order = len(_FIRST) + (predicate in _LAST)
        # Where there is no label, the name without its prefix.
        return order, self.labels.title(predicate).value.rpartition(":")[2].lower()


class ThingPage:
    """Writes the pages about things of one kind.

    A kind with a page of its own sets `template`, and returns from `more` what only that shows.
    """

    template: ClassVar[str] = "thing.html"

    def __init__(self, store: ox.Store, html: Html) -> None:
        self._store = store
        self._html = html

    def write(
        self,
        description: Description,
        formats: Sequence[tuple[Format, str]],
        schema_org: Mapping[str, object] | None,
    ) -> str:
        """Write a page; formats: what else the document can be had in, each with its path."""
        labels = Labels(self._store)
        view = ThingView.of(description, self._store, labels)
        return self._html.page(
            self.template,
            view=view,
            formats=formats,
            schema_org=schema_org,
            title=labels.title,
            **self.more(view),
        )

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the values that the template needs beside those of every thing."""
        return {}
