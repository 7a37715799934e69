"""Claims: a figure or a statement as one source makes it, read for showing it to people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from apecgraph.content.decisions import Ruling, rulings, status
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, RDF
from apecgraph.rdf.terms import Term


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says, stands it or not.

    iri: of the figure or the rdf:Statement.
    source: the IRI of who says it; identifier: of the claim.
    printed: the words in which it is said.
    measure, period, base_period, bound, unit: IRIs, of a figure.
    value, lower, upper: the number and the ends of its interval, of a figure.
    triple: of a statement.
    """

    iri: str
    source: str
    identifier: str
    printed: ox.Literal | None
    rulings: tuple[Ruling, ...]
    measure: str | None = None
    period: str | None = None
    base_period: str | None = None
    bound: str | None = None
    unit: str | None = None
    value: ox.Literal | None = None
    lower: ox.Literal | None = None
    upper: ox.Literal | None = None
    triple: ox.Triple | None = None

    @property
    def rejected(self) -> bool:
        """Whether a decision has taken it out of the default graph."""
        return self.status == "rejected"

    @property
    def status(self) -> str:
        """Where it stands by the decisions: "standing", "rejected" or "open"."""
        return status(self.rulings)


def read_claim(graph: Graph, iri: str) -> Claim | None:
    """Read a claim from the dataset of a release; return None if the IRI is not that of a claim."""
    values: dict[str, Term] = {quad.predicate.value: quad.object for quad in graph.quads(iri)}
    source = values.get(f"{APEC}statedIn")
    if not isinstance(source, ox.NamedNode):
        return None

    def name(property_: str) -> str | None:
        value = values.get(property_)
        return value.value if isinstance(value, ox.NamedNode) else None

    def literal(property_: str) -> ox.Literal | None:
        value = values.get(property_)
        return value if isinstance(value, ox.Literal) else None

    identifier = literal(f"{DCTERMS}identifier")
    subject, predicate = name(f"{RDF}subject"), name(f"{RDF}predicate")
    triple = None
    if subject is not None and predicate is not None:
        triple = ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), values[f"{RDF}object"])
    return Claim(
        iri,
        source.value,
        "" if identifier is None else identifier.value,
        literal(f"{APEC}printed"),
        rulings(graph, iri),
        measure=name(f"{APEC}measure"),
        period=name(f"{APEC}period"),
        base_period=name(f"{APEC}basePeriod"),
        bound=name(f"{APEC}bound"),
        unit=name(f"{APEC}unit"),
        value=literal(f"{APEC}value"),
        lower=literal(f"{APEC}lower"),
        upper=literal(f"{APEC}upper"),
        triple=triple,
    )


def read_claims(graph: Graph, source: str) -> Iterator[Claim]:
    """Read all claims of a source: its figures, then its statements, each by their IRIs."""
    for iri in graph.named_graph(source).subjects(f"{APEC}statedIn", source):
        claim = read_claim(graph, iri)
        if claim is not None:
            yield claim
