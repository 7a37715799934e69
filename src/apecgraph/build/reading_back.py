"""Reading back: a release is published only if other programs can read what it publishes.

None of the readers here is the engine that wrote the files:

- N-Quads and N-Triples are read whole, line by line, as the grammar of N-Quads. The hash of the
  lines must be the canonical hash of the dataset, or of its default graph.
- RDF/XML is read whole by an XML parser, JSON-LD by a JSON parser. The number of triples must be
  that of the default graph.
- A sample of the quads is written in every format as the dumps are, and read by rdflib, or by pyld
  for JSON-LD. The canonical hashes must be equal. The sample has each property in each graph with
  each datatype and language, each class, and each character, once in the default graph and once in
  the others.
- The files of figures are read by the parsers of Python and by DuckDB. The number of figures must
  be that of the release.
"""

from __future__ import annotations

import csv
import json
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

import duckdb
import pyoxigraph as ox
import rdflib
from pyld import jsonld
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from apecgraph.errors import ReleaseError
from apecgraph.rdf.canonical import digest
from apecgraph.rdf.formats import (
    DATASET_FORMATS,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TRIG,
    TURTLE,
    Format,
)
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.namespaces import RDF
from apecgraph.rdf.writer import Writer
from apecgraph.release.dumps import LINKS_FILE
from apecgraph.release.release import DUMP_FORMATS, REPORT_TURTLE, Release
from apecgraph.tabular.files import (
    CROISSANT_METADATA,
    FIGURES,
    METADATA,
    PARQUET_FIGURES,
    SDMX_FIGURES,
    STRUCTURE,
)

# The grammar of RDF 1.1 N-Quads, section 4, as canonical N-Quads are written.
_IRI: Final = rb'<[^\x00-\x20<>"{}|^`\\]*+>'
_NODE: Final = rb"(?:" + _IRI + rb"|_:[A-Za-z0-9]++)"
_LINE: Final = re.compile(
    rb"(" + _NODE + rb") (" + _IRI + rb") (?:(" + _NODE + rb")"
    rb'|"((?:[^"\\\n\r]++|\\[tbnrf"\'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+)"'
    rb"((?:@[A-Za-z]++(?:-[A-Za-z0-9]++)*+|\^\^" + _IRI + rb")?+))"
    rb"(?: (" + _NODE + rb"))?+ \.\n"
)
_TYPE: Final = f"<{RDF}type>".encode()
_CHARACTER: Final = re.compile(r"\\(?:u.{4}|U.{8}|.)|[^\\]")
_PLAIN: Final = bytes(byte for byte in range(128) if chr(byte).isalnum() or chr(byte) == " ")
"""Characters that every format writes as they are."""

_RDFLIB: Final = {
    TURTLE: "turtle",
    N_TRIPLES: "nt",
    RDF_XML: "xml",
    TRIG: "trig",
    N_QUADS: "nquads",
}
_SHOWN: Final = 300
"""Characters of a line that an error message quotes."""

_TABLES: Final[Mapping[str, str]] = {FIGURES: "figure", SDMX_FIGURES: "FIGURE"}
"""The tables in CSV, each with a column that every row has."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """The result of reading N-Quads.

    Attributes:
        hash: SHA-256 of all lines in hexadecimal.
        default_hash: That of the lines of the default graph.
        triples: Number of lines of the default graph.
        quads: Number of all lines.
        sample: Some of the lines.
    """

    hash: str
    default_hash: str
    triples: int
    quads: int
    sample: tuple[bytes, ...]


def read_back(release: Release, context: Context) -> None:
    """Read all formats that a release publishes.

    Args:
        release: The release, whose files are written.
        context: The JSON-LD context.

    Raises:
        ReleaseError: A file cannot be read, or does not hold what the manifest says.
    """
    hashes = {file.name: file.sha256 for file in release.files}
    n_quads, n_triples = release.dump(N_QUADS), release.dump(N_TRIPLES)
    lines = _read_lines(n_quads)
    counts = lines.hash[: len(release.digest)], lines.quads, lines.triples
    if counts != (release.digest, release.quads, release.triples):
        raise ReleaseError(f"{n_quads} does not match the digest or the counts in the manifest")
    if hashes[n_triples.name] != lines.default_hash:
        raise ReleaseError(f"{n_triples} does not hold the default graph of {n_quads.name}")
    for format_, count in ((RDF_XML, _triples_in_xml), (JSON_LD, _triples_in_json)):
        _expect(release.dump(format_), count, release.triples)
    _read_sample(lines.sample, context)
    for name, format_ in ((LINKS_FILE, N_TRIPLES), (REPORT_TURTLE, TURTLE)):
        _expect(release.path / name, partial(_is_one_graph, format_), True)
    for name, column in _TABLES.items():
        _expect(release.path / name, partial(_rows, column), release.figures)
    _expect(release.path / PARQUET_FIGURES, _rows_in_parquet, release.figures)
    for name in (METADATA, CROISSANT_METADATA):
        _expect(release.path / name, lambda path: bool(json.loads(path.read_bytes())), True)
    _expect(release.path / STRUCTURE, lambda path: bool(_elements(path)), True)


def _expect(path: Path, read: Callable[[Path], object], expected: object) -> None:
    """Raise ReleaseError if a file cannot be read, or if something else is read from it."""
    try:
        found = read(path)
    except Exception as error:
        raise ReleaseError(f"{path} is not published, since it cannot be read: {error}") from None
    if found != expected:
        raise ReleaseError(
            f"{path} is not published, since another reader finds {found} in it, not {expected}"
        )


def _read_lines(path: Path) -> _Lines:
    data = path.read_bytes()
    default = sha256()
    triples = quads = end = 0
    kinds: set[tuple[bytes | None, ...]] = set()
    characters: dict[bool, set[str]] = {True: set(), False: set()}
    sample: list[bytes] = []
    while end < len(data):
        match = _LINE.match(data, end)
        if match is None:
            line = data[end : end + _SHOWN].partition(b"\n")[0].decode(errors="replace")
            raise ReleaseError(f"{path} is not N-Quads in line {quads + 1}: {line}")
        start, end = match.span()
        quads += 1
        subject, predicate, node, text, tag, graph = match.groups()
        if graph is None:
            triples += 1
            default.update(data[start:end])
        what = tag if node is None else node if predicate == _TYPE else node[:1]
        kind = predicate, graph, what, subject[:1]
        odd = text.translate(None, _PLAIN) if text else b""
        if kind in kinds and not odd:
            continue
        seen = characters[graph is None]
        new = set(_CHARACTER.findall((odd if odd.isascii() else text).decode())) - seen
        if new or kind not in kinds:
            kinds.add(kind)
            seen |= new
            sample.append(data[start:end])
    return _Lines(sha256(data).hexdigest(), default.hexdigest(), triples, quads, tuple(sample))


def _read_sample(lines: Iterable[bytes], context: Context) -> None:
    """Write some quads in all formats, and compare what other programs read."""
    quads = list(ox.parse(b"".join(lines), ox.RdfFormat.N_QUADS))
    default = [quad for quad in quads if quad.graph_name == ox.DefaultGraph()]
    writer = Writer(context)
    for format_ in DUMP_FORMATS:
        data = writer.dump(quads, [quad.triple for quad in default], format_)
        expected = digest(quads if format_ in DATASET_FORMATS else default)
        try:
            found = digest(_read(data, format_))
        except Exception as error:
            raise ReleaseError(
                f"{format_.label} is not published, since another program cannot read it: {error}"
            ) from None
        if found != expected:
            raise ReleaseError(
                f"{format_.label} is not published, since another program reads another graph from "
                f"it: {_difference(quads, data, format_)}"
            )


def _difference(quads: Iterable[ox.Quad], data: bytes, format_: Format) -> str:
    """Return a quad that another program reads from a sample, but that is not in the sample."""
    written = set(map(str, quads))
    return next((text for text in map(str, _read(data, format_)) if text not in written), "less")


def _is_one_graph(format_: Format, path: Path) -> bool:
    """Return whether another program reads the same graph from a file as the engine does."""
    data = path.read_bytes()
    return digest(_read(data, format_)) == digest(ox.parse(data, format_.rdf))


def _read(data: bytes, format_: Format) -> list[ox.Quad]:
    """Read RDF with rdflib, or with pyld if it is JSON-LD."""
    if format_ == JSON_LD:
        text = jsonld.to_rdf(json.loads(data), {"format": "application/n-quads"})
        return list(ox.parse(text.encode(), ox.RdfFormat.N_QUADS))
    graph = rdflib.Dataset() if format_ in DATASET_FORMATS else rdflib.Graph()
    with warnings.catch_warnings():  # rdflib uses its own deprecated classes
        warnings.simplefilter("ignore", DeprecationWarning)
        before = rdflib.NORMALIZE_LITERALS
        rdflib.NORMALIZE_LITERALS = False
        try:
            graph.parse(data=data, format=_RDFLIB[format_])
        finally:
            rdflib.NORMALIZE_LITERALS = before
        statements = graph.quads() if isinstance(graph, rdflib.Dataset) else graph
        return [ox.Quad(*map(_term, statement)) for statement in statements]


def _term(term: Any) -> Any:
    """Return a term of rdflib, or the name of a graph, as a term of the engine."""
    if term in (None, DATASET_DEFAULT_GRAPH_ID):
        return ox.DefaultGraph()
    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(term)
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(term)
    if term.language:
        return ox.Literal(term, language=term.language)
    return ox.Literal(term, datatype=ox.NamedNode(term.datatype) if term.datatype else None)


def _triples_in_xml(path: Path) -> int:
    """Count the triples in RDF/XML: the properties, and the nodes that are written as a class."""
    return sum(
        depth == 2 or (depth == 1 and name != "rdf:Description") for name, depth in _elements(path)
    )


def _elements(path: Path) -> list[tuple[str, int]]:
    """Read XML; return the name and the depth of each element."""
    found: list[tuple[str, int]] = []
    depth = 0

    def begin(name: str, _: object) -> None:
        nonlocal depth
        found.append((name, depth))
        depth += 1

    def finish(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    with path.open("rb") as file:
        parser.ParseFile(file)
    return found


def _triples_in_json(path: Path) -> int:
    """Count the triples in compact JSON-LD without nested nodes."""
    nodes = json.loads(path.read_bytes())["@graph"]
    return sum(_values(value) for node in nodes for key, value in node.items() if key != "id")


def _values(value: Any) -> int:
    if isinstance(value, list):
        return len(value)
    if isinstance(value, dict) and "@value" not in value and "id" not in value:  # by language
        return sum(map(_values, value.values()))
    return 1


def _rows(column: str, path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(bool(row[column]) for row in csv.DictReader(file))


def _rows_in_parquet(path: Path) -> int:
    with duckdb.connect(config={"threads": 1}) as connection:
        found = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
    return 0 if found is None else int(found[0])
