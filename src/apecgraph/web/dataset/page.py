"""What all pages of data of others have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import ClassVar, TypeVar
from urllib.parse import quote

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.rdf.formats import HTML
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import OTHER_LABEL_PROPERTIES, Labels
from apecgraph.rdf.terms import in_graph
from apecgraph.readers.dataset.reading import QUICK_SECONDS, Reading, can_name
from apecgraph.web.pages.site import DatasetSite

_Read = TypeVar("_Read")

_LONGEST_NAME = 200


class Names:
    """Names the things on a page.

    Args:
        site: How the data are presented.
        labels: The labels in the data, as triples.
    """

    def __init__(self, site: DatasetSite, labels: Iterable[ox.Triple]) -> None:
        self._site = site
        graph = Graph(map(in_graph, labels))
        self._labels = Labels(graph, site.language.tag, OTHER_LABEL_PROPERTIES)

    def title(self, iri: str) -> ox.Literal:
        """Return the label of a thing in the data or of a common term, or its shortened IRI."""
        label = self._labels.label(iri) or self._site.language.labels.label(iri)
        return label or ox.Literal(self.short(iri))

    def short(self, iri: str) -> str:
        """Shorten an IRI by a prefix of the data, or a very long one by its middle."""
        for prefix, namespace in self._site.prefixes.items():
            local = iri.removeprefix(namespace)
            if local != iri and local and not set("/#?") & set(local):
                iri = f"{prefix}:{local}"
                break
        if len(iri) > _LONGEST_NAME:
            return f"{iri[: _LONGEST_NAME // 2]}…{iri[-_LONGEST_NAME // 2 :]}"
        return iri


def document_address(iri: str) -> str | None:
    """Return the address of the document about a thing, or None if a query cannot name it."""
    return f"/doc?iri={quote(iri, safe='')}" if can_name(iri) else None


class PageOfData:
    """A page of data of others: a subclass reads its values by queries, and fills in a template.

    Args:
        site: How the data are presented.

    Attributes:
        template: Path of the template below `templates/`.
    """

    template: ClassVar[str]

    def __init__(self, site: DatasetSite) -> None:
        self.site = site

    async def respond(
        self,
        request: Request,
        read: Callable[[Reading], Awaitable[_Read]],
        values: Callable[[_Read], Mapping[str, object]],
        labels: Callable[[_Read], Iterable[ox.Triple]],
        variant: str = "",
        headers: Mapping[str, str] | None = None,
        seconds: float = QUICK_SECONDS,
    ) -> Response:
        """Answer a request with the page.

        Args:
            request: The request.
            read: Reads what the page shows.
            values: Returns the values for the template from that.
            labels: Returns the labels of the things on the page.
            variant: Everything in the request, besides its path, that the page depends on.
            headers: Further headers of the response.
            seconds: Time of all queries whose answers are not needed; see `Reading`.

        Returns:
            The page, or 304 (Not Modified).
        """
        address = f"{self.site.url}{request.scope['path']}{variant}"

        def write(found: _Read) -> str:
            names = Names(self.site, labels(found))
            return self.site.html.page(
                self.template,
                **{
                    "canonical": address,
                    "link": document_address,
                    "title": names.title,
                    "short": names.short,
                    **values(found),
                },
            )

        return await self.site.answer(
            request, HTML.content_type, read, write, headers, variant, seconds
        )
