"""Look-up of our IRI for an IRI of another dataset, or for a code."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.errors import ContentTooLarge, MalformedRequest, NotFound, UnsupportedMediaType
from apecgraph.rdf.formats import DOCUMENT_FORMATS, JSON, LINKSET
from apecgraph.rdf.namespaces import BASE, DCTERMS, FOAF, compact
from apecgraph.readers.withdrawals import refuse_withdrawn, withdrawn
from apecgraph.search.identifiers import Identified
from apecgraph.web.http.addresses import DOC, encoded, topic_of
from apecgraph.web.http.methods import choose_format, media_type
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.pages.site import ReleaseSite
from apecgraph.web.reconcile.messages import validated

MOST: Final = 1000
"""Maximum number of look-ups in a request."""

LONGEST_LOOKUP: Final = 2000
"""Maximum number of characters of an IRI or a code."""

_DOCUMENTS: Final = f"{BASE.rstrip('/')}{DOC}"


class Identifier(BaseModel):
    """An IRI, or a code of a scheme."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    iri: str | None = Field(
        default=None, max_length=LONGEST_LOOKUP, description="An IRI of ours or of another dataset"
    )
    code: str | None = Field(default=None, max_length=LONGEST_LOOKUP, description="A code")
    scheme: str | None = Field(
        default=None, max_length=LONGEST_LOOKUP, description="The scheme of the code"
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        is_code = self.code is not None
        if (self.iri is not None) == is_code or is_code != (self.scheme is not None):
            raise ValueError("give either `iri`, or `code` and `scheme`")
        return self


_IDENTIFIER: Final = TypeAdapter(Identifier)


class Lookup:
    """Finds the thing of the publication that an IRI or a code identifies.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site

    async def answer(self, request: Request, body: bytes) -> Response:
        """Answer GET with a redirect to the thing or with JSON, and POST with a list of results."""
        work = self.site.admit(request)
        look_up = self._all if request.method == "POST" else self._one
        return await work.run(lambda: look_up(request, body))

    def _one(self, request: Request, _: bytes) -> Response:
        parameters = read_parameters(request.scope["query_string"])
        sought = validated(_IDENTIFIER, (), parameters)
        for name, value in parameters.items():
            if not value.strip():
                raise MalformedRequest(f"{name}: it is empty; give the IRI or the code to look up.")
        format_ = choose_format(request, (*DOCUMENT_FORMATS, JSON))
        thing = self.find(sought)
        refuse_withdrawn(self.site.graph, thing.iri)
        headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
        if format_ is JSON:
            return _json(asdict(thing), headers)
        path = encoded(thing.iri.removeprefix(BASE))
        return RedirectResponse(f"/{path}", status_code=303, headers=headers)

    def _all(self, request: Request, body: bytes) -> Response:
        if media_type(request) != JSON.media_type:
            raise UnsupportedMediaType(f"Send the list of look-ups as {JSON.media_type}.")
        return _json([self._item(item, index) for index, item in enumerate(_list(body))], {})

    def _item(self, item: object, index: int) -> dict[str, Any] | None:
        """Return the thing that an item of a list identifies, or None."""
        sought = validated(_IDENTIFIER, (f"[{index}]",), item)
        try:
            thing = self._standing(self.find(sought))
        except NotFound:
            return None
        return None if thing is None else asdict(thing)

    def _standing(self, thing: Identified) -> Identified | None:
        """Return a thing, its only successor if the thing is withdrawn, or None."""
        successors = withdrawn(self.site.graph, thing.iri)
        if successors is None:
            return thing
        if len(successors) != 1 or withdrawn(self.site.graph, successors[0]) is not None:
            return None
        successor = self.site.identifiers.by_iri(successors[0])
        return replace(successor, relation=compact(f"{DCTERMS}isReplacedBy"))

    def find(self, sought: Identifier) -> Identified:
        """Find the thing that an IRI, or a code of a scheme, identifies.

        Args:
            sought: The IRI or the code.

        Returns:
            The thing, which may be withdrawn.

        Raises:
            NotFound: It does not identify exactly one thing.
        """
        if sought.iri is not None:
            return self._by_iri(sought.iri)
        return self.site.identifiers.by_code(sought.code or "", sought.scheme or "")

    def _by_iri(self, iri: str) -> Identified:
        for topic in _topics(iri):
            if self.site.identifiers.describes(topic):
                thing = self.site.identifiers.by_iri(topic)
                return replace(thing, relation=compact(f"{FOAF}primaryTopic"))
        return self.site.identifiers.by_iri(iri)


def _topics(iri: str) -> list[str]:
    """Return the possible topics of an IRI of one of our documents, `/doc/{name}`.

    The name may end with the extension of a format.
    """
    ours = re.sub(r"^http:", "https:", iri.strip())
    name = ours.removeprefix(_DOCUMENTS)
    if name == ours:
        return []
    formats = (*DOCUMENT_FORMATS, LINKSET)
    stems = (name.removesuffix(f".{format_.extension}") for format_ in formats)
    return [topic_of(stem) for stem in dict.fromkeys((name, *stems))]


def _list(body: bytes) -> list[object]:
    try:
        items = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedRequest("The body is not JSON in UTF-8.") from None
    if not isinstance(items, list):
        raise MalformedRequest("The body must be a list of look-ups.")
    if len(items) > MOST:
        limit = f"{MOST} items"
        raise ContentTooLarge(f"A list has at most {limit}; this one has {len(items)}.", limit)
    return items


def _json(content: object, headers: dict[str, str]) -> Response:
    body = json.dumps(content, ensure_ascii=False)
    return Response(body, headers=headers, media_type=JSON.media_type)
