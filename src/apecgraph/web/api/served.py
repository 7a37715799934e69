"""The release that the JSON API answers from, in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from apecgraph.content.questions import Question, read_questions
from apecgraph.errors import MalformedRequest, NotFound
from apecgraph.rdf.formats import JSON
from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.readers.conflicts import Conflict, read_conflicts
from apecgraph.readers.lists.kinds import KINDS
from apecgraph.readers.selections import local
from apecgraph.readers.series import Series
from apecgraph.readers.sources import Share, read_shares
from apecgraph.readers.withdrawals import refuse_withdrawn
from apecgraph.web.api.describing import Describer
from apecgraph.web.api.parameters import Localized
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.localization import VARY, chosen_language
from apecgraph.web.pages.selections import SelectionReader
from apecgraph.web.pages.site import ReleaseSite


class ServedRelease:
    """What the handlers of the JSON API need of a release, in one language.

    Args:
        site: How the release is presented.

    Attributes:
        site: How the release is presented.
        describer: Describes its things.
        selections: Reads selections of its figures.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site
        self.describer = Describer(site)
        self.selections = SelectionReader(site)

    @cached_property
    def conflicts(self) -> Sequence[Conflict]:
        """All conflicts, in the order of the page of conflicts."""
        return read_conflicts(self.site.graph, self.site.labels)

    @cached_property
    def shares(self) -> Sequence[Share]:
        """All sources."""
        return read_shares(self.site.graph)

    @cached_property
    def questions(self) -> Sequence[Question]:
        """All questions."""
        return read_questions(self.site.release.path)

    def things(self, kind: str | None) -> Sequence[tuple[str, str]]:
        """Return the IRIs of the things of one kind, or of all kinds that have a list.

        Args:
            kind: Name of the kind, or None for all.

        Returns:
            Pairs of the IRI and the name of the kind.

        Raises:
            MalformedRequest: There is no such kind.
        """
        if kind is not None and kind not in KINDS:
            raise MalformedRequest(f"kind: there is no list of {kind!r}; use {', '.join(KINDS)}.")
        return [
            (row.iri, name)
            for name, each in KINDS.items()
            if kind in (None, name)
            for row in self.site.listings.of(each).rows.chosen({})
        ]

    def selected(self, choices: Mapping[str, str]) -> Sequence[Series]:
        """Return the parts of series that some parameters select.

        Args:
            choices: The parameters, as in the addresses of pages of figures.

        Returns:
            The series.

        Raises:
            MalformedRequest: A parameter is malformed.
            NotFound: There are no such figures.
        """
        selection = self.selections.selection(choices)
        return selection.from_(self.site.series, self.selections.days)

    def require(self, iri: str, elsewhere: str) -> None:
        """Refuse an IRI that is not described, or no longer.

        Args:
            iri: The IRI, as a client sent it.
            elsewhere: Path of the list of all that exist.

        Raises:
            NotFound: There is no such thing.
            Gone: The thing is withdrawn.
        """
        if not self.site.graph.describes(iri):
            raise NotFound(f"There is nothing at {iri}.", [BASE + elsewhere])
        refuse_withdrawn(self.site.graph, iri)

    def conflict(self, name: str) -> Conflict:
        """Return the conflict that a decision settles; raise NotFound if it is missing."""
        iri = f"{ID}decision/{name}"
        self.require(iri, "conflicts")
        for each in self.conflicts:
            if each.iri == iri:
                return each
        raise NotFound(f"There is no decision {iri}.", [f"{BASE}conflicts"])

    def question(self, name: str) -> Question:
        """Return the question that has a name; raise NotFound if it is missing."""
        for each in self.questions:
            if each.name == name:
                return each
        raise NotFound(f"There is no question {name}.", [f"{BASE}questions"])

    def share(self, name: str) -> Share:
        """Return a source with the numbers of its claims; raise NotFound if it is missing."""
        iri = f"{ID}source/{name}"
        self.require(iri, "sources")
        for each in self.shares:
            if each.source.iri == iri:
                return each
        raise NotFound(f"There is no source {iri}.", [f"{BASE}sources"])

    async def answer(
        self, request: Request, make: Callable[[], BaseModel], variant: str = ""
    ) -> Response:
        """Answer a request for a resource that has only one form in each language.

        Args:
            request: The request.
            make: Makes the content; called in a thread.
            variant: The state that the content depends on besides the release.

        Returns:
            The content, or 304 (Not Modified).
        """
        return await self.site.responder.answer(
            request, JSON.content_type, lambda: make().model_dump_json(), self._headers, variant
        )

    async def answer_asked(
        self,
        request: Request,
        asked: Localized,
        make: Callable[[], BaseModel],
        variant: str = "",
        executor: FairExecutor | None = None,
    ) -> Response:
        """Answer a request with parameters, which counts against the limit of its client.

        Args:
            request: The request.
            asked: The parameters.
            make: Makes the content; called in a thread.
            variant: The state that the content depends on besides the release.
            executor: Makes contents that take seconds, so that others need not wait for them.

        Returns:
            The content, or 304 (Not Modified).
        """
        return await self.site.responder.answer_uncached(
            request,
            JSON.content_type,
            lambda: make().model_dump_json(),
            f"{asked.model_dump_json(exclude={'lang'})} {variant}",
            self._headers,
            executor,
        )

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Vary": VARY, "Content-Language": self.site.language.tag}


async def served(request: Request) -> ServedRelease:
    """Return the release that is served, in the language that a client gets.

    Args:
        request: The request.

    Returns:
        The release.

    Raises:
        MalformedRequest: A parameter is repeated, or there are no names in the language.
    """
    read_parameters(request.scope["query_string"])
    releases: Mapping[str, ServedRelease] = request.app.state.releases
    return releases[chosen_language(request, releases)]


def series_key(series: Series) -> str:
    """Return what tells a series apart: its dimensions, and whether it is of forecasts."""
    expected = "expected" if series.claims[0].figure.is_expectation else ""
    return ",".join((*(local(value) for _, value in series.dimensions), expected))
