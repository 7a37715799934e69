"""Reads requests of the SPARQL 1.1 Protocol, query operation (section 2.1), into queries."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from urllib.parse import parse_qsl

from apecgraph.errors import Forbidden, MalformedRequest, MethodNotAllowed, UnsupportedMediaType
from apecgraph.query.model import Query
from apecgraph.query.negotiation import find_named, negotiate, prefers
from apecgraph.query.text import READ_ONLY, read_query
from apecgraph.rdf.formats import ANSWER_FORMATS, HTML, Format
from apecgraph.rdf.namespaces import ENDPOINT

METHODS: Final = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
"""The methods of an endpoint. OPTIONS does not send a query; another module answers it."""

FORM: Final = "application/x-www-form-urlencoded"
SPARQL_QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"

_MAX_PARAMETERS: Final = 1000
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CHARSET: Final = re.compile(r"(?i)\bcharset\s*=\s*\"?([^\s\";]+)")
_OPERATION: Final = frozenset({"query", "update", "default-graph-uri", "named-graph-uri"})
"""Parameters of a query or an update."""


@dataclass(frozen=True, slots=True)
class ProtocolRequest:
    """The parts of an HTTP request that make a query, as received.

    Attributes:
        method: The method.
        query_string: The part of the URL after `?`.
        content_type: The Content-Type header, or None.
        body: The body.
        accept: The Accept header, or None.
    """

    method: str
    query_string: bytes = b""
    content_type: str | None = None
    body: bytes = b""
    accept: str | None = None


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
    if request.method in ("GET", "HEAD") and _OPERATION.isdisjoint(name for name, _ in parameters):
        return None
    if _is_link_in_browser(request, parameters):
        return None
    if any(name == "update" for name, _ in parameters):
        raise Forbidden(READ_ONLY)
    queries = _values(parameters, "query")
    if len(queries) != 1:
        raise MalformedRequest(f"The request has {len(queries)} queries; send exactly one.")
    return read_query(
        queries[0],
        graphs,
        partial(_choose_format, _values(parameters, "format"), request.accept),
        _values(parameters, "default-graph-uri"),
        _values(parameters, "named-graph-uri"),
        base,
    )


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
    media_type, _, rest = (request.content_type or "").partition(";")
    charset = _CHARSET.search(rest)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(f"The body must be in UTF-8, not {charset[1]}.")
    media_type = media_type.strip().lower()
    if media_type == FORM:
        return parameters + decode_form(request.body)
    if media_type == SPARQL_QUERY:
        return [*parameters, ("query", _decode(request.body))]
    if media_type == UPDATE:
        raise Forbidden(READ_ONLY)
    raise UnsupportedMediaType(f"Send the query as {FORM} or as {SPARQL_QUERY}.")


def decode_form(data: bytes) -> list[tuple[str, str]]:
    """Decode parameters of the type `application/x-www-form-urlencoded`.

    Args:
        data: The encoded parameters.

    Returns:
        The names and values, in their order.

    Raises:
        MalformedRequest: The data are not of that type, or have too many parameters.
    """
    text = _decode(data)
    if _BAD_ESCAPE.search(text):
        raise MalformedRequest("A % in the parameters is not an escape: write it as %25.")
    try:
        return parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS
        )
    except UnicodeDecodeError:
        raise MalformedRequest("The parameters are not UTF-8.") from None
    except ValueError:
        raise MalformedRequest(f"The request has more than {_MAX_PARAMETERS} parameters.") from None


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"Byte {error.start + 1} is not UTF-8.") from None


def _is_link_in_browser(request: ProtocolRequest, parameters: list[tuple[str, str]]) -> bool:
    """Return whether a browser sends only a query, so its user has followed a link."""
    return (
        request.method in ("GET", "HEAD")
        and [name for name, _ in parameters] == ["query"]
        and prefers(request.accept, HTML, ANSWER_FORMATS)
    )


def _values(parameters: Iterable[tuple[str, str]], name: str) -> tuple[str, ...]:
    return tuple(value for key, value in parameters if key == name)


def _choose_format(names: Sequence[str], accept: str | None, offers: Sequence[Format]) -> Format:
    """Choose a format by name or from Accept; set the media type that the client knows."""
    choice = find_named(names, offers) if names else negotiate(accept, offers)
    if choice.media_type == choice.format.media_type:
        return choice.format
    return replace(choice.format, media_type=choice.media_type)
