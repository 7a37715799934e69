"""The files that pages load from `static/`, including the bundled files."""

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
from apecgraph.web.http.representation import FOREVER
from apecgraph.web.http.responder import Responder

STATIC_FOLDER: Final = Path(__file__).parents[1] / "static"
BUNDLE: Final = "bundle"
"""The folder for third-party scripts, which `hatch_build.py` creates; it may be missing."""

_MANIFEST: Final = f"{BUNDLE}/manifest.json"
_HASHED: Final = re.compile(rf"{BUNDLE}/.+-[A-Z0-9]{{8}}\.(?:js|css)")


class Assets:
    """The files that a folder contains at startup; each is read when a client requests it.

    Args:
        folder: The folder.

    Attributes:
        digest: Digest of the contents of all files.
    """

    digest: str

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
        self.digest = sha256(b"".join(self._digests())).hexdigest()

    def bundled(self, name: str) -> str | None:
        """Find the path of a bundled file by the name of its source; None if it is missing."""
        file = self._bundled.get(name)
        return None if file is None else f"/static/{BUNDLE}/{file}"

    async def answer(self, request: Request, responder: Responder, version: str) -> Response:
        """Answer a request with a file.

        A file never changes if its name contains a hash, or if the request is for this version.

        Args:
            request: The request.
            responder: Answers requests.
            version: The query string of the addresses of files without a hash in pages.

        Returns:
            The file, or 304 (Not Modified).

        Raises:
            NotFound: There is no such file.
        """
        name = request.path_params["path"]
        path = self._paths.get(name)
        if path is None:
            raise NotFound("There is nothing at %(path)s.", path=request.scope["path"])
        immutable = _HASHED.fullmatch(name) or request.scope["query_string"] == version.encode()
        headers = {"Cache-Control": FOREVER} if immutable else None
        type_ = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if type_.startswith("text/"):
            type_ += "; charset=utf-8"
        return await responder.answer(request, type_, path.read_bytes, headers)

    def _digests(self) -> Iterator[bytes]:
        for name, path in self._paths.items():
            yield sha256(name.encode()).digest()
            yield sha256(path.read_bytes()).digest()
