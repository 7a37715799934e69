"""What the front process and its workers say to each other, over a stream socket.

A worker reads queries and answers each with frames: any number of DATA, then END or ERROR. A frame
is one byte for its kind, four for the length of its payload, and the payload.
"""

from __future__ import annotations

import json
from struct import Struct
from typing import Final

from apecgraph.errors import (
    ApecgraphError,
    Forbidden,
    MalformedQuery,
    NotAcceptable,
    QueryTooHeavy,
    StoreError,
)
from apecgraph.query.model import Query
from apecgraph.rdf.formats import ANSWER_FORMATS

QUERY_MESSAGE: Final = b"Q"
DATA: Final = b"D"
END: Final = b"."
ERROR: Final = b"!"

HEADER: Final = Struct("!cI")

_FORMATS: Final = {format_.name: format_ for format_ in ANSWER_FORMATS}

_ERRORS: Final = {
    each.__name__: each
    for each in (Forbidden, MalformedQuery, NotAcceptable, QueryTooHeavy, StoreError)
}


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """Make a frame."""
    return HEADER.pack(kind, len(payload)) + payload


def encode_query(query: Query, seconds: float) -> bytes:
    """Make the frame that asks a worker for an answer within a time."""
    fields = [query.text, query.format.name, query.default_graphs, query.named_graphs, seconds]
    return frame(QUERY_MESSAGE, json.dumps(fields).encode())


def decode_query(payload: bytes) -> tuple[Query, float]:
    """Read what `encode_query` wrote."""
    text, name, default_graphs, named_graphs, seconds = json.loads(payload)
    return Query(text, _FORMATS[name], tuple(default_graphs), tuple(named_graphs)), seconds


def encode_error(error: ApecgraphError) -> bytes:
    """Make the frame that ends an answer with an error."""
    # The attributes of an error are the arguments that follow its message, in their order.
    fields = [type(error).__name__, str(error), *vars(error).values()]
    return frame(ERROR, json.dumps(fields).encode())


def decode_error(payload: bytes) -> ApecgraphError:
    """Read what `encode_error` wrote."""
    name, *arguments = json.loads(payload)
    return _ERRORS[name](*arguments)
