"""The card about a thing, which pages show at links to it: its name, its kind and one line."""

from __future__ import annotations

import json
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.rdf.formats import JSON
from apecgraph.web.pages.site import ReleaseSite

_KEPT: Final = {"Cache-Control": "public, max-age=600"}
"""Browsers may keep a card for ten minutes: the same links are on many pages."""


class Card:
    """Answers with cards.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site

    async def answer(self, request: Request) -> Response:
        """Answer a request with the card about the thing of the parameter `of`, in JSON.

        Args:
            request: The request.

        Returns:
            The card, or 304 (Not Modified).

        Raises:
            MalformedRequest: The parameter is missing, or there is another one.
            NotFound: There is no such thing.
        """
        iri = self.site.required_topic(request)

        def made() -> str:
            card = {
                "name": self.site.labels.title(iri).value,
                "kind": self.site.descriptions.kind(iri),
                "description": self.site.descriptions.of(iri),
            }
            return json.dumps(card, ensure_ascii=False)

        return await self.site.responder.answer(
            request, JSON.content_type, made, _KEPT, variant=iri
        )
