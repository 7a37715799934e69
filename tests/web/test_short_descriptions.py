"""The short descriptions of things, in words that come from the facts."""

from __future__ import annotations

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, ONTOLOGY, PREFIXES
from apecgraph.text.catalogues import ENGLISH, read_catalogues
from apecgraph.web.language import Language
from apecgraph.web.short_descriptions import ShortDescriptions

CATALOGUES = read_catalogues()


@pytest.fixture(scope="module")
def described(graph: Graph) -> dict[str, ShortDescriptions]:
    return {
        tag: ShortDescriptions(graph, Language(graph, each)) for tag, each in CATALOGUES.items()
    }


@pytest.mark.parametrize(
    ("iri", "english", "chinese"),
    [
        (
            f"{ID}economy/PER",
            "Economy, member of Asia-Pacific Economic Cooperation since November 1998",
            "经济体，自1998年11月起为亚太经合组织成员",
        ),
        (
            f"{ID}meeting/sccp1-2026",
            "Event in Guangzhou, 4 to 6 February 2026",
            "2026年2月4日至6日在广州市举行的活动",
        ),
        (
            f"{ID}meeting/apec-1998",
            "Series of events hosted by Malaysia",
            "由马来西亚主办的系列活动",
        ),
        (f"{ID}body/customs-per", "Organization serving Peru", "服务于秘鲁的组织机构"),
        (
            f"{ID}person/james-kombuk-bire",
            "Chair of Sub-Committee on Customs Procedures, 2018",
            "20",
        ),
        (f"{ID}place/guangzhou", "City in Guangdong", "广东省的城市"),
        (f"{ID}publisher/bastille-post", "Publisher of 2 sources", "发布了2个来源的发布者"),
        (f"{ID}source/81-cn-2015", "News article by 81.cn, 17 April 2015", "81.cn"),
        (
            f"{ID}figure/seetaoe-258468/trade-2025",
            "Trade of China with other APEC economies, 2025, in yuan, printed by SEETAO",
            "中国与亚太经合组织其他经济体的进出口额",
        ),
        (
            f"{ID}decision/attendance",
            "Decision of 23 November 2026: compatible",
            "2026年11月23日的裁定",
        ),
        (f"{ID}period/2025", "Period from 1 January 2025 to 31 December 2025", "2025年1月1日至"),
        (f"{ID}role/chair", "Leads a body for a term", "在任期内领导一个机构"),
        (f"{ONTOLOGY}bound", "Attribute: how the source bounds the number", "附加属性"),
        (f"{ID}topic/smart-customs", "Entry of the code list “Topics”", "代码表"),
        (f"{ID}nothing/at-all", "", ""),
    ],
)
def test_a_thing_is_described_by_its_facts(
    described: dict[str, ShortDescriptions], iri: str, english: str, chinese: str
) -> None:
    for tag, words in (("en", english), ("zh", chinese)):
        text = described[tag].of(iri)
        assert text.startswith(words) if words else not text
        assert not text.endswith((".", "。"))


def test_a_rejected_fact_and_an_unknown_one_are_left_out() -> None:
    turtle = """
    <event/a> a schema:Event ; schema:location <place/x> .
    <event/b> a schema:Event .
    <place/x> a schema:City ; skos:prefLabel "X\\nY <b>%(kind)s</b>"@en .
    <body/long> a skos:Concept ; skos:definition "{long}"@en, "{long}" .
    """.replace("{long}", "word " * 100)
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    triples = ox.parse(f"@base <{ID}> .\n{prefixes}{turtle}", format=ox.RdfFormat.TURTLE)
    graph = Graph(ox.Quad(each.subject, each.predicate, each.object) for each in triples)
    rejected = ox.Quad(
        ox.NamedNode(f"{ID}event/b"),
        ox.NamedNode("https://schema.org/location"),
        ox.NamedNode(f"{ID}place/x"),
        ox.NamedNode(f"{ID}source/s"),
    )
    graph.store.add(rejected)
    described = ShortDescriptions(graph, Language(graph, ENGLISH))
    assert "X\nY <b>%(kind)s</b>" in described.of(f"{ID}event/a")
    assert described.of(f"{ID}event/b") == ""
    assert described.of(f"{ID}body/long").endswith("…")
    assert len(described.of(f"{ID}body/long")) < 250
    assert described.of(f"{APEC}unknown") == ""


def test_a_card_has_the_name_the_kind_and_the_description(client: httpx.Client) -> None:
    answer = client.get("/card", params={"of": "economy/PER", "lang": "zh"}).raise_for_status()
    card = answer.json()
    assert (card["name"], card["kind"]) == ("秘鲁", "经济体")
    assert card["description"].startswith("经济体，自1998年11月起")
    assert "max-age" in answer.headers["cache-control"]
    assert len(answer.content) < 300
    again = client.get(
        "/card?of=economy/PER&lang=zh", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    assert client.get("/card?of=ontology/bound").json()["kind"]
    for query, status in (("", 400), ("of=x/y", 404), ("of=economy/PER&x=1", 400), ("of=%00", 404)):
        assert client.get(f"/card?{query}").status_code == status
