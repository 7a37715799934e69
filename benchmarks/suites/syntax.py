"""The tests of RDF syntaxes, through the loader of `apecgraph serve --data`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.errors import StoreError
from apecgraph.query.loading import load
from apecgraph.query.model import DataFile
from apecgraph.rdf.files import named_format
from benchmarks.suites.manifests import MF, Outcome, Test, canonical, outcomes, path_of, read_tests

FOLDERS: Final = ("rdf/rdf11", "rdf/rdf12")
SYNTAXES: Final = ("rdf-turtle", "rdf-trig", "rdf-n-triples", "rdf-n-quads", "rdf-xml")


def run(root: Path) -> Iterator[Outcome]:
    """Run the tests of all syntaxes in the folder of the suites."""
    tests = {
        test.node: test
        for folder in FOLDERS
        for syntax in SYNTAXES
        for test in read_tests(root / folder / syntax / "manifest.ttl", root)
        if not test.part.endswith("c14n")  # these test writers
    }  # the manifests of 1.2 include those of 1.1
    yield from outcomes(tests.values(), _why)


def _why(test: Test) -> str:
    """Return why a test does not pass."""
    action = test.action
    assert isinstance(action, ox.NamedNode)
    path = path_of(action.value)
    try:
        store, notes = loaded(path, test.iri(path))
    except StoreError as error:
        refused = str(error).partition("cannot be loaded: ")[2]
        return "" if _is_negative(test) else f"refused: {refused}"
    if _is_negative(test):
        return "accepted"
    expected = test.file(f"{MF}result")
    if expected is None:
        return ""
    right = canonical(_parsed(expected, test.iri(expected)))
    if canonical(store) == right:
        return ""
    if notes:
        return f"said at loading: {'; '.join(notes)}"
    return "other triples"


def loaded(path: Path, base: str) -> tuple[ox.Store, list[str]]:
    """Load a file as the server does; return the store, and what was said about the file."""
    format_ = named_format(path)
    assert format_ is not None
    notes: list[str] = []
    return load([DataFile.of(path, format_, base)], note=lambda _, note: notes.append(note)), notes


def _parsed(path: Path, base: str) -> Iterator[ox.Quad]:
    format_ = named_format(path)
    assert format_ is not None
    return iter(ox.parse(path=path, format=format_.rdf, base_iri=base))


def _is_negative(test: Test) -> bool:
    return any("Negative" in kind for kind in test.kinds)
