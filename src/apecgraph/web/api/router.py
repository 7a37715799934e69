"""The typed JSON API: its paths and what they answer.

The handlers are module-level functions because FastAPI remembers them: they find the release that
is served in the state of the application.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import chain
from typing import Annotated, Any, Final, TypeAlias, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from apecgraph.errors import MalformedRequest, NotFound
from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.readers.claims import FigureClaim, read_claim
from apecgraph.readers.conflicts import Conflict
from apecgraph.readers.description import describe
from apecgraph.readers.withdrawals import refuse_withdrawn
from apecgraph.search.full_text import Hit
from apecgraph.web.api import models
from apecgraph.web.api.parameters import (
    Compared,
    Listed,
    Localized,
    LookedUp,
    Searched,
    Selected,
    Things,
    choices,
)
from apecgraph.web.api.served import ServedRelease, series_key, served
from apecgraph.web.http.addresses import topic_of
from apecgraph.web.lists.changes import chosen_changes
from apecgraph.web.pages.releases import find_release, published_releases, releases_state
from apecgraph.web.reconcile.lookup import Lookup

Served: TypeAlias = Annotated[ServedRelease, Depends(served)]
Language: TypeAlias = Annotated[Localized, Query()]
Part: TypeAlias = Annotated[Listed, Query()]
ThingName: TypeAlias = Annotated[
    str, Path(description="The IRI of a thing without `id/`, or of a term without the base")
]
FigureName: TypeAlias = Annotated[str, Path(description="The IRI of a figure without `id/figure/`")]
DecisionName: TypeAlias = Annotated[
    str, Path(description="The IRI of a decision without `id/decision/`")
]
SourceName: TypeAlias = Annotated[str, Path(description="The IRI of a source without `id/source/`")]
QuestionName: TypeAlias = Annotated[str, Path(description="Name of a question")]
ReleaseName: TypeAlias = Annotated[str, Path(description="Name of a release")]
_Handler = TypeVar("_Handler", bound=Callable[..., Awaitable[Response]])

router: Final = APIRouter(prefix="/api", tags=["JSON"])


def _read(path: str, model: Any) -> Callable[[_Handler], _Handler]:
    """Return a decorator: the function answers GET and HEAD with a model."""

    def register(handler: _Handler) -> _Handler:
        router.get(path, response_model=model)(handler)
        router.head(path, include_in_schema=False)(handler)
        return handler

    return register


@_read("/search", models.Hits)
async def search(
    request: Request, release: Served, asked: Annotated[Searched, Query()]
) -> Response:
    """Find things, figures, decisions and questions by names, printed words or identifiers."""

    def make() -> BaseModel:
        index = release.site.readings.search.get()
        kind = None if asked.type is None else index.kind(asked.type)
        if asked.type is not None and kind is None:
            raise MalformedRequest(f"type: there is no type {asked.type!r} here; see /search.")
        found = index.find(asked.q, kind)
        part = asked.part(
            request.scope["path"],
            release.site.release.name,
            found.hits,
            _iri_of_hit,
            release.describer.hit,
        )
        return models.Hits(**dict(part), corrected=found.corrected or None)

    await release.site.readings.search.ready()
    return await release.answer_asked(request, asked, make)


@_read("/things", models.Page[models.ThingName])
async def things(request: Request, release: Served, asked: Annotated[Things, Query()]) -> Response:
    """List economies, meetings, bodies, people, topics, publishers and periods."""

    def make() -> BaseModel:
        return asked.part(
            request.scope["path"],
            release.site.release.name,
            release.things(asked.kind),
            lambda thing: thing[0],
            lambda thing: release.describer.thing_name(*thing),
        )

    return await release.answer_asked(request, asked, make)


@_read("/things/{name:path}", models.Thing)
async def thing(request: Request, release: Served, asked: Language, name: ThingName) -> Response:
    """Describe one thing or term: its facts and their sources."""
    iri = topic_of(name)

    def make() -> BaseModel:
        release.require(iri, "browse")
        description = describe(release.site.graph, iri)
        if description is None:
            raise NotFound(f"There is nothing at {iri}.", [f"{BASE}browse"])
        return release.describer.thing(description)

    return await release.answer(request, make)


@_read("/figures", models.Page[models.Figure])
async def figures(
    request: Request,
    release: Served,
    asked: Annotated[Selected, Query()],
) -> Response:
    """List the figures that the parameters select, rejected ones among them: see their status."""

    def make() -> BaseModel:
        series = release.selected(choices(asked))
        return asked.part(
            request.scope["path"],
            release.site.release.name,
            tuple(chain.from_iterable(each.claims for each in series)),
            lambda claim: claim.iri,
            release.describer.figure,
        )

    return await release.answer_asked(request, asked, make)


@_read("/figures/{name:path}", models.Figure)
async def figure(request: Request, release: Served, asked: Language, name: FigureName) -> Response:
    """Describe one figure: its value and interval, its source, its status and the decision."""
    iri = f"{ID}figure/{name}"

    def make() -> BaseModel:
        release.require(iri, "figures")
        claim = read_claim(release.site.graph, iri)
        if not isinstance(claim, FigureClaim):
            raise NotFound(f"There is no figure {iri}.", [f"{BASE}figures"])
        return release.describer.figure(claim)

    return await release.answer(request, make)


@_read("/series", models.Page[models.Series])
async def series(
    request: Request,
    release: Served,
    asked: Annotated[Selected, Query()],
) -> Response:
    """List the series of figures that the parameters select, the longest first."""

    def make() -> BaseModel:
        return asked.part(
            request.scope["path"],
            release.site.release.name,
            release.selected(choices(asked)),
            series_key,
            release.describer.series,
        )

    return await release.answer_asked(request, asked, make)


@_read("/changes", models.FigureChanges)
async def changes(
    request: Request, release: Served, asked: Annotated[Compared, Query()]
) -> Response:
    """List the figures and best known values that differ from those of an earlier release."""
    old = await asyncio.to_thread(release.site.readings.earlier.as_of, asked.as_of)

    def make() -> BaseModel:
        selection = release.selections.selection(choices(asked))
        every = release.site.readings.earlier.changes(old)
        part = asked.part(
            request.scope["path"],
            release.site.release.name,
            chosen_changes(release.site, release.selections, selection, every),
            lambda change: change.iri,
            release.describer.change,
        )
        return models.FigureChanges(**dict(part), compared_with=old.name)

    return await release.answer_asked(request, asked, make, old.name, release.site.tables)


@_read("/conflicts", models.Page[models.Conflict])
async def conflicts(request: Request, release: Served, asked: Part) -> Response:
    """List the conflicts between sources: the claims, and the arithmetic that shows it."""

    def make() -> BaseModel:
        return _conflicts(request, release, asked, release.describer.conflict)

    return await release.answer_asked(request, asked, make)


@_read("/conflicts/{name}", models.Conflict)
async def conflict(
    request: Request, release: Served, asked: Language, name: DecisionName
) -> Response:
    """Describe one conflict, named as its decision is."""
    return await release.answer(request, lambda: release.describer.conflict(release.conflict(name)))


@_read("/decisions", models.Page[models.Decision])
async def decisions(request: Request, release: Served, asked: Part) -> Response:
    """List the decisions: the verdict, the reasons, and which claims are right and wrong."""

    def make() -> BaseModel:
        return _conflicts(request, release, asked, release.describer.decision)

    return await release.answer_asked(request, asked, make)


@_read("/decisions/{name}", models.Decision)
async def decision(
    request: Request, release: Served, asked: Language, name: DecisionName
) -> Response:
    """Describe one decision."""
    return await release.answer(request, lambda: release.describer.decision(release.conflict(name)))


@_read("/questions", models.Page[models.Question])
async def questions(request: Request, release: Served, asked: Part) -> Response:
    """List the questions that the graph is known to answer, with their queries."""

    def make() -> BaseModel:
        return asked.part(
            request.scope["path"],
            release.site.release.name,
            release.questions,
            lambda item: item.name,
            release.describer.question,
        )

    return await release.answer_asked(request, asked, make)


@_read("/questions/{name}", models.Question)
async def question(
    request: Request, release: Served, asked: Language, name: QuestionName
) -> Response:
    """Describe one question."""
    return await release.answer(request, lambda: release.describer.question(release.question(name)))


@_read("/sources", models.Page[models.Source])
async def sources(request: Request, release: Served, asked: Part) -> Response:
    """List the sources with the numbers of their claims."""

    def make() -> BaseModel:
        return asked.part(
            request.scope["path"],
            release.site.release.name,
            release.shares,
            lambda share: share.source.iri,
            release.describer.source,
        )

    return await release.answer_asked(request, asked, make)


@_read("/sources/{name}", models.Source)
async def source(request: Request, release: Served, asked: Language, name: SourceName) -> Response:
    """Describe one source."""
    return await release.answer(request, lambda: release.describer.source(release.share(name)))


@_read("/lookup", models.Identified)
async def lookup(
    request: Request, release: Served, asked: Annotated[LookedUp, Query()]
) -> Response:
    """Find the thing that an IRI of Wikidata or GeoNames, or a code of a scheme, identifies."""

    def make() -> BaseModel:
        found = Lookup(release.site).find(asked)
        refuse_withdrawn(release.site.graph, found.iri)
        named = release.describer.named(found.iri)
        return models.Identified(iri=named.iri, label=named.label, relation=found.relation)

    return await release.answer_asked(request, asked, make)


@_read("/releases", models.Page[models.Release])
async def releases(request: Request, release: Served, asked: Part) -> Response:
    """List the releases that are kept, the latest first."""

    def make() -> BaseModel:
        return asked.part(
            request.scope["path"],
            release.site.release.name,
            published_releases(release.site),
            lambda item: f"{BASE}releases/{item.release.name}",
            release.describer.release,
        )

    state = await releases_state(release.site)
    return await release.answer_asked(request, asked, make, state)


@_read("/releases/{name}", models.Release)
async def one_release(
    request: Request, release: Served, asked: Language, name: ReleaseName
) -> Response:
    """Describe one release."""
    state = await releases_state(release.site)
    return await release.answer(
        request, lambda: release.describer.release(find_release(release.site, name)), state
    )


def _conflicts(
    request: Request,
    release: ServedRelease,
    asked: Listed,
    describe_conflict: Callable[[Conflict], models.Conflict]
    | Callable[[Conflict], models.Decision],
) -> BaseModel:
    return asked.part(
        request.scope["path"],
        release.site.release.name,
        release.conflicts,
        lambda item: item.iri,
        describe_conflict,
    )


def _iri_of_hit(hit: Hit) -> str:
    return hit.entry.iri
