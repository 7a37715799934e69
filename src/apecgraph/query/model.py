"""Queries, answers, and the services that turn one into the other."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from apecgraph.errors import StoreError
from apecgraph.files import steady
from apecgraph.rdf.formats import Format

# Calls of functions whose value changes from one evaluation to the next (SPARQL 1.1, sections
# 17.4.2 to 17.4.5), as the engine could read them; a text that only looks like a call counts too.
_CHANGING: Final = re.compile(r"(?:NOW|RAND|UUID)(?:\s|#[^\r\n]*)*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DataFile:
    """An RDF file to load. It may be loaded again, long after, and must not have changed then.

    Attributes:
        path: Its path.
        format: One of GRAPH_FORMATS.
        sha256: Its SHA-256, in hexadecimal.
    """

    path: Path
    format: Format
    sha256: str

    @classmethod
    def of(cls, path: Path, format_: Format) -> DataFile:
        """Take a file as it is now; raise StoreError if it cannot be read."""
        try:
            with steady(path), path.open("rb") as file:
                return cls(path, format_, file_digest(file, "sha256").hexdigest())
        except OSError as error:
            raise StoreError(f"{path} cannot be loaded: {error.strerror}") from None


Data: TypeAlias = Sequence[DataFile] | Path
"""A dataset: files, or the directory of a store on disk."""


@dataclass(frozen=True, slots=True)
class Query:
    """A SPARQL query that has been read and may be evaluated.

    Attributes:
        text: The query as sent.
        format: The format of the answer; it fits the form of the query.
        default_graphs: The IRIs of the default graphs of the dataset that the request, or else the
            query, names (SPARQL 1.1 Protocol, section 2.1.4).
        named_graphs: The IRIs of its named graphs. Both are empty if no dataset is named.
    """

    text: str
    format: Format
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the answer may change from one evaluation to the next on the same data."""
        return _CHANGING.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query.

    Attributes:
        format: Its format.
        body: All of its bytes, or its chunks as they come. Reading chunks may raise a QueryError
            until the last one has come: those read before it are not an answer. Closing them early
            stops the query.
    """

    format: Format
    body: bytes | AsyncGenerator[bytes, None]


class QueryService(Protocol):
    """Answers queries on one dataset.

    The worker pool is one. A client of another SPARQL endpoint, in `query/remote`, can be another.
    """

    @property
    def quads(self) -> int:
        """The number of quads."""

    @property
    def graphs(self) -> Collection[str]:
        """The IRIs of the named graphs."""

    @property
    def failure(self) -> str | None:
        """Why no query is answered at present; None if they are."""

    async def query(self, query: Query, client: str = "") -> Answer:
        """Answer a query.

        Args:
            query: The query.
            client: The address of the client. A busy service serves clients in turn.

        Returns:
            The answer, whose parts may still be on their way.

        Returns:
            The answer.

        Raises:
            MalformedQuery: The query is not SPARQL.
            Forbidden: It calls another endpoint.
            NotAcceptable: Its format cannot hold the answer.
            QueryError: It meets a limit, or the service is too busy.
            StoreError: The dataset is not available.
        """
