"""Checks that hold for every reply of the endpoint."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Final
from xml.etree import ElementTree

import httpx
import pyoxigraph

from apecgraph.rdf.formats import GRAPH_FORMATS, Format

STATUSES: Final = frozenset(
    {200, 400, 403, 404, 405, 406, 408, 413, 414, 415, 422, 429, 431, 503, 504}
)
"""Statuses that may be answered; 500 is not among them."""


def fault(response: httpx.Response) -> str | None:
    """Return the fault of a reply, or None."""
    if response.status_code not in STATUSES:
        return f"{response.status_code} is not to be: {response.text[:200]}"
    if response.request.method == "HEAD":
        return "HEAD has a body" if response.content else None
    try:
        (_answer if response.status_code == 200 else _problem)(response)
    except (AssertionError, LookupError, SyntaxError, ValueError, csv.Error) as error:
        return f"{response.status_code} that is not well-formed: {error!r}"
    return None


def _answer(response: httpx.Response) -> None:
    media_type = response.headers["content-type"].partition(";")[0]
    _READERS[media_type](response.content)


def _problem(response: httpx.Response) -> None:
    status = response.status_code
    media_type = response.headers["content-type"].partition(";")[0]
    if media_type == "text/plain":
        assert status in (400, 408, 431), "only text other than HTTP is answered in plain text"
    elif media_type == "text/html":
        _html(response.content)
        assert str(status) in response.text
    else:
        assert media_type == "application/problem+json", media_type
        assert response.json()["status"] == status
    assert status != 503 or int(response.headers["retry-after"]) > 0
    assert status != 405 or response.headers["allow"]


def _json(data: bytes) -> None:
    json.loads(data)


def _results_json(data: bytes) -> None:
    document = json.loads(data)
    assert isinstance(document["head"], dict)
    if "boolean" in document:
        assert isinstance(document["boolean"], bool)
        return
    variables = set(document["head"]["vars"])
    assert all(binding.keys() <= variables for binding in document["results"]["bindings"])


def _xml(data: bytes) -> None:
    ElementTree.fromstring(data)


def _csv(data: bytes) -> None:
    _same_width(list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True)))


def _tsv(data: bytes) -> None:
    _same_width([line.split("\t") for line in data.decode().split("\n")[:-1]])


def _same_width(rows: list[list[str]]) -> None:
    # A row of one empty column is an empty line, from which a CSV reader makes no column.
    assert len({len(row) or 1 for row in rows}) <= 1, "rows of different widths"


def _html(data: bytes) -> None:
    assert b"<html" in data[:200]
    assert data.rstrip().endswith(b"</html>")


def _rdf(format_: Format) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        for _ in pyoxigraph.parse(data, format_.rdf):
            pass

    return read


_READERS: Final[Mapping[str, Callable[[bytes], object]]] = {
    **{alias: _rdf(format_) for format_ in GRAPH_FORMATS for alias in format_.other_media_types},
    **{format_.media_type: _rdf(format_) for format_ in GRAPH_FORMATS},
    # Results have these types, too.
    "application/json": _json,
    "application/sparql-results+json": _results_json,
    "application/sparql-results+xml": _xml,
    "application/xml": _xml,
    "text/csv": _csv,
    "text/html": _html,
    "text/plain": bytes.decode,
    "text/tab-separated-values": _tsv,
}
