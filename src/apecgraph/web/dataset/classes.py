"""The classes of data of others, and the things of one class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlencode

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import MalformedRequest, NotFound
from apecgraph.readers.dataset.introduction import (
    ClassCount,
    count_instances,
    read_classes,
    read_instances,
)
from apecgraph.readers.dataset.names import read_labels
from apecgraph.readers.dataset.reading import Reading, can_name
from apecgraph.web.dataset.page import PageOfData
from apecgraph.web.http.parameters import read_number, read_parameters

_THINGS: Final = 50
"""Number of things on a page."""

_SORTED: Final = 5_000
"""Number of things of a class up to which they are sorted."""

_PAGES: Final = 200
"""Number of pages of a class, at most: an engine counts off the things before a page."""


@dataclass(frozen=True, slots=True)
class _Classes:
    classes: Sequence[ClassCount]
    labels: Sequence[ox.Triple]


@dataclass(frozen=True, slots=True)
class _Instances:
    count: int | None
    things: Sequence[str]
    has_more: bool
    labels: Sequence[ox.Triple]

    @property
    def is_sorted(self) -> bool:
        return _is_sorted(self.count)


class ClassPage(PageOfData):
    """All classes, or the things of one class, page by page."""

    template: ClassVar[str] = "dataset/classes.html"

    async def answer(self, request: Request) -> Response:
        """Answer a request with the list.

        Args:
            request: The request. Its parameter `class` is the IRI of a class, and `page` the number
                of a page; without these, the classes are listed.

        Returns:
            The page, or 304 (Not Modified).

        Raises:
            MalformedRequest: A parameter is wrong.
            NotFound: The class has no things, or not as many.
        """
        parameters = read_parameters(request.scope["query_string"])
        class_ = parameters.pop("class", "")
        page = read_number(parameters, "page", digits=4, least=1) or 1
        parameters.pop("page", None)
        if parameters:
            name = next(iter(parameters))
            raise MalformedRequest(
                "%(name)s: there is no such parameter; `class` and `page` are.", name=name
            )
        if not class_:
            return await self.respond(
                request, self._classes, lambda found: {"found": found}, lambda found: found.labels
            )
        if not can_name(class_):
            raise MalformedRequest("`class` must be an absolute IRI.")
        if page > _PAGES:
            raise MalformedRequest(
                "The list has at most %(number)s pages: ask for the others in SPARQL.",
                number=_PAGES,
            )
        return await _InstancesPage(self.site).answer_for(request, class_, page)

    async def _classes(self, reading: Reading) -> _Classes:
        classes = await read_classes(reading)
        iris = [each.iri for each in classes]
        return _Classes(classes, await read_labels(reading, iris, self.site.languages))


class _InstancesPage(PageOfData):
    """The things of one class."""

    template: ClassVar[str] = "dataset/instances.html"

    async def answer_for(self, request: Request, class_: str, page: int) -> Response:
        async def read(reading: Reading) -> _Instances:
            count = await count_instances(reading, class_)
            offset, in_order = (page - 1) * _THINGS, _is_sorted(count)
            found = await read_instances(reading, class_, offset, _THINGS + 1, in_order=in_order)
            if not found:
                raise NotFound(
                    "Page %(page)s of the list of <%(iri)s> has nothing: the data have no such "
                    "class, or no more things of it that have an IRI.",
                    [f"{self.site.url}/browse"],
                    page=page,
                    iri=class_,
                )
            labels = await read_labels(reading, (class_, *found), self.site.languages)
            return _Instances(count, found[:_THINGS], len(found) > _THINGS, labels)

        return await self.respond(
            request,
            read,
            lambda found: {
                "class": class_,
                "found": found,
                "page": page,
                "last": _PAGES,
                "first": (page - 1) * _THINGS + 1,
                "address": lambda number: list_address(class_, number),
            },
            lambda found: found.labels,
            list_address(class_, page).removeprefix("/browse"),
        )


def list_address(class_: str, page: int = 1) -> str:
    """Return the address of a page of the things of a class."""
    numbered = {"page": page} if page > 1 else {}
    return f"/browse?{urlencode({'class': class_, **numbered})}"


def _is_sorted(count: int | None) -> bool:
    return count is not None and count <= _SORTED
