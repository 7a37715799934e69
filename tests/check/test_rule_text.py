"""The rules of the shapes in words."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from apecgraph.check.rule_text import RuleText
from apecgraph.rdf.namespaces import APEC, ID, SH
from apecgraph.web.publication import Publication


@pytest.fixture(scope="module")
def store(publication: Publication) -> ox.Store:
    assert publication.store is not None
    return publication.store


@pytest.fixture(scope="module")
def rules(store: ox.Store) -> RuleText:
    return RuleText(store)


def test_a_property_shape_is_written_as_a_sentence(rules: RuleText) -> None:
    shape = next(each for each in rules.read() if each.iri == f"{ID}shape/decision")
    sentences = [each.sentence for each in shape.rules]
    assert (
        "A decision has exactly one “verdict”: “resolved” or “likely” or “open” or "
        "“compatible”." in sentences
    )
    assert any(each.startswith("A decision has at least one “upholds”") for each in sentences)


def test_every_message_of_a_shape_with_targets_is_a_rule(rules: RuleText, store: ox.Store) -> None:
    shapes = rules.read()
    told = {rule.iri for shape in shapes for rule in shape.rules}
    for shape in shapes:
        for name in ("property", "sparql"):
            for quad in store.quads_for_pattern(
                ox.NamedNode(shape.iri), ox.NamedNode(f"{SH}{name}"), None
            ):
                assert isinstance(quad.object, ox.NamedNode)
                assert quad.object.value in told
    assert not [rule for shape in shapes for rule in shape.rules if "{?" in rule.sentence]


def test_a_rule_lists_the_terms_that_it_names(rules: RuleText) -> None:
    names = {name for shape in rules.read() for rule in shape.rules for name in rule.names}
    assert {f"{APEC}bound", f"{APEC}m49", f"{ID}scheme/bounds"} <= names
