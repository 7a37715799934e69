"""Describes where statements come from: their sources, the claims, and the decisions on these.

A source is a named graph that describes itself: who published it, when, and who wrote its text. A
claim is a figure, or a statement as a thing (`rdf:Statement`), that its source states. What a build
derives comes from the claims that it names (`prov:wasDerivedFrom`, `apec:restsOn`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from apecgraph.query.dataset import DEFAULT_GRAPH
from apecgraph.rdf.namespaces import ADMS, APEC, DCTERMS, ID, PROV, RDF, RDFS, SCHEMA, SKOS

_STATED_IN: Final = NamedNode(f"{APEC}statedIn")
_PUBLISHER: Final = NamedNode(f"{DCTERMS}publisher")
_SUBJECT: Final = NamedNode(f"{RDF}subject")
_PREDICATE: Final = NamedNode(f"{RDF}predicate")
_OBJECT: Final = NamedNode(f"{RDF}object")
_DECISION: Final = NamedNode(f"{APEC}decision")
_VERDICT: Final = NamedNode(f"{APEC}verdict")
_STATUS: Final = NamedNode(f"{ADMS}status")
_BASES: Final = (NamedNode(f"{PROV}wasDerivedFrom"), NamedNode(f"{APEC}restsOn"))
_DESCRIPTION: Final = (
    _PUBLISHER,
    *map(NamedNode, (f"{APEC}origin", f"{DCTERMS}issued", f"{DCTERMS}title", f"{SCHEMA}url")),
)
"""The properties of a source that a graph with citations repeats."""

_LABELS: Final = (NamedNode(f"{SKOS}prefLabel"), NamedNode(f"{RDFS}label"))
_DISPUTED: Final = f"{ID}status/disputed"

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
_Subject: TypeAlias = NamedNode | BlankNode | Triple

_MOST_KNOWN: Final = 50_000
"""Number of statements whose origins are kept, since many rows share them."""


class Statement(NamedTuple):
    """A triple that made a row.

    Attributes:
        triple: The triple.
        graph: The named graph in which the query found it; None for the default graph.
    """

    triple: tuple[Term, Term, Term]
    graph: Term | None


@dataclass(frozen=True, slots=True)
class Source:
    """A source. A text is empty if the source's description lacks it.

    Attributes:
        iri: IRI of the source.
        title: Its title.
        publisher: Name of its publisher.
        origin: Name of the author of its text.
        issued: Date of its publication (ISO 8601).
        url: The address of the document.
    """

    iri: str
    title: str
    publisher: str
    origin: str
    issued: str
    url: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure or a statement of a source. A text is empty if the release lacks it.

    Attributes:
        iri: IRI of the claim.
        source: IRI of its source.
        identifier: Short name for citing it.
        printed: The words that the source prints.
        place: Its place in the source.
        status: IRI of its status.
        decisions: IRIs of the decisions on it.
    """

    iri: str
    source: str
    identifier: str
    printed: str
    place: str
    status: str
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision, with its identifier, its title and the name of its verdict."""

    iri: str
    identifier: str
    title: str
    verdict: str


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where a statement comes from.

    Attributes:
        graphs: IRIs of the named graphs that have it.
        sources: IRIs of the sources that state it, or from whose claims it is derived.
        claims: IRIs of the claims that it is part of, or is derived from.
        decisions: IRIs of the decisions on these.
        disputed: Whether a decision leaves one of them open.
    """

    graphs: tuple[str, ...]
    sources: tuple[str, ...]
    claims: tuple[str, ...]
    decisions: tuple[str, ...]
    disputed: bool


class _Ruled(NamedTuple):
    """A claim with the decisions on it: some of the attributes of `Claim`."""

    iri: str
    source: str
    status: str
    decisions: tuple[str, ...]


class _About(NamedTuple):
    """What the subject of a statement is.

    Attributes:
        claim: The claim that it is, if it is one.
        is_disputed: Whether a decision leaves it open.
        decision: The IRI of the decision that it is, if it is one.
        origins: The origins of its statements that were found, keyed by their graphs, if it is a
            claim: all statements of a claim in the same graphs have the same origin.
    """

    claim: _Ruled | None
    is_disputed: bool
    decision: tuple[str, ...]
    origins: dict[frozenset[str], Origin]


class Origins:
    """Finds the origins of statements.

    Args:
        store: The dataset.
        default_graphs: The graphs whose merge is the default graph of the query; empty for the
            default graph of the dataset.

    Attributes:
        sources: The sources that were found, keyed by IRI.
        decisions: The decisions that were found.
    """

    sources: dict[str, Source]
    decisions: dict[str, Decision]

    def __init__(self, store: Store, default_graphs: Sequence[str]) -> None:
        self._store = store
        self._default = frozenset(default_graphs) or {DEFAULT_GRAPH}
        self.sources = {}
        self.decisions = {}
        self._known: dict[Statement, Origin | None] = {}
        self._no_sources: set[str] = set()
        self._claims: dict[NamedNode, _Ruled | None] = {}
        self._subjects: dict[_Subject, _About] = {}

    def of(self, statement: Statement) -> Origin | None:
        """Return the origin of a statement; None if the dataset does not have it."""
        if statement not in self._known:
            if len(self._known) == _MOST_KNOWN:
                self._known.clear()
            self._known[statement] = self._find(statement)
        return self._known[statement]

    def claim(self, iri: str) -> Claim:
        """Read a claim of an origin that was found."""
        term = NamedNode(iri)
        ruled = self._claims[term]
        assert ruled is not None  # noqa: S101 - an origin has claims only
        return Claim(
            iri,
            ruled.source,
            self._value(term, f"{DCTERMS}identifier"),
            self._value(term, f"{APEC}printed"),
            self._value(term, f"{APEC}locator").replace("=", " ").replace(";", ", "),
            ruled.status,
            ruled.decisions,
        )

    def described(self, iri: str) -> Iterator[tuple[NamedNode, NamedNode, Term]]:
        """Yield triples about a source that was found, and the name of its publisher."""
        source = NamedNode(iri)
        for property_ in _DESCRIPTION:
            for quad in self._store.quads_for_pattern(source, property_, None, source):
                yield source, property_, quad.object
                if property_ == _PUBLISHER and isinstance(quad.object, NamedNode):
                    yield quad.object, _LABELS[0], Literal(self._name(quad.object))

    def _find(self, statement: Statement) -> Origin | None:
        subject, predicate, object_ = statement.triple
        if not isinstance(subject, _Subject) or not isinstance(predicate, NamedNode):
            return None
        found = list(self._store.quads_for_pattern(subject, predicate, object_, None))
        names = {
            DEFAULT_GRAPH if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
            for quad in found
        }
        searched = self._default if statement.graph is None else {_text(statement.graph)}
        if names.isdisjoint(searched):
            return None
        if DEFAULT_GRAPH not in searched:
            names &= searched
        about = self._about(subject)
        key = frozenset(names)
        if key not in about.origins or about.claim is None:
            about.origins[key] = self._origin(about, found[0], sorted(names - {DEFAULT_GRAPH}))
        return about.origins[key]

    def _origin(self, about: _About, quad: Quad, graphs: Sequence[str]) -> Origin:
        claims = {
            claim.iri: claim for graph in graphs for claim in self._behind(about, quad, graph)
        }
        sources = [graph for graph in graphs if self._is_source(graph)]
        decisions = [each for claim in claims.values() for each in claim.decisions]
        return Origin(
            tuple(graphs),
            tuple(dict.fromkeys([*sources, *(claim.source for claim in claims.values())])),
            tuple(claims),
            tuple(dict.fromkeys([*decisions, *about.decision])),
            about.is_disputed or any(claim.status == _DISPUTED for claim in claims.values()),
        )

    def _about(self, subject: _Subject) -> _About:
        known = self._subjects.get(subject)
        if known is None:
            claim = self._claim(subject)
            is_decision = claim is None and any(self._objects(subject, _VERDICT))
            if is_decision:
                self._describe_decision(subject)
            known = self._subjects[subject] = _About(
                claim,
                claim is None and _DISPUTED in self._values(subject, _STATUS),
                (_text(subject),) if is_decision else (),
                {},
            )
        return known

    def _behind(self, about: _About, quad: Quad, graph: str) -> list[_Ruled]:
        """Return the claims that a triple in a graph is part of, or is derived from."""
        found = about.claim
        if found is None and not self._is_source(graph):
            found = self._claim(quad.object)
        if found is not None:
            return [found]
        if not self._is_source(graph):
            bases = (each for base in _BASES for each in self._objects(quad.subject, base))
            return [claim for base in bases if (claim := self._claim(base)) is not None]
        name = NamedNode(graph)
        return [
            claim
            for each in self._store.quads_for_pattern(None, _SUBJECT, quad.subject, name)
            if Quad(each.subject, _PREDICATE, quad.predicate, name) in self._store
            and Quad(each.subject, _OBJECT, quad.object, name) in self._store
            and (claim := self._claim(each.subject)) is not None
        ]

    def _claim(self, term: Term) -> _Ruled | None:
        """Return the claim that a term names, or None."""
        if not isinstance(term, NamedNode):
            return None
        if term not in self._claims:
            self._claims[term] = self._ruled(term)
        return self._claims[term]

    def _ruled(self, term: NamedNode) -> _Ruled | None:
        source = next(map(_text, self._objects(term, _STATED_IN)), None)
        if source is None or not self._is_source(source):
            return None
        status = next(map(_text, self._objects(term, _STATUS)), "")
        decisions = tuple(self._values(term, _DECISION))
        for decision in decisions:
            self._describe_decision(NamedNode(decision))
        return _Ruled(term.value, source, status, decisions)

    def _describe_decision(self, decision: Term) -> None:
        iri = _text(decision)
        if iri not in self.decisions:
            verdicts = self._objects(decision, _VERDICT)
            self.decisions[iri] = Decision(
                iri,
                self._value(decision, f"{DCTERMS}identifier"),
                self._name(decision),
                next(map(self._name, verdicts), ""),
            )

    def _is_source(self, graph: str) -> bool:
        """Return whether a named graph describes itself as a source; if so, read it."""
        if graph in self.sources:
            return True
        if graph in self._no_sources:
            return False
        name = NamedNode(graph)
        publisher = next(self._store.quads_for_pattern(name, _PUBLISHER, None, name), None)
        if publisher is None:
            self._no_sources.add(graph)
            return False
        origins = self._objects(name, NamedNode(f"{APEC}origin"))
        self.sources[graph] = Source(
            graph,
            self._name(name),
            self._name(publisher.object),
            next(map(self._name, origins), ""),
            self._value(name, f"{DCTERMS}issued"),
            self._value(name, f"{SCHEMA}url"),
        )
        return True

    def _name(self, term: Term) -> str:
        """Return the label of a thing, in English if it has one."""
        labels = [
            label
            for property_ in _LABELS
            for label in self._objects(term, property_)
            if isinstance(label, Literal)
        ]
        labels.sort(key=lambda label: (label.language != "en", label.value))
        return labels[0].value if labels else _text(term)

    def _value(self, term: Term, property_: str) -> str:
        return min(self._values(term, NamedNode(property_)), default="")

    def _values(self, term: Term, property_: NamedNode) -> dict[str, None]:
        values = self._objects(term, property_)
        return dict.fromkeys(sorted(_text(value) for value in values))

    def _objects(self, term: Term, property_: NamedNode) -> Iterator[Term]:
        """Yield the values of a property in all graphs."""
        if isinstance(term, _Subject):
            for quad in self._store.quads_for_pattern(term, property_, None, None):
                yield quad.object


def _text(term: Term) -> str:
    """Return the IRI, the label or the lexical form of a term."""
    return str(term) if isinstance(term, Triple) else term.value
