"""DCAT 3: the catalogue, the dataset with its releases, and the files of each release."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import version
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import SHAPES_GRAPH
from apecgraph.rdf.formats import CROISSANT, CSV, CSVW, GZIP, PARQUET, SDMX_CSV, SDMX_STRUCTURE
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
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
    compact,
)
from apecgraph.rdf.terms import Value, english, triples_about, triples_about_new, typed
from apecgraph.release.croissant import CROISSANT_STANDARD
from apecgraph.release.dumps import Download
from apecgraph.release.release import Release, download_url, release_iri
from apecgraph.text.languages import name_in_english, tag_of_authority

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
    "accessRights",
    "creator",
    "description",
    "language",
    "license",
    "publisher",
    "rights",
    "spatial",
    "temporal",
)
"""The Dublin Core terms that a release inherits from the dataset."""

_AGENTS: Final = ("creator", "publisher")
"""The Dublin Core terms whose values are agents."""


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
    title = Labels(graph).text(BASE, f"{DCTERMS}title") or BASE
    shared = list(_inherited(graph, ("accessRights", "license", "publisher", "rights")))
    of_catalog = list(_inherited(graph, ("creator", "language", "spatial")))
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
        *of_catalog,
        *shared,
    )
    yield from triples_about(
        BASE,
        (f"{DCTERMS}identifier", ox.Literal(BASE)),
        *((f"{DCTERMS}relation", source) for source in _datasets(graph)),
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
        (f"{DCTERMS}description", english(f"All releases of {title}, each with its files.")),
        (f"{DCAT}last", release.iri),
        *shared,
    )
    yield from triples_about_new(
        ENDPOINT,
        f"{DCAT}DataService",
        "SPARQL endpoint",
        (f"{DCTERMS}title", english(f"SPARQL endpoint of {title}")),
        (f"{DCTERMS}description", english("Answers queries in SPARQL on the current release.")),
        (f"{DCAT}endpointURL", ENDPOINT),
        (f"{DCAT}endpointDescription", ENDPOINT),
        (f"{DCAT}servesDataset", BASE),
        (f"{DCTERMS}conformsTo", _PROTOCOL),
        *shared,
    )
    yield from _referred_to(graph)
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
        (f"{DCTERMS}identifier", ox.Literal(release.iri)),
        *((f"{DCTERMS}issued", typed(date, "date")) for date in [release.issued] if date),
        *_inherited(graph, _INHERITED),
        *((f"{DCTERMS}conformsTo", standard) for standard in _standards(graph)),
        *((f"{DCAT}distribution", _distribution(release, file)) for file in files),
        (f"{PROV}wasGeneratedBy", activity),
        *((f"{PROV}wasDerivedFrom", source) for source in sources),
    )
    if release.previous is not None:
        yield from _versioned(release.previous)
        before = english(f"The release before {release.name}.")
        yield from triples_about(release_iri(release.previous), (f"{DCTERMS}description", before))
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


def _referred_to(graph: Graph) -> Iterator[ox.Triple]:
    """Describe the codes of other registers that the catalogue uses, and name its agents."""
    for iri in graph.iris(BASE, f"{DCTERMS}language"):
        tag = tag_of_authority(iri)
        name = compact(iri) if tag is None else name_in_english(tag)
        yield from triples_about_new(iri, f"{DCTERMS}LinguisticSystem", name)
    for iri in graph.iris(BASE, f"{DCTERMS}accessRights"):
        code = iri.rpartition("/")[2]
        yield from triples_about_new(iri, f"{DCTERMS}RightsStatement", code.lower())
    labels = Labels(graph)
    for iri in sorted({iri for name in _AGENTS for iri in graph.iris(BASE, f"{DCTERMS}{name}")}):
        yield from triples_about(iri, (f"{FOAF}name", labels.title(iri)))


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
        (f"{DCAT}byteSize", typed(str(download.file.size), "nonNegativeInteger")),
        (f"{SPDX}checksum", f"{node}/checksum"),
        *((f"{DCTERMS}conformsTo", iri) for iri in standards),
        *_inherited(graph, ("license", "rights")),
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


def _datasets(graph: Graph) -> list[str]:
    """Return the sources that are datasets themselves, such as tables of statistics."""
    sources = set(graph.subjects(f"{RDF}type", f"{APEC}Source"))
    return sorted(sources.intersection(graph.subjects(f"{RDF}type", f"{SCHEMA}Dataset")))


def _distribution(release: Release, download: Download) -> str:
    # The IRI has no dots, because the extension of a document's address names its format.
    return f"{ID}distribution/{release.name}/{download.file.name.replace('.', '-')}"


def _standards(graph: Graph) -> list[str]:
    """Return what the dataset conforms to: its own ontologies, and the shapes."""
    ontologies = graph.default_graph.subjects(f"{RDF}type", f"{OWL}Ontology")
    return [*(iri for iri in ontologies if iri.startswith(BASE)), SHAPES_GRAPH.value]
