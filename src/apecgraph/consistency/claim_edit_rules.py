"""Edit rules between claims: figures and statements that are compared one by one.

Each function applies one edit rule to the evidence and yields the claims for which the rule
fails, with an explanation. `shapes/consistency.ttl` declares, for editors, each rule and what
the rule compares. The table `CLAIM_EDIT_RULES` maps the IRIs of the rules to the functions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import chain, combinations
from typing import Final, TypeVar

import pyoxigraph as ox

from apecgraph.consistency.contradictions import Contradiction
from apecgraph.consistency.printed_edit_rule import compare_printed
from apecgraph.consistency.wording import Wording
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure
from apecgraph.content.statements import Statement
from apecgraph.intervals import Interval
from apecgraph.rdf.namespaces import DCAT, DCTERMS, ID, ORG, SCHEMA
from apecgraph.text.dates import DATE_DATATYPES
from apecgraph.text.printed_words import PrintedWords

_T = TypeVar("_T")

_TELLING_DIGITS: Final = {"coverage": 5, "measure": 3}
"""Number of digits from which equal values cannot be a coincidence, for each dimension."""


_CHANGING: Final = frozenset(f"{SCHEMA}{name}" for name in ("jobTitle", "name"))
"""Properties that have one value at a time: a statement may limit its value to a period."""

_LEADS_UP: Final = (
    f"{ORG}subOrganizationOf",
    f"{SCHEMA}containedInPlace",
    f"{SCHEMA}superEvent",
)
"""Properties that lead from a part to its whole."""

_ENDS: Final = ("start", "end")

Failures = Iterator[tuple[tuple[str, ...], Callable[[Wording], str]]]
"""IRIs of the claims for which an edit rule fails, and what explains why in words."""


def claim_contradictions(evidence: Evidence) -> Iterator[Contradiction]:
    """Find the contradictions that the edit rules between claims show."""
    for iri, rule in CLAIM_EDIT_RULES.items():
        compares = evidence.graph.values(iri, f"{DCTERMS}subject")
        for claims, reason in rule(evidence, compares):
            readings = frozenset(frozenset([claim]) for claim in claims)
            yield Contradiction(frozenset([iri]), readings, reason)


def event_days(evidence: Evidence, compares: list[str]) -> Failures:
    """The first day, the duration and the last day of an event fit together."""
    starts = _by_subject(evidence, f"{SCHEMA}startDate")
    ends = _by_subject(evidence, f"{SCHEMA}endDate")
    for days in evidence.outcomes:
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
                        partial(_wrong_duration, (first, start), (last, end), days),
                    )


def one_value(evidence: Evidence, compares: list[str]) -> Failures:
    """All sources state the same value of a single-valued property.

    Texts are compared in each language, codes in each code system, and foreign IRIs in each
    namespace. A place agrees with the places that contain it, an event with its superior events,
    a body with those above it. Only what changes over time has other values in other periods.
    """
    groups = _grouped(
        _stated(evidence, compares),
        lambda each: (each.triple.subject, each.triple.predicate, _system(each), _term(each)),
    )
    for statements in groups.values():
        for one, other in combinations(statements, 2):
            if not (_agree(one, other) or _contains(evidence, one, other)):
                yield (one.iri, other.iri), partial(_two_values, one, other)


def one_holder(evidence: Evidence, compares: list[str]) -> Failures:
    """A post in a body, such as the chair, has only one holder at a time."""
    graph = evidence.graph
    posts: defaultdict[Hashable, list[tuple[Statement, str, str]]] = defaultdict(list)
    for statement in _stated(evidence, [f"{ORG}member"]):
        membership = _subject(statement)
        role = graph.value(membership, f"{ORG}role")
        period = graph.value(membership, f"{ORG}memberDuring")
        first, last = (period and graph.value(period, f"{DCAT}{end}Date") for end in _ENDS)
        if role in compares and first and last:
            post = graph.value(membership, f"{ORG}organization"), role
            posts[post].append((statement, first, last))
    for holders in posts.values():
        for (one, first, last), (other, start, end) in combinations(holders, 2):
            if (
                first <= end
                and start <= last
                and _subject(one) != _subject(other)
                and not _agree(one, other)
            ):
                yield (one.iri, other.iri), partial(_two_holders, one, other)


def same_list(evidence: Evidence, compares: list[str]) -> Failures:
    """Sources that list all values of a property list the same values."""
    groups = _grouped(
        _stated(evidence, compares), lambda each: (each.triple.subject, each.triple.predicate)
    )
    for statements in groups.values():
        lists = _grouped(statements, lambda each: each.source)
        for one, other in combinations(lists.values(), 2):
            for longer, shorter in ((one, other), (other, one)):
                listed = {each.triple.object for each in shorter}
                extra = [each for each in longer if each.triple.object not in listed]
                if extra:
                    yield (
                        tuple(each.iri for each in (*extra, *shorter)),
                        partial(_longer_list, longer, extra, shorter),
                    )


def same_number(evidence: Evidence, compares: list[str]) -> Failures:
    """Two figures with the same many-digit value have the same coverage and measure.

    Otherwise one of them is mislabelled.
    """
    figures = (each for each in evidence.outcomes if each.cell.measure in compares)
    equal = _grouped(figures, lambda each: each.value)
    for one, other in chain.from_iterable(combinations(group, 2) for group in equal.values()):
        for label, digits in _TELLING_DIGITS.items():
            left, right = (getattr(each.cell, label) for each in (one, other))
            alike = one.cell._replace(**{label: right}) == other.cell
            if left != right and alike and len(_digits(one.value)) >= digits:
                yield (one.iri, other.iri), partial(_same_digits, one, other, label)


def listed_members(evidence: Evidence, compares: list[str]) -> Failures:
    """A body has as many members as a source lists."""
    members_of = _stated(evidence, [f"{ORG}memberOf"])
    lists = _grouped(members_of, lambda each: (_value(each), each.source))
    for figure in evidence.outcomes:
        if figure.cell.measure not in compares:
            continue
        for members in lists.values():
            counted = Decimal(len({each.triple.subject for each in members}))
            of_it = _value(members[0]) == figure.cell.subject
            if of_it and not figure.interval.meets(Interval(counted, counted)):
                yield (
                    (figure.iri, *(each.iri for each in members)),
                    partial(_other_number_listed, figure, members[0].source, counted),
                )


def attendance(evidence: Evidence, compares: list[str]) -> Failures:
    """No more members attend a meeting than the body has at the time."""
    graph = evidence.graph
    starts = _by_subject(evidence, f"{SCHEMA}startDate")
    for body in compares:
        memberships = [
            membership
            for membership in graph.subjects(f"{ORG}organization", body)
            if graph.has(membership, f"{ORG}role", f"{ID}role/member") and starts[membership]
        ]
        for figure in evidence.outcomes:
            last = graph.value(figure.cell.period, f"{DCAT}endDate")
            if figure.cell.measure not in compares or last is None or not memberships:
                continue
            joined = (min(map(_value, starts[membership])) for membership in memberships)
            members = Decimal(sum(start <= last for start in joined))
            if not figure.interval.meets(Interval(None, members)):
                yield (figure.iri,), partial(_too_many, figure, body, members, last)


def as_printed(evidence: Evidence, compares: list[str]) -> Failures:
    """A figure has the number that its printed words express."""
    for figure, printed, difference in compare_printed(evidence, PrintedWords(evidence.graph)):
        yield (figure.iri,), partial(_misprinted, figure, printed, difference)


CLAIM_EDIT_RULES: Final[dict[str, Callable[[Evidence, list[str]], Failures]]] = {
    f"{ID}relation/event-days": event_days,
    f"{ID}relation/one-value": one_value,
    f"{ID}relation/one-code": one_value,
    f"{ID}relation/one-holder": one_holder,
    f"{ID}relation/same-list": same_list,
    f"{ID}relation/same-number": same_number,
    f"{ID}relation/listed-members": listed_members,
    f"{ID}relation/attendance": attendance,
    f"{ID}relation/as-printed": as_printed,
}
"""All edit rules between claims, keyed by IRI."""


def _grouped(items: Iterable[_T], key: Callable[[_T], Hashable]) -> defaultdict[Hashable, list[_T]]:
    groups: defaultdict[Hashable, list[_T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def _stated(evidence: Evidence, properties: Collection[str]) -> list[Statement]:
    """Return the statements of some properties, given the IRIs of the properties."""
    return [each for each in evidence.statements if each.triple.predicate.value in properties]


def _by_subject(evidence: Evidence, predicate: str) -> defaultdict[Hashable, list[Statement]]:
    stated = _stated(evidence, [predicate])
    return _grouped(stated, _subject)


def _term(statement: Statement) -> str | None:
    """Return the period for which a value is stated, if the property changes over time."""
    return statement.period if statement.triple.predicate.value in _CHANGING else None


def _system(statement: Statement) -> str | None:
    """Return the language, the code system or the namespace in which a value is comparable.

    Dates are comparable whatever their precision, and so are the things of this dataset.
    """
    value = statement.triple.object
    if isinstance(value, ox.Literal):
        return statement.language or (None if _is_date(statement) else value.datatype.value)
    if isinstance(value, ox.NamedNode) and not value.value.startswith(ID):
        # The same register may be written with http or https, with www or without.
        return re.sub(r"^https?://(www\.)?|[^/#]*[/#]?$", "", value.value)
    return None


def _contains(evidence: Evidence, one: Statement, other: Statement) -> bool:
    """Return whether one value is a place in the other, or an event or a body below the other."""
    inner, outer = one.triple.object, other.triple.object
    if not (isinstance(inner, ox.NamedNode) and isinstance(outer, ox.NamedNode)):
        return False
    return outer.value in _wider(evidence, inner) or inner.value in _wider(evidence, outer)


def _wider(evidence: Evidence, inner: ox.NamedNode) -> set[str]:
    """Return the IRIs of the places around a place, or of those above an event or a body."""
    wider, waiting = set[str](), [inner.value]
    while waiting:
        each = waiting.pop()
        for property_ in _LEADS_UP:
            found = set(evidence.graph.iris(each, property_)) - wider
            wider |= found  # an editor may write a circle
            waiting += found
    return wider


def _date(statement: Statement) -> date | None:
    try:
        return date.fromisoformat(statement.triple.object.value)  # type: ignore[union-attr]
    except ValueError:
        return None  # a shape reports the malformed date


def _agree(one: Statement, other: Statement) -> bool:
    """Return whether two values are the same; a year agrees with any day of that year."""
    left, right = _normalized(one), _normalized(other)
    if _is_date(one) and _is_date(other):
        return left.startswith(right) or right.startswith(left)
    return left == right


def _is_date(statement: Statement) -> bool:
    value = statement.triple.object
    return isinstance(value, ox.Literal) and value.datatype.value in DATE_DATATYPES


def _digits(value: Decimal) -> tuple[int, ...]:
    return value.normalize().as_tuple().digits


def _value(statement: Statement) -> str:
    """Return the value that is stated: an IRI, or the text of a literal."""
    value = statement.triple.object
    return str(value) if isinstance(value, ox.Triple) else value.value


def _normalized(statement: Statement) -> str:
    """Return a value for comparison; in texts, case, punctuation and spacing are ignored."""
    text = _value(statement)
    return re.sub(r"[\W_]+", " ", text).strip().casefold() if statement.language else text


def _wrong_duration(
    first: tuple[date, Statement], last: tuple[date, Statement], days: Figure, wording: Wording
) -> str:
    """Say that the first and the last day of an event do not fit its duration."""
    return wording.gettext(
        "%(first)s (%(source_of_first)s) to %(last)s (%(source_of_last)s) are %(number)s days, "
        "but the printed duration is %(figure)s",
        first=first[0],
        source_of_first=wording.publisher(first[1].source),
        last=last[0],
        source_of_last=wording.publisher(last[1].source),
        number=(last[0] - first[0]).days + 1,
        figure=wording.figure(days),
    )


def _two_values(one: Statement, other: Statement, wording: Wording) -> str:
    """Say that two sources state different values of a property that has one."""
    return wording.gettext(
        "%(thing)s can have only one %(property)s: "
        "%(one_source)s says %(one)s, %(other_source)s says %(other)s",
        thing=wording.name(_subject(one)),
        property=wording.name(one.triple.predicate.value),
        one_source=wording.publisher(one.source),
        one=_quoted(one, wording),
        other_source=wording.publisher(other.source),
        other=_quoted(other, wording),
    )


def _two_holders(one: Statement, other: Statement, wording: Wording) -> str:
    """Say that two sources state different holders of a post."""
    return wording.gettext(
        "a post can have only one holder at a time: %(one_source)s says that %(one)s is "
        "'%(one_post)s', %(other_source)s says that %(other)s is '%(other_post)s'",
        one_source=wording.publisher(one.source),
        one=_quoted(one, wording),
        one_post=wording.name(_subject(one)),
        other_source=wording.publisher(other.source),
        other=_quoted(other, wording),
        other_post=wording.name(_subject(other)),
    )


def _longer_list(
    longer: Sequence[Statement],
    extra: Sequence[Statement],
    shorter: Sequence[Statement],
    wording: Wording,
) -> str:
    """Say that one source lists values that another one leaves out."""
    return wording.gettext(
        "%(longer_source)s lists %(extra)s among %(number)s of %(property)s; "
        "%(shorter_source)s lists %(other_number)s: %(values)s",
        longer_source=wording.publisher(longer[0].source),
        extra=_listed(extra, wording),
        number=len(longer),
        property=wording.name(extra[0].triple.predicate.value),
        shorter_source=wording.publisher(shorter[0].source),
        other_number=len(shorter),
        values=_listed(shorter, wording),
    )


def _same_digits(one: Figure, other: Figure, label: str, wording: Wording) -> str:
    """Say that two figures have the same digits, but another value of a dimension."""
    return wording.gettext(
        "%(one)s is printed for %(one_label)s, and %(other)s for %(other_label)s: "
        "so many digits do not agree by chance",
        one=wording.figure(one),
        one_label=wording.name(getattr(one.cell, label)),
        other=wording.figure(other),
        other_label=wording.name(getattr(other.cell, label)),
    )


def _other_number_listed(figure: Figure, source: str, counted: Decimal, wording: Wording) -> str:
    """Say that a source lists another number of members than is printed."""
    return wording.gettext(
        "%(figure)s are printed, but %(source)s lists %(number)s",
        figure=wording.figure(figure),
        source=wording.publisher(source),
        number=counted,
    )


def _too_many(figure: Figure, body: str, members: Decimal, day: str, wording: Wording) -> str:
    """Say that more members attend than the body has."""
    return wording.gettext(
        "%(figure)s are printed, but %(body)s has %(number)s members by %(day)s",
        figure=wording.figure(figure),
        body=wording.name(body),
        number=members,
        day=day,
    )


def _misprinted(figure: Figure, printed: str, difference: str, wording: Wording) -> str:
    """Say, in English, how a figure differs from its printed words: only editors read this."""
    return f"'{printed}' ({wording.publisher(figure.source)}) {difference}"


def _subject(statement: Statement) -> str:
    """Return the IRI of the thing that a statement is about."""
    return statement.triple.subject.value  # type: ignore[union-attr]


def _quoted(statement: Statement, wording: Wording) -> str:
    value = statement.triple.object
    if isinstance(value, ox.NamedNode):
        return wording.name(value.value)
    text = str(value) if isinstance(value, ox.Triple) else value.value
    return wording.gettext("'%(text)s'", text=text) if statement.language else text


def _listed(statements: Sequence[Statement], wording: Wording) -> str:
    return wording.listed(_quoted(each, wording) for each in statements)
