"""The typed JSON API answers with numbers, names and sources."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.release.release import Release

RIGHT = "chinadailyasia-628497/trade-2025"
WRONG = "seetaoe-258468/trade-2025"


def get(client: httpx.Client, path: str, **parameters: object) -> Any:
    asked = {name: str(value) for name, value in parameters.items()}
    response = client.get(path, params=asked or None)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


def walk(client: httpx.Client, path: str, **parameters: object) -> list[Any]:
    """Return all items of a list, part by part."""
    part = get(client, path, **parameters)
    items: list[Any] = part["items"]
    while part["next"]:
        part = get(client, part["next"])
        assert part["items"]
        items += part["items"]
    assert len(items) == part["total"]
    return items


def test_a_figure_is_a_number_with_its_source(client: httpx.Client) -> None:
    figure = get(client, f"/api/figures/{RIGHT}")
    assert figure["value"] == 26_290_000_000_000
    assert figure["interval"] == {
        "lower": 26_285_000_000_000,
        "upper": 26_295_000_000_000,
        "excludes_lower": False,
        "excludes_upper": True,
    }
    assert figure["text"] == "26.29 trillion yuan"
    assert figure["printed"] == {"value": "26.29 trillion yuan", "language": "en"}
    assert figure["period"]["start"] == "2025-01-01"
    assert figure["dimensions"]["reporter"] == {"iri": f"{ID}economy/CHN", "label": "China"}
    assert figure["source"]["iri"] == f"{ID}source/chinadailyasia-628497"
    assert figure["source"]["publisher"]["label"] == "China Daily Asia"
    assert figure["status"] == "stands"


def test_a_rejected_figure_says_so_and_names_the_decision(client: httpx.Client) -> None:
    figure = get(client, f"/api/figures/{WRONG}")
    assert (figure["status"], figure["value"]) == ("rejected", 2_629_000_000_000)
    (ruling,) = figure["decisions"]
    decision = get(client, f"/api/decisions/{ruling['decision']['iri'].rpartition('/')[2]}")
    assert figure["iri"] in [claim["iri"] for claim in decision["rejected"]]
    assert f"{ID}figure/{RIGHT}" in [claim["iri"] for claim in decision["upheld"]]
    assert decision["reasons"]
    conflict = get(client, "/api/conflicts/trade-2025")
    first = conflict["contradictions"][0]
    assert first["ratio"] == pytest.approx(10, rel=0.01)
    assert len(first["estimates"]) == 2
    assert {claim["status"] for claim in conflict["claims"]} == {"stands", "rejected"}


def test_names_are_in_the_language_of_the_request(client: httpx.Client) -> None:
    path = "/api/things/economy/CHN"
    asked = client.get(path, params={"lang": "zh"})
    accepted = client.get(path, headers={"Accept-Language": "zh-CN"})
    english = client.get(path)
    assert asked.json() == accepted.json()
    assert [each.json()["label"] for each in (asked, english)] == ["中国", "China"]
    assert [each.headers["content-language"] for each in (asked, english)] == ["zh", "en"]
    assert "Accept-Language" in english.headers["vary"]
    assert asked.headers["etag"] != english.headers["etag"]


def test_a_fact_names_the_sources_that_state_it(client: httpx.Client) -> None:
    thing = get(client, "/api/things/meeting/sccp1-2026")
    facts = {fact["property"]["iri"]: fact["values"] for fact in thing["facts"]}
    places = facts["https://schema.org/location"]
    assert "Guangzhou" in [place["value"]["label"] for place in places]
    assert all(source["label"] for place in places for source in place["sources"])
    assert any(place["sources"] for place in places)
    assert all(isinstance(fact["values"], list) for fact in thing["facts"])
    assert thing["links"]
    assert "Guangzhou" in thing["description"]


@pytest.mark.parametrize(
    "path", ["/api/sources", "/api/series", "/api/conflicts", "/api/decisions", "/api/things"]
)
def test_the_parts_of_a_list_have_every_item_once(client: httpx.Client, path: str) -> None:
    whole = walk(client, path, limit=100)
    parts = walk(client, path, limit=37)
    assert parts == whole
    assert len({str(sorted(item.items(), key=str)) for item in whole}) == len(whole)


def test_figures_are_selected_as_on_their_page(client: httpx.Client) -> None:
    chosen = {"reporter": "economy/CHN", "from": "2025", "currency": "unit/CNY"}
    figures = walk(client, "/api/figures", limit=50, **chosen)
    table = client.get("/figures.json", params=chosen).json()["figures"]
    assert {each["iri"]: each["value"] for each in figures} == {
        each["figure"]: each["value"] for each in table
    }
    (series, *_) = get(client, "/api/series", **chosen)["items"]
    assert series["figures"] <= get(client, series["address"])["total"]
    assert client.get(series["iri"].replace(BASE, "/")).status_code == 200


def test_a_search_finds_things_and_what_is_rejected(client: httpx.Client) -> None:
    hits = get(client, "/api/search", q="Peru", limit=3)["items"]
    assert (hits[0]["iri"], hits[0]["label"]) == (f"{ID}economy/PER", "Peru")
    assert "economy" in hits[0]["types"]
    hits = get(client, "/api/search", q="2.629 trillion", lang="zh")["items"]
    statuses = {claim["status"] for hit in hits for claim in hit["claims"]}
    assert "rejected" in statuses
    corrected = get(client, "/api/search", q="custms procedures", limit=1)
    assert corrected["corrected"] == "customs procedures"
    assert corrected["items"]
    assert get(client, "/api/search", q="customs procedures", limit=1)["corrected"] is None


def test_an_identifier_leads_to_a_thing(client: httpx.Client) -> None:
    for asked in (
        {"iri": "http://www.wikidata.org/entity/Q419"},
        {"code": "per", "scheme": "ISO 3166-1 alpha-3"},
    ):
        found = get(client, "/api/lookup", lang="zh", **asked)
        assert (found["iri"], found["label"]) == (f"{ID}economy/PER", "秘鲁")
    assert client.get("/api/lookup", params={"iri": "http://a.example/"}).status_code == 404


def test_releases_are_listed(client: httpx.Client, release: Release) -> None:
    (only,) = get(client, "/api/releases")["items"]
    assert (only["name"], only["quads"], only["current"]) == (release.name, release.quads, True)
    assert get(client, f"/api/releases/{release.name}") == only


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/figures?limit=101", "limit"),
        ("/api/figures?limit=0", "limit"),
        ("/api/figures?limit=1e1", "limit"),
        ("/api/figures?limit=1&limit=1", "limit"),
        ("/api/figures?after=nothing", "after"),
        ("/api/figures?from=20x5", "from"),
        ("/api/figures?flw=flow/total", "flw"),
        ("/api/things?kind=nothing", "kind"),
        ("/api/search", "q"),
        ("/api/search?q=" + "a" * 1001, "q"),
        ("/api/search?q=a&type=nothing", "type"),
        ("/api/lookup?code=PER", "scheme"),
        ("/api/things/economy/PER?lang=xx", "lang"),
        ("/api/things/economy/PER?lang=en&lang=en", "lang"),
        ("/api/sources?q=%FF", "UTF-8"),
    ],
)
def test_an_error_names_the_parameter(client: httpx.Client, path: str, name: str) -> None:
    response = client.get(path)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert name in response.json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/api/things/economy/XXX",
        "/api/things/%00",
        "/api/things/..%2F..%2Fetc%2Fpasswd",
        "/api/things/%3Ca%3E%22",
        "/api/figures/economy/PER",
        "/api/decisions/nothing",
        "/api/conflicts/nothing",
        "/api/sources/nothing",
        "/api/releases/nothing",
    ],
)
def test_what_is_not_there_is_not_found(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["detail"]


def test_the_methods_are_those_of_other_resources(client: httpx.Client) -> None:
    for path in ("/api/sources", f"/api/figures/{RIGHT}"):
        whole = client.get(path)
        head = client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == whole.headers["etag"]
        known = {"If-None-Match": whole.headers["etag"]}
        assert client.get(path, headers=known).status_code == 304
        assert client.post(path).status_code == 405
        assert client.options(path).headers["allow"] == "GET, HEAD, OPTIONS"
