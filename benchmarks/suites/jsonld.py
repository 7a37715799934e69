"""The tests of JSON-LD to RDF, through the loader of `apecgraph serve --data`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from apecgraph.errors import StoreError
from benchmarks.suites.manifests import Outcome, canonical
from benchmarks.suites.syntax import loaded

PART: Final = "json-ld-api/toRdf"


def run(root: Path) -> Iterator[Outcome]:
    """Run the tests of JSON-LD 1.1 in the folder of the suite."""
    manifest = json.loads((root / "tests/toRdf-manifest.jsonld").read_text(encoding="utf-8"))
    for test in manifest["sequence"]:
        option = test.get("option", {})
        versions = option.get("specVersion"), option.get("processingMode")
        if "json-ld-1.0" not in versions:
            why = _why(root / "tests", test, option, manifest["baseIri"])
            yield Outcome(f"{PART}: {test['@id'][1:]} {test['name']}", PART, not why, why)


def _why(folder: Path, test: Mapping[str, Any], option: Mapping[str, Any], base: str) -> str:
    """Return why a test does not pass."""
    negative = "jld:NegativeEvaluationTest" in test["@type"]
    try:
        iri = option.get("base", base + test["input"])
        store, notes = loaded(folder / test["input"], iri)
    except StoreError as error:
        return "" if negative else f"refused: {str(error).partition('cannot be loaded: ')[2]}"
    if negative:
        return "accepted"
    if "expect" not in test:
        return ""
    try:
        right = canonical(ox.parse(path=folder / test["expect"], format=ox.RdfFormat.N_QUADS))
    except SyntaxError:
        return "the expected triples are not RDF"
    if canonical(store) == right:
        return ""
    return f"said at loading: {'; '.join(notes)}" if notes else "other triples"
