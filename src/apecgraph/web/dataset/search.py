"""The search for names in data of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlencode

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.errors import MalformedRequest
from apecgraph.readers.dataset.names import Found, read_labels, search
from apecgraph.readers.dataset.reading import PATIENT_SECONDS, Reading
from apecgraph.web.dataset.page import PageOfData, document_address
from apecgraph.web.http.parameters import read_parameters

_LONGEST: Final = 200
"""Characters of the longest text that is sought."""


@dataclass(frozen=True, slots=True)
class _Hits:
    found: Found
    labels: Sequence[ox.Triple]


class NamePage(PageOfData):
    """The things whose names contain a text."""

    template: ClassVar[str] = "dataset/search.html"

    async def answer(self, request: Request) -> Response:
        """Answer a request with the hits; the address of a thing leads to its document (303).

        Args:
            request: The request, with no parameter but `q`.

        Returns:
            The page, or 304 (Not Modified).

        Raises:
            MalformedRequest: There is another parameter, or the text is too long.
        """
        parameters = read_parameters(request.scope["query_string"])
        text = " ".join(parameters.pop("q", "").split())
        if parameters:
            name = next(iter(parameters))
            raise MalformedRequest("%(name)s: `q` is the only parameter.", name=name)
        if len(text) > _LONGEST:
            raise MalformedRequest("`q` must have at most %(number)s characters.", number=_LONGEST)
        if text.startswith(("http://", "https://")) and (address := document_address(text)):
            return RedirectResponse(address, 303, {"Cache-Control": "no-cache"})

        async def read(reading: Reading) -> _Hits:
            found = (
                await search(reading, text, self.site.languages)
                if text
                else Found((), has_more=False)
            )
            iris = [iri for iri, _ in found.hits]
            return _Hits(found, await read_labels(reading, iris, self.site.languages))

        return await self.respond(
            request,
            read,
            lambda hits: {"found": hits.found, "searched": text},
            lambda hits: hits.labels,
            f"?{urlencode({'q': text})}" if text else "",
            seconds=PATIENT_SECONDS,
        )
