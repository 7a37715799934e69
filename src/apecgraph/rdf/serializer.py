"""The only wrapper around the engine's serializers, with repairs of their output.

This module writes all RDF and all query results, for the endpoint, documents, dumps, the catalogue
and reports. Each repair is a function; `_REPAIRS` lists the repairs of each format.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Final, TypeAlias, cast
from xml.sax.saxutils import unescape

from pyoxigraph import Quad, QueryBoolean, QuerySolutions, Triple, serialize

from apecgraph.errors import NotAcceptable
from apecgraph.rdf.formats import (
    GRAPH_FORMATS,
    JSON_LD,
    RDF_XML,
    RESULTS_FORMATS,
    RESULTS_XML,
    Format,
)
from apecgraph.rdf.namespaces import PREFIXES
from apecgraph.rdf.nodes import node_objects

CHUNK: Final = 65536
"""The size, in bytes, at which a chunk is passed on."""

Write: TypeAlias = Callable[[bytes], object]
"""Takes the next chunk of a document."""

Repair: TypeAlias = Callable[[bytes, Format, Mapping[str, str]], bytes]
"""Changes or refuses a chunk in a format; the mapping has the declared prefixes.

A chunk in XML begins with a tag and has no part of a tag at its end.
"""

# The engine writes characters that XML does not allow (XML 1.0, section 2.2). If the IRI of a
# property or a class does not end in a name, the engine writes an element without a name, which
# parsers reject: `<p: xmlns:p="http://example.org/7">`.
_NOT_XML: Final = re.compile(rb"[\x00-\x08\x0B\x0C\x0E-\x1F]|\xEF\xBF[\xBE\xBF]")
_NAMELESS: Final = re.compile(rb'(\t+)<(/?)([^\s<>:"]*):(?: xmlns:\3="([^"]*)")?( [^>]*)?>')


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
    chunks = _Chunks(write, format_, prefixes)
    if format_ == JSON_LD:
        _write_nodes(statements, chunks)
        return
    quads = cast("Iterable[Quad]", statements)  # the engine takes both, and a mixture too
    try:
        serialize(quads, cast("IO[bytes]", chunks), format_.rdf, prefixes=dict(prefixes))
    except OSError as error:
        if "RDF 1.2" in str(error):
            raise _cannot_hold(format_, _NESTED, GRAPH_FORMATS) from None
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
    chunks = _Chunks(write, format_)
    answer.serialize(cast("IO[bytes]", chunks), format_.results)
    chunks.flush()


def _write_nodes(statements: Iterable[Triple | Quad], chunks: _Chunks) -> None:
    """Write expanded JSON-LD, with a node object on each line."""
    separator = "["
    try:
        for node in node_objects(statements):
            chunks.write(f"{separator}\n{json.dumps(node, ensure_ascii=False)}".encode())
            separator = ","
    except TypeError:
        raise _cannot_hold(JSON_LD, _NESTED, GRAPH_FORMATS) from None
    chunks.write(b"[]\n" if separator == "[" else b"\n]\n")
    chunks.flush()


class _Chunks:
    """A file for the engine. The engine writes a few bytes at a time; the file passes on chunks."""

    def __init__(
        self, write: Write, format_: Format, prefixes: Mapping[str, str] = PREFIXES
    ) -> None:
        self._write = write
        self._format = format_
        self._prefixes = prefixes
        self._repairs = _REPAIRS.get(format_, ())
        self._pending = bytearray()

    def write(self, data: bytes) -> int:
        self._pending += data
        if len(self._pending) >= CHUNK:
            # Text in XML has no `<`, so the last one begins a tag, which may be incomplete.
            end = self._pending.rfind(b"<") if self._repairs else len(self._pending)
            self._pass_on(end)
        return len(data)

    def flush(self) -> None:
        """Pass on the rest."""
        self._pass_on(len(self._pending))

    def _pass_on(self, end: int) -> None:
        if end > 0:
            data = bytes(self._pending[:end])
            del self._pending[:end]
            for repair in self._repairs:
                data = repair(data, self._format, self._prefixes)
            self._write(data)


def _refuse_characters(data: bytes, format_: Format, prefixes: Mapping[str, str]) -> bytes:
    if match := _NOT_XML.search(data):
        formats = GRAPH_FORMATS if format_.results is None else RESULTS_FORMATS
        raise _cannot_hold(format_, f"the character U+{ord(match[0].decode()):04X}", formats)
    return data


def _name_elements(data: bytes, format_: Format, prefixes: Mapping[str, str]) -> bytes:
    """Write a class without a name as the property rdf:type (RDF/XML, section 2.13).

    Nodes are one tab deep, or three in a triple as a term; their properties are one deeper.
    """

    def named(match: re.Match[bytes]) -> bytes:
        indent, closing, prefix, namespace, attributes = match.groups(b"")
        is_node = len(indent) % 2 == 1
        if closing and is_node:
            return indent + b"</rdf:Description>"
        iri = namespace or prefixes[prefix.decode()].encode()
        if not is_node:
            culprit = f"the property <{unescape(iri.decode())}>, which does not end in a name"
            raise _cannot_hold(format_, culprit, GRAPH_FORMATS)
        return b'%b<rdf:Description%b>\n%b\t<rdf:type rdf:resource="%b"/>' % (
            indent,
            attributes,
            indent,
            iri,
        )

    return _NAMELESS.sub(named, data)


def _escape_carriage_returns(data: bytes, format_: Format, prefixes: Mapping[str, str]) -> bytes:
    """Escape carriage returns, or a parser would read line feeds (XML 1.0, section 2.11)."""
    return data.replace(b"\r", b"&#xD;")


_REPAIRS: Final[Mapping[Format, tuple[Repair, ...]]] = {
    RDF_XML: (_refuse_characters, _name_elements, _escape_carriage_returns),
    RESULTS_XML: (_refuse_characters, _escape_carriage_returns),
}
"""The repairs of each format, in the order in which they are applied to a chunk."""

_NESTED: Final = "triples as terms (RDF 1.2)"


def _cannot_hold(format_: Format, culprit: str, formats: Iterable[Format]) -> NotAcceptable:
    available = [other.media_type for other in formats if other != format_]
    return NotAcceptable(
        f"{format_.label} cannot represent {culprit}; the available formats are "
        f"{', '.join(available)}.",
        available,
    )
