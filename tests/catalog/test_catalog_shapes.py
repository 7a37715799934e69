"""The catalogue has what harvesters of DCAT-AP, F-UJI and search engines for data ask for."""

from __future__ import annotations

from pathlib import Path

import httpx
import pyshacl
import pytest
import rdflib
from rdflib.namespace import DCTERMS, FOAF, RDF, SH

from apecgraph.rdf.namespaces import BASE
from apecgraph.rdf.namespaces import DCAT as DCAT_3

DCAT = rdflib.Namespace(DCAT_3)  # rdflib knows version 2
SHAPES = rdflib.Graph().parse(Path(__file__).parent / "catalog_shapes.ttl")


@pytest.fixture(scope="module")
def catalog(client: httpx.Client) -> rdflib.Graph:
    response = client.get("/catalog", headers={"Accept": "text/turtle"}).raise_for_status()
    return rdflib.Graph().parse(data=response.text, format="turtle")


def faults(catalog: rdflib.Graph) -> set[object]:
    """Return the paths of the results, each a property."""
    _, report, _ = pyshacl.validate(catalog, shacl_graph=SHAPES)
    return set(report.objects(None, SH.resultPath))


def without(
    catalog: rdflib.Graph, subject: rdflib.term.Node | None, property_: rdflib.URIRef
) -> rdflib.Graph:
    left = rdflib.Graph()
    left += catalog
    left.remove((subject, property_, None))
    assert len(left) < len(catalog)
    return left


def test_the_catalogue_conforms(catalog: rdflib.Graph) -> None:
    assert faults(catalog) == set()


@pytest.mark.parametrize(
    ("class_", "property_"),
    [
        (DCAT.Catalog, DCTERMS.publisher),
        (DCAT.Catalog, DCTERMS.creator),
        (DCAT.DatasetSeries, DCTERMS.description),
        (DCAT.Distribution, DCAT.byteSize),
        (DCAT.Distribution, DCTERMS.license),
        (DCAT.DataService, DCTERMS.accessRights),
    ],
)
def test_a_catalogue_without_a_property_does_not_conform(
    catalog: rdflib.Graph, class_: rdflib.URIRef, property_: rdflib.URIRef
) -> None:
    thing = next(catalog.subjects(RDF.type, class_))
    assert faults(without(catalog, thing, property_)) == {property_}


@pytest.mark.parametrize(
    "property_",
    [
        DCTERMS.accessRights,
        DCTERMS.creator,
        DCTERMS.identifier,
        DCTERMS.language,
        DCTERMS.relation,
        DCTERMS.title,
    ],
)
def test_a_dataset_without_a_property_does_not_conform(
    catalog: rdflib.Graph, property_: rdflib.URIRef
) -> None:
    dataset = rdflib.URIRef(BASE)
    assert faults(without(catalog, dataset, property_)) == {property_}


def test_an_agent_without_a_name_does_not_conform(catalog: rdflib.Graph) -> None:
    nameless = without(catalog, None, FOAF.name)
    assert faults(nameless) == {DCTERMS.creator, DCTERMS.publisher, FOAF.name}
