"""What the check says of an entry before it is written.

An entry is refused if the check would report it. Only a contradiction is no reason to refuse a
claim: sources contradict each other, and the decision on them names the claim.
"""

from __future__ import annotations

from typing import Final

from apecgraph.check.report import Result
from apecgraph.check.validation import judge
from apecgraph.content.folder import Content
from apecgraph.content.vocabularies import Vocabularies
from apecgraph.errors import EntryRefused
from apecgraph.progress import StepObserver
from apecgraph.rdf.namespaces import ID, compact

_RELATION: Final = f"{ID}relation/"
_DECIDED: Final = f"{ID}relation/decided"


def consequences(before: Content, after: Content, observe: StepObserver) -> list[Result]:
    """Return what the check reports about content only since an entry was made.

    Args:
        before: The content without the entry.
        after: The content with it.
        observe: Observes the application of each shape.

    Returns:
        The results, without places.
    """
    vocabularies = Vocabularies.read(before.root)
    results = judge(after, vocabularies, observe)[0].results
    if not results:
        return []
    earlier = judge(before, vocabularies, observe)[0].results
    known = set(map(_identity, earlier))
    # If a decision settles a part of a contradiction, the rest of it is not new.
    contradictory = {node for each in earlier if _is_between_claims(each) for node in each.nodes}
    return [
        result
        for result in results
        if _identity(result) not in known
        and not (_is_between_claims(result) and contradictory.issuperset(result.nodes))
    ]


def accept_decisions(before: Content, after: Content, observe: StepObserver) -> None:
    """Refuse decisions that the check reports.

    Args:
        before: The content without the new decisions.
        after: The content with them.
        observe: Observes the application of each shape.

    Raises:
        ExceptionGroup: The check reports errors; the group has an EntryRefused for each.
    """
    refused = [
        EntryRefused(f"{compact(result.nodes[0])}: {result.message}")
        for result in consequences(before, after, observe)
    ]
    if refused:
        raise ExceptionGroup("nothing is written", refused)


def is_contradiction(result: Result) -> bool:
    """Return whether a result is about claims, or decisions and claims, that do not agree."""
    return result.shape.startswith(_RELATION)


def _is_between_claims(result: Result) -> bool:
    return is_contradiction(result) and result.shape != _DECIDED


def _identity(result: Result) -> tuple[object, ...]:
    """Return the parts of a result that do not change if other results do."""
    return result.rule, result.nodes, result.path, result.value
