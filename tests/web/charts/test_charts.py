from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest

from apecgraph.content.cube import DIMENSIONS, Cell
from apecgraph.content.decisions import ALTERNATIVE, STATUS, STATUSES, Ruling
from apecgraph.content.figures import Figure
from apecgraph.intervals import Interval
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCAT, DCTERMS, ID, SKOS, XSD
from apecgraph.readers.claims import FigureClaim
from apecgraph.web.charts.charts import Charts
from apecgraph.web.charts.points import SHAPES
from apecgraph.web.charts.scales import Scale

SCRIPT = "<script>alert(1)</script>"
SOURCE = f"{ID}source/x"
EXACT = f"{ID}bound/exact"


def test_each_status_of_a_figure_has_a_shape() -> None:
    names = [status.removeprefix(STATUS) for status in STATUSES if status != ALTERNATIVE]
    assert set(SHAPES) == set(names)


@pytest.mark.parametrize(
    ("numbers", "ticks", "logarithmic"),
    [
        ("26.29 2.629", "2 5 10 20 50", True),
        ("1 1000000", "1 10 100 1000 10000 100000 1000000", True),
        ("0 26.29", "0 5 10 15 20 25 30", False),
        ("57.8 66", "56 58 60 62 64 66", False),
        ("-3 4", "-4 -2 0 2 4", False),
        ("-5 -3", "-5 -4 -3 -2 -1 0", False),
        ("17 17", "0 5 10 15 20", False),
        ("15 17", "15 16 17", False),
        ("0 0", "0 1", False),
    ],
)
def test_a_scale_has_round_numbers(numbers: str, ticks: str, logarithmic: bool) -> None:
    scale = Scale.of(map(Decimal, numbers.split()))
    assert [format(tick.normalize(), "f") for tick in scale.ticks] == ticks.split()
    assert scale.logarithmic is logarithmic
    assert bool(scale.note) is (logarithmic or not scale.ticks[0] <= 0 <= scale.ticks[-1])


@pytest.fixture(scope="module")
def charts() -> Charts:
    """Charts of things with hostile labels."""
    data = Graph()

    def say(iri: str, property_: str, value: ox.NamedNode | ox.Literal, graph: str = "") -> None:
        place = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        data.store.add(ox.Quad(ox.NamedNode(iri), ox.NamedNode(property_), value, place))

    for year in ("2024", "2025"):
        date = ox.NamedNode(f"{XSD}date")
        say(f"{ID}period/{year}", f"{SKOS}prefLabel", ox.Literal(f"{year}{SCRIPT}\x0b"))
        say(f"{ID}period/{year}", f"{DCAT}startDate", ox.Literal(f"{year}-01-01", datatype=date))
        say(f"{ID}period/{year}", f"{DCAT}endDate", ox.Literal(f"{year}-12-31", datatype=date))
    for end in ("lower", "upper"):
        say(EXACT, f"{APEC}{end}Factor", ox.Literal("1"))
    say(f"{ID}publisher/x", f"{SKOS}prefLabel", ox.Literal(f'"{SCRIPT}&\x00'))
    say(SOURCE, f"{DCTERMS}publisher", ox.NamedNode(f"{ID}publisher/x"), SOURCE)
    return Charts(data)


def figure(
    value: str, lower: str, upper: str, year: str = "2025", status: str = "stands"
) -> FigureClaim:
    def number(text: str) -> Decimal | None:
        return Decimal(text) if text else None

    iri = f"{ID}figure/x/{value}"
    rulings = (Ruling(f"{ID}decision/x", f"{ID}verdict/x", STATUS + status),)
    values = {"period": f"period/{year}", "measure": "measure/x", "currency": "unit/none"}
    cell = Cell.of({DIMENSIONS[name]: f"{ID}{value}" for name, value in values.items()}.get)
    interval = Interval(number(lower), number(upper))
    printed = Decimal(value)
    figure = Figure(iri, SOURCE, cell, printed, interval, None, printed, EXACT, f"{ID}unit/count")
    return FigureClaim(iri, SOURCE, "", None, "", status, rulings, figure)


FIGURES = [
    figure("26", "25", "27"),
    figure("2.6", "2.5", "2.7", status="rejected"),
    figure("21", "21", "", "2024", "disputed"),
]


def drawn(markup: str) -> ET.Element:
    """Parse a drawing, which may contain nothing that the Content-Security-Policy forbids."""
    tree = ET.fromstring(markup)
    for element in tree.iter():
        assert element.tag in ("svg", "g", "path", "text", "tspan", "title", "desc", "a", "circle")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
    assert SCRIPT not in markup
    assert "&lt;script&gt;" in markup
    title, description = tree[:2]
    assert tree.get("aria-labelledby") == title.get("id") == "it-title"
    assert tree.get("aria-describedby") == description.get("id") == "it-desc"
    assert title.text == SCRIPT
    return tree


def points(tree: ET.Element) -> dict[str, ET.Element]:
    return {point.get("href", ""): point for point in tree.iter("a")}


def place(point: ET.Element) -> tuple[float, float]:
    circle = point.find("circle")
    assert circle is not None
    return float(circle.get("cx", "")), float(circle.get("cy", ""))


def test_a_series_is_drawn_over_time(charts: Charts) -> None:
    tree = drawn(charts.over_time("it", SCRIPT, FIGURES))
    found = points(tree)
    right, wrong, open_ = (found[f"/id/figure/x/{value}"] for value in ("26", "2.6", "21"))
    assert place(open_)[0] < place(wrong)[0]
    assert place(right)[1] < place(open_)[1] < place(wrong)[1]
    for point, status in ((right, "stands"), (wrong, "rejected"), (open_, "disputed")):
        assert point.get("class") == f"point {status}"
        assert point.findall("path")[1].get("d") == SHAPES[status]
    title = wrong.findtext("title") or ""
    assert title.startswith(f"2025{SCRIPT}: 2.6 (2.5 to 2.7), ")
    assert title.endswith(", rejected")
    texts = ["".join(text.itertext()) for text in tree.iter("text")]
    assert {"26", "2.6", "rejected", "disputed"} <= set(texts)
    assert "(1 stands, 1 rejected, 1 disputed)" in (tree[1].text or "")
    more = drawn(charts.over_time("it", SCRIPT, [*FIGURES, figure("27", "26", "28")]))
    assert "(2 stand, 1 rejected, 1 disputed)" in (more[1].text or "")


def test_an_open_end_is_not_drawn_as_an_error_bar(charts: Charts) -> None:
    tree = drawn(charts.over_time("it", SCRIPT, FIGURES))
    bars = {href: point.findall("path")[0].get("d", "") for href, point in points(tree).items()}
    assert bars["/id/figure/x/21"].count("L") == 2
    assert bars["/id/figure/x/26"].count("L") == 0


def test_figures_are_drawn_in_rows_on_one_scale(charts: Charts) -> None:
    rows = [(f"{number}{SCRIPT * 9}", each) for number, each in enumerate(FIGURES)]
    tree = drawn(charts.rows("it", SCRIPT, rows))
    found = list(points(tree).values())
    assert [place(each)[1] for each in found] == sorted(place(each)[1] for each in found)
    right, wrong, open_ = map(place, found)
    assert wrong[0] < open_[0] < right[0]
    bar = found[2].findall("path")[0].get("d", "")
    assert max(map(float, bar.replace("H", "M").split("M")[2].split("L")[0].split()[:1])) > right[0]


def test_an_outlier_leaves_room_for_the_other_values(charts: Charts) -> None:
    slip = figure("0.000002", "", "", status="rejected")
    far = drawn(charts.over_time("it", SCRIPT, [*FIGURES, slip]))
    near = drawn(charts.over_time("it", SCRIPT, FIGURES))
    ticks = [
        [text.text for text in tree.find(".//g[@class='axis y always_show']").iter("text")]  # type: ignore[union-attr]
        for tree in (far, near)
    ]
    assert ticks[0] == ticks[1]
    assert "off the scale" in [text.text for text in far.iter("text")]


def test_no_figures_make_no_chart(charts: Charts) -> None:
    assert charts.over_time("it", "", []) == charts.rows("it", "", []) == ""
