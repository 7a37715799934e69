"""The page about the ontology: all its terms and code lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from apecgraph.rdf.namespaces import PREFIXES
from apecgraph.readers.vocabulary import Vocabulary
from apecgraph.web.things.term import group_names, uses_query
from apecgraph.web.things.thing import ThingPage, ThingView

_PREFIXES: Final[Mapping[str, str]] = {namespace: name for name, namespace in PREFIXES.items()}

_LISTED: Final = 8
"""Maximum number of codes of a list that the page shows; other pages have them all."""


class OntologyPage(ThingPage):
    """The page about the ontology."""

    template: ClassVar[str] = "things/ontology.html"

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the grouped terms, the code lists, and the foreign terms of each namespace."""
        vocabulary = Vocabulary(self.site.graph, self.site.labels, self.site.term_uses)
        return {
            "groups": vocabulary.groups(),
            "listed": _LISTED,
            "lists": vocabulary.lists(),
            "names": group_names(self.site.language.catalogue),
            "foreign": vocabulary.foreign(),
            "prefix": _PREFIXES.get,
            "counting": uses_query,
        }
