"""The entries of the search: entities, claims, terms and questions, with all their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, BASE, DCTERMS, ID, QB, RDF, RDFS, SD, SH, SKOS, compact
from apecgraph.search.entities import Entities, Entity
from apecgraph.text.folding import fold

QUESTIONS: Final = f"{SH}SPARQLExecutable"
"""The class of the competency questions."""

_LEADING: Final = (
    f"{QB}Observation",
    f"{RDF}Statement",
    f"{RDF}Property",
    f"{RDFS}Class",
    f"{RDFS}Datatype",
    QUESTIONS,
)
"""Classes that make the other classes of a thing redundant."""

_PUBLISHER: Final = compact(f"{DCTERMS}publisher")


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing that can be found.

    Attributes:
        iri: Its IRI.
        name: Its label.
        names: All its names, each as a pair of the folded and the written form.
        codes: Its identifiers, folded.
        kinds: The IRIs of its classes and code lists.
        words: All words with which a search finds the entry, folded.
        claimed: Whether the entry is a claim of a source.
    """

    iri: str
    name: ox.Literal
    names: tuple[tuple[str, ox.Literal], ...]
    codes: frozenset[str]
    kinds: tuple[str, ...]
    words: str
    claimed: bool = False


class Entries:
    """Reads the entries of a graph, which must also be the graph of the entities."""

    def __init__(self, graph: Graph, entities: Entities) -> None:
        self._graph = graph
        self._labels = Labels(graph)
        self._entities = entities

    def read(self) -> Iterator[Entry]:
        """Read all entries."""
        for entity in self._entities.entities.values():
            yield self._entity(entity)
        for iri in self._graph.subjects(f"{APEC}statedIn"):
            yield self._claim(iri)
        defined = self._graph.subjects(f"{RDFS}isDefinedBy")
        for iri in (*defined, *self._graph.subjects(f"{RDF}type", QUESTIONS)):
            name = self._labels.label(iri)
            if name is not None and iri.startswith(BASE):
                yield self._entry(iri, name, [name], [compact(iri)])

    def kind_name(self, iri: str) -> str:
        """Return the label of a class or a code list."""
        return self._entities.title(iri)

    def _entity(self, entity: Entity) -> Entry:
        iri = ID + entity.id
        publishers = [
            self._labels.title(each.value).value
            for each in entity.facts.get(_PUBLISHER, ())
            if isinstance(each, ox.NamedNode)
        ]
        name = self._labels.title(iri)
        # Everyday names are among the spellings: they find an economy, but are not shown.
        more = [*publishers, *entity.spellings]
        return self._entry(iri, name, [name, *entity.names], entity.codes, more)

    def _claim(self, iri: str) -> Entry:
        name = self._labels.title(iri)
        printed = self._graph.objects(iri, f"{APEC}printed")
        names = [name, *(words for words in printed if isinstance(words, ox.Literal))]
        source = self._graph.required_value(iri, f"{APEC}statedIn")
        codes = [*self._graph.values(iri, f"{DCTERMS}identifier"), compact(iri)]
        return self._entry(
            iri, name, names, codes, [self._labels.title(source).value], claimed=True
        )

    def _entry(
        self,
        iri: str,
        name: ox.Literal,
        names: Iterable[ox.Literal],
        codes: Iterable[str],
        more: Iterable[str] = (),
        *,
        claimed: bool = False,
    ) -> Entry:
        written = tuple((fold(each.value), each) for each in dict.fromkeys(names))
        folded = frozenset(filter(None, map(fold, codes)))
        words = dict.fromkeys([*(each for each, _ in written), *sorted(folded), *map(fold, more)])
        return Entry(iri, name, written, folded, self._kinds(iri), " ".join(words), claimed)

    def _kinds(self, iri: str) -> tuple[str, ...]:
        """Return the informative classes of a thing, or the code lists of a concept."""
        classes = self._graph.iris(iri, f"{RDF}type")
        leading = [each for each in _LEADING if each in classes]
        if leading:
            return (leading[0],)
        lists = self._graph.iris(iri, f"{SKOS}inScheme")
        own = [each for each in classes if not each.startswith((SD, SKOS) if lists else SD)]
        return tuple(sorted({*lists, *own}, key=lambda each: (not each.startswith(BASE), each)))
