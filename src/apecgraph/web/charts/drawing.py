"""Drawings: the axes of a chart as inline SVG, with places on them to put marks at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from math import cos, radians, sin
from typing import Any, Final, TypeAlias
from xml.etree import ElementTree as ET

import pygal
from markupsafe import Markup

_KEPT: Final[dict[str, tuple[str, ...]]] = {
    "svg": ("viewBox",),
    "g": ("class", "transform"),
    "path": ("class", "d"),
    "text": ("class", "x", "y", "transform"),
}
"""The elements of a chart that a page takes over, and their attributes: none with a style, a script
or an address, since the Content-Security-Policy forbids them and style.css has the colours."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NUMBER: Final = re.compile(r"-?[0-9]+\.[0-9]+")
_FONT: Final = 13
_LABEL: Final = 34
"""The most characters of a label along an axis."""

_LINE: Final = 16  # characters, from which on a label is broken into two lines


_SLANT: Final = 55
"""Degrees."""

Tick: TypeAlias = tuple[str, float]
DrawnPoint: TypeAlias = tuple[float, float]


class Drawing:
    """Two axes with labels, and places between them.

    size: width and height in pixels. x, y: the ticks of each axis, with where they are.
    ends: of both axes. places: points between the axes; `places` has where they are in pixels, in
    the same order. slanted: whether the labels along x are. note: what the scale needs said of it.
    width, height: of what is between the axes.
    """

    def __init__(
        self,
        size: tuple[int, int],
        x: Sequence[Tick],
        y: Sequence[Tick],
        ends: tuple[DrawnPoint, DrawnPoint],
        places: Iterable[DrawnPoint],
        *,
        slanted: bool = False,
        note: str = "",
    ) -> None:
        chart = pygal.XY(
            width=size[0],
            height=size[1],
            stroke=False,
            show_legend=False,
            truncate_label=-1,
            x_label_rotation=-_SLANT if slanted else 0,
            x_labels=[{"label": cut(_legal(text)), "value": at} for text, at in x],
            y_labels=[{"label": cut(_legal(text)), "value": at} for text, at in y],
            xrange=ends[0],
            range=ends[1],
            margin=8,
            margin_top=28,
            margin_right=36,
            margin_bottom=24,
            js=(),
            css=(),
            style=pygal.style.Style(label_font_size=_FONT),
        )
        self._width = size[0]
        chart.add("", list(places))
        tree = chart.render_tree()
        self._root = next(_plain(tree))
        self.places = [
            (float(each.get("cx")), float(each.get("cy"))) for each in tree.iter("circle")
        ]
        ground = tree.findall(".//rect[@class='background']")[1]
        self.width, self.height = float(ground.get("width")), float(ground.get("height"))
        self._plot = next(each for each in self._root.iter("g") if each.get("class") == "plot")
        self.add("text", note, class_="note", x="0", y="-12")
        if not slanted:
            for axis in self._root.iterfind(".//g[@class='axis x']"):
                for text in axis.iter("text"):
                    _wrap(text)

    def add(
        self, tag: str, text: str = "", *, to: ET.Element | None = None, **of: str
    ) -> ET.Element:
        """Put an element between the axes, or into another; a keyword ends with an underscore."""
        attributes = {name.rstrip("_"): value for name, value in of.items()}
        element = ET.SubElement(self._plot if to is None else to, tag, attributes)
        element.text = _legal(text)
        return element

    def write(self, text: str, place: DrawnPoint, class_: str) -> None:
        """Write a text at a place."""
        self.add("text", text, class_=class_, x=f"{place[0]:.1f}", y=f"{place[1]:.1f}")

    def markup(self, name: str, class_: str, title: str, description: str) -> Markup:
        """Write the drawing as a graphic with links in it (WAI-ARIA Graphics Module, section 4).

        name: makes the identifiers, which are those of the page. class_: for style.css.
        title, description: what the image is called, and what is to be seen in it.
        """
        for order, (tag, text) in enumerate((("title", title), ("desc", description))):
            element = ET.Element(tag, {"id": f"{name}-{tag}"})
            element.text = _legal(text)
            self._root.insert(order, element)
        self._root.attrib |= {
            "class": class_,
            "width": str(self._width),
            "role": "graphics-document",
            "aria-labelledby": f"{name}-title",
            "aria-describedby": f"{name}-desc",
        }
        return Markup(ET.tostring(self._root, encoding="unicode"))  # noqa: S704 - escaped by it


def width(text: str) -> float:
    """Tell about how many pixels a text takes."""
    return 0.55 * _FONT * len(text)


def slanting(texts: Iterable[str]) -> tuple[int, int]:
    """Tell how many pixels slanted labels take at most, in width and in height."""
    longest = max(width(cut(text)) for text in texts)
    return int(longest * cos(radians(_SLANT))), int(longest * sin(radians(_SLANT)))


def wrapped(text: str) -> list[str]:
    """Break a label that is long into two lines, where it is about to be half."""
    words = cut(text).split(" ")
    if len(text) <= _LINE or len(words) == 1:
        return [" ".join(words)]
    pairs = ([" ".join(words[:at]), " ".join(words[at:])] for at in range(1, len(words)))
    return min(pairs, key=lambda pair: max(map(len, pair)))


def cut(text: str) -> str:
    """Shorten a label so that it leaves room for the chart."""
    return text if len(text) <= _LABEL else text[: _LABEL - 1].rstrip() + "…"


def _legal(text: str) -> str:
    """Leave out what no XML may hold."""
    return _CONTROL.sub("", text)


def _wrap(text: ET.Element) -> None:
    lines = wrapped(text.text or "")
    text.text = lines[0]
    for line in lines[1:]:
        ET.SubElement(text, "tspan", {"x": text.get("x", "0"), "dy": "1.2em"}).text = line


def _plain(node: Any) -> Iterator[ET.Element]:
    """Take over what a page needs of a node; node: of lxml where pygal finds it, else of ours."""
    kept = _KEPT.get(node.tag) if isinstance(node.tag, str) else None
    if kept is None:
        return
    values = {name: node.get(name) for name in kept}
    element = ET.Element(node.tag, {name: _short(each) for name, each in values.items() if each})
    element.text = node.text
    element.extend(found for child in node for found in _plain(child))
    if len(element) or node.tag in ("path", "text"):
        yield element


def _short(text: str) -> str:
    """Write positions to a tenth of a pixel."""
    return _NUMBER.sub(lambda each: f"{float(each[0]):.1f}".removesuffix(".0"), text)
