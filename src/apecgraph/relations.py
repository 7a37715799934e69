"""The relations that hold between figures and between statements, if their sources are right.

One function a relation: it goes through the evidence and yields a contradiction wherever the
relation cannot hold. Each is declared for editors in `shapes/consistency.ttl`, under the IRI that
`RELATIONS` gives it, with the measures or properties that it compares. Functions and not SPARQL
constraints, because interval arithmetic by rule reads better in ten lines of Python, runs once
over all figures instead of once a focus node, and can say its arithmetic in words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Final, TypeVar

from apecgraph.evidence import Evidence
from apecgraph.figures import Cell, Figure, Interval, number
from apecgraph.namespaces import APEC, DCAT, ID, SCHEMA, compact
from apecgraph.statements import Statement

_HUNDRED: Final = Decimal(100)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Figures or statements that cannot all be right.

    relation: IRI of the relation that fails. nodes: IRIs of what it fails for.
    arithmetic: why, in words and numbers.
    """

    relation: str
    nodes: tuple[str, ...]
    arithmetic: str


def contradictions(evidence: Evidence) -> Iterator[Contradiction]:
    """Go through all relations."""
    for iri, relation in RELATIONS.items():
        for nodes, arithmetic in relation(evidence, evidence.graph.values(iri, f"{APEC}compares")):
            yield Contradiction(iri, nodes, arithmetic)


_Found = Iterator[tuple[tuple[str, ...], str]]


def same_cell(evidence: Evidence, compares: Sequence[str]) -> _Found:
    """Two figures of one cell have a number in common."""
    for figures in _grouped(evidence.figures, lambda figure: figure.cell).values():
        for one, other in combinations(figures, 2):
            if not one.interval.meets(other.interval):
                yield (
                    (one.iri, other.iri),
                    f"{_name(one)} means {_shown(one.interval)}; {_name(other)} means "
                    f"{_shown(other.interval)}; no number is in both{_ratio(one, other)}",
                )


def share_of_whole(evidence: Evidence, compares: Sequence[str]) -> _Found:
    """A share, in percent, of the whole is the part."""
    cells = _grouped(evidence.figures, lambda figure: replace(figure.cell, unit=""))
    for share in evidence.figures:
        measured = evidence.graph.value(share.cell.measure, f"{APEC}shareOf")
        whole_of = evidence.graph.value(share.cell.measure, f"{APEC}whole")
        if measured is None or whole_of is None:
            continue
        part_cell = replace(share.cell, measure=measured, unit="")
        whole_cell = replace(part_cell, counterpart=whole_of)
        for part, whole in _same_unit(cells[part_cell], cells[whole_cell]):
            implied = whole.interval * share.interval.scaled(1 / _HUNDRED)
            if not part.interval.meets(implied):
                yield (
                    (share.iri, part.iri, whole.iri),
                    f"{_name(share)} of {_name(whole)} is {_shown(implied)}, but "
                    f"{_name(part)} means {_shown(part.interval)}",
                )


def growth_of_value(evidence: Evidence, compares: Sequence[str]) -> _Found:
    """The value before, grown by the rate of growth in percent, is the value now."""
    cells = _grouped(evidence.figures, lambda figure: replace(figure.cell, unit=""))
    for growth in evidence.figures:
        measured = evidence.graph.value(growth.cell.measure, f"{APEC}growthOf")
        base = growth.cell.base_period
        if measured is None or base is None:
            continue
        now_cell = replace(growth.cell, measure=measured, unit="", base_period=None)
        before_cell = replace(now_cell, period=base)
        for now, before in _same_unit(cells[now_cell], cells[before_cell]):
            implied = before.interval * growth.interval.scaled(1 / _HUNDRED, plus=Decimal(1))
            if not now.interval.meets(implied):
                yield (
                    (growth.iri, now.iri, before.iri),
                    f"{_name(before)} grown by {_name(growth)} is {_shown(implied)}, but "
                    f"{_name(now)} means {_shown(now.interval)}",
                )


def part_of_period(evidence: Evidence, compares: Sequence[str]) -> _Found:
    """What adds up over time is in a part of a period no more than in the whole of it."""
    figures = [figure for figure in evidence.figures if figure.cell.measure in compares]
    for group in _grouped(figures, lambda figure: replace(figure.cell, period="")).values():
        for part in group:
            for whole in group:
                inside = _inside(evidence, part.cell, whole.cell)
                if inside and whole.interval.is_below(part.interval):
                    yield (
                        (part.iri, whole.iri),
                        f"{_name(part)} for {compact(part.cell.period)} means "
                        f"{_shown(part.interval)}, which is more than {_name(whole)} for "
                        f"{compact(whole.cell.period)}, {_shown(whole.interval)}",
                    )


def event_days(evidence: Evidence, compares: Sequence[str]) -> _Found:
    """An event's first day, its days and its last day fit together."""
    starts = _stated(evidence, f"{SCHEMA}startDate")
    ends = _stated(evidence, f"{SCHEMA}endDate")
    for days in evidence.figures:
        if days.cell.measure not in compares or days.cell.subject is None:
            continue
        for start in starts[days.cell.subject]:
            for end in ends[days.cell.subject]:
                first, last = _date(start), _date(end)
                if first is None or last is None:
                    continue
                counted = Decimal((last - first).days + 1)
                if not days.interval.meets(Interval(counted, counted)):
                    until = first + timedelta(days=int(days.value) - 1)
                    yield (
                        (days.iri, start.iri, end.iri),
                        f"{first} and {_name(days)} end on {until}, but {_where(end)} says {last}",
                    )


def one_value(evidence: Evidence, compares: Sequence[str]) -> _Found:
    """What has one value has the same value in all sources; texts are compared by language."""
    stated = [each for each in evidence.statements if each.triple.predicate.value in compares]
    key = _grouped(stated, lambda each: (each.triple.subject, each.triple.predicate, each.language))
    for statements in key.values():
        for one, other in combinations(statements, 2):
            if _wording(one) != _wording(other):
                yield (
                    (one.iri, other.iri),
                    f"{compact(one.triple.subject.value)} has one "  # type: ignore[union-attr]
                    f"{compact(one.triple.predicate.value)}: {_where(one)} says {_said(one)}, "
                    f"{_where(other)} says {_said(other)}",
                )


def same_list(evidence: Evidence, compares: Sequence[str]) -> _Found:
    """Where sources list all values of a property, they list the same."""
    stated = [each for each in evidence.statements if each.triple.predicate.value in compares]
    key = _grouped(stated, lambda each: (each.triple.subject, each.triple.predicate))
    for statements in key.values():
        lists = _grouped(statements, lambda each: each.source)
        for one, other in combinations(lists.values(), 2):
            for longer, shorter in ((one, other), (other, one)):
                listed = {each.triple.object for each in shorter}
                extra = [each for each in longer if each.triple.object not in listed]
                if extra:
                    yield (
                        tuple(each.iri for each in (*extra, *shorter)),
                        f"{_where(longer[0])} lists {', '.join(map(_said, extra))} among "
                        f"{len(longer)} of {compact(extra[0].triple.predicate.value)}; "
                        f"{_where(shorter[0])} lists {len(shorter)}: "
                        f"{', '.join(map(_said, shorter))}",
                    )


RELATIONS: Final[dict[str, Callable[[Evidence, Sequence[str]], _Found]]] = {
    f"{ID}relation/same-cell": same_cell,
    f"{ID}relation/share-of-whole": share_of_whole,
    f"{ID}relation/growth-of-value": growth_of_value,
    f"{ID}relation/part-of-period": part_of_period,
    f"{ID}relation/event-days": event_days,
    f"{ID}relation/one-value": one_value,
    f"{ID}relation/same-list": same_list,
}
"""Every relation that is checked, by its IRI."""


def _grouped(items: Iterable[_T], key: Callable[[_T], Hashable]) -> defaultdict[Hashable, list[_T]]:
    groups: defaultdict[Hashable, list[_T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def _same_unit(ones: list[Figure], others: list[Figure]) -> Iterator[tuple[Figure, Figure]]:
    for one in ones:
        for other in others:
            if one.cell.unit == other.cell.unit:
                yield one, other


def _stated(evidence: Evidence, predicate: str) -> defaultdict[Hashable, list[Statement]]:
    stated = [each for each in evidence.statements if each.triple.predicate.value == predicate]
    return _grouped(stated, lambda each: each.triple.subject.value)  # type: ignore[union-attr]


def _inside(evidence: Evidence, part: Cell, whole: Cell) -> bool:
    """Whether one period lies within another and is shorter."""
    ends = [
        (
            evidence.graph.value(cell.period, f"{DCAT}startDate"),
            evidence.graph.value(cell.period, f"{DCAT}endDate"),
        )
        for cell in (part, whole)
    ]
    (start, end), (first, last) = ends
    if start is None or end is None or first is None or last is None:
        return False
    return first <= start and end <= last and ends[0] != ends[1]


def _date(statement: Statement) -> date | None:
    try:
        return date.fromisoformat(statement.triple.object.value)  # type: ignore[union-attr]
    except ValueError:
        return None  # its shape reports it


def _wording(statement: Statement) -> str:
    """Return a value as it is compared: a text without case, punctuation and spacing."""
    text: str = statement.triple.object.value  # type: ignore[union-attr]
    return re.sub(r"[\W_]+", " ", text).strip().casefold() if statement.language else text


def _said(statement: Statement) -> str:
    text: str = statement.triple.object.value  # type: ignore[union-attr]
    return f"'{text}'" if statement.language else compact(text)


def _where(each: Figure | Statement) -> str:
    return compact(each.source)


def _name(figure: Figure) -> str:
    return f"'{figure.printed}' ({_where(figure)})"


def _shown(interval: Interval) -> str:
    """Write an interval with its digits grouped, for people."""
    return re.sub(r"\d{5,}(?![\d.]*\.)", lambda match: f"{int(match[0]):,}", str(interval))


def _ratio(one: Figure, other: Figure) -> str:
    small, large = sorted((one.value, other.value))
    return f"; one is {number(round(large / small, 2))} times the other" if small > 0 else ""
