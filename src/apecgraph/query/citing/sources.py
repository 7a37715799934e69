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
_VERDICT: Final = NamedNode(f"{APEC}verdict")
_STATUS: Final = NamedNode(f"{ADMS}status")
_BASES: Final = (NamedNode(f"{PROV}wasDerivedFrom"), NamedNode(f"{APEC}restsOn"))
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

    @property
    def is_disputed(self) -> bool:
        """Whether a decision leaves it open."""
        return self.status == _DISPUTED


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision, with its identifier, its title and the name of its verdict."""

    iri: str
    identifier: str
    title: str
    verdict: str


@dataclass(frozen=True, slots=True)
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


class _About(NamedTuple):
    """What the subject of a statement is.

    Attributes:
        claim: The claim that it is, if it is one.
        is_disputed: Whether a decision leaves it open.
        decision: The IRI of the decision that it is, if it is one.
    """

    claim: Claim | None
    is_disputed: bool
    decision: tuple[str, ...]


class Origins:
    """Finds the origins of statements.

    Args:
        store: The dataset.
        default_graphs: The graphs whose merge is the default graph of the query; empty for the
            default graph of the dataset.

    Attributes:
        sources: The sources that were found, keyed by IRI.
        claims: The claims that were found.
        decisions: The decisions that were found.
    """

    sources: dict[str, Source]
    claims: dict[str, Claim]
    decisions: dict[str, Decision]

    def __init__(self, store: Store, default_graphs: Sequence[str]) -> None:
        self._store = store
        self._default = frozenset(default_graphs) or {DEFAULT_GRAPH}
        self.sources = {}
        self.claims = {}
        self.decisions = {}
        self._known: dict[Statement, Origin | None] = {}
        self._no_sources: set[str] = set()
        self._no_claims: set[str] = set()
        self._subjects: dict[_Subject, _About] = {}

    def of(self, statement: Statement) -> Origin | None:
        """Return the origin of a statement; None if the dataset does not have it."""
        if statement not in self._known:
            if len(self._known) == _MOST_KNOWN:
                self._known.clear()
            self._known[statement] = self._find(statement)
        return self._known[statement]

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
        graphs = sorted(
            (names if DEFAULT_GRAPH in searched else names & searched) - {DEFAULT_GRAPH}
        )
        about = self._about(subject)
        claims = {
            claim.iri: claim for graph in graphs for claim in self._claims(about, found[0], graph)
        }
        sources = [graph for graph in graphs if self._is_source(graph)]
        decisions = [each for claim in claims.values() for each in claim.decisions]
        return Origin(
            tuple(graphs),
            tuple(dict.fromkeys([*sources, *(claim.source for claim in claims.values())])),
            tuple(claims),
            tuple(dict.fromkeys([*decisions, *about.decision])),
            about.is_disputed or any(claim.is_disputed for claim in claims.values()),
        )

    def _about(self, subject: _Subject) -> _About:
        known = self._subjects.get(subject)
        if known is None:
            is_decision = isinstance(subject, NamedNode) and any(self._objects(subject, _VERDICT))
            if is_decision:
                self._describe_decision(subject)
            known = self._subjects[subject] = _About(
                self._claim(subject),
                _DISPUTED in self._values(subject, _STATUS),
                (_text(subject),) if is_decision else (),
            )
        return known

    def _claims(self, about: _About, quad: Quad, graph: str) -> list[Claim]:
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
        reified = (
            each.subject
            for each in self._store.quads_for_pattern(None, _SUBJECT, quad.subject, name)
            if Quad(each.subject, _PREDICATE, quad.predicate, name) in self._store
            and Quad(each.subject, _OBJECT, quad.object, name) in self._store
        )
        return [claim for each in reified if (claim := self._claim(each)) is not None]

    def _claim(self, term: Term) -> Claim | None:
        """Return the claim that a term names, or None."""
        if not isinstance(term, NamedNode) or term.value in self._no_claims:
            return None
        known = self.claims.get(term.value)
        if known is not None:
            return known
        source = next(iter(self._values(term, _STATED_IN)), None)
        if source is None or not self._is_source(source):
            self._no_claims.add(term.value)
            return None
        decisions = tuple(self._values(term, NamedNode(f"{APEC}decision")))
        claim = self.claims[term.value] = Claim(
            term.value,
            source,
            self._value(term, f"{DCTERMS}identifier"),
            self._value(term, f"{APEC}printed"),
            self._value(term, f"{APEC}locator").replace("=", " ").replace(";", ", "),
            self._value(term, f"{ADMS}status"),
            decisions,
        )
        for decision in decisions:
            self._describe_decision(NamedNode(decision))
        return claim

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
