"""How the publication describes itself: VoID, DCAT 3 and the SPARQL service description."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from apecgraph.formats import GRAPH_FORMATS, RESULTS_FORMATS, Format
from apecgraph.namespaces import BASE, DCAT, DCTERMS, ID, OWL, RDF, RDFS, SD, SPDX, VOID, XSD
from apecgraph.release import File

_FORMATS = "http://www.w3.org/ns/formats/"

_FORMAT_IRIS = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "jsonld": "JSON-LD",
    "ntriples": "N-Triples",
    "rdfxml": "RDF_XML",
    "trig": "TriG",
    "nquads": "N-Quads",
}


def describe_release(
    digest: str, triples: int, dumps: Iterable[tuple[Format, File]], licences: Iterable[str]
) -> Iterator[ox.Triple]:
    """Describe one release: its version, its size, and where each dump of it is."""
    dataset = ox.NamedNode(BASE)
    yield _triple(dataset, f"{OWL}versionInfo", ox.Literal(digest))
    yield _triple(dataset, f"{VOID}triples", _integer(triples))
    yield _triple(dataset, f"{VOID}sparqlEndpoint", ox.NamedNode(f"{BASE}sparql"))
    for format_, file in dumps:
        node = ox.NamedNode(f"{ID}distribution/{format_.name}")
        address = ox.NamedNode(f"{BASE}dumps/{file.name}")
        media_type = ox.NamedNode(
            f"https://www.iana.org/assignments/media-types/{format_.media_type}"
        )
        checksum = ox.NamedNode(f"{node.value}/checksum")
        yield _triple(dataset, f"{VOID}dataDump", address)
        yield _triple(dataset, f"{DCAT}distribution", node)
        yield _triple(node, f"{RDF}type", ox.NamedNode(f"{DCAT}Distribution"))
        yield _triple(node, f"{RDFS}label", ox.Literal(f"Dump in {format_.label}", language="en"))
        yield _triple(node, f"{DCAT}downloadURL", address)
        yield _triple(node, f"{DCAT}mediaType", media_type)
        yield _triple(node, f"{DCAT}byteSize", _integer(file.size))
        yield _triple(node, f"{SPDX}checksum", checksum)
        yield _triple(checksum, f"{RDF}type", ox.NamedNode(f"{SPDX}Checksum"))
        yield _triple(
            checksum,
            f"{RDFS}label",
            ox.Literal(f"SHA-256 of the dump in {format_.label}", language="en"),
        )
        yield _triple(checksum, f"{SPDX}algorithm", ox.NamedNode(f"{SPDX}checksumAlgorithm_sha256"))
        yield _triple(
            checksum,
            f"{SPDX}checksumValue",
            ox.Literal(file.sha256, datatype=ox.NamedNode(f"{XSD}hexBinary")),
        )
        for licence in licences:
            yield _triple(node, f"{DCTERMS}license", ox.NamedNode(licence))


def describe_service(graphs: Iterable[str]) -> Iterator[ox.Triple]:
    """Describe the endpoint (SPARQL 1.1 Service Description); graphs: IRIs of its named graphs."""
    service, dataset = ox.NamedNode(f"{BASE}sparql"), ox.NamedNode(f"{ID}service/dataset")
    default = ox.NamedNode(f"{ID}service/default-graph")
    yield _triple(service, f"{RDF}type", ox.NamedNode(f"{SD}Service"))
    for node, label in (
        (service, "SPARQL endpoint"),
        (dataset, "Dataset of the SPARQL endpoint"),
        (default, "Default graph: what the evidence supports"),
    ):
        yield _triple(node, f"{RDFS}label", ox.Literal(label, language="en"))
    yield _triple(service, f"{SD}endpoint", service)
    yield _triple(service, f"{SD}supportedLanguage", ox.NamedNode(f"{SD}SPARQL11Query"))
    for format_ in (*RESULTS_FORMATS, *GRAPH_FORMATS):
        iri = ox.NamedNode(f"{_FORMATS}{_FORMAT_IRIS[format_.name]}")
        yield _triple(service, f"{SD}resultFormat", iri)
    yield _triple(service, f"{SD}defaultDataset", dataset)
    yield _triple(dataset, f"{RDF}type", ox.NamedNode(f"{SD}Dataset"))
    yield _triple(dataset, f"{SD}defaultGraph", default)
    yield _triple(default, f"{RDF}type", ox.NamedNode(f"{SD}Graph"))
    for each in sorted(graphs):
        graph = ox.NamedNode(each)
        yield _triple(dataset, f"{SD}namedGraph", graph)
        yield _triple(graph, f"{RDF}type", ox.NamedNode(f"{SD}NamedGraph"))
        yield _triple(graph, f"{SD}name", graph)


def _triple(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), value)


def _integer(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=ox.NamedNode(f"{XSD}integer"))
