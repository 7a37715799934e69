"""What well-known clients send, replayed: `requests/` has a file for each client.

A file names the client, its version and the source that the requests were read from. A request has
the answer that its user expects: the status, the media type, and a text in it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import httpx
import pytest

from tests.support.connections import PATIENCE
from tests.support.pages import BROWSER
from tests.support.replies import fault

FILES = sorted((Path(__file__).parent / "requests").glob("*.toml"))
NAMES = "<id/economy/CHN> <http://www.w3.org/2004/02/skos/core#prefLabel> ?name"
TEXTS = {
    "SELECT": f"SELECT ?name {{ {NAMES} }}",
    "ASK": f"ASK {{ {NAMES} }}",
    "CONSTRUCT": f"CONSTRUCT WHERE {{ {NAMES} }}",
    "BROWSER": BROWSER,
}
"""The abbreviations in the files."""


@dataclass(frozen=True)
class Sent:
    """A request of a client, with the answer that is expected."""

    sends: str
    url: str
    answer: dict[str, Any]
    method: str = "GET"
    parameters: dict[str, str] | None = None
    headers: dict[str, str] | None = None
    form: dict[str, str] | None = None
    body: str | None = None


def written(value: Any) -> Any:
    """Write out the abbreviations in a value of a file."""
    if isinstance(value, dict):
        return {name: written(each) for name, each in value.items()}
    return Template(value).safe_substitute(TEXTS) if isinstance(value, str) else value


def requests() -> Iterator[Any]:
    for path in FILES:
        for fields in tomllib.loads(path.read_text())["requests"]:
            yield pytest.param(
                Sent(**{**written(fields), "answer": fields["answer"]}),
                id=f"{path.stem}: {fields['sends']}",
            )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_client_is_named_with_its_version_and_its_source(path: Path) -> None:
    content = tomllib.loads(path.read_text())
    assert content.keys() == {"client", "version", "sources", "requests"}
    assert content["client"]
    assert content["version"]
    for source in content["sources"]:
        assert re.match("https://github.com/[^/]+/[^/]+/blob/[0-9a-f]{40}/.", source)


@pytest.mark.parametrize("sent", list(requests()))
def test_a_client_gets_the_answer_that_its_user_expects(server: str, sent: Sent) -> None:
    with httpx.Client(base_url=server, timeout=PATIENCE, follow_redirects=True) as client:
        client.headers.clear()
        response = client.request(
            sent.method,
            sent.url,
            params=sent.parameters,
            headers=sent.headers,
            data=sent.form,
            content=sent.body,
        )
    assert response.status_code == sent.answer.get("status", 200), response.text
    assert response.headers["access-control-allow-origin"] == "*"
    if sent.method == "OPTIONS":
        allows(response)
        return
    assert response.headers["content-type"].partition(";")[0] == sent.answer["type"]
    assert sent.answer["has"] in response.text
    if sent.url.startswith("/sparql"):
        assert fault(response) is None


def allows(response: httpx.Response) -> None:
    """Check that a preflight allows the request that the client announces (Fetch, section 4.8)."""
    announced = response.request.headers
    methods = response.headers["access-control-allow-methods"].split(", ")
    assert announced["access-control-request-method"] in methods
    allowed = response.headers["access-control-allow-headers"].lower().split(", ")
    for name in announced["access-control-request-headers"].split(","):
        assert name in allowed or ("*" in allowed and name != "authorization")
