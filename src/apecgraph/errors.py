"""Everything that apecgraph raises on purpose.

ApecgraphError
├── ContentError            a file of the content cannot be read: names the place
├── NotPublished            nothing is made current: what was stays
│   ├── CheckFailed         the content was read, but does not pass the check
│   ├── LossFound           it passes, but much of the last release, or a rule, is gone
│   └── RolledBack          the release of the content was taken back
├── ReleaseError            a release is missing, incomplete or damaged
│   └── ReleasesLocked      another process writes to the folder of releases
├── StoreError              the store cannot be opened or has gone
├── RequestError            what a client asked for cannot be had as asked
│   ├── MalformedRequest    400
│   │   └── MalformedQuery  400, with line and column
│   ├── Forbidden           403  an update, SERVICE, a graph outside the dataset
│   ├── NotFound            404
│   ├── Gone                410
│   ├── MethodNotAllowed    405
│   ├── NotAcceptable       406
│   ├── ContentTooLarge     413
│   ├── RangeNotSatisfiable 416
│   └── UnsupportedMediaType  415
└── QueryError              a well-formed query that was not answered
    ├── QueryTooHeavy       422  it met a limit on memory, nesting or size of the reply
    ├── StoreBusy           503
    └── QueryTimedOut       504
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class ApecgraphError(Exception):
    """The root of the tree; its text is fit to be shown to whoever asked."""


def leaves(error: BaseException) -> list[BaseException]:
    """Return the errors that a group holds, however deep, or the one that is none."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for each in error.exceptions for leaf in leaves(each)]
    return [error]


class ContentError(ApecgraphError):
    """A file of the content cannot be read.

    `path` is the file (or folder), `line` and `column` count from 1 where they are known.
    """

    def __init__(
        self, message: str, path: Path, line: int | None = None, column: int | None = None
    ) -> None:
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {message}")
        self.message = message
        self.path = path
        self.line = line
        self.column = column


class NotPublished(ApecgraphError):
    """The content is not published: what was current stays so."""


class CheckFailed(NotPublished):
    """The content does not pass the check, so no release is made of it."""


class LossFound(NotPublished):
    """Much of the last release is gone, or a rule of it, and nobody said that this is meant."""


class RolledBack(NotPublished):
    """The release of this content was taken back, which building it again does not undo."""


class ReleaseError(ApecgraphError):
    """A release is missing, incomplete or damaged."""


class ReleasesLocked(ReleaseError):
    """Another process writes to the folder of releases, and has not come to its end in time."""


class StoreError(ApecgraphError):
    """The store cannot be opened, or its process has gone and does not come back."""


class RequestError(ApecgraphError):
    """What a client asked for cannot be had as asked."""


class MalformedRequest(RequestError):
    """The request breaks the rules of its protocol."""


class MalformedQuery(MalformedRequest):
    """The text of a query is not SPARQL; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class Forbidden(RequestError):
    """This endpoint only reads, and only what it holds."""


class NotFound(RequestError):
    """There is nothing of that name here; `available` are the IRIs that may have been meant."""

    def __init__(self, message: str, available: Sequence[str] | None = None) -> None:
        super().__init__(message)
        self.available = available


class Gone(RequestError):
    """What was here is withdrawn; `available` are the IRIs of what replaces it."""

    def __init__(self, message: str, available: Sequence[str]) -> None:
        super().__init__(message)
        self.available = available


class MethodNotAllowed(RequestError):
    """The resource does not take this method; `allowed` are those that it takes."""

    def __init__(self, message: str, allowed: Sequence[str]) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


class NotAcceptable(RequestError):
    """None of the available media types is acceptable; `available` lists them."""

    def __init__(self, message: str, available: Sequence[str]) -> None:
        super().__init__(message)
        self.available = tuple(available)


class LimitMet(RequestError):
    """The request is over a `limit`, which is told with its unit."""

    def __init__(self, message: str, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


class ContentTooLarge(LimitMet):
    """The body of the request is too large."""


class UriTooLong(LimitMet):
    """The request line is too long."""


class HeadersTooLarge(LimitMet):
    """The headers are too large."""


class RequestTimedOut(LimitMet):
    """The request did not arrive in time."""


class TooManyRequests(LimitMet):
    """A client is over its budget; in `retry_after` seconds it may ask again."""

    def __init__(self, message: str, limit: str, retry_after: int) -> None:
        super().__init__(message, limit)
        self.retry_after = retry_after


class RangeNotSatisfiable(RequestError):
    """None of the ranges asked for is there; `size` is that of the whole, in bytes."""

    def __init__(self, message: str, size: int) -> None:
        super().__init__(message)
        self.size = size


class UnsupportedMediaType(RequestError):
    """The body of the request is of a type that is not read here."""


class QueryError(ApecgraphError):
    """A well-formed query that was not answered."""


class QueryTooHeavy(QueryError):
    """The query met a limit on memory, on nesting or on the size of its reply.

    limit: the limit with its unit, None where it cannot be put in a number.
    """

    def __init__(self, message: str, limit: str | None = None) -> None:
        super().__init__(message)
        self.limit = limit


class StoreBusy(QueryError):
    """All workers are at work and the queue is full."""


class QueryTimedOut(QueryError):
    """The query was stopped at its deadline; `limit` is the time that it had."""

    def __init__(self, message: str, limit: str) -> None:
        super().__init__(message)
        self.limit = limit
