"""The origin that the charts of a release name, and their citations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE, DCTERMS
from apecgraph.readers.selections import Selection
from apecgraph.readers.series import SERIES_DIMENSIONS
from apecgraph.release.citation import ReleaseCitation
from apecgraph.release.release import Release
from apecgraph.text.catalogues import ENGLISH
from apecgraph.text.dates import spelled_day
from apecgraph.web.charts.charts import Chart
from apecgraph.web.charts.picture import Credits, capital
from apecgraph.web.charts.shared import ChartAddress, SharedChart
from apecgraph.web.http.addresses import DOC, document_name, encoded
from apecgraph.web.language import Language

_LANGUAGE: Final = "lang"
"""The parameter that chooses the language of an address."""


class Sharing:
    """Makes shared charts of the charts of a release.

    Args:
        release: The release.
        graph: Contains the release.
        language: The language of the words.
        name: Name of the publication.
        url: Public URL of the site, without the last slash.
    """

    def __init__(
        self, release: Release, graph: Graph, language: Language, name: str, url: str
    ) -> None:
        licences = graph.default_graph.iris(BASE, f"{DCTERMS}license")
        self._catalogue = language.catalogue
        self._tag = "" if language.catalogue == ENGLISH else f"{_LANGUAGE}={language.tag}"
        day = spelled_day(release.issued, self._catalogue)
        self._publication = self._catalogue.gettext(
            "%(site)s, release %(release)s, %(day)s", site=name, release=release.name, day=day
        ).rstrip(" ,，")  # an undated release has no day
        self._licence = next((language.labels.title(iri).value for iri in licences), "")
        self._url = url
        self._citation = ReleaseCitation.of(release, graph, self._catalogue)

    def chart(
        self, chart: Chart, address: ChartAddress, data: Sequence[tuple[str, Selection]]
    ) -> SharedChart:
        """Share a chart.

        Args:
            chart: The chart.
            address: Its address.
            data: The selections of figures that it shows a part of, each with a name.

        Returns:
            The shared chart.
        """
        credits_ = Credits(
            self._publication, self._licence, address.page, self._url, self._catalogue
        )
        citation = self.cite(chart.title, address.cited)
        query = "&".join(filter(None, (address.query, self._tag)))
        return SharedChart(chart, replace(address, query=query), data, credits_, citation)

    def cite(self, part: str, iri: str) -> ReleaseCitation:
        """Return how to cite a part of the publication, given its title and its address."""
        return replace(self._citation, part=capital(part), iri=iri)

    def of_thing(
        self,
        iri: str,
        charts: Sequence[Chart],
        data: Sequence[Sequence[tuple[str, Selection]]] | None = None,
    ) -> list[SharedChart]:
        """Share the charts on the page about a thing.

        Args:
            iri: IRI of the thing.
            charts: The charts.
            data: For each chart, the selections of figures that it shows a part of. If they are
                missing, the selection is what all its figures have in common.

        Returns:
            The shared charts. The first one has the address of the document, the others name the
            chart in a parameter.
        """
        stem = f"{DOC}{encoded(document_name(iri) or '')}"
        return [
            self.chart(
                chart,
                ChartAddress(stem, f"chart={encoded(chart.name)}" if number else "", iri),
                data[number] if data else [("", common_selection(chart))],
            )
            for number, chart in enumerate(charts)
        ]


def common_selection(chart: Chart) -> Selection:
    """Return the selection of figures by all that the figures of a chart have in common."""
    cells = [claim.figure.cell for mark in chart.marks for claim in mark.claims]
    common = set.intersection(*(set(cell.values()) for cell in cells))
    values = dict(common)
    choices = {name: values[iri] for name, iri in SERIES_DIMENSIONS.items() if iri in values}
    periods = {cell.period for cell in cells}
    return Selection.of(choices | ({"period": periods.pop()} if len(periods) == 1 else {}))
