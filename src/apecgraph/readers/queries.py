"""The SPARQL queries for the data of pages; pages link to these queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apecgraph.rdf.namespaces import APEC, QB, RDFS, SKOS

_WHOLE_PAGE: Final = """\
SELECT ?property ?value ?source ?stands WHERE {{
  GRAPH ?source {{ <{iri}> ?property ?value }}
  BIND (EXISTS {{ <{iri}> ?property ?value }} AS ?stands)
}}
ORDER BY ?property ?value ?source
"""
_ALL_LINKS: Final = """\
PREFIX rdfs: <{rdfs}>
PREFIX skos: <{skos}>

SELECT ?thing ?name WHERE {{
  ?thing <{predicate}> <{iri}> .
  OPTIONAL {{ ?thing skos:prefLabel|rdfs:label ?name FILTER (LANG(?name) = "en") }}
}}
ORDER BY ?name ?thing
"""
_NAMED_GRAPH: Final = """\
{form} WHERE {{
  GRAPH <{iri}> {{ ?subject ?property ?value }}
}}
"""

_ALL_OF_KIND: Final = """\
CONSTRUCT {{ ?thing ?property ?value }} WHERE {{
  {condition}
  ?thing ?property ?value
}}
"""

BLIND_SPOTS: Final = f"""\
# Which figures would no other figure contradict if they were wrong?
PREFIX apec: <{APEC}>
PREFIX qb: <{QB}>
PREFIX skos: <{SKOS}>

SELECT ?figure ?about ?measure ?period ?value ?source WHERE {{
  ?figure a qb:Observation ;
    apec:measure/skos:prefLabel ?measure ;
    apec:period/skos:prefLabel ?period ;
    apec:value ?value ;
    apec:statedIn ?source .
  FILTER NOT EXISTS {{ ?figure apec:heldBy ?relation }}
  FILTER (LANG(?measure) = "en" && LANG(?period) = "en")
  OPTIONAL {{
    ?figure (apec:subject|apec:counterpart)/skos:prefLabel ?about FILTER (LANG(?about) = "en")
  }}
}}
ORDER BY ?about ?measure ?period
"""
"""The query for the figures that no edit rule compares with others."""


def whole_page(iri: str) -> str:
    """Return the query for all facts about a thing, each with the graph that states it."""
    return _WHOLE_PAGE.format(iri=iri)


def all_links(iri: str, predicate: str) -> str:
    """Return the query for all things that link to a thing by a property."""
    return _ALL_LINKS.format(iri=iri, predicate=predicate, rdfs=RDFS, skos=SKOS)


def named_graph(iri: str) -> str:
    """Return the query for the contents of a named graph, as a table."""
    return _NAMED_GRAPH.format(form="SELECT ?subject ?property ?value", iri=iri)


def named_graph_triples(iri: str) -> str:
    """Return the query for the contents of a named graph, as triples."""
    return _NAMED_GRAPH.format(form="CONSTRUCT { ?subject ?property ?value }", iri=iri)


def all_of_kind(classes: Sequence[str], scheme: str | None) -> str:
    """Return the query for what the default graph states about all things of a kind.

    Args:
        classes: The classes of the things.
        scheme: The code list that the things are in, or None.

    Returns:
        The query.
    """
    if scheme is not None:
        return _ALL_OF_KIND.format(condition=f"?thing <{SKOS}inScheme> <{scheme}> .")
    kinds = " ".join(f"<{each}>" for each in classes)
    return _ALL_OF_KIND.format(condition=f"VALUES ?kind {{ {kinds} }} ?thing a ?kind .")
