"""A request of the SPARQL 1.1 Protocol, query operation (section 2.1), read into a Query."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl

from apecgraph.errors import Forbidden, MalformedRequest, MethodNotAllowed, UnsupportedMediaType
from apecgraph.query.model import Query
from apecgraph.query.negotiation import named, negotiate, prefers
from apecgraph.query.outline import Form, outline
from apecgraph.rdf.formats import (
    GRAPH_FORMATS,
    HTML,
    JSON_LD,
    RDF_XML,
    RESULTS_FORMATS,
    RESULTS_JSON,
    RESULTS_XML,
    Format,
)

METHODS: Final = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
"""The methods that an endpoint takes; OPTIONS is not a query and is answered elsewhere."""

FORM: Final = "application/x-www-form-urlencoded"
SPARQL_QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"

_READ_ONLY: Final = "This endpoint only reads: updates are not available."
_MOST_PARAMETERS: Final = 1000
_BYTE_ORDER_MARK: Final = "\ufeff"
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PROTOCOL: Final = frozenset({"query", "update", "default-graph-uri", "named-graph-uri"})

# The general types that clients ask for who do not know the particular ones.
_RESULTS: Final = (
    *RESULTS_FORMATS,
    replace(RESULTS_JSON, media_type="application/json"),
    replace(RESULTS_XML, media_type="application/xml"),
)
_GRAPHS: Final = (
    *GRAPH_FORMATS,
    replace(JSON_LD, media_type="application/json"),
    replace(RDF_XML, media_type="application/xml"),
)


@dataclass(frozen=True, slots=True)
class ProtocolRequest:
    """What an HTTP request says, as received; headers that are not there are None."""

    method: str
    query_string: bytes = b""
    content_type: str | None = None
    body: bytes = b""
    accept: str | None = None


def read_request(request: ProtocolRequest, graphs: Collection[str]) -> Query | None:
    """Read a request into a query; None where it is for the description or for the editor.

    Such are those that ask nothing, and those of people who follow a link to a query in a browser.

    graphs: the IRIs of the named graphs of the dataset.
    Raises MalformedRequest, Forbidden, MethodNotAllowed, NotAcceptable, UnsupportedMediaType or,
    of a query that nests too deeply, QueryTooHeavy.
    """
    parameters = _parameters(request)
    if request.method in ("GET", "HEAD") and _PROTOCOL.isdisjoint(name for name, _ in parameters):
        return None
    if _is_of_a_person(request, parameters):
        return None
    if any(name == "update" for name, _ in parameters):
        raise Forbidden(_READ_ONLY)
    queries = _values(parameters, "query")
    if len(queries) != 1:
        raise MalformedRequest(f"There must be one query, and there are {len(queries)}.")
    text = queries[0].removeprefix(_BYTE_ORDER_MARK)
    seen = outline(text)
    if seen.update:
        raise Forbidden(_READ_ONLY)
    if seen.service:
        raise Forbidden("This endpoint calls no other: SERVICE is not available.")
    default_graphs = _values(parameters, "default-graph-uri")
    named_graphs = _values(parameters, "named-graph-uri")
    if not default_graphs and not named_graphs:  # else those of the query do not count (2.1.4)
        default_graphs, named_graphs = seen.default_graphs, seen.named_graphs
    for graph in (*default_graphs, *named_graphs):
        if graph not in graphs:
            raise Forbidden(
                f"There is no graph <{graph[:200]}> here, and this endpoint fetches none. "
                "SELECT ?graph { GRAPH ?graph {} } lists those that it has."
            )
    target = _format(seen.form, _values(parameters, "format"), request.accept)
    return Query(text, target, default_graphs, named_graphs)


def _parameters(request: ProtocolRequest) -> list[tuple[str, str]]:
    """Read all parameters; the text of a query that is sent as such is one named `query`."""
    parameters = decode_form(request.query_string)
    if request.method in ("GET", "HEAD"):
        if request.body:
            raise MalformedRequest("GET has no body: send the query as the parameter `query`.")
        return parameters
    if request.method not in ("POST", "QUERY"):
        raise MethodNotAllowed(f"{request.method} is not a way to query.", METHODS)
    media_type, _, rest = (request.content_type or "").partition(";")
    charset = re.search(r"(?i)\bcharset\s*=\s*\"?([^\s\";]+)", rest)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(f"The body must be in UTF-8, not {charset[1]}.")
    media_type = media_type.strip().lower()
    if media_type == FORM:
        return parameters + decode_form(request.body)
    if media_type == SPARQL_QUERY:
        return [*parameters, ("query", _decode(request.body))]
    if media_type == UPDATE:
        raise Forbidden(_READ_ONLY)
    raise UnsupportedMediaType(f"A query is sent as {FORM} or as {SPARQL_QUERY}.")


def decode_form(data: bytes) -> list[tuple[str, str]]:
    """Decode `application/x-www-form-urlencoded`, once; raise MalformedRequest where it is not."""
    text = _decode(data)
    if _BAD_ESCAPE.search(text):
        raise MalformedRequest("A % stands alone in the parameters; as a character it is %25.")
    try:
        return parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except UnicodeDecodeError:
        raise MalformedRequest("The parameters are not UTF-8.") from None
    except ValueError:
        raise MalformedRequest(f"There are more than {_MOST_PARAMETERS} parameters.") from None


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"Byte {error.start + 1} is not UTF-8.") from None


def _is_of_a_person(request: ProtocolRequest, parameters: list[tuple[str, str]]) -> bool:
    """Whether a browser asks for no more than a query, in no format."""
    return (
        request.method in ("GET", "HEAD")
        and [name for name, _ in parameters] == ["query"]
        and prefers(request.accept, HTML, (*RESULTS_FORMATS, *GRAPH_FORMATS))
    )


def _values(parameters: Iterable[tuple[str, str]], name: str) -> tuple[str, ...]:
    return tuple(value for each, value in parameters if each == name)


def _format(form: Form | None, names: tuple[str, ...], accept: str | None) -> Format:
    """Choose what to answer in; what is not SPARQL may ask for anything, for the engine's word."""
    offers: tuple[Format, ...] = () if form in ("CONSTRUCT", "DESCRIBE") else _RESULTS
    offers += () if form in ("SELECT", "ASK") else _GRAPHS
    return named(names, offers) if names else negotiate(accept, offers)
