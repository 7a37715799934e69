"""The only wrapper around the engine's serializers, with repairs of their output.

This module writes all RDF and all query results, for the endpoint, documents, dumps, the catalogue
and reports. Each repair is a function; `_REPAIRS` lists the repairs of each format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Final, TypeAlias, cast

from pyoxigraph import Quad, QueryBoolean, QuerySolutions, Triple, serialize

from apecgraph.errors import NotAcceptable
from apecgraph.rdf.formats import GRAPH_FORMATS, RDF_XML, RESULTS_FORMATS, RESULTS_XML, Format
from apecgraph.rdf.namespaces import PREFIXES

CHUNK: Final = 65536
"""The size, in bytes, at which a chunk is passed on."""

Write: TypeAlias = Callable[[bytes], object]
"""Takes the next chunk of a document."""

Repair: TypeAlias = Callable[[Write, Format], Write]
"""Returns a `Write` that changes or refuses the output in a format before it passes it on."""

# The engine writes characters that XML does not allow (XML 1.0, section 2.2). For a property whose
# IRI does not end in a name, it writes an element without a name. Parsers reject both.
_NOT_XML: Final = re.compile(
    rb"[\x00-\x08\x0B\x0C\x0E-\x1F]|\xEF\xBF[\xBE\xBF]|<[^\s<>:\"]*:[\s/>]"
)
_LONGEST_TAG: Final = 100


def write_rdf(
    statements: Iterable[Triple | Quad],
    format_: Format,
    write: Write,
    prefixes: Mapping[str, str] = PREFIXES,
) -> None:
    """Write RDF in chunks of about CHUNK bytes while the statements are read.

    Args:
        statements: Triples, or quads for a format with named graphs.
        format_: One of GRAPH_FORMATS.
        write: Takes the chunks.
        prefixes: The prefixes to declare, if the format has prefixes.

    Raises:
        NotAcceptable: The format cannot represent the statements.
    """
    if format_.rdf is None:
        raise _cannot_hold(format_, "a graph", GRAPH_FORMATS)
    quads = cast("Iterable[Quad]", statements)  # the engine takes both, and a mixture too
    chunks = _Chunks(_repaired(write, format_))
    try:
        serialize(quads, cast("IO[bytes]", chunks), format_.rdf, prefixes=dict(prefixes))
    except OSError as error:
        if "RDF 1.2" in str(error):
            raise _cannot_hold(format_, "triples as terms (RDF 1.2)", GRAPH_FORMATS) from None
        raise
    chunks.flush()


def rdf_bytes(
    statements: Iterable[Triple | Quad],
    format_: Format,
    prefixes: Mapping[str, str] = PREFIXES,
) -> bytes:
    """Return what `write_rdf` writes, with the same arguments and errors."""
    chunks: list[bytes] = []
    write_rdf(statements, format_, chunks.append, prefixes)
    return b"".join(chunks)


def write_results(answer: QuerySolutions | QueryBoolean, format_: Format, write: Write) -> None:
    """Write the results of SELECT or ASK as they are computed, in chunks of about CHUNK bytes.

    Args:
        answer: The answer of the engine.
        format_: One of RESULTS_FORMATS.
        write: Takes the chunks.

    Raises:
        NotAcceptable: The format cannot represent the results.
    """
    if format_.results is None:
        raise _cannot_hold(format_, "the results of SELECT or ASK", RESULTS_FORMATS)
    chunks = _Chunks(_repaired(write, format_))
    answer.serialize(cast("IO[bytes]", chunks), format_.results)
    chunks.flush()


class _Chunks:
    """A file for the engine. The engine writes a few bytes at a time; the file passes on chunks."""

    def __init__(self, write: Write) -> None:
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


def _refuse_what_xml_cannot_hold(write: Write, format_: Format) -> Write:
    before = b""

    def check(data: bytes) -> None:
        nonlocal before
        if match := _NOT_XML.search(before + data):
            culprit = "a property whose IRI does not end in a name"
            if not match[0].startswith(b"<"):
                culprit = f"the character U+{ord(match[0].decode()):04X}"
            formats = GRAPH_FORMATS if format_.results is None else RESULTS_FORMATS
            raise _cannot_hold(format_, culprit, formats)
        before = data[-_LONGEST_TAG:]
        write(data)

    return check


def _escape_carriage_returns(write: Write, format_: Format) -> Write:
    """Escape carriage returns, or a parser would read line feeds (XML 1.0, section 2.11)."""
    return lambda data: write(data.replace(b"\r", b"&#xD;"))


_REPAIRS: Final[Mapping[Format, tuple[Repair, ...]]] = {
    RDF_XML: (_refuse_what_xml_cannot_hold, _escape_carriage_returns),
    RESULTS_XML: (_refuse_what_xml_cannot_hold, _escape_carriage_returns),
}
"""The repairs of each format, in the order in which they are applied to a chunk."""


def _repaired(write: Write, format_: Format) -> Write:
    for repair in reversed(_REPAIRS.get(format_, ())):
        write = repair(write, format_)
    return write


def _cannot_hold(format_: Format, culprit: str, formats: Iterable[Format]) -> NotAcceptable:
    available = [other.media_type for other in formats if other != format_]
    return NotAcceptable(
        f"{format_.label} cannot represent {culprit}; the available formats are "
        f"{', '.join(available)}.",
        available,
    )
