"""The parameters of requests, as clients see them."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/search?q=a&q=b", "q: this parameter is repeated"),
        ("/search.json?q=a&type=a&type=b", "type: this parameter is repeated"),
        ("/search?q=a&page=0", "page must be a whole number from 1"),
        ("/search?q=a&page=12345", "of at most 4 digits"),
        ("/sources?sort=date&sort=date", "sort: this parameter is repeated"),
        ("/doc/economy/CHN.html?lang=zh&lang=zh", "lang: this parameter is repeated"),
        ("/lookup?iri=a&iri=b", "iri: this parameter is repeated"),
        ("/reconcile?queries=%7B%7D&queries=%7B%7D", "queries: this parameter is repeated"),
        (
            "/reconcile/suggest/entity?prefix=a&cursor=-1",
            "cursor must be a whole number from 0",
        ),
        ("/search?q=%ff", "not UTF-8"),
        ("/search?q=%", "%25"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_refused(
    client: httpx.Client, path: str, words: str
) -> None:
    response = client.get(path)
    assert response.status_code == 400
    assert words in response.json()["detail"]
