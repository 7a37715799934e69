"""Values of the published entities, fetched and reconciled again."""

from __future__ import annotations

from collections import Counter

import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.search.entities import Entities
from apecgraph.search.extension import Column, extend
from apecgraph.search.identifiers import Identifiers
from apecgraph.search.property_match import EXACT, PropertyCondition, PropertyMatcher
from apecgraph.search.reconciler import Reconciler


def test_every_value_that_is_fetched_is_a_condition_that_its_entity_fulfils(graph: Graph) -> None:
    entities = Entities(graph)
    matcher = PropertyMatcher(entities, Reconciler(entities, Identifiers(graph)).exact)
    kinds = Counter[str]()
    for id_, entity in entities.entities.items():
        row = extend(entities, [id_], list(map(Column, entity.facts)))["rows"][id_]
        for pid, values in row.items():
            for value in values:
                kind = "id" if "id" in value else next(iter(value))
                kinds[kind] += 1
                wanted = matcher.read(PropertyCondition(pid, (value[kind],)))
                assert matcher.fulfilled(entity, wanted) == EXACT, (id_, pid, value)
    assert {"id", "str", "int", "date"} <= set(kinds)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("", {"China", "中国"}),
        ("zh", {"中国"}),
        ("ZH-CN", {"中国"}),
        ("zh-Hant-TW", {"中国"}),
        ("en-GB", {"China"}),
        ("z", set()),
        ("fr", set()),
    ],
)
def test_texts_are_in_the_language_that_is_nearest_to_the_wanted_one(
    graph: Graph, language: str, names: set[str]
) -> None:
    columns = [Column("skos:prefLabel", language=language), Column("skos:notation")]
    row = extend(Entities(graph), ["economy/CHN"], columns)["rows"]["economy/CHN"]
    assert {each["str"] for each in row["skos:prefLabel"]} == names
    assert {"str": "CHN"} in row["skos:notation"]
