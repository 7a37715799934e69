"""DCAT 3: the catalogue, the dataset with its releases, and the files of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import SHAPES_GRAPH
from apecgraph.rdf.formats import CSV, CSVW, GZIP
from apecgraph.rdf.graph import Graph, Value, english, introduced, said, typed
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
from apecgraph.release.dumps import Download
from apecgraph.release.release import download_url, release_iri

CATALOG: Final = f"{ID}catalog"
SERIES: Final = f"{ID}series/releases"

_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
_PROTOCOL: Final = "http://www.w3.org/TR/sparql11-protocol/"
_STANDARDS: Final = {
    CSV: "http://www.w3.org/TR/tabular-data-model/",
    CSVW: "http://www.w3.org/TR/tabular-metadata/",
}
"""What a file conforms to that is no RDF."""

_INHERITED: Final = (
    "creator",
    "description",
    "language",
    "license",
    "publisher",
    "spatial",
    "temporal",
)
"""The terms of Dublin Core that are true of a release as they are of the dataset."""


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """One release among the others.

    name: in addresses and IRIs; digest: of its dataset. previous: the name of the release before
    it, None where there was none.
    issued: its date, empty where it has none. program: the version of apecgraph that made it.
    """

    name: str
    digest: str
    previous: str | None
    issued: str
    program: str

    @property
    def iri(self) -> str:
        """The IRI of the release."""
        return release_iri(self.name)


def describe_catalog(
    version: BuildInfo, files: Iterable[Download], graph: Graph
) -> Iterator[ox.Triple]:
    """Describe the catalogue and all that is in it.

    files: what the release offers. graph: its dataset, which says what the dataset is.
    """
    offered = list(files)
    title = graph.value(BASE, f"{DCTERMS}title") or BASE
    shared = list(_inherited(graph, ("license", "publisher")))
    yield from introduced(
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
    yield from said(
        BASE,
        (f"{OWL}versionInfo", ox.Literal(version.digest)),
        (f"{DCAT}version", ox.Literal(version.name)),
        (f"{DCAT}hasVersion", version.iri),
        (f"{DCAT}hasCurrentVersion", version.iri),
        (f"{DCAT}landingPage", BASE),
        *((f"{DCTERMS}conformsTo", each) for each in _standards(graph)),
        *((f"{DCAT}distribution", _distribution(version, each)) for each in offered),
    )
    yield from introduced(
        SERIES,
        f"{DCAT}DatasetSeries",
        "Releases",
        (f"{DCTERMS}title", english(f"Releases of {title}")),
        (f"{DCAT}last", version.iri),
        *shared,
    )
    yield from introduced(
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
    yield from _release(version, offered, graph)
    for each in offered:
        yield from _file(version, each, graph)


def _release(version: BuildInfo, files: Iterable[Download], graph: Graph) -> Iterator[ox.Triple]:
    """Describe a release, what it was made of, and by which program (PROV-O)."""
    activity = f"{ID}build/{version.name}"
    program = f"{ID}program/apecgraph-{version.program}"
    sources = list(graph.subjects(f"{RDF}type", f"{APEC}Source"))
    yield from _versioned(version.name)
    yield from said(
        version.iri,
        (f"{DCAT}isVersionOf", BASE),
        *((f"{DCAT}prev", release_iri(each)) for each in [version.previous] if each is not None),
        *((f"{DCTERMS}issued", typed(each, "date")) for each in [version.issued] if each),
        *_inherited(graph, _INHERITED),
        *((f"{DCTERMS}conformsTo", each) for each in _standards(graph)),
        *((f"{DCAT}distribution", _distribution(version, each)) for each in files),
        (f"{PROV}wasGeneratedBy", activity),
        *((f"{PROV}wasDerivedFrom", each) for each in sources),
    )
    if version.previous is not None:
        yield from _versioned(version.previous)
    yield from introduced(
        activity,
        f"{PROV}Activity",
        f"Build of release {version.name}",
        (f"{PROV}wasAssociatedWith", program),
        *((f"{PROV}used", each) for each in sources),
    )
    yield from introduced(
        program,
        f"{PROV}SoftwareAgent",
        f"apecgraph {version.program}",
        (f"{SCHEMA}softwareVersion", ox.Literal(version.program)),
    )


def _versioned(name: str) -> Iterator[ox.Triple]:
    yield from introduced(
        release_iri(name),
        f"{DCAT}Dataset",
        f"Release {name}",
        (f"{DCTERMS}title", english(f"Release {name}")),
        (f"{DCAT}version", ox.Literal(name)),
        (f"{DCAT}inSeries", SERIES),
    )


def _file(version: BuildInfo, each: Download, graph: Graph) -> Iterator[ox.Triple]:
    """Describe a file with its checksum (DCAT 3, sections 6.8 and 6.17)."""
    node = _distribution(version, each)
    standard = _STANDARDS.get(each.dump.format)
    compression = [f"{_MEDIA_TYPES}{GZIP.media_type}"] if each.compressed else []
    yield from introduced(
        node,
        f"{DCAT}Distribution",
        each.label,
        (f"{DCTERMS}title", english(each.label)),
        (f"{DCAT}accessURL", download_url(version.name)),
        (f"{DCAT}downloadURL", download_url(version.name, each.file.name)),
        (f"{DCAT}mediaType", f"{_MEDIA_TYPES}{each.dump.format.media_type}"),
        *((f"{DCAT}compressFormat", iri) for iri in compression),
        (f"{DCAT}byteSize", each.file.size),
        (f"{SPDX}checksum", f"{node}/checksum"),
        *((f"{DCTERMS}conformsTo", iri) for iri in ([standard] if standard else _standards(graph))),
        *((f"{DCTERMS}license", iri) for iri in graph.values(BASE, f"{DCTERMS}license")),
    )
    yield from introduced(
        f"{node}/checksum",
        f"{SPDX}Checksum",
        f"SHA-256: {each.label}",
        (f"{SPDX}algorithm", f"{SPDX}checksumAlgorithm_sha256"),
        (f"{SPDX}checksumValue", typed(each.file.sha256, "hexBinary")),
    )


def _inherited(graph: Graph, names: Iterable[str]) -> Iterator[tuple[str, Value]]:
    """Return what the content says of the dataset in terms of Dublin Core."""
    for name in names:
        for value in graph.default_graph.objects(BASE, f"{DCTERMS}{name}"):
            if isinstance(value, ox.NamedNode | ox.Literal):
                yield f"{DCTERMS}{name}", value


def _distribution(version: BuildInfo, each: Download) -> str:
    # Without dots: of the document about it the extension tells the format.
    return f"{ID}distribution/{version.name}/{each.file.name.replace('.', '-')}"


def _standards(graph: Graph) -> list[str]:
    """Return what the dataset conforms to: its own ontologies, and the shapes of the check."""
    ontologies = graph.default_graph.subjects(f"{RDF}type", f"{OWL}Ontology")
    return [*(iri for iri in ontologies if iri.startswith(BASE)), SHAPES_GRAPH.value]
