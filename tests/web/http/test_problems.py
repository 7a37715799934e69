"""Errors as responses."""

import inspect
import json
import logging
from collections.abc import Mapping
from pathlib import Path

import pytest

from apecgraph import errors
from apecgraph.errors import (
    ApecgraphError,
    CheckFailed,
    ContentError,
    ContentTooLarge,
    EngineFailed,
    EngineUnavailable,
    EntryRefused,
    Forbidden,
    Gone,
    HeadersTooLarge,
    LimitExceeded,
    LossFound,
    MalformedQuery,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    NotOffered,
    NotPublished,
    QueryError,
    QueryTimedOut,
    QueryTooHeavy,
    RangeNotSatisfiable,
    ReleaseError,
    ReleasesLocked,
    RequestError,
    RequestTimedOut,
    RolledBack,
    StoreBusy,
    StoreError,
    TableRefused,
    ToldError,
    TooManyRequests,
    UnknownCode,
    UnsupportedMediaType,
    UriTooLong,
    WorkerKilled,
)
from apecgraph.text.catalogues import read_catalogues
from apecgraph.web.http.problems import STATUS, problem_response
from tests.support.pages import BROWSER

PROBLEMS: list[tuple[Exception, int, dict[str, object]]] = [
    (MalformedRequest("m"), 400, {}),
    (MalformedQuery("m", 2, 12), 400, {"line": 2, "column": 12}),
    (MalformedQuery("m"), 400, {}),
    (Forbidden("m"), 403, {}),
    (NotFound("m"), 404, {}),
    (EngineFailed("m"), 502, {}),
    (RangeNotSatisfiable("m", 9), 416, {}),
    (NotOffered("m"), 501, {}),
    (Gone("m", ["https://example.org/new"]), 410, {"available": ["https://example.org/new"]}),
    (MethodNotAllowed("m", ["GET", "POST"]), 405, {"allowed": ["GET", "POST"]}),
    (NotAcceptable("m", ["text/csv"]), 406, {"available": ["text/csv"]}),
    (LimitExceeded("m", "9 bytes"), 400, {"limit": "9 bytes"}),
    (ContentTooLarge("m", "9 bytes"), 413, {"limit": "9 bytes"}),
    (RequestTimedOut("m", "10 s"), 408, {"limit": "10 s"}),
    (UriTooLong("m", "9 bytes"), 414, {"limit": "9 bytes"}),
    (UnsupportedMediaType("m"), 415, {}),
    (TooManyRequests("m", "9 a minute", 7), 429, {"limit": "9 a minute"}),
    (HeadersTooLarge("m", "9 bytes"), 431, {"limit": "9 bytes"}),
    (RequestError("m"), 400, {}),
    (QueryTooHeavy("m", "400 MB"), 422, {"limit": "400 MB"}),
    (QueryTooHeavy("m"), 422, {}),
    (StoreBusy("m"), 503, {}),
    (WorkerKilled("m"), 503, {}),
    (QueryTimedOut("m", "10 s"), 504, {"limit": "10 s"}),
    (QueryError("m"), 500, {}),
]


@pytest.mark.parametrize(("error", "status", "members"), PROBLEMS)
def test_a_problem_names_its_cause(
    error: Exception, status: int, members: dict[str, object]
) -> None:
    response = problem_response(error, None)
    problem = json.loads(bytes(response.body))
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert problem.pop("title")
    assert problem == {"type": "about:blank", "status": status, "detail": "m", **members}


def test_every_error_has_a_status_of_its_own_or_of_its_kind() -> None:
    classes = [
        each
        for _, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, ApecgraphError) and each not in (ApecgraphError, ToldError)
    ]
    assert len(classes) >= 17
    # An error of a build can only reach a request through a bug, so it is a 500.
    ours = {ContentError, ReleaseError, NotPublished, CheckFailed, LossFound, RolledBack}
    ours |= {ReleasesLocked, EntryRefused, TableRefused, UnknownCode}
    for each in classes:
        nearest = next(base for base in each.__mro__ if base in STATUS)
        assert (nearest is ApecgraphError) == (each in ours), each
    tested = {type(error) for error, _, _ in PROBLEMS}
    assert set(classes) - ours - {StoreError, EngineUnavailable} == tested


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("secret /etc/passwd"), 500),
        (ContentError("secret", Path("/etc/passwd"), 1), 500),
        (ReleaseError("secret /etc/passwd"), 500),
        (StoreError("secret /etc/passwd"), 503),
        (EngineUnavailable("secret /etc/passwd"), 503),
    ],
)
@pytest.mark.parametrize("accept", [None, BROWSER])
def test_internal_errors_are_logged_and_not_disclosed(
    error: Exception, status: int, accept: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = problem_response(error, accept)
    body = bytes(response.body).decode()
    assert response.status_code == status
    assert "secret" not in body
    assert "/etc" not in body
    assert "Traceback" not in body
    assert "secret" in caplog.text


@pytest.mark.parametrize("error", [Forbidden("m"), RuntimeError("m"), StoreBusy("m")])
@pytest.mark.parametrize("accept", [None, BROWSER])
def test_problems_are_not_cached(error: Exception, accept: str | None) -> None:
    headers = problem_response(error, accept).headers
    assert headers["cache-control"] == "no-store"
    assert headers["vary"] == "Accept"
    assert "allow" not in headers


def test_405_lists_the_methods() -> None:
    assert problem_response(MethodNotAllowed("m", ["GET", "HEAD"]), None).headers["allow"] == (
        "GET, HEAD"
    )


@pytest.mark.parametrize("error", [StoreBusy("m"), WorkerKilled("m"), StoreError("m")])
def test_503_says_when_to_retry(error: Exception) -> None:
    assert int(problem_response(error, None).headers["retry-after"]) > 0
    assert "retry-after" not in problem_response(QueryTimedOut("m", "1 s"), None).headers


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("application/json", "application/problem+json"),
        ("application/json, text/html;q=0.9", "application/problem+json"),
        ("application/sparql-results+json", "application/problem+json"),
        ("image/png", "application/problem+json"),
        (BROWSER, "text/html; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
        ("application/problem+json;q=0.5, text/html;q=0.4", "application/problem+json"),
    ],
)
def test_a_client_that_prefers_html_gets_a_page(accept: str | None, content_type: str) -> None:
    assert problem_response(Forbidden("m"), accept).headers["content-type"] == content_type


def test_an_error_page_escapes_the_request() -> None:
    page = bytes(problem_response(Forbidden("<script>&兆"), BROWSER).body).decode()
    assert "&lt;script&gt;&amp;兆" in page
    assert "<script>" not in page
    assert "403 Forbidden" in page


def test_the_error_page_can_be_replaced() -> None:
    def render(problem: Mapping[str, object]) -> str:
        return f"<p>{problem['status']} at {problem['line']}"

    response = problem_response(MalformedQuery("m", 2, 3), BROWSER, render_html=render)
    assert bytes(response.body) == b"<p>400 at 2"
    response = problem_response(MalformedQuery("m", 2, 3), None, render_html=render)
    assert response.headers["content-type"] == "application/problem+json"


def test_a_page_is_in_the_language_of_the_reader_and_the_details_for_programs_in_english() -> None:
    error = NotFound("There is no question '%(name)s'.", name="100% <x>")
    chinese = read_catalogues()["zh"]
    page = bytes(problem_response(error, BROWSER, catalogue=chinese).body).decode()
    assert "<h1>404 未找到</h1>\n<p>没有问题“100% &lt;x&gt;”。</p>" in page
    problem = json.loads(bytes(problem_response(error, None, catalogue=chinese).body))
    assert problem["detail"] == str(error) == "There is no question '100% <x>'."
    assert problem["title"] == "Not Found"


def test_a_detail_and_a_list_are_cut_with_counts() -> None:
    many = [f"https://example.org/{number}" for number in range(5000)]
    for error in (NotFound("x" * 1_000_000, many), Gone("x" * 1_000_000, many)):
        response = problem_response(error, None)
        problem = json.loads(bytes(response.body))
        assert "xxx… (998,000 more characters) …xxx" in problem["detail"]
        assert (len(problem["available"]), problem["leftOff"]) == (100, 4900)
        assert len(response.body) < 10_000
        assert len(response.headers.get("link", "")) < 10_000
