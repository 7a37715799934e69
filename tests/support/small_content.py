"""A content folder that is small enough to be built in a moment, with rules of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from apecgraph.content.folder import default_content
from apecgraph.rdf.namespaces import BASE, PREFIXES

_HEAD: Final = f"@base <{BASE}id/> .\n" + "".join(
    f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items()
)

SHAPES: Final = """
<shape/source> a sh:NodeShape ; sh:targetClass apec:Source ; sh:property <shape/source-label> .
<shape/source-label> a sh:PropertyShape ; sh:path rdfs:label ; sh:minCount 1 ; sh:maxCount 1 .
<shape/place> a sh:NodeShape ; sh:targetClass schema:Place ; sh:property <shape/place-kind> .
<shape/place-kind> a sh:PropertyShape ; sh:path rdf:type ; sh:in ( schema:Place schema:Country ) .
"""
PLACES: Final = "".join(
    f'<place/{name.lower()}> a schema:Place ; skos:prefLabel "{name}"@en .\n'
    for name in ("Guangzhou", "Lima", "Santiago")
)


class SmallContent:
    """A content folder; sources: how many it has at first."""

    def __init__(self, folder: Path, sources: int = 4) -> None:
        self.root = folder
        for name in ("ontology", "shapes", "data/entities", "data/sources"):
            (folder / name).mkdir(parents=True)
        context = default_content() / "ontology" / "context.jsonld"
        shutil.copyfile(context, folder / "ontology" / "context.jsonld")
        self.write("ontology/apec.ttl", "apec:Source a rdfs:Class ; rdfs:label 'source'@en .")
        self.write("data/catalog.ttl", f"<{BASE}> a dcat:Dataset ; rdfs:label 'small'@en .")
        self.write("data/decisions.ttl", "<decisions> a skos:Collection .")
        self.write("data/entities/places.ttl", PLACES)
        self.write("shapes/all.ttl", SHAPES)
        for number in range(sources):
            self.source(number, f"Source {number}")

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(_HEAD + text, encoding="utf-8")

    def source(self, number: int, label: str) -> None:
        """Write a source, which states nothing, under a label."""
        text = f'<source/s{number}> a apec:Source ; rdfs:label "{label}"@en .'
        self.write(f"data/sources/s{number}.ttl", text)
