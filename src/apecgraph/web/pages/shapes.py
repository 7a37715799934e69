"""The page about the rules: the shapes and edit rules that the check applies, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from apecgraph.check.rule_text import RuleText
from apecgraph.readers.edit_rules import read_edit_rules
from apecgraph.web.pages.page import Page


class ShapesPage(Page):
    """The shapes of a release, and the edit rules between its figures."""

    template: ClassVar[str] = "pages/shapes.html"

    def values(self) -> Mapping[str, object]:
        """Return the shapes, those with the most focus nodes first, and the edit rules."""
        nodes = {iri: rule.nodes or 0 for iri, rule in self.site.release.rules.items()}
        shapes = RuleText(self.site.graph, self.site.language.catalogue).read()
        return {
            "shapes": sorted(shapes, key=lambda shape: -nodes.get(shape.iri, 0)),
            "nodes": nodes,
            "relations": read_edit_rules(self.site.graph, self.site.labels),
        }
