from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest

from apecgraph.content.cube import DIMENSIONS, Cell
from apecgraph.content.decisions import ALTERNATIVE, STATUS, STATUSES, Ruling
from apecgraph.content.figures import Figure
from apecgraph.intervals import Interval
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCAT, DCTERMS, ID, SDMX_CODE, SKOS, XSD
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.series import Series
from apecgraph.text.catalogues import ENGLISH
from apecgraph.web.charts.charts import Chart, Charts
from apecgraph.web.charts.drawing import Box, Drawing, Margins, width
from apecgraph.web.charts.marks import OFFICIAL, SHAPES
from apecgraph.web.charts.scales import Scale
from apecgraph.web.charts.view import View
from apecgraph.web.language import Language

SCRIPT = "<script>alert(1)</script>"
SOURCE = f"{ID}source/x"
EXACT = f"{ID}bound/exact"
CHINA = "economy/CHN"
PERIODS = {
    "2019": ("2019-01-01", "2019-12-31"),
    "2023": ("2023-01-01", "2023-12-31"),
    "2024": ("2024-01-01", "2024-12-31"),
    "2025": ("2025-01-01", "2025-12-31"),
    "2025-02": ("2025-02-01", "2025-02-28"),
    "2025-03": ("2025-03-01", "2025-03-31"),
    "2021_2025": ("2021-01-01", "2025-12-31"),
}


def test_each_status_of_a_figure_has_a_shape() -> None:
    names = [status.removeprefix(STATUS) for status in STATUSES if status != ALTERNATIVE]
    assert set(SHAPES) == {OFFICIAL, *names}


@pytest.mark.parametrize(
    ("numbers", "from_zero", "logarithmic", "ticks"),
    [
        ("26.29 2.629", True, True, "2 5 10 20 50"),
        ("1 1000000", True, True, "1 10 100 1000 10000 100000 1000000"),
        ("5 5", True, True, "5 10"),
        ("26.29 2.629", True, False, "0 5 10 15 20 25 30"),
        ("0 26.29", True, True, "0 5 10 15 20 25 30"),
        ("57.8 66", True, False, "0 20 40 60 80"),
        ("57.8 66", False, False, "56 58 60 62 64 66"),
        ("-3 4", True, False, "-4 -2 0 2 4"),
        ("-5 -3", True, False, "-5 -4 -3 -2 -1 0"),
        ("17 17", False, False, "0 5 10 15 20"),
        ("15 17", False, False, "15 16 17"),
        ("0 0", True, False, "0 1"),
    ],
)
def test_a_scale_has_round_numbers(
    numbers: str, from_zero: bool, logarithmic: bool, ticks: str
) -> None:
    each = list(map(Decimal, numbers.split()))
    scale = Scale.of(each, from_zero=from_zero, logarithmic=logarithmic)
    assert [format(tick.normalize(), "f") for tick in scale.ticks] == ticks.split()
    assert scale.logarithmic is (logarithmic and min(each) > 0)
    assert bool(scale.note(ENGLISH)) is (scale.logarithmic or scale.ticks[0] > 0)
    assert (scale.at(scale.ticks[0]), scale.at(scale.ticks[-1])) == (0, 1)


def test_a_label_is_written_where_it_covers_nothing() -> None:
    drawing = Drawing((200, 40), Margins(0, 0, 0, 0))
    drawing.take(Box(0, 0, 50, 40))
    spots = [((10.0, 20.0), "start"), ((190.0, 20.0), "start"), ((100.0, 20.0), "middle")]
    assert drawing.label("label", spots, "value")
    assert not drawing.label("label", spots, "value")
    texts = list(ET.fromstring(drawing.markup("it", "", "", "")).iter("text"))
    assert [text.get("text-anchor") for text in texts] == ["middle"]
    assert width("中国") == width("abcd")


@pytest.fixture(scope="module")
def charts() -> Charts:
    """Charts of things with hostile labels."""
    data = Graph()

    def say(iri: str, property_: str, value: ox.NamedNode | ox.Literal, graph: str = "") -> None:
        place = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        data.store.add(ox.Quad(ox.NamedNode(iri), ox.NamedNode(property_), value, place))

    date = ox.NamedNode(f"{XSD}date")
    for period, (first, last) in PERIODS.items():
        say(f"{ID}period/{period}", f"{SKOS}prefLabel", ox.Literal(f"{period}{SCRIPT}\x0b"))
        say(f"{ID}period/{period}", f"{DCAT}startDate", ox.Literal(first, datatype=date))
        say(f"{ID}period/{period}", f"{DCAT}endDate", ox.Literal(last, datatype=date))
    for end in ("lower", "upper"):
        say(EXACT, f"{APEC}{end}Factor", ox.Literal("1"))
    say(f"{ID}publisher/x", f"{SKOS}prefLabel", ox.Literal(f'"{SCRIPT}&\x00'))
    say(SOURCE, f"{DCTERMS}publisher", ox.NamedNode(f"{ID}publisher/x"), SOURCE)
    return Charts(data, Language(data, ENGLISH))


def figure(
    value: str,
    lower: str,
    upper: str,
    period: str = "2025",
    status: str = "stands",
    base: str | None = None,
    source: str = SOURCE,
    measure: str = "x",
    subject: str | None = None,
) -> FigureClaim:
    def number(text: str) -> Decimal | None:
        return Decimal(text) if text else None

    iri = f"{source.replace('source', 'figure')}/{value}"
    rulings = (Ruling(f"{ID}decision/x", f"{ID}verdict/x", STATUS + status),)
    values = {
        "period": f"period/{period}",
        "measure": f"measure/{measure}",
        "currency": "unit/none",
    }
    values |= {"subject": subject} if subject else {}
    values |= {"base_period": f"period/{base}"} if base else {}
    cell = Cell.of({DIMENSIONS[name]: f"{ID}{value}" for name, value in values.items()}.get)
    interval = Interval(number(lower), number(upper))
    printed = Decimal(value)
    figure = Figure(iri, source, cell, printed, interval, None, printed, EXACT, f"{ID}unit/count")
    return FigureClaim(iri, source, "", None, "", status, rulings, figure)


def line(claims: Iterable[FigureClaim], partner: str = "") -> Series:
    """Return a series with a partner, which names it if there are several."""
    values = (("counterpart", f"{ID}partner/{partner}"),)
    return Series(values, tuple(claims), f"{ID}unit/count")


FIGURES = [
    figure("26", "25", "27"),
    figure("2.6", "2.5", "2.7", status="rejected"),
    figure("21", "21", "", "2024", "disputed"),
]


def drawn(chart: Chart | None) -> ET.Element:
    """Parse the wide drawing; nothing in it may be what the Content-Security-Policy forbids."""
    assert chart is not None
    wide, narrow = (ET.fromstring(drawing) for drawing in chart.drawings)
    for tree, markup, size in zip((wide, narrow), chart.drawings, ("wide", "narrow"), strict=True):
        for element in tree.iter():
            assert element.tag in ("svg", "path", "text", "title", "desc", "a", "circle")
            assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
        assert SCRIPT not in markup
        assert "&lt;script&gt;" in markup
        title, description = tree[:2]
        assert tree.get("aria-labelledby") == title.get("id") == f"it-{size}-title"
        assert tree.get("aria-describedby") == description.get("id") == f"it-{size}-desc"
        assert title.text == SCRIPT
    assert list(points(wide)) == list(points(narrow))
    return wide


def points(tree: ET.Element) -> dict[str, ET.Element]:
    return {point.get("href", ""): point for point in tree.iter("a")}


def place(point: ET.Element) -> tuple[float, float]:
    circle = point.find("circle")
    assert circle is not None
    return float(circle.get("cx", "")), float(circle.get("cy", ""))


def texts(tree: ET.Element, class_: str = "") -> list[str]:
    return [text.text or "" for text in tree.iter("text") if class_ in text.get("class", "")]


def test_a_series_is_drawn_over_time(charts: Charts) -> None:
    chart = charts.over_time("it", SCRIPT, [line(FIGURES)])
    tree = drawn(chart)
    found = points(tree)
    right, wrong, open_ = (found[f"/id/figure/x/{value}"] for value in ("26", "2.6", "21"))
    assert place(open_)[0] < place(wrong)[0] == place(right)[0]
    assert place(right)[1] < place(open_)[1] < place(wrong)[1]
    for point, status in ((right, "stands"), (wrong, "rejected"), (open_, "disputed")):
        assert point.get("class") == f"point {status}"
        assert point.findall("path")[-1].get("d") == SHAPES[status]
    title = wrong.findtext("title") or ""
    assert title.startswith(f"2025{SCRIPT}: 2.6 (2.5 to 2.7), ")
    assert title.endswith(", rejected: decision/x")
    assert texts(tree, "value") == ["2.6 rejected", "21 disputed", "26"]
    assert "(1 other sources, 1 rejected, 1 disputed)" in (tree[1].text or "")
    assert chart
    assert [kind for kind, _, _ in chart.key] == ["stands", "rejected", "disputed"]


def test_figures_that_mean_the_same_are_one_point_with_their_number(charts: Charts) -> None:
    alike = [figure("26", "25", "27", source=f"{ID}source/{name}") for name in "xyz"]
    tree = drawn(charts.over_time("it", SCRIPT, [line([*alike, *FIGURES[1:]])]))
    assert texts(tree, "value stands") == ["26 ×3"]
    assert "3 sources: " in (points(tree)["/id/figure/x/26"].findtext("title") or "")


def test_a_chart_shows_one_frequency_and_counts_the_others(charts: Charts) -> None:
    several = figure("125", "124", "126", "2021_2025")
    months = [figure("2", "1", "3", "2025-02"), figure("3", "2", "4", "2025-03")]
    every = line([*FIGURES, several, *months])
    years = charts.over_time("it", SCRIPT, [every])
    assert years
    assert {mark.period for mark in years.marks} == {f"{ID}period/2024", f"{ID}period/2025"}
    assert sorted(years.frequencies.values()) == [1, 2, 3]
    monthly = charts.over_time("it", SCRIPT, [every], wanted=f"{SDMX_CODE}freq-M")
    assert monthly
    assert [mark.claims[0] for mark in monthly.marks] == months
    assert charts.over_time("it", SCRIPT, [line([several])]) is None
    monthly = charts.over_time("it", SCRIPT, [line([*FIGURES[:1], *months])])
    assert monthly
    assert [mark.claims[0] for mark in monthly.marks] == months
    assert monthly.notes[0].startswith("Frequency: ")


def test_the_time_axis_is_true_and_joins_only_years_that_follow_one_another(
    charts: Charts,
) -> None:
    claims = [
        figure(value, "", "", year)
        for value, year in (("1", "2019"), ("3", "2023"), ("4", "2024"), ("5", "2025"))
    ]
    tree = drawn(charts.over_time("it", SCRIPT, [line(claims)]))
    first, *later = [place(point)[0] for point in points(tree).values()]
    steps = [round(x - first) for x in later]
    assert steps[0] == pytest.approx(4 * (steps[1] - steps[0]), rel=0.01)
    lines = [each.get("d") for each in tree.iter("path") if each.get("class") == "line"]
    assert lines
    assert all((each or "").count("L") == 2 for each in lines)


def test_of_many_points_the_ordinary_ones_are_dots_without_words(charts: Charts) -> None:
    ordinary = [
        figure(f"{number}", f"{number}", f"{number}", year)
        for number in range(1000, 1012)
        for year in ("2019", "2023", "2024", "2025")
    ]
    rejected = figure("100", "100", "100", status="rejected")
    bounded = figure("500", "400", "600")
    chart = charts.over_time("it", SCRIPT, [line([*ordinary, rejected, bounded])])
    tree = drawn(chart)
    assert {link.get("href") for link in tree.iter("a")} == {
        f"/id/{claim.iri.removeprefix(ID)}" for claim in (rejected, bounded)
    }
    dots = [each.get("d") for each in tree.iter("path") if "dot" in (each.get("class") or "")]
    assert sum((each or "").count("h0") for each in dots) == len(ordinary)
    few = drawn(charts.over_time("it", SCRIPT, [line(ordinary[:20])]))
    assert len(list(few.iter("a"))) == 20


def test_growth_is_drawn_only_against_the_usual_time(charts: Charts) -> None:
    usual = [figure("5", "4", "6", "2024", base="2023"), figure("6", "5", "7", base="2024")]
    other = figure("40", "39", "41", base="2019")
    chart = charts.over_time("it", SCRIPT, [line([*usual, other])])
    assert chart
    assert [mark.claims[0] for mark in chart.marks] == usual
    assert chart.notes == ["Not drawn: 1 figure of another series, or compared with another time."]


def test_several_lines_have_their_names_at_their_ends(charts: Charts) -> None:
    lines = [
        line([figure(f"{n}", "", "", "2024"), figure(f"{n + 1}", "", "")], f"{n}")
        for n in range(1, 9)
    ]
    chart = charts.over_time("it", SCRIPT, lines)
    tree = drawn(chart)
    assert texts(tree, "name") == [f"partner/{n}" for n in range(6, 0, -1)]
    assert {point.get("class") for point in tree.iter("a")} == {
        f"point stands line-{n}" for n in range(6)
    }
    assert chart
    assert chart.notes == ["Not drawn: 4 figures of other series, or compared with another time."]


YEARS = [figure(value, value, value, year) for value, year in (("20", "2023"), ("26", "2025"))]


def test_bars_reach_from_zero_to_the_values_and_a_rejected_one_has_none(charts: Charts) -> None:
    wrong = figure("2.6", "2.5", "2.7", status="rejected")
    tree = drawn(charts.over_time("it", SCRIPT, [line([*YEARS, wrong])], view=View("bar")))
    (bars,) = (each.get("d", "") for each in tree.iter("path") if "bar" in each.get("class", ""))
    shapes = [list(map(float, re.findall("[0-9.]+", bar))) for bar in bars.split("M")[1:]]
    found = points(tree)
    for (left, zero, top, right, _), value in zip(shapes, ("20", "26"), strict=True):
        x, y = place(found[f"/id/figure/x/{value}"])
        assert (left + right) / 2 == pytest.approx(x, abs=0.2)
        assert top == pytest.approx(y, abs=0.1)
        assert zero == shapes[0][1]
    assert "rejected" in texts(tree, "value rejected")[0]


def test_an_index_begins_with_the_first_common_period(charts: Charts) -> None:
    later = [figure("3", "3", "3", "2024"), figure("6", "6", "6", "2025")]
    mine = [YEARS[0], figure("13", "13", "13", "2024"), YEARS[1]]
    lines = [line(mine, "one"), line(later, "other")]
    chart = charts.over_time("it", SCRIPT, lines, view=View(values="index"))
    assert chart
    assert chart.unit == f"Index, 2024{SCRIPT}\x0b = 100"
    values = {mark.claims[0].figure.value: round(mark.numbers[1], 9) for mark in chart.marks}
    assert values.pop(Decimal(20)).quantize(Decimal("0.1")) == Decimal("153.8")
    assert values == {13: 100, 26: 200, 3: 100, 6: 200}
    tooltip = points(drawn(chart))["/id/figure/x/20"].findtext("title") or ""
    assert tooltip.startswith(f"2023{SCRIPT}: 153.8 (20), ")
    apart = [line(YEARS, "one"), line(later[:1], "other")]
    assert charts.over_time("it", SCRIPT, apart, view=View(values="index")) is None
    assert charts.over_time("it", SCRIPT, lines, view=View(values="per-head")) is None


def test_values_per_head_need_a_population_of_the_period(charts: Charts) -> None:
    trade = [
        figure(value, value, value, year, measure="trade-value", subject=CHINA)
        for value, year in (("20", "2023"), ("24", "2024"), ("26", "2025"))
    ]
    heads = {
        (f"{ID}{CHINA}", f"{ID}period/{year}"): figure("4", "4", "4", year, subject=CHINA)
        for year in ("2024", "2025")
    }
    able = Charts(charts._graph, charts._language, heads)
    chart = able.over_time("it", SCRIPT, [line(trade)], view=View(values="per-head"))
    assert chart
    assert chart.unit.endswith("per head")
    assert [mark.numbers for mark in chart.marks] == [(6, 6, 6), (Decimal("6.5"),) * 3]
    assert list(chart.basis) == list(heads.values())
    assert chart.notes[1] == "Not drawn: 1 point without a population of that year."
    assert able.over_time("it", SCRIPT, [line(YEARS)], view=View(values="per-head")) is None


def test_an_open_end_is_not_drawn_as_an_error_bar(charts: Charts) -> None:
    tree = drawn(charts.over_time("it", SCRIPT, [line(FIGURES)]))
    bars = {href: point.findall("path")[0].get("d", "") for href, point in points(tree).items()}
    assert bars["/id/figure/x/21"].count("L") == 2
    assert bars["/id/figure/x/26"].count("L") == 0


def test_figures_are_drawn_in_rows_on_one_scale(charts: Charts) -> None:
    rows = [(f"{number}{SCRIPT * 9}", [each]) for number, each in enumerate(FIGURES)]
    tree = drawn(charts.rows("it", SCRIPT, rows))
    found = list(points(tree).values())
    assert [place(each)[1] for each in found] == sorted(place(each)[1] for each in found)
    right, wrong, open_ = map(place, found)
    assert wrong[0] < open_[0] < right[0]


def test_a_rejected_number_far_above_the_others_is_told_below_the_chart(charts: Charts) -> None:
    slip = figure("260", "259", "261", status="rejected")
    far, near = (
        charts.over_time("it", SCRIPT, [line(claims)]) for claims in ([*FIGURES, slip], FIGURES)
    )
    assert texts(drawn(far), "tick") == texts(drawn(near), "tick")
    assert far
    assert [note.partition(" (")[0] for note in far.notes] == [
        f"Beyond the scale: 2025{SCRIPT}\x0b: 260"
    ]


def test_one_point_makes_no_chart(charts: Charts) -> None:
    assert charts.over_time("it", "", []) is None
    assert charts.over_time("it", "", [line(FIGURES[:1])]) is None
    assert charts.rows("it", "", [("row", FIGURES[:1])]) is None
