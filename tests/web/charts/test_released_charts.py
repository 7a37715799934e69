"""All charts that the pages of the whole content draw: each is true, and its labels are legible."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from xml.etree import ElementTree as ET

import pytest

from apecgraph.content.frequencies import frequency
from apecgraph.errors import NotFound
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, BASE, RDF
from apecgraph.readers.selections import Selection
from apecgraph.readers.series import when
from apecgraph.release.release import Release
from apecgraph.settings import Settings
from apecgraph.text.catalogues import ENGLISH
from apecgraph.web.app import ServerResources, sites_of
from apecgraph.web.charts.charts import SIZES, Chart, Charts
from apecgraph.web.charts.drawing import Box, width
from apecgraph.web.charts.view import PLAIN, View
from apecgraph.web.documents.resources import Resources
from apecgraph.web.pages.figures import FiguresPage
from apecgraph.web.pages.site import ReleaseSite
from apecgraph.web.publication import Publication

Segment = tuple[float, float, float, float]

DOT = re.compile("M([-0-9.]+) ([-0-9.]+)h0")
"""A dot of a path, with its place."""

ROOMS = (*((room, False) for room in SIZES.values()), ((776, 250), True), ((336, 250), True))
"""The sizes in which pages and pictures draw a chart, and whether it is in a picture."""

SAMPLED = 4
"""Of other views than the default, and of pages unless in full, each such chart is drawn."""

TABLES = (
    ("measure", "reporter", "counterpart", "currency"),
    ("measure", "flow", "reporter", "currency"),
    ("measure", "flow", "counterpart", "currency"),
)
"""The dimensions by which pages and visitors select tables of figures."""


@pytest.fixture(scope="module")
def sites(full_release: Release) -> Mapping[str, ReleaseSite]:
    """How the whole content is presented in each language."""
    made = sites_of(Publication.of(full_release), ServerResources.of(Settings()))
    return {tag: site for tag, site in made.items() if isinstance(site, ReleaseSite)}


def test_each_series_is_drawn_truly_and_legibly(sites: Mapping[str, ReleaseSite]) -> None:
    """Every series is drawn in one unit and one frequency; no label is cut or covered."""
    site = sites[ENGLISH.tag]
    charts = Charts(site.graph, site.language, site.populations)
    counted: Counter[View] = Counter()
    for series in site.series:
        first = charts.over_time("it", "it", [series])
        for code in first.frequencies if first else ():
            chart = charts.over_time("it", "it", [series], wanted=code)
            if first is None or chart is None:
                continue
            counted[PLAIN] += 1
            assert_true(chart, code, site.graph)
            assert_legible(chart)
            others = [View("bar"), *(View(values=each) for each in chart.offered)]
            for view in others if code == first.frequency else ():
                counted[view] += 1
                drawn = charts.over_time("it", "it", [series], wanted=code, view=view)
                assert drawn
                assert_true(drawn, code, site.graph)
                if counted[view] % SAMPLED == 0:
                    assert_legible(drawn)
    assert counted[PLAIN] > 400
    assert counted[View("bar")] > 300
    assert counted[View(values="index")] > 200
    assert counted[View(values="per-head")] > 50


@pytest.mark.parametrize("tag", ["en", "zh"])
def test_each_chart_of_a_page_is_legible(
    sites: Mapping[str, ReleaseSite], tag: str, full: bool
) -> None:
    """Neither the pages about things nor tables have a chart with a label that is covered."""
    step = 1 if full else SAMPLED if tag == ENGLISH.tag else SAMPLED**2
    of_things = list(drawn_of_things(sites, tag, step))
    of_tables = list(drawn_of_tables(sites[tag], step))
    assert len(of_things) > 60 / step
    assert len(of_tables) > 500 / step
    for chart in chain(of_things, of_tables):
        assert_legible(chart)


def drawn_of_things(sites: Mapping[str, ReleaseSite], tag: str, step: int) -> Iterator[Chart]:
    """Yield the charts of the home page, of decisions and of economies."""
    resources, graph = Resources(sites), sites[tag].graph
    things = (graph.subjects(f"{RDF}type", f"{APEC}{name}") for name in ("Decision", "Economy"))
    for iri in [BASE, *chain(*things)][::step]:
        yield from (shared.chart for shared in resources.charts(iri, tag))


def drawn_of_tables(site: ReleaseSite, step: int) -> Iterator[Chart]:
    """Yield the charts of selections of several series, and of official tables."""
    values = [dict(series.dimensions) for series in site.series]
    selections = [
        Selection.of({name: each[name] for name in names if name in each})
        for names in TABLES
        for each in values
    ]
    selections += [
        Selection.of({"source": source, "measure": measure})
        for source in sorted(site.comparisons.official)
        for measure in sorted({each["measure"] for each in values})
    ]
    page = FiguresPage(site)
    for selection in list(dict.fromkeys(selections))[::step]:
        try:
            yield page.chart(selection, PLAIN).chart
        except NotFound:
            continue  # it has no figures, or only one period


def assert_legible(chart: Chart) -> None:
    """Check the labels of a chart in all sizes."""
    for room, alone in ROOMS:
        legible(chart.sketch.draw(room, alone=alone).root)


def assert_true(chart: Chart, code: str, graph: Graph) -> None:
    """Check that a chart has one unit and one frequency, and that rescaled values are right."""
    assert len({mark.claims[0].figure.unit for mark in chart.marks}) == 1
    assert {frequency(*when(graph, mark.period)[:2]) for mark in chart.marks} == {code}
    ratios = {
        mark.numbers[1] / mark.claims[0].figure.value for mark in chart.marks if mark.numbers[1]
    }
    if chart.basis:  # per head: one population for each period
        heads = {each.figure.cell.period: each.figure.value for each in chart.basis}
        for mark in chart.marks:
            assert mark.numbers[1] == mark.claims[0].figure.value * (1 / heads[mark.period])
    else:
        assert len({round(ratio, 20) for ratio in ratios}) <= 1


def legible(tree: ET.Element) -> None:
    """Check that all points and texts are inside, and that nothing lies under a text."""
    wide, high = map(float, tree.get("viewBox", "").split()[2:])
    image = Box(-0.1, -0.1, wide + 0.1, high + 0.1)
    circles = [each for point in tree.iter("a") for each in point.findall("circle")]
    places = [(float(each.get("cx", "")), float(each.get("cy", "")), 3) for each in circles]
    dots = [each.get("d", "") for each in tree.iter("path") if "dot" in each.get("class", "")]
    places += [(float(x), float(y), 2) for each in dots for x, y in DOT.findall(each)]
    shapes = [Box(x - half, y - half, x + half, y + half) for x, y, half in places]
    assert shapes
    assert all(map(image.holds, shapes))
    lines = list(segments(tree))
    boxes: list[Box] = []
    for text in tree.iter("text"):
        x, y, long = float(text.get("x", "")), float(text.get("y", "")), width(text.text or "")
        left = x - {"start": 0, "middle": long / 2, "end": long}[text.get("text-anchor", "start")]
        box = Box(left + 0.1, y - 10, left + long - 0.1, y + 2)
        assert image.holds(box), text.text
        assert not any(map(box.meets, boxes)), text.text
        boxes.append(box)
        if text.get("class", "").split(" ")[0] in ("value", "name"):
            assert not any(map(box.meets, shapes)), text.text
            assert not any(goes_through(box, line) for line in lines), text.text


def segments(tree: ET.Element) -> Iterator[Segment]:
    """Yield the lines that join points."""
    for path in tree.iter("path"):
        classes = path.get("class", "").split()
        if "line" in classes and "sample" not in classes:
            steps = path.get("d", "").removeprefix("M").split("L")
            for (x, y), (to_x, to_y) in pairwise(
                [tuple(map(float, each.split())) for each in steps]
            ):
                yield x, y, to_x, to_y


def goes_through(box: Box, line: Segment) -> bool:
    """Return whether a line has a point in a rectangle, by trying a hundred of its points."""
    x, y, to_x, to_y = line
    if max(x, to_x) < box.left or min(x, to_x) > box.right:
        return False
    tried = ((x + (to_x - x) * part / 100, y + (to_y - y) * part / 100) for part in range(101))
    return any(box.left < a < box.right and box.top < b < box.bottom for a, b in tried)
