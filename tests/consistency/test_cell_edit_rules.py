"""Edit rules between cells: what they apply to."""

from __future__ import annotations

from typing import Final

from apecgraph.content.evidence import Evidence
from apecgraph.rdf.namespaces import DCTERMS, ID, SKOS

RANGES: Final = ("percentage", "not-negative", "greatest-fall")

ANY_VALUE: Final = {"investment", "trade-growth-excess"}
"""Measures without a least value: investors withdraw more than they invest in some years, and
growth above the total has no end if the total falls."""


def test_each_measure_has_a_range_unless_any_value_is_possible(evidence: Evidence) -> None:
    graph = evidence.graph
    measures = graph.subjects(f"{SKOS}inScheme", f"{ID}scheme/measures")
    held = {
        measure
        for rule in RANGES
        for measure in graph.values(f"{ID}relation/{rule}", f"{DCTERMS}subject")
    }
    assert {*measures} - held == {f"{ID}measure/{name}" for name in ANY_VALUE}
