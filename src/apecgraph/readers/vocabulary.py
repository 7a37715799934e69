"""The vocabulary of a release: its terms, its code lists, foreign terms, and their use."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, DCTERMS, OWL, PREFIXES, QB, RDF, RDFS, SKOS
from apecgraph.rdf.terms import TRUE_FORMS

_GROUPS: Final = {
    "Classes": f"{RDFS}Class",
    "Dimensions": f"{QB}DimensionProperty",
    "Attributes": f"{QB}AttributeProperty",
    "Other properties": f"{RDF}Property",
    "Datatypes": f"{RDFS}Datatype",
}
"""The class of each group of terms; a term belongs to the first matching group."""

_UNIVERSAL: Final = frozenset((f"{RDFS}Resource", f"{OWL}Thing"))  # the classes of everything


@dataclass(frozen=True, slots=True)
class VocabularyTerm:
    """A class, a property or a datatype of the publication.

    Attributes:
        iri: IRI of the term.
        definition: Its definition.
        group: Name of its group.
        used: Number of triples in the default graph that use the term.
        domain: IRIs of the classes of its subjects.
        range: IRIs of the classes or the datatypes of its values.
        above: IRIs of its superclasses or superproperties.
        codes: IRIs of its code lists.
        deprecated: Whether the term is deprecated.
        successors: IRIs of the terms that replace it.
    """

    iri: str
    definition: str
    group: str
    used: int
    domain: tuple[str, ...]
    range: tuple[str, ...]
    above: tuple[str, ...]
    codes: tuple[str, ...]
    deprecated: bool
    successors: tuple[str, ...]

    @property
    def is_class(self) -> bool:
        """Whether the term is a class."""
        return self.group == "Classes"

    @property
    def is_datatype(self) -> bool:
        """Whether the term is a datatype."""
        return self.group == "Datatypes"


@dataclass(frozen=True, slots=True)
class Code:
    """A concept of a code list.

    Attributes:
        iri: IRI of the concept.
        definition: Its definition.
        used: Number of triples with the concept as value, without triples of SKOS properties.
    """

    iri: str
    definition: str
    used: int


@dataclass(frozen=True, slots=True)
class Foreign:
    """A term of another vocabulary.

    Attributes:
        iri: IRI of the term.
        used: Number of triples in the default graph that use the term.
        is_class: Whether the term is used as a class, not as a property.
    """

    iri: str
    used: int
    is_class: bool


@dataclass(frozen=True, slots=True)
class TermUses:
    """The number of triples in the default graph that use each term, keyed by its IRI.

    Attributes:
        classes: The classes, as types.
        properties: The properties.
        datatypes: The datatypes of literals.
        codes: The concepts of code lists, as values, without triples of SKOS properties.
    """

    classes: Counter[str]
    properties: Counter[str]
    datatypes: Counter[str]
    codes: Counter[str]

    @classmethod
    def of(cls, graph: Graph) -> TermUses:
        """Count all uses, which takes a second for a million triples."""
        uses = cls(Counter(), Counter(), Counter(), Counter())
        codes = set(graph.subjects(f"{SKOS}inScheme"))
        for quad in graph.default_graph.quads():
            property_, value = quad.predicate.value, quad.object
            uses.properties[property_] += 1
            if isinstance(value, ox.Literal):
                uses.datatypes[value.datatype.value] += 1
            elif not isinstance(value, ox.NamedNode):
                continue
            elif property_ == f"{RDF}type":
                uses.classes[value.value] += 1
            elif value.value in codes and not property_.startswith(SKOS):
                uses.codes[value.value] += 1
        return uses


class Vocabulary:
    """Reads the vocabulary of a release.

    Only uses in the default graph are counted, so queries at the endpoint return the same counts.

    Args:
        graph: The dataset of the release.
        labels: Names the terms and reads their definitions, in a language.
        uses: How often the terms are used.
    """

    def __init__(self, graph: Graph, labels: Labels, uses: TermUses) -> None:
        self._graph = graph
        self._labels = labels
        self._uses = uses

    def term(self, iri: str) -> VocabularyTerm | None:
        """Read a term of the publication; return None if the IRI is not that of a term."""
        types = self._graph.values(iri, f"{RDF}type")
        group = next((name for name, class_ in _GROUPS.items() if class_ in types), None)
        if group is None:
            return None
        above = (f"{RDFS}subClassOf", f"{RDFS}subPropertyOf")
        counts = {"Classes": self._uses.classes, "Datatypes": self._uses.datatypes}
        return VocabularyTerm(
            iri,
            self._labels.definition(iri),
            group,
            counts.get(group, self._uses.properties)[iri],
            domain=self._classes(iri, f"{RDFS}domain"),
            range=self._classes(iri, f"{RDFS}range"),
            above=tuple(value for name in above for value in self._graph.values(iri, name)),
            codes=tuple(self._graph.values(iri, f"{QB}codeList")),
            deprecated=self._graph.value(iri, f"{OWL}deprecated") in TRUE_FORMS,
            successors=tuple(self._graph.iris(iri, f"{DCTERMS}isReplacedBy")),
        )

    def groups(self) -> list[tuple[str, list[VocabularyTerm]]]:
        """Return the terms, grouped, in the order of the labels; the deprecated ones come last."""
        defined = self._graph.default_graph.subjects(f"{RDFS}isDefinedBy")
        own = self._sorted(iri for iri in defined if iri.startswith(BASE))
        terms = [term for iri in own if (term := self.term(iri)) is not None]
        used = [term for term in terms if not term.deprecated]
        groups = [(name, [term for term in used if term.group == name]) for name in _GROUPS]
        groups.append(("Deprecated terms", [term for term in terms if term.deprecated]))
        return [(name, members) for name, members in groups if members]

    def lists(self) -> list[tuple[str, list[Code]]]:
        """Return the IRIs of the code lists with their concepts, in the order of the labels."""
        schemes = self._graph.subjects(f"{RDF}type", f"{SKOS}ConceptScheme")
        return [
            (
                scheme,
                [
                    Code(concept, self._labels.definition(concept), self._uses.codes[concept])
                    for concept in self._sorted(self._graph.subjects(f"{SKOS}inScheme", scheme))
                ],
            )
            for scheme in self._sorted(schemes)
        ]

    def foreign(self) -> list[tuple[str, list[Foreign]]]:
        """Return the foreign terms in use, grouped by namespace, the most frequent first."""
        namespaces: dict[str, list[Foreign]] = defaultdict(list)
        for counts, is_class in ((self._uses.classes, True), (self._uses.properties, False)):
            for iri, used in counts.items():
                if not iri.startswith(BASE):
                    namespaces[_namespace(iri)].append(Foreign(iri, used, is_class))
        for terms in namespaces.values():
            terms.sort(key=lambda term: (-term.used, term.iri))
        uses = {name: sum(term.used for term in terms) for name, terms in namespaces.items()}
        ranked = sorted(uses, key=lambda name: (-uses[name], name))
        return [(name, namespaces[name]) for name in ranked]

    def example(self, term: VocabularyTerm) -> ox.Quad | None:
        """Return a quad of a named graph that uses a term; the choice is deterministic.

        A quad in which a source describes itself is preferred.
        """
        return min(
            (
                quad
                for quad in self._using(term)
                if isinstance(quad.graph_name, ox.NamedNode)
                and isinstance(quad.subject, ox.NamedNode)
            ),
            key=lambda quad: (quad.graph_name != quad.subject, str(quad)),
            default=None,
        )

    def _using(self, term: VocabularyTerm) -> Iterator[ox.Quad]:
        """Yield the quads that use a term."""
        if term.is_datatype:
            yield from (quad for quad in self._graph.quads() if _is_of(quad.object, term.iri))
        elif term.is_class:
            yield from self._graph.quads(None, f"{RDF}type", term.iri)
        else:
            yield from self._graph.quads(None, term.iri)

    def _classes(self, iri: str, property_: str) -> tuple[str, ...]:
        values = self._graph.values(iri, property_)
        return tuple(value for value in values if value not in _UNIVERSAL)

    def _sorted(self, iris: Iterable[str]) -> list[str]:
        return sorted(iris, key=lambda iri: (self._labels.title(iri).value.casefold(), iri))


def _is_of(term: object, datatype: str) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value == datatype


def _namespace(iri: str) -> str:
    """Return a term's namespace: one with a known prefix, or the IRI without its local name."""
    for namespace in PREFIXES.values():
        if iri.startswith(namespace):
            return namespace
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
