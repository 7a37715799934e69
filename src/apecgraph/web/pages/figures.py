"""The pages of the cube: its series, a selection of figures drawn and in a table, and as CSV."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.errors import MalformedRequest, NotFound
from apecgraph.rdf.formats import CSV
from apecgraph.rdf.namespaces import APEC, BASE
from apecgraph.readers.selections import PARAMETERS, Selection, local, years
from apecgraph.readers.series import SERIES_DIMENSIONS, Series, when
from apecgraph.release.figures_csv import write_figures
from apecgraph.text.numbers import Numerals
from apecgraph.web.charts.charts import Charts
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.site import ReleaseSite

_YEARS: Final = ("from", "to")
_YEAR: Final = re.compile("[0-9]{4}")

_DRAWN: Final = 60
"""Maximum number of figures of several series on one page; a single series has no limit."""

_NAME: Final = 80  # characters of the name of a file


@dataclass(frozen=True, slots=True)
class Facet:
    """The values that can be chosen for one parameter.

    Attributes:
        name: The parameter.
        label: Its label.
        chosen: The chosen value, or None.
        offers: The values, with their numbers of figures.
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
        self._numerals = Numerals(site.graph)
        self._charts = Charts(site.graph)
        series = site.series
        periods = dict.fromkeys(period for each in series for period in each.periods)
        self._days = {period: when(site.graph, period) for period in periods}
        self._years = years(periods, self._days)
        self._values = {
            name: {dict(each.dimensions).get(name) for each in series} for name in SERIES_DIMENSIONS
        } | {"period": set(periods)}

    async def answer(self, request: Request) -> Response:
        """Answer with a selection, or with an overview if nothing is selected.

        A selection has one address: equivalent ones redirect to it.
        """
        selection = self._selection(request)
        sent = read_parameters(request.scope["query_string"])
        if list(sent.items()) != [(name, local(value)) for name, value in selection.choices]:
            return RedirectResponse(selection_address(selection), status_code=308)
        return await self.respond(
            request, lambda: self._values_of(selection), variant=selection.parameters
        )

    async def table(self, request: Request) -> Response:
        """Answer with the figures of a selection as CSV, in the columns of the dump."""
        selection = self._selection(request)

        def body() -> bytes:
            chosen = selection.from_(self.site.series, self._days)
            return write_figures(
                self.site.graph, (claim.iri for each in chosen for claim in each.claims)
            )

        headers = {"Content-Disposition": f'attachment; filename="{_file(selection)}"'}
        return await self.site.responder.answer(
            request, CSV.content_type, body, headers, selection.parameters
        )

    def _values_of(self, selection: Selection) -> Mapping[str, object]:
        chosen = selection.from_(self.site.series, self._days)
        count = sum(len(each.claims) for each in chosen)
        shown = bool(selection.choices) and (len(chosen) == 1 or count <= _DRAWN)
        offered = selection.choosing("from", None).choosing("to", None)
        periods = sorted(
            offered.offers("period", self.site.series, self._days),
            key=lambda each: self._days[each],
        )
        return {
            "selection": selection,
            "series": chosen,
            "heading": self._name(chosen[0]) if len(chosen) == 1 else "Figures",
            "canonical": _iri(selection),
            "count": count,
            "days": self._days,
            "shown": shown,
            "facets": [self._facet(selection, name) for name in SERIES_DIMENSIONS],
            "periods": [(local(each), self.site.labels.title(each).value) for each in periods],
            "years": [(year, year) for year in years(periods, self._days)],
            "address": selection_address,
            "name": self._name,
            "whole": lambda each: Selection.of(dict(each.dimensions)),
            "charts": self._charts,
            "local": local,
        }

    def _name(self, series: Series, without: str = "") -> str:
        return series.name(self.site.labels, self._numerals, without=without)

    def _facet(self, selection: Selection, name: str) -> Facet:
        offers = selection.offers(name, self.site.series, self._days)
        label = self.site.labels.title(f"{APEC}{name}").value
        return Facet(name, label, selection.value(name), tuple(offers.most_common()))

    def _selection(self, request: Request) -> Selection:
        """Read the selection of a request; raise RequestError if it selects nothing."""
        choices: dict[str, str] = {}
        for name, text in read_parameters(request.scope["query_string"]).items():
            if name not in PARAMETERS:
                raise MalformedRequest(
                    f"{name}: there is no such parameter; figures are selected by "
                    f"{', '.join(PARAMETERS)}."
                )
            if not text:
                continue  # a form sends it if nothing is chosen
            choices[name] = self._year(name, text) if name in _YEARS else self._value(name, text)
        selection = Selection.of(choices)
        if not selection.from_(self.site.series, self._days):
            less = [selection.choosing(name, None) for name in choices]
            raise NotFound(
                "No figures match the whole selection: "
                + ", ".join(f"{name}={local(value)}" for name, value in selection.choices),
                [_iri(each) for each in less if each.from_(self.site.series, self._days)],
            )
        return selection

    def _value(self, name: str, text: str) -> str:
        found = {local(value): value for value in self._values[name] if value}
        if text not in found:
            raise NotFound(
                f"{name}: there are no figures with {text}",
                [_iri(Selection.of({name: found[each]})) for each in sorted(found)],
            )
        return found[text]

    def _year(self, name: str, text: str) -> str:
        """Read a year; of those that say the same, the one in which a period begins or ends."""
        if _YEAR.fullmatch(text) is None:
            raise MalformedRequest(f"{name}: {text} is no year; write it with four digits: 2025.")
        if name == "from":
            return min((year for year in self._years if year >= text), default=text)
        return max((year for year in self._years if year <= text), default=text)


def selection_address(selection: Selection, path: str = "/figures") -> str:
    """Return where a selection is found."""
    return f"{path}?{selection.parameters}" if selection.choices else path


def _iri(selection: Selection) -> str:
    return BASE + selection_address(selection).removeprefix("/")


def _file(selection: Selection) -> str:
    names = [local(value).rpartition("/")[2] for _, value in selection.choices]
    return re.sub("[^A-Za-z0-9-]", "-", "-".join(["figures", *names])[:_NAME]) + ".csv"
