"""The rules of the shapes in words."""

from __future__ import annotations

import re

import pytest

from apecgraph.check.rule_text import RuleText
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, SH
from apecgraph.text.catalogues import read_catalogues


@pytest.fixture(scope="module")
def rules(graph: Graph) -> RuleText:
    return RuleText(graph)


def test_a_property_shape_is_written_as_a_sentence(rules: RuleText) -> None:
    shape = next(each for each in rules.read() if each.iri == f"{ID}shape/decision")
    sentences = [each.sentence for each in shape.rules]
    assert (
        "A decision has exactly one “verdict”: “resolved” or “likely” or “open” or "
        "“compatible” or “same in other words”." in sentences
    )
    assert any(each.startswith("A decision has at least one “upholds”") for each in sentences)


def test_a_rule_is_written_in_another_language(graph: Graph) -> None:
    shapes = RuleText(graph, read_catalogues()["zh"]).read()
    sentences = [rule.sentence for shape in shapes for rule in shape.rules]
    assert (
        "裁定有且仅有一个“结论”：“已解决”或“较为可信”或“未决”或“并不矛盾”或“表述不同，含义相同”。"
        in sentences
    )
    assert "称数字或陈述并不矛盾的裁定必须列出两项以上。" in sentences
    assert not [each for each in sentences if re.search(r"[a-z] (a|is|has|or) [a-z]|\{[?]", each)]


def test_every_property_and_constraint_of_a_shape_with_targets_is_a_rule(
    rules: RuleText, graph: Graph
) -> None:
    shapes = rules.read()
    listed = {rule.iri for shape in shapes for rule in shape.rules}
    for shape in shapes:
        for name in ("property", "sparql"):
            assert listed.issuperset(graph.values(shape.iri, f"{SH}{name}"))
    assert not [rule for shape in shapes for rule in shape.rules if "{?" in rule.sentence]


def test_a_rule_lists_the_terms_that_it_names(rules: RuleText) -> None:
    names = {name for shape in rules.read() for rule in shape.rules for name in rule.names}
    assert {f"{APEC}bound", f"{APEC}m49", f"{ID}scheme/bounds"} <= names
