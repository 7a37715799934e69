"""Charts as pictures: SVG and PNG files."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.rdf.formats import PNG, SVG, Format
from apecgraph.web.charts.picture import POLICY
from apecgraph.web.charts.raster import rasterized
from apecgraph.web.charts.shared import SharedChart
from apecgraph.web.pages.site import ReleaseSite

_SECONDS: Final = 10
"""Time that a process may take to draw a picture in pixels."""

_FILE_NAME: Final = 80
"""Maximum number of characters of a file name without its extension."""


class Pictures:
    """Answers requests for pictures.

    Args:
        site: How the release is presented.

    Attributes:
        folder: Contains the PNG files that are prepared, outside of the release.
    """

    folder: Path

    def __init__(self, site: ReleaseSite) -> None:
        self._site = site
        self.folder = site.release.path.parent / "pictures"

    async def answer(
        self, request: Request, find: Callable[[], SharedChart], format_: Format, variant: str
    ) -> Response:
        """Answer a request with the picture of a chart.

        Args:
            request: The request.
            find: Returns the chart, or raises NotFound; called in a thread.
            format_: The format of the picture.
            variant: Everything in the request, besides its path, that the chart depends on.

        Returns:
            The picture, or 304 (Not Modified).

        Raises:
            NotFound: There is no such chart.
            QueryTooHeavy: The chart is too large for pixels.
        """
        make = partial(self._made, find, format_)
        headers = {
            "Content-Security-Policy": POLICY,
            "Content-Disposition": f'inline; filename="{_file(request)}.{format_.extension}"',
        }
        executor = None if format_ is SVG else self._site.tables
        return await self._site.responder.answer(
            request, format_.content_type, make, headers, variant, executor
        )

    def prepare(self, shared: SharedChart) -> Path:
        """Write the PNG of a chart into the folder, which exists; return its path."""
        path = self._path(shared)
        if not path.exists():
            part = path.with_suffix(".part")
            part.write_bytes(rasterized(shared.picture, _SECONDS))
            part.rename(path)
        return path

    def _made(self, find: Callable[[], SharedChart], format_: Format) -> bytes:
        shared = find()
        if format_ is SVG:
            return shared.picture.svg
        with suppress(OSError):
            return self._path(shared).read_bytes()
        return rasterized(shared.picture, _SECONDS)

    def _path(self, shared: SharedChart) -> Path:
        """Return where the PNG of a chart is if it is prepared: it depends on data and program."""
        address = shared.address.picture(PNG, narrow=shared.narrow)
        seen = (self._site.release.digest, self._site.html.digest, address)
        return self.folder / f"{sha256(repr(seen).encode()).hexdigest()}.png"


def _file(request: Request) -> str:
    """Return the name of the file that a browser saves, without its extension."""
    stem = request.scope["path"].rpartition(".")[0].removeprefix("/doc/").strip("/")
    values = [item.rpartition("/")[2] for item in request.query_params.values()]
    return re.sub("[^A-Za-z0-9-]", "-", "-".join([stem, *values])[:_FILE_NAME])
