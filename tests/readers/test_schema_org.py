"""The schema.org data in the pages, for search engines."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, SCHEMA
from apecgraph.readers.schema_org import SchemaOrg
from apecgraph.release.release import Release
from apecgraph.text.catalogues import ENGLISH
from apecgraph.web.language import Language
from apecgraph.web.pages.assets import Assets
from apecgraph.web.pages.html import Html
from tests.support.pages import BROWSER

EMBEDDED = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def embedded(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    page = client.get(path, headers={"Accept": BROWSER}).raise_for_status().text
    assert page.count('<script type="application/ld+json"') == len(EMBEDDED.findall(page))
    return [json.loads(each) for each in EMBEDDED.findall(page)]


def test_the_home_page_describes_the_dataset(client: httpx.Client, release: Release) -> None:
    (dataset,) = embedded(client, "/")
    assert dataset["@context"] == "https://schema.org/"
    assert dataset["@type"] == "Dataset"
    assert dataset["@id"] == BASE
    assert dataset["name"].startswith("apecgraph")
    assert len(dataset["description"]) > 50
    assert dataset["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert dataset["version"] == release.digest
    assert re.fullmatch(r"\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d", dataset["temporalCoverage"])
    downloads = {each["encodingFormat"]: each for each in dataset["distribution"]}
    turtle = downloads["text/turtle"]["contentUrl"]
    assert client.head("/" + turtle.removeprefix(BASE)).status_code == 200


def test_the_home_page_has_what_search_engines_for_data_ask_for(client: httpx.Client) -> None:
    """https://developers.google.com/search/docs/appearance/structured-data/dataset, and F-UJI."""
    (dataset,) = embedded(client, "/")
    agent = {
        "@type": "Organization",
        "@id": f"{BASE}id/publisher/apecgraph",
        "name": dataset["publisher"]["name"],
    }
    assert dataset["creator"] == dataset["publisher"] == agent
    assert dataset["identifier"] == BASE
    assert dataset["inLanguage"] == "en"
    assert dataset["conditionsOfAccess"].endswith("/access-right/PUBLIC")
    assert dataset["isAccessibleForFree"] is True
    assert dataset["includedInDataCatalog"]["@id"] == f"{BASE}id/catalog"
    assert dataset["spatialCoverage"]["@type"] == "Place"
    measured = {each["@id"]: each for each in dataset["variableMeasured"]}
    value = measured[f"{BASE}id/measure/trade-value"]
    assert (value["@type"], value["name"]) == ("PropertyValue", "value of trade")
    assert value["description"]
    growth = measured[f"{BASE}id/measure/trade-growth"]
    assert growth["unitText"] == "percent"
    based_on = {each["@id"]: each for each in dataset["isBasedOn"]}
    table = based_on[f"{BASE}id/source/eurovoc"]
    assert (table["@type"], table["url"]) == ("Dataset", "pkg:pypi/eurovoc@23.10.16.0")
    assert f"{BASE}id/source/seetao" not in based_on  # an article


def test_the_page_of_the_meeting_describes_the_event(client: httpx.Client) -> None:
    (event,) = embedded(client, "/doc/meeting/sccp1-2026.html")
    assert event["@type"] == "Event"
    assert event["@id"] == f"{BASE}id/meeting/sccp1-2026"
    assert event["startDate"] == "2026-02-04"
    assert event["endDate"] == "2026-02-06"
    assert event["location"] == {
        "@type": "City",
        "@id": f"{BASE}id/place/guangzhou",
        "name": "Guangzhou",
    }


def test_things_without_a_schema_org_type_are_not_described(client: httpx.Client) -> None:
    assert embedded(client, "/doc/figure/chinadailyasia-628497/trade-2025.html") == []


def test_only_accepted_facts_are_described(client: httpx.Client) -> None:
    (person,) = embedded(client, "/doc/person/zhao-zenglian.html")
    stands = client.get(
        "/sparql",
        params={"query": "ASK { <id/person/zhao-zenglian> a <https://schema.org/Person> }"},
        headers={"Accept": "text/csv"},
    )
    assert stands.text.strip() == "true"
    assert person["@type"] == "Person"


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "\u2028]]>"])
def test_a_text_cannot_end_the_script(text: str) -> None:
    event = f"<{BASE}id/x> a <{SCHEMA}Event> ; <{SCHEMA}name> {ox.Literal(text)} ."
    graph = Graph(ox.parse(event, ox.RdfFormat.TURTLE))
    described = SchemaOrg(graph, Labels(graph)).thing(f"{BASE}id/x")
    problem = {"title": "a page", "status": 400}
    html = Html(None, Graph(), Assets(), "", Language(Graph(), ENGLISH), ["en"])
    page = html.page("problem.html", problem=problem, schema_org=described)
    (found,) = EMBEDDED.findall(page)
    assert json.loads(found) == described
    assert json.loads(found)["name"] == text
    other = html.page("problem.html", problem=problem)
    assert page.count("<script") == page.count("</script>") == other.count("<script") + 1
