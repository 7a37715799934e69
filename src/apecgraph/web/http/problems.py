"""Errors as HTTP responses: RFC 9457 problem details, or a page for browsers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from html import escape
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from apecgraph.errors import (
    ApecgraphError,
    ContentTooLarge,
    EngineFailed,
    Forbidden,
    Gone,
    HeadersTooLarge,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    NotOffered,
    QueryError,
    QueryTimedOut,
    QueryTooHeavy,
    RangeNotSatisfiable,
    RequestError,
    RequestTimedOut,
    StoreBusy,
    StoreError,
    ToldError,
    TooManyRequests,
    UnsupportedMediaType,
    UriTooLong,
    WorkerKilled,
)
from apecgraph.printable import shortened
from apecgraph.query.negotiation import negotiate
from apecgraph.rdf.formats import HTML, PROBLEM, Format
from apecgraph.text.catalogues import ENGLISH, Catalogue, gettext_noop
from apecgraph.web.http.addresses import encoded

STATUS: Final[Mapping[type[Exception], HTTPStatus]] = {
    MalformedRequest: HTTPStatus.BAD_REQUEST,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    NotOffered: HTTPStatus.NOT_IMPLEMENTED,
    Gone: HTTPStatus.GONE,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    ContentTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RangeNotSatisfiable: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    RequestTimedOut: HTTPStatus.REQUEST_TIMEOUT,
    UriTooLong: HTTPStatus.REQUEST_URI_TOO_LONG,
    HeadersTooLarge: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    RequestError: HTTPStatus.BAD_REQUEST,
    QueryTooHeavy: HTTPStatus.UNPROCESSABLE_ENTITY,
    StoreBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    WorkerKilled: HTTPStatus.SERVICE_UNAVAILABLE,
    QueryTimedOut: HTTPStatus.GATEWAY_TIMEOUT,
    EngineFailed: HTTPStatus.BAD_GATEWAY,
    QueryError: HTTPStatus.INTERNAL_SERVER_ERROR,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    ApecgraphError: HTTPStatus.INTERNAL_SERVER_ERROR,
    Exception: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The status of each error; a class that is not listed has the status of its nearest base."""

_TITLES: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.BAD_REQUEST: gettext_noop("Bad Request"),
    HTTPStatus.FORBIDDEN: gettext_noop("Forbidden"),
    HTTPStatus.NOT_FOUND: gettext_noop("Not Found"),
    HTTPStatus.METHOD_NOT_ALLOWED: gettext_noop("Method Not Allowed"),
    HTTPStatus.NOT_ACCEPTABLE: gettext_noop("Not Acceptable"),
    HTTPStatus.GONE: gettext_noop("Gone"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext_noop("Content Too Large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: gettext_noop("Unprocessable Content"),
    HTTPStatus.TOO_MANY_REQUESTS: gettext_noop("Too Many Requests"),
    HTTPStatus.INTERNAL_SERVER_ERROR: gettext_noop("Internal Server Error"),
    HTTPStatus.NOT_IMPLEMENTED: gettext_noop("Not Implemented"),
    HTTPStatus.SERVICE_UNAVAILABLE: gettext_noop("Service Unavailable"),
    HTTPStatus.GATEWAY_TIMEOUT: gettext_noop("Gateway Timeout"),
}
"""The titles of the problems that readers of pages meet (RFC 9110, section 15)."""

RETRY_SECONDS: Final = 2
"""Seconds after which a client may try again, unless the error states another number."""

_LONGEST_DETAIL: Final = 2000
"""Maximum number of characters of a detail, because a detail may quote the request."""

_MOST_AVAILABLE: Final = 100
"""Maximum number of things that a problem, or its Link header, names; it counts the others."""

_OFFERS: Final = (PROBLEM, HTML)
_MEMBERS: Final = ("line", "column", "available", "allowed", "limit")
"""Attributes of errors that become members of a problem."""

_log: Final = logging.getLogger(__name__)


def status_of(error: Exception) -> HTTPStatus:
    """Return the HTTP status of an error."""
    return next(STATUS[base] for base in type(error).__mro__ if base in STATUS)


def problem_response(
    error: Exception,
    accept: str | None,
    *,
    render_html: Callable[[Mapping[str, object]], str] | None = None,
    catalogue: Catalogue = ENGLISH,
) -> Response:
    """Return the response to a request that failed.

    If the server failed, the error is logged and the response contains only the status.

    Args:
        error: The error.
        accept: The Accept header of the request, or None.
        render_html: Makes a page of the problem; None for a page without design.
        catalogue: The language of the page. Problem details are in English, for programs.

    Returns:
        Problem details (RFC 9457), or a page if the client prefers HTML.
    """
    status = status_of(error)
    if not isinstance(error, ToldError):
        _log.error("answered %d", status, exc_info=error)
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if isinstance(error, Gone) and error.available:
        links = (
            f'<{encoded(iri)}>; rel="successor-version"'
            for iri in error.available[:_MOST_AVAILABLE]
        )
        headers["Link"] = ", ".join(links)  # RFC 5829, section 3.2
    if isinstance(error, RangeNotSatisfiable):
        headers["Content-Range"] = f"bytes */{error.size}"
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        headers["Retry-After"] = str(getattr(error, "retry_after", RETRY_SECONDS))
    if _preferred(accept) is HTML:
        page = (render_html or _page)(_details(error, status, catalogue))
        return Response(page, status, headers, HTML.content_type)
    problem = json.dumps(_details(error, status, ENGLISH), ensure_ascii=False)
    return Response(problem, status, headers, PROBLEM.content_type)


def _details(error: Exception, status: HTTPStatus, catalogue: Catalogue) -> dict[str, object]:
    """Return the problem details of an error (RFC 9457, section 3.1) in a language."""
    problem: dict[str, object] = {
        "type": "about:blank",
        "title": catalogue.gettext(_TITLES.get(status, status.phrase)),
        "status": status.value,
    }
    if isinstance(error, ToldError):
        problem["detail"] = shortened(error.told(catalogue.gettext), _LONGEST_DETAIL)
        members = {name: getattr(error, name, None) for name in _MEMBERS}
        problem |= {name: value for name, value in members.items() if value is not None}
        available = members["available"] or ()
        if len(available) > _MOST_AVAILABLE:
            left = len(available) - _MOST_AVAILABLE
            problem |= {"available": available[:_MOST_AVAILABLE], "leftOff": left}
    return problem


def _preferred(accept: str | None) -> Format:
    try:
        return negotiate(accept, _OFFERS).format
    except NotAcceptable:
        return PROBLEM


def _page(problem: Mapping[str, object]) -> str:
    title = f"{problem['status']} {problem['title']}"
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<h1>{escape(title)}</h1>\n"
        f"<p>{escape(str(problem.get('detail', '')))}</p>\n</html>\n"
    )
