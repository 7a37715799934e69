"""What the publication says of one IRI: its facts, who states them, what was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from apecgraph.content.decisions import Ruling, rulings
from apecgraph.content.folder import SOURCE_PREFIX
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, BASE, DCTERMS, ENDPOINT, FOAF, RDF, RDFS
from apecgraph.rdf.terms import Term, in_graph

LINKS: Final = 200
"""How many links to a thing its description lists; it counts all of them."""

_DEFAULT: Final = ox.DefaultGraph()


@dataclass(frozen=True, slots=True)
class Citation:
    """One source that states a fact.

    source: its IRI.
    statement: the IRI of the rdf:Statement; None where the source states the triple as it is.
    identifier, printed: of the statement.
    """

    source: str
    statement: str | None = None
    identifier: str | None = None
    printed: ox.Literal | None = None
    rulings: tuple[Ruling, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A property of the thing described, with all sources that state it.

    stands: whether it is in the default graph. graphs: the named graphs that hold it.
    """

    predicate: str
    value: Term
    citations: tuple[Citation, ...]
    stands: bool
    graphs: tuple[str, ...]

    @property
    def rulings(self) -> tuple[Ruling, ...]:
        """What the decisions say of the statements that state it, each once."""
        return tuple(dict.fromkeys(each for cited in self.citations for each in cited.rulings))


@dataclass(frozen=True, slots=True, order=True)
class IncomingLink:
    """A triple that has the thing described as its object; graphs: the named ones that hold it."""

    predicate: str
    subject: str
    graphs: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The IRIs of the sources that state it."""
        return tuple(name for name in self.graphs if name.startswith(SOURCE_PREFIX))


@dataclass(frozen=True, slots=True)
class Description:
    """What the publication says of one IRI.

    facts: sorted; those that do not stand are there because some source states them.
    links: the first of `link_count` links to the thing, sorted.
    rulings: of decisions about the thing itself.
    nodes: the blank nodes that the facts lead to, with their triples (RDF lists of shapes).
    stands: whether the default graph describes the thing.
    """

    iri: str
    facts: tuple[Fact, ...]
    links: tuple[IncomingLink, ...]
    link_count: int
    rulings: tuple[Ruling, ...]
    nodes: dict[ox.BlankNode, tuple[ox.Triple, ...]]
    stands: bool

    @property
    def graphs(self) -> tuple[str, ...]:
        """The named graphs that describe the thing, sorted."""
        return tuple(sorted({name for fact in self.facts for name in fact.graphs}))

    @property
    def rest(self) -> str | None:
        """A query for all links to the thing; None where the description lists them all."""
        if self.link_count == len(self.links):
            return None
        return f"CONSTRUCT WHERE {{ ?thing ?property {ox.NamedNode(self.iri)} }}"

    @property
    def rejected(self) -> bool:
        """Whether a decision has taken the thing out of the default graph."""
        return any(not ruling.upheld for ruling in self.rulings)

    @property
    def types(self) -> tuple[str, ...]:
        """The IRIs of its classes."""
        return tuple(
            fact.value.value
            for fact in self.facts
            if fact.predicate == f"{RDF}type" and isinstance(fact.value, ox.NamedNode)
        )

    @property
    def sources(self) -> tuple[str, ...]:
        """The IRIs of the sources of its facts, and of its links, as they are first cited."""
        facts = (citation.source for fact in self.facts for citation in fact.citations)
        links = (source for link in self.links for source in link.sources)
        return tuple(dict.fromkeys((*facts, *links)))

    def members(self, node: ox.BlankNode) -> list[Term]:
        """Return the members of an RDF list; none if the blank node is not the head of a list."""
        triples = (triple for triples in self.nodes.values() for triple in triples)
        return Graph(map(in_graph, triples)).list_members(node) or []

    def triples(self, document: str, title: ox.Literal, license_: str | None) -> list[ox.Triple]:
        """Return the RDF document about the thing, sorted.

        It holds what is said of the thing, the links to it, and what the document is: its title,
        its topic, its sources, the dataset that it is part of, its license. Of a thing that the
        default graph describes, what was rejected stays out.

        document: the IRI of the document, whatever its format.
        """
        node, page = ox.NamedNode(self.iri), ox.NamedNode(document)
        found = {
            ox.Triple(node, ox.NamedNode(fact.predicate), fact.value)
            for fact in self.facts
            if fact.stands or not self.stands
        }
        found.update(triple for triples in self.nodes.values() for triple in triples)
        found.update(
            ox.Triple(ox.NamedNode(link.subject), ox.NamedNode(link.predicate), node)
            for link in self.links
        )
        about: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            (f"{FOAF}primaryTopic", node),
            (f"{DCTERMS}title", title),
            (f"{DCTERMS}isPartOf", ox.NamedNode(BASE)),
        ]
        about.extend((f"{DCTERMS}source", ox.NamedNode(source)) for source in self.sources)
        if self.rest is not None:
            rest = ox.NamedNode(f"{ENDPOINT}?query={quote(self.rest)}")
            about.append((f"{RDFS}seeAlso", rest))
        if license_ is not None:
            about.append((f"{DCTERMS}license", ox.NamedNode(license_)))
        found.update(ox.Triple(page, ox.NamedNode(name), value) for name, value in about)
        return sorted(found, key=str)

    def evidence(self) -> list[ox.Quad]:
        """Return what is said of the thing, and the links to it, in the graphs that say it."""
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
    """Describe an IRI from a store that holds a release; None where nothing is said of it."""
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
    facts = tuple(_facts(graph, iri, standing, graphs))
    links = linking(graph, iri, stands=bool(standing))
    return Description(
        iri=iri,
        facts=facts,
        links=tuple(links[:LINKS]),
        link_count=len(links),
        rulings=rulings(graph, iri),
        nodes=_blank_nodes(graph, [fact.value for fact in facts]),
        stands=bool(standing),
    )


def linking(graph: Graph, iri: str, *, stands: bool) -> list[IncomingLink]:
    """Return all links to a thing, sorted; stands: whether the default graph describes it."""
    return sorted(_links(graph, iri, stands))


def _facts(
    graph: Graph,
    iri: str,
    standing: set[tuple[ox.NamedNode, Term]],
    graphs: dict[tuple[ox.NamedNode, Term], list[str]],
) -> Iterator[Fact]:
    statements = _statements(graph, iri)
    for pair in sorted(standing | graphs.keys(), key=str):
        predicate, value = pair
        names = tuple(sorted(graphs.get(pair, ())))
        sources = [name for name in names if name.startswith(SOURCE_PREFIX)]
        if standing and pair not in standing and not sources:
            continue  # a rule about the thing, in the graph of the shapes
        citations = tuple(
            citation
            for source in sources
            for citation in statements.get((source, *pair), [Citation(source)])
        )
        yield Fact(predicate.value, value, citations, pair in standing, names)


def _statements(graph: Graph, iri: str) -> dict[tuple[str, Term, Term], list[Citation]]:
    """Return the rdf:Statements about a thing by source, predicate and object."""
    found: dict[tuple[str, Term, Term], list[Citation]] = defaultdict(list)
    for quad in graph.quads(None, f"{RDF}subject", iri):
        statement, source = quad.subject, quad.graph_name
        if not (isinstance(statement, ox.NamedNode) and isinstance(source, ox.NamedNode)):
            continue
        values: dict[str, Term] = {
            each.predicate.value: each.object for each in graph.named_graph(source).quads(statement)
        }
        key = source.value, values[f"{RDF}predicate"], values[f"{RDF}object"]
        identifier, printed = values.get(f"{DCTERMS}identifier"), values.get(f"{APEC}printed")
        found[key].append(
            Citation(
                source.value,
                statement.value,
                identifier.value if isinstance(identifier, ox.Literal) else None,
                printed if isinstance(printed, ox.Literal) else None,
                rulings(graph, statement.value),
            )
        )
    return found


def _links(graph: Graph, iri: str, stands: bool) -> Iterator[IncomingLink]:
    node = ox.NamedNode(iri)
    graphs: dict[tuple[str, str], set[str]] = defaultdict(set)
    shown = set[tuple[str, str]]()
    for quad in graph.quads(None, None, node):
        if isinstance(quad.subject, ox.NamedNode) and quad.subject != node:
            link = quad.predicate.value, quad.subject.value
            if isinstance(quad.graph_name, ox.NamedNode):
                graphs[link].add(quad.graph_name.value)
            # A source also lists what it states and a decision rejects: nothing is hidden.
            if quad.graph_name in ({_DEFAULT, node} if stands else {node}):
                shown.add(link)
    for link in shown:
        yield IncomingLink(*link, tuple(sorted(graphs[link])))


def _blank_nodes(graph: Graph, values: list[Term]) -> dict[ox.BlankNode, tuple[ox.Triple, ...]]:
    found: dict[ox.BlankNode, tuple[ox.Triple, ...]] = {}
    waiting = [value for value in values if isinstance(value, ox.BlankNode)]
    while waiting:
        node = waiting.pop()
        if node not in found:
            triples = {quad.triple for quad in graph.quads(node)}
            found[node] = tuple(sorted(triples, key=str))
            waiting.extend(each.object for each in triples if isinstance(each.object, ox.BlankNode))
    return found
