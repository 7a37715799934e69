"""What engines do that the SPARQL 1.1 Protocol does not say, in one place."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from email.message import Message
from typing import Final, cast

from pyoxigraph import (
    Literal,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    parse_query_results,
)

from apecgraph.errors import QueryError, QueryTimedOut, QueryTooHeavy
from apecgraph.rdf.formats import N_TRIPLES, RESULTS_CSV, RESULTS_JSON, Format
from apecgraph.rdf.namespaces import ID

_CUT: Final = ("X-SPARQL-MaxRows", "X-SQL-State", "X-SPARQL-Anytime")
"""Headers of Virtuoso for an answer with status 200 without some of its rows: because of its limit
on rows, or of a time limit."""

_VIRTUOSO_BOOLEAN: Final = "__ASK_RETVAL"
_TIMED_OUT: Final = ("S1T00", "timeout", "timed out")
_TOO_HEAVY: Final = ("estimated execution time", "Transaction deadlocked", "memory")
"""Parts of messages with a status of 400 and above: of Virtuoso, QLever, Fuseki and RDF4J."""


DEFAULT_GRAPHS: Final = (
    f"{ID}graph/default",  # of `apecgraph load`, for engines without a default graph of their own
    "http://qlever.cs.uni-freiburg.de/builtin-functions/default-graph",  # of QLever
    "urn:x-arq:DefaultGraph",  # of Jena, if its default graph is the union of all graphs
    "http://rdf4j.org/schema/rdf4j#nil",  # of RDF4J and GraphDB
    "http://www.bigdata.com/rdf#nullGraph",  # of Blazegraph
    "http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph",
    "tag:stardog:api:context:default",
)
"""The IRIs by which engines know the default graph of a dataset, if it is not theirs: in many of
them, the default graph of a query is the union of all graphs."""

MEDIA_TYPES: Final[Mapping[Format, Collection[str]]] = {
    RESULTS_JSON: (RESULTS_JSON.media_type, "application/json"),
    RESULTS_CSV: (RESULTS_CSV.media_type,),
    N_TRIPLES: (N_TRIPLES.media_type, "text/plain", "text/ntriples"),
}
"""The names of the formats in which engines are asked for their answers."""


def as_boolean(solutions: QuerySolutions) -> QueryBoolean | None:
    """Read the answer to an ASK that Virtuoso gives as a table with one row for true.

    Args:
        solutions: The results in the answer.

    Returns:
        The boolean, or None.
    """
    if [variable.value for variable in solutions.variables] != [_VIRTUOSO_BOOLEAN]:
        return None
    is_true = any(row[_VIRTUOSO_BOOLEAN] != Literal(0) for row in solutions)
    results = json.dumps({"head": {}, "boolean": is_true})
    return cast("QueryBoolean", parse_query_results(results, QueryResultsFormat.JSON))


def cuts_graphs(headers: Message) -> bool:
    """Return whether the engine may leave out triples of a CONSTRUCT without a sign."""
    return headers.get("Server", "").startswith("Virtuoso")


def sign_of_cut(headers: Message) -> str | None:
    """Return the header that says that an answer with status 200 is not complete, if any."""
    return next((name for name in _CUT if name in headers), None)


def known_refusal(status: int, message: str) -> QueryError | None:
    """Return the error for a refusal whose reason is known.

    Args:
        status: The status of the response.
        message: The beginning of its body.

    Returns:
        An error; None if the reason is not known.
    """
    if status == 504 or any(part in message for part in _TIMED_OUT):
        return QueryTimedOut("The engine stopped the query at its own time limit.", "the engine's")
    if any(part in message for part in _TOO_HEAVY):
        return QueryTooHeavy("The engine refuses this query: it would take too long or too much.")
    return None
