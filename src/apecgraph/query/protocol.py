"""Reads requests of the SPARQL 1.1 Protocol, query operation (section 2.1), into queries."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from apecgraph.errors import Forbidden, MalformedRequest, MethodNotAllowed, UnsupportedMediaType
from apecgraph.query.dataset import GraphNames
from apecgraph.query.model import Query
from apecgraph.query.negotiation import find_named, named_formats, negotiate, prefers
from apecgraph.query.text import READ_ONLY, Citing, read_query
from apecgraph.rdf.formats import ANSWER_FORMATS, HTML, Format, find_format
from apecgraph.rdf.namespaces import ENDPOINT

METHODS: Final = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
"""The methods of an endpoint. OPTIONS does not send a query; another module answers it."""

FORM: Final = "application/x-www-form-urlencoded"
SPARQL_QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"

_MAX_PARAMETERS: Final = 1000
_MAX_PREFER: Final = 1000
"""Number of characters of a Prefer header that are read."""

_BAD_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CHARSET: Final = re.compile(r"(?i)\bcharset\s*=\s*[\"']?([^\s\"';]+)")
_OPERATION: Final = frozenset({"query", "update", "default-graph-uri", "named-graph-uri"})
"""Parameters of a query or an update."""

_GRAPH_STORE: Final = frozenset({"default", "graph"})
"""Parameters of the SPARQL 1.1 Graph Store HTTP Protocol, section 4.2."""

_UTF_8: Final = "utf-8"
_ENCODINGS: Final = {
    **dict.fromkeys(("utf-8", "utf8", "us-ascii", "ascii"), _UTF_8),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "windows-1252"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030"),
    "big5": "big5hkscs",
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
    "koi8-r": "koi8_r",
    "shift_jis": "cp932",
    "windows-1251": "cp1251",
    "windows-874": "cp874",
}
"""The encodings that clients name as the charset of a body, each with its codec."""


class ProtocolRequest(NamedTuple):
    """The parts of an HTTP request that make a query, as received.

    Attributes:
        method: The method.
        query_string: The part of the URL after `?`.
        content_type: The Content-Type header, or None.
        body: The body.
        accept: The Accept header, or None.
        prefers_citations: Whether the Prefer header (RFC 7240) has the preference `cite`.
    """

    method: str
    query_string: bytes = b""
    content_type: str | None = None
    body: bytes = b""
    accept: str | None = None
    prefers_citations: bool = False


def read_request(
    request: ProtocolRequest, graphs: Collection[str], base: str = ENDPOINT
) -> Query | None:
    """Read a request into a query.

    Args:
        request: The request.
        graphs: The IRIs of the named graphs of the dataset.
        base: The base of relative IRIs, unless the query has one.

    Returns:
        The query. None if the client wants the page of the endpoint: the request has no query, or
        a browser follows a link to a query.

    Raises:
        MalformedRequest: The request violates the protocol.
        Forbidden: The request is an update, calls another endpoint, or names an unknown graph.
        MethodNotAllowed: The method of the request does not send queries.
        NotAcceptable: The answer cannot have any of the formats that the client accepts.
        UnsupportedMediaType: The body is not a query.
        QueryTooHeavy: The query nests too deeply, or declares too much.
    """
    parameters = _parameters(request)
    names = {name for name, _ in parameters}
    if request.method in ("GET", "HEAD") and _OPERATION.isdisjoint(names):
        if not _GRAPH_STORE.isdisjoint(names):
            raise MalformedRequest(
                "There is no Graph Store Protocol here: get a graph with CONSTRUCT { ?s ?p ?o } "
                "WHERE { GRAPH <IRI> { ?s ?p ?o } }, or the whole dataset from /dumps/."
            )
        return None
    formats = named_formats(parameters)
    if _is_for_the_page(request, parameters, formats):
        return None
    if "update" in names:
        raise Forbidden(READ_ONLY)
    queries = _values(parameters, "query")
    if len(queries) != 1:
        raise MalformedRequest(_without_one_query(request, len(queries)))
    return read_query(
        queries[0],
        graphs,
        partial(_choose_format, formats, request.accept),
        GraphNames(
            _values(parameters, "default-graph-uri"), _values(parameters, "named-graph-uri")
        ),
        base,
        _citing(request, _values(parameters, "cite")),
    )


def prefers_citations(prefer: Iterable[str]) -> bool:
    """Return whether Prefer headers (RFC 7240, section 2) have the preference `cite`."""
    names = ",".join(prefer)[:_MAX_PREFER].split(",")
    return any(name.partition(";")[0].strip().lower() == "cite" for name in names)


def _citing(request: ProtocolRequest, values: Sequence[str]) -> Citing:
    """Return whether the answer cites: a parameter demands it, a header prefers it."""
    given = {value for value in values if value}
    if not given <= {"0", "1"} or len(given) > 1:
        raise MalformedRequest(
            "cite must be 1, for an answer that says where each row comes from, or 0."
        )
    if given:
        return "always" if "1" in given else "never"
    return "if possible" if request.prefers_citations else "never"


def _parameters(request: ProtocolRequest) -> list[tuple[str, str]]:
    """Read all parameters. If the body of the request is a query, it is the parameter `query`."""
    parameters = decode_form(request.query_string)
    if request.method in ("GET", "HEAD"):
        if request.body:
            raise MalformedRequest(
                "GET must have no body: send the query as the parameter `query`."
            )
        return parameters
    if request.method not in ("POST", "QUERY"):
        raise MethodNotAllowed(f"{request.method} cannot carry a query: use GET or POST.", METHODS)
    if not request.body and parameters:
        return parameters  # some clients send a form without fields, with all of them in the URL
    media_type = (request.content_type or "").partition(";")[0].strip().lower()
    if media_type == FORM:
        return parameters + decode_form(request.body, encoding_of(request.content_type))
    if media_type == SPARQL_QUERY:
        text = _decode(request.body, encoding_of(request.content_type))
        return [*parameters, ("query", text)]
    if media_type == UPDATE:
        raise Forbidden(READ_ONLY)
    sent = f"not as {media_type}" if media_type else "and name that type in Content-Type"
    raise UnsupportedMediaType(f"Send the query as {FORM} or as {SPARQL_QUERY}, {sent}.")


def _without_one_query(request: ProtocolRequest, count: int) -> str:
    if count or not request.body:
        return f"The request has {count} queries; send exactly one."
    return (
        "The form has no field `query`: send query= with the query percent-encoded, or send the "
        f"text of the query itself as {SPARQL_QUERY}."
    )


def encoding_of(content_type: str | None) -> str:
    """Return the codec of a body.

    Args:
        content_type: The Content-Type header, or None.

    Returns:
        The codec of its charset, or UTF-8.

    Raises:
        UnsupportedMediaType: The charset is unknown.
    """
    charset = _CHARSET.search((content_type or "").partition(";")[2])
    codec = _ENCODINGS.get(charset[1].lower()) if charset else _UTF_8
    if codec is None:
        known = ", ".join(_ENCODINGS)
        raise UnsupportedMediaType(f"The charset of a body must be one of {known}.")
    return codec


def decode_form(data: bytes, encoding: str = _UTF_8) -> list[tuple[str, str]]:
    """Decode parameters of the type `application/x-www-form-urlencoded`.

    Args:
        data: The encoded parameters.
        encoding: The codec of the characters that are escaped.

    Returns:
        The names and values, in their order.

    Raises:
        MalformedRequest: The data are not of that type, or have too many parameters.
    """
    if _BAD_ESCAPE.search(data):
        raise MalformedRequest("A “%” in the parameters is not an escape: write it as “%25”.")
    if data.count(b"&") >= _MAX_PARAMETERS:
        raise MalformedRequest(f"The request has more than {_MAX_PARAMETERS} parameters.")
    fields = [field.partition(b"=") for field in data.replace(b"+", b" ").split(b"&") if field]
    try:
        return [
            (_unescaped(name).decode(encoding), _unescaped(value).decode(encoding))
            for name, _, value in fields
        ]
    except UnicodeDecodeError:
        raise MalformedRequest(f"The parameters are not {encoding.upper()}.") from None


def _unescaped(text: bytes) -> bytes:
    return unquote_to_bytes(text) if b"%" in text else text


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"Byte {error.start + 1} is not {encoding.upper()}.") from None


def _is_for_the_page(
    request: ProtocolRequest, parameters: list[tuple[str, str]], formats: Sequence[str]
) -> bool:
    """Return whether the user of a browser has followed a link to a query.

    The link names the page as its format, or it names nothing but the query, and a browser sends
    the request. Parameters that are empty, or unknown here, count as absent.
    """
    given = [name for name, value in parameters if name in _OPERATION and value]
    if request.method not in ("GET", "HEAD") or given != ["query"]:
        return False
    if formats:
        return find_format(formats[0], (HTML,)) is not None
    return prefers(request.accept, HTML, ANSWER_FORMATS)


def _values(parameters: Iterable[tuple[str, str]], name: str) -> tuple[str, ...]:
    return tuple(value for key, value in parameters if key == name)


def _choose_format(names: Sequence[str], accept: str | None, offers: Sequence[Format]) -> Format:
    """Choose a format by name or from Accept; set the media type that the client knows."""
    return (find_named(names, offers) if names else negotiate(accept, offers)).sent
