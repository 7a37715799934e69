from __future__ import annotations

from decimal import Decimal
from typing import Final

import pyoxigraph as ox
import pytest

from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure, read_figure
from apecgraph.content.folder import Content
from apecgraph.intervals import Interval, decimal_text
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, SDMX_ATTRIBUTE, SDMX_MEASURE, XSD
from apecgraph.rdf.terms import in_graph


def interval(
    low: str | None,
    high: str | None,
    *,
    open_low: bool = False,
    open_high: bool = False,
) -> Interval:
    return Interval(
        None if low is None else Decimal(low),
        None if high is None else Decimal(high),
        open_low,
        open_high,
    )


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        (interval("1", "2"), interval("2", "3"), True),
        (interval("1", "2", open_high=True), interval("2", "3"), False),
        (interval("1", "2"), interval("2", "3", open_low=True), False),
        (interval("100", None, open_low=True), interval("100", "100"), False),
        (interval("100", None), interval("100", "100"), True),
        (interval(None, None), interval("5", "6"), True),
        (interval("54", "60", open_high=True), interval("57.815", "57.825"), True),
        (interval("54", "60", open_high=True), interval("5.775", "5.785"), False),
    ],
)
def test_intervals_meet_if_they_have_a_number_in_common(
    one: Interval, other: Interval, meets: bool
) -> None:
    assert one.meets(other) is meets
    assert other.meets(one) is meets


def test_arithmetic_keeps_open_and_closed_ends() -> None:
    factor = interval("10", "20", open_high=True)
    assert str(factor * interval("0.5", "0.6")) == "[5, 12)"
    assert str(factor.scaled(Decimal("0.1"), plus=Decimal(1))) == "[2, 3)"
    assert str(interval("100", None, open_low=True)) == "(100, ∞)"
    assert str(interval("3", "3")) == "3"


def test_numbers_are_written_without_exponent() -> None:
    assert decimal_text(Decimal("26.29") * Decimal(10) ** 12) == "26290000000000"
    assert decimal_text(Decimal("0.50")) == "0.5"
    assert decimal_text(Decimal("1E+3")) == "1000"
    assert decimal_text(Decimal("0.1234567890123456785")) == "0.123456789012345678"
    assert decimal_text(Decimal("-1E-20")) == "0"


@pytest.fixture(scope="module")
def figures(evidence: Evidence) -> dict[str, Figure]:
    return {figure.iri.removeprefix(f"{ID}figure/"): figure for figure in evidence.figures}


@pytest.mark.parametrize(
    ("figure", "value", "shown"),
    [
        # rounded: half a unit of the last printed digit either way
        ("chinadailyasia-628497/trade-2025", "26290000000000", "[26285000000000, 26295000000000)"),
        ("seetaoe-258468/trade-2025", "2629000000000", "[2628500000000, 2629500000000)"),
        ("chinadailyasia-628497/share-2025", "57.82", "[57.815, 57.825)"),
        # exact: a count
        ("seetaoe-258468/economies", "18", "18"),
        # nearly: below, by at most a tenth
        ("seetaoe-258468/share-2025", "60", "[54, 60)"),
        # more than, at least: no upper end
        ("seetaoe-258468/representatives", "100", "(100, ∞)"),
        ("chinaorgcn-118319262/representatives", "100", "[100, ∞)"),
        # about: a tenth either way
        ("chinaorgcn-118319262/world-trade-share", "50", "[45, 55]"),
    ],
)
def test_the_interval_follows_from_digits_multiplier_and_bound(
    figures: dict[str, Figure], figure: str, value: str, shown: str
) -> None:
    assert decimal_text(figures[figure].value) == value
    assert str(figures[figure].interval) == shown


FIGURE: Final = f"""@base <https://w3id.org/apecgraph/id/> . @prefix apec: <{APEC}> .
@prefix sdmx-attribute: <{SDMX_ATTRIBUTE}> . @prefix sdmx-measure: <{SDMX_MEASURE}> .
<figure/x/f> apec:measure <measure/trade-growth> ; apec:period <period/2025> ;
    apec:bound <bound/{{bound}}> ; sdmx-attribute:unitMeasure <unit/percent> ;
    sdmx-attribute:unitMult 0 ; sdmx-attribute:decimals 0 ; sdmx-measure:obsValue {{value}} ."""


@pytest.mark.parametrize(
    ("bound", "value", "shown"),
    [
        ("less-than", "5.0", "[0, 5)"),
        ("at-most", "5.0", "[0, 5]"),
        ("range", "5.0 ; apec:rangeEnd 6.0", "[5, 6]"),
        ("range", "-5.0 ; apec:rangeEnd -6.0", "[-6, -5]"),
        # a bound limits how much something fell
        ("nearly", "-3.0", "(-3, -2.7]"),
        ("more-than", "-3.0", "(-∞, -3)"),
        ("at-least", "-3.0", "(-∞, -3]"),
        ("less-than", "-3.0", "(-3, 0]"),
        ("about", "-10.0", "[-11, -9]"),
        ("rounded", "-3.0", "(-3.5, -2.5]"),
    ],
)
def test_a_bound_limits_a_number_without_its_sign(
    bound: str, value: str, shown: str, press: Content
) -> None:
    graph = Graph(press.quads)
    source = ox.NamedNode(f"{ID}source/x")
    text = FIGURE.format(bound=bound, value=value)
    triples = (quad.triple for quad in ox.parse(text, ox.RdfFormat.TURTLE))
    graph.store.extend([in_graph(triple, source) for triple in triples])
    figure = read_figure(graph, f"{ID}figure/x/f", source.value)
    assert figure is not None
    assert str(figure.interval) == shown


@pytest.mark.parametrize(
    ("figure", "derived"),
    [
        (
            "seetaoe-258468/representatives",
            {"value": "100", "lower": "100", "excludesLower": "true"},
        ),
        (
            "chinadailyasia-628497/share-2025",
            {"value": "57.82", "lower": "57.815", "upper": "57.825", "excludesUpper": "true"},
        ),
        ("seetaoe-258468/economies", {"value": "18", "lower": "18", "upper": "18"}),
    ],
)
def test_the_build_adds_the_value_and_the_interval(
    figures: dict[str, Figure], figure: str, derived: dict[str, str]
) -> None:
    added = list(figures[figure].derived())
    assert {
        triple.predicate.value.rpartition("/")[2]: triple.object.value
        for triple in added
        if isinstance(triple.object, ox.Literal)
    } == derived
    types = {
        triple.object.datatype.value.removeprefix(XSD)
        for triple in added
        if isinstance(triple.object, ox.Literal)
    }
    assert types <= {"decimal", "boolean"}
