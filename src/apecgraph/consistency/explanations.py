"""Explanations: why claims cannot all be right, as a sentence in the language of a wording."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pyoxigraph as ox

from apecgraph.consistency.wording import Wording
from apecgraph.content.figures import Figure
from apecgraph.content.statements import Statement


def wrong_duration(
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


def two_values(one: Statement, other: Statement, wording: Wording) -> str:
    """Say that two sources state different values of a property that has one."""
    return wording.gettext(
        "%(thing)s can have only one %(property)s: "
        "%(one_source)s says %(one)s, %(other_source)s says %(other)s",
        thing=wording.name(subject(one)),
        property=wording.name(one.triple.predicate.value),
        one_source=wording.publisher(one.source),
        one=_quoted(one, wording),
        other_source=wording.publisher(other.source),
        other=_quoted(other, wording),
    )


def two_holders(one: Statement, other: Statement, wording: Wording) -> str:
    """Say that two sources state different holders of a post."""
    return wording.gettext(
        "a post can have only one holder at a time: %(one_source)s says that %(one)s is "
        "'%(one_post)s', %(other_source)s says that %(other)s is '%(other_post)s'",
        one_source=wording.publisher(one.source),
        one=_quoted(one, wording),
        one_post=wording.name(subject(one)),
        other_source=wording.publisher(other.source),
        other=_quoted(other, wording),
        other_post=wording.name(subject(other)),
    )


def longer_list(
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


def same_digits(one: Figure, other: Figure, label: str, wording: Wording) -> str:
    """Say that two figures have the same digits, but another value of a dimension."""
    return wording.gettext(
        "%(one)s is printed for %(one_label)s, and %(other)s for %(other_label)s: "
        "so many digits do not agree by chance",
        one=wording.figure(one),
        one_label=wording.name(getattr(one.cell, label)),
        other=wording.figure(other),
        other_label=wording.name(getattr(other.cell, label)),
    )


def other_number_listed(figure: Figure, source: str, counted: Decimal, wording: Wording) -> str:
    """Say that a source lists another number of members than is printed."""
    return wording.gettext(
        "%(figure)s are printed, but %(source)s lists %(number)s",
        figure=wording.figure(figure),
        source=wording.publisher(source),
        number=counted,
    )


def too_many(figure: Figure, body: str, members: Decimal, day: str, wording: Wording) -> str:
    """Say that more members attend than the body has."""
    return wording.gettext(
        "%(figure)s are printed, but %(body)s has %(number)s members by %(day)s",
        figure=wording.figure(figure),
        body=wording.name(body),
        number=members,
        day=day,
    )


def misprinted(figure: Figure, printed: str, difference: str, wording: Wording) -> str:
    """Say, in English, how a figure differs from its printed words: only editors read this."""
    return f"'{printed}' ({wording.publisher(figure.source)}) {difference}"


def subject(statement: Statement) -> str:
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
