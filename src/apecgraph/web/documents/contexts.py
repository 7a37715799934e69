"""The JSON-LD contexts: each version has its own permanent address."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.content.folder import CONTEXT
from apecgraph.errors import ContentError, NotFound
from apecgraph.rdf.formats import JSON_LD
from apecgraph.rdf.jsonld import Context
from apecgraph.web.http.representation import FOREVER, ReplyContent, Representation

_log: Final = logging.getLogger(__name__)


class Contexts:
    """Answers requests for the contexts of all kept releases.

    Args:
        current: The context of the documents that are served.
        releases: The folder of all releases. Clients may still use documents of earlier releases.
    """

    def __init__(self, current: Context, releases: Path) -> None:
        self._current = current
        self._versions = {current.path: ReplyContent(current.data)}
        for path in releases.glob(f"[0-9a-f]*/{CONTEXT}"):
            try:
                context = Context(path)
            except ContentError as error:
                _log.warning("%s", error)  # the release is incomplete
                continue
            self._versions[context.path] = ReplyContent(context.data)

    async def current(self, request: Request) -> Response:
        """Redirect to the current version."""
        return RedirectResponse(self._current.path, 302, {"Cache-Control": "no-cache"})

    async def version(self, request: Request) -> Response:
        """Answer a request with one version; raise NotFound if the path is unknown."""
        path = request.scope["path"]
        content = self._versions.get(path)
        if content is None:
            raise NotFound("There is no context %(path)s.", [self._current.path], path=path)
        representation = Representation(
            request.headers,
            JSON_LD.content_type,
            f'"{path}"',
            {"Cache-Control": FOREVER},
        )
        if representation.is_current:
            return representation.not_modified()
        return representation.response(content)
