"""Queries behind pages: what one would ask the endpoint to get what a page shows."""

from __future__ import annotations

from typing import Final

from apecgraph.namespaces import RDFS, SKOS

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


def whole_page(iri: str) -> str:
    """Return the query for all facts about a thing, each with the graph that states it."""
    return _WHOLE_PAGE.format(iri=iri)


def all_links(iri: str, predicate: str) -> str:
    """Return the query for all that links to a thing by a property."""
    return _ALL_LINKS.format(iri=iri, predicate=predicate, rdfs=RDFS, skos=SKOS)
