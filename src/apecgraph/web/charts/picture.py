"""Pictures: a chart as an SVG file of its own, with what a reader must know about it inside."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

from apecgraph.text.catalogues import ENGLISH, Catalogue
from apecgraph.web.charts.charts import Chart
from apecgraph.web.charts.drawing import Drawing, Margins, cut, width, wrapped

_LEAST_PLOT: Final = 250

_FONT: Final = 13
"""Size in pixels of the text for which `drawing.width` estimates the width."""


class _Size(NamedTuple):
    """The size of a picture, in pixels."""

    width: int
    least_height: int
    margin: int
    title: int

    @property
    def inside(self) -> int:
        """The width without the margins."""
        return self.width - 2 * self.margin

    def wrapped(self, text: str, size: float, most: int) -> list[str]:
        """Break a text in letters of a size into lines that fit; see `wrapped`."""
        return wrapped(text, self.inside * _FONT / size, most)


_WIDE: Final = _Size(840, 441, 32, 22)
"""Its width and its height have the proportions that previews of links have."""

_NARROW: Final = _Size(360, 0, 12, 18)
"""For a phone, which shows it without making it smaller."""

_TITLE_LINES: Final = 3
_SUBTITLE_LINES: Final = 2
_NOTE_LINES: Final = 6
_SOURCE_LINES: Final = 2
_ADDRESS_LINES: Final = 4

_KEY_GAP: Final = 22
_MARK: Final = 18
"""Width of a mark in the key in pixels."""

_INK: Final = "#1c2326"
_QUIET: Final = "#566267"
_RULE: Final = "#dbe1e3"
_ACCENT: Final = "#0b5c6b"
_WRONG: Final = "#9c2f17"
_OPEN: Final = "#7a5200"
_LINES: Final = ("#332288", "#cc6677", "#117733", "#999933", "#aa4499", "#882255")
"""The colours of lines, in their order: see style.css."""


FONTS: Final = (
    "'Noto Sans CJK SC','Source Han Sans SC','Noto Sans SC','Helvetica Neue',Arial,'PingFang SC',"
    "'Microsoft YaHei',sans-serif"
)


def _style() -> str:
    """Return the stylesheet, in the light colours of style.css and with its classes."""
    rules = [
        f"text{{font-family:{FONTS};font-size:13px;fill:{_QUIET}}}",
        f".title{{font-size:22px;font-weight:600;fill:{_INK}}}",
        ".narrow.title{font-size:18px}",
        ".subtitle{font-size:15px}",
        ".small{font-size:12px}",
        f".paper{{fill:#fff}}.accent{{fill:{_ACCENT}}}",
        f".guide{{stroke:{_RULE}}}.zero{{stroke:{_QUIET}}}",
        f"path.line{{stroke:{_ACCENT};stroke-width:1.5;fill:none}}",
        "path.sample{stroke-width:4}",
        f"path.bar{{fill:{_ACCENT};stroke:{_ACCENT};fill-opacity:.35}}",
        f".shape{{stroke:{_ACCENT};stroke-width:1.5;fill:none}}",
        f".interval{{stroke:{_ACCENT};fill:none}}",
        f".dot{{stroke:{_ACCENT};stroke-width:4;stroke-linecap:round;fill:none}}",
        ".dot.official{stroke-linecap:square}",
        f".stands .shape,.official .shape{{fill:{_ACCENT}}}",
        f".value,.label{{fill:{_INK};paint-order:stroke;stroke:#fff;stroke-width:5px;"
        "stroke-linejoin:round}",
        f".name{{font-weight:600;fill:{_INK}}}",
    ]
    for number, colour in enumerate(_LINES):
        line = f".line-{number}"
        rules += [
            f"path{line},{line} .shape,{line} .interval{{stroke:{colour}}}",
            f"path.bar{line},.stands{line} .shape,.official{line} .shape{{fill:{colour}}}",
        ]
    hollow = ",".join(
        f".{kind} .shape" for kind in ("disputed", "attributed", "expected", "superseded")
    )
    rules += [
        f".colourless .shape{{stroke:{_QUIET}}}",
        f".stands.colourless .shape,.official.colourless .shape{{fill:{_QUIET}}}",
        f"{hollow}{{fill:#fff}}",
        f".rejected .shape,.rejected .interval{{stroke:{_WRONG}}}",
        ".rejected .shape{stroke-width:2}",
        f".disputed .shape,.disputed .interval{{stroke:{_OPEN}}}",
        f".value.rejected{{fill:{_WRONG}}}.value.disputed{{fill:{_OPEN}}}",
    ]
    return "".join(rules)


_STYLE: Final = _style()

POLICY: Final = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
"""The Content-Security-Policy of a picture: nothing but its own stylesheet."""


@dataclass(frozen=True, slots=True)
class Credits:
    """What a picture says about the origin of its chart, besides its sources.

    Attributes:
        publication: Name of the publication with its release and its date.
        licence: Name of the licence of the data, or an empty string.
        address: Where the chart is, as a URL.
        root: The URL of the site without the last slash; the links in the picture begin with it.
        catalogue: The language of the words.
    """

    publication: str
    licence: str
    address: str
    root: str
    catalogue: Catalogue = ENGLISH

    def sources(self, names: Sequence[str], others: int) -> str:
        """Name the publishers of figures, and count those that are not named."""
        listed = ", ".join(names)
        if others:
            listed = self.catalogue.ngettext(
                "%(names)s and %(num)s other", "%(names)s and %(num)s others", others, names=listed
            )
        return self.catalogue.ngettext(
            "Source: %(names)s", "Sources: %(names)s", len(names) + others, names=listed
        )

    @property
    def licensed(self) -> str:
        """The licence as a sentence, or an empty string."""
        if not self.licence:
            return ""
        return self.catalogue.gettext("Licence: %(licence)s.", licence=self.licence)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture.

    Attributes:
        svg: An SVG document that needs nothing else, in UTF-8.
        width: Its width in pixels.
        height: Its height in pixels.
    """

    svg: bytes
    width: int
    height: int


def draw_picture(
    chart: Chart, credits_: Credits, headline: str = "", *, narrow: bool = False
) -> Picture:
    """Draw a chart as a picture that names its origin.

    Args:
        chart: The chart.
        credits_: What the picture says about its origin.
        headline: What the chart shows, if its title is only the name of what it measures.
        narrow: Whether it is for a phone.

    Returns:
        The picture.
    """
    size = _NARROW if narrow else _WIDE
    column = _Column(size)
    titles = size.wrapped(capital(headline or chart.title), size.title, _TITLE_LINES)
    column.write(titles, "narrow title" if narrow else "title", size.title + 6)
    column.skip(2)
    column.write(size.wrapped(subtitle(chart, headline), 15, _SUBTITLE_LINES), "subtitle", 21)
    column.skip(6)
    column.key(chart.key, coloured=not chart.has_names)
    column.skip(10)
    foot = _foot(chart, credits_, size)
    below = sum(height for _, height in foot) + size.margin // 2
    room = max(_LEAST_PLOT, size.least_height - column.bottom - below)
    column.place(chart.sketch.draw((size.inside, room), alone=True))
    column.bottom = max(column.bottom, size.least_height - below)
    for line, height in foot:
        column.write([line] if line else [], "small", height)
        if not line:
            column.rule(height)
    return column.document(chart, credits_.root)


def subtitle(chart: Chart, headline: str) -> str:
    """Return the unit and the periods of a chart, after its title if it has another headline."""
    span = "" if chart.span in chart.title else chart.span
    unit = ", ".join(filter(None, (chart.unit, chart.every, span)))
    return capital(f"{chart.title}: {unit}" if headline else unit)


def capital(text: str) -> str:
    """Return a text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def _foot(chart: Chart, credits_: Credits, size: _Size) -> list[tuple[str, int]]:
    """Return the lines below the plot with their heights; an empty one is a rule."""
    notes = [line for note in chart.notes for line in size.wrapped(note, 12, _NOTE_LINES)]
    named = _named(chart.publishers, size)
    listed = credits_.sources(named, len(chart.publishers) - len(named))
    sources = size.wrapped(listed, 12, _SOURCE_LINES)
    origin = size.wrapped(f"{credits_.licensed} {credits_.publication}", 12, _SOURCE_LINES)
    address = size.wrapped(credits_.address, 12, _ADDRESS_LINES)
    lines = [*notes[:_NOTE_LINES], "", *sources, *origin, *address]
    return [(line, 17 if line else 14) for line in lines]


def _named(publishers: Sequence[str], size: _Size) -> list[str]:
    """Return the names of publishers as far as there is room for them."""
    room = _SOURCE_LINES * size.inside * 0.9 * _FONT / 12
    shown: list[str] = []
    for name in publishers:
        if shown and width(", ".join([*shown, name])) > room - width(" and 000 others"):
            break
        shown.append(cut(name, room / 2))
    return shown


class _Column:
    """A document that is filled from the top to the bottom.

    Args:
        size: Its size.

    Attributes:
        bottom: Where the next thing begins.
    """

    bottom: float

    def __init__(self, size: _Size) -> None:
        self._size = size
        self._drawing = Drawing((size.width, size.least_height), Margins(0, 0, 0, 0))
        self._paper = self._drawing.add("rect", class_="paper", width=f"{size.width}")
        self._drawing.add("rect", class_="accent", x=f"{size.margin}", width="40", height="5")
        self.bottom = 22

    def skip(self, height: float) -> None:
        """Leave some pixels free."""
        self.bottom += height

    def write(self, lines: Iterable[str], class_: str, height: float) -> None:
        """Write lines of text, each of some height in pixels."""
        for line in lines:
            self.bottom += height
            self._drawing.write(line, (self._size.margin, self.bottom - height * 0.28), class_)

    def rule(self, height: float) -> None:
        """Draw a line between two parts."""
        y = self.bottom + height / 2
        self._drawing.guide((self._size.margin, y), (self._size.width - self._size.margin, y))
        self.bottom += height

    def key(self, key: Iterable[tuple[str, str, str]], *, coloured: bool) -> None:
        """Write the kinds of marks with their meanings, in as many rows as they need.

        Args:
            key: The kind, the shape and the meaning of each.
            coloured: Whether they have the colour of the points; if not, each line has its own.
        """
        left = float(self._size.margin)
        x, self.bottom = left, self.bottom + 20
        for kind, path, words in key:
            room = _MARK + width(words)
            if x > left and x + room > self._size.width - left:
                x, self.bottom = left, self.bottom + 20
            class_ = f"point {kind}" if coloured else f"point {kind} colourless"
            group = self._drawing.add("g", class_=class_)
            place = f"translate({x + 6:.1f} {self.bottom - 10:.1f})"
            self._drawing.add("path", to=group, class_="shape", d=path, transform=place)
            self._drawing.write(words, (x + _MARK, self.bottom - 5.5), "key")
            x += room + _KEY_GAP

    def place(self, drawing: Drawing) -> None:
        """Put a drawing into the document."""
        group = self._drawing.add(
            "g", transform=f"translate({self._size.margin} {self.bottom:.1f})"
        )
        group.extend(list(drawing.root))
        self.bottom += drawing.height

    def document(self, chart: Chart, root: str) -> Picture:
        """Write the document; its links are URLs below a root."""
        height = round(self.bottom + self._size.margin / 2)
        self._paper.set("height", f"{height}")
        self._drawing.height = height
        svg = self._drawing.root
        svg.set("xmlns", "http://www.w3.org/2000/svg")
        svg.set("viewBox", f"0 0 {self._size.width} {height}")
        self._drawing.markup("picture", "picture", chart.title, chart.description)
        style = ET.Element("style")
        style.text = _STYLE
        svg.insert(0, style)
        for point in svg.iter("a"):
            point.attrib.pop("tabindex", None)
            point.set("href", root + point.get("href", ""))
            for reach in point.findall("circle"):
                point.remove(reach)
        data = ET.tostring(svg, encoding="utf-8", xml_declaration=True)
        return Picture(data, self._size.width, height)
