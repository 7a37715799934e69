"""Queries to begin with: the competency questions of what is served, or what fits any data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apecgraph.content.questions import read_questions
from apecgraph.rdf.formats import RESULTS_CSV
from apecgraph.release.release import Release


@dataclass(frozen=True, slots=True)
class Example:
    """A query with what it asks, and the name of the format to show the answer in."""

    title: str
    query: str
    format: str


EXAMPLES: Final = (
    Example(
        "Which graphs are there, and how large are they?",
        """SELECT ?graph (COUNT(*) AS ?triples) WHERE {
  GRAPH ?graph { ?subject ?property ?value }
}
GROUP BY ?graph
ORDER BY DESC(?triples) ?graph
""",
        RESULTS_CSV.name,
    ),
    Example(
        "Of which classes are there how many things?",
        """SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) WHERE {
  ?thing a ?class .
}
GROUP BY ?class
ORDER BY DESC(?things) ?class
""",
        RESULTS_CSV.name,
    ),
)
"""What can be asked of any data: shown where nobody has written questions."""


def asked(query: str, among: tuple[Example, ...]) -> tuple[Example, ...]:
    """Return a query before the examples, or the one of them that it is before the others."""
    first = next((each for each in among if each.query.strip() == query.strip()), None)
    first = first or Example("A query of your own", query, RESULTS_CSV.name)
    return (first, *(each for each in among if each != first))


def examples(release: Release | None) -> tuple[Example, ...]:
    """Return the questions of a release as examples; where it has none, those for any data."""
    questions = () if release is None else read_questions(release.path)
    return tuple(Example(each.text, each.query, RESULTS_CSV.name) for each in questions) or EXAMPLES
