"""A language of the pages: names, numbers and dates as the language writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID
from apecgraph.text.catalogues import read_catalogues
from apecgraph.text.dates import spelled_days, spelled_period
from apecgraph.text.numbers import scale_word, spelled
from apecgraph.web.language import Language

CHINESE = read_catalogues()["zh"]


@pytest.fixture(scope="module")
def chinese(graph: Graph) -> Language:
    return Language(graph, CHINESE)


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("period/2025", "2025年"),
        ("period/2025-01_2025-11", "2025年1月至11月"),
        ("economy/CHN", "中国"),
        (
            "cell/CHN/apec-other-economies/total/all-goods/trade-value/CNY/mixed/2025",
            "中国与亚太经合组织其他经济体的进出口额，2025年",
        ),
        ("nothing", "nothing"),
    ],
)
def test_things_without_a_label_in_the_language_are_described_in_it(
    chinese: Language, iri: str, name: str
) -> None:
    assert chinese.labels.title(f"{ID}{iri}").value == name


@pytest.mark.parametrize(
    ("number", "words", "scale"),
    [
        ("26290000000000", "26.29万亿", ("万亿", 12)),
        ("125490000", "1.2549亿", ("亿", 8)),
        ("999999", "999,999", ("", 0)),
        ("-3790000000000", "-3.79万亿", ("万亿", 12)),
        ("15349300000000000", "15,349.3万亿", ("万亿", 12)),
    ],
)
def test_a_number_is_written_in_chinese_words_of_scale(
    number: str, words: str, scale: tuple[str, int]
) -> None:
    assert spelled(Decimal(number), CHINESE) == words
    word, factor = scale_word(abs(Decimal(number)), CHINESE)
    assert (word, factor) == (scale[0], Decimal(10) ** scale[1])


def test_a_quantity_is_written_without_spaces(chinese: Language) -> None:
    yuan = chinese.numerals.number(Decimal("26290000000000"), f"{ID}unit/CNY")
    assert yuan == "26.29万亿元"
    share = chinese.numerals.number(Decimal(60), f"{ID}unit/percent", f"{ID}bound/nearly")
    assert share.endswith("60%")
    assert " " not in share


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-02-04", "2026-02-06", "2026年2月4日至6日"),
        ("2026-02-27", "2026-03-01", "2026年2月27日至3月1日"),
        ("2025-12-30", "2026-01-02", "2025年12月30日至2026年1月2日"),
        ("2026-02-04", "2026-02-04", "2026年2月4日"),
        ("soon", "2026-02-04", "soon至2026年2月4日"),
    ],
)
def test_a_range_of_days_begins_with_the_year(first: str, last: str, words: str) -> None:
    assert spelled_days(first, last, CHINESE) == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2025-01-01", "2025-12-31", "2025"),
        ("2025-01-01", "2025-11-30", "January to November 2025"),
        ("2024-02-01", "2024-02-29", "February 2024"),
        ("2021-01-01", "2025-12-31", "2021 to 2025"),
        ("2025-02-24", "2025-03-01", "24 February to 1 March 2025"),
    ],
)
def test_a_period_is_named_by_whole_years_or_months(first: str, last: str, words: str) -> None:
    assert spelled_period(first, last) == words


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("http://www.wikidata.org/entity/Q148", "维基数据 Q148"),
        ("https://sws.geonames.org/1809858/", "GeoNames 1809858"),
        ("http://www.wikidata.org/entity/", "维基数据"),
        ("https://example.org/%3Cb%3E", "example.org/%3Cb%3E"),
        ("http://purl.org/dc/terms/date", "日期"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_things_of_other_datasets_have_the_names_of_their_registers(
    chinese: Language, iri: str, name: str
) -> None:
    assert chinese.outside(iri) == name
