"""Example queries: the competency questions of the release, or queries that fit any data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apecgraph.content.questions import read_questions
from apecgraph.rdf.formats import RESULTS_CSV
from apecgraph.release.release import Release


@dataclass(frozen=True, slots=True)
class Example:
    """A query with its title.

    Attributes:
        title: The question that the query answers.
        query: The query.
        format: Name of the result format.
    """

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
        "How many things does each class have?",
        """SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) WHERE {
  ?thing a ?class .
}
GROUP BY ?class
ORDER BY DESC(?things) ?class
""",
        RESULTS_CSV.name,
    ),
)
"""Examples for any data, if the release has no questions."""


def with_first(query: str, examples: tuple[Example, ...]) -> tuple[Example, ...]:
    """Return examples, with a given query first even if it is one of the examples."""
    same = (example for example in examples if example.query.strip() == query.strip())
    first = next(same, None) or Example("A query of your own", query, RESULTS_CSV.name)
    return (first, *(example for example in examples if example != first))


def examples(release: Release | None) -> tuple[Example, ...]:
    """Return the questions of a release as examples, or the examples for any data."""
    questions = () if release is None else read_questions(release.path)
    return tuple(Example(item.text, item.query, RESULTS_CSV.name) for item in questions) or EXAMPLES
