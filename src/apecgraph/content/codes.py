"""Codes: the things that the content describes, keyed by the names that editors write.

A thing has a kind, the first part of its name: `economy/CHN` is of the kind `economy`. Editors may
also write a label of the thing or another of its names, such as "China" or "RMB".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from rapidfuzz import fuzz

from apecgraph.errors import UnknownCode
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import NAME_PROPERTIES
from apecgraph.rdf.namespaces import ID, RDF, SKOS

_NEAR: Final = 60
"""Minimum similarity of a suggested name, from 0 to 100."""

_BEGINNING: Final = 85
"""Similarity of a name with a word that begins with the text that an editor wrote."""

_LONG_ENOUGH: Final = 3
_MOST_SUGGESTED: Final = 3
_SHORT_LIST: Final = 16
"""Maximum number of things of a kind that are listed in full."""


class Codes:
    """Finds the things that the content describes.

    Args:
        graph: The dataset of the content.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @cached_property
    def _kinds(self) -> dict[str, list[str]]:
        """The codes of each kind, sorted."""
        kinds: defaultdict[str, list[str]] = defaultdict(list)
        for iri in self._graph.subjects(f"{RDF}type"):
            kind, slash, code = iri.removeprefix(ID).partition("/")
            if slash and iri.startswith(ID):
                kinds[kind].append(code)
        return dict(kinds)

    def find(self, text: str, *kinds: str) -> str:
        """Find a thing by its code or one of its names, ignoring case.

        Args:
            text: The code, with or without its kind, or a name.
            *kinds: The kinds that the thing may be of.

        Returns:
            Its IRI.

        Raises:
            UnknownCode: No thing has this name, or several do.
        """
        kinds = kinds or tuple(self._kinds)
        for kind in kinds:
            code = text.removeprefix(f"{kind}/")
            if code in self._kinds.get(kind, ()):
                return f"{ID}{kind}/{code}"
        named = {
            f"{ID}{kind}/{code}"
            for kind in kinds
            for name, code in self._names(kind)
            if name.casefold() == text.casefold()
        }
        if len(named) == 1:
            return named.pop()
        if named:
            names = ", ".join(sorted(iri.removeprefix(ID) for iri in named))
            raise UnknownCode(f"'{text}' is ambiguous: write one of {names}")
        kind = " or ".join(kinds) if len(kinds) <= _MOST_SUGGESTED else "thing in the content"
        raise UnknownCode(f"'{text}' is not the name of any {kind}{self.advice(text, *kinds)}")

    def advice(self, text: str, *kinds: str) -> str:
        """Name the codes that may be meant, and list all codes if they are few.

        Args:
            text: The unknown code or name.
            *kinds: The kinds that the thing may be of.

        Returns:
            The end of a sentence; empty if no code is like the text.
        """
        best: dict[str, float] = {}
        for kind in kinds:
            wanted = text.removeprefix(f"{kind}/").casefold()
            for name, code in self._names(kind):
                likeness = _likeness(wanted, name.casefold())
                key = f"{kind}/{code}"
                best[key] = max(best.get(key, 0), likeness)
        near = sorted(best, key=lambda key: (-best[key], key))[:_MOST_SUGGESTED]
        names = [key for key in near if best[key] >= _NEAR]
        meant = f": did you mean {' or '.join(names)}?" if names else ""
        listed = [f"{kind}/{code}" for kind in kinds for code in self._kinds.get(kind, ())]
        if len(listed) > _SHORT_LIST or not listed:
            return meant
        return f"{meant or '.'} The codes are {', '.join(listed)}."

    def _names(self, kind: str) -> Iterator[tuple[str, str]]:
        """Yield the names of all things of a kind, each with the code of the thing."""
        for code in self._kinds.get(kind, ()):
            yield code, code
            for property_ in (*NAME_PROPERTIES, f"{SKOS}notation"):
                for name in self._graph.values(f"{ID}{kind}/{code}", property_):
                    yield name, code


def _likeness(wanted: str, name: str) -> float:
    """Return the similarity of a name to an editor's text, which may be the start of a word."""
    begins = len(wanted) >= _LONG_ENOUGH and f" {name}".replace("-", " ").find(f" {wanted}") >= 0
    return max(fuzz.ratio(wanted, name), _BEGINNING if begins else 0)
