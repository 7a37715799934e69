"""Disagreements: what sources state that cannot all be right, figure by figure and text by text.

Each function goes through the evidence for one relation, and yields the figures and statements for
which it fails, with the reason in words. It is declared for editors in `shapes/consistency.ttl`,
under the IRI that stands at the end here, with what it compares.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Final, TypeVar

import pyoxigraph as ox

from apecgraph.consistency.wording import Wording
from apecgraph.content.evidence import Evidence
from apecgraph.content.statements import Statement
from apecgraph.intervals import Interval, decimal_text
from apecgraph.rdf.namespaces import ID, ORG, SCHEMA, XSD

_T = TypeVar("_T")

_TELLING_DIGITS: Final = {"coverage": 5, "measure": 3}
"""From how many digits a number is not the same by chance, by what it is printed of."""
_NUMBER: Final = re.compile(r"[0-9](?:[0-9.,]*[0-9])?")
_SCALED_BY_WORDS: Final = re.compile(r"[\u0600-\u06ff\u3040-\u9fff\uac00-\ud7af]")
_DATES: Final = {f"{XSD}date", f"{XSD}gYearMonth", f"{XSD}gYear"}

Found = Iterator[tuple[tuple[str, ...], str]]


def event_days(evidence: Evidence, compares: list[str]) -> Found:
    """An event's first day, its days and its last day fit together."""
    wording = Wording(evidence.graph.store)
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
                    yield (
                        (days.iri, start.iri, end.iri),
                        f"{first} ({wording.publisher(start.source)}) to {last} "
                        f"({wording.publisher(end.source)}) are {counted} days, "
                        f"but {wording.figure(days)} is printed of it",
                    )


def one_value(evidence: Evidence, compares: list[str]) -> Found:
    """What has one value has the same value in all sources; texts are compared by language."""
    wording = Wording(evidence.graph.store)
    stated = [each for each in evidence.statements if each.triple.predicate.value in compares]
    key = _grouped(
        stated,
        lambda each: (each.triple.subject, each.triple.predicate, each.language, each.period),
    )
    for statements in key.values():
        for one, other in combinations(statements, 2):
            if not _agree(one, other):
                yield (
                    (one.iri, other.iri),
                    f"{wording.name(one.triple.subject.value)} has one "  # type: ignore[union-attr]
                    f"{wording.name(one.triple.predicate.value)}: "
                    f"{wording.publisher(one.source)} says {_said(one, wording)}, "
                    f"{wording.publisher(other.source)} says {_said(other, wording)}",
                )


def same_list(evidence: Evidence, compares: list[str]) -> Found:
    """Where sources list all values of a property, they list the same."""
    wording = Wording(evidence.graph.store)
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
                        f"{wording.publisher(longer[0].source)} lists {_all(extra, wording)} among "
                        f"{len(longer)} of {wording.name(extra[0].triple.predicate.value)}; "
                        f"{wording.publisher(shorter[0].source)} lists {len(shorter)}: "
                        f"{_all(shorter, wording)}",
                    )


def same_number(evidence: Evidence, compares: list[str]) -> Found:
    """A number with many digits is of one coverage and of one measure: else a label is wrong."""
    wording = Wording(evidence.graph.store)
    figures = [each for each in evidence.figures if each.cell.measure in compares]
    for one, other in combinations(figures, 2):
        if one.value != other.value:
            continue
        for label, digits in _TELLING_DIGITS.items():
            left, right = (getattr(each.cell, label) for each in (one, other))
            alike = replace(one.cell, **{label: right}) == other.cell
            if left != right and alike and len(_digits(one.value)) >= digits:
                yield (
                    (one.iri, other.iri),
                    f"{wording.figure(one)} is printed of {wording.name(left)}, "
                    f"{wording.figure(other)} of {wording.name(right)}: "
                    "so many digits are not the same by chance",
                )


def listed_members(evidence: Evidence, compares: list[str]) -> Found:
    """A body has as many members as a source lists."""
    wording = Wording(evidence.graph.store)
    stated = [
        each for each in evidence.statements if each.triple.predicate.value == f"{ORG}memberOf"
    ]
    lists = _grouped(stated, lambda each: (_value(each), each.source))
    for figure in evidence.figures:
        if figure.cell.measure not in compares:
            continue
        for members in lists.values():
            counted = Decimal(len({each.triple.subject for each in members}))
            of_it = _value(members[0]) == figure.cell.subject
            if of_it and not figure.interval.meets(Interval(counted, counted)):
                yield (
                    (figure.iri, *(each.iri for each in members)),
                    f"{wording.figure(figure)} are printed, but "
                    f"{wording.publisher(members[0].source)} lists {counted}",
                )


def as_printed(evidence: Evidence, compares: list[str]) -> Found:
    """A figure is the number that stands among the words printed.

    Words without a number in Arabic digits, and those of scripts that scale it, say it otherwise.
    """
    wording = Wording(evidence.graph.store)
    for figure in evidence.figures:
        if _SCALED_BY_WORDS.search(figure.printed):
            continue
        numbers = _NUMBER.findall(figure.printed)
        if len(numbers) != 1:
            continue
        # A comma or a point may group the digits or part the fraction, by the language.
        either = (numbers[0].replace(",", ""), numbers[0].replace(".", "").replace(",", "."))
        read = [Decimal(each) for each in either if each.count(".") <= 1]
        if abs(figure.observed) not in read:
            yield (
                (figure.iri,),
                f"'{figure.printed}' ({wording.publisher(figure.source)}) is written as "
                f"{decimal_text(figure.observed)}",
            )


CLAIM_RELATIONS: Final[dict[str, Callable[[Evidence, list[str]], Found]]] = {
    f"{ID}relation/event-days": event_days,
    f"{ID}relation/one-value": one_value,
    f"{ID}relation/same-list": same_list,
    f"{ID}relation/same-number": same_number,
    f"{ID}relation/listed-members": listed_members,
    f"{ID}relation/as-printed": as_printed,
}
"""Every relation that does not follow from cells, by its IRI."""


def _grouped(items: Iterable[_T], key: Callable[[_T], Hashable]) -> defaultdict[Hashable, list[_T]]:
    groups: defaultdict[Hashable, list[_T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def _stated(evidence: Evidence, predicate: str) -> defaultdict[Hashable, list[Statement]]:
    stated = [each for each in evidence.statements if each.triple.predicate.value == predicate]
    return _grouped(stated, lambda each: each.triple.subject.value)  # type: ignore[union-attr]


def _date(statement: Statement) -> date | None:
    try:
        return date.fromisoformat(statement.triple.object.value)  # type: ignore[union-attr]
    except ValueError:
        return None  # its shape reports it


def _agree(one: Statement, other: Statement) -> bool:
    """Whether two values are one; a date told to the year agrees with one told to the day."""
    left, right = _wording(one), _wording(other)
    if _dated(one) and _dated(other):
        return left.startswith(right) or right.startswith(left)
    return left == right


def _dated(statement: Statement) -> bool:
    value = statement.triple.object
    return isinstance(value, ox.Literal) and value.datatype.value in _DATES


def _digits(value: Decimal) -> tuple[int, ...]:
    return value.normalize().as_tuple().digits


def _value(statement: Statement) -> str:
    """Return what is stated: an IRI, or the text of a literal."""
    value = statement.triple.object
    return str(value) if isinstance(value, ox.Triple) else value.value


def _wording(statement: Statement) -> str:
    """Return a value as it is compared: a text without case, punctuation and spacing."""
    text = _value(statement)
    return re.sub(r"[\W_]+", " ", text).strip().casefold() if statement.language else text


def _said(statement: Statement, wording: Wording) -> str:
    value = statement.triple.object
    if isinstance(value, ox.NamedNode):
        return wording.name(value.value)
    return f"'{_value(statement)}'" if statement.language else _value(statement)


def _all(statements: Iterable[Statement], wording: Wording) -> str:
    return ", ".join(_said(each, wording) for each in statements)
