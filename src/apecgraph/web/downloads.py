"""The dumps of a release, as files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from apecgraph.errors import NotFound
from apecgraph.formats import HTML, N_QUADS, TRIG, Format
from apecgraph.release import DUMP_FORMATS, File, Release, dump_name
from apecgraph.web.edition import Edition, has
from apecgraph.web.html import Html
from apecgraph.web.reading import choose

_JSON: Final = Format("json", "JSON", "application/json", "json")


@dataclass(frozen=True, slots=True)
class Dump:
    """A file to download; whole: whether it holds the named graphs too."""

    file: File
    format: Format
    whole: bool


class Downloads:
    """Answers with the list of dumps, and with each dump.

    Only what the manifest of the release names as a dump is served: a name is looked up, never
    taken for a path.
    """

    def __init__(self, release: Release, edition: Edition, html: Html) -> None:
        self._release = release
        self._edition = edition
        self._html = html
        files = {file.name: file for file in release.files}
        self._dumps = {
            dump_name(each): Dump(files[dump_name(each)], each, each in (TRIG, N_QUADS))
            for each in DUMP_FORMATS
        }

    @property
    def items(self) -> list[tuple[str, Format]]:
        """The dumps: the path of each, with its format."""
        return [(f"/dumps/{name}", dump.format) for name, dump in self._dumps.items()]

    async def index(self, request: Request) -> Response:
        """Answer with the list of dumps, as a page or as JSON."""
        format_ = choose(request, (HTML, _JSON))
        dumps = self._dumps.values()

        def body() -> str:
            if format_ is HTML:
                return self._html.page("dumps.html", dumps=dumps)
            return json.dumps(self._listing(), indent=2) + "\n"

        return self._edition.answer(request, format_.content_type, body, {"Vary": "Accept"})

    async def dump(self, request: Request) -> Response:
        """Answer with a dump, or with the ranges asked for (RFC 9110, section 14)."""
        name = request.path_params["name"]
        if name not in self._dumps:
            raise NotFound(
                f"There is no dump {name!r}; there are {', '.join(self._dumps)}. See /dumps/."
            )
        dump = self._dumps[name]
        etag = f'"{dump.file.sha256}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Accept-Ranges": "bytes"}
        if self._edition.modified is not None:
            headers["Last-Modified"] = self._edition.modified
        if has(request.headers, etag):
            return Response(status_code=304, headers=headers)
        return FileResponse(
            self._release.path / name,
            headers={**headers, "Content-Type": dump.format.content_type},
        )

    def _listing(self) -> dict[str, object]:
        return {
            "release": self._release.digest,
            "issued": self._release.issued,
            "dumps": [
                {
                    "url": f"/dumps/{name}",
                    "mediaType": dump.format.media_type,
                    "bytes": dump.file.size,
                    "sha256": dump.file.sha256,
                    "namedGraphs": dump.whole,
                }
                for name, dump in self._dumps.items()
            ],
        }
