"""The dumps of releases, as files.

`/dumps/{release}/{name}` is the canonical URL of a file, whose bytes never change. `/dumps/{name}`
is the file of that name in the current release. `/dumps/latest/{name}` redirects to the canonical
URL of that file. The files of an earlier release are available until its folder is deleted.
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
from starlette.responses import RedirectResponse, Response

from apecgraph.content.folder import ONTOLOGY_GRAPH, SHAPES_GRAPH
from apecgraph.errors import NotFound, RangeNotSatisfiable, StoreError
from apecgraph.files import file_version
from apecgraph.rdf.formats import CROISSANT, CSVW, HTML, JSON, SDMX_STRUCTURE
from apecgraph.rdf.namespaces import BASE
from apecgraph.release.dumps import CHECKSUMS, LINKS_FILE, Download, downloads, zipped
from apecgraph.release.release import File, Release
from apecgraph.tabular.files import (
    CROISSANT_METADATA,
    FIGURES,
    METADATA,
    PARQUET_FIGURES,
    SDMX_FIGURES,
    STRUCTURE,
)
from apecgraph.text.catalogues import gettext_noop
from apecgraph.web.http.methods import choose_format
from apecgraph.web.http.representation import FOREVER, Representation, http_date
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
"""Queries for parts of the dataset that no separate file contains."""

_DESCRIPTIONS: Final = {
    FIGURES: (METADATA, CSVW, gettext_noop("Figures for a spreadsheet")),
    PARQUET_FIGURES: (
        CROISSANT_METADATA,
        CROISSANT,
        gettext_noop("Figures for databases and machine learning"),
    ),
    SDMX_FIGURES: (STRUCTURE, SDMX_STRUCTURE, gettext_noop("Figures for statistical programs")),
}
"""The files of figures: the file that describes each, its format, and what it is for."""

_EARLIER: Final = 16
"""Number of earlier releases whose lists of files are cached."""


_VERIFIED: Final = 512
"""Number of files, as they were at a time, for which it is known whether they were intact."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A release with the files that it offers.

    Attributes:
        release: The release.
        files: The files, keyed by name.
    """

    release: Release
    files: Mapping[str, Download]

    @classmethod
    def of(cls, release: Release) -> _Shelf:
        return cls(release, downloads(release.files))


class Downloads:
    """Answers requests for the list of dumps of a release, and for each dump.

    Names are looked up in the manifest of the release, and never used as paths.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site
        self._current = _Shelf.of(site.release)
        self._earlier: LRUCache[str, _Shelf] = LRUCache(_EARLIER)
        self._verified: LRUCache[tuple[Path, object], bool] = LRUCache(_VERIFIED)
        self._verifying = asyncio.Lock()

    async def index(self, request: Request) -> Response:
        """Answer a request with the list of dumps, as a page or as JSON."""
        shelf = await self._shelf(request)
        format_ = choose_format(request, (HTML, JSON))

        def body() -> str:
            if format_ is HTML:
                return self.site.html.page(
                    "documents/downloads.html",
                    canonical=f"{BASE}dumps/{shelf.release.name}/",
                    shelf=shelf,
                    files=shelf.files,
                    sums=CHECKSUMS,
                    described=[
                        (name, description, purpose)
                        for name, (description, _, purpose) in _DESCRIPTIONS.items()
                        if name in shelf.files
                    ],
                    links=LINKS_FILE,
                    whole=[item.dump.name for item in _plain(shelf) if item.dump.whole],
                    standing=[item.dump.name for item in _plain(shelf) if not item.dump.whole],
                    current=self._current.release,
                    graphs=_GRAPHS,
                )
            return json.dumps(_listing(shelf), indent=2) + "\n"

        return await self.site.responder.answer(
            request, format_.content_type, body, {"Vary": "Accept"}
        )

    async def dump(self, request: Request) -> Response:
        """Answer a request with a dump, or with ranges of it (RFC 9110, section 14).

        If the client accepts gzip, the server sends the compressed file for a complete dump.

        Args:
            request: The request.

        Returns:
            The dump, ranges of it, or 304 (Not Modified).

        Raises:
            NotFound: There is no such release or dump.
            RangeNotSatisfiable: The dump has none of the ranges.
            StoreError: The file is missing or damaged.
        """
        shelf = await self._shelf(request)
        download = _download(shelf, request.path_params["name"])
        compressed = shelf.files.get(zipped(download.file.name))
        ranged = _is_ranged(request, download.file.size)
        headers = _headers(shelf, download, immutable="release" in request.path_params)
        if compressed is not None and ranged:
            headers["Vary"] = "Accept-Encoding"
        representation = Representation(
            request.headers,
            download.format.content_type,
            f'"{download.file.sha256}"',
            headers,
            # Ranges refer to the plain file: a client may already have a part of it.
            compressible=compressed is not None and not ranged,
        )
        if representation.is_current:
            return representation.not_modified()
        if not ranged:  # hide a Range header that must be ignored from Starlette
            request.scope["headers"] = [
                header for header in request.scope["headers"] if header[0] != b"range"
            ]
        file = compressed.file if compressed and representation.coding else download.file
        path = shelf.release.path / file.name
        return representation.file(path, await self._state(shelf.release, file))

    async def _state(self, release: Release, file: File) -> os.stat_result:
        """Return the state of an intact file; raise StoreError if it is missing or damaged.

        Its checksum is compared again only if the file has changed since.
        """
        path = release.path / file.name
        damaged = StoreError(f"{path} is missing or was changed")
        try:
            state = await asyncio.to_thread(path.stat)
        except OSError:
            raise damaged from None
        version = file_version(state)
        if (path, version) not in self._verified:
            async with self._verifying:
                if (path, version) not in self._verified:
                    is_intact = await asyncio.to_thread(release.has, file)
                    self._verified[path, version] = is_intact
        if not self._verified.get((path, version)):
            raise damaged
        return state

    async def latest(self, request: Request) -> Response:
        """Redirect to the canonical URL of a dump of the current release."""
        name = request.path_params["name"]
        if name:
            _download(self._current, name)
        return RedirectResponse(
            f"/dumps/{self._current.release.name}/{name}",
            status_code=302,
            headers={"Cache-Control": _FRESH},
        )

    async def _shelf(self, request: Request) -> _Shelf:
        """Return the release that the path names, or the current one if it names none.

        Raise NotFound if there is no such release.
        """
        current = self._current.release
        name = request.path_params.get("release", current.name)
        if name == current.name:
            return self._current
        if name in self._earlier and not self._earlier[name].release.path.is_dir():
            del self._earlier[name]
        if name not in self._earlier:
            # Opening a release is slow because it verifies the checksums.
            release = await asyncio.to_thread(current.beside, name)
            if release is None:
                raise NotFound(
                    "There is no release '%(name)s' here; the current one is %(current)s.",
                    [f"{BASE}dumps/", f"{BASE}dumps/{current.name}/"],
                    name=name,
                    current=current.name,
                )
            self._earlier[name] = _Shelf.of(release)
        return self._earlier[name]


def _is_ranged(request: Request, size: int) -> bool:
    """Return whether a request is for ranges (RFC 9110, sections 14.1.2 and 14.2).

    Malformed ranges and ranges in units other than bytes are ignored: the client gets the whole
    file.

    Args:
        request: The request.
        size: Size of the file in bytes.

    Returns:
        Whether the request is for ranges.

    Raises:
        RangeNotSatisfiable: The file has none of the ranges.
    """
    header = request.headers.get("range", "")
    if request.method != "GET" or _RANGES.fullmatch(header) is None:
        return False
    ranges = [item.partition("-") for item in re.findall(r"\d*-\d*", header)]
    if any(first and last and int(first) > int(last) for first, _, last in ranges):
        return False
    if not any(int(first) < size if first else int(last) > 0 for first, _, last in ranges):
        raise RangeNotSatisfiable(
            "The file has only %(number)s bytes, and none of them are in that range.",
            size,
            number=size,
        )
    return True


def _plain(shelf: _Shelf) -> list[Download]:
    """Return the uncompressed RDF files of a release that contain its whole dataset or graph."""
    return [
        item
        for item in shelf.files.values()
        if item.dump.format.rdf and not item.dump.partial and not item.compressed
    ]


def _download(shelf: _Shelf, name: str) -> Download:
    """Find a download by its name; raise NotFound if the release does not offer it."""
    if name not in shelf.files:
        raise NotFound(
            "There is no dump '%(name)s'; the dumps are %(listed)s. See /dumps/.",
            [f"{BASE}dumps/{shelf.release.name}/{item}" for item in shelf.files],
            name=name,
            listed=", ".join(shelf.files),
        )
    return shelf.files[name]


def _headers(shelf: _Shelf, download: Download, *, immutable: bool) -> dict[str, str]:
    """Return the headers of a file that do not depend on the content coding.

    Args:
        shelf: The release with its files.
        download: The file.
        immutable: Whether the file at the requested address never changes.

    Returns:
        The headers.
    """
    canonical = f"/dumps/{shelf.release.name}/{download.file.name}"
    headers = {"Accept-Ranges": "bytes", "Cache-Control": FOREVER if immutable else _FRESH}
    links = []
    name, format_, _ = _DESCRIPTIONS.get(download.file.name, ("", CSVW, ""))
    if name in shelf.files:
        # Model for Tabular Data, section 5.2. This link comes first, because some processors read
        # only one link.
        links.append(TypedLink("describedby", name, format_.media_type))
    if not immutable:
        links.append(TypedLink("canonical", BASE + canonical[1:]))
        headers["Content-Location"] = canonical
    links.append(TypedLink("collection", BASE))
    headers["Link"] = link_header(links)
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
                "mediaType": item.format.media_type,
                "bytes": item.file.size,
                "sha256": item.file.sha256,
                "holds": item.dump.holds,
                "namedGraphs": item.dump.whole,
            }
            for name, item in shelf.files.items()
        ],
    }
