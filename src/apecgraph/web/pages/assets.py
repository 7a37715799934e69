"""Assets: what pages load, out of `static/` and out of what was bundled when this was installed."""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import NotFound
from apecgraph.web.http.responder import FOREVER, CachedResponder

STATIC_FOLDER: Final = Path(__file__).parents[1] / "static"
BUNDLE: Final = "bundle"
"""The folder in it for the scripts of others, which `hatch_build.py` makes; it may be missing."""

_MANIFEST: Final = f"{BUNDLE}/manifest.json"
_HASHED: Final = re.compile(rf"{BUNDLE}/.+-[A-Z0-9]{{8}}\.(?:js|css)")


class Assets:
    """The files of a folder, read when they are asked for; those there at the start, and no others.

    edition: names their content.
    """

    def __init__(self, folder: Path = STATIC_FOLDER) -> None:
        self._paths = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        manifest = self._paths.get(_MANIFEST)
        self._bundled: Mapping[str, str] = (
            {} if manifest is None else json.loads(manifest.read_text())
        )
        self.edition = sha256(b"".join(self._digests())).hexdigest()

    def bundled(self, name: str) -> str | None:
        """Return the path of a bundled file by the name of its source; None where it is missing."""
        made = self._bundled.get(name)
        return None if made is None else f"/static/{BUNDLE}/{made}"

    async def answer(self, request: Request, edition: CachedResponder, version: str) -> Response:
        """Answer with a file.

        version: the query by which pages ask for files whose names hold no hash of what is in
        them. What is asked for by either never changes.
        """
        name = request.path_params["path"]
        path = self._paths.get(name)
        if path is None:
            raise NotFound(f"There is nothing at {request.scope['path']}.")
        forever = _HASHED.fullmatch(name) or request.scope["query_string"] == version.encode()
        headers = {"Cache-Control": FOREVER} if forever else None
        type_ = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if type_.startswith("text/"):
            type_ += "; charset=utf-8"
        return await edition.answer(request, type_, path.read_bytes, headers)

    def _digests(self) -> Iterator[bytes]:
        for name, path in self._paths.items():
            yield sha256(name.encode()).digest()
            yield sha256(path.read_bytes()).digest()
