"""The page about one thing: its facts in order, with numbered sources.

Kinds of things that show more have a page that extends this one, and its template.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Final

import pyoxigraph as ox

from apecgraph.content.folder import DERIVED_GRAPH
from apecgraph.rdf.formats import HTML, Format
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import LABEL_PROPERTIES, Labels
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, OWL, QB, RDF, RDFS, SCHEMA, SKOS
from apecgraph.readers.claims import Claim, FigureClaim, StatementClaim, read_claim, read_claims
from apecgraph.readers.description import Citation, Description, Fact, IncomingLink, linking
from apecgraph.web.pages.queries import all_links, whole_page
from apecgraph.web.pages.site import ReleaseSite
from apecgraph.web.things.references import References

LANGUAGE: Final = "en"
"""The default language of a page."""

_FIRST: Final = (
    *LABEL_PROPERTIES,
    f"{SKOS}altLabel",
    f"{SKOS}definition",
    f"{RDFS}comment",
    f"{SCHEMA}description",
)
_NOTE: Final = f"{SKOS}editorialNote"
_LAST: Final = (_NOTE, f"{RDFS}isDefinedBy")
_IDENTIFIERS: Final = (
    f"{DCTERMS}identifier",
    f"{SKOS}notation",
    f"{OWL}sameAs",
    *(f"{SKOS}{name}Match" for name in ("exact", "close", "broad", "narrow", "related")),
)
_DERIVED: Final = (DERIVED_GRAPH.value,)
_ABOUT_CLAIMS: Final = frozenset(
    (f"{RDF}subject", f"{APEC}upholds", f"{APEC}rejects", f"{APEC}statedIn")
)


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """A property, or the datatype of a code, with its values; accepted values come first."""

    predicate: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """The links to a thing by one property.

    Attributes:
        predicate: The IRI of the property.
        name: Its name when read from the thing, or None.
        links: The links.
        query: A query for all of them.
        dimension: The local name of the property if it is a dimension of figures, else None.
    """

    predicate: str
    name: ox.Literal | None
    links: tuple[IncomingLink, ...]
    query: str
    dimension: str | None


@dataclass(frozen=True)
class ThingView:
    """The parts of a description that a page shows.

    Attributes:
        description: The description of the thing.
        labels: The labels in the language of the page.
        graph: The dataset of the release.
        references: The sources that the page has cited so far.
    """

    description: Description
    labels: Labels
    graph: Graph
    references: References = field(default_factory=References)

    @cached_property
    def claim(self) -> Claim | None:
        """The thing as a claim, or None if it is not a claim."""
        return read_claim(self.graph, self.description.iri)

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """The claims of the thing, if it is a source."""
        return tuple(read_claims(self.graph, self.description.iri))

    @cached_property
    def rows(self) -> tuple[PropertyRow, ...]:
        """The facts by property: names and definitions first, then in the order of the labels."""
        known = {f"{RDF}type", *_IDENTIFIERS}
        rows = self._rows([each for each in self.description.facts if each.predicate not in known])
        return tuple(row for row in rows if not self._is_heading(row))

    @cached_property
    def identifiers(self) -> tuple[PropertyRow, ...]:
        """Identifiers of the thing: codes by their datatypes, then IRIs elsewhere."""
        return self._rows(
            [each for each in self.description.facts if each.predicate in _IDENTIFIERS]
        )

    def of(self, *predicates: str) -> tuple[PropertyRow, ...]:
        """Return the rows of some properties, in their order."""
        rows = {row.predicate: row for row in self.rows}
        return tuple(rows[each] for each in predicates if each in rows)

    def without(self, *predicates: str) -> tuple[PropertyRow, ...]:
        """Return the rows of all other properties."""
        return tuple(row for row in self.rows if row.predicate not in predicates)

    def wordings(self, fact: Fact) -> list[tuple[ox.Literal | None, dict[str, list[Citation]]]]:
        """Return the citations of a fact by printed words, and then by source.

        The key is None if the printed words are the value itself; it comes first. An editorial note
        has no citations: it is in the graph of the source, but the source does not state it.
        """
        if fact.predicate == _NOTE:
            return []
        value = fact.value
        label = self.labels.title(value.value) if isinstance(value, ox.NamedNode) else value
        known = label.value.casefold() if isinstance(label, ox.Literal) else ""
        wordings: dict[ox.Literal | None, dict[str, list[Citation]]] = {None: {}}
        for citation in fact.citations:
            new = citation.printed is not None and citation.printed.value.casefold() != known
            by_source = wordings.setdefault(citation.printed if new else None, {})
            by_source.setdefault(citation.source, []).append(citation)
        return [(words, by_source) for words, by_source in wordings.items() if by_source]

    def figure(self, iri: str) -> FigureClaim | None:
        """Return the claim of a figure, or None if the IRI is not that of a complete figure."""
        claim = read_claim(self.graph, iri)
        return claim if isinstance(claim, FigureClaim) else None

    @property
    def uncited(self) -> tuple[str, ...]:
        """The named graphs of the facts without a source."""
        if all(fact.citations for row in (*self.rows, *self.identifiers) for fact in row.facts):
            return ()
        return tuple(name for name in self.description.graphs if name.startswith(f"{ID}graph/"))

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """The links by property, except those shown as claims or decisions."""
        found: dict[str, list[IncomingLink]] = defaultdict(list)
        iri = self.description.iri
        for link in linking(self.graph, iri, stands=self.description.stands):
            if link.predicate not in _ABOUT_CLAIMS:
                found[link.predicate].append(link)
        statements = found.pop(f"{RDF}object", [])
        if others := [link for link in statements if not self._is_linked(link.subject, found)]:
            found[f"{RDF}object"] = others
        dimensions = set(self.graph.subjects(f"{RDF}type", f"{QB}DimensionProperty"))
        return tuple(
            Use(
                predicate,
                self.labels.inverse(predicate),
                # What the build derives, such as contradictions, comes after the data.
                tuple(sorted(found[predicate], key=lambda link: link.graphs == _DERIVED)),
                all_links(iri, predicate),
                predicate.removeprefix(APEC) if predicate in dimensions else None,
            )
            for predicate in sorted(found, key=self._rank)
        )

    @property
    def query(self) -> str:
        """The query for the facts of the page, with their sources."""
        return whole_page(self.description.iri)

    def _is_heading(self, row: PropertyRow) -> bool:
        """Return whether a row only repeats the heading, without a source."""
        fact = row.facts[0]
        heading = self.labels.title(self.description.iri)
        only = len(row.facts) == 1 and not fact.citations
        return only and row.predicate in LABEL_PROPERTIES and fact.value == heading

    def _is_linked(self, statement: str, found: Mapping[str, list[IncomingLink]]) -> bool:
        """Return whether the links contain the triple of an rdf:Statement about the thing."""
        claim = read_claim(self.graph, statement)
        if not isinstance(claim, StatementClaim):
            return False
        subject, predicate, _ = claim.triple
        return any(link.subject == subject.value for link in found.get(predicate.value, ()))

    def _rows(self, facts: list[Fact]) -> tuple[PropertyRow, ...]:
        by_name: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        for fact in facts:
            code = isinstance(fact.value, ox.Literal) and fact.value.datatype.value
            is_kind = code and code.startswith(APEC)
            by_name[fact.predicate, code if code and is_kind else fact.predicate].append(fact)
        return tuple(
            PropertyRow(name, tuple(sorted(by_name[predicate, name], key=self._order)))
            for predicate, name in sorted(by_name, key=lambda each: self._rank(*each))
        )

    def _order(self, fact: Fact) -> tuple[bool, bool]:
        """Sort accepted values first, and among these the language of the page first."""
        language = getattr(fact.value, "language", None) or self.labels.language
        return not fact.stands, language != self.labels.language

    def _rank(self, predicate: str, name: str = "") -> tuple[int, str]:
        if predicate in _FIRST:
            return _FIRST.index(predicate), ""
        if predicate in _IDENTIFIERS:
            return _IDENTIFIERS.index(predicate), name
        order = len(_FIRST) + (predicate in _LAST)
        # Without a label, sort by the name without its prefix.
        return order, self.labels.title(predicate).value.rpartition(":")[2].lower()


class ThingPage:
    """Writes the pages about things of one kind.

    A kind with its own page sets `template`, and returns its additional values from `more`.
    """

    template: ClassVar[str] = "things/thing.html"

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site

    def write(
        self,
        description: Description,
        formats: Sequence[tuple[Format, str]],
        schema_org: Mapping[str, object] | None,
        language: str = LANGUAGE,
    ) -> str:
        """Write the page about a thing.

        Args:
            description: The description of the thing.
            formats: The formats of the document, with their paths.
            schema_org: The description of the thing in schema.org, or None.
            language: The language of names, if the data has names in it.

        Returns:
            The page as HTML.
        """
        graph = self.site.graph
        labels = Labels(graph, language)
        view = ThingView(description, labels, graph)
        return self.site.html.page(
            self.template,
            view=view,
            formats=formats,
            languages=labels.languages(description.iri),
            page=dict(formats)[HTML],
            schema_org=schema_org,
            title=labels.title,
            **self.more(view),
        )

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the additional values of the template."""
        return {}
