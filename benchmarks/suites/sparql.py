"""The tests of SPARQL queries, through the loader and the engine of the endpoint."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import pyoxigraph as ox

from apecgraph.errors import ApecgraphError, Forbidden, MalformedQuery
from apecgraph.query.engine import evaluate
from apecgraph.query.loading import load
from apecgraph.query.model import DataFile, Query
from apecgraph.query.outline import outline
from apecgraph.rdf.files import named_format
from apecgraph.rdf.formats import (
    N_TRIPLES,
    RESULTS_CSV,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    Format,
)
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.terms import in_graph, term_text
from benchmarks.suites.manifests import (
    MF,
    RDF_TYPE,
    Outcome,
    Test,
    canonical,
    outcomes,
    path_of,
    read_tests,
)

VERSIONS: Final = {
    "1.0": "sparql/sparql10/manifest.ttl",
    "1.1": "sparql/sparql11/manifest-all.ttl",
    "1.2": "sparql/sparql12/manifest.ttl",
}
LEFT_OUT: Final = ("entailment", "service")
"""Parts that evaluate what the endpoint does not offer: entailment and SERVICE."""

KINDS: Final = (
    "QueryEvaluationTest",
    "CSVResultFormatTest",
    "PositiveSyntaxTest",
    "PositiveSyntaxTest11",
    "NegativeSyntaxTest",
    "NegativeSyntaxTest11",
)
QT: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS: Final = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
FORMATS: Final = {
    ".csv": RESULTS_CSV,
    ".tsv": RESULTS_TSV,
    ".srj": RESULTS_JSON,
    ".srx": RESULTS_XML,
}

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row: TypeAlias = frozenset[tuple[str, Term]]
Answer: TypeAlias = bool | list[Row] | set[ox.Quad]


def run(root: Path, version: str) -> Iterator[Outcome]:
    """Run the tests of a version of SPARQL in the folder of the suites."""
    tests = [
        test
        for test in read_tests(root / VERSIONS[version], root)
        if test.kinds & set(KINDS) and test.part.rpartition("/")[2] not in LEFT_OUT
    ]
    yield from outcomes(tests, _why)


def _why(test: Test) -> str:
    """Return why a test does not pass."""
    if any("Syntax" in kind for kind in test.kinds):
        return _why_syntax(test)
    action = test.action
    (path,) = map(path_of, test.graph.iris(action, f"{QT}query"))
    expected = test.file(f"{MF}result")
    assert expected is not None
    try:
        store = _dataset(test.graph, action)
        lax = f"{MF}LaxCardinality" in test.graph.iris(test.node, f"{MF}resultCardinality")
        return _difference(_expected(expected), store, path, expected, lax=lax)
    except ApecgraphError as error:
        return f"refused: {error}"


def _why_syntax(test: Test) -> str:
    action = test.action
    assert isinstance(action, ox.NamedNode)
    path = path_of(action.value)
    negative = any("Negative" in kind for kind in test.kinds)
    try:
        _evaluate(ox.Store(), path, RESULTS_JSON)
    except (MalformedQuery, UnicodeDecodeError) as error:
        return "" if negative else f"refused: {error}"
    except Forbidden:  # a query that is SPARQL, and calls another endpoint
        pass
    return "accepted" if negative else ""


def _evaluate(store: ox.Store, path: Path, format_: Format) -> bytes:
    """Evaluate the query in a file; relative IRIs are resolved against the file."""
    text = path.read_bytes().decode()
    base = path.as_uri()
    seen = outline(text, base)
    if seen.form in ("CONSTRUCT", "DESCRIBE"):
        format_ = N_TRIPLES
    chunks: list[bytes] = []
    query = Query(text, format_, seen.default_graphs, seen.named_graphs, base)
    evaluate(store, query, chunks.append)
    return b"".join(chunks)


def _dataset(manifest: Graph, action: ox.NamedNode | ox.BlankNode) -> ox.Store:
    """Load the dataset of a test. The graphs that its query names are files, too."""
    files = [path_of(iri) for iri in manifest.iris(action, f"{QT}data")]
    store = load(map(_data_file, files))
    named = [path_of(iri) for iri in manifest.iris(action, f"{QT}graphData")]
    (query,) = map(path_of, manifest.iris(action, f"{QT}query"))
    seen = outline(query.read_text(encoding="utf-8"), query.as_uri())
    named += map(path_of, (*seen.default_graphs, *seen.named_graphs))
    for path in dict.fromkeys(named):
        name = ox.NamedNode(path.as_uri())
        store.add_graph(name)
        store.extend(in_graph(quad.triple, name) for quad in load([_data_file(path)]))
    return store


def _data_file(path: Path) -> DataFile:
    format_ = named_format(path)
    assert format_ is not None
    return DataFile.of(path, format_)


def _difference(right: Answer, store: ox.Store, query: Path, expected: Path, *, lax: bool) -> str:
    """Evaluate a query and say how the answer differs from the expected one.

    Args:
        right: The expected answer.
        store: The dataset.
        query: The file of the query.
        expected: The file of the expected answer.
        lax: Whether equal rows may be left out (REDUCED).

    Returns:
        The difference; "" if there is none.
    """
    format_ = FORMATS.get(expected.suffix, RESULTS_JSON)
    data = _evaluate(store, query, format_)
    if format_ == RESULTS_CSV:
        return "" if _cells(data) == _cells(expected.read_bytes()) else "other cells"
    answer = _read(data, format_) if not isinstance(right, set) else _triples(data)
    if isinstance(right, bool) or isinstance(answer, bool):
        return "" if answer == right else f"{answer}, not {right}"
    if isinstance(right, set) or isinstance(answer, set):
        return "" if answer == right else "other triples"
    if lax and set(answer) == set(right):
        return ""
    if _comparable(answer) == _comparable(right):
        ordered = re.search(r"(?i)\border\s+by\b[^}]*$", query.read_text(encoding="utf-8"))
        return "other order" if ordered and _in_order(answer) != _in_order(right) else ""
    if _comparable(map(_stored, answer)) == _comparable(map(_stored, right)):
        return "the same values in other lexical forms"
    if len(answer) != len(right):
        return f"{len(answer)} rows, not {len(right)}"
    return "other values"


def _cells(data: bytes) -> Counter[frozenset[tuple[str, str]]]:
    """Read rows of CSV; neither the order of columns nor the labels of blank nodes count."""
    rows = csv.DictReader(io.StringIO(data.decode()))
    return Counter(
        frozenset((name, "_:" if cell.startswith("_:") else cell) for name, cell in row.items())
        for row in rows
    )


def _triples(data: bytes) -> set[ox.Quad]:
    return canonical(ox.parse(data, ox.RdfFormat.N_TRIPLES))


def _read(data: bytes, format_: Format) -> bool | list[Row]:
    assert format_.results is not None
    return _rows(ox.parse_query_results(data, format_.results))


def _rows(results: ox.QuerySolutions | ox.QueryBoolean) -> bool | list[Row]:
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    names = [variable.value for variable in results.variables]
    return [
        frozenset(
            (name, value) for name, value in zip(names, row, strict=True) if value is not None
        )
        for row in results
    ]


def _expected(path: Path) -> Answer:
    """Read the expected answer of a test."""
    if path.suffix in FORMATS:
        format_ = FORMATS[path.suffix]
        return [] if format_ == RESULTS_CSV else _read(path.read_bytes(), format_)
    syntax = named_format(path)
    assert syntax is not None
    quads = list(ox.parse(path=path, format=syntax.rdf, base_iri=path.as_uri()))
    graph = _lexical(quads)
    sets = [s for s, p, o in graph if p == RDF_TYPE and o == ox.NamedNode(f"{RS}ResultSet")]
    if not sets:
        return canonical(quads)
    booleans = [o for s, p, o in graph if s == sets[0] and p == f"{RS}boolean"]
    if booleans:
        return term_text(booleans[0]) == "true"
    rows = []
    places = {s: int(term_text(o)) for s, p, o in graph if p == f"{RS}index"}
    solutions = [o for s, p, o in graph if s == sets[0] and p == f"{RS}solution"]
    for solution in sorted(solutions, key=lambda node: places.get(node, 0)):
        bindings = [o for s, p, o in graph if s == solution and p == f"{RS}binding"]
        cells = [{p: o for s, p, o in graph if s == binding} for binding in bindings]
        rows.append(
            frozenset((term_text(cell[f"{RS}variable"]), cell[f"{RS}value"]) for cell in cells)
        )
    return rows


def _lexical(quads: Iterable[ox.Quad]) -> list[tuple[Term, str, Term]]:
    """Return triples as tuples; a store would rewrite their literals."""
    return [(quad.subject, quad.predicate.value, quad.object) for quad in quads]


def _stored(row: Row) -> Row:
    """Return a row with its literals as the engine stores them."""
    store = ox.Store()
    node = ox.NamedNode(RDF_TYPE)
    store.extend(ox.Quad(ox.NamedNode(f"{RS}{name}"), node, value) for name, value in row)
    return frozenset((quad.subject.value.removeprefix(RS), quad.object) for quad in store)


def _in_order(rows: Iterable[Row]) -> list[Row]:
    """Return rows without the labels of blank nodes."""
    node = ox.BlankNode("any")
    return [
        frozenset((name, node if isinstance(value, ox.BlankNode) else value) for name, value in row)
        for row in rows
    ]


def _comparable(rows: Iterable[Row]) -> set[ox.Quad]:
    """Return rows as a graph: equal graphs are equal rows, whatever the labels of blank nodes."""
    quads = []
    for row, count in Counter(rows).items():
        node = ox.BlankNode()
        quads.append(ox.Quad(node, ox.NamedNode(f"{RS}count"), ox.Literal(str(count))))
        quads += [ox.Quad(node, ox.NamedNode(f"{RS}{name}"), value) for name, value in row]
    return canonical(quads)
