"""The errors that apecgraph raises on purpose, with their HTTP statuses.

An error without a status in this tree has the status of its base class. Clients get the message of
request errors and query errors (`ToldError`), in their language if a catalogue has the message.

ApecgraphError                   500
├── ContentError                     the content cannot be read: names the file and the line
├── NotPublished                     no release becomes current: the previous one stays
│   ├── CheckFailed                  the content does not pass the check
│   ├── LossFound                    much of the last release, or a rule, is missing
│   └── RolledBack                   the release of this content was rolled back
├── EntryRefused                     an entry is not written: a value is missing or wrong
│   ├── UnknownCode                  nothing has the name that the editor writes, or several have it
│   └── TableRefused                 a table is not entered: names the file and the cell
├── ReleaseError                     a release is missing, incomplete or damaged
│   └── ReleasesLocked               another process writes to the folder of releases
├── StoreError                   503 the store cannot be opened, or its process has died
│   └── EngineUnavailable            an engine elsewhere cannot be reached, or refuses this server
└── ToldError                        the client gets its message, in a language
    ├── RequestError             400 a request that cannot be answered as it is
    │   ├── MalformedRequest     400 it violates its protocol
    │   │   └── MalformedQuery   400 its query is not SPARQL: names the line and the column
    │   ├── Forbidden            403 an update, SERVICE, or a graph outside the dataset
    │   ├── NotFound             404
    │   ├── MethodNotAllowed     405
    │   ├── NotAcceptable        406
    │   ├── NotOffered           501
    │   ├── Gone                 410
    │   ├── UnsupportedMediaType 415
    │   ├── RangeNotSatisfiable  416
    │   └── LimitExceeded        400 it exceeds a limit, which the error names
    │       ├── RequestTimedOut  408
    │       ├── ContentTooLarge  413
    │       ├── UriTooLong       414
    │       ├── TooManyRequests  429
    │       └── HeadersTooLarge  431
    └── QueryError               500 a well-formed query that was not answered
        ├── QueryTooHeavy        422 it exceeds a limit on memory, nesting or the size of the reply
        ├── EngineFailed         502 an engine elsewhere gave no complete answer
        ├── StoreBusy            503
        ├── WorkerKilled         503 its process was killed, and not because the query is too heavy
        └── QueryTimedOut        504
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class ApecgraphError(Exception):
    """The base class of the errors. The message of an error may be shown to the client."""


def leaves(error: BaseException) -> list[BaseException]:
    """Return the errors in an exception group, at any depth, or the error itself."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for member in error.exceptions for leaf in leaves(member)]
    return [error]


class ContentError(ApecgraphError):
    """The content cannot be read.

    Args:
        message: Text for people.
        path: The file or folder.
        line: Line in the file, from 1, if known.
        column: Column in the line, from 1, if known.
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


class EntryRefused(ApecgraphError):
    """An entry is not written: a value is missing or wrong, or the check would report the entry."""


class UnknownCode(EntryRefused):
    """Nothing in the content has the name that an editor wrote, or several things have it."""


class TableRefused(EntryRefused):
    """A table is not entered: it cannot be read, or a cell of it is not what the mapping says."""


class NotPublished(ApecgraphError):
    """The content is not published: the current release stays as it is."""


class CheckFailed(NotPublished):
    """The content does not pass the check, so no release is built."""


class LossFound(NotPublished):
    """Much of the last release, or a rule, is missing, and the loss was not accepted."""


class RolledBack(NotPublished):
    """The release of this content was rolled back; a new build does not undo that."""


class ReleaseError(ApecgraphError):
    """A release is missing, incomplete or damaged."""


class ReleasesLocked(ReleaseError):
    """Another process writes to the folder of releases and did not finish in time."""


class StoreError(ApecgraphError):
    """The store cannot be opened, or its process has died and cannot be replaced."""


class EngineUnavailable(StoreError):
    """An engine elsewhere cannot be reached, or does not answer as an engine; another one may.

    Args:
        message: Text for people.
        was_sent: Whether the engine may have received the query.
    """

    def __init__(self, message: str, *, was_sent: bool = False) -> None:
        super().__init__(message)
        self.was_sent = was_sent


class ToldError(ApecgraphError):
    """An error whose message the client gets, in a language.

    Args:
        message: Text for people in English, with places for values, such as `%(name)s`.
        **values: The values; without any, the message may contain percent signs.

    Attributes:
        message: The same message, without the values.
        values: The values.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values

    def told(self, translate: Callable[[str], str]) -> str:
        """Return the message in the language into which a function translates messages."""
        message = translate(self.message)
        return message % self.values if self.values else message


class RequestError(ToldError):
    """A request cannot be answered as it is."""


class MalformedRequest(RequestError):
    """The request violates its protocol."""


class MalformedQuery(MalformedRequest):
    """The text of a query is not SPARQL.

    Args:
        message: Text for people.
        line: Line of the error, from 1, if known.
        column: Column of the error, from 1, if known.
        **values: Values for the message.
    """

    def __init__(
        self, message: str, line: int | None = None, column: int | None = None, **values: object
    ) -> None:
        super().__init__(message, **values)
        self.line = line
        self.column = column


class Forbidden(RequestError):
    """The request would change data, or read data that this endpoint does not have."""


class NotFound(RequestError):
    """Nothing has this name.

    Args:
        message: Text for people.
        available: IRIs that the client may have meant.
        **values: Values for the message.
    """

    def __init__(
        self, message: str, available: Sequence[str] | None = None, **values: object
    ) -> None:
        super().__init__(message, **values)
        self.available = available


class NotOffered(RequestError):
    """The service has no answer in the format that the request names."""


class Gone(RequestError):
    """The thing was withdrawn.

    Args:
        message: Text for people.
        available: IRIs of its replacements.
        **values: Values for the message.
    """

    def __init__(self, message: str, available: Sequence[str], **values: object) -> None:
        super().__init__(message, **values)
        self.available = available


class MethodNotAllowed(RequestError):
    """The resource does not support the method.

    Args:
        message: Text for people.
        allowed: The methods that the resource supports.
        **values: Values for the message.
    """

    def __init__(self, message: str, allowed: Sequence[str], **values: object) -> None:
        super().__init__(message, **values)
        self.allowed = tuple(allowed)


class NotAcceptable(RequestError):
    """No available media type is acceptable.

    Args:
        message: Text for people.
        available: The available media types.
        **values: Values for the message.
    """

    def __init__(self, message: str, available: Sequence[str], **values: object) -> None:
        super().__init__(message, **values)
        self.available = tuple(available)


class LimitExceeded(RequestError):
    """The request exceeds a limit.

    Args:
        message: Text for people.
        limit: The limit with its unit.
        **values: Values for the message.
    """

    def __init__(self, message: str, limit: str, **values: object) -> None:
        super().__init__(message, **values)
        self.limit = limit


class ContentTooLarge(LimitExceeded):
    """The body of the request is too large."""


class UriTooLong(LimitExceeded):
    """The request line is too long."""


class HeadersTooLarge(LimitExceeded):
    """The headers are too large."""


class RequestTimedOut(LimitExceeded):
    """The request did not arrive in time."""


class TooManyRequests(LimitExceeded):
    """The client has used up its rate limit.

    Args:
        message: Text for people.
        limit: The limit with its unit.
        retry_after: Seconds until the client may try again.
        **values: Values for the message.
    """

    def __init__(self, message: str, limit: str, retry_after: int, **values: object) -> None:
        super().__init__(message, limit, **values)
        self.retry_after = retry_after


class RangeNotSatisfiable(RequestError):
    """The file has none of the requested ranges.

    Args:
        message: Text for people.
        size: Size of the file in bytes.
        **values: Values for the message.
    """

    def __init__(self, message: str, size: int, **values: object) -> None:
        super().__init__(message, **values)
        self.size = size


class UnsupportedMediaType(RequestError):
    """The body of the request has a media type that cannot be read."""


class QueryError(ToldError):
    """A well-formed query was not answered."""


class QueryTooHeavy(QueryError):
    """The query exceeds a limit on memory, on nesting or on the size of its reply.

    Args:
        message: Text for people.
        limit: The limit with its unit, or None if the limit is not a number.
        **values: Values for the message.
    """

    def __init__(self, message: str, limit: str | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.limit = limit


class EngineFailed(QueryError):
    """An engine elsewhere did not give a complete and well-formed answer."""


class StoreBusy(QueryError):
    """All workers are busy and the queue is full."""


class WorkerKilled(QueryError):
    """The process that evaluated the query was killed, as far as known not because of the query."""


class QueryTimedOut(QueryError):
    """The query was stopped at its deadline.

    Args:
        message: Text for people.
        limit: The time that the query had, with its unit.
        **values: Values for the message.
    """

    def __init__(self, message: str, limit: str, **values: object) -> None:
        super().__init__(message, **values)
        self.limit = limit
