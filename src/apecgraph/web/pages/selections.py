"""The addresses of selections of figures: read strictly, and written in their canonical form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import Final

from apecgraph.content.frequencies import frequency
from apecgraph.errors import MalformedRequest, NotFound
from apecgraph.rdf.namespaces import BASE, OWL
from apecgraph.readers.selections import FORMER_PARAMETERS, PARAMETERS, Selection, local, years
from apecgraph.readers.series import SERIES_DIMENSIONS, when
from apecgraph.readers.withdrawals import withdrawn
from apecgraph.web.charts.view import CHOICES, View
from apecgraph.web.http.paging import PAGE
from apecgraph.web.pages.site import ReleaseSite

YEARS: Final = ("from", "to")
"""Names of the parameters that are years."""

_YEAR: Final = re.compile("[0-9]{4}")


class SelectionReader:
    """Reads selections of the figures of a release.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self._site = site

    @cached_property
    def days(self) -> Mapping[str, tuple[str, str, str]]:
        """The days of the periods that have figures; the key sorts periods."""
        periods = {period for item in self._site.series for period in item.periods}
        return {period: when(self._site.graph, period) for period in periods}

    @cached_property
    def _years(self) -> Sequence[str]:
        return years(self.days, self.days)

    @cached_property
    def _values(self) -> Mapping[str, Set[str | None]]:
        """The values of each parameter."""
        return {
            name: {dict(item.dimensions).get(name) for item in self._site.series}
            for name in SERIES_DIMENSIONS
        } | {
            "source": {claim.source for item in self._site.series for claim in item.claims},
            "period": set(self.days),
            "frequency": {frequency(*each[:2]) for each in self.days.values()},
        }

    @cached_property
    def _successors(self) -> Mapping[str, Sequence[str]]:
        """The successors of deprecated things, by the texts of their values in addresses."""
        graph = self._site.graph
        return {
            local(iri): withdrawn(graph, iri) or []
            for iri in graph.default_graph.subjects(f"{OWL}deprecated")
        }

    def viewed(self, sent: Mapping[str, str]) -> tuple[Selection, View]:
        """Read a selection and the view of its charts from the parameters of an address.

        Args:
            sent: The parameters.

        Returns:
            The selection and the view.

        Raises:
            MalformedRequest: A parameter is unknown or malformed.
            NotFound: There are no such figures.
        """
        view = View.of(sent)
        return self.selection({n: text for n, text in sent.items() if n not in CHOICES}), view

    def selection(self, sent: Mapping[str, str]) -> Selection:
        """Read a selection; its arguments and errors are those of `viewed`."""
        choices: dict[str, str] = {}
        for name, text in self._renamed(sent):
            if name not in PARAMETERS:
                raise MalformedRequest(
                    "%(name)s: there is no such parameter; select figures by %(listed)s.",
                    name=name,
                    listed=", ".join(PARAMETERS),
                )
            if not text:
                continue  # forms send empty parameters for fields without a selection
            choices[name] = self._year(name, text) if name in YEARS else self._value(name, text)
        selection = Selection.of(choices)
        if not selection.from_(self._site.series, self.days):
            wider = [selection.choosing(name, None) for name in choices]
            raise NotFound(
                "No figures match the whole selection: %(choices)s",
                [selection_iri(item) for item in wider if item.from_(self._site.series, self.days)],
                choices=", ".join(f"{name}={local(value)}" for name, value in selection.choices),
            )
        return selection

    def _renamed(self, parameters: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield parameters by their present names, without values that no longer distinguish."""
        for name, text in parameters.items():
            new = FORMER_PARAMETERS.get(name, name)
            if new == name or (new not in parameters and text in self._by_text(new)):
                yield new, text

    def _by_text(self, name: str) -> dict[str, str]:
        """Return the values of a parameter by their texts in addresses."""
        return {local(value): value for value in self._values[name] if value}

    def _value(self, name: str, text: str) -> str:
        values = self._by_text(name)
        if text not in values:
            for successor in self._successors.get(text, ()):
                if local(successor) in values:
                    return successor
            raise NotFound(
                "%(name)s: there are no figures with %(text)s",
                [selection_iri(Selection.of({name: values[item]})) for item in sorted(values)],
                name=name,
                text=text,
            )
        return values[text]

    def _year(self, name: str, text: str) -> str:
        """Read a year; return the nearest year in which a period begins or ends."""
        if _YEAR.fullmatch(text) is None:
            raise MalformedRequest(
                "%(name)s: %(text)s is not a year of four digits, such as 2025.",
                name=name,
                text=text,
            )
        if name == "from":
            return min((year for year in self._years if year >= text), default=text)
        return max((year for year in self._years if year <= text), default=text)


def selection_address(selection: Selection, path: str = "/figures") -> str:
    """Return the address of a selection, below a path."""
    return f"{path}?{selection.parameters}" if selection.choices else path


def chart_address(selection: Selection, view: View, path: str = "/figures") -> str:
    """Return the address of a selection, below a path, with a view of its charts."""
    query = "&".join(filter(None, (selection.parameters, view.parameters)))
    return f"{path}?{query}" if query else path


def page_address(selection: Selection, view: View, number: int) -> str:
    """Return the address of a page, counted from 1, of a selection with a view of its charts."""
    address = chart_address(selection, view)
    if number == 1:
        return address
    return f"{address}{'&' if '?' in address else '?'}{PAGE}={number}"


def selection_iri(selection: Selection) -> str:
    """Return the canonical IRI of the page of a selection."""
    return BASE + selection_address(selection).removeprefix("/")
