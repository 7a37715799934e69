"""Run the W3C test suites of RDF, SPARQL and JSON-LD.

`scripts/conformance` writes the page to docs/measurements/conformance.md.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import pyoxigraph

from benchmarks.suites import jsonld, protocol, sparql, syntax
from benchmarks.suites.manifests import Outcome
from benchmarks.suites.reasons import reason

USAGE: Final = (
    "usage: scripts/conformance RDF_TESTS JSON_LD_API, checkouts of "
    "https://github.com/w3c/rdf-tests and https://github.com/w3c/json-ld-api"
)
FOLDERS: Final = (sparql.VERSIONS["1.1"], "tests/toRdf-manifest.jsonld")


def run(rdf_tests: Path, json_ld: Path) -> Iterator[tuple[str, list[Outcome]]]:
    """Run all suites.

    Args:
        rdf_tests: A checkout of w3c/rdf-tests.
        json_ld: A checkout of w3c/json-ld-api.

    Yields:
        The name and the outcomes of a suite.
    """
    queries = {version: list(sparql.run(rdf_tests, version)) for version in sparql.VERSIONS}
    yield "SPARQL 1.0 and 1.1, queries and their syntax", [*queries["1.0"], *queries["1.1"]]
    yield "SPARQL 1.2, queries and their syntax", queries["1.2"]
    requests = list(protocol.run(rdf_tests))
    suite = [outcome for outcome in requests if outcome.part != protocol.OURS]
    yield "SPARQL 1.1 Protocol", suite
    yield (
        "further requests of this project: formats, methods, errors",
        [outcome for outcome in requests if outcome.part == protocol.OURS],
    )
    files = list(syntax.run(rdf_tests))
    for version in ("1.1", "1.2"):
        folder = f"rdf/rdf{version.replace('.', '')}"
        title = f"RDF {version}, syntaxes: Turtle, TriG, N-Triples, N-Quads, RDF/XML"
        yield title, [outcome for outcome in files if outcome.part.startswith(folder)]
    yield "JSON-LD 1.1, to RDF", list(jsonld.run(json_ld))


def page(suites: Mapping[str, Sequence[Outcome]]) -> Iterator[str]:
    """Write the page, given the outcomes of each suite."""
    yield f"""# The test suites of the W3C

Written by `scripts/conformance`: it runs the W3C test suites of SPARQL, RDF and JSON-LD against
this program with pyoxigraph {pyoxigraph.__version__}. Files are loaded as by
`apecgraph serve --data`, and queries are evaluated as by the endpoint. Answers must have the same
terms, character by character; graphs and answers may differ in the labels of blank nodes, and the
order of rows counts if the query orders them. Left out are the tests of what the endpoint does not
offer: entailment, the evaluation of SERVICE and of updates, and the tests of JSON-LD 1.0.

| suite | tests | pass |
|---|---|---|
"""
    for title, outcomes in suites.items():
        yield f"| {title} | {len(outcomes)} | {_passed(outcomes)} |\n"
    yield "\n## Parts\n\n| part | tests | pass |\n|---|---|---|\n"
    every = list(chain.from_iterable(suites.values()))
    counts = Counter(outcome.part for outcome in every)
    for part in sorted(counts):
        passed = _passed(outcome for outcome in every if outcome.part == part)
        yield f"| {part} | {counts[part]} | {passed} |\n"
    yield """
## Tests that do not pass

[sparql.md](../sparql.md#differences-from-the-recommendation) has an example of each difference.

| test | outcome | why |
|---|---|---|
"""
    for outcome in every:
        if not outcome.passed:
            name = outcome.test.partition(": ")[2].partition(" ")[0]
            cells = outcome.test, outcome.why, reason(name, outcome.why)
            yield f"| {' | '.join(map(_cell, cells))} |\n"


def _passed(outcomes: Iterable[Outcome]) -> int:
    return sum(outcome.passed for outcome in outcomes)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Run the suites in the folders that are given as arguments, and print the page."""
    if len(sys.argv) != 3:
        sys.exit(USAGE)
    folders = [Path(argument).resolve() for argument in sys.argv[1:]]
    for folder, file in zip(folders, FOLDERS, strict=True):
        if not (folder / file).is_file():
            sys.exit(f"{folder / file} is missing\n{USAGE}")
    sys.stdout.writelines(page(dict(run(*folders))))


if __name__ == "__main__":
    main()
