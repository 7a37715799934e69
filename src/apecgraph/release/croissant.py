"""Croissant metadata: the figures as a dataset for machine learning.

See http://mlcommons.org/croissant/1.1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from apecgraph.rdf.formats import CSV, PARQUET
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, DCTERMS
from apecgraph.release.citation import ReleaseCitation
from apecgraph.release.release import File, Release, download_url
from apecgraph.tabular.columns import COLUMNS, FIGURE, Column, meaning
from apecgraph.tabular.files import FIGURES, PARQUET_FIGURES

CROISSANT_STANDARD: Final = "http://mlcommons.org/croissant/1.1"

_FILES: Final = {PARQUET_FIGURES: PARQUET, FIGURES: CSV}
_RECORDS: Final = "figures"

_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context of the standard, which readers expect entire."""

_TYPES: Final = {
    "string": "sc:Text",
    "anyURI": "sc:Text",
    "decimal": "sc:Float",
    "integer": "sc:Integer",
    "date": "sc:Date",
}


def write_croissant(release: Release, graph: Graph, files: Iterable[File]) -> bytes:
    """Describe the files of figures and their columns.

    Args:
        release: The release.
        graph: Its dataset.
        files: The files written so far, among them the figures as Parquet and as CSV.

    Returns:
        JSON-LD.
    """
    labels = Labels(graph)
    found = {file.name: file for file in files}
    document = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "@id": release.iri,
        "conformsTo": CROISSANT_STANDARD,
        "name": labels.text(BASE, f"{DCTERMS}title") or BASE,
        "description": labels.text(BASE, f"{DCTERMS}description") or None,
        "url": BASE,
        "license": graph.values(BASE, f"{DCTERMS}license"),
        "version": release.name,
        "datePublished": release.issued or None,
        "creator": [
            {"@type": "Organization", "@id": iri, "name": labels.title(iri).value}
            for iri in graph.values(BASE, f"{DCTERMS}publisher")
        ],
        "citeAs": ReleaseCitation.of(release, graph).bibtex(),
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": name,
                "name": name,
                "contentUrl": download_url(release.name, name),
                "contentSize": f"{found[name].size} B",
                "encodingFormat": [format_.media_type, *format_.other_media_types],
                "sha256": found[name].sha256,
            }
            for name, format_ in _FILES.items()
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": _RECORDS,
                "name": _RECORDS,
                "key": {"@id": f"{_RECORDS}/{FIGURE}"},
                "field": [_field(graph, column) for column in COLUMNS],
            }
        ],
    }
    stated = {name: value for name, value in document.items() if value}
    return json.dumps(stated, ensure_ascii=False, indent=2).encode() + b"\n"


def _field(graph: Graph, column: Column) -> dict[str, Any]:
    identifier = f"{_RECORDS}/{column.name}"
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": identifier,
        "name": column.name,
        "description": meaning(graph, column),
        "dataType": _TYPES[column.datatype],
        "equivalentProperty": column.property if column.of == FIGURE else None,
        "source": {"fileObject": {"@id": PARQUET_FIGURES}, "extract": {"column": column.name}},
    }
    if column.separator is not None:
        field |= {"isArray": True, "arrayShape": "-1"}
    return {name: value for name, value in field.items() if value is not None}
