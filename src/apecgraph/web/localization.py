"""The languages of pages: which one a client gets, and the cookie that keeps its choice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias
from urllib.parse import quote, unquote_plus, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from apecgraph.errors import MalformedRequest, NotFound
from apecgraph.rdf.formats import HTML
from apecgraph.text.catalogues import ENGLISH
from apecgraph.web.http.languages import accepted_languages, look_up

PARAMETER: Final = "lang"
"""The parameter of any page that chooses its language."""

_COOKIE: Final = "lang"
_SECONDS: Final = 365 * 24 * 3600
"""Seconds for which a browser keeps the choice."""

VARY: Final = "Accept-Language, Cookie"
"""The headers on which the language of an answer depends."""

Answer: TypeAlias = Callable[[Request], Awaitable[Response]]


class Localized:
    """Answers each request in the language that its client asks for.

    That is the language of the parameter `lang`, otherwise that of the cookie, otherwise that of
    Accept-Language (RFC 4647, section 3.4), otherwise English.

    Args:
        answers: The handlers of the requests by the tags of their languages.
        by_address: Whether only the parameter counts, since the answer at an address must be the
            same for all clients.
    """

    def __init__(self, answers: Mapping[str, Answer], *, by_address: bool = False) -> None:
        self._answers = answers
        self._by_address = by_address

    async def __call__(self, request: Request) -> Response:
        """Answer a request; the handler does not see the parameter.

        Args:
            request: The request.

        Returns:
            The response of the handler; a redirect to another page keeps the parameter.

        Raises:
            MalformedRequest: The parameter names a language in which there are no pages.
        """
        asked = asked_language(request)
        tag = chosen_language(request, self._answers)
        if self._by_address and not asked:
            return await self._answers[ENGLISH.tag](request)
        if asked:
            request = Request(without_language(request.scope), request.receive)
        response = await self._answers[tag](request)
        location = response.headers.get("location")
        if asked and location is not None and location.startswith("/"):
            mark = "&" if "?" in location else "?"
            response.headers["location"] = f"{location}{mark}{PARAMETER}={quote(asked)}"
        if self._by_address:
            return response
        return vary_by_language(response)


def vary_by_language(response: Response) -> Response:
    """Say that a response depends on the language of the client if it is a page.

    Args:
        response: The response; changed.

    Returns:
        The same response.
    """
    if response.headers.get("content-type") == HTML.content_type:
        response.headers.add_vary_header(VARY)
    return response


def asked_language(request: Request) -> str:
    """Return the language that the address of a request asks for, or ""."""
    fields = request.scope["query_string"].decode("latin-1").split("&")
    values = (field.partition("=")[2] for field in fields if _is_language(field))
    return next(map(unquote_plus, values), "")


def refuse_repeated(request: Request) -> None:
    """Refuse a request whose address asks for two languages.

    Args:
        request: The request.

    Raises:
        MalformedRequest: The parameter is repeated.
    """
    fields = request.scope["query_string"].decode("latin-1").split("&")
    if sum(map(_is_language, fields)) > 1:
        raise MalformedRequest(
            "%(name)s: this parameter is repeated; give it once.", name=PARAMETER
        )


def language_ranges(request: Request) -> list[str]:
    """Return the language ranges that a client asks for, the preferred one first."""
    if asked := asked_language(request):
        return [asked]
    kept = request.cookies.get(_COOKIE, "")
    return [*filter(None, [kept]), *accepted_languages(request.headers.get("accept-language"))]


def chosen_language(request: Request, tags: Mapping[str, object]) -> str:
    """Return the tag of the language in which a client gets an answer.

    Args:
        request: The request.
        tags: The tags of the languages.

    Returns:
        The tag: that of `page_language`.

    Raises:
        MalformedRequest: The address asks for two languages, or for one that there is not.
    """
    refuse_repeated(request)
    asked = asked_language(request)
    if asked and look_up([asked], list(tags)) is None:
        raise MalformedRequest(
            "`lang` must be a language of the pages: %(known)s.", known=", ".join(tags)
        )
    return page_language(request, tags)


def page_language(request: Request, tags: Mapping[str, object]) -> str:
    """Return the tag of the language in which a client gets pages."""
    return look_up(language_ranges(request), list(tags)) or ENGLISH.tag


def without_language(scope: Scope) -> Scope:
    """Return the scope of a request without the parameter for the language."""
    query = _others(scope["query_string"].decode("latin-1"))
    return {**scope, "query_string": query.encode("latin-1")}


class LanguageSwitch:
    """Keeps the language that a reader chooses in a cookie, the only one of the site.

    Args:
        tags: The tags of the languages.
        is_secure: Whether browsers reach the site by HTTPS.
    """

    def __init__(self, tags: Mapping[str, object], *, is_secure: bool) -> None:
        self._tags = tags
        self._is_secure = is_secure

    async def answer(self, request: Request) -> Response:
        """Set the cookie, and send the reader back to the page with the link.

        Args:
            request: The request; its path names the language.

        Returns:
            A redirect (303) to the page of this site that the Referer header names, or home.

        Raises:
            NotFound: There are no pages in the language.
        """
        tag = request.path_params["tag"]
        if tag not in self._tags:
            raise NotFound("There are no pages in the language '%(tag)s'.", [], tag=tag)
        response = RedirectResponse(_back(request), 303, {"Cache-Control": "no-store"})
        response.set_cookie(
            _COOKIE,
            tag,
            max_age=_SECONDS,
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )
        return response


def _back(request: Request) -> str:
    """Return the path and the query of the page that has the link, without its language."""
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    # A path with two slashes in front would be the address of another site.
    path, query = f"/{page.path.lstrip('/')}", _others(page.query)
    return f"{path}?{query}" if query else path


def _others(query: str) -> str:
    """Return the query of an address without the parameter for the language."""
    return "&".join(field for field in query.split("&") if not _is_language(field))


def _is_language(field: str) -> bool:
    return field.partition("=")[0] == PARAMETER
