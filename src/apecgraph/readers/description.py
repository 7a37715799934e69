"""Descriptions of things: the facts, the sources of the facts, and the rulings of decisions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from apecgraph.content.decisions import REJECTED, Ruling, rulings
from apecgraph.content.folder import SOURCE_PREFIX
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import (
    ADMS,
    APEC,
    BASE,
    DCTERMS,
    ENDPOINT,
    FOAF,
    PROV,
    QB,
    RDF,
    RDFS,
    SKOS,
)
from apecgraph.rdf.terms import Term, in_graph, term_text
from apecgraph.readers.reviews import review_triples

LINKS: Final = 200
"""Maximum number of links, and of values of a property, in a description; it counts all of them."""

MEMBERS: Final = 500
"""Maximum number of members in a document; it links to queries for the others, page by page."""

_DEFAULT: Final = ox.DefaultGraph()

_WHOLES: Final = (f"{RDFS}isDefinedBy", f"{SKOS}inScheme")
"""The properties that lead from a member to the thing whose document contains it."""

_MEMBERS: Final = (f"{QB}component", f"{QB}observation", f"{QB}slice", f"{DCTERMS}hasPart")
"""The properties that lead from a thing to the members that its document contains."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A source that states a fact.

    Attributes:
        source: IRI of the source.
        statement: IRI of the rdf:Statement; None if the source contains only the triple.
        identifier: Identifier of the statement.
        printed: Words in which the source states it.
        rulings: Rulings of decisions on the statement.
        said_by: IRI of the person or body whose words the statement is, or None.
    """

    source: str
    statement: str | None = None
    identifier: str | None = None
    printed: ox.Literal | None = None
    rulings: tuple[Ruling, ...] = ()
    said_by: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A value of a property of the described thing.

    Attributes:
        predicate: IRI of the property.
        value: The value.
        citations: The sources that state the fact.
        stands: Whether the fact is in the default graph.
        graphs: IRIs of the named graphs that contain the fact, sorted.
    """

    predicate: str
    value: Term
    citations: tuple[Citation, ...]
    stands: bool
    graphs: tuple[str, ...]

    @property
    def said_by(self) -> tuple[str, ...]:
        """IRIs of those whose words the fact is, without repetition."""
        return tuple(dict.fromkeys(each.said_by for each in self.citations if each.said_by))

    @property
    def rulings(self) -> tuple[Ruling, ...]:
        """The rulings of decisions on the statements of the fact, without repetition."""
        return tuple(
            dict.fromkeys(ruling for citation in self.citations for ruling in citation.rulings)
        )


@dataclass(frozen=True, slots=True, order=True)
class IncomingLink:
    """A triple that has the described thing as its object.

    Attributes:
        predicate: IRI of the property.
        subject: IRI of the subject.
        graphs: IRIs of the named graphs that contain the triple, sorted.
    """

    predicate: str
    subject: str
    graphs: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """IRIs of the sources that state the triple."""
        return tuple(name for name in self.graphs if name.startswith(SOURCE_PREFIX))


@dataclass(frozen=True, slots=True)
class Description:
    """The description of a thing.

    Attributes:
        iri: IRI of the thing.
        facts: Its facts, sorted, including facts that sources state but decisions reject; of each
            property, the first `LINKS` values.
        counts: Number of all values of each property that has more.
        links: The first `LINKS` links to the thing, sorted.
        link_count: Number of all links to the thing.
        rulings: Rulings of decisions on the thing itself.
        reviews: The triples of the reviews of claims, if the thing is a decision.
        nodes: The blank nodes that the facts refer to, with their triples (RDF lists of shapes).
        stands: Whether the default graph describes the thing.
    """

    iri: str
    facts: tuple[Fact, ...]
    counts: Mapping[str, int]
    links: tuple[IncomingLink, ...]
    link_count: int
    rulings: tuple[Ruling, ...]
    reviews: tuple[ox.Triple, ...]
    nodes: dict[ox.BlankNode, tuple[ox.Triple, ...]]
    stands: bool

    @property
    def graphs(self) -> tuple[str, ...]:
        """IRIs of the named graphs that describe the thing, sorted."""
        return tuple(sorted({name for fact in self.facts for name in fact.graphs}))

    @property
    def rest(self) -> tuple[str, ...]:
        """The queries for all facts and all links, unless the description has all of them."""
        node = ox.NamedNode(self.iri)
        facts = f"CONSTRUCT WHERE {{ {node} ?property ?value }}"
        links = f"CONSTRUCT WHERE {{ ?thing ?property {node} }}"
        return (facts,) * bool(self.counts) + (links,) * (self.link_count > len(self.links))

    @property
    def rejected(self) -> bool:
        """Whether a decision has removed the thing from the default graph."""
        given = (ruling.status for ruling in self.rulings)  # older releases state no status
        return REJECTED in (self.status, *given)

    @property
    def status(self) -> str | None:
        """IRI of the stated status of the thing, or None if none is stated."""
        stated = (fact.value for fact in self.facts if fact.predicate == f"{ADMS}status")
        return next(map(term_text, stated), None)

    @property
    def types(self) -> tuple[str, ...]:
        """IRIs of the classes of the thing."""
        return tuple(
            fact.value.value
            for fact in self.facts
            if fact.predicate == f"{RDF}type" and isinstance(fact.value, ox.NamedNode)
        )

    @property
    def sources(self) -> tuple[str, ...]:
        """IRIs of the sources of the facts and the links, in the order of the first citation."""
        facts = (citation.source for fact in self.facts for citation in fact.citations)
        links = (source for link in self.links for source in link.sources)
        return tuple(dict.fromkeys((*facts, *links)))

    @property
    def linked(self) -> tuple[str, ...]:
        """IRIs of the things that the facts lead to or that link to the thing."""
        values = (fact.value.value for fact in self.facts if isinstance(fact.value, ox.NamedNode))
        return tuple(dict.fromkeys((*values, *(link.subject for link in self.links))))

    def members(self, node: ox.BlankNode) -> list[Term]:
        """Return the members of an RDF list, or [] if the blank node is not the head of a list."""
        triples = (triple for triples in self.nodes.values() for triple in triples)
        return Graph(map(in_graph, triples)).list_members(node) or []

    def triples(self, document: str, title: ox.Literal, license_: str | None) -> list[ox.Triple]:
        """Write the document about the thing.

        Args:
            document: IRI of the document, independent of the format.
            title: Title of the document.
            license_: IRI of the license, or None if the data name no license.

        Returns:
            The facts, the links to the thing, and the metadata of the document (title, topic,
            sources, dataset and license), sorted. Rejected facts are left out unless the thing
            itself is rejected.
        """
        node, page = ox.NamedNode(self.iri), ox.NamedNode(document)
        triples = {
            ox.Triple(node, ox.NamedNode(fact.predicate), fact.value)
            for fact in self.facts
            if fact.stands or not self.stands
        }
        triples.update(self.reviews, *self.nodes.values())
        triples.update(
            ox.Triple(ox.NamedNode(link.subject), ox.NamedNode(link.predicate), node)
            for link in self.links
        )
        metadata: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            (f"{FOAF}primaryTopic", node),
            (f"{DCTERMS}title", title),
            (f"{DCTERMS}isPartOf", ox.NamedNode(BASE)),
        ]
        metadata.extend((f"{DCTERMS}source", ox.NamedNode(source)) for source in self.sources)
        metadata.extend((f"{RDFS}seeAlso", _answer_to(query)) for query in self.rest)
        if license_ is not None:
            metadata.append((f"{DCTERMS}license", ox.NamedNode(license_)))
        triples.update(ox.Triple(page, ox.NamedNode(name), value) for name, value in metadata)
        return sorted(triples, key=str)

    def evidence(self) -> list[ox.Quad]:
        """Return the facts and the links as quads of the named graphs that contain them."""
        node = ox.NamedNode(self.iri)
        facts = [
            ox.Quad(node, ox.NamedNode(fact.predicate), fact.value, ox.NamedNode(graph))
            for fact in self.facts
            for graph in fact.graphs
        ]
        return facts + [
            ox.Quad(
                ox.NamedNode(link.subject), ox.NamedNode(link.predicate), node, ox.NamedNode(graph)
            )
            for link in self.links
            for graph in link.graphs
        ]


def describe(graph: Graph, iri: str) -> Description | None:
    """Describe a thing.

    Args:
        graph: The dataset of a release.
        iri: IRI of the thing.

    Returns:
        The description, or None if no graph has a triple about the thing.
    """
    graphs: dict[tuple[ox.NamedNode, Term], list[str]] = defaultdict(list)
    standing: set[tuple[ox.NamedNode, Term]] = set()
    for quad in graph.quads(iri):
        pair = quad.predicate, quad.object
        if isinstance(quad.graph_name, ox.NamedNode):
            graphs[pair].append(quad.graph_name.value)
        else:
            standing.add(pair)
    if not graphs and not standing:
        return None
    counts = Counter(predicate.value for predicate, _ in standing | graphs.keys())
    facts = tuple(_facts(graph, iri, standing, graphs))
    links = linking(graph, iri, stands=bool(standing))
    return Description(
        iri=iri,
        facts=facts,
        counts={name: count for name, count in counts.items() if count > LINKS},
        links=tuple(links[:LINKS]),
        link_count=len(links),
        rulings=rulings(graph, iri),
        reviews=tuple(review_triples(graph, iri)),
        nodes=_blank_nodes(graph, [fact.value for fact in facts]),
        stands=bool(standing),
    )


def member_triples(graph: Graph, iri: str, document: str) -> set[ox.Triple]:
    """Return what the default graph states about the members of a thing.

    The members are the terms of an ontology, the concepts of a scheme, the components of a
    structure definition, the slices of a dataset, the observations of a slice, and the parts of a
    group.

    Args:
        graph: The dataset of a release.
        iri: IRI of the thing.
        document: IRI of the document, independent of the format.

    Returns:
        All triples with one of the first `MEMBERS` members as their subject, and a link from the
        document to each page of further members.
    """
    standing = graph.default_graph
    patterns = [(f"?member <{name}> <{iri}>", standing.subjects(name, iri)) for name in _WHOLES]
    patterns += [(f"<{iri}> <{name}> ?member", standing.iris(iri, name)) for name in _MEMBERS]
    triples: set[ox.Triple] = set()
    for pattern, members in patterns:
        for member in members[:MEMBERS]:
            triples.update([quad.triple for quad in standing.quads(member)])
        for offset in range(MEMBERS, len(members), MEMBERS):
            page = (
                f"SELECT ?member {{ {pattern} }} ORDER BY ?member LIMIT {MEMBERS} OFFSET {offset}"
            )
            query = f"CONSTRUCT {{ ?member ?p ?o }} {{ {{ {page} }} ?member ?p ?o }}"
            triples.add(
                ox.Triple(ox.NamedNode(document), ox.NamedNode(f"{RDFS}seeAlso"), _answer_to(query))
            )
    return triples


def _answer_to(query: str) -> ox.NamedNode:
    return ox.NamedNode(f"{ENDPOINT}?query={quote(query)}")


def named_quads(graph: Graph, triples: Iterable[ox.Triple]) -> Iterator[ox.Quad]:
    """Yield the quads of the named graphs that contain some triples."""
    for triple in triples:
        for quad in graph.store.quads_for_pattern(*triple):
            if isinstance(quad.graph_name, ox.NamedNode):
                yield quad


def linking(graph: Graph, iri: str, *, stands: bool) -> list[IncomingLink]:
    """Read the links to a thing.

    Args:
        graph: The dataset of a release.
        iri: IRI of the thing.
        stands: Whether the default graph describes the thing.

    Returns:
        All links, sorted.
    """
    return sorted(_links(graph, iri, stands))


def _facts(
    graph: Graph,
    iri: str,
    standing: set[tuple[ox.NamedNode, Term]],
    graphs: dict[tuple[ox.NamedNode, Term], list[str]],
) -> Iterator[Fact]:
    statements = _statements(graph, iri)
    listed = Counter[ox.NamedNode]()
    for pair in sorted(standing | graphs.keys(), key=str):
        predicate, value = pair
        listed[predicate] += 1
        if listed[predicate] > LINKS:
            continue
        names = tuple(sorted(graphs.get(pair, ())))
        sources = [name for name in names if name.startswith(SOURCE_PREFIX)]
        if standing and pair not in standing and not sources:
            continue  # a constraint on the thing, in the graph of the shapes
        citations = tuple(
            citation
            for source in sources
            for citation in statements.get((source, *pair), [Citation(source)])
        )
        yield Fact(predicate.value, value, citations, pair in standing, names)


def _statements(graph: Graph, iri: str) -> dict[tuple[str, Term, Term], list[Citation]]:
    """Return the rdf:Statements about a thing, keyed by source, predicate and object."""
    citations: dict[tuple[str, Term, Term], list[Citation]] = defaultdict(list)
    for quad in graph.quads(None, f"{RDF}subject", iri):
        statement, source = quad.subject, quad.graph_name
        if not (isinstance(statement, ox.NamedNode) and isinstance(source, ox.NamedNode)):
            continue
        values: dict[str, Term] = {
            fact.predicate.value: fact.object for fact in graph.named_graph(source).quads(statement)
        }
        key = source.value, values[f"{RDF}predicate"], values[f"{RDF}object"]
        identifier, printed = values.get(f"{DCTERMS}identifier"), values.get(f"{APEC}printed")
        citations[key].append(
            Citation(
                source.value,
                statement.value,
                identifier.value if isinstance(identifier, ox.Literal) else None,
                printed if isinstance(printed, ox.Literal) else None,
                rulings(graph, statement.value),
                _iri(values.get(f"{PROV}wasAttributedTo")),
            )
        )
    return citations


def _iri(term: Term | None) -> str | None:
    return term.value if isinstance(term, ox.NamedNode) else None


def _links(graph: Graph, iri: str, stands: bool) -> Iterator[IncomingLink]:
    node = ox.NamedNode(iri)
    graphs: dict[tuple[str, str], set[str]] = defaultdict(set)
    shown = set[tuple[str, str]]()
    for quad in graph.quads(None, None, node):
        if isinstance(quad.subject, ox.NamedNode) and quad.subject != node:
            link = quad.predicate.value, quad.subject.value
            if isinstance(quad.graph_name, ox.NamedNode):
                graphs[link].add(quad.graph_name.value)
            # A source also links to its rejected statements, so the document hides nothing.
            if quad.graph_name in ({_DEFAULT, node} if stands else {node}):
                shown.add(link)
    for link in shown:
        yield IncomingLink(*link, tuple(sorted(graphs[link])))


def _blank_nodes(graph: Graph, values: list[Term]) -> dict[ox.BlankNode, tuple[ox.Triple, ...]]:
    nodes: dict[ox.BlankNode, tuple[ox.Triple, ...]] = {}
    waiting = [value for value in values if isinstance(value, ox.BlankNode)]
    while waiting:
        node = waiting.pop()
        if node not in nodes:
            triples = {quad.triple for quad in graph.quads(node)}
            nodes[node] = tuple(sorted(triples, key=str))
            objects = (triple.object for triple in triples)
            waiting.extend(term for term in objects if isinstance(term, ox.BlankNode))
    return nodes
