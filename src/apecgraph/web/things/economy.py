"""The page about an economy: its trade with its most documented partners, and its facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

from apecgraph.content.frequencies import ANNUAL
from apecgraph.rdf.namespaces import ID
from apecgraph.readers.selections import Selection
from apecgraph.readers.series import Series
from apecgraph.web.charts.charts import Chart, Charts, Line
from apecgraph.web.charts.shared import SharedChart
from apecgraph.web.pages.figures import selection_address
from apecgraph.web.things.thing import ThingPage, ThingView

_TRADE: Final = f"{ID}measure/trade-value"
_GOODS: Final = f"{ID}coverage/all-goods"

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
        return Charts(self.site.graph)

    def more(self, view: ThingView) -> dict[str, object]:
        """Return charts of the trade with the partners of which there are most figures."""
        charts = self.charts(view.description.iri)
        return {
            "trade": charts,
            "pictured": charts[0] if charts else None,
            "address": selection_address,
        }

    def charts(self, iri: str) -> Sequence[SharedChart]:
        """Return the charts of the trade of an economy."""
        drawn = list(self._trade(iri))
        return self.sharing.of_thing(
            iri, [each.chart for each in drawn], [each.data for each in drawn]
        )

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
        for partner, _ in figures.most_common(_PARTNERS):
            by_currency: defaultdict[str, list[Series]] = defaultdict(list)
            for series in by_partner[partner]:
                by_currency[series.unit].append(series)
            for currency, found in by_currency.items():
                drawn = self._drawn(economy, partner, currency, found)
                if drawn is not None:
                    yield drawn

    def _drawn(
        self, economy: str, partner: str, currency: str, found: list[Series]
    ) -> TradeChart | None:
        names = [self.site.labels.title(iri).value for iri in (economy, partner, currency)]
        title = f"Trade of {names[0]} with {names[1]}, in {names[2]}"
        lines = [Line(series.claims, self._name(dict(series.dimensions))) for series in found]
        name = "-".join(iri.rpartition("/")[2] for iri in ("trade", partner, currency))
        chart = self._charts.over_time(name, title, lines, wanted=ANNUAL)
        if chart is None:
            return None
        pairs = {
            (values["reporter"], values["counterpart"])
            for values in (dict(series.dimensions) for series in found)
        }
        data = tuple(
            (
                f"reported by {self.site.labels.title(reporter).value}",
                self._selection(reporter, counterpart, currency),
            )
            for reporter, counterpart in sorted(pairs)
        )
        return TradeChart(chart, data)

    def _name(self, values: Mapping[str, str]) -> str:
        """Name a series by its flow, seen from its reporter: "exports of China, FOB"."""
        flow, reporter, valuation = (
            self.site.labels.title(values[name]).value if name in values else ""
            for name in ("flow", "reporter", "valuation")
        )
        return ", ".join(filter(None, (f"{flow} of {reporter}", valuation)))

    def _selection(self, reporter: str, counterpart: str, currency: str) -> Selection:
        choices = {"measure": _TRADE, "reporter": reporter, "counterpart": counterpart}
        return Selection.of({**choices, "currency": currency})
