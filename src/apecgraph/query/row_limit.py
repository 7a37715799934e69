"""The rows of an answer: there are no more than are allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from pyoxigraph import QueryTriples, Triple

from apecgraph.errors import QueryTooHeavy
from apecgraph.rdf.formats import RESULTS_CSV, RESULTS_JSON, RESULTS_TSV, RESULTS_XML, Format

_MARKS: Final = {
    RESULTS_JSON: b"},{",
    RESULTS_XML: b"<result>",
    RESULTS_CSV: b"\n",
    RESULTS_TSV: b"\n",
}
"""What the engine writes once for each row, or between two rows; a value may hold it too."""


def limit_triples(triples: QueryTriples, most: int) -> Iterator[Triple]:
    """Pass on triples; raise QueryTooHeavy where there are more than the most that are allowed."""
    for number, triple in enumerate(triples):
        if number == most:
            raise too_many_rows(most)
        yield triple


def limit_rows(
    write: Callable[[bytes], object], format_: Format, most: int, has_more: Callable[[], bool]
) -> Callable[[bytes], object]:
    """Pass on the results of a SELECT; raise QueryTooHeavy where they have too many rows.

    The engine writes rows faster than they could be counted one by one, so they are counted by
    their marks, in bytes. Where these say that there may be too many, `has_more` tells whether the
    answer has more rows than `most`.
    """
    mark = _MARKS[format_]
    count, before = 0, b""

    def counts(data: bytes) -> None:
        nonlocal count, before
        if count < most:
            count += (before + data).count(mark)
            before = data[1 - len(mark) :] if len(mark) > 1 else b""
            if count >= most and has_more():
                raise too_many_rows(most)
        write(data)

    return counts


def too_many_rows(most: int) -> QueryTooHeavy:
    """Tell that an answer met the limit on its rows."""
    return QueryTooHeavy(
        f"The answer has more than {most} rows, the most that are sent. "
        "LIMIT and OFFSET give it in parts; the dumps hold everything.",
        f"{most} rows",
    )
