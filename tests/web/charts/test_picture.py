"""Charts as files: the words in them, their edges, and their pixels."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from math import dist
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest

from apecgraph.errors import QueryTimedOut, QueryTooHeavy, WorkerKilled
from apecgraph.rdf.namespaces import SKOS
from apecgraph.web.charts import raster
from apecgraph.web.charts.charts import Chart, Charts
from apecgraph.web.charts.drawing import Box, width
from apecgraph.web.charts.picture import POLICY, Credits, Picture, draw_picture
from apecgraph.web.charts.raster import pixels, rasterized
from apecgraph.web.pages.assets import STATIC_FOLDER
from tests.web.charts.test_charts import FIGURES, SCRIPT, charts, figure, line

__all__ = ["charts"]

SVG = "{http://www.w3.org/2000/svg}"
ROOT = "https://example.org"
CREDITS = Credits(
    "apecgraph, release 0123456789abcdef, 1 December 2026",
    "CC0 1.0",
    f"{ROOT}/figures?measure=measure/trade-value&reporter=economy/CHN",
    ROOT,
)
SECONDS = 30


@pytest.fixture
def chart(charts: Charts) -> Chart:
    drawn = charts.over_time("it", "value of trade", [line(FIGURES)])
    assert drawn is not None
    return replace(drawn, unit="trillion yuan")


def texts(picture: Picture) -> list[str]:
    return [text.text or "" for text in ET.fromstring(picture.svg).iter(f"{SVG}text")]


def test_a_picture_says_what_it_shows_and_where_it_is_from(chart: Chart) -> None:
    written = texts(draw_picture(replace(chart, publishers=("A", "B")), CREDITS, "the finding"))
    assert written[0] == "The finding"
    assert written[1].startswith("Value of trade: trillion yuan, 2024")
    assert "Sources: A, B" in written
    assert f"Licence: {CREDITS.licence}. {CREDITS.publication}" in written
    assert CREDITS.address in written
    assert texts(draw_picture(chart, CREDITS))[0] == "Value of trade"
    assert texts(draw_picture(chart, CREDITS))[1].startswith("Trillion yuan, 2024")


def test_a_picture_is_a_document_that_needs_nothing_else(chart: Chart) -> None:
    svg = draw_picture(replace(chart, title=SCRIPT), CREDITS).svg.decode()
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in (
            *("svg", "style", "title", "desc", "rect", "g", "a", "path", "text"),
        )
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
        assert element.get("href", ROOT).startswith(f"{ROOT}")
    assert SCRIPT not in svg
    assert "url(" not in svg
    assert "script-src" not in POLICY


def test_the_colours_of_a_picture_are_those_of_the_pages(chart: Chart) -> None:
    light = (STATIC_FOLDER / "style.css").read_text(encoding="utf-8").partition("@media")[0]
    colours = set(re.findall("#[0-9a-f]{3,6}", draw_picture(chart, CREDITS).svg.decode()))
    assert len(colours) > 8
    assert colours <= set(re.findall("#[0-9a-f]{3,6}", light))


CONES = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
"""How people with all cones, and without those for red or green, see linear RGB (Machado 2009)."""


@pytest.mark.parametrize("seen", CONES.values(), ids=CONES)
@pytest.mark.parametrize(("paper", "scheme"), [("#ffffff", 0), ("#14191b", 1)])
def test_the_colours_of_lines_are_told_apart(
    paper: str, scheme: int, seen: Sequence[Sequence[float]]
) -> None:
    """Each stands out from the paper (WCAG 2.2, 1.4.11) and is far from each other one."""
    style = (STATIC_FOLDER / "style.css").read_text(encoding="utf-8")
    colours = re.findall("--line-[0-9]: (#[0-9a-f]{6});", style)[6 * scheme :][:6]
    assert len(set(colours)) == 6
    assert f"--paper: {paper}".replace("ffffff", "fff") in style
    for one in colours:
        light, dark = sorted((_luminance(one), _luminance(paper)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3
        for other in colours:
            assert one == other or dist(_lab(one, seen), _lab(other, seen)) > 15


def _linear(colour: str) -> list[float]:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _luminance(colour: str) -> float:
    return _product((0.2126, 0.7152, 0.0722), _linear(colour))


def _lab(colour: str, seen: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """Return a colour, as somebody sees it, in CIELAB."""
    linear = [min(1, max(0, _product(row, _linear(colour)))) for row in seen]
    white = (0.95047, 1, 1.08883)
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    x, y, z = (
        each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116
        for each in (_product(row, linear) / most for row, most in zip(rows, white, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("count", [1, 2, 40])
@pytest.mark.parametrize("letter", ["x", "中", "W i"])
def test_nothing_hostile_leaves_the_picture(charts: Charts, count: int, letter: str) -> None:
    """Neither many lines nor long names make texts overlap, or cross an edge."""
    name = letter * 400
    lines = [line(FIGURES, f"{ord(letter[0])}-{number}") for number in range(count)]
    for number, each in enumerate(lines):
        partner, label = ox.NamedNode(each.dimensions[0][1]), ox.Literal(f"{number} {name}")
        quad = ox.Quad(partner, ox.NamedNode(f"{SKOS}prefLabel"), label)
        charts._graph.store.add(quad)
    drawn = charts.over_time("it", name, lines)
    assert drawn is not None
    hostile = replace(drawn, publishers=[name] * count, notes=[name] * count, unit=name)
    address = f"{ROOT}/{letter * 4000}"
    for narrow in (False, True):
        origin = replace(CREDITS, address=address, publication=name)
        picture = draw_picture(hostile, origin, name, narrow=narrow)
        legible(picture)
        assert picture.height < 1200
        assert picture.width == (360 if narrow else 840)
    assert len(picture.svg) < 100_000


def legible(picture: Picture) -> None:
    """Check that all texts of a picture are inside, and that none overlaps another one."""
    image = Box(0, 0, picture.width, picture.height)
    boxes: list[Box] = []
    root = ET.fromstring(picture.svg)
    moved = {
        id(text): tuple(map(float, re.findall(r"[\d.]+", group.get("transform", ""))))
        for group in root.findall(f"{SVG}g[@transform]")
        for text in group.iter(f"{SVG}text")
    }
    sizes = {"title": 22, "subtitle": 15, "small": 12}
    for text in root.iter(f"{SVG}text"):
        right, down = moved.get(id(text), (0.0, 0.0))
        x, y = float(text.get("x", "")) + right, float(text.get("y", "")) + down
        size = sizes.get(text.get("class", ""), 13)
        long = width(text.text or "") * size / 13
        left = x - {"start": 0, "middle": long / 2, "end": long}[text.get("text-anchor", "start")]
        box = Box(left, y - 0.76 * size, left + long, y + 0.15 * size)
        assert image.holds(box), text.text
        assert not any(map(box.meets, boxes)), text.text
        boxes.append(box)


def test_a_picture_becomes_pixels(chart: Chart) -> None:
    picture = draw_picture(chart, CREDITS)
    assert decoded(rasterized(picture, SECONDS)) == pixels(picture) == (1680, 882)


def test_pixels_are_limited_however_large_the_picture_is() -> None:
    wide, high = pixels(Picture(b"", 840, 100_000))
    assert 7_900_000 < wide * high < 8_100_000
    assert pixels(Picture(b"", 840, 441)) == (1680, 882)


def decoded(png: bytes) -> tuple[int, int]:
    """Return the size of a PNG; all of its pixels must be there."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    size = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    data, at = b"", 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        kind, chunk = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + chunk) == int.from_bytes(png[at + 8 + length : at + 12 + length])
        data += chunk if kind == b"IDAT" else b""
        at += 12 + length
    channels = {2: 3, 6: 4}[png[25]]
    assert len(zlib.decompress(data)) == size[1] * (1 + channels * size[0])
    return size


@pytest.mark.parametrize("weight", [400, 600])
def test_the_font_has_chinese_letters(weight: int) -> None:
    """They are neither blank nor the box of a missing letter, and differ from one another."""

    def drawn(text: str) -> bytes:
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">'
            f'<text y="30" font-size="30" font-weight="{weight}">{text}</text></svg>'
        )
        return rasterized(Picture(svg.encode(), 60, 40), SECONDS)

    missing, blank = drawn("\ue000"), drawn(" ")
    pictures = {drawn(letter) for letter in "中国亚太经合组织万亿é日"}
    assert missing != blank
    assert len(pictures) == 12
    assert not pictures & {missing, blank}


def test_bold_letters_are_bold(chart: Chart) -> None:
    picture = draw_picture(chart, CREDITS)
    thin = replace(picture, svg=picture.svg.replace(b"font-weight:600", b"font-weight:400"))
    assert rasterized(picture, SECONDS) != rasterized(thin, SECONDS)


def test_a_drawing_that_is_too_large_or_too_slow_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(QueryTooHeavy, match="4 MB"):
        rasterized(Picture(b" " * 5_000_000, 840, 441), SECONDS)
    with pytest.raises(WorkerKilled):
        rasterized(Picture(b"<svg", 840, 441), SECONDS)
    with pytest.raises(QueryTimedOut):
        rasterized(Picture(b"<svg/>", 840, 441), 0.001)
    monkeypatch.setattr(raster, "_MOST_PIXELS", 10**12)
    huge = b'<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>'
    with pytest.raises(WorkerKilled):
        rasterized(Picture(huge, 30_000, 30_000), SECONDS)


def test_a_long_series_is_a_small_picture(charts: Charts) -> None:
    many = [figure(str(value), str(value), str(value), "2025") for value in range(1, 300)]
    drawn = charts.over_time("it", "many", [line(many)])
    assert drawn is not None
    assert len(draw_picture(drawn, CREDITS).svg) < 400_000
