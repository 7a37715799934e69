"""The page that lists the releases, and the feed of the releases."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import NotFound, ReleaseError
from apecgraph.rdf.formats import ATOM
from apecgraph.rdf.namespaces import APEC, BASE, ID, SDMX_MEASURE
from apecgraph.release.archive import Archive
from apecgraph.release.differences import Change, ChangedThing, Differences
from apecgraph.release.history import History
from apecgraph.release.release import Release
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.site import ReleaseSite

_FIGURE: Final = f"{ID}figure/"
_REJECTS: Final = f"{APEC}rejects"
_PRINTED: Final = f"{APEC}printed"
_NUMBER: Final = f"{SDMX_MEASURE}obsValue"
_SHOWN: Final = 50
"""Number of changes of each kind that an entry of the feed names."""

_WORDS: Final = ("added", "rejected", "accepted again", "changed", "removed")


@dataclass(frozen=True, slots=True)
class PublishedRelease:
    """A kept release with its history.

    Attributes:
        release: The release.
        time: When the release first became current (ISO 8601, UTC), or None if that is unknown.
        taken_back: When a rollback replaced the release (ISO 8601, UTC), or None if the release
            is current or later became current again.
        differences: Its differences from the previous release, or None if they are unknown.

    """

    release: Release
    time: str | None
    taken_back: str | None
    differences: Differences | None

    @property
    def updated(self) -> str | None:
        """The time of the latest event in the history of the release."""
        return self.taken_back or self.time

    @property
    def figures(self) -> Mapping[str, Sequence[str]]:
        """What happened to the figures that differ, in words, by the kind of change."""
        things = self.differences.things if self.differences else ()
        rejected_by = {
            value.term: thing.name
            for thing in things
            for change in thing.changes
            if change.property == _REJECTS
            for value in change.after
        }
        happened: defaultdict[str, list[str]] = defaultdict(list)
        for thing in things:
            if thing.iri.startswith(_FIGURE):
                word = _happened(thing)
                decision = rejected_by.get(f"<{thing.iri}>") if word == "rejected" else None
                happened[word].append(_sentence(thing, decision))
        return {word: happened[word] for word in _WORDS if happened[word]}

    @property
    def others(self) -> Sequence[ChangedThing]:
        """The other things that differ."""
        things = self.differences.things if self.differences else ()
        return [thing for thing in things if not thing.iri.startswith(_FIGURE)]


class ReleasesPage(Page):
    """The list of the kept releases."""

    template: ClassVar[str] = "pages/releases.html"

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page."""
        return await self.respond(request, self.values, variant=await releases_state(self.site))

    def values(self) -> Mapping[str, object]:
        """Return the kept releases, the latest first, and those that were rolled back."""
        releases = published_releases(self.site)
        later = takewhile(lambda item: item.release.name != self.site.release.name, releases)
        return {"releases": releases, "undone": [item for item in later if item.taken_back]}

    async def feed(self, request: Request) -> Response:
        """Answer a request with the list as an Atom feed (RFC 4287)."""

        def body() -> str:
            releases = published_releases(self.site)
            return self.site.html.page(
                "pages/releases.xml", releases=releases, base=BASE, shown=_SHOWN
            )

        return await self.site.responder.answer(
            request, ATOM.content_type, body, variant=await releases_state(self.site)
        )


async def releases_state(site: ReleaseSite) -> str:
    """Return what the list of releases depends on: the kept releases, with their history.

    Args:
        site: How the current release is presented.

    Returns:
        A text that changes with the list.
    """
    archive = Archive(site.release.path.parent)

    def read() -> str:
        history, names = History.read(archive.path), archive.names()
        return repr([(name, history.published(name), history.taken_back(name)) for name in names])

    return await asyncio.to_thread(read)


def published_releases(site: ReleaseSite) -> list[PublishedRelease]:
    """Return the kept releases, the latest first.

    Args:
        site: How the current release is presented.

    Returns:
        The releases, without those whose differences are damaged.
    """
    archive = Archive(site.release.path.parent)
    history = History.read(archive.path)
    published = []
    for release in archive.readable():
        with suppress(ReleaseError):  # damaged differences: `apecgraph releases` warns
            published.append(_published(release, history))
    return sorted(published, key=lambda item: item.time or "", reverse=True)


def _happened(figure: ChangedThing) -> str:
    """Return what happened to a figure, a word of `_WORDS`."""
    was = {value.stands for change in figure.changes for value in change.before}
    is_ = {value.stands for change in figure.changes for value in change.after}
    if figure.kind == "changed" and True in was and is_ == {False}:
        return "rejected"
    if figure.kind == "changed" and True in is_ and was == {False}:
        return "accepted again"
    return figure.kind


def _sentence(figure: ChangedThing, decision: str | None) -> str:
    """Name a figure with its value before, and with the decision that rejects it."""
    parts = [figure.name]
    if figure.kind == "changed":
        gone = {change.property: _gone(change) for change in figure.changes}
        was = gone.get(_PRINTED) or gone.get(_NUMBER)
        names = [change.name for change in figure.changes if _gone(change)]
        if was:
            parts.append(f"was {was}")
        elif names:
            parts.append(f"differs in {', '.join(names)}")
    if decision is not None:
        parts.append(f"rejected since: {decision}")
    return "; ".join(parts)


def _gone(change: Change) -> str:
    """Write the values of a property that are gone; if all remain, an empty string."""
    now = {value.term for value in change.after}
    return ", ".join(f"“{value.words}”" for value in change.before if value.term not in now)


def find_release(site: ReleaseSite, name: str) -> PublishedRelease:
    """Find a kept release by its name; raise NotFound if it is not kept."""
    archive = Archive(site.release.path.parent)
    try:
        return _published(archive.read(name), History.read(archive.path))
    except ReleaseError:
        available = [f"{BASE}releases", f"{BASE}releases/{site.release.name}"]
        raise NotFound("There is no release '%(name)s' here.", available, name=name) from None


def _published(release: Release, history: History) -> PublishedRelease:
    event = history.taken_back(release.name)
    return PublishedRelease(
        release,
        history.published(release.name),
        None if event is None else event.time,
        Differences.kept(release),
    )
