"""The queries: four for each graph, the same for all systems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmarks.cube import SPACE


@dataclass(frozen=True, slots=True)
class Query:
    """A query: its letter and title in the tables, and its text."""

    letter: str
    title: str
    text: str


_TITLES: Final = {
    "a": "look-up of one IRI",
    "b": "join of five patterns, ORDER BY, LIMIT 10",
    "c": "GROUP BY with SUM and COUNT",
    "d": "10,000 rows",
}


def _queries(**texts: str) -> tuple[Query, ...]:
    return tuple(Query(letter, _TITLES[letter], text) for letter, text in texts.items())


_ID: Final = "https://w3id.org/apecgraph/id/"

REAL: Final = _queries(
    a=f"SELECT ?p ?o {{ <{_ID}economy/CHN> ?p ?o }}",
    b=f"""
PREFIX apec: <https://w3id.org/apecgraph/ontology/>
PREFIX sdmx-dimension: <http://purl.org/linked-data/sdmx/2009/dimension#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?figure ?label ?value {{
  ?figure apec:measure <{_ID}measure/trade-value> ;
          sdmx-dimension:currency <{_ID}unit/CNY> ;
          apec:period ?period ;
          apec:value ?value .
  ?period skos:prefLabel ?label .
}} ORDER BY DESC(?value) ?figure ?label LIMIT 10""",
    c="""
PREFIX apec: <https://w3id.org/apecgraph/ontology/>
PREFIX sdmx-attribute: <http://purl.org/linked-data/sdmx/2009/attribute#>
SELECT ?unit (COUNT(?figure) AS ?figures) (SUM(?value) AS ?total) {
  ?figure sdmx-attribute:unitMeasure ?unit ; apec:value ?value .
} GROUP BY ?unit""",
    d="SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 10000",
)

CUBE: Final = _queries(
    a=f"SELECT ?p ?o {{ <{SPACE}observation/4711> ?p ?o }}",
    b=f"""
PREFIX : <{SPACE}>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?observation ?label ?value {{
  ?observation :reporter <{SPACE}economy/7> ;
               :period <{SPACE}period/33> ;
               :product ?product ;
               :value ?value .
  ?product rdfs:label ?label .
}} ORDER BY DESC(?value) ?observation LIMIT 10""",
    c=f"""
PREFIX : <{SPACE}>
SELECT ?reporter (COUNT(?observation) AS ?observations) (SUM(?value) AS ?total) {{
  ?observation :reporter ?reporter ; :flow <{SPACE}flow/2> ; :value ?value .
}} GROUP BY ?reporter""",
    d=f"SELECT ?observation ?value {{ ?observation <{SPACE}value> ?value }} LIMIT 10000",
)
