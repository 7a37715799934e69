"""The limit on the rows of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from pyoxigraph import Triple

from apecgraph.errors import QueryTooHeavy
from apecgraph.rdf.formats import RESULTS_CSV, RESULTS_JSON, RESULTS_TSV, RESULTS_XML, Format
from apecgraph.rdf.serializer import Write

_MARKS: Final = {
    RESULTS_JSON: b"},{",
    RESULTS_XML: b"<result>",
    RESULTS_CSV: b"\n",
    RESULTS_TSV: b"\n",
}
"""The bytes that the engine writes for each row, or between two rows. Values may contain them."""


def limit_triples(triples: Iterable[Triple], max_rows: int) -> Iterator[Triple]:
    """Yield the triples; raise QueryTooHeavy if there are more than `max_rows`."""
    for index, triple in enumerate(triples):
        if index == max_rows:
            raise too_many_rows(max_rows)
        yield triple


def limit_rows(write: Write, format_: Format, max_rows: int, has_more: Callable[[], bool]) -> Write:
    """Limit the rows of the results of a SELECT.

    The engine writes rows faster than Python could count them one by one, so this function counts
    the marks in the bytes.

    Args:
        write: Takes the bytes that are passed on.
        format_: The format of the results.
        max_rows: The limit.
        has_more: Returns whether the answer has more than `max_rows` rows. It is called when the
            number of marks reaches `max_rows`.

    Returns:
        A function that passes bytes on to `write` and raises QueryTooHeavy if there are more than
        `max_rows` rows.
    """
    mark = _MARKS[format_]
    count, before = 0, b""

    def count_and_write(data: bytes) -> None:
        nonlocal count, before
        if count < max_rows:
            count += (before + data).count(mark)
            before = data[1 - len(mark) :] if len(mark) > 1 else b""
            if count >= max_rows and has_more():
                raise too_many_rows(max_rows)
        write(data)

    return count_and_write


def too_many_rows(max_rows: int) -> QueryTooHeavy:
    """Return the error for an answer with more than `max_rows` rows."""
    return QueryTooHeavy(
        "The answer has more rows than the limit of %(number)s. "
        "Fetch it in parts with LIMIT and OFFSET, or download a dump, which contains everything.",
        f"{max_rows} rows",
        number=max_rows,
    )
