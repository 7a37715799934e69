"""Short descriptions: one line about a thing, made from its facts.

Each kind of thing has templates, from the fullest to the shortest. The first
one whose values are all known is filled in; a thing of which nothing is known has no description.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache, partial
from typing import Final, TypeAlias

import pyoxigraph as ox

from apecgraph.content.cube import Cell
from apecgraph.content.decisions import DISPUTED
from apecgraph.content.figures import read_interval
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import (
    ADMS,
    APEC,
    DCAT,
    DCTERMS,
    FOAF,
    ORG,
    PROV,
    QB,
    RDF,
    RDFS,
    SCHEMA,
    SD,
    SKOS,
)
from apecgraph.readers.claims import FigureClaim, StatementClaim, read_claim
from apecgraph.readers.events import read_event
from apecgraph.readers.relations import Relation, read_office, read_roles
from apecgraph.readers.sources import read_source
from apecgraph.text.catalogues import gettext_noop
from apecgraph.text.dates import spelled_day, spelled_days
from apecgraph.web.language import Language

Values: TypeAlias = Mapping[str, str | None]
"""The values of templates in words; None if a value is not known."""

_REMEMBERED: Final = 4096
"""Number of descriptions that are remembered."""

_LONGEST: Final = 200
"""Maximum number of characters of a definition; a longer one is cut."""

_NAME: Final = re.compile(r"%\((\w+)\)s")
_SENTENCE: Final = re.compile(r".+?(?:[.](?= )|。|$)", re.DOTALL)

_GENERAL: Final = frozenset(
    (f"{APEC}Source", f"{SCHEMA}CreativeWork", f"{SD}NamedGraph", f"{SKOS}Concept")
)
"""Classes that say less about a thing than its other classes."""

_HOLDERS: Final = (
    gettext_noop("%(kind)s, %(role)s of %(body)s since %(since)s"),
    gettext_noop("%(kind)s, %(role)s of %(body)s, %(during)s"),
    gettext_noop("%(kind)s, %(role)s of %(body)s"),
)
_PEOPLE: Final = (
    gettext_noop("%(role)s of %(body)s since %(since)s"),
    gettext_noop("%(role)s of %(body)s, %(during)s"),
    gettext_noop("%(role)s of %(body)s"),
)
_MEMBERSHIPS: Final = (
    gettext_noop("%(member)s as %(role)s of %(body)s since %(since)s"),
    gettext_noop("%(member)s as %(role)s of %(body)s, %(during)s"),
    gettext_noop("%(member)s as %(role)s of %(body)s"),
)
_BODIES: Final = (
    gettext_noop("%(kind)s, part of %(whole)s, founded in %(founded)s"),
    gettext_noop("%(kind)s, part of %(whole)s"),
    gettext_noop("%(kind)s serving %(served)s, founded in %(founded)s"),
    gettext_noop("%(kind)s serving %(served)s"),
    gettext_noop("%(kind)s, founded in %(founded)s"),
    gettext_noop("%(kind)s in %(place)s"),
)
_EVENTS: Final = (
    gettext_noop("%(kind)s in %(place)s, %(days)s, hosted by %(host)s"),
    gettext_noop("%(kind)s in %(place)s, %(days)s"),
    gettext_noop("%(kind)s in %(place)s, hosted by %(host)s"),
    gettext_noop("%(kind)s, %(days)s, hosted by %(host)s"),
    gettext_noop("%(kind)s hosted by %(host)s"),
    gettext_noop("%(kind)s in %(place)s"),
    gettext_noop("%(kind)s, %(days)s"),
)
_SOURCES: Final = (
    gettext_noop("%(kind)s by %(publisher)s, %(day)s"),
    gettext_noop("%(kind)s by %(publisher)s"),
)
_FIGURES: Final = (gettext_noop("%(measured)s, printed by %(publisher)s"),)
_CELLS: Final = (
    gettext_noop("Disputed value: %(disputed)s"),
    gettext_noop("Best known value: %(interval)s"),
)
_STATEMENTS: Final = (gettext_noop("Statement by %(publisher)s"),)
_DECISIONS: Final = (gettext_noop("Decision of %(day)s: %(verdict)s"),)
_PLACES: Final = (
    gettext_noop("%(kind)s in %(whole)s"),
    gettext_noop("%(kind)s where %(event)s took place"),
)
_PERIODS: Final = (gettext_noop("Period from %(first)s to %(last)s"),)
_PLANS: Final = (gettext_noop("%(kind)s issued at %(event)s"),)
_CODES: Final = (gettext_noop("Entry of the code list “%(scheme)s”"),)


class ShortDescriptions:
    """Describes things in one line, without a full stop.

    Args:
        graph: The dataset of the release.
        language: The language to write in.
    """

    def __init__(self, graph: Graph, language: Language) -> None:
        self._graph = graph
        self._standing = graph.default_graph
        self._language = language
        self._kinds: Mapping[str, tuple[tuple[str, ...], Callable[[str], Values]]] = {
            f"{APEC}Cell": (_CELLS, self._cell),
            f"{APEC}Decision": (_DECISIONS, self._decision),
            f"{APEC}Source": (_SOURCES, self._source),
            f"{QB}Observation": (_FIGURES, self._figure),
            f"{RDF}Statement": (_STATEMENTS, self._statement),
            f"{APEC}Economy": (_HOLDERS, self._holder),
            f"{DCTERMS}PeriodOfTime": (_PERIODS, self._period),
            f"{ORG}Membership": (_MEMBERSHIPS, self._membership),
            f"{ORG}Organization": (_BODIES, self._body),
            f"{ORG}OrganizationalCollaboration": (_BODIES, self._body),
            f"{SCHEMA}Event": (_EVENTS, self._event),
            f"{SCHEMA}EventSeries": (_EVENTS, self._event),
            f"{SCHEMA}Person": (_PEOPLE, self._holder),
            f"{SCHEMA}Place": (_PLACES, self._place),
            f"{SCHEMA}City": (_PLACES, self._place),
            f"{SCHEMA}AdministrativeArea": (_PLACES, self._place),
            f"{PROV}Plan": (_PLANS, self._plan),
        }
        self.of = lru_cache(_REMEMBERED)(self._of)

    def kind(self, iri: str) -> str:
        """Name the most informative class of a thing: news article rather than source."""
        classes = self._graph.iris(iri, f"{RDF}type")
        ranked = sorted(classes, key=lambda each: (each in _GENERAL, classes.index(each)))
        return self._title(ranked[0]) if ranked else ""

    def _of(self, iri: str) -> str:
        """Describe a thing.

        Args:
            iri: IRI of the thing.

        Returns:
            The description; empty if nothing is known.
        """
        types = self._graph.iris(iri, f"{RDF}type")
        office = read_office(self._graph, iri, self._language.tag)
        if office is not None:
            return _begun(office.value)
        for class_ in (each for each in self._kinds if each in types):
            templates, read = self._kinds[class_]
            if described := self._filled(templates, read(iri)):
                return described
        return (
            self._counted(iri, types)
            or self._defined(iri)
            or self._filled(_CODES, {"scheme": self._linked(iri, f"{SKOS}inScheme")})
        )

    def _filled(self, templates: Iterable[str], values: Values) -> str:
        """Fill in the first template whose values are all known."""
        known = {name: value for name, value in values.items() if value}
        for template in templates:
            if all(name in known for name in _NAME.findall(template)):
                return _begun(self._language.catalogue.gettext(template, **known))
        return ""

    def _holder(self, iri: str) -> Values:
        """Read the latest role that a thing has."""
        relations = (
            (row.role, each)
            for row in read_roles(self._graph, iri)
            for each in row.relations
            if row.has_role
        )
        for role, relation in relations:
            return {"kind": self.kind(iri), **self._role(role, relation.other, relation)}
        return {}

    def _role(self, role: str, body: str, relation: Relation) -> Values:
        during = relation.during
        return {
            "role": self._title(role),
            "body": self._title(body),
            "during": None if during is None else self._title(during),
            "since": None if relation.until else self._day(relation.since),
        }

    def _membership(self, iri: str) -> Values:
        for member in self._standing.iris(iri, f"{ORG}member"):
            for row in read_roles(self._graph, member):
                for each in row.relations:
                    if each.node == iri:
                        return {
                            "member": self._title(member),
                            **self._role(row.role, each.other, each),
                        }
        return {}

    def _body(self, iri: str) -> Values:
        founded = self._standing.value(iri, f"{SCHEMA}foundingDate") or ""
        return {
            "kind": self.kind(iri),
            "whole": self._linked(iri, f"{ORG}subOrganizationOf"),
            "served": self._linked(iri, f"{SCHEMA}areaServed"),
            "place": self._linked(iri, f"{SCHEMA}location"),
            "founded": founded[:4],
        }

    def _event(self, iri: str) -> Values:
        event = read_event(self._graph, iri)
        days = event.first and spelled_days(
            event.first, event.last or event.first, self._language.catalogue
        )
        return {
            "kind": self.kind(iri),
            "place": self._listed(event.places),
            "days": days,
            "host": self._linked(iri, f"{SCHEMA}organizer"),
        }

    def _source(self, iri: str) -> Values:
        source = read_source(self._graph, iri)
        return {
            "kind": self.kind(iri),
            "publisher": None if source.publisher is None else self._title(source.publisher),
            "day": self._day(source.issued),
        }

    def _figure(self, iri: str) -> Values:
        claim = read_claim(self._graph, iri)
        if not isinstance(claim, FigureClaim):
            return {}
        publisher = self._language.wording.publisher(claim.source)
        return {
            "measured": self._language.measured({claim.figure.cell}),
            "publisher": publisher,
        }

    def _statement(self, iri: str) -> Values:
        claim = read_claim(self._graph, iri)
        if not isinstance(claim, StatementClaim):
            return {}
        return {"publisher": self._language.wording.publisher(claim.source)}

    def _cell(self, iri: str) -> Values:
        cell = Cell.of(partial(self._graph.value, iri))
        interval = read_interval(self._graph, iri)
        words = self._language.numerals.interval(interval, cell.unit(self._graph))
        is_disputed = self._graph.has(iri, f"{ADMS}status", DISPUTED)
        return {"disputed" if is_disputed else "interval": words}

    def _decision(self, iri: str) -> Values:
        return {
            "day": self._day(self._graph.value(iri, f"{DCTERMS}issued")),
            "verdict": self._linked(iri, f"{APEC}verdict"),
        }

    def _period(self, iri: str) -> Values:
        ends = (self._standing.value(iri, f"{DCAT}{end}Date") for end in ("start", "end"))
        first, last = map(self._day, ends)
        return {"first": first, "last": last}

    def _place(self, iri: str) -> Values:
        whole = self._linked(iri, f"{SCHEMA}containedInPlace")
        events = self._standing.subjects(f"{SCHEMA}location", iri)
        event = self._title(events[0]) if len(events) == 1 else None
        return {"kind": self.kind(iri), "whole": whole, "event": event}

    def _plan(self, iri: str) -> Values:
        event = self._linked(iri, f"{PROV}wasGeneratedBy")
        return {"kind": self.kind(iri), "event": event}

    def _counted(self, iri: str, types: Collection[str]) -> str:
        """Write the number of sources of a publisher, or of figures in a series."""
        ngettext = self._language.catalogue.ngettext
        if f"{FOAF}Agent" in types:
            count = len(self._graph.subjects(f"{DCTERMS}publisher", iri))
            words = ngettext("Publisher of %(num)s source", "Publisher of %(num)s sources", count)
        elif f"{QB}Slice" in types:
            count = len(self._graph.iris(iri, f"{QB}observation"))
            words = ngettext("Series of %(num)s figure", "Series of %(num)s figures", count)
        else:
            return ""
        return words if count else ""

    def _defined(self, iri: str) -> str:
        """Return the first sentence of a definition in the language, without its full stop."""
        for property_ in (f"{SKOS}definition", f"{RDFS}comment"):
            for each in sorted(self._standing.objects(iri, property_), key=str):
                if isinstance(each, ox.Literal) and each.language == self._language.tag:
                    sentence = _SENTENCE.match(" ".join(each.value.split()))
                    text = sentence[0].rstrip(".。") if sentence else ""
                    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        return ""

    def _linked(self, iri: str, property_: str) -> str | None:
        return self._listed(self._graph.default_graph.iris(iri, property_))

    def _listed(self, iris: Iterable[str]) -> str | None:
        return self._language.listed([*map(self._title, iris)]) or None

    def _title(self, iri: str) -> str:
        return self._language.labels.title(iri).value

    def _day(self, date: str | None) -> str | None:
        return None if date is None else spelled_day(date, self._language.catalogue)


def _begun(words: str) -> str:
    """Begin words with a capital letter."""
    return f"{words[:1].upper()}{words[1:]}"
