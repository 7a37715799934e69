"""The JSON-LD contexts: each version under an address of its own, for good."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.errors import NotFound
from apecgraph.formats import JSON_LD
from apecgraph.jsonld import Context
from apecgraph.web.edition import has

FOREVER: Final = "public, max-age=31536000, immutable"


class Contexts:
    """Answers with the contexts of all releases that there are.

    current: that of the documents. earlier: of documents that somebody may have kept.
    """

    def __init__(self, current: Context, earlier: Iterable[Context]) -> None:
        self._current = current
        self._versions = {each.path: each.data for each in (*earlier, current)}

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
        if has(request.headers, etag):
            return Response(status_code=304, headers=headers)
        return Response(data, headers=headers, media_type=JSON_LD.content_type)
