"""Suggestions while typing: entities, types and properties whose names begin with a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

from rapidfuzz import fuzz, process

from apecgraph.rdf.namespaces import ID
from apecgraph.search.entities import Entity, EntityProperty, Type
from apecgraph.text.folding import fold

PAGE: Final = 20
"""Number of suggestions on a page."""

_ALIKE: Final = 70.0

_Suggested = TypeVar("_Suggested", Entity, EntityProperty, Type)


def suggest(items: Iterable[_Suggested], prefix: str, skipped: int = 0) -> list[_Suggested]:
    """Suggest completions of a prefix (Reconciliation Service API 0.2, section 6).

    The order is: items with that name or id; names that begin with the prefix; names with a word
    that begins with the prefix; similar names. In each group, shorter names come first. An empty
    prefix keeps the order of the items.

    Args:
        items: The items to suggest.
        prefix: The text typed so far.
        skipped: Number of suggestions to skip.

    Returns:
        At most PAGE suggestions.
    """
    typed = prefix.strip().removeprefix(ID)
    folded = fold(typed)
    known = list(items)
    ranks = [_rank(each, typed, folded) for each in known]
    if folded:
        for _, score, index in process.extract(
            folded,
            [None if rank else each.spellings[0] for each, rank in zip(known, ranks, strict=True)],
            scorer=fuzz.WRatio,
            limit=None,
            score_cutoff=_ALIKE,
        ):
            ranks[index] = (4, -score)
    found = [(rank, index) for index, rank in enumerate(ranks) if rank is not None]
    return [known[index] for _, index in sorted(found)[skipped : skipped + PAGE]]


def _rank(
    item: Entity | EntityProperty | Type, typed: str, folded: str
) -> tuple[float, float] | None:
    if not folded:
        return (0, 0) if not typed or typed == item.id else None
    codes = item.codes if isinstance(item, Entity) else frozenset[str]()
    if typed == item.id or folded in codes or folded in item.spellings:
        return (0, 0)
    begins = [len(each) for each in item.spellings if each.startswith(folded)]
    if begins:
        return (1, min(begins))
    if item.id.casefold().startswith(typed.casefold()):
        return (2, len(item.id))
    words = [len(each) for each in item.spellings if f" {folded}" in each]
    return (3, min(words)) if words else None
