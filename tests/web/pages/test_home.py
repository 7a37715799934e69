"""The headline of the home page."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.readers.conflicts import read_conflicts, read_refutation
from apecgraph.text.catalogues import read_catalogues
from apecgraph.web.pages.home import finding


@pytest.mark.parametrize(
    ("number", "ratio", "language", "words"),
    [
        (0, None, "en", "X printed less than the true figure"),
        (13145000000000, "2", "en", "X printed less than the true figure"),
        (2629000000000, "10", "en", "X printed a tenth of the true figure"),
        (2629000000000, "10", "zh", "X刊登的数字只有真实数字的十分之一"),
        (26290000000, "999.8", "en", "X printed a thousandth of the true figure"),
        (99999999999999, "3.8", "en", "X printed more than the true figure"),
        (262900000000000, "10", "zh", "X刊登的数字高于真实数字"),
    ],
)
def test_a_refutation_is_a_headline(
    graph: Graph, number: int, ratio: str | None, language: str, words: str
) -> None:
    first = read_refutation(read_conflicts(graph, Labels(graph)))
    assert first is not None
    rejected = tuple(
        replace(claim, figure=replace(claim.figure, value=Decimal(number)))
        for claim in first.rejected
    )
    found = replace(first, rejected=rejected, ratio=None if ratio is None else Decimal(ratio))
    assert finding(found, "X", read_catalogues()[language]) == words
