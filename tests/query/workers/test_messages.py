"""Messages between the front and its workers survive a round trip."""

import pytest

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
)
from apecgraph.query.model import Query
from apecgraph.query.workers.messages import (
    ERROR,
    ERRORS,
    HEADER,
    decode_error,
    decode_query,
    encode_error,
    encode_query,
)
from apecgraph.rdf.formats import ANSWER_FORMATS, Format

EXAMPLES = [
    EngineFailed("no"),
    EngineUnavailable("no", was_sent=True),
    EngineUnavailable("no"),
    Forbidden("no"),
    MalformedQuery("no", 2, 3),
    MalformedQuery("no", column=3),
    NotAcceptable("no", ["text/csv"]),
    QueryError("no"),
    QueryTimedOut("no", "3 s"),
    QueryTooHeavy("no", "3 rows"),
    QueryTooHeavy("no"),
    StoreBusy("no"),
    StoreError("no"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=repr)
def test_an_error_keeps_its_message_and_attributes(error: ApecgraphError) -> None:
    kind, size = HEADER.unpack_from(encode_error(error))
    payload = encode_error(error)[HEADER.size :]
    assert (kind, size) == (ERROR, len(payload))
    read = decode_error(payload)
    assert (type(read), str(read), vars(read)) == (type(error), str(error), vars(error))


def test_every_error_of_a_worker_has_an_example() -> None:
    assert {type(error) for error in EXAMPLES} == set(ERRORS)


@pytest.mark.parametrize("format_", ANSWER_FORMATS, ids=lambda item: item.name)
def test_a_query_keeps_its_format_and_dataset(format_: Format) -> None:
    query = Query("ASK {}\n# 广州", format_, ("http://x/a",), ("http://x/b", "http://x/c"))
    assert decode_query(encode_query(query, 1.5)[HEADER.size :]) == (query, 1.5)
