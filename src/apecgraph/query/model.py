"""Queries, answers, and the services that answer queries."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from pyoxigraph import Store

from apecgraph.errors import StoreError
from apecgraph.files import open_file, steady
from apecgraph.rdf.formats import Format
from apecgraph.rdf.namespaces import ENDPOINT

# Calls of functions whose value changes from one evaluation to the next (SPARQL 1.1, sections
# 17.4.2 to 17.4.5). Text that only looks like such a call, as in a string, matches too.
_CHANGING: Final = re.compile(r"(?:NOW|RAND|UUID)(?:\s|#[^\r\n]*)*\(")


@dataclass(frozen=True, slots=True)
class DataFile:
    """An RDF file to load. The file must not change, because it may be loaded again much later.

    Attributes:
        path: The path of the file.
        format: One of GRAPH_FORMATS.
        sha256: The SHA-256 of the file, in hexadecimal.
        trusted: Whether a build of apecgraph wrote the file. Its IRIs and language tags were valid
            then, so they are not checked again.
        base: The base of its relative IRIs; None for the IRI of the file (RFC 3986, section 5.1.3).
    """

    path: Path
    format: Format
    sha256: str
    trusted: bool = False
    base: str | None = None

    @classmethod
    def of(cls, path: Path, format_: Format, base: str | None = None) -> DataFile:
        """Return a file as it is now; raise StoreError if the file cannot be read."""
        try:
            with steady(path), open_file(path) as file:
                checksum = file_digest(file, "sha256").hexdigest()
                return cls(path, format_, checksum, base=base)
        except OSError as error:
            raise StoreError(f"{path} cannot be loaded: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class RemoteEngine:
    """A SPARQL engine elsewhere that holds a dataset.

    Attributes:
        url: The address of its endpoint.
        credentials: A user and a password for HTTP, with a colon between them; empty for none.
        triples: The number of triples in the default graph of the dataset; None if it holds data of
            its own, with which nothing is compared.
        graphs: The number of triples in each named graph, keyed by IRI.
    """

    url: str
    credentials: str = field(repr=False)
    triples: int | None
    graphs: Mapping[str, int] = field(repr=False)

    @classmethod
    def of(cls, url: str, credentials: str, store: Store) -> RemoteEngine:
        """Return an engine that must hold the dataset in a store."""
        graphs = {
            graph.value: sum(1 for _ in store.quads_for_pattern(None, None, None, graph))
            for graph in store.named_graphs()
        }
        return cls(url, credentials, len(store) - sum(graphs.values()), graphs)

    @property
    def quads(self) -> int:
        """The number of quads of the dataset."""
        return (self.triples or 0) + sum(self.graphs.values())


Data: TypeAlias = Sequence[DataFile] | Path | RemoteEngine
"""A dataset: files, the directory of a store on disk, or what an engine elsewhere holds."""


@dataclass(frozen=True, slots=True)
class Query:
    """A SPARQL query that has been read and may be evaluated.

    Attributes:
        text: The query as sent.
        format: The format of the answer, which fits the query form.
        default_graphs: The IRIs of the default graphs that the request names, or else those that
            the query names (SPARQL 1.1 Protocol, section 2.1.4); DEFAULT_GRAPH is the default
            graph of the dataset itself.
        named_graphs: The IRIs of the named graphs, likewise. If neither the request nor the query
            names any graph, both attributes are empty.
        base: The base of relative IRIs, unless the query has one.
        cites: Whether the answer says where each row comes from.
    """

    text: str
    format: Format
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base: str = ENDPOINT
    cites: bool = False

    @property
    def changes(self) -> bool:
        """Whether the answer may change from one evaluation to the next on the same data."""
        return _CHANGING.search(self.text.upper()) is not None  # faster than ignoring case


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query.

    Attributes:
        format: The format of the answer.
        body: All bytes of the answer, or its chunks as they come. Reading a chunk may raise a
            QueryError; the chunks before the error are not an answer. Closing the generator early
            stops the query.
    """

    format: Format
    body: bytes | AsyncGenerator[bytes, None]


class QueryService(Protocol):
    """Answers queries on one dataset.

    The worker pool is such a service, and so are replicas of engines elsewhere.
    """

    @property
    def quads(self) -> int | None:
        """The number of quads; None if it is not known."""

    @property
    def graphs(self) -> Collection[str]:
        """The IRIs of the named graphs."""

    @property
    def notes(self) -> Sequence[str]:
        """What the engine has changed or left out of each file, with the name of the file."""

    @property
    def failure(self) -> str | None:
        """Why no queries are answered at present; None if queries are answered."""

    async def query(self, query: Query, client: str = "") -> Answer:
        """Answer a query.

        Args:
            query: The query.
            client: The name of the client. A busy service serves clients in turn.

        Returns:
            The answer. If its body is a generator, the chunks may come later.

        Raises:
            MalformedQuery: The query is not SPARQL.
            Forbidden: The query calls another endpoint.
            NotAcceptable: The query's format cannot represent the answer.
            QueryError: The query exceeds a limit, or the service is too busy.
            StoreError: The dataset is not available.
        """
