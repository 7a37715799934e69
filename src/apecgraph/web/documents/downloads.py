"""The dumps of releases, as files.

`/dumps/{release}/{name}` is the canonical URL of a file: what it holds stays. `/dumps/{name}` is
that file of the current release, and `/dumps/latest/{name}` leads to its canonical URL. A release
that came before has its files as long as its folder is kept.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from apecgraph.content.folder import ONTOLOGY_GRAPH, SHAPES_GRAPH
from apecgraph.errors import NotFound, RangeNotSatisfiable, StoreError
from apecgraph.rdf.formats import CSVW, GZIP, HTML, JSON
from apecgraph.rdf.namespaces import BASE
from apecgraph.release.dumps import CHECKSUMS, LINKS_FILE, Download, downloads, zipped
from apecgraph.release.figures_csv import FIGURES, METADATA
from apecgraph.release.release import Release
from apecgraph.web.http.encoding import accepts_gzip
from apecgraph.web.http.methods import choose_format
from apecgraph.web.http.responder import FOREVER, has_current, http_date
from apecgraph.web.http.signposting import TypedLink, link_header
from apecgraph.web.pages.site import ReleaseSite

_FRESH: Final = "no-cache"

_RANGES: Final = re.compile(
    r"bytes=\s*(?:\d{1,18}-\d{0,18}|-\d{1,18})(?:\s*,\s*(?:\d{1,18}-\d{0,18}|-\d{1,18})){0,19}"
)

_GRAPHS: Final = {
    name: f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    for name, graph in (("vocabulary", ONTOLOGY_GRAPH.value), ("shapes", SHAPES_GRAPH.value))
}
"""Queries for what is no file of its own."""

_EARLIER: Final = 16
"""Releases before the current one that are held open."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A release with what it offers."""

    release: Release
    files: Mapping[str, Download]

    @classmethod
    def of(cls, release: Release) -> _Shelf:
        return cls(release, downloads(release.files))


class Downloads:
    """Answers with the list of dumps of a release, and with each dump.

    Only what the manifest of the release names as a dump is served: a name is looked up, never
    taken for a path.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site
        self._current = _Shelf.of(site.release)
        self._earlier: LRUCache[str, _Shelf] = LRUCache(_EARLIER)

    async def index(self, request: Request) -> Response:
        """Answer with the list of dumps, as a page or as JSON."""
        shelf = await self._shelf(request)
        format_ = choose_format(request, (HTML, JSON))

        def body() -> str:
            if format_ is HTML:
                return self.site.html.page(
                    "documents/downloads.html",
                    shelf=shelf,
                    files=shelf.files,
                    sums=CHECKSUMS,
                    figures=FIGURES,
                    columns=METADATA,
                    links=LINKS_FILE,
                    whole=[each.dump.name for each in _plain(shelf) if each.dump.whole],
                    standing=[each.dump.name for each in _plain(shelf) if not each.dump.whole],
                    current=self._current.release,
                    graphs=_GRAPHS,
                )
            return json.dumps(_listing(shelf), indent=2) + "\n"

        return await self.site.responder.answer(
            request, format_.content_type, body, {"Vary": "Accept"}
        )

    async def dump(self, request: Request) -> Response:
        """Answer with a dump, or with the ranges asked for (RFC 9110, section 14).

        What is asked for without a range comes in gzip to who takes that: as the same resource in
        another coding, with an entity tag of its own (RFC 9110, sections 8.4 and 12.5.3).
        """
        shelf = await self._shelf(request)
        found = _file(shelf, request.path_params["name"])
        # Parts of a coded file fit no file that a client holds decoded.
        coded = shelf.files.get(zipped(found.file.name))
        ranged = _is_ranged(request, found.file.size)
        if not accepts_gzip(request.headers) or ranged:
            coded = None
        headers = _headers(shelf, found, coded, lasting="release" in request.path_params)
        if has_current(request.headers, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        if not ranged:  # it is not looked for, whatever it says
            heard = [each for each in request.scope["headers"] if each[0] != b"range"]
            request.scope["headers"] = heard
        path = shelf.release.path / (coded or found).file.name
        there = await asyncio.to_thread(_whole, path, (coded or found).file.size)
        return FileResponse(path, headers=headers, stat_result=there)

    async def latest(self, request: Request) -> Response:
        """Answer for a dump of the latest release with its canonical URL."""
        name = request.path_params["name"]
        if name:
            _file(self._current, name)
        return RedirectResponse(
            f"/dumps/{self._current.release.name}/{name}",
            status_code=302,
            headers={"Cache-Control": _FRESH},
        )

    async def _shelf(self, request: Request) -> _Shelf:
        """Return the release that a path names, or the current one."""
        current = self._current.release
        name = request.path_params.get("release", current.name)
        if name == current.name:
            return self._current
        if name in self._earlier and not self._earlier[name].release.path.is_dir():
            del self._earlier[name]
        if name not in self._earlier:
            # Its checksums are computed, which takes a while.
            release = await asyncio.to_thread(current.beside, name)
            if release is None:
                raise NotFound(
                    f"There is no release {name!r} here; the current one is {current.name}.",
                    [f"{BASE}dumps/", f"{BASE}dumps/{current.name}/"],
                )
            self._earlier[name] = _Shelf.of(release)
        return self._earlier[name]


def _whole(path: Path, size: int) -> os.stat_result:
    """Look at a file; raise StoreError where it is not there as it was released."""
    try:
        there = path.stat()
    except OSError:
        there = None
    if there is None or there.st_size != size:
        raise StoreError(f"{path.name} is missing on this server: its operator is told by /health.")
    return there


def _is_ranged(request: Request, size: int) -> bool:
    """Whether a request is for ranges that there are (RFC 9110, sections 14.1.2 and 14.2).

    What has another unit, or is not well made, asks for the whole. Raises RangeNotSatisfiable.
    """
    asked = request.headers.get("range", "")
    if request.method != "GET" or _RANGES.fullmatch(asked) is None:
        return False
    ranges = [each.partition("-") for each in re.findall(r"\d*-\d*", asked)]
    if any(first and last and int(first) > int(last) for first, _, last in ranges):
        return False
    if not any(int(first) < size if first else int(last) > 0 for first, _, last in ranges):
        raise RangeNotSatisfiable(f"The file has {size} bytes, and none of these.", size)
    return True


def _plain(shelf: _Shelf) -> list[Download]:
    """Return the files of a release that hold RDF, all of it, uncompressed."""
    return [
        each
        for each in shelf.files.values()
        if each.dump.format.rdf and not each.dump.partial and not each.compressed
    ]


def _file(shelf: _Shelf, name: str) -> Download:
    if name not in shelf.files:
        raise NotFound(
            f"There is no dump {name!r}; there are {', '.join(shelf.files)}. See /dumps/.",
            [f"{BASE}dumps/{shelf.release.name}/{each}" for each in shelf.files],
        )
    return shelf.files[name]


def _headers(
    shelf: _Shelf, found: Download, coded: Download | None, *, lasting: bool
) -> dict[str, str]:
    canonical = f"/dumps/{shelf.release.name}/{found.file.name}"
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": FOREVER if lasting else _FRESH,
        "Content-Type": found.format.content_type,
        "ETag": f'"{(coded or found).file.sha256}"',
    }
    links = []
    if found.file.name == FIGURES:
        # Model for Tabular Data, section 5.2; some processors look at the first link alone.
        links.append(TypedLink("describedby", METADATA, CSVW.media_type))
    if not lasting:
        links.append(TypedLink("canonical", BASE + canonical[1:]))
        headers["Content-Location"] = canonical
    links.append(TypedLink("collection", BASE))
    headers["Link"] = link_header(links)
    if zipped(found.file.name) in shelf.files:
        headers["Vary"] = "Accept-Encoding"
    if coded is not None:
        headers["Content-Encoding"] = GZIP.name
    if (modified := http_date(shelf.release.issued)) is not None:
        headers["Last-Modified"] = modified
    return headers


def _listing(shelf: _Shelf) -> dict[str, object]:
    return {
        "release": shelf.release.name,
        "issued": shelf.release.issued,
        "dumps": [
            {
                "url": f"/dumps/{shelf.release.name}/{name}",
                "mediaType": each.format.media_type,
                "bytes": each.file.size,
                "sha256": each.file.sha256,
                "holds": each.dump.holds,
                "namedGraphs": each.dump.whole,
            }
            for name, each in shelf.files.items()
        ],
    }
