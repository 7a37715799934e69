"""Example queries: the competency questions of the release, or queries that fit any data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from apecgraph.content.questions import read_questions
from apecgraph.rdf.formats import RESULTS_CSV
from apecgraph.release.release import Release
from apecgraph.text.catalogues import Catalogue, gettext_noop


@dataclass(frozen=True, slots=True)
class Example:
    """A query with its title.

    Attributes:
        title: The question that the query answers.
        query: The query.
        format: Name of the result format.
        page: Path of the page about the question; empty if it has none.
        group: The name of the group of questions that it is in; empty if it is in none.
    """

    title: str
    query: str
    format: str
    page: str = ""
    group: str = ""


EXAMPLES: Final = (
    Example(
        gettext_noop("Which graphs are there, and how large are they?"),
        """SELECT ?graph (COUNT(*) AS ?triples) WHERE {
  GRAPH ?graph { ?subject ?property ?value }
}
GROUP BY ?graph
ORDER BY DESC(?triples) ?graph
""",
        RESULTS_CSV.name,
    ),
    Example(
        gettext_noop("How many things does each class have?"),
        """SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) WHERE {
  ?thing a ?class .
}
GROUP BY ?class
ORDER BY DESC(?things) ?class
""",
        RESULTS_CSV.name,
    ),
)
"""Examples for any data, if the release has no questions; their titles are messages."""


def with_first(
    query: str, examples: tuple[Example, ...], catalogue: Catalogue
) -> tuple[Example, ...]:
    """Return examples, with a given query first even if it is one of the examples."""
    same = (example for example in examples if example.query.strip() == query.strip())
    own = Example(catalogue.gettext("A query of your own"), query, RESULTS_CSV.name)
    first = next(same, own)
    return (first, *(example for example in examples if example != first))


def examples(release: Release | None, catalogue: Catalogue) -> tuple[Example, ...]:
    """Return the questions of a release as examples, or the examples for any data.

    Args:
        release: The release, or None.
        catalogue: The language of the titles.

    Returns:
        The examples.
    """
    questions = () if release is None else read_questions(release.path)
    return tuple(
        Example(
            item.title(catalogue.tag),
            item.query,
            RESULTS_CSV.name,
            f"/questions/{item.name}",
            item.group(catalogue.tag),
        )
        for item in questions
    ) or tuple(replace(each, title=catalogue.gettext(each.title)) for each in EXAMPLES)
