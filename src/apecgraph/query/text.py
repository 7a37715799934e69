"""Reads queries from their text, and evaluates trusted queries in this process."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final, Literal, TypeAlias

from pyoxigraph import NamedNode, Store

from apecgraph.errors import Forbidden
from apecgraph.query.dataset import NO_GRAPHS, GraphNames, choose_dataset
from apecgraph.query.engine import NO_SERVICE, evaluate
from apecgraph.query.model import Query
from apecgraph.query.negotiation import find_named, named_formats
from apecgraph.query.outline import Form, outline
from apecgraph.rdf.formats import (
    ANSWER_FORMATS,
    DATASET_FORMATS,
    GRAPH_FORMATS,
    JSON_LD,
    RESULTS_CSV,
    RESULTS_FORMATS,
    RESULTS_JSON,
    RESULTS_TSV,
    Format,
)
from apecgraph.rdf.namespaces import ENDPOINT
from apecgraph.rdf.serializer import Write

READ_ONLY: Final = "This endpoint only reads: updates are not available."

ChooseFormat: TypeAlias = Callable[[Sequence[Format]], Format]
"""Chooses one of the formats that the answer to a query can have; may raise NotAcceptable."""

Citing: TypeAlias = Literal["never", "if possible", "always"]
"""Whether an answer cites: `if possible`, if its format has a place for citations."""

_BYTE_ORDER_MARK: Final = "\ufeff"


def read_query(
    text: str,
    graphs: Collection[str],
    choose_format: ChooseFormat,
    requested: GraphNames = NO_GRAPHS,
    base: str = ENDPOINT,
    citing: Citing = "never",
) -> Query:
    """Read a query from its text.

    Args:
        text: The query, with or without a byte order mark.
        graphs: The IRIs of the existing named graphs.
        choose_format: Chooses the format of the answer. If the text is not SPARQL, all formats are
            offered, since the engine will report the error later.
        requested: The graphs that the request names. If it names any, the dataset in the query is
            ignored (SPARQL 1.1 Protocol, section 2.1.4).
        base: The base of relative IRIs, unless the query has one.
        citing: Whether the answer cites: if it must, only formats with citations are offered.

    Returns:
        The query.

    Raises:
        Forbidden: The text is an update, calls another endpoint, or names a graph that does not
            exist.
        NotAcceptable: No format can be chosen.
        QueryTooHeavy: The query nests too deeply, or declares too much.
    """
    text = text.removeprefix(_BYTE_ORDER_MARK)
    seen = outline(text, base)
    if seen.update:
        raise Forbidden(READ_ONLY)
    if seen.service:
        raise Forbidden(NO_SERVICE)
    dataset = choose_dataset(requested, GraphNames(seen.default_graphs, seen.named_graphs), graphs)
    citable = _formats_with_citations(seen.form)
    format_ = choose_format(citable if citing == "always" else _formats(seen.form))
    cites = citing != "never" and format_ in citable
    return Query(text, format_, *dataset, base, cites)


def evaluate_text(store: Store, text: str, formats: Sequence[str], write: Write) -> None:
    """Read a trusted query and evaluate it in this process, without limits.

    Args:
        store: The dataset.
        text: The query.
        formats: Names of formats; the last one that fits the query form is used.
        write: Takes the answer in chunks.

    Raises:
        RequestError: An error of `read_query` or `evaluate`.
        QueryError: An error of `read_query` or `evaluate`.
    """
    graphs = {graph.value for graph in store.named_graphs() if isinstance(graph, NamedNode)}
    names = named_formats(("format", name) for name in formats)
    query = read_query(text, graphs, lambda offers: find_named(names, offers).format)
    evaluate(store, query, write)


def _formats(form: Form | None) -> Sequence[Format]:
    match form:
        case "SELECT" | "ASK":
            return RESULTS_FORMATS
        case "CONSTRUCT" | "DESCRIBE":
            return GRAPH_FORMATS
        case None:
            return ANSWER_FORMATS


def _formats_with_citations(form: Form | None) -> Sequence[Format]:
    match form:
        case "ASK":
            return (RESULTS_JSON,)
        case "SELECT":
            return (RESULTS_JSON, RESULTS_CSV, RESULTS_TSV)
        case "CONSTRUCT" | "DESCRIBE":
            return (*DATASET_FORMATS, JSON_LD)
        case None:
            return ANSWER_FORMATS
