"""The health of the service: the last failure, and the answer of `/health`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final, Literal

from fastapi import Request, Response
from pydantic import BaseModel, Field

from apecgraph.query.model import QueryService
from apecgraph.web.publication import Publication

_UNANSWERED: Final = "no queries are answered at present; the log of the server has the cause"
"""The failure that everybody may see: the real one names files and settings."""


@dataclass
class LastFailure:
    """The last failure, as long as it lasts.

    Attributes:
        failure: The message for everybody, which names no files, or None if nothing is wrong.
        since: When the failure was first noticed (ISO 8601, UTC), or None.
        cause: The cause, for the log.
    """

    failure: str | None = None
    since: str | None = None
    cause: str | None = None

    def set(self, failure: str, cause: str) -> bool:
        """Record a failure and its cause; return whether either is new."""
        if (failure, cause) == (self.failure, self.cause):
            return False
        self.failure, self.cause = failure, cause
        self.since = datetime.now(UTC).isoformat(timespec="seconds")
        return True

    def clear(self) -> None:
        """Record that the failure has ended."""
        self.failure = self.since = self.cause = None


class Health(BaseModel):
    """The state of the server, and the release that it serves."""

    status: Literal["ok", "failing"] = Field(
        description="failing: something is wrong; see the failure"
    )
    ready: bool = Field(description="Whether queries are answered; if not, the status is 503")
    release: str | None = Field(description="Name of the release that is served")
    quads: int | None = Field(
        description="Quads that queries see: those of the release, and those that describe it; "
        "null if an engine elsewhere has not counted them"
    )
    release_quads: int | None = Field(description="Quads of the release, as in its dumps")
    workers: int
    failure: str | None = Field(description="The latest failure; the log has its cause")
    since: str | None = Field(description="When the failure was noticed, in UTC")


@dataclass(frozen=True)
class HealthCheck:
    """Finds out how a publication is served.

    Attributes:
        publication: The publication.
        queries: Answers public queries.
        last_failure: The last failure outside the queries.
        workers: Number of worker processes.
    """

    publication: Publication
    queries: QueryService
    last_failure: LastFailure
    workers: int

    def run(self) -> Health:
        """Return the health as it is now."""
        release = self.publication.release
        failure = _UNANSWERED if self.queries.failure else self.last_failure.failure
        return Health(
            status="failing" if failure else "ok",
            ready=not self.queries.failure,
            release=None if release is None else release.name,
            quads=self.queries.quads,
            release_quads=None if release is None else release.quads,
            workers=self.workers,
            failure=failure,
            since=self.last_failure.since,
        )


async def health(request: Request, response: Response) -> Health:
    """Answer with the state of the server and the release that it serves."""
    check: HealthCheck = request.app.state.health
    result = check.run()
    if not result.ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return result
