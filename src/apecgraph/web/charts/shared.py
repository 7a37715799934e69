"""Shared charts: a chart with the addresses, the data and the citation that others need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Final
from urllib.parse import quote

from apecgraph.rdf.formats import PNG, SVG, Format
from apecgraph.rdf.namespaces import BASE
from apecgraph.readers.selections import Selection
from apecgraph.release.citation import ReleaseCitation
from apecgraph.tabular.writers import WRITERS
from apecgraph.web.charts.charts import SIZES, Chart
from apecgraph.web.charts.picture import Credits, Picture, capital, draw_picture, subtitle
from apecgraph.web.charts.raster import pixels

EMBED: Final = "/embed"
"""The beginning of the paths of pages that other sites may embed."""

OEMBED: Final = "/oembed"

MOST_MARKS: Final = 40
"""Number of points of the charts that are in a page; the others are pictures."""
WIDTH: Final = "width"
"""The parameter of a picture on the page about a thing, which may have one value: `NARROW`."""

NARROW: Final = "narrow"

_AROUND: Final = 230
"""Height in pixels of what such a page has besides the drawing."""


@dataclass(frozen=True, slots=True)
class ChartAddress:
    """Where a chart is on the site.

    Attributes:
        stem: The path of its pictures without their extension: "/figures", "/doc/economy/CHN".
        query: The query of its addresses, without the question mark; it may be empty.
        page: The canonical IRI of the page that shows it.
    """

    stem: str
    query: str
    page: str

    def picture(self, format_: Format, *, narrow: bool = False) -> str:
        """Return the path of its picture in a format, for a phone if it is narrow."""
        query = "&".join(filter(None, (self.query, f"{WIDTH}={NARROW}" if narrow else "")))
        return f"{self.stem}.{format_.extension}{'?' if query else ''}{query}"

    @property
    def embedded(self) -> str:
        """The path of its page for other sites."""
        return f"{EMBED}{self.stem}{self._question}"

    @property
    def cited(self) -> str:
        """The permanent address of the chart: its page, if that shows hardly anything else."""
        is_alone = self.page != BASE and self.page.endswith(self.query)
        return self.page if is_alone else f"{BASE}{self.embedded[1:]}"

    @property
    def _question(self) -> str:
        return f"?{self.query}" if self.query else ""


@dataclass(frozen=True)
class SharedChart:
    """A chart, with what others need to use it.

    Attributes:
        chart: The chart.
        address: Its address.
        data: The selections of figures that it shows a part of, each with a name, which is empty
            if there is only one.
        credits: What its picture says about its origin.
        citation: How to cite it.
        headline: What it shows, if its title is only the name of what it measures.
        narrow: Whether its picture is for a phone.
    """

    chart: Chart
    address: ChartAddress
    data: Sequence[tuple[str, Selection]]
    credits: Credits
    citation: ReleaseCitation
    headline: str = ""
    narrow: bool = False

    @cached_property
    def picture(self) -> Picture:
        """Its picture."""
        return draw_picture(self.chart, self.credits, self.headline, narrow=self.narrow)

    @property
    def for_phones(self) -> SharedChart:
        """The same chart, with a picture for phones."""
        return replace(self, narrow=True)

    @property
    def file(self) -> str:
        """The path of its picture as an SVG."""
        return self.address.picture(SVG, narrow=self.narrow)

    @property
    def title(self) -> str:
        """Its headline."""
        return capital(self.headline or self.chart.title)

    @property
    def subtitle(self) -> str:
        """Its unit and its periods, after its title if it has another headline."""
        return subtitle(self.chart, self.headline)

    @property
    def pictures(self) -> list[tuple[str, str]]:
        """The name and the path of its picture in each format."""
        return [(format_.label, self.address.picture(format_)) for format_ in (SVG, PNG)]

    @property
    def image(self) -> str:
        """The URL of its picture as a PNG."""
        return self.credits.root + self.address.picture(PNG)

    @property
    def image_size(self) -> tuple[int, int]:
        """The width and the height of this PNG in pixels."""
        return pixels(self.picture)

    @property
    def oembed(self) -> str:
        """The URL of what it says to sites that embed it (oEmbed, section 4)."""
        return f"{self.credits.root}{OEMBED}?url={quote(self.embedded, safe='')}&format=json"

    def files(self, selection: Selection) -> list[tuple[str, str]]:
        """Return the name and the path of the figures of a selection in each format."""
        return [
            (format_.label, f"/figures.{extension}?{selection.parameters}")
            for extension, (format_, _) in WRITERS.items()
        ]

    @property
    def embedded(self) -> str:
        """The URL of its page for other sites."""
        return self.credits.root + self.address.embedded

    def frame(self, width: int | None = None, most: int | None = None) -> str:
        """Return the HTML element that shows the chart in a page of another site.

        Args:
            width: Its width in pixels; None for the width of the page.
            most: Its maximum height in pixels, or None.

        Returns:
            The element.
        """
        return (
            f'<iframe src="{escape(self.embedded)}" title="{escape(self.title)}" '
            f'width="{width or "100%"}" height="{self.frame_height(width, most)}" '
            'style="border:0" loading="lazy"></iframe>'
        )

    def frame_height(self, width: int | None = None, most: int | None = None) -> int:
        """Return the height in pixels of this element, given the same arguments as `frame`."""
        size = "wide" if width is None or width > SIZES["wide"][0] * 0.75 else "narrow"
        drawing = self.chart.sketch.draw(SIZES[size])
        zoom = min(1, (width or drawing.width) / drawing.width)
        return min(round(drawing.height * zoom) + _AROUND, most or 10_000)
