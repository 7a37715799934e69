"""What a dataset is: its name, its size and its classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.errors import ApecgraphError
from apecgraph.rdf.namespaces import DCAT, DCTERMS, OWL, QB, RDFS, SKOS, VOID
from apecgraph.readers.dataset.names import LABELS
from apecgraph.readers.dataset.reading import Reading, iri_of, number, values

_DATASETS: Final = (
    f"{VOID}Dataset",
    f"{DCAT}Dataset",
    f"{OWL}Ontology",
    f"{SKOS}ConceptScheme",
    f"{QB}DataSet",
)
"""Classes of things that may stand for the whole dataset; the first one that has one thing does."""

DESCRIPTIONS: Final = (
    f"{DCTERMS}description",
    "http://purl.org/dc/elements/1.1/description",
    f"{RDFS}comment",
)
"""Properties that describe a thing in words."""

_LICENSES: Final = (f"{DCTERMS}license", f"{DCTERMS}rights")
_LONGEST: Final = 2000

_SAMPLE: Final = 100_000
"""Number of triples among which classes and properties are sought if there are too many triples."""

CLASSES: Final = 200
"""Number of classes that are listed, at most."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """The thing in a dataset that stands for all of it.

    Attributes:
        iri: Its IRI, or None.
        triples: Its names, descriptions and licences.
    """

    iri: str | None = None
    triples: tuple[ox.Triple, ...] = ()

    @property
    def license(self) -> str | None:
        """The IRI of the licence, or None."""
        return next(
            (
                triple.object.value
                for triple in self.triples
                if triple.predicate.value in _LICENSES and isinstance(triple.object, ox.NamedNode)
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class ClassCount:
    """A class and the number of its things, which is None if they were not counted."""

    iri: str
    count: int | None


async def read_introduction(reading: Reading) -> Introduction:
    """Read the description of the whole dataset; nothing if the engine does not answer."""
    try:
        for class_ in _DATASETS:
            rows = await reading.quick_rows(
                "SELECT DISTINCT ?thing WHERE { "
                f"{reading.anywhere(f'?thing a <{class_}>')} }} LIMIT 2"
            )
            if rows and len(rows) == 1 and (iri := iri_of(rows[0], "thing")):
                return Introduction(iri, await _described(reading, iri))
    except ApecgraphError:
        pass
    return Introduction()


async def _described(reading: Reading, iri: str) -> tuple[ox.Triple, ...]:
    properties = values("?property", (*LABELS, *DESCRIPTIONS, *_LICENSES))
    rows = await reading.rows(
        f"SELECT DISTINCT ?property ?value WHERE {{ {properties} "
        f"{reading.anywhere(f'<{iri}> ?property ?value')} "
        f"FILTER(STRLEN(STR(?value)) <= {_LONGEST}) }} LIMIT 100"
    )
    return tuple(ox.Triple(ox.NamedNode(iri), row["property"], row["value"]) for row in rows)


async def read_size(reading: Reading) -> int | None:
    """Return the number of quads, or that of the default graph; None if counting takes long."""
    if reading.quads is not None:
        return reading.quads
    rows = await reading.quick_rows("SELECT (COUNT(*) AS ?count) WHERE { ?thing ?property ?value }")
    return number(rows[0], "count") if rows else None


async def read_classes(reading: Reading) -> list[ClassCount]:
    """Read the classes of a dataset.

    Args:
        reading: The queries.

    Returns:
        The classes with most things; if counting takes long, some classes without numbers.
    """
    pattern = reading.anywhere("?thing a ?class")
    rows = await reading.quick_rows(
        f"SELECT ?class ({reading.count('?thing')} AS ?count) WHERE {{ {pattern} }} "
        f"GROUP BY ?class ORDER BY DESC(?count) ?class LIMIT {CLASSES + 1}"
    )
    if rows is not None:
        return [
            ClassCount(iri, number(row, "count")) for row in rows if (iri := iri_of(row, "class"))
        ]
    rows = await reading.quick_rows(
        f"SELECT DISTINCT ?class WHERE {{ {{ SELECT ?class WHERE {{ {pattern} }} "
        f"LIMIT {_SAMPLE} }} }} LIMIT {CLASSES + 1}"
    )
    return [ClassCount(iri, None) for row in rows or () if (iri := iri_of(row, "class"))]


async def read_properties(reading: Reading, most: int) -> list[tuple[str, int | None]]:
    """Read the properties of a dataset, with the number of their triples in the default graph.

    Args:
        reading: The queries.
        most: Number of properties.

    Returns:
        The properties, the most used first; if counting takes long, some without numbers.
    """
    rows = await reading.quick_rows(
        "SELECT ?property (COUNT(*) AS ?count) WHERE "
        f"{{ {reading.anywhere('?thing ?property ?value')} }} "
        f"GROUP BY ?property ORDER BY DESC(?count) ?property LIMIT {most}"
    )
    if rows is not None:
        return [(iri, number(row, "count")) for row in rows if (iri := iri_of(row, "property"))]
    rows = await reading.quick_rows(
        "SELECT DISTINCT ?property WHERE { { SELECT ?property WHERE "
        f"{{ {reading.anywhere('?thing ?property ?value')} }} LIMIT {_SAMPLE} }} }} LIMIT {most}"
    )
    return [(iri, None) for row in rows or () if (iri := iri_of(row, "property"))]


async def read_instances(
    reading: Reading, class_: str, offset: int, most: int, *, in_order: bool
) -> list[str]:
    """Read some things of a class.

    Args:
        reading: The queries.
        class_: The IRI of the class.
        offset: Number of things to pass over.
        most: Number of things.
        in_order: Whether they are sorted by IRI, which takes long if there are many.

    Returns:
        The IRIs of the things.
    """
    order = "ORDER BY ?thing " if in_order else ""
    rows = await reading.rows(
        f"SELECT DISTINCT ?thing WHERE {{ {reading.anywhere(f'?thing a <{class_}>')} "
        f"FILTER(isIRI(?thing)) }} {order}LIMIT {most} OFFSET {offset}"
    )
    return [iri for row in rows if (iri := iri_of(row, "thing"))]


async def count_instances(reading: Reading, class_: str) -> int | None:
    """Return the number of things of a class; None if counting takes long."""
    rows = await reading.quick_rows(
        f"SELECT ({reading.count('?thing')} AS ?count) WHERE "
        f"{{ {reading.anywhere(f'?thing a <{class_}>')} }}"
    )
    return number(rows[0], "count") if rows else None
