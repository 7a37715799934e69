"""What every store does: one query in, one answer out."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from apecgraph.errors import StoreError
from apecgraph.files import steady
from apecgraph.rdf.formats import Format

# Functions whose value is another each time (SPARQL 1.1 Query Language, sections 17.4.2 to 17.4.5),
# however the engine is made to see them; what only looks like one counts as one.
_CHANGING: Final = re.compile(r"(?:NOW|RAND|UUID)(?:\s|#[^\r\n]*)*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that a store holds: where it is, its format, and its SHA-256 in hexadecimal.

    It may have to be loaded again, long after, and must hold the same then.
    """

    path: Path
    format: Format
    sha256: str

    @classmethod
    def of(cls, path: Path, format_: Format) -> DataFile:
        """Take a file as it is now; raise StoreError where it cannot be read."""
        try:
            with steady(path), path.open("rb") as file:
                return cls(path, format_, file_digest(file, "sha256").hexdigest())
        except OSError as error:
            raise StoreError(f"{path} cannot be loaded: {error.strerror}") from None


Data: TypeAlias = Sequence[DataFile] | Path
"""What a store holds: files, or else a store on disk, by its directory."""


@dataclass(frozen=True, slots=True)
class Query:
    """A SPARQL query that has been read and may be evaluated.

    text: the query as sent.
    format: what to answer in; fits the form of the query.
    default_graphs, named_graphs: IRIs of the dataset that the request or else the query names
        (SPARQL 1.1 Protocol, 2.1.4); both empty where neither does.
    """

    text: str
    format: Format
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the same data may give another answer each time."""
        return _CHANGING.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to a query: its format, and its bytes, all of them or in chunks as they come.

    Reading chunks may raise a QueryError until the last one has come: what was read up to then is
    not an answer. Closing them before stops the query.
    """

    format: Format
    body: bytes | AsyncGenerator[bytes, None]


class Store(Protocol):
    """A dataset that answers queries."""

    async def query(self, query: Query, client: str = "") -> Answer:
        """Evaluate a query; raise MalformedQuery or a QueryError where there is no answer.

        client: who asks, for a store that shares itself out.
        """

    async def close(self) -> None:
        """Let go of whatever the store holds."""
