from __future__ import annotations

import json
import threading

import httpx
import pytest

from apecgraph.web.http.body import LARGEST_BODY
from apecgraph.web.reconcile.lookup import LONGEST_LOOKUP, MOST
from tests.support.pages import BROWSER

BASE = "https://w3id.org/apecgraph/"
ID = f"{BASE}id/"
PROBLEM = "application/problem+json"
CHINA = {"iri": f"{ID}economy/CHN", "name": "China"}


@pytest.mark.parametrize(
    ("identifiers", "path"),
    [
        ({"iri": "http://www.wikidata.org/entity/Q148"}, "/id/economy/CHN"),
        ({"iri": "https://wikidata.org/wiki/Q148"}, "/id/economy/CHN"),
        ({"iri": "https://www.geonames.org/1809858/guangzhou.html"}, "/id/place/guangzhou"),
        ({"iri": "https://eurovoc.europa.eu/5969"}, "/id/economy/CHN"),
        ({"iri": f"{ID}economy/CHN"}, "/id/economy/CHN"),
        ({"iri": f"{BASE}doc/economy/CHN"}, "/id/economy/CHN"),
        ({"iri": f"{BASE}doc/economy/CHN.ttl"}, "/id/economy/CHN"),
        ({"iri": f" {BASE}doc/economy/CHN.linkset.json "}, "/id/economy/CHN"),
        ({"iri": "http://w3id.org/apecgraph/doc/economy/CHN.html"}, "/id/economy/CHN"),
        ({"iri": f"{BASE}ontology/Economy"}, "/ontology/Economy"),
        ({"iri": f"{BASE}doc/ontology/Economy.jsonld"}, "/ontology/Economy"),
        ({"iri": f"{BASE}ontology"}, "/ontology"),
        ({"iri": f"{BASE}doc/index"}, "/"),
        ({"code": "CHN", "scheme": "iso3166-1-alpha3"}, "/id/economy/CHN"),
        ({"code": "cn", "scheme": "ISO 3166-1 alpha-2"}, "/id/economy/CHN"),
        ({"code": "036", "scheme": "m49"}, "/id/economy/AUS"),
        ({"code": "CNY", "scheme": "units"}, "/id/unit/CNY"),
    ],
)
def test_an_identifier_leads_to_its_thing(
    client: httpx.Client, identifiers: dict[str, str], path: str
) -> None:
    for method in ("GET", "HEAD"):
        response = client.request(method, "/lookup", params=identifiers)
        assert (response.status_code, response.headers["location"]) == (303, path)
        assert response.headers["vary"] == "Accept"
        assert response.headers["access-control-allow-origin"] == "*"
    assert client.get("/lookup", params=identifiers, headers={"Accept": BROWSER}).status_code == 303
    assert client.get(path, follow_redirects=True).status_code == 200


def test_json_is_sent_on_request(client: httpx.Client) -> None:
    identifiers = {"iri": "http://www.wikidata.org/entity/Q148"}
    response = client.get("/lookup", params=identifiers, headers={"Accept": "application/json"})
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {**CHINA, "relation": "skos:exactMatch"}
    code = {"code": "CHN", "scheme": "iso3166-1-alpha3"}
    response = client.get("/lookup", params=code, headers={"Accept": "application/json"})
    assert response.json() == {**CHINA, "relation": "skos:notation"}
    document = {"iri": f"{BASE}doc/economy/CHN.ttl"}
    response = client.get("/lookup", params=document, headers={"Accept": "application/json"})
    assert response.json() == {**CHINA, "relation": "foaf:primaryTopic"}
    assert (
        client.get("/lookup", params=identifiers, headers={"Accept": "text/plain"}).status_code
        == 303
    )
    assert (
        client.get("/lookup", params=identifiers, headers={"Accept": "image/png"}).status_code
        == 406
    )


@pytest.mark.parametrize(
    "identifiers",
    [
        {"iri": "http://www.wikidata.org/entity/Q1"},
        {"iri": "not an IRI <>"},
        {"iri": f"{BASE}doc/economy/XXX.ttl"},
        {"iri": f"{BASE}doc/economy/CHN.exe"},
        {"iri": f"{BASE}doc/"},
        {"iri": f"{BASE}doc/a b<>.ttl"},
        {"iri": f"{BASE}ontology/Nothing"},
        {"code": "ZZZ", "scheme": "iso3166-1-alpha3"},
        {"code": "CHN", "scheme": "hs"},
    ],
)
def test_an_unknown_identifier_is_answered_with_the_schemes(
    client: httpx.Client, identifiers: dict[str, str]
) -> None:
    response = client.get("/lookup", params=identifiers)
    assert (response.status_code, response.headers["content-type"]) == (404, PROBLEM)
    assert "iso-3166-1-alpha-3 (ISO 3166-1 alpha-3 code)" in response.json()["detail"]
    assert client.head("/lookup", params=identifiers).status_code == 404


def test_a_list_is_answered_in_order(client: httpx.Client) -> None:
    identifiers = [
        {"iri": "http://www.wikidata.org/entity/Q148"},
        {"iri": "http://www.wikidata.org/entity/Q1"},
        {"scheme": "m49", "code": "156"},
        {"code": "CHN", "scheme": "hs"},
    ]
    response = client.post("/lookup", json=identifiers)
    assert response.status_code == 200
    assert response.json() == [
        {**CHINA, "relation": "skos:exactMatch"},
        None,
        {**CHINA, "relation": "skos:notation"},
        None,
    ]
    assert client.post("/lookup", json=[]).json() == []
    assert len(client.post("/lookup", json=identifiers[:1] * MOST).json()) == MOST


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"", 400, "not JSON"),
        (b"[", 400, "not JSON"),
        (b"\xff", 400, "not JSON"),
        (b"[" * 100_000, 400, "not JSON"),
        (b"{}", 400, "a list"),
        (b'"iri"', 400, "a list"),
        (b'[{"iri":"x"},7]', 400, "[1]"),
        (b'[{"iri":1}]', 400, "[0]"),
        (b'[{"iri":null}]', 400, "[0]"),
        (b'[{"iri":["x"]}]', 400, "[0]"),
        (b'[{"code":"CHN"}]', 400, "[0]"),
        (b'[{"iri":"x","code":"CHN","scheme":"m49"}]', 400, "[0]"),
        (b"[{}]", 400, "[0]"),
        (json.dumps([{"iri": "x"}] * (MOST + 1)).encode(), 413, f"{MOST} items"),
        (json.dumps([{"iri": "x" * (LONGEST_LOOKUP + 1)}]).encode(), 413, "at most"),
        (b" " * (LARGEST_BODY + 1), 413, "larger"),
    ],
    ids=lambda each: repr(each)[:30],
)
def test_hostile_lists_are_refused(
    client: httpx.Client, body: bytes, status: int, detail: str
) -> None:
    response = client.post("/lookup", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM)
    assert detail in response.json()["detail"]


@pytest.mark.parametrize(
    "query",
    ["", "iri=a&iri=b", "code=CHN", "scheme=m49", "iri=a&code=b&scheme=c", "url=x", "iri=%zz"],
)
def test_malformed_requests_are_refused(client: httpx.Client, query: str) -> None:
    response = client.get(f"/lookup?{query}")
    assert (response.status_code, response.headers["content-type"]) == (400, PROBLEM)


@pytest.mark.parametrize("query", ["iri=", "iri=%20", "code=&scheme=m49", "code=CHN&scheme="])
def test_an_empty_identifier_is_refused(client: httpx.Client, query: str) -> None:
    response = client.get(f"/lookup?{query}")
    assert (response.status_code, response.headers["content-type"]) == (400, PROBLEM)
    assert "empty" in response.json()["detail"]


def test_an_empty_cell_of_a_list_is_answered_with_null(client: httpx.Client) -> None:
    identifiers = [{"iri": ""}, {"code": " ", "scheme": "m49"}, {"iri": f"{ID}economy/CHN"}]
    answer = client.post("/lookup", json=identifiers).json()
    assert answer == [None, None, {**CHINA, "relation": "owl:sameAs"}]


def test_long_texts_media_types_and_lone_surrogates_are_refused(
    client: httpx.Client,
) -> None:
    assert client.get("/lookup", params={"iri": "x" * 3000}).status_code == 413
    headers = {"Content-Type": "application/json"}
    response = client.post("/lookup", content=rb'[{"iri":"\ud800"}]', headers=headers)
    assert response.status_code == 400
    assert "[0].iri" in response.json()["detail"]
    alone = client.post("/lookup", content=b'[{"iri":"x"}]', headers={"Content-Type": "text/plain"})
    assert alone.status_code == 415


def test_long_lists_do_not_delay_other_clients(server: str, client: httpx.Client) -> None:
    """The lists of one client are processed one at a time, and other clients come between."""
    body = json.dumps([{"iri": f"{'x/' * 400}{each}"} for each in range(MOST)])
    statuses: list[int] = []

    def flood() -> None:
        transport = httpx.HTTPTransport(local_address="127.0.0.2")
        headers = {"Content-Type": "application/json"}
        with httpx.Client(base_url=server, transport=transport, timeout=60) as greedy:
            statuses.append(greedy.post("/lookup", content=body, headers=headers).status_code)

    threads = [threading.Thread(target=flood) for _ in range(60)]
    for each in threads:
        each.start()
    found = [client.get("/lookup?code=156&scheme=m49").status_code for _ in range(5)]
    for each in threads:
        each.join()
    assert found == [303] * 5
    assert len(statuses) == 60
    assert set(statuses) <= {200, 503}


def test_other_methods_are_refused(client: httpx.Client) -> None:
    response = client.delete("/lookup")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    preflight = client.options("/lookup")
    assert preflight.status_code == 204
    assert "Content-Type" in preflight.headers["access-control-allow-headers"]
    body = client.request("GET", "/lookup?iri=x", content=b"x")
    assert body.status_code == 400
