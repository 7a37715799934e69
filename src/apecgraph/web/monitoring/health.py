"""How the service is, as an operator is told: what went wrong last, until it is right again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Literal

from fastapi import Request, Response
from pydantic import BaseModel, Field

from apecgraph.query.model import QueryService
from apecgraph.web.publication import Publication


@dataclass
class LastFailure:
    """What is wrong, None where nothing is; since: when it was noticed (ISO 8601, UTC)."""

    failure: str | None = None
    since: str | None = None

    def fail(self, failure: str) -> bool:
        """Note what is wrong; tell whether that is news."""
        if failure == self.failure:
            return False
        self.failure = failure
        self.since = datetime.now(UTC).isoformat(timespec="seconds")
        return True

    def mend(self) -> None:
        """Note that nothing is wrong any more."""
        self.failure = self.since = None


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
    publication: Publication, served: QueryService, condition: LastFailure, workers: int
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
