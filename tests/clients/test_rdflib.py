"""rdflib: its parsers on documents and dumps, and its stores on the endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.error import HTTPError

import pytest
from rdflib import RDF, SKOS, ConjunctiveGraph, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.compare import to_isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from rdflib.query import ResultRow

from apecgraph.rdf.formats import DOCUMENT_FORMATS, HTML
from apecgraph.rdf.namespaces import APEC, BASE, SDMX_MEASURE
from apecgraph.release.release import Release
from apecgraph.web.publication import Publication
from tests.support.programs import canonical

THING = Namespace(f"{BASE}id/")
FIGURE = THING["figure/chinadailyasia-628497/trade-2025"]
PAGES = ("figure/chinadailyasia-628497/trade-2025", "economy/CHN", "shape/figure")
EXTENSIONS = [each.extension for each in DOCUMENT_FORMATS if each is not HTML]

# rdflib reads JSON-LD and datasets through its own deprecated classes.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Dataset.default_context is:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def published(server: str) -> Iterator[None]:
    with canonical(server):
        yield


@pytest.fixture
def remote(server: str) -> Graph:
    return Graph(SPARQLStore(f"{server}/sparql"))


@pytest.mark.parametrize("page", PAGES)
def test_a_document_is_one_graph_in_every_format(server: str, page: str) -> None:
    expected = to_isomorphic(Graph().parse(f"{server}/doc/{page}.nt"))
    assert len(expected) > 10
    for extension in EXTENSIONS:
        assert to_isomorphic(Graph().parse(f"{server}/doc/{page}.{extension}")) == expected
    for kind in ("id", "doc"):
        assert to_isomorphic(Graph().parse(f"{server}/{kind}/{page}")) == expected
        for name in ("turtle", "n3", "json-ld", "nt", "xml", "trig"):
            graph = Graph().parse(f"{server}/{kind}/{page}", format=name)
            assert to_isomorphic(graph) == expected, name


def number(graph: Graph, property_: str) -> object:
    value = graph.value(FIGURE, URIRef(property_), any=False)
    assert isinstance(value, Literal)
    return value.toPython()


def names(rows: Iterable[object]) -> list[str]:
    """Return the sorted values of the column `name`."""
    return sorted(str(row.name) for row in rows if isinstance(row, ResultRow))


def test_numbers_are_exact() -> None:
    for extension in EXTENSIONS:
        graph = Graph().parse(f"{BASE}doc/{PAGES[0]}.{extension}")
        for property_, exact in (
            (f"{APEC}value", "Decimal('26290000000000')"),
            (f"{APEC}lower", "Decimal('26285000000000')"),
            (f"{APEC}upper", "Decimal('26295000000000')"),
            (f"{SDMX_MEASURE}obsValue", "Decimal('26.29')"),
        ):
            assert repr(number(graph, property_)) == exact, extension


@pytest.mark.parametrize("extension", sorted({*EXTENSIONS} - {"trig", "nq"}))
def test_a_dump_has_all_triples(server: str, extension: str, release: Release) -> None:
    assert len(Graph().parse(f"{server}/dumps/apecgraph.{extension}")) == release.triples


@pytest.mark.parametrize("extension", ["trig", "nq"])
def test_a_dump_has_all_quads(server: str, extension: str, release: Release) -> None:
    dataset = Dataset()
    dataset.parse(f"{server}/dumps/apecgraph.{extension}")
    assert len(dataset.default_context) == release.triples
    assert sum(map(len, dataset.graphs())) == release.quads


def test_a_missing_document_is_an_error(server: str) -> None:
    with pytest.raises(HTTPError) as caught:
        Graph().parse(f"{server}/id/economy/CHX")
    with caught.value as error:
        assert error.code == 404
        assert f"{BASE}id/economy/CHN" in error.read().decode()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("format_", ["xml", "json", "csv", "tsv"])
def test_the_endpoint_can_be_queried_as_a_store(server: str, method: str, format_: str) -> None:
    store = SPARQLStore(f"{server}/sparql", method=method, returnFormat=format_)
    rows = Graph(store).query(
        "SELECT ?name { ?economy skos:prefLabel ?name }",
        initNs={"skos": SKOS},
        initBindings={"economy": THING["economy/CHN"]},
    )
    assert names(rows) == ["China", "中国"]


def test_the_endpoint_can_be_read_as_a_store(remote: Graph, publication: Publication) -> None:
    china = THING["economy/CHN"]
    assert set(remote.objects(china, SKOS.prefLabel)) == {
        Literal("China", lang="en"),
        Literal("中国", lang="zh"),
    }
    assert (china, RDF.type, URIRef(f"{APEC}Economy")) in remote
    assert (china, RDF.type, URIRef(f"{APEC}Source")) not in remote
    assert publication.graph is not None
    default = publication.graph.default_graph.quads()
    assert len(remote) == len(list(default))


SEETAO = THING["source/seetao"]
REJECTED = THING["figure/seetao/trade-value-2025"]


@pytest.fixture(params=["SPARQLStore", "SPARQLUpdateStore"])
def dataset(server: str, request: pytest.FixtureRequest) -> Dataset:
    """A dataset on the endpoint; it names its default graph `urn:x-rdflib:default`."""
    dataset = Dataset(store=request.param)
    address = f"{server}/sparql"
    dataset.open(address if request.param == "SPARQLStore" else (address, address))
    return dataset


def test_the_endpoint_can_be_read_as_a_dataset(dataset: Dataset) -> None:
    china = THING["economy/CHN"]
    rows = dataset.query(f"SELECT ?name {{ <{china}> <{SKOS.prefLabel}> ?name }}")
    assert names(rows) == ["China", "中国"]
    assert set(dataset.objects(china, SKOS.prefLabel)) == {
        Literal("China", lang="en"),
        Literal("中国", lang="zh"),
    }
    named = dataset.query(f"SELECT (?g AS ?name) {{ GRAPH ?g {{ <{SEETAO}> a ?type }} }}")
    assert str(SEETAO) in names(named)
    source = Graph(dataset.store, SEETAO)
    assert (SEETAO, RDF.type, URIRef(f"{APEC}Source")) in source
    assert (china, SKOS.prefLabel, None) not in source


def test_the_default_graph_of_a_dataset_has_no_rejected_figures(dataset: Dataset) -> None:
    printed = f"SELECT (?printed AS ?name) {{ <{REJECTED}> <{APEC}printed> ?printed }}"
    assert names(dataset.query(printed)) == []
    assert names(Graph(dataset.store, SEETAO).query(printed)) == ["2.629 trillion yuan"]


def test_the_endpoint_can_be_read_as_a_conjunctive_graph(server: str) -> None:
    graph = ConjunctiveGraph(SPARQLStore(f"{server}/sparql"))
    rows = graph.query(f"SELECT ?name {{ <{THING['economy/CHN']}> <{SKOS.prefLabel}> ?name }}")
    assert names(rows) == ["China", "中国"]
    assert (THING["economy/CHN"], SKOS.prefLabel, Literal("China", lang="en")) in graph


def test_an_update_through_a_store_is_refused(server: str) -> None:
    store = SPARQLUpdateStore(f"{server}/sparql", f"{server}/sparql", autocommit=True)
    with pytest.raises(HTTPError) as caught:
        Graph(store, SEETAO).add((THING["economy/CHN"], SKOS.prefLabel, Literal("x")))
    with caught.value as error:
        assert error.code == 403


def test_describe_and_ask_work_on_the_endpoint_as_a_store(remote: Graph) -> None:
    described = remote.query("DESCRIBE <id/economy/CHN>").graph
    assert described is not None
    assert set(described) == set(remote.triples((THING["economy/CHN"], None, None)))
    assert remote.query("ASK { <id/economy/CHN> ?p ?o }").askAnswer is True


def test_a_malformed_query_on_the_endpoint_as_a_store_is_an_error(remote: Graph) -> None:
    with pytest.raises(ValueError, match="SPARQL query"):
        remote.query("SELECT nonsense")


def test_a_federated_query_calls_the_endpoint(server: str) -> None:
    mine = Graph().add((URIRef("http://example.org/me"), SKOS.related, THING["economy/PER"]))
    rows = mine.query(f"""
        SELECT ?name {{
          <http://example.org/me> skos:related ?economy
          SERVICE <{server}/sparql> {{ ?economy skos:prefLabel ?name FILTER(LANG(?name) = "en") }}
        }}""")
    assert names(rows) == ["Peru"]
