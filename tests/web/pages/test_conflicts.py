from __future__ import annotations

import csv
import io
import re

import httpx
import pyoxigraph as ox

from apecgraph.rdf.namespaces import APEC, BASE, ID
from apecgraph.readers.queries import BLIND_SPOTS
from tests.support.pages import Page, get

UPHOLDS, REJECTS = (ox.NamedNode(f"{APEC}{name}") for name in ("upholds", "rejects"))


def here(node: object) -> str:
    assert isinstance(node, ox.NamedNode)
    return f'href="/{node.value.removeprefix(BASE)}"'


class TestTheOverview:
    def test_has_every_decision_under_its_verdict(
        self, client: httpx.Client, store: ox.Store
    ) -> None:
        text = get(client, "/conflicts")
        sections = text.split("<section ")[1:]
        assert [each.partition("verdict/")[2].partition('"')[0] for each in sections] == [
            "resolved",
            "likely",
            "open",
            "alternative",
            "compatible",
        ]
        verdict = ox.NamedNode(f"{APEC}verdict")
        found = list(store.quads_for_pattern(None, verdict, None, ox.DefaultGraph()))
        assert len(found) > 30
        for quad in found:
            assert isinstance(quad.object, ox.NamedNode)
            name = quad.object.value.removeprefix(ID)
            (section,) = (each for each in sections if f'labelledby="{name}"' in each)
            assert here(quad.subject) in section

    def test_shows_which_printed_values_stand(self, client: httpx.Client) -> None:
        text = get(client, "/conflicts")
        item = text[text.index('id="decision/trade-2025"') :].partition("</ul>")[0]
        kept, rejected = item.split("<li class=")[1:]
        assert kept.startswith('"stands"')
        assert "26.29 trillion yuan</span>" in kept
        assert "× 6, stands" in kept
        assert rejected.startswith('"rejected"')
        assert "× 2, rejected" in rejected

    def test_shows_the_plainest_contradiction_that_the_check_found(
        self, client: httpx.Client
    ) -> None:
        text = get(client, "/conflicts")
        item = text[text.index('id="decision/trade-2025"') :].partition("</li>\n<li id=")[0]
        link = re.search(
            r'The check finds: <a href="(/id/contradiction/[0-9a-f]{16})">(.*?)</a>', item
        )
        assert link is not None
        assert link[2] == (
            "trade of China with other APEC economies, 2025: one is 10 times the other"
        )
        assert re.search("and [0-9]+ more contradictions", item)
        page = get(client, f"{link[1].replace('/id/', '/doc/')}.html")
        assert "26.29 trillion yuan (24 Chasa and 4 others)" in page


class TestADecision:
    def test_lists_all_claims_with_their_sources(
        self, client: httpx.Client, store: ox.Store
    ) -> None:
        for name in ("trade-2025", "theme", "trade-2020-mozambique", "supply-chain-qualities"):
            text = get(client, f"/doc/decision/{name}.html")
            explanation = text.partition("<h2>As recorded")[0]
            decision = ox.NamedNode(f"{ID}decision/{name}")
            for predicate in (UPHOLDS, REJECTS):
                for quad in store.quads_for_pattern(decision, predicate, None, ox.DefaultGraph()):
                    assert here(quad.object) in explanation

    def test_explains_the_conflict(self, client: httpx.Client) -> None:
        text = get(client, "/doc/decision/trade-2025.html")
        story = [
            "26.29 trillion stands.",  # the reason
            "<svg",
            "2.6285 trillion to under 2.6295 trillion yuan</td>",
            "<strong>one is 10 times the other:</strong></a> trade of China with other APEC",
            "exports minus imports equal the trade balance",  # another rule compares it, too
        ]
        places = [text.index(part) for part in story]
        assert places == sorted(places)

    def test_distinguishes_its_figures_by_their_dimensions(self, client: httpx.Client) -> None:
        text = get(client, "/doc/decision/trade-2020-mozambique.html")
        assert ">trade of China with the world, 2020, in yuan<" in text
        for part in ("<td>exports</td>", "<td>imports</td>", "<td>exports and imports</td>"):
            assert part in text

    def test_about_wordings_lists_the_sources_of_each(self, client: httpx.Client) -> None:
        text = get(client, "/doc/decision/theme.html")
        wording = "<q>Building an Asia-Pacific Community to Prosper Together</q>"
        (row,) = (each for each in text.split("<tr") if wording in each)
        for publisher in ("Macao News", "Shenzhen Daily", "UDLAP Observatorio Global"):
            assert publisher in row
        assert "stands" in row
        assert "SEETAO" not in row

    def test_that_is_open_says_so(self, client: httpx.Client) -> None:
        text = get(client, "/doc/decision/som1-meetings.html")
        assert '<span class="mark disputed">open</span>' in text
        assert text.count('<td class="decided disputed">disputed</td>') == 2

    def test_without_a_contradiction_says_what_is_compatible(self, client: httpx.Client) -> None:
        text = get(client, "/doc/decision/share-2025.html")
        assert "all of them are consistent with 57.815 to under 57.825 %" in text
        assert "Why they cannot all be right" not in text


def test_blind_spots_are_those_that_the_query_finds(client: httpx.Client) -> None:
    response = client.get(
        "/sparql", params={"query": BLIND_SPOTS, "format": "csv"}
    ).raise_for_status()
    found = {row["figure"] for row in csv.DictReader(io.StringIO(response.text))}
    assert len(found) > 50
    links = [href for href, _ in Page(get(client, "/conflicts/blind-spots")).links]
    assert {f"{BASE}{href[1:]}" for href in links if href.startswith("/id/figure/")} == found
