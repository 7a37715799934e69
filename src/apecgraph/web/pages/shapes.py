"""The page of the rules: the shapes and relations that the check applies, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from apecgraph.check.rule_text import RuleText
from apecgraph.web.pages.page import Page


class ShapesPage(Page):
    """The shapes of a release, and the relations between its figures."""

    template: ClassVar[str] = "shapes.html"

    def values(self) -> Mapping[str, object]:
        """Return the shapes and the relations."""
        text = RuleText(self.site.graph.store)
        return {"shapes": text.read(), "relations": text.relations()}
