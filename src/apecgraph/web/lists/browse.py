"""The page of all kinds of things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from apecgraph.readers.lists.kinds import KINDS
from apecgraph.web.pages.page import Page


class BrowsePage(Page):
    """All kinds of things, each with its list."""

    template: ClassVar[str] = "lists/browse.html"

    def values(self) -> Mapping[str, object]:
        """Return the kinds that have things, with the number of their things."""
        kinds = [(kind, self.site.listings.of(kind).count) for kind in KINDS.values()]
        return {"kinds": [(kind, count) for kind, count in kinds if count]}
