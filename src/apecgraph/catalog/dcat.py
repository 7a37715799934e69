"""DCAT 3: the catalogue, the dataset with its releases, and the files of each release."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import version
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import SHAPES_GRAPH
from apecgraph.rdf.formats import CROISSANT, CSV, CSVW, GZIP, PARQUET, SDMX_CSV, SDMX_STRUCTURE
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import (
    APEC,
    BASE,
    DCAT,
    DCTERMS,
    ENDPOINT,
    FOAF,
    ID,
    OWL,
    PROV,
    RDF,
    SCHEMA,
    SPDX,
)
from apecgraph.rdf.terms import Value, english, triples_about, triples_about_new, typed
from apecgraph.release.croissant import CROISSANT_STANDARD
from apecgraph.release.dumps import Download
from apecgraph.release.release import Release, download_url, release_iri

CATALOG: Final = f"{ID}catalog"
SERIES: Final = f"{ID}series/releases"

_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
_PROTOCOL: Final = "http://www.w3.org/TR/sparql11-protocol/"
_STANDARDS: Final = {
    CSV: "http://www.w3.org/TR/tabular-data-model/",
    CSVW: "http://www.w3.org/TR/tabular-metadata/",
    PARQUET: "https://parquet.apache.org/docs/file-format",
    SDMX_CSV: "https://github.com/sdmx-twg/sdmx-csv",
    SDMX_STRUCTURE: "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message",
    CROISSANT: CROISSANT_STANDARD,
}
"""The standards of the files that are not RDF."""

_INHERITED: Final = (
    "creator",
    "description",
    "language",
    "license",
    "publisher",
    "spatial",
    "temporal",
)
"""The Dublin Core terms that a release inherits from the dataset."""


def describe_catalog(
    release: Release, files: Collection[Download], graph: Graph
) -> Iterator[ox.Triple]:
    """Describe the catalogue, the dataset, its releases, and the endpoint.

    Args:
        release: The release.
        files: The files that it offers for download.
        graph: The dataset of the release, which includes a description of itself.

    Yields:
        The triples.
    """
    title = graph.value(BASE, f"{DCTERMS}title") or BASE
    shared = list(_inherited(graph, ("license", "publisher")))
    yield from triples_about_new(
        CATALOG,
        f"{DCAT}Catalog",
        "Catalogue",
        (f"{DCTERMS}title", english(f"Catalogue of {title}")),
        (f"{DCTERMS}description", english("The dataset, its releases, and its endpoint.")),
        (f"{DCAT}dataset", BASE),
        (f"{DCAT}dataset", SERIES),
        (f"{DCAT}service", ENDPOINT),
        (f"{FOAF}homepage", BASE),
        *shared,
    )
    yield from triples_about(
        BASE,
        (f"{OWL}versionInfo", ox.Literal(release.digest)),
        (f"{DCAT}version", ox.Literal(release.name)),
        (f"{DCAT}hasVersion", release.iri),
        (f"{DCAT}hasCurrentVersion", release.iri),
        (f"{DCAT}landingPage", BASE),
        *((f"{DCTERMS}conformsTo", standard) for standard in _standards(graph)),
        *((f"{DCAT}distribution", _distribution(release, file)) for file in files),
    )
    yield from triples_about_new(
        SERIES,
        f"{DCAT}DatasetSeries",
        "Releases",
        (f"{DCTERMS}title", english(f"Releases of {title}")),
        (f"{DCAT}last", release.iri),
        *shared,
    )
    yield from triples_about_new(
        ENDPOINT,
        f"{DCAT}DataService",
        "SPARQL endpoint",
        (f"{DCTERMS}title", english(f"SPARQL endpoint of {title}")),
        (f"{DCAT}endpointURL", ENDPOINT),
        (f"{DCAT}endpointDescription", ENDPOINT),
        (f"{DCAT}servesDataset", BASE),
        (f"{DCTERMS}conformsTo", _PROTOCOL),
        *shared,
    )
    yield from _release(release, files, graph)
    for file in files:
        yield from _file(release, file, graph)


def _release(release: Release, files: Iterable[Download], graph: Graph) -> Iterator[ox.Triple]:
    """Describe a release, its sources, and the program that built it (PROV-O)."""
    activity = f"{ID}build/{release.name}"
    program_version = version("apecgraph")
    program = f"{ID}program/apecgraph-{program_version}"
    sources = list(graph.subjects(f"{RDF}type", f"{APEC}Source"))
    yield from _versioned(release.name)
    yield from triples_about(
        release.iri,
        (f"{DCAT}isVersionOf", BASE),
        *((f"{DCAT}prev", release_iri(name)) for name in [release.previous] if name is not None),
        *((f"{DCTERMS}issued", typed(date, "date")) for date in [release.issued] if date),
        *_inherited(graph, _INHERITED),
        *((f"{DCTERMS}conformsTo", standard) for standard in _standards(graph)),
        *((f"{DCAT}distribution", _distribution(release, file)) for file in files),
        (f"{PROV}wasGeneratedBy", activity),
        *((f"{PROV}wasDerivedFrom", source) for source in sources),
    )
    if release.previous is not None:
        yield from _versioned(release.previous)
    yield from triples_about_new(
        activity,
        f"{PROV}Activity",
        f"Build of release {release.name}",
        (f"{PROV}wasAssociatedWith", program),
        *((f"{PROV}used", source) for source in sources),
    )
    yield from triples_about_new(
        program,
        f"{PROV}SoftwareAgent",
        f"apecgraph {program_version}",
        (f"{SCHEMA}softwareVersion", ox.Literal(program_version)),
    )


def _versioned(name: str) -> Iterator[ox.Triple]:
    yield from triples_about_new(
        release_iri(name),
        f"{DCAT}Dataset",
        f"Release {name}",
        (f"{DCTERMS}title", english(f"Release {name}")),
        (f"{DCAT}version", ox.Literal(name)),
        (f"{DCAT}inSeries", SERIES),
    )


def _file(release: Release, download: Download, graph: Graph) -> Iterator[ox.Triple]:
    """Describe a file with its checksum (DCAT 3, sections 6.8 and 6.17)."""
    node = _distribution(release, download)
    format_ = download.dump.format
    media_type = format_.media_type.partition(";")[0]
    standards = _standards(graph) if format_.rdf else [_STANDARDS[format_]]
    compression = [f"{_MEDIA_TYPES}{GZIP.media_type}"] if download.compressed else []
    yield from triples_about_new(
        node,
        f"{DCAT}Distribution",
        download.label,
        (f"{DCTERMS}title", english(download.label)),
        (f"{DCAT}accessURL", download_url(release.name)),
        (f"{DCAT}downloadURL", download_url(release.name, download.file.name)),
        (f"{DCAT}mediaType", f"{_MEDIA_TYPES}{media_type}"),
        *((f"{DCAT}compressFormat", iri) for iri in compression),
        (f"{DCAT}byteSize", download.file.size),
        (f"{SPDX}checksum", f"{node}/checksum"),
        *((f"{DCTERMS}conformsTo", iri) for iri in standards),
        *((f"{DCTERMS}license", iri) for iri in graph.values(BASE, f"{DCTERMS}license")),
    )
    yield from triples_about_new(
        f"{node}/checksum",
        f"{SPDX}Checksum",
        f"SHA-256: {download.label}",
        (f"{SPDX}algorithm", f"{SPDX}checksumAlgorithm_sha256"),
        (f"{SPDX}checksumValue", typed(download.file.sha256, "hexBinary")),
    )


def _inherited(graph: Graph, names: Iterable[str]) -> Iterator[tuple[str, Value]]:
    """Yield what the content states about the dataset with Dublin Core terms."""
    for name in names:
        for value in graph.default_graph.objects(BASE, f"{DCTERMS}{name}"):
            if isinstance(value, ox.NamedNode | ox.Literal):
                yield f"{DCTERMS}{name}", value


def _distribution(release: Release, download: Download) -> str:
    # The IRI has no dots, because the extension of a document's address names its format.
    return f"{ID}distribution/{release.name}/{download.file.name.replace('.', '-')}"


def _standards(graph: Graph) -> list[str]:
    """Return what the dataset conforms to: its own ontologies, and the shapes."""
    ontologies = graph.default_graph.subjects(f"{RDF}type", f"{OWL}Ontology")
    return [*(iri for iri in ontologies if iri.startswith(BASE)), SHAPES_GRAPH.value]
