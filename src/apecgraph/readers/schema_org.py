"""Descriptions in schema.org terms as JSON-LD, for search engines, without rejected facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from apecgraph.content.folder import DERIVED_GRAPH
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import (
    APEC,
    BASE,
    DCAT,
    DCTERMS,
    ID,
    OWL,
    RDF,
    SCHEMA,
    SDMX_ATTRIBUTE,
    SKOS,
)
from apecgraph.rdf.terms import Term, term_text
from apecgraph.readers.reviews import read_reviews
from apecgraph.text.languages import tag_of_authority

Node: TypeAlias = dict[str, Any]

_OF_DATASETS: Final = {
    f"{DCTERMS}title": "name",
    f"{DCTERMS}description": "description",
    f"{DCTERMS}identifier": "identifier",
    f"{DCTERMS}issued": "datePublished",
    f"{DCTERMS}license": "license",
    f"{DCTERMS}spatial": "spatialCoverage",
    f"{DCAT}keyword": "keywords",
    f"{OWL}versionInfo": "version",
}
_MEASURES: Final = f"{ID}scheme/measures"
_PART_CLASSES: Final = {"review": "ClaimReview", "rating": "Rating"}
"""The class of a part of a review, keyed by the first part of the name; the others are claims."""


class SchemaOrg:
    """Describes things in schema.org terms.

    Args:
        graph: The dataset of a release.
        labels: The labels of the release.
    """

    def __init__(self, graph: Graph, labels: Labels) -> None:
        self._dataset = graph
        self._derived = graph.named_graph(DERIVED_GRAPH)
        self._graph = graph.default_graph
        self._labels = labels

    def thing(self, iri: str) -> Node | None:
        """Describe a thing; return None if it has no schema.org class."""
        facts = self._facts(iri)
        described = self._reference(iri)
        if "@type" not in described:
            return None
        described = {"@context": SCHEMA, **described, "url": iri}
        if same := self._graph.iris(iri, f"{OWL}sameAs"):
            described["sameAs"] = same
        for property_, values in facts.items():
            name = property_.removeprefix(SCHEMA)
            if name != property_:
                described[name] = self._values(values)
        return described

    def reviews(self, decision: str) -> list[Node]:
        """Describe the reviews of a decision, with all that readers of fact checks need in each."""
        return [
            {"@context": SCHEMA, **self._nested(review)}
            for review in read_reviews(self._dataset, decision)
        ]

    def _nested(self, iri: str) -> Node:
        """Describe a review or a part of it in schema.org terms, with its parts nested."""
        node: Node = {"@type": _PART_CLASSES.get(iri.removeprefix(ID).partition("/")[0], "Claim")}
        node["@id"] = iri
        for quad in sorted(self._derived.quads(iri), key=str):
            name = quad.predicate.value.removeprefix(SCHEMA)
            if name == quad.predicate.value:
                continue
            if name in ("itemReviewed", "reviewRating"):
                node[name] = self._nested(term_text(quad.object))
            elif name == "author":
                title = self._labels.title(term_text(quad.object)).value
                node[name] = {"@type": "Organization", "@id": term_text(quad.object), "name": title}
            elif name == "appearance":
                node[name] = self._work("CreativeWork", term_text(quad.object))
            elif name.endswith("Rating") or name == "ratingValue":
                node[name] = int(term_text(quad.object))
            else:
                node[name] = term_text(quad.object)
        return node

    def _work(self, class_: str, source: str) -> Node:
        """Describe a source as a work, with its address."""
        work = {"@type": class_, "@id": source, "name": self._labels.title(source).value}
        urls = self._dataset.named_graph(source).values(source, f"{SCHEMA}url")
        return work | ({"url": urls[0]} if urls else {})

    def dataset(self) -> Node:
        """Describe the publication as a dataset, with its downloads."""
        facts = self._facts(BASE)
        described: Node = {
            "@context": SCHEMA,
            "@type": "Dataset",
            "@id": BASE,
            "url": BASE,
            "isAccessibleForFree": True,
        }
        for property_, name in _OF_DATASETS.items():
            if values := facts[property_]:
                described[name] = self._values(values)
        dates = [
            date
            for period in self._graph.iris(BASE, f"{DCTERMS}temporal")
            for end in ("startDate", "endDate")
            for date in self._graph.values(period, f"{DCAT}{end}")
        ]
        if dates:
            described["temporalCoverage"] = f"{min(dates)}/{max(dates)}"
        described |= {
            "creator": _one_or_all(self._agents("creator")),
            "publisher": _one_or_all(self._agents("publisher")),
            "conditionsOfAccess": _one_or_all(self._graph.iris(BASE, f"{DCTERMS}accessRights")),
            "inLanguage": _one_or_all(
                [
                    tag_of_authority(iri) or iri
                    for iri in self._graph.iris(BASE, f"{DCTERMS}language")
                ]
            ),
            "isBasedOn": [
                self._work("Dataset", source)
                for source in self._graph.iris(BASE, f"{DCTERMS}relation")
            ],
            "includedInDataCatalog": _one_or_all(
                [
                    {"@type": "DataCatalog", "@id": iri, "name": self._labels.title(iri).value}
                    for iri in self._graph.subjects(f"{DCAT}dataset", BASE)
                ]
            ),
            "variableMeasured": self._variables(),
            "distribution": [
                self._download(file) for file in self._graph.iris(BASE, f"{DCAT}distribution")
            ],
        }
        return described

    def _agents(self, name: str) -> list[Node]:
        return [
            {"@type": "Organization", "@id": iri, "name": self._labels.title(iri).value}
            for iri in self._graph.iris(BASE, f"{DCTERMS}{name}")
        ]

    def _variables(self) -> list[Node]:
        """Describe the measures of the figures, each with its definition and its unit."""
        variables: list[Node] = []
        for iri in self._graph.subjects(f"{SKOS}inScheme", _MEASURES):
            if self._graph.has(None, f"{APEC}measure", iri):
                variable: Node = {
                    "@type": "PropertyValue",
                    "@id": iri,
                    "name": self._labels.title(iri).value,
                }
                if definition := self._labels.definition(iri):
                    variable["description"] = definition
                if unit := self._graph.value(iri, f"{SDMX_ATTRIBUTE}unitMeasure"):
                    variable["unitText"] = self._labels.title(unit).value
                variables.append(variable)
        return variables

    def _download(self, iri: str) -> Node:
        facts = self._facts(iri)
        download: Node = {"@type": "DataDownload", "@id": iri}
        for property_, name in (("downloadURL", "contentUrl"), ("byteSize", "contentSize")):
            for value in facts[f"{DCAT}{property_}"]:
                download[name] = term_text(value)
        for value in facts[f"{DCAT}mediaType"]:
            download["encodingFormat"] = "/".join(term_text(value).split("/")[-2:])
        return download

    def _values(self, values: list[Term]) -> object:
        """Return values as JSON: texts in the language of the labels if there are any.

        Otherwise English ones, otherwise all values; one value without a list.
        """
        for language in (self._labels.language, "en"):
            texts = [
                value
                for value in values
                if isinstance(value, ox.Literal) and value.language == language
            ]
            if texts:
                return _one_or_all([self._value(value) for value in texts])
        return _one_or_all([self._value(value) for value in values])

    def _value(self, value: Term) -> object:
        if isinstance(value, ox.NamedNode) and value.value.startswith(BASE):
            return self._reference(value.value)
        return term_text(value)

    def _reference(self, iri: str) -> Node:
        """Return the IRI of a thing with its label and its classes in schema.org."""
        types = [
            class_.removeprefix(SCHEMA)
            for class_ in self._graph.iris(iri, f"{RDF}type")
            if class_.startswith(SCHEMA)
        ]
        typed = {"@type": types[0] if len(types) == 1 else types} if types else {}
        return {**typed, "@id": iri, "name": self._labels.title(iri).value}

    def _facts(self, iri: str) -> defaultdict[str, list[Term]]:
        """Return a thing's values in the default graph as sorted lists, keyed by property."""
        facts: defaultdict[str, list[Term]] = defaultdict(list)
        for quad in sorted(self._graph.quads(iri), key=str):
            facts[quad.predicate.value].append(quad.object)
        return facts


def _one_or_all(values: Sequence[object]) -> object:
    """Return the only value by itself, or all values."""
    return values[0] if len(values) == 1 else values
