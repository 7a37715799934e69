"""Evaluation by the engine in the process that asks: trusted queries, and inside workers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Final, cast

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
    serialize,
)

from apecgraph.errors import Forbidden, MalformedQuery, NotAcceptable, StoreError
from apecgraph.files import steady
from apecgraph.isolation.threads import drop_locals_on_error
from apecgraph.query.diagnosis import diagnose
from apecgraph.query.model import Answer, DataFile, Query
from apecgraph.query.outline import with_lower_booleans
from apecgraph.query.row_limit import limit_rows, limit_triples
from apecgraph.rdf.formats import GRAPH_FORMATS, RESULTS_FORMATS, Format
from apecgraph.rdf.namespaces import ENDPOINT, PREFIXES

CHUNK: Final = 65536
"""About how many bytes are written at once."""

_UNKNOWN_FUNCTION: Final = re.compile(r"The custom function <(.*)> is not supported")
_MOST_UNKNOWN_FUNCTIONS: Final = 32

# The engine writes what XML cannot hold all the same, and no parser reads it: some characters (XML
# 1.0, section 2.2), and a property whose IRI ends in no name, as an element that has none.
_NOT_XML: Final = re.compile(
    rb"[\x00-\x08\x0B\x0C\x0E-\x1F]|\xEF\xBF[\xBE\xBF]|<[^\s<>:\"]*:[\s/>]"
)
_LONGEST_TAG: Final = 100

# How the engine tells that a JSON-LD document refers to a context that it would have to fetch.
_REMOTE_CONTEXT: Final = "No LoadDocumentCallback has been set"

# How RocksDB begins to tell that it cannot read what a store on disk holds.
_DAMAGE: Final = ("IO error: ", "Corruption: ")


@drop_locals_on_error
def evaluate(
    store: Store, query: Query, write: Callable[[bytes], object], most_rows: int | None = None
) -> None:
    """Evaluate a query and write the answer, in chunks of about CHUNK bytes.

    most_rows: rows or triples that the answer may have; None for any number.
    Raises QueryTooHeavy where it has more, MalformedQuery, NotAcceptable where the format cannot
    hold it, Forbidden where the engine tries to call another endpoint, StoreError where the store
    cannot be read, and whatever `write` raises.
    """
    if "xml" in query.format.name:
        write = _only_xml(write, query.format)
    if most_rows is not None and query.format.results is not None:
        write = limit_rows(
            write, query.format, most_rows, lambda: _has_row(store, query, most_rows)
        )
    chunks = _Chunks(write)
    try:
        answer = _query(store, query)
        if isinstance(answer, QueryTriples) and most_rows is not None:
            _serialize(limit_triples(answer, most_rows), query.format, chunks)
        else:
            _serialize(answer, query.format, chunks)
    except RuntimeError as error:
        _blame_damage(error)
        raise MalformedQuery(f"{error}.") from None
    except BrokenPipeError:
        raise
    except OSError as error:
        _blame_damage(error)
        if query.format.rdf is not None and "RDF 1.2" in str(error):
            raise _unfit(query.format, GRAPH_FORMATS) from None
        raise Forbidden("This endpoint calls no other: SERVICE is not available.") from None
    chunks.flush()


def load(
    files: Iterable[DataFile], told: Callable[[Path, int, int], object] | None = None
) -> Store:
    """Load files into a store in memory; the names of blank nodes are local to each file.

    told: called with each file, with how many of its bytes are read, 0 before, and with their
    number.
    Raises StoreError with the file and the reason where one cannot be loaded or holds something
    else by now, and MemoryError.
    """
    store = Store()
    for file in files:
        path = file.path
        try:
            with steady(path) as size:
                tell = partial(told or _nobody, path)
                tell(0, size)
                if DataFile.of(path, file.format) != file:
                    raise StoreError(f"{path} is not loaded: it was changed after it was opened")
                with path.open("rb") as source:
                    counted = cast("IO[bytes]", _Counted(source, size, tell))
                    store.load(counted, format=file.format.rdf)
        except (OSError, SyntaxError, ValueError, MemoryError) as error:
            raise StoreError(f"{path} cannot be loaded: {_reason(error)}") from None
    return store


class _Counted:
    """A file to the engine, which tells how many of its bytes are read."""

    def __init__(self, file: IO[bytes], size: int, told: Callable[[int, int], object]) -> None:
        self._file = file
        self._size = size
        self._told = told
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._read += len(data)
        self._told(self._read, self._size)
        return data


def _nobody(path: Path, read: int, size: int) -> None:
    """Be who is told and does not care."""


class EmbeddedStore:
    """A store that evaluates in this process and on this thread, without any limit.

    For trusted queries only. An answer is complete when `query` returns.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def query(self, query: Query, client: str = "") -> Answer:
        """Evaluate a query; raise what `evaluate` raises."""
        chunks: list[bytes] = []
        evaluate(self._store, query, chunks.append)
        return Answer(query.format, b"".join(chunks))

    async def close(self) -> None:
        """Do nothing: the store is its owner's."""


def _reason(error: Exception) -> str:
    """Say why a file cannot be loaded."""
    if isinstance(error, MemoryError):
        if not error.args:
            raise error  # there is none left; what the parser has to say of a file has words
        return f"it has a literal, or another word, that is too long: {error}"
    if _REMOTE_CONTEXT in str(error):
        return "it has a context from elsewhere, and none is fetched: write the context into it"
    return str(getattr(error, "strerror", None) or error)


def _query(store: Store, query: Query) -> QuerySolutions | QueryBoolean | QueryTriples:
    text = query.text
    default: list[NamedNode | BlankNode | DefaultGraph] | None = None
    named: list[NamedNode | BlankNode] | None = None
    if query.default_graphs or query.named_graphs:
        default = [NamedNode(graph) for graph in dict.fromkeys(query.default_graphs)]
        named = [NamedNode(graph) for graph in dict.fromkeys(query.named_graphs)]
        if len(default) > 1:
            store, default = _merge(store, default, named), [DefaultGraph()]
    unknown: dict[NamedNode, Callable[..., NamedNode | BlankNode | Literal | Triple | None]] = {}
    while True:
        try:
            return store.query(
                text,
                base_iri=ENDPOINT,
                default_graph=default,
                named_graphs=named,
                custom_functions=unknown,
            )
        except SyntaxError as error:
            respelled = with_lower_booleans(text)
            if respelled == text:
                raise diagnose(text, str(error.msg)) from None
            text = respelled
        except RuntimeError as error:
            # A call of a function that is not known is an error in the expression, not in the
            # query (SPARQL 1.1, section 17.6): the variable is unbound, or the row is dropped.
            function = _UNKNOWN_FUNCTION.search(str(error))
            if function is None or len(unknown) == _MOST_UNKNOWN_FUNCTIONS:
                raise
            unknown[NamedNode(function[1])] = _fail


def _blame_damage(error: Exception) -> None:
    """Raise StoreError where it was not the query that the engine failed on."""
    if str(error).startswith(_DAMAGE):
        raise StoreError(f"What the store has on disk cannot be read: {error}.") from None


def _merge(
    store: Store,
    default: Iterable[NamedNode | BlankNode | DefaultGraph],
    named: Iterable[NamedNode | BlankNode],
) -> Store:
    """Make the merge of some graphs the default graph of a store, beside the named graphs.

    Of several default graphs the engine itself would find a triple once in each that holds it.
    """
    merged = Store()
    for graph in default:
        triples = store.quads_for_pattern(None, None, None, graph)
        merged.extend(Quad(*quad.triple) for quad in triples)
    for graph in named:
        merged.extend(store.quads_for_pattern(None, None, None, graph))
    return merged


def _fail(*_: object) -> None:
    """Be a function that ends in an error, whatever it is called with."""


def _has_row(store: Store, query: Query, number: int) -> bool:
    """Whether an answer may have a row of a number, counted from 0."""
    if query.changes:
        return True  # another time it may have, whatever is found now
    answer = _query(store, query)
    if not isinstance(answer, QuerySolutions):
        return False
    return next(islice(answer, number, None), None) is not None


def _serialize(
    answer: QuerySolutions | QueryBoolean | Iterable[Triple], target: Format, chunks: _Chunks
) -> None:
    file = cast("IO[bytes]", chunks)
    if isinstance(answer, QuerySolutions | QueryBoolean):
        if target.results is None:
            raise _unfit(target, RESULTS_FORMATS)
        answer.serialize(file, target.results)
    else:
        if target.rdf is None:
            raise _unfit(target, GRAPH_FORMATS)
        serialize(answer, file, target.rdf, prefixes=PREFIXES)


def _only_xml(write: Callable[[bytes], object], target: Format) -> Callable[[bytes], object]:
    """Write as long as it is XML; raise NotAcceptable where it is not."""
    before = b""

    def checked(data: bytes) -> None:
        nonlocal before
        if _NOT_XML.search(before + data):
            raise _unfit(target, RESULTS_FORMATS if target.results else GRAPH_FORMATS)
        before = data[-_LONGEST_TAG:]
        write(data.replace(b"\r", b"&#xD;"))  # as such, a parser would take it for a line's end

    return checked


def _unfit(target: Format, fit: tuple[Format, ...]) -> NotAcceptable:
    available = [each.media_type for each in fit if each is not target]
    return NotAcceptable(
        f"{target.label} cannot hold this answer; there is {', '.join(available)}.", available
    )


class _Chunks:
    """A file to the engine, which writes a few bytes at a time; chunks to whom they are for."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._pending = bytearray()

    def write(self, data: bytes) -> int:
        self._pending += data
        if len(self._pending) >= CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._pending:
            self._write(bytes(self._pending))
            self._pending.clear()
