"""Health: whether the service works, for whoever operates it and for what watches it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Literal

from fastapi import Request, Response
from pydantic import BaseModel, Field

from apecgraph.publication import Publication, Served
from apecgraph.web.condition import Condition


class Health(BaseModel):
    """Whether the server works, and what it serves; who gets this, has found it alive."""

    status: Literal["ok", "failing"] = Field(
        description="failing: something is wrong, which the failure tells"
    )
    ready: bool = Field(description="Whether queries are answered; if not, the answer is 503")
    release: str | None = Field(description="Name of the release that is served")
    quads: int = Field(
        description="Quads that are queried: those of the release, and those that describe it"
    )
    release_quads: int | None = Field(description="Quads of the release, which are its dumps'")
    workers: int
    failure: str | None = Field(description="What is wrong; the last of it where that is more")
    since: str | None = Field(description="When the failure was noticed, in UTC")


def health_of(
    publication: Publication, served: Served, condition: Condition, workers: int
) -> Callable[[], Health]:
    """Make what tells the health of a publication that is served."""
    release = publication.release

    def tell() -> Health:
        failure = served.failure or condition.failure
        return Health(
            status="failing" if failure else "ok",
            ready=not served.failure,
            release=None if release is None else release.name,
            quads=served.quads,
            release_quads=None if release is None else release.quads,
            workers=workers,
            failure=failure,
            since=condition.since,
        )

    return tell


async def health(request: Request, response: Response) -> Health:
    """Tell whether the service works.

    One function for all releases, which asks the application for what `health_of` made: FastAPI
    never forgets a function that it has met, nor what that refers to.
    """
    told: Health = request.app.state.health()
    if not told.ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return told
