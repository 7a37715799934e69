"""The messages between the front process and its workers, over a stream socket.

A worker answers each query with frames: any number of DATA frames, then END or ERROR. A frame
consists of one byte for its kind, four bytes for the length of its payload, and the payload.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from struct import Struct
from typing import Final

from apecgraph.errors import (
    ApecgraphError,
    EngineFailed,
    EngineUnavailable,
    Forbidden,
    MalformedQuery,
    NotAcceptable,
    QueryError,
    QueryTimedOut,
    QueryTooHeavy,
    StoreBusy,
    StoreError,
    ToldError,
)
from apecgraph.query.model import Query
from apecgraph.rdf.formats import ANSWER_FORMATS

QUERY: Final = b"Q"
DATA: Final = b"D"
END: Final = b"."
ERROR: Final = b"!"

HEADER: Final = Struct("!cI")

LARGEST_DATA: Final = 65536
"""Maximum size in bytes of the payload of a DATA frame, because the front keeps whole frames."""

ERRORS: Final[Mapping[type[ApecgraphError], tuple[str, ...]]] = {
    EngineFailed: (),
    EngineUnavailable: ("was_sent",),
    Forbidden: (),
    MalformedQuery: ("line", "column"),
    NotAcceptable: ("available",),
    QueryError: (),
    QueryTimedOut: ("limit",),
    QueryTooHeavy: ("limit",),
    StoreBusy: (),
    StoreError: (),
}
"""The errors that a worker sends, each with the keyword arguments of its constructor."""

_ERROR_TYPES: Final = {type_.__name__: type_ for type_ in ERRORS}
_FORMATS: Final = {format_.name: format_ for format_ in ANSWER_FORMATS}


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """Return a frame."""
    return HEADER.pack(kind, len(payload)) + payload


def encode_query(query: Query, seconds: float) -> bytes:
    """Return the frame that asks a worker for an answer within a time, in seconds."""
    dataset = query.default_graphs, query.named_graphs
    fields = [query.text, query.format.name, *dataset, query.base, query.cites, seconds]
    return frame(QUERY, json.dumps(fields).encode())


def decode_query(payload: bytes) -> tuple[Query, float]:
    """Decode a payload made by `encode_query`; return the query and the time."""
    text, name, default_graphs, named_graphs, base, cites, seconds = json.loads(payload)
    query = Query(text, _FORMATS[name], tuple(default_graphs), tuple(named_graphs), base, cites)
    return query, seconds


def encode_error(error: ApecgraphError) -> bytes:
    """Return the frame that ends an answer with one of ERRORS."""
    values = error.values if isinstance(error, ToldError) else {}
    message = error.message if isinstance(error, ToldError) else str(error)
    arguments = {name: getattr(error, name) for name in ERRORS[type(error)]} | dict(values)
    return frame(ERROR, json.dumps([type(error).__name__, message, arguments]).encode())


def decode_error(payload: bytes) -> ApecgraphError:
    """Decode a payload made by `encode_error`; return the error."""
    name, message, arguments = json.loads(payload)
    return _ERROR_TYPES[name](message, **arguments)
