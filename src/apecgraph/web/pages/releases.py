"""The pages of releases: which there are, how each differs from the last, what was checked."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.check.report import Report
from apecgraph.errors import NotFound, ReleaseError
from apecgraph.rdf.formats import ATOM, HTML, JSON, RDF_PATCH, TURTLE, Format
from apecgraph.rdf.namespaces import BASE
from apecgraph.release.archive import Archive
from apecgraph.release.differences import Differences
from apecgraph.release.history import History
from apecgraph.release.release import DIFFERENCES, PATCH, REPORT, REPORT_TURTLE, Release
from apecgraph.web.http.methods import choose_format
from apecgraph.web.http.responder import FOREVER, CachedResponder
from apecgraph.web.pages.html import Html

_SHOWN: Final = 200
"""Things that differ which a page tells of; the files tell of all."""

_FILES: Final = {
    REPORT: JSON,
    REPORT_TURTLE: TURTLE,
    DIFFERENCES: JSON,
    PATCH: RDF_PATCH,
}
"""The files of a release that are no dumps, by their names."""


@dataclass(frozen=True, slots=True)
class Published:
    """A release with the time, in UTC, at which it first became current, where that is known.

    taken_back: when a rollback took it back, in UTC, unless it became current again since.
    """

    release: Release
    time: str | None
    taken_back: str | None
    differences: Differences | None

    @property
    def updated(self) -> str | None:
        """When there was last something to tell of it."""
        return self.taken_back or self.time


class ReleasePages:
    """Answers for the releases that are kept.

    release: the one that is served.
    """

    def __init__(self, release: Release, edition: CachedResponder, html: Html) -> None:
        self._release = release
        self._archive = Archive(release.path.parent)
        self._edition = edition
        self._html = html

    async def index(self, request: Request) -> Response:
        """Answer with the list of releases, the latest first."""

        def body() -> str:
            releases = self._published()
            return self._html.page(
                "releases.html", releases=releases, undone=self._undone(releases)
            )

        kept = await self._kept()
        return await self._edition.answer(request, HTML.content_type, body, variant=kept)

    async def feed(self, request: Request) -> Response:
        """Answer with the list as a feed (RFC 4287)."""

        def body() -> str:
            return self._html.page("releases.xml", releases=self._published(), base=BASE)

        kept = await self._kept()
        return await self._edition.answer(request, ATOM.content_type, body, variant=kept)

    async def release(self, request: Request) -> Response:
        """Answer with how a release differs from the one before it."""
        published = await asyncio.to_thread(self._find, request.path_params["name"])

        def body() -> str:
            return self._html.page("release.html", published=published, shown=_SHOWN)

        since = repr((published.time, published.taken_back))
        return await self._edition.answer(request, HTML.content_type, body, variant=since)

    async def report(self, request: Request) -> Response:
        """Answer with the report of the check: as a page, as Turtle or as JSON."""
        release = (await asyncio.to_thread(self._find, request.path_params["name"])).release
        format_ = choose_format(request, (HTML, TURTLE, JSON))
        if format_ is not HTML:
            name = REPORT if format_ is JSON else REPORT_TURTLE
            return await self._file(request, release, name, format_, {"Vary": "Accept"})

        def body() -> str:
            try:
                report = Report.read(release.path / REPORT)
            except ReleaseError:
                raise NotFound(f"Release {release.name} has no whole report.", []) from None
            return self._html.page("report.html", release_of=release, report=report)

        return await self._edition.answer(request, HTML.content_type, body, {"Vary": "Accept"})

    async def file(self, request: Request) -> Response:
        """Answer with a file that tells of a release: the report, or the differences."""
        release = (await asyncio.to_thread(self._find, request.path_params["name"])).release
        name = request.path_params["file"]
        if name not in _FILES or all(each.name != name for each in release.files):
            at = f"{BASE}releases/{release.name}"
            raise NotFound(f"Release {release.name} has no {name!r}.", [at, f"{at}/report"])
        return await self._file(request, release, name, _FILES[name], {})

    async def _kept(self) -> str:
        """Tell which there are, since when, and which were taken back: that changes meanwhile."""

        def told() -> str:
            history = History.read(self._archive.path)
            names = self._archive.names()
            return repr(
                [(each, history.published(each), history.taken_back(each)) for each in names]
            )

        return await asyncio.to_thread(told)

    async def _file(
        self,
        request: Request,
        release: Release,
        name: str,
        format_: Format,
        headers: dict[str, str],
    ) -> Response:
        """Answer with a file; it alone is compared with its checksum, before it is kept."""

        def body() -> bytes:
            file = next((each for each in release.files if each.name == name), None)
            if file is None or not release.has(file):
                raise NotFound(f"Release {release.name} has no whole {name!r}.", [])
            return (release.path / name).read_bytes()

        lasting = {"Cache-Control": FOREVER, **headers}
        return await self._edition.answer(request, format_.content_type, body, lasting)

    def _published(self) -> list[Published]:
        """Return the releases in the order of their publication, the latest first."""
        history = History.read(self._archive.path)
        published = []
        for each in self._archive.readable():
            with suppress(ReleaseError):  # its differences are damaged: `apecgraph releases` tells
                published.append(_publication(each, history))
        return sorted(published, key=lambda each: each.time or "", reverse=True)

    def _undone(self, releases: list[Published]) -> list[Published]:
        """Return what was published after the release that is served, and was rolled back."""
        later = takewhile(lambda each: each.release.name != self._release.name, releases)
        return [each for each in later if each.taken_back]

    def _find(self, name: str) -> Published:
        try:
            release = self._archive.read(name)
            return _publication(release, History.read(self._archive.path))
        except ReleaseError:
            known = [f"{BASE}releases", f"{BASE}releases/{self._release.name}"]
            raise NotFound(f"There is no release {name!r} here.", known) from None


def _publication(release: Release, history: History) -> Published:
    event = history.taken_back(release.name)
    return Published(
        release,
        history.published(release.name),
        None if event is None else event.time,
        Differences.kept(release),
    )
