"""Queries to begin with, about figures, sources and decisions whatever they are of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apecgraph.namespaces import PREFIXES


@dataclass(frozen=True, slots=True)
class Example:
    """A query with what it asks, and the name of the format to show the answer in."""

    title: str
    query: str
    format: str


def _query(*prefixes: str, body: str) -> str:
    lines = [f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in prefixes]
    return f"{''.join(lines)}\n{body}"


EXAMPLES: Final = (
    Example(
        "Figures that stand, each with its source",
        _query(
            "apec",
            "rdfs",
            "skos",
            body="""SELECT ?measure ?period ?value ?printed ?source WHERE {
  ?figure apec:measure/skos:prefLabel ?measure ;
    apec:period/skos:prefLabel ?period ;
    apec:value ?value ;
    apec:printed ?printed ;
    apec:statedIn/rdfs:label ?source .
}
ORDER BY ?measure ?period ?value
""",
        ),
        "csv",
    ),
    Example(
        "What each source states, whether it stands or not",
        _query(
            "apec",
            "dcterms",
            body="""SELECT ?source ?claim ?printed WHERE {
  GRAPH ?source {
    ?statement dcterms:identifier ?claim ;
      apec:printed ?printed .
  }
}
ORDER BY ?source ?claim
""",
        ),
        "csv",
    ),
    Example(
        "What was rejected, and why",
        _query(
            "apec",
            "rdfs",
            body="""SELECT ?decision ?printed ?source ?reason WHERE {
  ?decision apec:rejects ?claim ;
    rdfs:comment ?reason .
  GRAPH ?source {
    ?claim apec:printed ?printed .
  }
}
ORDER BY ?decision ?source
""",
        ),
        "csv",
    ),
    Example(
        "The decisions as a graph",
        _query(
            "apec",
            body="""CONSTRUCT WHERE {
  ?decision a apec:Decision ;
    ?property ?value .
}
""",
        ),
        "turtle",
    ),
)
"""Shown beside the query form; each answers on any content of this model."""
