"""The page about an economy: its trade with its most documented partners, and its facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import ClassVar, Final

from apecgraph.content.frequencies import ANNUAL, frequency
from apecgraph.rdf.namespaces import APEC, ID, RDF, SCHEMA
from apecgraph.readers.selections import Selection
from apecgraph.readers.series import Series, when
from apecgraph.text.measured import in_sentence
from apecgraph.web.charts.charts import Chart, Charts
from apecgraph.web.charts.shared import MOST_MARKS, SharedChart
from apecgraph.web.pages.official import Compared
from apecgraph.web.pages.selections import selection_address
from apecgraph.web.things.thing import ThingPage, ThingView

_TRADE: Final = f"{ID}measure/trade-value"
_GOODS: Final = f"{ID}coverage/all-goods"

_LEADING: Final = (f"{SCHEMA}areaServed", f"{SCHEMA}organizer")
"""The properties whose links lead the page: what serves the economy, and what it hosted."""

_PRESS: Final = 10
"""Number of figures of the press that are shown."""

_PARTNERS: Final = 2
"""Number of partners whose trade is drawn."""


@dataclass(frozen=True, slots=True)
class TradeChart:
    """The yearly trade of two economies in one currency.

    Attributes:
        chart: The chart.
        data: For each reporter, its name, and the selection of the figures that it reports.
    """

    chart: Chart
    data: tuple[tuple[str, Selection], ...]


class EconomyPage(ThingPage):
    """Writes the page about an economy."""

    template: ClassVar[str] = "things/economy.html"

    @cached_property
    def _charts(self) -> Charts:
        return Charts(self.site.graph, self.site.language)

    def more(self, view: ThingView) -> dict[str, object]:
        """Return charts of the trade with the partners of which most years are known.

        The latest figures of the press and the links that lead the page are returned as well.
        """
        economy = view.description.iri
        press = self._press(economy)
        charts = self.charts(economy)
        return {
            "trade": charts,
            "drawn": _drawn(charts),
            "pictured": charts[0] if charts else None,
            "address": selection_address,
            "press": press[:_PRESS],
            "press_count": len(press),
            "leading": view.leading(*_LEADING),
            "uses": [use for use in view.uses if use.predicate not in _LEADING],
        }

    def charts(self, iri: str) -> Sequence[SharedChart]:
        """Return the charts of the trade of an economy."""
        drawn = list(self._trade(iri))
        return self.site.sharing.of_thing(
            iri, [each.chart for each in drawn], [each.data for each in drawn]
        )

    def _press(self, economy: str) -> Sequence[Compared]:
        """Return what the press says about the trade of an economy, the latest periods first."""
        comparisons, graph = self.site.comparisons, self.site.graph
        claims = [
            claim
            for series in self.site.series
            if economy in dict(series.dimensions).values()
            for claim in series.claims
            if claim.source not in comparisons.official
        ]
        claims.sort(key=lambda each: (when(graph, each.figure.cell.period), each.iri), reverse=True)
        return [
            Compared(
                claim,
                self.site.language.measured({claim.figure.cell}),
                comparisons.official_of(claim.figure, self.site.language.numerals),
            )
            for claim in claims
        ]

    def _trade(self, economy: str) -> Iterator[TradeChart]:
        by_partner: defaultdict[str, list[Series]] = defaultdict(list)
        for series in self.site.series:
            values = dict(series.dimensions)
            ends = values.get("reporter"), values.get("counterpart")
            if economy in ends and (values["measure"], values.get("coverage")) == (_TRADE, _GOODS):
                partner = ends[1] if ends[0] == economy else ends[0]
                if partner is not None and partner != economy:
                    by_partner[partner].append(series)
        figures = Counter(
            {each: sum(len(one.claims) for one in alike) for each, alike in by_partner.items()}
        )
        graph = self.site.graph
        economies = {each for each in figures if graph.has(each, f"{RDF}type", f"{APEC}Economy")}
        # The trade with the only partner tells more than that with the world, which comes before
        # any one of many partners.
        has_many = len(economies) > 1
        ranked = sorted(
            figures,
            key=lambda each: (
                (each in economies) == has_many,
                -len(self._years(by_partner[each])),
                -figures[each],
            ),
        )
        for partner in ranked[:_PARTNERS]:
            by_currency: defaultdict[str, list[Series]] = defaultdict(list)
            for series in by_partner[partner]:
                by_currency[series.unit].append(series)
            for currency, found in sorted(
                by_currency.items(), key=lambda item: -len(self._years(item[1]))
            ):
                drawn = self._drawn(economy, partner, currency, found)
                if drawn is not None:
                    yield drawn

    def _years(self, series: Iterable[Series]) -> set[str]:
        """Return the periods of some series that are years."""
        periods = {period for each in series for period in each.periods}
        graph = self.site.graph
        return {each for each in periods if frequency(*when(graph, each)[:2]) == ANNUAL}

    def _drawn(
        self, economy: str, partner: str, currency: str, found: list[Series]
    ) -> TradeChart | None:
        labels, catalogue = self.site.labels, self.site.language.catalogue
        title = catalogue.gettext(
            "Trade of %(economy)s with %(partner)s, in %(currency)s",
            economy=in_sentence(economy, labels, catalogue),
            partner=in_sentence(partner, labels, catalogue),
            currency=labels.title(currency).value,
        )
        found = [each for each in found if self._years([each])]
        name = "-".join(iri.rpartition("/")[2] for iri in ("trade", partner, currency))
        chart = self._charts.over_time(name, title, found, wanted=ANNUAL)
        if chart is None or len({mark.period for mark in chart.marks}) == 1:
            return None
        pairs = {
            (values["reporter"], values["counterpart"])
            for values in (dict(series.dimensions) for series in found)
        }
        data = tuple(
            (
                catalogue.gettext(
                    "reported by %(reporter)s", reporter=in_sentence(reporter, labels, catalogue)
                ),
                self._selection(reporter, counterpart, currency),
            )
            for reporter, counterpart in sorted(pairs)
        )
        return TradeChart(chart, data)

    def _selection(self, reporter: str, counterpart: str, currency: str) -> Selection:
        choices = {"measure": _TRADE, "reporter": reporter, "counterpart": counterpart}
        return Selection.of({**choices, "currency": currency})


def _drawn(charts: Sequence[SharedChart]) -> int:
    """Return how many charts are in the page, the first ones, so that it is not too heavy."""
    totals = accumulate(len(each.chart.marks) for each in charts)
    return max(1, sum(total <= MOST_MARKS for total in totals))
