from __future__ import annotations

from decimal import Decimal

import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID
from apecgraph.readers.claims import read_claim
from apecgraph.readers.quantities import Quantities
from apecgraph.text.numbers import Numerals, spelled


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("26290000000000", "26.29 trillion"),
        ("112300000000", "112.3 billion"),
        ("1000000", "1 million"),
        ("999999.5", "999,999.5"),
        ("57.82", "57.82"),
        ("-3.5", "-3.5"),
        ("0", "0"),
        ("1.000000000000000001", "1.000000000000000001"),
        ("260000000001.8E+6", "260,000.0000018 trillion"),
        ("5E+24", "5.000 × 10^24"),
        ("9" * 5000, "1.000 × 10^5000"),
    ],
)
def test_a_number_is_written_in_words(number: str, words: str) -> None:
    assert spelled(Decimal(number)) == words


@pytest.mark.parametrize(
    ("figure", "value", "interval"),
    [
        (
            "chinadailyasia-628497/trade-2025",
            "26.29 trillion yuan",
            "26.285 trillion to under 26.295 trillion yuan",
        ),
        ("chinadailyasia-628497/share-2025", "57.82 %", "57.815 to under 57.825 %"),
        ("world-customs-organizati-2018/economies-attending-2018-02-27", "17", "exactly 17"),
        ("udlap-observatorio-globa/delegates-2026-02", "more than 1,400", "over 1,400"),
        ("chinaorgcn-118319262/representatives", "at least 100", "100 or more"),
        ("xinhua-2024/trade-share-2024-01_2024-10", "nearly 60 %", "54 to under 60 %"),
        ("xinhua-2024-2/trade-share-2024-01_2024-10", "about 60 %", "54 to 66 %"),
    ],
)
def test_a_figure_is_written_with_its_unit(
    graph: Graph, figure: str, value: str, interval: str
) -> None:
    claim = read_claim(graph, f"{ID}figure/{figure}")
    assert claim is not None
    quantities = Quantities(Numerals(graph))
    assert (quantities.value(claim), quantities.interval(claim)) == (value, interval)
