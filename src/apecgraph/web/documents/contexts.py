"""The JSON-LD contexts: each version under an address of its own, for good."""

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
from apecgraph.web.http.responder import FOREVER, has_current

_log: Final = logging.getLogger(__name__)


class Contexts:
    """Answers with the contexts of all releases that there are.

    current: that of the documents. releases: the folder of all releases, whose documents somebody
    may have kept; None where there is none.
    """

    def __init__(self, current: Context, releases: Path | None) -> None:
        self._current = current
        self._versions = {current.path: current.data}
        for path in [] if releases is None else releases.glob(f"[0-9a-f]*/{CONTEXT}"):
            try:
                context = Context(path)
            except ContentError as error:
                _log.warning("%s", error)  # of a release that is not whole
                continue
            self._versions[context.path] = context.data

    async def current(self, request: Request) -> Response:
        """Lead to the version of now."""
        return RedirectResponse(self._current.path, 302, {"Cache-Control": "no-cache"})

    async def version(self, request: Request) -> Response:
        """Answer with one version."""
        path = request.scope["path"]
        data = self._versions.get(path)
        if data is None:
            raise NotFound(f"There is no context {path}.", [self._current.path])
        etag = f'"{path}"'
        headers = {"ETag": etag, "Cache-Control": FOREVER}
        if has_current(request.headers, etag):
            return Response(status_code=304, headers=headers)
        return Response(data, headers=headers, media_type=JSON_LD.content_type)
