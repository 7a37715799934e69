"""Drawings: an SVG image with a plot area, axes and marks, and room for the labels of marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias
from unicodedata import east_asian_width
from xml.etree import ElementTree as ET

from markupsafe import Markup

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FONT: Final = 13
"""Size of the text in pixels, as in style.css."""

_ADVANCE: Final = 0.64
"""Width of a letter divided by the size of the font. A wide East Asian letter has twice as much."""

_WIDE: Final = frozenset("WF")

LINE: Final = 16
"""Height of a line of text in pixels."""

_APART: Final = 2
"""Pixels between a label and a text or a mark to its left or right."""

Place: TypeAlias = tuple[float, float]


class Box(NamedTuple):
    """A rectangle in pixels; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Return whether two rectangles overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Return whether another rectangle lies inside of this one."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Margins:
    """The space around the plot area, in pixels."""

    left: float
    top: float
    right: float
    bottom: float


class Drawing:
    """An image whose marks and texts are added one after the other.

    Args:
        size: Width and height in pixels.
        margins: The space around the plot area.

    Attributes:
        plot: The plot area.
        width: The width in pixels.
        height: The height in pixels.
        root: The SVG element.
    """

    plot: Box
    width: float
    height: float
    root: ET.Element

    def __init__(self, size: tuple[float, float], margins: Margins) -> None:
        self.width, self.height = size
        self._image = Box(0, 0, *size)
        self.plot = Box(
            margins.left, margins.top, size[0] - margins.right, size[1] - margins.bottom
        )
        self.root = ET.Element("svg", {"viewBox": f"0 0 {size[0]:g} {size[1]:g}"})
        self._taken: list[Box] = []
        self._lines: list[tuple[Place, Place]] = []
        self._guides: list[tuple[Place, Place]] = []
        self._backgrounds: list[Box] = []

    def add(
        self, tag: str, text: str = "", *, to: ET.Element | None = None, **of: str
    ) -> ET.Element:
        """Add an element to the image or to another element; `class_` sets `class`."""
        attributes = {name.rstrip("_"): value for name, value in of.items()}
        element = ET.SubElement(self.root if to is None else to, tag, attributes)
        element.text = _legal(text)
        return element

    def line(self, start: Place, end: Place, class_: str) -> None:
        """Add a straight line, which labels do not cross, or continue the last one with it."""
        (x, y), (to_x, to_y) = start, end
        begin, step = f"{x:.1f} {y:.1f}", f"L{to_x:.1f} {to_y:.1f}"
        if not self._continue(class_, begin, step):
            self.add("path", class_=class_, d=f"M{begin}{step}")
        self._lines.append((start, end))

    def guide(self, start: Place, end: Place, class_: str = "guide") -> None:
        """Add a straight line behind everything else, which labels cross only if they must."""
        self.line(start, end, class_)
        self._guides.append(self._lines.pop())

    def dot(self, place: Place, class_: str) -> None:
        """Add a dot: a line of no length, whose ends make it a dot; dots in a row are one path."""
        step = f"M{place[0]:.1f} {place[1]:.1f}h0"
        if not self._continue(class_, "", step):
            self.add("path", class_=class_, d=step)

    def _continue(self, class_: str, end: str, step: str) -> bool:
        """Add a step to the last path if it has a class and an end; return whether it has."""
        last = self.root[-1] if len(self.root) else None
        if last is None or last.get("class") != class_ or not last.get("d", "").endswith(end):
            return False
        last.set("d", last.get("d", "") + step)
        return True

    def write(self, text: str, place: Place, class_: str, anchor: str = "start") -> None:
        """Write text, and keep its place free of labels.

        Args:
            text: The text.
            place: The place of its baseline.
            class_: Its class.
            anchor: Which part of the text is at the place: "start", "middle" or "end".
        """
        element = self.add("text", text, class_=class_, x=f"{place[0]:.1f}", y=f"{place[1]:.1f}")
        element.set("text-anchor", anchor)
        self.take(_box(text, place, anchor))

    def take(self, box: Box) -> None:
        """Keep a rectangle free of labels."""
        self._taken.append(box)

    def background(self, box: Box) -> None:
        """Declare a rectangle that labels cover only if they must."""
        self._backgrounds.append(box)

    def label(self, text: str, places: Sequence[tuple[Place, str]], class_: str) -> Place | None:
        """Write text at the first of some places that are free.

        Args:
            text: The text.
            places: Places and anchors, the best first; one without a guide or a background behind
                it is better.
            class_: Its class.

        Returns:
            The place; None if none is free, and the text is not written.
        """
        free = [spot for spot in places if self._is_free(_box(text, *spot))]
        clear = (spot for spot in free if self._is_clear(_box(text, *spot)))
        for place, anchor in (*clear, *free):
            self.write(text, place, class_, anchor)
            return place
        return None

    def _is_free(self, box: Box) -> bool:
        apart = Box(box.left - _APART, box.top, box.right + _APART, box.bottom)
        return (
            self._image.holds(box)
            and not any(map(apart.meets, self._taken))
            and not _crosses(box, self._lines)
        )

    def _is_clear(self, box: Box) -> bool:
        return not _crosses(box, self._guides) and not any(map(box.meets, self._backgrounds))

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
            self.root.insert(order, element)
        self.root.attrib |= {
            "class": class_,
            "width": f"{self.width:g}",
            "height": f"{self.height:g}",
            "role": "graphics-document",
            "aria-labelledby": f"{name}-title",
            "aria-describedby": f"{name}-desc",
        }
        return Markup(ET.tostring(self.root, encoding="unicode"))  # noqa: S704 - escaped by it


def width(text: str) -> float:
    """Estimate the width of a text in pixels."""
    return _FONT * _ADVANCE * sum(2 if east_asian_width(each) in _WIDE else 1 for each in text)


def cut(text: str, room: float) -> str:
    """Shorten a text so that it is not wider than some pixels."""
    if width(text) <= room:
        return text
    while text and width(text) + width("…") > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrapped(text: str, room: float, most: int) -> list[str]:
    """Break a text into lines that fit.

    Args:
        text: The text.
        room: The width of a line in pixels.
        most: Maximum number of lines; the last one is cut if needed.

    Returns:
        The lines.
    """
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < most - 1 and _fits(rest, room) < len(rest):
        end = _fits(rest, room)
        # a URL is broken before a parameter
        best = max(rest.rfind(" ", 0, end + 1), rest.rfind("&", 0, end))
        end = best if best > end / 2 else end
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, cut(rest, room)] if rest else lines


def _fits(text: str, room: float) -> int:
    """Return how many characters of a text fit on a line."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(text[:middle]) <= room else (low, middle - 1)
    return low


def _box(text: str, place: Place, anchor: str) -> Box:
    x, y = place
    long = width(text)
    left = {"start": x, "middle": x - long / 2, "end": x - long}[anchor]
    return Box(left, y - 0.8 * LINE, left + long, y + 0.2 * LINE)


def _crosses(box: Box, lines: Iterable[tuple[Place, Place]]) -> bool:
    """Return whether any of some straight lines goes through a rectangle.

    The part of a line inside of the strip between two opposite sides is cut out for both pairs of
    sides (Liang and Barsky's way to clip a line).
    """
    for (x, y), (to_x, to_y) in lines:
        low, high = 0.0, 1.0
        for start, step, least, most in (
            (x, to_x - x, box.left, box.right),
            (y, to_y - y, box.top, box.bottom),
        ):
            if step:
                ends = sorted(((least - start) / step, (most - start) / step))
                low, high = max(low, ends[0]), min(high, ends[1])
            elif not least < start < most:
                low = 2.0
        if low < high:
            return True
    return False


def _legal(text: str) -> str:
    """Remove the characters that XML cannot contain."""
    return _CONTROL.sub("", text)
