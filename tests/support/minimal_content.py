"""A content folder as small as can be: one person, and one shape for people."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from apecgraph.content.folder import default_content

PREFIXES: Final = """@base <https://w3id.org/apecgraph/id/> .
@prefix apec: <https://w3id.org/apecgraph/ontology/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix schema: <https://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

"""
SHAPES: Final = "shapes/people.ttl"
PEOPLE: Final = "data/entities/people.ttl"

_FILES: Final = {
    "ontology/apec.ttl": "",
    "data/catalog.ttl": "",
    "data/decisions.ttl": "",
    "data/sources/x.ttl": "<source/x> a apec:Source .",
    PEOPLE: '<person/p> a schema:Person ; skos:prefLabel "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"@en .',
    SHAPES: "<shape/person> a sh:NodeShape ; sh:targetClass schema:Person .",
}

_CONSISTENCY: Final = "shapes/consistency.ttl"  # which relations there are
_CONTEXT: Final = "ontology/context.jsonld"


def write(root: Path, more: Mapping[str, str]) -> Path:
    """Write the content into a folder, with more in some files, by their paths; return it."""
    (root / "shapes").mkdir(parents=True)
    (root / "ontology").mkdir()
    for name in (_CONSISTENCY, _CONTEXT):
        shutil.copy(default_content() / name, root / name)
    for name, text in _FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{PREFIXES}{text}\n{more.get(name, '')}", encoding="utf-8")
    return root
