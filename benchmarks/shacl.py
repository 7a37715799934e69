"""Run the W3C test suite for SHACL with the check of any data, and with pyshacl alone.

`scripts/shacl` writes the table to docs/measurements/shacl.md.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pyshacl
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from apecgraph.errors import ApecgraphError
from apecgraph.sandbox.runner import run_validation
from apecgraph.settings import Settings

MF: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT: Final = Namespace("http://www.w3.org/ns/shacl-test#")
COMPARED: Final = (
    SH.focusNode,
    SH.value,
    SH.resultPath,
    SH.resultSeverity,
    SH.sourceShape,
    SH.sourceConstraintComponent,
)
IF_EXPECTED: Final = (SH.resultMessage, SH.sourceConstraint)
WHY: Final = {
    "core/property/uniqueLang-002": 'pyshacl takes `sh:uniqueLang "1"^^xsd:boolean` for true; the '
    "test says that only `true` counts",
    "sparql/pre-binding/shapesGraph-001": "pyshacl does not bind `$shapesGraph`, which the "
    "recommendation leaves open (section 5.3.1); the shape is refused",
}


@dataclass(frozen=True)
class Test:
    """A test of the suite.

    Attributes:
        name: Its path in the suite, without the extension.
        manifest: The graph of its manifest.
        node: The test in the manifest.
    """

    name: str
    manifest: Graph
    node: Node

    def file(self, kind: URIRef) -> Path:
        """Return a file of the test."""
        action = self.manifest.value(self.node, MF.action)
        return Path(str(self.manifest.value(action, kind)).removeprefix("file://"))

    @cached_property
    def files(self) -> tuple[Path, Path]:
        """The files of its shapes and of its data."""
        return self.file(SHT.shapesGraph), self.file(SHT.dataGraph)

    def passes(self, report: Graph | None) -> bool:
        """Return whether a report is the expected one; None is a failure to validate."""
        expected = self.manifest.value(self.node, MF.result)
        if expected == SHT.Failure or report is None:
            return expected == SHT.Failure and report is None
        results = set(self.manifest.objects(expected, SH.result))
        also = [
            name
            for name in IF_EXPECTED
            if any((result, name, None) in self.manifest for result in results)
        ]
        found = report.value(None, RDF.type, SH.ValidationReport)
        return isomorphic(
            comparable(self.manifest, expected, also), comparable(report, found, also)
        )


def comparable(graph: Graph, report: Node | None, also: list[URIRef]) -> Graph:
    """Copy what counts of a validation report: sh:conforms, and the properties of its results."""
    copy = Graph()
    node = BNode()
    copy.add((node, SH.conforms, Literal(graph.value(report, SH.conforms) == Literal(True))))
    for result in graph.objects(report, SH.result):
        entry = BNode()
        copy.add((node, SH.result, entry))
        for name in (*COMPARED, *also):
            for value in graph.objects(result, name):
                is_path = name == SH.resultPath
                copy.add((entry, name, Literal(path_text(graph, value)) if is_path else value))
    return copy


def path_text(graph: Graph, node: Node) -> str:
    """Write a path so that two paths of the same form have the same text."""
    if not isinstance(node, BNode):
        return str(node)
    parts = [
        f"{name} {path_text(graph, value)}"
        for name, value in graph.predicate_objects(node)
        if name != RDF.type
    ]
    return f"[{' '.join(sorted(parts))}]"


def read_tests(manifest: Path, root: Path) -> Iterator[Test]:
    """Read the tests of a manifest and of those that it includes."""
    graph = read(manifest)
    for included in graph.objects(None, MF.include):
        yield from read_tests(Path(str(included).removeprefix("file://")), root)
    for entries in graph.objects(None, MF.entries):
        for node in graph.items(entries):
            name = Path(str(node).removeprefix("file://")).relative_to(root)
            yield Test(name.as_posix(), graph, node)


def read(path: Path) -> Graph:
    """Read a Turtle file."""
    return Graph().parse(path, format="turtle", publicID=path.as_uri())


def by_check(test: Test) -> Graph | None:
    """Validate by the check, as `apecgraph check --shapes FILE --data FILE --format turtle`."""
    try:
        report = run_validation(*test.files, Settings())
    except (ApecgraphError, ExceptionGroup):
        return None
    return Graph().parse(data=report.turtle(), format="turtle")


def by_pyshacl(test: Test) -> Graph | None:
    """Validate with pyshacl alone."""
    shapes, data = map(read, test.files)
    try:
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    except Exception:
        return None
    return report if isinstance(report, Graph) else None


def table(tests: list[Test], ours: dict[str, bool], theirs: dict[str, bool]) -> Iterator[str]:
    """Write the page."""
    yield f"""# The test suite for SHACL

Written by `scripts/shacl`: it runs the W3C test suite for SHACL through
`apecgraph check --shapes FILE --data FILE`, and also through pyshacl {version("pyshacl")}
alone. A test passes if the report in Turtle has the expected results and no others: focus node,
value, path, severity, shape, constraint component, and if the test has them, messages and
constraint. A test that expects a failure passes if the shapes are refused.

| part | tests | apecgraph check | pyshacl alone |
|---|---|---|---|
"""
    counts = Counter(test.name.rpartition("/")[0] for test in tests)
    for part, count in sorted(counts.items()):
        inside = [test.name for test in tests if test.name.rpartition("/")[0] == part]
        passed = (sum(found[name] for name in inside) for found in (ours, theirs))
        yield f"| {part} | {count} | {' | '.join(map(str, passed))} |\n"
    yield f"| **all** | {len(tests)} | {sum(ours.values())} | {sum(theirs.values())} |\n"
    yield "\n## Tests that do not pass\n\n| test | apecgraph check | pyshacl alone | why |\n"
    yield "|---|---|---|---|\n"
    for test in tests:
        outcomes = [found[test.name] for found in (ours, theirs)]
        if not all(outcomes):
            words = " | ".join("passes" if outcome else "fails" for outcome in outcomes)
            yield f"| {test.name} | {words} | {WHY.get(test.name, '')} |\n"


def main() -> None:
    """Run the suite in the folder that is given as the argument, and print the page."""
    warnings.simplefilter("ignore")  # the suite has malformed literals on purpose
    if len(sys.argv) != 2:
        sys.exit("usage: scripts/shacl FOLDER, which holds the test suite with its manifest.ttl")
    root = Path(sys.argv[1]).resolve()
    manifest = root / "manifest.ttl"
    if not manifest.is_file():
        sys.exit(f"{manifest} is missing: give the folder data-shapes-test-suite/tests")
    tests = sorted(read_tests(manifest, root), key=lambda test: test.name)
    with ThreadPoolExecutor(2) as pool:
        reports = pool.map(by_check, tests)
        ours = {test.name: test.passes(report) for test, report in zip(tests, reports, strict=True)}
    theirs = {test.name: test.passes(by_pyshacl(test)) for test in tests}
    sys.stdout.writelines(table(tests, ours, theirs))


if __name__ == "__main__":
    main()
