"""Drawings: the axes of a chart as inline SVG, and the positions of the marks."""

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
"""The elements and attributes of a chart that a page keeps. Styles, scripts and addresses are
omitted: the Content-Security-Policy forbids them, and style.css defines the colours."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NUMBER: Final = re.compile(r"-?[0-9]+\.[0-9]+")
_FONT: Final = 13
_LABEL: Final = 34
"""Maximum number of characters of a label along an axis."""

_LINE: Final = 16  # characters; a longer label is broken into two lines


_SLANT: Final = 55
"""Degrees."""

Tick: TypeAlias = tuple[str, float]
DrawnPoint: TypeAlias = tuple[float, float]


class Drawing:
    """Two axes with labels, and points in the area between the axes.

    The attribute `places` has the positions of the points in pixels, in the same order. `width` and
    `height` are the size of the area between the axes.

    Args:
        size: Width and height in pixels.
        x: Label and position of each tick of the x axis.
        y: Label and position of each tick of the y axis.
        ends: The ends of both axes.
        places: Points between the axes.
        slanted: Whether the labels of the x axis are slanted.
        note: A remark on the scale.
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
            (float(circle.get("cx")), float(circle.get("cy"))) for circle in tree.iter("circle")
        ]
        ground = tree.findall(".//rect[@class='background']")[1]
        self.width, self.height = float(ground.get("width")), float(ground.get("height"))
        self._plot = next(group for group in self._root.iter("g") if group.get("class") == "plot")
        self.add("text", note, class_="note", x="0", y="-12")
        if not slanted:
            for axis in self._root.iterfind(".//g[@class='axis x']"):
                for text in axis.iter("text"):
                    _wrap(text)

    def add(
        self, tag: str, text: str = "", *, to: ET.Element | None = None, **of: str
    ) -> ET.Element:
        """Add an element to the plot area or to another element; `class_` sets `class`."""
        attributes = {name.rstrip("_"): value for name, value in of.items()}
        element = ET.SubElement(self._plot if to is None else to, tag, attributes)
        element.text = _legal(text)
        return element

    def write(self, text: str, place: DrawnPoint, class_: str) -> None:
        """Write text at a position."""
        self.add("text", text, class_=class_, x=f"{place[0]:.1f}", y=f"{place[1]:.1f}")

    def markup(self, name: str, class_: str, title: str, description: str) -> Markup:
        """Write the drawing as a graphic that contains links (WAI-ARIA Graphics Module, section 4).

        Args:
            name: A prefix for the ids of elements, unique in the page.
            class_: The class, for style.css.
            title: The title of the image.
            description: The content of the image in words.

        Returns:
            The SVG element.
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
    """Estimate the width of a text in pixels."""
    return 0.6 * _FONT * len(text)


def slanting(texts: Iterable[str]) -> tuple[int, int]:
    """Return the width and the height in pixels that slanted labels need."""
    longest = max(width(cut(text)) for text in texts)
    return int(longest * cos(radians(_SLANT))), int(longest * sin(radians(_SLANT)))


def wrapped(text: str) -> list[str]:
    """Break a long label into two lines of similar length."""
    words = cut(text).split(" ")
    if len(text) <= _LINE or len(words) == 1:
        return [" ".join(words)]
    pairs = ([" ".join(words[:at]), " ".join(words[at:])] for at in range(1, len(words)))
    return min(pairs, key=lambda pair: max(map(len, pair)))


def cut(text: str) -> str:
    """Shorten a label so that it leaves room for the chart."""
    return text if len(text) <= _LABEL else text[: _LABEL - 1].rstrip() + "…"


def _legal(text: str) -> str:
    """Remove the characters that XML cannot contain."""
    return _CONTROL.sub("", text)


def _wrap(text: ET.Element) -> None:
    lines = wrapped(text.text or "")
    text.text = lines[0]
    for line in lines[1:]:
        ET.SubElement(text, "tspan", {"x": text.get("x", "0"), "dy": "1.2em"}).text = line


def _plain(node: Any) -> Iterator[ET.Element]:
    """Copy the parts of a node that a page needs; if lxml is installed, it makes the node."""
    kept = _KEPT.get(node.tag) if isinstance(node.tag, str) else None
    if kept is None:
        return
    values = {name: node.get(name) for name in kept}
    element = ET.Element(node.tag, {name: _short(value) for name, value in values.items() if value})
    element.text = node.text
    element.extend(copy for child in node for copy in _plain(child))
    if len(element) or node.tag in ("path", "text"):
        yield element


def _short(text: str) -> str:
    """Round the positions in a path to a tenth of a pixel."""
    return _NUMBER.sub(lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), text)
