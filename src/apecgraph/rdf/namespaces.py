"""The namespaces and the prefixes that the publication writes and that queries may use."""

from __future__ import annotations

from typing import Final

BASE: Final = "https://w3id.org/apecgraph/"
"""The canonical base. The publication's own IRIs begin with it, even if served by another host."""

ENDPOINT: Final = BASE + "sparql"
"""The endpoint. Queries resolve relative IRIs against it, so `<id/...>` is a thing."""

ID: Final = BASE + "id/"
ONTOLOGY: Final = BASE + "ontology/"

ADMS: Final = "http://www.w3.org/ns/adms#"
APEC: Final = ONTOLOGY
DCAT: Final = "http://www.w3.org/ns/dcat#"
DCTERMS: Final = "http://purl.org/dc/terms/"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
ORG: Final = "http://www.w3.org/ns/org#"
OSLC: Final = "http://open-services.net/ns/core#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
PROV: Final = "http://www.w3.org/ns/prov#"
QB: Final = "http://purl.org/linked-data/cube#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA: Final = "https://schema.org/"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
SDMX_ATTRIBUTE: Final = "http://purl.org/linked-data/sdmx/2009/attribute#"
SDMX_CODE: Final = "http://purl.org/linked-data/sdmx/2009/code#"
SDMX_CONCEPT: Final = "http://purl.org/linked-data/sdmx/2009/concept#"
SDMX_DIMENSION: Final = "http://purl.org/linked-data/sdmx/2009/dimension#"
SDMX_MEASURE: Final = "http://purl.org/linked-data/sdmx/2009/measure#"
SH: Final = "http://www.w3.org/ns/shacl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
SPDX: Final = "http://spdx.org/rdf/terms#"
TIME: Final = "http://www.w3.org/2006/time#"
VANN: Final = "http://purl.org/vocab/vann/"
VOID: Final = "http://rdfs.org/ns/void#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Final[dict[str, str]] = {
    "adms": ADMS,
    "apec": APEC,
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "org": ORG,
    "oslc": OSLC,
    "owl": OWL,
    "prov": PROV,
    "qb": QB,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sd": SD,
    "sdmx-attribute": SDMX_ATTRIBUTE,
    "sdmx-code": SDMX_CODE,
    "sdmx-concept": SDMX_CONCEPT,
    "sdmx-dimension": SDMX_DIMENSION,
    "sdmx-measure": SDMX_MEASURE,
    "sh": SH,
    "skos": SKOS,
    "spdx": SPDX,
    "time": TIME,
    "vann": VANN,
    "void": VOID,
    "xsd": XSD,
}
"""The namespace of each prefix, sorted by prefix."""

COMMON_PREFIXES: Final[dict[str, str]] = {
    prefix: namespace for prefix, namespace in PREFIXES.items() if not namespace.startswith(BASE)
}
"""The prefixes of other vocabularies, for the data of others."""


def compact(iri: str) -> str:
    """Shorten an IRI for people: `schema:url`, `meeting/sccp1-2026`, or the unchanged IRI."""
    if iri.startswith(ID):
        return iri.removeprefix(ID)
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local.replace("-", "_").isidentifier():
            return f"{prefix}:{local}"
    return iri
