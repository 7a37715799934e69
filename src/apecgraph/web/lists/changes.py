"""The figures as known on a day: what differs between an earlier release and the served one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.content.decisions import REJECTED, STANDS, STATUS
from apecgraph.errors import MalformedRequest
from apecgraph.intervals import decimal_text
from apecgraph.rdf.formats import CSV
from apecgraph.rdf.namespaces import BASE
from apecgraph.readers.selections import Selection, local
from apecgraph.readers.series import when
from apecgraph.release.figure_changes import FigureChange, KnownValue
from apecgraph.release.release import Release
from apecgraph.tabular.csv_table import csv_bytes
from apecgraph.web.http.paging import PAGE, Paging, read_page
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.language import Language
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.releases import published_releases, releases_state
from apecgraph.web.pages.selections import YEARS, SelectionReader
from apecgraph.web.pages.site import ReleaseSite

AS_OF: Final = "as_of"
"""The parameter that chooses the earlier release: its name, or a day."""

PATH: Final = "/figures/changes"

_ROWS: Final = 40
"""Maximum number of rows of a page."""

_SIDES: Final = ("Before", "After")
_COLUMNS: Final = (
    *("kind", "iri", "label", "happened", "differs", "source", "sourceLabel"),
    *(
        f"{name}{side}"
        for side in _SIDES
        for name in ("value", "lower", "upper", "unit", "status", "decision")
    ),
)
"""The columns of the file."""


class Said(NamedTuple):
    """A value in words.

    Attributes:
        value: The number with its bound and its unit.
        interval: The numbers that it may represent.
        status: Its status; empty if it stands.
        is_rejected: Whether a decision rejects it.
    """

    value: str
    interval: str
    status: str
    is_rejected: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A figure or a best known value that differs, in words.

    Attributes:
        change: What differs.
        name: What it measures.
        words: What happened.
        then: The value in the earlier release, or None.
        now: The value in the served release, or None.
        by_interval: Whether only the intervals tell the two values apart.
        decisions: IRIs of the decisions on it that are new.
    """

    change: FigureChange
    name: str
    words: str
    then: Said | None
    now: Said | None
    by_interval: bool
    decisions: tuple[str, ...]


class FigureChangesPage(Page):
    """What differs between the figures of an earlier release and those of the served one."""

    template: ClassVar[str] = "lists/changes.html"

    def __init__(self, site: ReleaseSite) -> None:
        super().__init__(site)
        self._reader = SelectionReader(site)

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page.

        Args:
            request: The request. `as_of` chooses the release, other parameters the figures.

        Returns:
            The page, or 304 (Not Modified).

        Raises:
            MalformedRequest: A parameter is missing, unknown, repeated or malformed.
            NotFound: There are no such figures, or there is no such release.
            Gone: The release is no longer kept.
        """
        sent = read_parameters(request.scope["query_string"])
        number = read_page(sent)
        sent.pop(PAGE, None)
        as_of, old, selection = await asyncio.to_thread(self._read, sent)
        return await self.respond(
            request,
            lambda: self._values_of(as_of, old, selection, number),
            variant=f"{as_of} {old.name} {selection.parameters} {number} "
            f"{await releases_state(self.site)}",
            executor=self.site.tables,
        )

    async def file(self, request: Request) -> Response:
        """Answer a request with what differs as CSV; see `answer`."""
        sent = read_parameters(request.scope["query_string"])
        _, old, selection = await asyncio.to_thread(self._read, sent)
        return await self.site.responder.answer(
            request,
            CSV.content_type,
            lambda: csv_bytes(_COLUMNS, map(self._cells, self._changes(old, selection))),
            {"Content-Disposition": f'attachment; filename="changes-{old.name}.{CSV.extension}"'},
            f"{old.name} {selection.parameters}",
            self.site.tables,
        )

    def _read(self, sent: Mapping[str, str]) -> tuple[str, Release, Selection]:
        as_of = sent.get(AS_OF, "")
        if not as_of:
            raise MalformedRequest(
                "as_of: it is missing; give a day, such as 2026-11-29, or the name of a release."
            )
        selection = self._reader.selection({n: text for n, text in sent.items() if n != AS_OF})
        return as_of, self.site.readings.earlier.as_of(as_of), selection

    def _changes(self, old: Release, selection: Selection) -> Sequence[FigureChange]:
        changes = self.site.readings.earlier.changes(old)
        return chosen_changes(self.site, self._reader, selection, changes)

    def _values_of(
        self, as_of: str, old: Release, selection: Selection, number: int
    ) -> Mapping[str, object]:
        changes = self._changes(old, selection)
        paging = Paging(number, len(changes), _ROWS)
        rows = [self._row(each) for each in paging.part(changes)]
        published = {each.release.name: each for each in published_releases(self.site)}
        chosen = {name: local(value) for name, value in selection.choices}
        return {
            "as_of": as_of,
            "is_day": as_of != old.name,
            "old": published.get(old.name),
            "name": old.name,
            "releases": [
                each for name, each in published.items() if name != self.site.release.name
            ],
            "selection": selection,
            "heading": self.site.language.listed(self._named(selection)),
            "local": local,
            "canonical": BASE + changes_address(chosen, as_of, number)[1:],
            "address": partial(changes_address, chosen),
            "file": changes_address(chosen, as_of, path=f"{PATH}.{CSV.extension}"),
            "typed": changes_address(chosen, as_of, path="/api/changes"),
            "page": partial(changes_address, chosen, as_of),
            "paging": paging,
            "best": [row for row in rows if row.change.is_best],
            "figures": [row for row in rows if not row.change.is_best],
            "counts": (
                sum(each.is_best for each in changes),
                sum(not each.is_best for each in changes),
            ),
        }

    def _named(self, selection: Selection) -> list[str]:
        """Name the values of a selection."""
        return [
            f"{name} {value}" if name in YEARS else self.site.labels.title(value).value
            for name, value in selection.choices
        ]

    def _row(self, change: FigureChange) -> ChangeRow:
        was, now = change.before, change.after
        old = () if was is None else was.decisions
        return ChangeRow(
            change,
            self.site.language.measured([change.known.cell]),
            self._words(change),
            None if was is None else said(self.site.language, was),
            None if now is None else said(self.site.language, now),
            "interval" in change.differs and "value" not in change.differs,
            () if now is None else tuple(each for each in now.decisions if each not in old),
        )

    def _words(self, change: FigureChange) -> str:
        """Describe the change of a figure or of a best known value."""
        gettext, was, now = self.site.language.catalogue.gettext, change.before, change.after
        if was is None:
            return gettext("added")
        if now is None:
            return gettext("gone")
        status = gettext("another status")
        if STATUS + now.status == REJECTED:
            status = gettext("rejected since")
        elif STATUS + was.status == REJECTED:
            status = gettext("no longer rejected")
        words = {
            "value": gettext("another value"),
            "interval": gettext("another interval"),
            "status": status,
            "decision": gettext("another decision"),
            "meaning": gettext("measures something else"),
        }
        consequences = {
            *(("interval",) if "value" in change.differs else ()),
            *(("decision",) if "status" in change.differs else ()),
        }
        return self.site.language.listed(
            [words[name] for name in change.differs if name not in consequences]
        )

    def _cells(self, change: FigureChange) -> Mapping[str, str]:
        """Write a change as a row of the file."""
        source, label = change.known.source, self.site.labels.title
        sides = zip(_SIDES, (change.before, change.after), strict=True)
        return {
            "kind": "best value" if change.is_best else "figure",
            "iri": change.iri,
            "label": self.site.language.measured([change.known.cell]),
            "happened": change.happened,
            "differs": " ".join(change.differs),
            "source": source or "",
            "sourceLabel": label(source).value if source else "",
            **{
                f"{name}{side}": text
                for side, known in sides
                if known is not None
                for name, text in _texts(known)
            },
        }


def said(language: Language, known: KnownValue) -> Said:
    """Write a value in a language."""
    numerals, unit = language.numerals, known.unit
    return Said(
        numerals.number(known.value, unit)
        if known.bound is None
        else numerals.figure(known.value, known.interval, unit, known.bound),
        numerals.interval(known.interval, unit),
        "" if STATUS + known.status == STANDS else language.status(known.status),
        STATUS + known.status == REJECTED,
    )


def chosen_changes(
    site: ReleaseSite,
    reader: SelectionReader,
    selection: Selection,
    changes: Sequence[FigureChange],
) -> Sequence[FigureChange]:
    """Return the changes of the figures that are selected, now or earlier.

    Args:
        site: How the served release is presented.
        reader: Reads selections of its figures.
        selection: The selection. One of a source has no best known values.
        changes: All changes.

    Returns:
        Those of them that the selection takes.
    """
    periods = {each.known.cell.period for each in changes} - reader.days.keys()
    days = {**reader.days, **{period: when(site.graph, period) for period in periods}}
    return [
        each
        for each in changes
        if any(
            known is not None and selection.takes(known.cell, known.source, days)
            for known in (each.before, each.after)
        )
    ]


def changes_address(
    chosen: Mapping[str, str], as_of: str, number: int = 1, path: str = PATH
) -> str:
    """Return the address of a page, counted from 1, of what differs from an earlier release."""
    sent = {AS_OF: as_of, **chosen, **({PAGE: number} if number > 1 else {})}
    return f"{path}?{urlencode(sent, safe='/')}"


def _texts(known: KnownValue) -> Iterator[tuple[str, str]]:
    """Yield the cells of a value."""
    yield "value", decimal_text(known.value)
    for name, end in (("lower", known.interval.lower), ("upper", known.interval.upper)):
        yield name, "" if end is None else decimal_text(end)
    yield "unit", known.unit or ""
    yield "status", known.status
    yield "decision", " ".join(known.decisions)
