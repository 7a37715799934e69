"""Queries on any dataset for a page or a document: bounded in rows, bytes and time.

The data may be anything, and as large as the engine allows, so nothing here reads all of it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from typing import Final, cast

import pyoxigraph as ox

from apecgraph.errors import EngineFailed, QueryError, QueryTooHeavy
from apecgraph.query.model import Query, QueryService
from apecgraph.rdf.formats import N_TRIPLES, RESULTS_JSON, Format

_LARGEST: Final = 4 * 1024 * 1024
"""Bytes of the largest answer that a page is made from."""

QUICK_SECONDS: Final = 4.0
"""Time of all queries of a page whose answers it can do without, such as counts."""

PATIENT_SECONDS: Final = 8.0
"""Time of such queries if they look at the whole dataset, as a search does."""

_LEAST_SECONDS: Final = 0.3
"""Time of such a query if the others have taken all of it."""


_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^<>\"{}|^`\\\x00-\x20]*")
_LONGEST_IRI: Final = 2000
"""Characters of an IRI that a query may name."""


class Reading:
    """The queries of one request.

    Args:
        service: Answers the queries.
        client: The client for whom it answers them; clients are served in turn.
        seconds: Time of all queries whose answers the page can do without.

    Attributes:
        is_partial: Whether a query was not answered whose answer the page can do without.
    """

    is_partial: bool

    def __init__(
        self, service: QueryService, client: str = "", seconds: float = QUICK_SECONDS
    ) -> None:
        self._service = service
        self._client = client
        self._seconds = seconds
        self.is_partial = False

    @property
    def quads(self) -> int | None:
        """The number of quads; None if it is not known."""
        return self._service.quads

    def anywhere(self, triple: str) -> str:
        """Return the pattern that matches a triple pattern in the default graph or a named one."""
        if not self._service.graphs:
            return triple
        return f"{{ {triple} }} UNION {{ GRAPH ?_graph {{ {triple} }} }}"

    def count(self, variable: str) -> str:
        """Return the expression that counts the values of a variable in such a pattern."""
        # A pattern in one graph matches each of them once, which is three times as fast to count.
        return f"COUNT(DISTINCT {variable})" if self._service.graphs else "COUNT(*)"

    async def rows(self, text: str) -> list[ox.QuerySolution]:
        """Return the rows of a SELECT.

        Args:
            text: The query, which has a LIMIT.

        Returns:
            The rows.

        Raises:
            QueryTooHeavy: The answer is too large.
            ApecgraphError: See `QueryService.query`.
        """
        body = await self._body(text, RESULTS_JSON)
        results = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
        if not isinstance(results, ox.QuerySolutions):
            raise EngineFailed("The engine's answer is not one to this form of query.")
        return list(results)

    async def triples(self, text: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT, as `rows` does; they may be repeated."""
        body = await self._body(text, N_TRIPLES)
        return [quad.triple for quad in ox.parse(body, ox.RdfFormat.N_TRIPLES)]

    async def quick_rows(self, text: str) -> list[ox.QuerySolution] | None:
        """Return the rows of a SELECT; None if it takes long, or is too much for the engine."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(max(self._seconds, _LEAST_SECONDS)):
                return await self.rows(text)
        except (TimeoutError, QueryError):
            self.is_partial = True
            return None
        finally:
            self._seconds -= loop.time() - begun

    async def _body(self, text: str, format_: Format) -> bytes:
        body = (await self._service.query(Query(text, format_), self._client)).body
        if isinstance(body, bytes):
            return body
        parts: list[bytes] = []
        size = 0
        try:
            async for chunk in body:
                size += len(chunk)
                if size > _LARGEST:
                    limit = f"{_LARGEST // 1024**2} MB"
                    raise QueryTooHeavy(
                        "What a page would show is larger than %(most)s: ask for it in SPARQL.",
                        limit,
                        most=limit,
                    )
                parts.append(chunk)
        finally:
            await body.aclose()
        return b"".join(parts)


def can_name(iri: str) -> bool:
    """Return whether a query can name an IRI."""
    return len(iri) <= _LONGEST_IRI and _IRI.fullmatch(iri) is not None


def values(variable: str, iris: Iterable[str]) -> str:
    """Return a VALUES clause; IRIs that a query cannot name are left out."""
    return f"VALUES {variable} {{ {' '.join(f'<{iri}>' for iri in iris if can_name(iri))} }}"


def number(row: ox.QuerySolution, name: str) -> int:
    """Return the value of a count."""
    try:
        return int(cast("ox.Literal", row[name]).value)
    except (ValueError, AttributeError):
        raise EngineFailed("The engine answered a count without a number.") from None


def iri_of(row: ox.QuerySolution, name: str) -> str | None:
    """Return the value of a variable if it is an IRI that a query can name, otherwise None."""
    value = row[name]
    return value.value if isinstance(value, ox.NamedNode) and can_name(value.value) else None
