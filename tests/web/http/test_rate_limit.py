"""The number of queries that one client may send."""

from __future__ import annotations

import httpx
import pytest

from apecgraph.errors import TooManyRequests
from apecgraph.web.http.clients import client_name
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.publication import Publication
from tests.support.servers import served


def charge(limit: RateLimit, address: str) -> str:
    return limit.charge({"client": (client_name(address), 0)})


@pytest.mark.parametrize("client", ["192.0.2.1", "2001:db8::1", "not an address"])
def test_a_client_over_its_rate_limit_is_told_when_to_retry(client: str) -> None:
    limit = RateLimit(3)
    for _ in range(3):
        assert charge(limit, client) == client_name(client)
    with pytest.raises(TooManyRequests) as raised:
        charge(limit, client)
    assert 1 <= raised.value.retry_after <= 60
    charge(limit, "198.51.100.7")  # other clients are not limited


@pytest.mark.parametrize(
    ("client", "same", "other"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1"),
        ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
        ("::ffff:192.0.2.1", "::FFFF:c000:201", "::ffff:192.0.2.2"),
    ],
)
def test_addresses_of_one_client_share_a_rate_limit(client: str, same: str, other: str) -> None:
    limit = RateLimit(1)
    charge(limit, client)
    with pytest.raises(TooManyRequests):
        charge(limit, same)
    charge(limit, other)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_clients_on_this_machine_have_no_rate_limit(address: str) -> None:
    limit = RateLimit(1)
    for _ in range(5):
        charge(limit, address)


def test_a_client_behind_a_proxy_has_its_own_rate_limit(publication: Publication) -> None:
    with served(publication, queries_per_minute=2) as client:
        other = {"X-Forwarded-For": "192.0.2.1"}

        def ask(query: str, headers: dict[str, str]) -> httpx.Response:
            return client.get("/sparql", params={"query": query}, headers=headers)

        for number in range(2):
            assert ask(f"ASK {{}} # {number}", other).status_code == 200
        refused = ask("ASK {} # more", other)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.json()["limit"] == "2 queries a minute"
        assert ask("ASK {} # 1", other).status_code == 200  # it is cached, and so it is free
        assert ask("ASK {} # more", {}).status_code == 200
        for path in ("/search?q=china", "/lookup?iri=x", "/reconcile/suggest/entity?prefix=c"):
            assert client.get(path, headers=other).status_code == 429, path
        for path in ("/api/search?q=china", "/api/figures?limit=3", "/api/lookup?iri=x"):
            assert client.get(path, headers=other).status_code == 429, path
        assert client.get("/api/things/economy/CHN", headers=other).status_code == 200
