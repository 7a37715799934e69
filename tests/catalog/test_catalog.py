"""The description of a release, compared with its data by SPARQL, as a stranger would."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.catalog.description import describe_release
from apecgraph.catalog.void import Statistics, describe_dataset
from apecgraph.content.folder import default_content
from apecgraph.content.questions import read_questions
from apecgraph.rdf.formats import DOCUMENT_FORMATS
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE, ID, PREFIXES
from apecgraph.rdf.terms import in_graph
from apecgraph.release.release import Release

QUESTIONS = read_questions(default_content())

# A triple belongs to the dataset if it is in a graph other than the release's description.
IN_DATASET = f"FILTER EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{ID}graph/release>) }}"
COUNTS = """SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?distinctSubjects)
  (COUNT(DISTINCT ?o) AS ?distinctObjects) (COUNT(DISTINCT ?p) AS ?properties)
  (COUNT(DISTINCT ?entity) AS ?entities) (COUNT(DISTINCT ?class) AS ?classes) WHERE {
  ?s ?p ?o
  BIND(IF(STRSTARTS(STR(?s), "%sid/"), ?s, ?none) AS ?entity)
  BIND(IF(?p = rdf:type, ?o, ?none) AS ?class)
  %s
}"""


class Asking:
    """A client of the endpoint with short methods."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def rows(self, query: str) -> list[dict[str, str]]:
        names = "".join(f"PREFIX {each}: <{PREFIXES[each]}>\n" for each in PREFIXES)
        response = self._client.post(
            "/sparql", data={"query": f"BASE <{BASE}>\n{names}{query}", "format": "csv"}
        )
        assert response.status_code == 200, response.text
        return list(csv.DictReader(StringIO(response.text, newline="")))

    def pairs(self, query: str) -> dict[str, int]:
        found = [tuple(row.values()) for row in self.rows(query)]
        assert len({key for key, _ in found}) == len(found)
        return {key: int(count) for key, count in found}

    def values(self, query: str) -> list[str]:
        return sorted(next(iter(row.values())) for row in self.rows(query))


@pytest.fixture(scope="module")
def endpoint(client: httpx.Client) -> Asking:
    return Asking(client)


def counts(endpoint: Asking, subject: str) -> dict[str, int]:
    """Return the counts that VoID gives for a dataset."""
    found = endpoint.pairs(
        f"SELECT ?name ?count {{ <{subject}> ?p ?count FILTER(DATATYPE(?count) = xsd:integer) "
        "BIND(STRAFTER(STR(?p), 'void#') AS ?name) FILTER(?name != '') }"
    )
    assert found
    return found


class TestVoid:
    def test_counts_the_dataset(self, endpoint: Asking, release: Release) -> None:
        described = counts(endpoint, BASE)
        (row,) = endpoint.rows(COUNTS % (BASE, IN_DATASET))
        assert described == {name: int(count) for name, count in row.items()}
        assert described["triples"] == release.triples

    def test_counts_the_default_graph(self, endpoint: Asking) -> None:
        """The default graph includes the description, with these counts in it."""
        described = counts(endpoint, f"{ID}service/default-graph")
        (row,) = endpoint.rows(COUNTS % (BASE, ""))
        row.pop("distinctObjects")
        assert described == {name: int(count) for name, count in row.items()}

    def test_counts_the_members_of_each_class(self, endpoint: Asking) -> None:
        described = endpoint.pairs(
            "SELECT ?class ?n { <> void:classPartition [ void:class ?class ; void:entities ?n ] }"
        )
        found = endpoint.pairs(
            "SELECT ?o (COUNT(DISTINCT ?s) AS ?n)"
            f" {{ ?s ?p ?o FILTER(?p = rdf:type) {IN_DATASET} }} GROUP BY ?o"
        )
        assert described == found
        assert len(described) > 30

    def test_counts_the_triples_of_each_property(self, endpoint: Asking) -> None:
        described = endpoint.pairs(
            "SELECT ?p ?n { <> void:propertyPartition [ void:property ?p ; void:triples ?n ] }"
        )
        found = endpoint.pairs(
            f"SELECT ?p (COUNT(*) AS ?n) {{ ?s ?p ?o {IN_DATASET} }} GROUP BY ?p"
        )
        assert described == found
        assert sum(described.values()) == counts(endpoint, BASE)["triples"]

    def test_counts_the_links_to_each_dataset(self, endpoint: Asking) -> None:
        described = {
            (row["space"], row["p"]): int(row["n"])
            for row in endpoint.rows(
                "SELECT ?space ?p ?n { <> void:subset/void:subset ?linkset ."
                " ?linkset a void:Linkset ; void:subjectsTarget <> ; void:linkPredicate ?p ;"
                " void:triples ?n ; void:objectsTarget/void:uriSpace ?space }"
            )
        }
        found = {
            (row["space"], row["p"]): int(row["n"])
            for row in endpoint.rows(
                "SELECT ?space ?p (COUNT(*) AS ?n) { ?s ?p ?o FILTER(?p IN (owl:sameAs,"
                " skos:exactMatch, skos:closeMatch, skos:broadMatch, skos:narrowMatch,"
                " skos:relatedMatch)) BIND(REPLACE(STR(?o), '[^/]+/?$', '') AS ?space)"
                " FILTER(!STRSTARTS(?space, STR(<>))) }"
                " GROUP BY ?space ?p"
            )
        }
        assert described == found
        for name in ("wikidata", "geonames", "eurovoc", "stw"):
            assert any(name in space for space, _ in described)
        (total,) = endpoint.values("SELECT ?n { <id/linkset> void:triples ?n }")
        assert int(total) == sum(described.values())

    def test_examples_are_resources_of_the_publication(self, endpoint: Asking) -> None:
        examples = endpoint.values("SELECT ?iri { <> void:exampleResource ?iri . ?iri a ?class }")
        assert len(set(examples)) >= 3
        assert all(each.startswith(ID) for each in examples)

    def test_formats_are_those_of_the_documents(self, endpoint: Asking) -> None:
        names = endpoint.values("SELECT ?iri { <> void:feature ?iri }")
        assert names == sorted(each.iri for each in DOCUMENT_FORMATS if each.iri is not None)
        assert "http://www.w3.org/ns/formats/RDF_XML" in names

    def test_dumps_are_those_of_the_release(self, endpoint: Asking, client: httpx.Client) -> None:
        dumps = endpoint.values("SELECT ?url { <> void:dataDump ?url }")
        assert len(dumps) == 12
        for url in dumps:
            assert client.head(url.removeprefix(BASE)).status_code == 200
            assert re.fullmatch(rf"{BASE}dumps/[0-9a-f]{{16}}/apecgraph\.\w+(\.gz)?", url)


class TestDcat:
    def test_each_file_is_as_described(self, endpoint: Asking, client: httpx.Client) -> None:
        rows = endpoint.rows(
            """SELECT ?url ?size ?sum ?type ?compression ?licence WHERE {
              <> dcat:hasCurrentVersion/dcat:distribution ?d ; dcat:distribution ?d .
              ?d a dcat:Distribution ; dcat:downloadURL ?url ; dcat:byteSize ?size ;
                dcat:mediaType ?type ; dcterms:license ?licence ; spdx:checksum ?checksum .
              ?checksum spdx:algorithm spdx:checksumAlgorithm_sha256 ; spdx:checksumValue ?sum .
              OPTIONAL { ?d dcat:compressFormat ?compression }
              FILTER EXISTS {
                ?d dcterms:title ?title ; dcterms:conformsTo ?standard ; dcat:accessURL ?list
              }
            }"""
        )
        assert len(rows) == 25
        types = "https://www.iana.org/assignments/media-types/"
        for row in rows:
            url = row["url"].removeprefix(BASE)
            response = client.get(url, headers={"Accept-Encoding": "identity"})
            assert len(response.content) == int(row["size"])
            assert sha256(response.content).hexdigest() == row["sum"]
            assert row["compression"] == (f"{types}application/gzip" if url.endswith(".gz") else "")
            plain = client.head(url.removesuffix(".gz")).headers["content-type"]
            assert row["type"] == types + plain.split(";")[0]

    def test_the_catalogue_links_all_its_parts(self, endpoint: Asking, release: Release) -> None:
        (row,) = endpoint.rows(
            """SELECT * WHERE {
              ?catalog a dcat:Catalog ; dcat:dataset ?dataset, ?series ; dcat:service ?service ;
                dcterms:title ?title ; dcterms:publisher ?publisher .
              ?series a dcat:DatasetSeries ; dcat:last ?last .
              ?dataset dcat:hasVersion ?last ; dcat:version ?version .
              ?last a dcat:Dataset ; dcat:inSeries ?series ; dcat:isVersionOf ?dataset ;
                dcat:version ?version ; dcterms:issued ?issued ; dcterms:spatial ?place ;
                dcterms:title ?name ; dcterms:description ?about ; dcterms:license ?licence .
              ?service a dcat:DataService ; dcat:endpointURL ?endpoint ;
                dcat:endpointDescription ?description ; dcat:servesDataset ?dataset .
              FILTER(LANG(?about) = "en")
            }"""
        )
        assert row["dataset"] == BASE
        assert row["version"] == release.digest
        assert row["last"] == f"{ID}release/{release.digest}"
        assert row["issued"] == release.issued
        assert row["endpoint"] == row["description"] == row["service"] == f"{BASE}sparql"

    def test_periods_and_places_are_described(self, endpoint: Asking) -> None:
        rows = endpoint.rows(
            "SELECT ?start ?end { <> dcat:hasVersion/dcterms:temporal ?period ."
            " ?period dcat:startDate ?start ; dcat:endDate ?end }"
        )
        assert {"start": "2021-01-01", "end": "2025-12-31"} in rows

    def test_provenance_names_sources_and_program(self, endpoint: Asking) -> None:
        """The sources, and the version of the program."""
        (row,) = endpoint.rows(
            """SELECT ?version (COUNT(DISTINCT ?source) AS ?sources) WHERE {
              <> dcat:hasVersion ?release .
              ?release prov:wasGeneratedBy ?build ; prov:wasDerivedFrom ?source .
              ?build a prov:Activity ; prov:used ?source ; prov:wasAssociatedWith ?program .
              ?program a prov:SoftwareAgent ; schema:softwareVersion ?version .
              ?source a apec:Source .
            } GROUP BY ?version"""
        )
        (sources,) = endpoint.values("SELECT (COUNT(?s) AS ?n) { ?s a apec:Source }")
        assert row == {"version": version("apecgraph"), "sources": sources}

    def test_the_previous_release_is_named(self, tmp_path: Path) -> None:
        one, two = "0" * 16, "1" * 16
        first = Release(
            tmp_path,
            name=one,
            digest=one,
            fingerprint="",
            issued="",
            quads=0,
            triples=0,
            figures=0,
            sources=0,
            files=(),
        )
        second = replace(first, name=two, digest=two, previous=one)
        triples = describe_release(second, (), Graph(), (), ())
        store = ox.Store()
        store.extend(in_graph(each) for each in triples)
        assert store.query(
            f"""PREFIX dcat: <http://www.w3.org/ns/dcat#> ASK {{
              <{ID}release/{two}> dcat:prev ?before ; dcat:inSeries ?series .
              ?before dcat:version "{one}" ; dcat:inSeries ?series ; a dcat:Dataset .
            }}"""
        )
        assert not [
            triple
            for triple in describe_release(first, (), Graph(), (), ())
            if triple.predicate.value.endswith("#prev")
        ]


class TestQuestions:
    def test_are_in_the_graph(self, endpoint: Asking) -> None:
        rows = endpoint.rows(
            """SELECT ?iri ?label ?zh ?select WHERE {
              ?iri a sh:SPARQLExecutable, sh:SPARQLSelectExecutable ; sh:select ?select ;
                rdfs:label ?label, ?zh ; rdfs:comment ?label, ?zh ; schema:target <sparql> ;
                sh:prefixes/sh:declare/sh:prefix "apec" .
              FILTER(LANG(?label) = "en" && LANG(?zh) = "zh")
            } ORDER BY ?iri"""
        )
        assert [row["iri"] for row in rows] == [
            f"{ID}question/{each.number:02}-{each.slug}" for each in QUESTIONS
        ]
        for row, question in zip(rows, QUESTIONS, strict=True):
            assert (row["label"], row["zh"]) == (question.title("en"), question.title("zh"))
            assert row["select"] == question.query

    def test_can_be_run_as_published(self, client: httpx.Client) -> None:
        query = f"""PREFIX sh: <{PREFIXES["sh"]}>
        SELECT ?query WHERE {{ <{ID}question/01-chairs> sh:select ?query }}"""
        found = client.get("/sparql", params={"query": query, "format": "json"}).json()
        text = found["results"]["bindings"][0]["query"]["value"]
        answer = client.get("/sparql", params={"query": text, "format": "csv"})
        assert answer.content == QUESTIONS[0].expected

    def test_prefixes_are_declared(self, endpoint: Asking) -> None:
        rows = endpoint.rows(
            "SELECT ?prefix ?namespace"
            " { [] sh:declare [ sh:prefix ?prefix ; sh:namespace ?namespace ]"
            " FILTER(DATATYPE(?namespace) = xsd:anyURI) }"
        )
        assert {row["prefix"]: row["namespace"] for row in rows} == PREFIXES

    def test_have_documents(self, client: httpx.Client) -> None:
        page = client.get("/doc/question/01-chairs.html").raise_for_status()
        assert QUESTIONS[0].title("en") in page.text


def test_the_description_is_in_its_graph_and_in_the_default_graph(endpoint: Asking) -> None:
    missing = endpoint.values(
        "SELECT ?s { GRAPH <id/graph/release> { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } }"
    )
    assert missing == []


def test_the_description_names_and_types_its_resources(endpoint: Asking) -> None:
    for kind in ("rdf:type", "rdfs:label|skos:prefLabel|dcterms:title|schema:name"):
        nameless = endpoint.values(
            f"SELECT DISTINCT ?s {{ GRAPH <id/graph/release> {{ ?s ?p ?o }}"
            f" FILTER NOT EXISTS {{ ?s {kind} ?x }} }}"
        )
        assert nameless == []


def test_statistics_count_each_triple_once() -> None:
    one, two, type_ = (ox.NamedNode(f"{ID}x/{each}") for each in ("one", "two", "type"))
    is_a = ox.NamedNode(f"{PREFIXES['rdf']}type")
    triples = [
        ox.Triple(one, is_a, type_),
        ox.Triple(one, is_a, type_),
        ox.Triple(one, two, ox.Literal("x")),
        ox.Triple(one, two, ox.Literal("x", language="en")),
        ox.Triple(ox.BlankNode(), two, ox.Literal("x")),
        ox.Triple(ox.NamedNode("https://example.org/"), is_a, type_),
    ]
    found = Statistics.of(triples)
    assert (found.triples, found.entities, found.subjects, found.objects) == (5, 1, 3, 3)
    assert found.properties == Counter({is_a.value: 2, two.value: 3})
    assert {iri: len(members) for iri, members in found.classes.items()} == {type_.value: 2}


def test_partitions_by_terms_of_any_vocabulary_have_distinct_names() -> None:
    terms = (
        "https://example.org/A",
        "http://example.org/A",
        "https://example.org/ns#A",
        "https://example.org/ns/",
        "urn:example:a:b",
        "https://example.org/赵",
        "https://example.org/%20",
        "https://example.org/a:b",
        f"{PREFIXES['schema']}Event",
        f"{ID}class/x",
    )
    is_a = ox.NamedNode(f"{PREFIXES['rdf']}type")
    triples = [ox.Triple(ox.NamedNode(f"{ID}x"), is_a, ox.NamedNode(each)) for each in terms]
    found = [
        str(each.object).strip("<>")
        for each in describe_dataset(triples, (), ())
        if each.predicate.value.endswith("classPartition")
    ]
    assert len(set(found)) == len(terms)
    assert f"{ID}partition/class/schema-Event" in found
    for iri in found:
        # In a relative IRI, a colon would end the scheme.
        assert re.fullmatch(r"[\w/.%-]+[^/]", iri.removeprefix(ID), re.ASCII)
