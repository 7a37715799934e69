from __future__ import annotations

import pyoxigraph as ox
import pytest

from apecgraph.rdf.namespaces import ID, OWL, SKOS
from apecgraph.release.links import links, linksets

THING = f"{ID}x"


def triple(subject: str, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value))


@pytest.mark.parametrize(
    ("iri", "namespace"),
    [
        ("http://www.wikidata.org/entity/Q148", "http://www.wikidata.org/entity/"),
        ("https://sws.geonames.org/1814991/", "https://sws.geonames.org/"),
        ("http://eurovoc.europa.eu/1439", "http://eurovoc.europa.eu/"),
        ("https://example.org/a/b#c", "https://example.org/a/b#"),
        ("https://example.org/a#", "https://example.org/"),
        ("https://example.org/", "https://example.org/"),
        ("https://example.org", "https://example.org"),
        ("urn:isbn:0451450523", "urn:isbn:"),
        ("mailto:x@example.org", "mailto:"),
    ],
)
def test_a_dataset_is_known_by_its_namespace(iri: str, namespace: str) -> None:
    (found,) = linksets([triple(THING, f"{OWL}sameAs", iri)])
    assert found.target == namespace


def test_a_linkset_has_one_property_and_one_target() -> None:
    same, close = f"{OWL}sameAs", f"{SKOS}closeMatch"
    found = linksets(
        [
            triple(THING, same, "https://a.example/1"),
            triple(THING, same, "https://a.example/2"),
            triple(THING, close, "https://a.example/2"),
            triple(THING, same, "https://b.example/1"),
        ]
    )
    assert [(each.target, each.predicate, len(each.triples)) for each in found] == [
        ("https://a.example/", same, 2),
        ("https://a.example/", close, 1),
        ("https://b.example/", same, 1),
    ]


@pytest.mark.parametrize(
    ("subject", "predicate", "value"),
    [
        (THING, f"{OWL}sameAs", f"{ID}y"),
        ("https://a.example/1", f"{OWL}sameAs", "https://a.example/2"),
        (THING, f"{SKOS}broader", "https://a.example/1"),
        (THING, "https://schema.org/url", "https://a.example/1"),
    ],
)
def test_links_within_the_dataset_and_other_properties_are_left_out(
    subject: str, predicate: str, value: str
) -> None:
    assert list(links([triple(subject, predicate, value)])) == []


def test_literals_and_blank_nodes_are_not_link_targets() -> None:
    thing, same = ox.NamedNode(THING), ox.NamedNode(f"{OWL}sameAs")
    triples = [ox.Triple(thing, same, ox.Literal("x")), ox.Triple(thing, same, ox.BlankNode())]
    assert linksets(triples) == []
