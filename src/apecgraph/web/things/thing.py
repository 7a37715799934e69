"""The page about one thing.

Pages about special kinds of things extend this one and its template.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Final

import pyoxigraph as ox

from apecgraph.content.decisions import ALTERNATIVE
from apecgraph.content.folder import CELLS_GRAPH, DERIVED_GRAPH
from apecgraph.rdf.formats import HTML, Format
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import LABEL_PROPERTIES, Labels
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, OWL, QB, RDF, RDFS, SCHEMA, SKOS
from apecgraph.readers.claims import Claim, FigureClaim, StatementClaim, read_claim, read_claims
from apecgraph.readers.description import Citation, Description, Fact, IncomingLink, linking
from apecgraph.readers.queries import all_links, whole_page
from apecgraph.readers.relations import ENDS, RoleRow, read_roles
from apecgraph.readers.selections import PARAMETERS
from apecgraph.web.charts.shared import SharedChart
from apecgraph.web.lists.listing import kind_of
from apecgraph.web.pages.site import ReleaseSite
from apecgraph.web.things.history import read_thing_history
from apecgraph.web.things.references import References

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
_DERIVED: Final = frozenset((CELLS_GRAPH.value, DERIVED_GRAPH.value))
_ABOUT_CLAIMS: Final = frozenset(
    (
        f"{RDF}subject",
        *(f"{APEC}{name}" for name in ("upholds", "alternative", "rejects", "statedIn")),
    )
)


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """The values of one property.

    Attributes:
        predicate: IRI of the property, or of the datatype if the values are codes.
        facts: The values; those in the default graph first.
    """

    predicate: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """The links to a thing through one property.

    Attributes:
        predicate: IRI of the property.
        name: Name of the inverse property, or None.
        links: The links.
        query: A query for all these links.
        dimension: Local name of the property if figures can be selected by it, or None.
    """

    predicate: str
    name: ox.Literal | None
    links: tuple[IncomingLink, ...]
    query: str
    dimension: str | None


@dataclass(frozen=True)
class ThingView:
    """The view of a description that a page shows.

    Attributes:
        description: The description of the thing.
        labels: Labels in the language of the page.
        graph: Contains the release.
        references: The sources that the page cites.
    """

    description: Description
    labels: Labels
    graph: Graph
    references: References = field(default_factory=References)

    @cached_property
    def claim(self) -> Claim | None:
        """The thing if it is a claim, or None."""
        return read_claim(self.graph, self.description.iri)

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """The claims of the thing, if it is a source."""
        return tuple(read_claims(self.graph, self.description.iri))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The classes of the thing; of several classes with one label, only the first."""
        by_label: dict[str, str] = {}
        for class_ in self.description.types:
            by_label.setdefault(self.labels.title(class_).value, class_)
        return tuple(by_label.values())

    @cached_property
    def rows(self) -> tuple[PropertyRow, ...]:
        """The facts, grouped by property: names and definitions first, the others by label."""
        apart = {f"{RDF}type", *_IDENTIFIERS}
        rows = self._rows([fact for fact in self.description.facts if fact.predicate not in apart])
        return tuple(row for row in rows if not self._is_heading(row))

    @cached_property
    def identifiers(self) -> tuple[PropertyRow, ...]:
        """The identifiers of the thing.

        There is a row for each kind of code, named after its datatype. The IRIs of the same or
        similar things elsewhere follow.
        """
        return self._rows(
            [fact for fact in self.description.facts if fact.predicate in _IDENTIFIERS]
        )

    def of(self, *predicates: str) -> tuple[PropertyRow, ...]:
        """Return the rows of some properties, in their order."""
        rows = {row.predicate: row for row in self.rows}
        return tuple(rows[predicate] for predicate in predicates if predicate in rows)

    def without(self, *predicates: str) -> tuple[PropertyRow, ...]:
        """Return the rows of all other properties."""
        return tuple(row for row in self.rows if row.predicate not in predicates)

    def wordings(self, fact: Fact) -> list[tuple[ox.Literal | None, dict[str, list[Citation]]]]:
        """Return the citations of a fact, grouped by printed wording and then by source.

        Citations that print no wording, or the value itself, come first, under None. An editor's
        note has no citations: it is in the graph of a source, but the source does not state it.

        Args:
            fact: The fact.

        Returns:
            Pairs of the wording (or None) and a dict from source IRI to citations.
        """
        if fact.predicate == _NOTE:
            return []
        value = fact.value
        shown = self.labels.title(value.value) if isinstance(value, ox.NamedNode) else value
        text = shown.value.casefold() if isinstance(shown, ox.Literal) else ""
        by_words: dict[ox.Literal | None, dict[str, list[Citation]]] = {None: {}}
        for citation in fact.citations:
            printed = citation.printed
            differs = printed is not None and printed.value.casefold() != text
            by_source = by_words.setdefault(printed if differs else None, {})
            by_source.setdefault(citation.source, []).append(citation)
        return [(words, by_source) for words, by_source in by_words.items() if by_source]

    def figure(self, iri: str) -> FigureClaim | None:
        """Find a figure by its IRI; return None if the IRI is not that of a figure."""
        claim = read_claim(self.graph, iri)
        return claim if isinstance(claim, FigureClaim) else None

    @property
    def uncited(self) -> tuple[str, ...]:
        """The named graphs of the facts without a source."""
        if all(fact.citations for row in (*self.rows, *self.identifiers) for fact in row.facts):
            return ()
        return tuple(name for name in self.description.graphs if name.startswith(f"{ID}graph/"))

    @cached_property
    def roles(self) -> tuple[RoleRow, ...]:
        """The relations of the thing that have a role, each as one fact."""
        return read_roles(self.graph, self.description.iri)

    def leading(self, *predicates: str) -> tuple[Use, ...]:
        """Return the links through some properties, in their order."""
        uses = {use.predicate: use for use in self.uses}
        return tuple(uses[each] for each in predicates if each in uses)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """The links by property, except those that are shown as roles, claims or decisions."""
        links: dict[str, list[IncomingLink]] = defaultdict(list)
        iri = self.description.iri
        for link in linking(self.graph, iri, stands=self.description.stands):
            if link.predicate not in _ABOUT_CLAIMS:
                links[link.predicate].append(link)
        # Skip the statement of a link that the page shows; otherwise the link would appear twice.
        statements = links.pop(f"{RDF}object", [])
        if others := [link for link in statements if not self._is_shown(link.subject, links)]:
            links[f"{RDF}object"] = others
        in_roles = {each.node for row in self.roles for each in row.relations}
        for end in ENDS:
            others = [link for link in links.pop(end, []) if link.subject not in in_roles]
            if others:
                links[end] = others
        return tuple(
            Use(
                predicate,
                self.labels.inverse(predicate),
                # Derived links, such as those of contradictions, come after the data.
                tuple(sorted(links[predicate], key=lambda link: _DERIVED.issuperset(link.graphs))),
                all_links(iri, predicate),
                self._dimension(predicate, links[predicate]),
            )
            for predicate in sorted(links, key=self._rank)
        )

    def _dimension(self, predicate: str, links: Iterable[IncomingLink]) -> str | None:
        """Return the name by which the figures that link to the thing can be selected."""
        name, type_, figure = predicate.removeprefix(APEC), f"{RDF}type", f"{QB}Observation"
        selects = name in PARAMETERS and any(
            self.graph.has(link.subject, type_, figure) for link in links
        )
        return name if selects else None

    @property
    def query(self) -> str:
        """The query for the facts of the page with their sources."""
        return whole_page(self.description.iri)

    def _is_heading(self, row: PropertyRow) -> bool:
        """Return whether a row only repeats the heading and cites no source."""
        fact = row.facts[0]
        heading = self.labels.title(self.description.iri)
        only = len(row.facts) == 1 and not fact.citations
        return only and row.predicate in LABEL_PROPERTIES and fact.value == heading

    def _is_shown(self, statement: str, links: Mapping[str, list[IncomingLink]]) -> bool:
        """Return whether the links include the triple of an rdf:Statement."""
        claim = read_claim(self.graph, statement)
        if not isinstance(claim, StatementClaim):
            return False
        subject, predicate, _ = claim.triple
        return any(link.subject == subject.value for link in links.get(predicate.value, ()))

    def _rows(self, facts: list[Fact]) -> tuple[PropertyRow, ...]:
        by_name: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        for fact in facts:
            code = isinstance(fact.value, ox.Literal) and fact.value.datatype.value
            is_kind = code and code.startswith(APEC)
            by_name[fact.predicate, code if code and is_kind else fact.predicate].append(fact)
        return tuple(
            PropertyRow(name, tuple(sorted(by_name[predicate, name], key=self._order)))
            for predicate, name in sorted(by_name, key=lambda key: self._rank(*key))
        )

    def _order(self, fact: Fact) -> tuple[bool, bool, bool]:
        """Put first: the default graph, the language of the page, the preferred wording."""
        language = getattr(fact.value, "language", None) or self.labels.language
        is_alternative = any(ruling.status == ALTERNATIVE for ruling in fact.rulings)
        return not fact.stands, language != self.labels.language, is_alternative

    def _rank(self, predicate: str, name: str = "") -> tuple[int, str]:
        if predicate in _FIRST:
            return _FIRST.index(predicate), ""
        if predicate in _IDENTIFIERS:
            return _IDENTIFIERS.index(predicate), name
        order = len(_FIRST) + (predicate in _LAST)
        # A property without a label is sorted by its local name.
        return order, self.labels.title(predicate).value.rpartition(":")[2].lower()


class ThingPage:
    """The page about a thing.

    To add a page for a kind of thing, write a subclass in a module of this package, a template of
    the same name that extends `thing.html`, and an entry in the list of page classes in
    `documents/resources.py`. `more` returns the values that only the new template needs.

    Args:
        site: How the release is presented.

    Attributes:
        template: Path of the template below `templates/`.
    """

    template: ClassVar[str] = "things/thing.html"

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site

    def charts(self, iri: str) -> Sequence[SharedChart]:
        """Return the charts on the page about a thing; a page without charts has none."""
        return ()

    def write(
        self,
        description: Description,
        formats: Sequence[tuple[Format, str]],
        schema_org: object,
        language: str,
    ) -> str:
        """Return the page about a thing.

        Args:
            description: The description of the thing.
            formats: All formats of the document, each with its path.
            schema_org: The description of the thing in schema.org terms, or None.
            language: Preferred language of the names.

        Returns:
            The page.
        """
        graph = self.site.graph
        own = self.site.language
        labels = own.labels if language == own.tag else Labels(graph, language)
        view = ThingView(description, labels, graph)
        return self.site.html.page(
            self.template,
            view=view,
            canonical=description.iri,
            history=read_thing_history(self.site.release, description.iri),
            citation=self.site.cite(description.iri),
            described=self.site.descriptions.of(description.iri),
            formats=formats,
            languages=labels.languages(description.iri),
            page=dict(formats)[HTML],
            trail=kind_of(description.iri),
            schema_org=schema_org,
            title=labels.title,
            **{"pictured": None, **self.more(view)},
        )

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the values that only the template of this kind of thing needs."""
        return {}
