"""The page of the figures: all series, or a selection as chart, table and file."""

from __future__ import annotations

import asyncio
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.content.frequencies import ANNUAL, FREQUENCIES, frequency
from apecgraph.errors import NotFound, ReleaseError
from apecgraph.rdf.formats import CSV, HTML, PICTURE_FORMATS, Format, find_format
from apecgraph.rdf.namespaces import BASE, SDMX_DIMENSION
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.partners import PartnerTable, partner_tables, rows_of
from apecgraph.readers.populations import POPULATION
from apecgraph.readers.selections import Selection, by_measure, local, years
from apecgraph.readers.series import SERIES_DIMENSIONS, Series
from apecgraph.tabular.figures import Figures
from apecgraph.tabular.writers import WRITERS
from apecgraph.text.measured import measured
from apecgraph.web.charts.charts import Chart, Charts
from apecgraph.web.charts.shared import ChartAddress, SharedChart
from apecgraph.web.charts.view import PLAIN, View
from apecgraph.web.http.methods import choose_format
from apecgraph.web.http.paging import PAGE, Paging, read_page
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.pictures import Pictures
from apecgraph.web.pages.selections import (
    YEARS,
    SelectionReader,
    chart_address,
    page_address,
    selection_address,
    selection_iri,
)
from apecgraph.web.pages.site import ReleaseSite

_VALUATION: Final = "valuation"

_SHOWN: Final = 40
"""Maximum number of figures of several series that are shown as charts and tables."""

_LISTED: Final = 60
"""Maximum number of series that a page lists if all are of one measure."""

_DRAWN: Final = 2
"""Maximum number of charts on a page of several series; the name of each leads to its page."""

_OFFERED: Final = 150
"""Maximum number of periods to choose from; if there are more, only years are offered."""

_ROWS: Final = 40
"""Maximum number of rows of the tables of a page."""

_LISTED_OF_SEVERAL: Final = 20
"""Maximum number of series of each of several measures."""

_NONE: Final = Decimal(0)

_FACETS: Final = {**SERIES_DIMENSIONS, "frequency": f"{SDMX_DIMENSION}freq"}
"""The properties that figures can be selected by, keyed by the names of their parameters."""

_FILES: Final = (*(format_ for format_, _ in WRITERS.values()), *PICTURE_FORMATS)
_FORMATS: Final = (HTML, *_FILES)
"""The formats of a selection, as a page and as files."""

_NAMED: Final = 10
"""Number of series that an error names."""

_FILE_NAME: Final = 80
"""Maximum number of characters of a file name without its extension."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A dimension to select figures by.

    Attributes:
        name: Name of the parameter.
        label: Label of the dimension.
        chosen: The selected value, or None.
        offers: The values that can be selected, each with the number of its figures.
    """

    name: str
    label: str
    chosen: str | None
    offers: tuple[tuple[str, int], ...]


class FiguresPage(Page):
    """The figures of a release, or a selection of them."""

    template: ClassVar[str] = "pages/figures.html"

    def __init__(self, site: ReleaseSite) -> None:
        super().__init__(site)
        self._numerals = site.language.numerals
        self._figures = Figures(site.graph)
        self._charts = Charts(site.graph, site.language, site.populations)
        self._reader = SelectionReader(site)
        self._pictures = Pictures(site)

    async def answer(self, request: Request) -> Response:
        """Answer a request with a selection, or with all series if nothing is selected.

        Every selection has one canonical address; other forms of the address redirect to it. A
        client that prefers another format to HTML is redirected to the file.

        Args:
            request: The request.

        Returns:
            The page, a redirect, or 304 (Not Modified).

        Raises:
            NotAcceptable: The client accepts none of the formats.
            MalformedRequest: A parameter is unknown, repeated or malformed.
            NotFound: There are no such figures.
        """
        sent = read_parameters(request.scope["query_string"])
        number = read_page(sent)
        asked = {name: text for name, text in sent.items() if name != PAGE}
        selection, view = await asyncio.to_thread(self._reader.viewed, asked)
        canonical = {name: local(value) for name, value in selection.choices}
        canonical |= {**view.choices, **({PAGE: str(number)} if number > 1 else {})}
        if list(sent.items()) != list(canonical.items()):
            return RedirectResponse(page_address(selection, view, number), status_code=308)
        format_ = choose_format(request, _FORMATS)
        vary = {"Vary": "Accept"}
        if format_ is not HTML:
            of_file = view if format_ in PICTURE_FORMATS else PLAIN
            file = chart_address(selection, of_file, f"/figures.{format_.extension}")
            return RedirectResponse(file, 303, headers={**vary, "Cache-Control": "no-cache"})
        return await self.respond(
            request,
            lambda: self._values_of(selection, view, number),
            vary,
            f"{selection.parameters} {view.parameters} {number}",
        )

    async def file(self, request: Request) -> Response:
        """Answer a request with a selection as a file: a picture, or a table.

        Args:
            request: The request; the extension of its path names the format.

        Returns:
            The file, or 304 (Not Modified).

        Raises:
            MalformedRequest: A parameter is unknown, repeated or malformed.
            NotFound: There are no such figures, they have no chart, or the extension names no
                format.
        """
        extension = request.path_params["extension"]
        format_ = find_format(extension, PICTURE_FORMATS)
        return await (self._table(request) if format_ is None else self._picture(request, format_))

    async def _picture(self, request: Request, format_: Format) -> Response:
        sent = read_parameters(request.scope["query_string"])
        selection, view = await asyncio.to_thread(self._reader.viewed, sent)
        return await self._pictures.answer(
            request,
            lambda: self.chart(selection, view),
            format_,
            f"{selection.parameters} {view.parameters}",
        )

    def chart_of(self, sent: Mapping[str, str]) -> SharedChart:
        """Return the chart of a selection, given the parameters of its address.

        Args:
            sent: The parameters.

        Returns:
            The chart; the first one if the page of the selection has several.

        Raises:
            MalformedRequest: A parameter is unknown or malformed.
            NotFound: There are no such figures, or they have no chart.
        """
        return self.chart(*self._reader.viewed(sent))

    def chart(self, selection: Selection, view: View) -> SharedChart:
        """Return the first chart of a selection in a view; raise NotFound if it has none."""
        series = selection.from_(self.site.series, self._reader.days)
        if (together := self._together(selection, series, view)) is not None:
            return together
        for each in () if _of_one_period(series) or not selection.choices else series:
            if (chart := self._chart(selection, view, "chart-1", each)) is not None:
                return chart
        raise _without_chart(selection, series)

    async def _table(self, request: Request) -> Response:
        """Answer a request with the figures of a selection, in the columns of the dumps."""
        extension = request.path_params["extension"]
        if extension not in WRITERS:
            raise NotFound(
                "There are no figures in the format '%(extension)s'.",
                [f"{BASE}figures.{item.extension}" for item in _FILES],
                extension=extension,
            )
        format_, write = WRITERS[extension]
        # Excel takes a CSV file for UTF-8 only if it begins with this mark.
        mark = BOM_UTF8 if format_ is CSV else b""
        sent = read_parameters(request.scope["query_string"])
        selection = await asyncio.to_thread(self._reader.selection, sent)

        def body() -> bytes:
            if not selection.choices:
                with suppress(ReleaseError):  # no such dump, or it is damaged
                    return mark + self.site.release.content(f"figures.{extension}")
            series = selection.from_(self.site.series, self._reader.days)
            figures = (claim.iri for item in series for claim in item.claims)
            return mark + write(self._figures.selected(figures))

        headers = {"Content-Disposition": f'attachment; filename="{_file(selection)}.{extension}"'}
        return await self.site.responder.answer(
            request,
            format_.content_type,
            body,
            headers,
            selection.parameters,
            self.site.tables,
        )

    def _values_of(self, selection: Selection, view: View, number: int) -> Mapping[str, object]:
        days = self._reader.days
        series = selection.from_(self.site.series, days)
        count = sum(len(item.claims) for item in series)
        shown = bool(selection.choices) and (len(series) == 1 or count <= _SHOWN)
        in_rows = _of_one_period(series)
        lasting = selection.choosing("from", None).choosing("to", None)
        periods = sorted(
            lasting.offers("period", self.site.series, days),
            key=days.__getitem__,
        )
        if len(periods) > _OFFERED:  # a choice of frequency offers the others
            periods = [each for each in periods if frequency(*days[each][:2]) == ANNUAL]
        groups = [] if in_rows or shown else by_measure(selection, self.site.series, days)
        tables = self._tables(series) if in_rows else []
        if in_rows:
            paging = Paging(number, sum(len(each.rows) for each in tables), _ROWS)
        elif len(groups) == 1:
            paging = Paging(number, len(groups[0].series), _LISTED)
        else:  # several series are shown only if all their figures fit, or else with links to each
            paging = Paging(number, count, _ROWS if len(series) == 1 else count)
        offered = selection.offers("source", self.site.series, days)
        sources = {claim.source for item in series for claim in item.claims}
        together = None if in_rows else self._together(selection, series, view)
        alone = series if shown and not in_rows and together is None else ()
        charts: list[SharedChart | None] = []
        for place, each in enumerate(alone, 1):
            more = sum(map(bool, charts)) < _DRAWN
            charts.append(self._chart(selection, view, f"chart-{place}", each) if more else None)
        if view.values != PLAIN.values and together is None and not any(charts):
            raise _without_chart(selection, series)
        return {
            "selection": selection,
            "series": series,
            "in_order": self._in_order,
            "listed": None if len(groups) == 1 else _LISTED_OF_SEVERAL,
            "paging": paging,
            "page": partial(page_address, selection, view),
            "groups": [group for group in groups if len(group.series) > 1],
            "alone": [group.series[0] for group in groups if len(group.series) == 1],
            "heading": self._title(selection, series),
            "canonical": BASE + page_address(selection, PLAIN, number)[1:],
            "citation": self.site.sharing.cite(
                self._title(selection, series), selection_iri(selection)
            ),
            "count": count,
            "shown": shown and not in_rows,
            "tables": rows_of(tables, paging.start, paging.end),
            "sources": self._sources(offered),
            "official": sum(offered[iri] for iri in self.site.comparisons.official),
            "source_of_all": next(iter(sources)) if len(sources) == 1 else None,
            "facets": [self._facet(selection, name) for name in _FACETS],
            "periods": [(local(item), self.site.labels.title(item).value) for item in periods],
            "years": [(year, year) for year in years(periods, self._reader.days)],
            "address": selection_address,
            "formats": [format_ for format_, _ in WRITERS.values()],
            "name": self._name,
            "whole": lambda item: Selection.of(dict(item.dimensions)),
            "together": together,
            "charts": charts,
            "pictured": next(filter(None, (together, *charts)), None),
            "chart_address": chart_address,
            "view": view,
            "local": local,
        }

    def _chart(
        self, selection: Selection, view: View, name: str, series: Series
    ) -> SharedChart | None:
        """Draw one series."""
        chart = self._charts.over_time(
            name,
            self._name(series),
            [series],
            wanted=selection.value("frequency"),
            view=view,
        )
        alone = Selection.of({**dict(series.dimensions), **dict(selection.choices)})
        return None if chart is None else self._shared(chart, alone, view)

    def _shared(self, chart: Chart, selection: Selection, view: View) -> SharedChart:
        address = chart_address(selection, view)
        query = address.partition("?")[2]
        return self.site.sharing.chart(
            chart,
            ChartAddress("/figures", query, BASE + address[1:]),
            list(self._data(chart, selection)),
        )

    def _data(self, chart: Chart, selection: Selection) -> Iterator[tuple[str, Selection]]:
        """Yield the selections of figures that a chart is made from, with their names."""
        if not chart.basis:
            yield "", selection
            return
        gettext = self.site.language.catalogue.gettext
        subjects = {claim.figure.cell.subject or "" for claim in chart.basis}
        economy = {"subject": subjects.pop()} if len(subjects) == 1 else {}
        yield gettext("figures"), selection
        yield gettext("population"), Selection.of({"measure": POPULATION, **economy})

    def _together(
        self, selection: Selection, series: Sequence[Series], view: View
    ) -> SharedChart | None:
        """Draw several series of one measure and unit, the ones with the greatest values first."""
        alike = {(dict(each.dimensions)["measure"], each.unit) for each in series}
        if len(series) < 2 or len(alike) > 1 or not selection.choices:
            return None
        chart = self._charts.over_time(
            "together",
            self._common(series),
            sorted(series, key=_greatest, reverse=True),
            wanted=selection.value("frequency"),
            view=view,
        )
        return None if chart is None else self._shared(chart, selection, view)

    def _common(self, series: Sequence[Series]) -> str:
        """Write what several series have in common."""
        values = set.intersection(*(set(each.dimensions) for each in series))
        language = self.site.language
        return measured(dict(values), language.labels, language.catalogue)

    def _title(self, selection: Selection, series: Sequence[Series]) -> str:
        """Name a selection so that no other one has the same name."""
        whole = self._name(series[0]) if len(series) == 1 else self._heading(selection)
        label = self.site.labels.title
        limits = [
            f"{name} {value}" if name in YEARS else label(value).value
            for name, value in selection.choices
            if name not in SERIES_DIMENSIONS or (name == _VALUATION and len(series) == 1)
        ]
        return self.site.language.listed([whole, *limits])

    def _heading(self, selection: Selection) -> str:
        language, names = self.site.language, self._chosen(selection)
        if not names:
            return language.catalogue.gettext("Figures")
        return language.catalogue.gettext("Figures: %(names)s", names=language.listed(names))

    def _chosen(self, selection: Selection) -> list[str]:
        """Name the values that are chosen for dimensions of series."""
        return [
            self.site.labels.title(value).value
            for name, value in selection.choices
            if name in SERIES_DIMENSIONS
        ]

    def _in_order(self, series: Series) -> Sequence[FigureClaim]:
        """Return the figures of a series by frequency, then by time."""

        def order(claim: FigureClaim) -> tuple[int, tuple[str, str, str], str]:
            days = self._reader.days[claim.figure.cell.period]
            return FREQUENCIES.index(frequency(*days[:2])), days, claim.iri

        return sorted(series.claims, key=order)

    def _tables(self, series: Iterable[Series]) -> list[PartnerTable]:
        claims = (claim for item in series for claim in item.claims)
        return partner_tables(claims, self.site.comparisons.official)

    def _sources(self, offers: Iterable[str]) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """Return the sources to select from, with their titles, official statistics first."""
        official, gettext = self.site.comparisons.official, self.site.language.catalogue.gettext
        named = sorted((self.site.labels.title(item).value, item) for item in offers)
        return [
            (kind, [(local(item), title) for title, item in named if (item in official) is is_kind])
            for kind, is_kind in (
                (gettext("Official statistics"), True),
                (gettext("Other documents"), False),
            )
        ]

    def _name(self, series: Series) -> str:
        return series.name(self.site.labels, self._numerals)

    def _facet(self, selection: Selection, name: str) -> Facet:
        offers = selection.offers(name, self.site.series, self._reader.days)
        label = self.site.labels.title(_FACETS[name]).value
        return Facet(name, label, selection.value(name), tuple(offers.most_common()))


def _without_chart(selection: Selection, series: Sequence[Series]) -> NotFound:
    """Return the error that figures have no chart, with selections that may have one."""
    some = [selection, *(Selection.of(dict(each.dimensions)) for each in series[:_NAMED])]
    return NotFound(
        "These figures have no such chart: a chart needs two periods of one series; an index, a "
        "period that all series have; values per head, the population in each year.",
        [selection_iri(each) for each in some],
    )


def _of_one_period(series: Sequence[Series]) -> bool:
    """Return whether there are several series, all of one period: a table shows them best."""
    return len(series) > 1 and len({period for item in series for period in item.periods}) == 1


def _greatest(series: Series) -> Decimal:
    """Return the value of the last figure of a series that is not rejected."""
    return next(
        (claim.figure.value for claim in reversed(series.claims) if not claim.rejected), _NONE
    )


def _file(selection: Selection) -> str:
    names = [local(value).rpartition("/")[2] for _, value in selection.choices]
    return re.sub("[^A-Za-z0-9-]", "-", "-".join(["figures", *names])[:_FILE_NAME])
