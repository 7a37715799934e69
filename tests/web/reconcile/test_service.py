from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from apecgraph.release.release import Release
from apecgraph.text.economy_names import names_by_economy
from apecgraph.web.publication import Publication
from apecgraph.web.reconcile.messages import LONGEST_QUERY, MOST_QUERIES
from tests.support.reconciliation_schema import (
    EXTENSION,
    FLYOUT,
    MANIFEST,
    PROPOSALS,
    RESULTS,
    SUGGESTIONS,
    conforms,
)
from tests.support.servers import served, server_thread

PROBLEM = "application/problem+json"
ECONOMY = "apec:Economy"
KINDS = ("entity", "type", "property")
# The codes of the members of APEC (ISO 3166-1 alpha-3)
MEMBERS = ["AUS", "BRN", "CAN", "CHL", "CHN", "HKG", "IDN", "JPN", "KOR", "MEX", "MYS"]
MEMBERS += ["NZL", "PER", "PHL", "PNG", "RUS", "SGP", "THA", "TWN", "USA", "VNM"]


def ask(client: httpx.Client, queries: dict[str, Any]) -> Any:
    response = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.text
    answer = response.json()
    conforms(answer, RESULTS)
    assert list(answer) == list(queries)
    return answer


def matches(client: httpx.Client, texts: list[str], **query: Any) -> list[str | None]:
    """Reconcile a column as OpenRefine does; return the certain match of each cell."""
    found: list[str | None] = []
    for start in range(0, len(texts), 10):
        cells = texts[start : start + 10]
        answer = ask(client, {f"q{i}": {"query": text, **query} for i, text in enumerate(cells)})
        for each in answer.values():
            certain = [candidate["id"] for candidate in each["result"] if candidate["match"]]
            assert len(certain) <= 1
            found.append(next(iter(certain), None))
    return found


class TestTheManifest:
    def test_conforms(self, client: httpx.Client) -> None:
        response = client.get("/reconcile")
        assert response.headers["content-type"] == "application/json"
        assert response.headers["access-control-allow-origin"] == "*"
        manifest = response.json()
        conforms(manifest, MANIFEST)
        assert manifest["identifierSpace"] == "https://w3id.org/apecgraph/id/"
        assert manifest["batchSize"] == MOST_QUERIES
        types = {each["id"]: each["name"] for each in manifest["defaultTypes"]}
        assert types[ECONOMY] == "economy"
        assert types["org:Organization"] == "organization"
        assert not {"qb:Observation", "rdf:Statement", "sd:NamedGraph"} & set(types)

    def test_its_addresses_answer(self, client: httpx.Client) -> None:
        """Clients fill in an id, encoded as a component of a URI."""
        manifest = client.get("/reconcile").json()
        china = quote("economy/CHN", safe="")
        view = manifest["view"]["url"].replace("{{id}}", china)
        assert client.get(view).headers["location"] == "/id/economy/CHN"
        preview = manifest["preview"]["url"].replace("{{id}}", china)
        assert "China" in client.get(preview).raise_for_status().text
        for kind, service in manifest["suggest"].items():
            url = service["service_url"] + service["service_path"]
            found = client.get(url, params={"prefix": "e"}).raise_for_status().json()
            conforms(found, SUGGESTIONS[kind])
            flyout = service["service_url"] + service["flyout_service_path"]
            name = quote(found["result"][0]["id"], safe="")
            about = client.get(flyout.replace("${id}", name)).raise_for_status().json()
            conforms(about, FLYOUT)
        proposals = manifest["extend"]["propose_properties"]
        url = proposals["service_url"] + proposals["service_path"]
        proposed = client.get(url, params={"type": ECONOMY, "limit": "3"}).json()
        conforms(proposed, PROPOSALS)
        assert len(proposed["properties"]) == 3
        for each in ("documentation", "logo"):
            assert client.get(manifest[each]).status_code == 200

    @pytest.mark.parametrize(
        ("host", "root"),
        [
            ("example.org", "http://example.org"),
            ("example.org:8080", "http://example.org:8080"),
            ("[::1]:8000", "http://[::1]:8000"),
            ("a~b", "https://w3id.org/apecgraph"),
            ("example.org:80808080", "https://w3id.org/apecgraph"),
        ],
    )
    def test_its_addresses_are_those_of_the_client(
        self, client: httpx.Client, host: str, root: str
    ) -> None:
        manifest = client.get("/reconcile", headers={"Host": host}).json()
        assert manifest["preview"]["url"] == f"{root}/reconcile/preview?id={{{{id}}}}"
        assert manifest["suggest"]["type"]["service_url"] == f"{root}/reconcile"

    @pytest.mark.parametrize("host", ["evil.example/else?", '"><script>', "user@evil.example"])
    def test_a_header_that_names_no_host_is_refused(self, client: httpx.Client, host: str) -> None:
        answer = client.get("/reconcile", headers={"Host": host})
        assert answer.status_code == 400
        assert "names no host" in answer.text

    def test_head_is_get_without_the_body(self, client: httpx.Client) -> None:
        head = client.head("/reconcile")
        assert (head.status_code, head.content) == (200, b"")


class TestAColumn:
    def test_of_economies_in_two_languages_and_codes(self, client: httpx.Client) -> None:
        column = {
            "China": "CHN",
            "PEOPLE’S REPUBLIC OF CHINA": "CHN",
            "中国": "CHN",
            "Viet Nam": "VNM",
            "Vietnam": "VNM",
            "越南": "VNM",
            "Korea, Republic of": "KOR",
            "Russian Federation (the)": "RUS",
            "俄罗斯联邦": "RUS",
            "United States of America (the)": "USA",
            "Perú": "PER",
            "MÉXICO": "MEX",
            "hong kong china": "HKG",
            "Ｊａｐａｎ": "JPN",
            "SGP": "SGP",
            "nz": "NZL",
            "036": "AUS",
            "Q148": "CHN",
            "https://www.wikidata.org/wiki/Q881": "VNM",
            "economy/CHN": "CHN",
        }
        found = matches(client, list(column), type=ECONOMY, type_strict="should")
        assert found == [f"economy/{code}" for code in column.values()]

    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("Austrlia", "economy/AUS"),
            ("Phillipines", "economy/PHL"),
            ("Indonésie", "economy/IDN"),
            ("Malasia", "economy/MYS"),
            ("Tailandia", "economy/THA"),
            ("Peoples Repblic of Chna", "economy/CHN"),
            ("新家坡", "economy/SGP"),
            ("马来西业", "economy/MYS"),
            ("Viet-Nahm", "economy/VNM"),
        ],
    )
    def test_of_misspelt_names_has_the_right_one_first(
        self, client: httpx.Client, text: str, meant: str
    ) -> None:
        answer = ask(client, {"q": {"query": text, "type": ECONOMY, "type_strict": "should"}})
        first = answer["q"]["result"][0]
        assert first["id"] == meant
        assert not first["match"]

    def test_of_other_names_has_no_certain_match(self, client: httpx.Client) -> None:
        column = ["Austria", "North Korea", "Россия", "Chine", "England", "Congo", "APEC", "", "?"]
        assert matches(client, column, type=ECONOMY) == [None] * len(column)

    @pytest.mark.parametrize("code", sorted(MEMBERS))
    def test_of_everyday_names(self, client: httpx.Client, code: str) -> None:
        """What statisticians call an economy finds it, and is not shown as its name."""
        names = names_by_economy()[code]
        assert len(names) > 1
        assert set(matches(client, list(names), type=ECONOMY)) == {f"economy/{code}"}

    @pytest.mark.parametrize(
        "text",
        [
            "Taiwan",
            "Taiwan, China",
            "Taiwan Province of China",
            "Other Asia, nes",
            "Chinese Taipei",
            "中国台湾",
            "台湾",
        ],
    )
    def test_an_everyday_name_is_never_shown(self, client: httpx.Client, text: str) -> None:
        answer = ask(client, {"q": {"query": text, "type": ECONOMY, "limit": 1}})
        (first,) = answer["q"]["result"]
        assert (first["id"], first["name"], first["match"]) == (
            "economy/TWN",
            "Chinese Taipei",
            True,
        )
        pages = [
            client.get("/reconcile/suggest/entity", params={"prefix": text}),
            client.get("/reconcile/preview", params={"id": "economy/TWN"}),
            client.get("/reconcile/flyout/entity", params={"id": "economy/TWN"}),
        ]
        shown = json.dumps(answer, ensure_ascii=False) + "".join(each.text for each in pages)
        assert not re.search("Taiwan|台湾|Other Asia", shown)

    def test_of_bodies(self, client: httpx.Client) -> None:
        column = {
            "SCCP": "body/sccp",
            "Subcommittee on Customs Procedures": "body/sccp",
            "海关程序小组委员会": "body/sccp",
            "World Customs Organization": "body/wco",
            "世界海关组织": "body/wco",
            "servicio nacional de aduanas": "body/customs-chl",
            "Agencia Nacional de Aduanas de Mexico (ANAM)": "body/customs-mex",
            "Korea customs service": "body/customs-kor",
        }
        found = matches(client, list(column), type="org:Organization")
        assert found == list(column.values())
        # A source has that name too, so the match is not certain.
        assert matches(client, ["Sub-Committee on Customs Procedures"]) == [None]

    def test_never_matches_a_body_with_a_source_of_the_same_name(
        self, client: httpx.Client
    ) -> None:
        found = ask(client, {"q": {"query": "APEC SCCP"}})["q"]["result"]
        assert not any(each["match"] for each in found)
        assert {each["id"]: each["score"] for each in found}["source/apec-sccp"] < 100

    def test_of_periods(self, client: httpx.Client) -> None:
        column = ["2025", "january to august 2001", "2001-01_2001-08", "2003-08-14", "14 Aug 2003"]
        found = matches(client, column, type="dcterms:PeriodOfTime")
        assert found == [
            "period/2025",
            "period/2001-01_2001-08",
            None,  # the end of its IRI is not a name
            None,
            None,
        ]

    def test_every_entity_is_found_by_its_name_and_its_id(self, client: httpx.Client) -> None:
        for cursor in range(0, 2000, 20):
            params = {"prefix": "", "cursor": str(cursor)}
            page = client.get("/reconcile/suggest/entity", params=params).json()["result"]
            if not page:
                break
            names = {each["id"]: {"query": each["name"], "limit": 20} for each in page}
            for key, value in ask(client, names).items():
                same = [each["id"] for each in value["result"] if each["score"] == 100]
                assert key in same
            assert matches(client, list(names)) == list(names)
        assert cursor > 600


class TestQueries:
    def test_get_and_post_are_the_same(self, client: httpx.Client) -> None:
        queries = {"queries": json.dumps({"q0": {"query": "China"}})}
        posted = client.post("/reconcile", data=queries)
        assert client.get("/reconcile", params=queries).json() == posted.json()
        assert client.get("/reconcile", params=queries).json()["q0"]["result"]

    def test_a_candidate_is_complete(self, client: httpx.Client) -> None:
        query = {
            "query": "China",
            "type": [ECONOMY],
            "type_strict": "should",
            "limit": 1,
            "properties": [{"pid": "skos:notation", "v": ["CHN", {"id": "CN"}, 156]}],
        }
        (first,) = ask(client, {"q": query})["q"]["result"]
        assert first == {
            "id": "economy/CHN",
            "name": "China",
            "description": "economy, 156, CHN, CN",
            "type": [{"id": ECONOMY, "name": "economy"}],
            "score": 100.0,
            "match": True,
            "features": [
                {"id": "name_similarity", "value": 100.0},
                {"id": "property_similarity", "value": 100.0},
                {"id": "type_match", "value": True},
            ],
        }

    @pytest.mark.parametrize("name", ["", "  ", None])
    def test_properties_are_enough_without_a_name(
        self, client: httpx.Client, name: str | None
    ) -> None:
        query = {"query": name, "properties": [{"pid": "skos:notation", "v": "VNM"}]}
        (first, *_) = ask(client, {"q": query})["q"]["result"]
        assert (first["id"], first["score"], first["match"]) == ("economy/VNM", 100, True)

    def test_a_malformed_query_spoils_only_itself(self, client: httpx.Client) -> None:
        good = {"query": "China", "type": ECONOMY}
        bad = {
            "type": {"query": "China", "type": "Q5"},
            "property": {"query": "China", "properties": [{"pid": "P31", "v": "x"}]},
            "shape": {"query": ["China"]},
            "length": {"query": "x" * (LONGEST_QUERY + 1)},
        }
        answer = ask(client, {"first": good, **bad, "last": good})
        assert answer["first"]["result"] == answer["last"]["result"] != []
        for key in bad:
            assert answer[key]["result"] == []
            assert answer[key]["error"].startswith(f"queries.{key}")
        assert "error" not in answer["first"]
        assert "there is no type 'Q5'" in answer["type"]["error"]

    def test_unknown_fields_are_passed_over(self, client: httpx.Client) -> None:
        query = {"query": "China", "type": ECONOMY}
        known = ask(client, {"q": {**query, "properties": [{"pid": "skos:notation", "v": "CHN"}]}})
        condition = {"pid": "skos:notation", "v": {"id": "CHN", "name": "?"}, "required": True}
        more = {**query, "properties": [condition], "lang": "en", "conditions": []}
        assert ask(client, {"q": more}) == known

    def test_a_form_may_be_in_another_charset_or_in_the_url(self, client: httpx.Client) -> None:
        form = "application/x-www-form-urlencoded"
        queries = {"queries": json.dumps({"q": {"query": "中国"}}, ensure_ascii=False)}
        posted = client.post("/reconcile", data=queries).json()
        content = urlencode(queries, encoding="gbk").encode()
        headers = {"Content-Type": f"{form}; charset=GBK"}
        assert client.post("/reconcile", content=content, headers=headers).json() == posted
        assert client.post("/reconcile", params=queries).json() == posted
        assert client.post("/reconcile/", data=queries).json() == posted

    def test_no_queries_have_no_results(self, client: httpx.Client) -> None:
        assert ask(client, {}) == {}

    def test_a_batch_may_be_as_large_as_the_manifest_says(self, client: httpx.Client) -> None:
        queries = {f"q{i}": {"query": "China"} for i in range(MOST_QUERIES)}
        assert len(ask(client, queries)) == MOST_QUERIES


HOSTILE: list[tuple[str, int, str]] = [
    ("", 400, "queries"),
    ("{", 400, "queries"),
    ("[]", 400, "queries"),
    ("null", 400, "queries"),
    ('"q0"', 400, "queries"),
    ('{"q0":null}', 400, "queries.q0"),
    ('{"q0":"China"}', 400, "queries.q0"),
    ('{"q0":[]}', 400, "queries.q0"),
    ('{"q0":{}}', 400, "queries.q0"),
    ('{"q0":{"properties":[]}}', 400, "queries.q0"),
    ('{"q0":{"query":1}}', 400, "queries.q0.query"),
    ('{"q0":{"query":["China"]}}', 400, "queries.q0.query"),
    ('{"q0":{"query":{"a":"b"}}}', 400, "queries.q0.query"),
    ('{"q0":{"query":"x","type":1}}', 400, "queries.q0.type"),
    ('{"q0":{"query":"x","type":[1]}}', 400, "queries.q0.type"),
    ('{"q0":{"query":"x","type":{}}}', 400, "queries.q0.type"),
    ('{"q0":{"query":"x","type":"Q5"}}', 400, "queries.q0: there is no type 'Q5'"),
    ('{"q0":{"query":"x","limit":0}}', 400, "queries.q0.limit"),
    ('{"q0":{"query":"x","limit":-1}}', 400, "queries.q0.limit"),
    ('{"q0":{"query":"x","limit":"5"}}', 400, "queries.q0.limit"),
    ('{"q0":{"query":"x","limit":1e400}}', 400, "queries.q0.limit"),
    ('{"q0":{"query":"x","limit":true}}', 400, "queries.q0.limit"),
    ('{"q0":{"query":"x","type_strict":"most"}}', 400, "queries.q0.type_strict"),
    ('{"q0":{"query":"x","type_strict":[]}}', 400, "queries.q0.type_strict"),
    ('{"q0":{"query":"x","properties":{}}}', 400, "queries.q0.properties"),
    ('{"q0":{"query":"x","properties":[{}]}}', 400, "queries.q0.properties.0"),
    ('{"q0":{"query":"x","properties":[{"pid":1,"v":"x"}]}}', 400, "properties.0.pid"),
    ('{"q0":{"query":"x","properties":[{"pid":"a","v":null}]}}', 400, "properties.0.v"),
    ('{"q0":{"query":"x","properties":[{"pid":"a","v":{"name":"x"}}]}}', 400, "properties.0.v"),
    ('{"q0":{"query":"x","properties":[{"pid":"a","v":[[1]]}]}}', 400, "properties.0.v"),
    ('{"q0":{"query":"x","properties":[{"pid":"a","v":NaN}]}}', 400, "queries"),
    ('{"q0":{"query":"x","properties":[{"pid":"a","v":1}]}}', 400, "there is no property 'a'"),
    (r'{"q0":{"query":"\ud800"}}', 400, "queries"),
    ('{"q0":{"query":"a\x00b"}}', 400, "queries"),
    ("[" * 50_000, 400, "queries"),
    ('{"q":' * 50_000, 400, "queries"),
    ('{"q0":{"query":"x","limit":' + "9" * 100_000 + "}}", 400, "queries"),
    (json.dumps({"q0": {"query": "x" * (LONGEST_QUERY + 1)}}), 413, "queries.q0.query"),
    (json.dumps({"q0": {"query": "x" * 1_000_000}}), 413, "queries.q0.query"),
    (json.dumps({"q0": {"query": "x", "type": ["y"] * 11}}), 413, "queries.q0.type:"),
    (json.dumps({"q0": {"query": "x", "type": "y" * 501}}), 413, "queries.q0.type:"),
    (json.dumps({f"q{i}": {"query": "x"} for i in range(10_000)}), 413, "50 queries"),
    (json.dumps({"q": {"query": "x" * 1_100_000}}), 413, "body"),
]


class TestHostileInput:
    @pytest.mark.parametrize(("text", "status", "detail"), HOSTILE, ids=lambda each: str(each)[:40])
    def test_is_refused_with_its_place(
        self, client: httpx.Client, text: str, status: int, detail: str
    ) -> None:
        response = client.post("/reconcile", data={"queries": text})
        assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM)
        assert detail in response.json()["detail"]
        if status == 413:
            assert response.json()["limit"]

    @pytest.mark.parametrize("query", ["queries={}&queries={}", "queries={}&extend={}"])
    def test_one_kind_of_request_at_a_time(self, client: httpx.Client, query: str) -> None:
        assert client.get(f"/reconcile?{query}").status_code == 400

    def test_there_is_no_jsonp(self, client: httpx.Client) -> None:
        for path in ("/reconcile", "/reconcile/suggest/entity"):
            response = client.get(path, params={"prefix": "x", "callback": "alert"})
            assert response.status_code == 400
            assert "JSONP" in response.json()["detail"]

    @pytest.mark.parametrize(
        ("content", "media_type", "status"),
        [
            (b"", "application/x-www-form-urlencoded", 400),
            (b"foo=bar", "application/x-www-form-urlencoded", 400),
            (b"queries=%ff", "application/x-www-form-urlencoded", 400),
            (b"queries=%zz", "application/x-www-form-urlencoded", 400),
            (b'{"q0":{"query":"x"}}', "application/json", 415),
            (b"", "", 400),
            (b"queries={}", "application/x-www-form-urlencoded; charset=utf-16", 415),
        ],
    )
    def test_a_post_must_be_a_form(
        self, client: httpx.Client, content: bytes, media_type: str, status: int
    ) -> None:
        response = client.post("/reconcile", content=content, headers={"Content-Type": media_type})
        assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM)

    def test_a_batch_has_a_deadline(self, publication: Publication, release: Release) -> None:
        conditions = [{"pid": "rdfs:label", "v": ["abcd efgh " * 20 + str(i) for i in range(10)]}]
        queries = {f"q{i}": {"properties": conditions * 10} for i in range(30)}
        with served(publication, query_seconds=0.01) as client:
            response = client.post("/reconcile", data={"queries": json.dumps(queries)})
            assert response.status_code == 504
            assert response.json()["limit"] == "0.01 s"

    def test_other_clients_are_served_between_the_queries_of_a_batch(
        self, client: httpx.Client, server: str
    ) -> None:
        """However many batches wait, a query of another client is delayed by only a few queries."""
        conditions = [{"pid": "rdfs:label", "v": ["abcd efgh " * 11 + str(i) for i in range(10)]}]
        batch = {f"q{i}": {"query": "x" * 400, "properties": conditions * 10} for i in range(50)}
        done: list[httpx.Response] = []

        def flood() -> None:
            transport = httpx.HTTPTransport(local_address="127.0.0.2")
            with httpx.Client(base_url=server, transport=transport, timeout=60) as greedy:
                done.append(greedy.post("/reconcile", data={"queries": json.dumps(batch)}))

        matches(client, ["China"])  # so that the index of names is loaded
        threads = [threading.Thread(target=flood) for _ in range(4)]
        for each in threads:
            each.start()
        client.get("/reconcile/suggest/entity?prefix=chi").raise_for_status()
        assert matches(client, ["SGP"]) == ["economy/SGP"]
        assert not done
        for each in threads:
            each.join()
        # The batches wait, and are answered if they finish in time.
        assert {each.status_code for each in done} <= {200, 504}

    def test_a_client_has_a_rate_limit(self, publication: Publication, release: Release) -> None:
        with (
            server_thread(publication, queries_per_minute=2) as url,
            httpx.Client(base_url=url, headers={"X-Forwarded-For": "192.0.2.1"}) as client,
        ):
            statuses = [client.get("/reconcile").status_code for _ in range(3)]
            assert statuses == [200, 200, 429]
            assert client.get("/lookup?iri=x").status_code == 429

    def test_other_methods_are_refused(self, client: httpx.Client) -> None:
        for path in ("/reconcile", "/reconcile/preview", "/reconcile/suggest/entity"):
            assert client.delete(path).status_code == 405
            assert client.options(path).status_code == 204
        preflight = client.options("/reconcile")
        assert preflight.headers["access-control-allow-methods"] == "GET, HEAD, POST, OPTIONS"
        assert "Content-Type" in preflight.headers["access-control-allow-headers"]


class TestSuggestions:
    @pytest.mark.parametrize(
        ("kind", "prefix", "first"),
        [
            ("entity", "guangz", "place/guangzhou"),
            ("entity", "economy/CHN", "economy/CHN"),
            ("entity", "世界海", "body/wco"),
            ("type", "econ", ECONOMY),
            ("type", "org:Org", "org:Organization"),
            ("property", "nota", "skos:notation"),
        ],
    )
    def test_begin_with_the_prefix(
        self, client: httpx.Client, kind: str, prefix: str, first: str
    ) -> None:
        found = client.get(f"/reconcile/suggest/{kind}", params={"prefix": prefix}).json()
        conforms(found, SUGGESTIONS[kind])
        assert found["result"][0]["id"] == first

    @pytest.mark.parametrize("kind", KINDS)
    def test_accept_any_prefix_up_to_a_length(self, client: httpx.Client, kind: str) -> None:
        for prefix in ("\x00", "%", "<script>", "'", "🙂" * 100, "a" * LONGEST_QUERY):
            response = client.get(f"/reconcile/suggest/{kind}", params={"prefix": prefix})
            conforms(response.raise_for_status().json(), SUGGESTIONS[kind])
        long = client.get(
            f"/reconcile/suggest/{kind}", params={"prefix": "a" * (LONGEST_QUERY + 1)}
        )
        assert long.status_code == 413

    @pytest.mark.parametrize("cursor", ["-1", "x", "1.5", "9" * 30, "٣", "1_0"])
    def test_need_a_number_as_cursor(self, client: httpx.Client, cursor: str) -> None:
        response = client.get("/reconcile/suggest/entity", params={"cursor": cursor})
        assert (response.status_code, response.headers["content-type"]) == (400, PROBLEM)

    def test_there_are_three_kinds(self, client: httpx.Client) -> None:
        assert client.get("/reconcile/suggest/thing?prefix=x").status_code == 404
        assert client.get("/reconcile/flyout/thing?id=x").status_code == 404
        for kind in KINDS:
            assert client.get(f"/reconcile/flyout/{kind}?id=nothing").status_code == 404

    def test_a_flyout_is_escaped(self, client: httpx.Client) -> None:
        about = client.get("/reconcile/flyout/entity", params={"id": "body/apec"}).json()
        assert about["id"] == "body/apec"
        assert about["html"].startswith("<p><b>Asia-Pacific Economic Cooperation</b></p>")


class TestThePreview:
    def test_may_be_framed_and_runs_no_scripts(self, client: httpx.Client) -> None:
        response = client.get("/reconcile/preview", params={"id": "economy/CHN"})
        policy = response.headers["content-security-policy"]
        assert "frame-ancestors *" in policy
        assert "default-src 'none'" in policy
        assert "script" not in policy + response.text
        assert "中国" in response.text
        assert 'href="/id/economy/CHN" target="_blank"' in response.text
        missing = client.get("/reconcile/preview", params={"id": "economy/XXX"})
        assert missing.status_code == 404

    def test_is_the_only_page_that_may_be_framed(self, client: httpx.Client) -> None:
        for path in ("/", "/reconcile", "/reconcile/suggest/entity", "/id/economy/CHN", "/sparql"):
            policy = client.get(path).headers["content-security-policy"]
            assert "frame-ancestors 'none'" in policy


class TestExtension:
    def test_fetches_values(self, client: httpx.Client) -> None:
        wanted = {
            "ids": ["economy/CHN", "meeting/sccp1-2026", "economy/XXX"],
            "properties": [
                {"id": "skos:prefLabel", "settings": {"language": "zh", "limit": "1"}},
                {"id": "org:memberOf"},
                {"id": "schema:startDate", "settings": {}},
            ],
        }
        response = client.post("/reconcile", data={"extend": json.dumps(wanted)})
        answer = response.raise_for_status().json()
        conforms(answer, EXTENSION)
        assert answer["rows"]["economy/CHN"] == {
            "skos:prefLabel": [{"str": "中国"}],
            "org:memberOf": [{"id": "body/apec", "name": "Asia-Pacific Economic Cooperation"}],
            "schema:startDate": [],
        }
        start = answer["rows"]["meeting/sccp1-2026"]["schema:startDate"]
        assert start == [{"date": "2026-02-04T00:00:00Z"}]
        assert answer["rows"]["economy/XXX"]["skos:prefLabel"] == []
        assert answer["meta"][1]["type"] == {"id": "org:Organization", "name": "organization"}
        parameters = urlencode({"extend": json.dumps(wanted)})
        assert client.get(f"/reconcile?{parameters}").json() == answer

    def test_a_date_that_it_gives_can_be_reconciled(self, client: httpx.Client) -> None:
        query = {
            "query": "",
            "type": "schema:Event",
            "properties": [{"pid": "schema:startDate", "v": "2026-02-04T00:00:00Z"}],
        }
        found = ask(client, {"q": query})["q"]["result"]
        assert "meeting/sccp1-2026" in [each["id"] for each in found if each["score"] == 100]

    def test_every_property_of_every_type_can_be_fetched(self, client: httpx.Client) -> None:
        for type_ in client.get("/reconcile").json()["defaultTypes"]:
            proposed = client.get("/reconcile/properties", params={"type": type_["id"]}).json()
            conforms(proposed, PROPOSALS)
            found = ask(client, {"q": {"query": type_["name"], "type": type_["id"], "limit": 5}})
            wanted = {
                "ids": [each["id"] for each in found["q"]["result"]],
                "properties": [{"id": each["id"]} for each in proposed["properties"]],
            }
            response = client.post("/reconcile", data={"extend": json.dumps(wanted)})
            conforms(response.raise_for_status().json(), EXTENSION)

    @pytest.mark.parametrize(
        ("text", "status", "detail"),
        [
            ("{}", 400, "extend.ids"),
            ("[]", 400, "extend"),
            ('{"ids":"x","properties":[]}', 400, "extend.ids"),
            ('{"ids":[1],"properties":[]}', 400, "extend.ids.0"),
            ('{"ids":[],"properties":[{}]}', 400, "extend.properties.0.id"),
            ('{"ids":[],"properties":[{"id":"x"}]}', 400, "there is no property 'x'"),
            (
                '{"ids":[],"properties":[{"id":"x","settings":{"limit":-1}}]}',
                400,
                "extend.properties.0.settings.limit",
            ),
            (json.dumps({"ids": ["x"] * 501, "properties": []}), 413, "extend.ids"),
            (json.dumps({"ids": [], "properties": [{"id": "x"}] * 51}), 413, "extend.properties"),
        ],
    )
    def test_malformed_requests_are_refused(
        self, client: httpx.Client, text: str, status: int, detail: str
    ) -> None:
        response = client.post("/reconcile", data={"extend": text})
        assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM)
        assert detail in response.json()["detail"]

    @pytest.mark.parametrize("limit", ["100", "1000000"])
    def test_the_number_of_proposals_may_be_large(self, client: httpx.Client, limit: str) -> None:
        proposed = client.get("/reconcile/properties", params={"limit": limit}).json()
        conforms(proposed, PROPOSALS)
        assert proposed["limit"] == int(limit)
        assert len(proposed["properties"]) > 10

    @pytest.mark.parametrize("limit", ["-1", "x", "1.5", "٣", "1" * 8, "1" * 5000])
    def test_the_number_of_proposals_must_be_a_number(
        self, client: httpx.Client, limit: str
    ) -> None:
        assert client.get("/reconcile/properties", params={"limit": limit}).status_code == 400
        assert client.get("/reconcile/properties").json()["properties"]
        assert client.get("/reconcile/properties?type=Q5").status_code == 404


@pytest.fixture(scope="module", autouse=True)
def _nothing_hostile_is_left(client: httpx.Client) -> Iterator[None]:
    yield
    assert client.get("/health").status_code == 200
