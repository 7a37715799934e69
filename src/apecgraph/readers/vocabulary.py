"""The vocabulary of a release: its own terms, its code lists, terms of others, and their use."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, OWL, PREFIXES, QB, RDF, RDFS, SKOS

_GROUPS: Final = {
    "Classes": f"{RDFS}Class",
    "Dimensions": f"{QB}DimensionProperty",
    "Attributes": f"{QB}AttributeProperty",
    "Other properties": f"{RDF}Property",
    "Datatypes": f"{RDFS}Datatype",
}
"""The groups of terms by the class that makes one; the first that fits decides."""

_UNTOLD: Final = frozenset((f"{RDFS}Resource", f"{OWL}Thing"))  # a range that tells nothing


@dataclass(frozen=True, slots=True)
class VocabularyTerm:
    """A class, a property or a datatype of the publication's own.

    definition: in words. group: the name of its group. used: how often, in the default graph.
    above: what it is a subclass or a subproperty of; codes: its code list.
    """

    iri: str
    definition: str
    group: str
    used: int
    domain: tuple[str, ...]
    range: tuple[str, ...]
    above: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def is_class(self) -> bool:
        """Whether it is used as the type of things."""
        return self.group == "Classes"

    @property
    def is_datatype(self) -> bool:
        """Whether it is used as the datatype of literals."""
        return self.group == "Datatypes"


@dataclass(frozen=True, slots=True)
class Code:
    """A concept of a code list; used: how often it is the value of a property that is no list's."""

    iri: str
    definition: str
    used: int


@dataclass(frozen=True, slots=True)
class Foreign:
    """A term of another vocabulary, and whether it is used as a class."""

    iri: str
    used: int
    is_class: bool


class Vocabulary:
    """Reads the vocabulary of a store that holds a release.

    What counts is the default graph, as the endpoint has it: anyone can ask that for the counts.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._labels = Labels(graph)

    def term(self, iri: str) -> VocabularyTerm | None:
        """Read a term of the publication's own; None where the IRI is that of none."""
        types = self._graph.values(iri, f"{RDF}type")
        group = next((name for name, class_ in _GROUPS.items() if class_ in types), None)
        if group is None:
            return None
        above = (f"{RDFS}subClassOf", f"{RDFS}subPropertyOf")
        return VocabularyTerm(
            iri,
            self._definition(iri),
            group,
            sum(1 for _ in self._uses(self._graph.default_graph, iri, group)),
            domain=self._told(iri, f"{RDFS}domain"),
            range=self._told(iri, f"{RDFS}range"),
            above=tuple(each for name in above for each in self._graph.values(iri, name)),
            codes=tuple(self._graph.values(iri, f"{QB}codeList")),
        )

    def groups(self) -> list[tuple[str, list[VocabularyTerm]]]:
        """Return the publication's own terms by group, each group in the order of the labels."""
        defined = self._graph.default_graph.subjects(f"{RDFS}isDefinedBy")
        own = self._sorted(iri for iri in defined if iri.startswith(BASE))
        terms = [term for iri in own if (term := self.term(iri)) is not None]
        groups = [(name, [each for each in terms if each.group == name]) for name in _GROUPS]
        return [(name, found) for name, found in groups if found]

    def lists(self) -> list[tuple[str, list[Code]]]:
        """Return the code lists, by IRI, with their concepts, in the order of the labels."""
        schemes = self._graph.subjects(f"{RDF}type", f"{SKOS}ConceptScheme")
        _, _, values = self._counts()
        return [
            (
                scheme,
                [
                    Code(each, self._definition(each), values[each])
                    for each in self._sorted(self._graph.subjects(f"{SKOS}inScheme", scheme))
                ],
            )
            for scheme in self._sorted(schemes)
        ]

    def foreign(self) -> list[tuple[str, list[Foreign]]]:
        """Return the terms of others that are used, by namespace; the most frequent first."""
        found: dict[str, list[Foreign]] = defaultdict(list)
        classes, properties, _ = self._counts()
        for counts, is_class in ((classes, True), (properties, False)):
            for iri, used in counts.items():
                if not iri.startswith(BASE):
                    found[_namespace(iri)].append(Foreign(iri, used, is_class))
        for terms in found.values():
            terms.sort(key=lambda each: (-each.used, each.iri))
        ranked = sorted(found, key=lambda each: (-sum(term.used for term in found[each]), each))
        return [(each, found[each]) for each in ranked]

    def example(self, term: VocabularyTerm) -> ox.Quad | None:
        """Return a triple of the data that uses a term, as it stands in a named graph.

        One in the graph of a source is preferred, and of those always the same.
        """
        candidates = (
            quad
            for quad in self._uses(self._graph, term.iri, term.group)
            if isinstance(quad.graph_name, ox.NamedNode) and isinstance(quad.subject, ox.NamedNode)
        )
        return min(
            candidates, key=lambda quad: (quad.graph_name != quad.subject, str(quad)), default=None
        )

    @staticmethod
    def _uses(graph: Graph, iri: str, group: str) -> Iterator[ox.Quad]:
        """Return the statements of a graph that use a term."""
        if group == "Datatypes":
            return (quad for quad in graph.quads() if _is_of(quad.object, ox.NamedNode(iri)))
        if group == "Classes":
            return graph.quads(None, f"{RDF}type", iri)
        return graph.quads(None, iri)

    def _counts(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """Count classes, properties, and the IRIs that are values of properties but SKOS's."""
        classes, properties, values = Counter[str](), Counter[str](), Counter[str]()
        for quad in self._graph.default_graph.quads():
            property_ = quad.predicate.value
            properties[property_] += 1
            if isinstance(quad.object, ox.NamedNode):
                counts = classes if property_ == f"{RDF}type" else values
                counts[quad.object.value] += not property_.startswith(SKOS)
        return classes, properties, values

    def _told(self, iri: str, property_: str) -> tuple[str, ...]:
        values = self._graph.values(iri, property_)
        return tuple(each for each in values if each not in _UNTOLD)

    def _definition(self, iri: str) -> str:
        for property_ in (f"{SKOS}definition", f"{RDFS}comment"):
            if (found := self._graph.value(iri, property_)) is not None:
                return found
        return ""

    def _sorted(self, iris: Iterable[str]) -> list[str]:
        return sorted(iris, key=lambda iri: (self._labels.title(iri).value.casefold(), iri))


def _is_of(term: object, datatype: ox.NamedNode) -> bool:
    return isinstance(term, ox.Literal) and term.datatype == datatype


def _namespace(iri: str) -> str:
    """Return the namespace of a term: one that has a prefix, else all up to the local name."""
    for namespace in PREFIXES.values():
        if iri.startswith(namespace):
            return namespace
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
