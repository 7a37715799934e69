"""Reads the manifests of W3C test suites, and collects the outcomes of their tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph

MF: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@dataclass(frozen=True)
class Test:
    """A test of a suite.

    Attributes:
        part: The folder of its manifest, below the folder of the suites.
        name: Its name in the manifest.
        kinds: The local names of its classes.
        node: The test in the manifest.
        graph: The manifest.
        folder: The folder of the manifest.
        base: The base of its files.
    """

    part: str
    name: str
    kinds: frozenset[str]
    node: str
    graph: Graph
    folder: Path
    base: str

    def iri(self, path: Path) -> str:
        """Return the IRI that the suite gives a file."""
        return f"{self.base}{path.relative_to(self.folder).as_posix()}"

    @property
    def title(self) -> str:
        """The name of the test below the folder of the suites."""
        return f"{self.part}: {self.name}"

    def file(self, name: str) -> Path | None:
        """Return the file that a property of the test names, if there is one."""
        values = self.graph.iris(self.node, name)
        return path_of(values[0]) if values else None

    @property
    def action(self) -> ox.NamedNode | ox.BlankNode:
        """What is tested: a file, or a node with files."""
        (action,) = self.graph.objects(self.node, f"{MF}action")
        assert isinstance(action, ox.NamedNode | ox.BlankNode)
        return action


@dataclass(frozen=True)
class Outcome:
    """The outcome of a test.

    Attributes:
        test: The title of the test.
        part: The part of the suite.
        passed: Whether the test passes.
        why: Why it does not pass.
    """

    test: str
    part: str
    passed: bool
    why: str = ""


def path_of(iri: str) -> Path:
    """Return the path of an IRI of a file."""
    return Path(unquote(iri.removeprefix("file://")))


def read_tests(manifest: Path, root: Path) -> Iterator[Test]:
    """Read the tests of a manifest and of those that it includes."""
    graph = Graph()
    graph.store.load(path=manifest, format=ox.RdfFormat.TURTLE, base_iri=manifest.as_uri())
    for head in graph.store.quads_for_pattern(None, ox.NamedNode(f"{MF}include"), None):
        for included in graph.list_members(head.object) or ():
            if isinstance(included, ox.NamedNode) and path_of(included.value).is_file():
                yield from read_tests(path_of(included.value), root)
    folder = manifest.parent
    base = graph.value(manifest.as_uri(), f"{MF}assumedTestBase") or f"{folder.as_uri()}/"
    part = folder.relative_to(root).as_posix()
    for head in graph.store.quads_for_pattern(None, ox.NamedNode(f"{MF}entries"), None):
        for node in graph.list_members(head.object) or ():
            assert isinstance(node, ox.NamedNode)
            name = node.value.rpartition("#")[2]
            kinds = frozenset(iri.rpartition("#")[2] for iri in graph.iris(node.value, RDF_TYPE))
            yield Test(part, name, kinds, node.value, graph, folder, base)


def outcomes(tests: Iterable[Test], run: Callable[[Test], str]) -> Iterator[Outcome]:
    """Run tests.

    Args:
        tests: The tests.
        run: Runs a test and returns why it does not pass; "" if it does.

    Yields:
        The outcomes.
    """
    for test in tests:
        why = run(test)
        yield Outcome(test.title, test.part, not why, why)


def canonical(quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    """Return a dataset with canonical labels of its blank nodes."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)
