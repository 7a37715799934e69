"""What printed words express in each language of the sources, and what they do not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

import pyoxigraph as ox
import pytest

from apecgraph.consistency.printed_edit_rule import FigureEntry, misread
from apecgraph.content.folder import Content
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, QB, RDF
from apecgraph.text.printed_words import PrintedWords

BOUND: Final = f"{ID}bound/"
UNIT: Final = f"{ID}unit/"


@pytest.fixture(scope="module")
def words(press: Content) -> PrintedWords:
    return PrintedWords(Graph(press.quads))


def entry(text: str) -> FigureEntry:
    """Read an entry: value, multiplier, decimals, bound, unit; "growth" for a rate of growth.

    The value of a range is "5..6".
    """
    value, multiplier, decimals, bound, unit, *growth = text.split()
    value, _, end = value.partition("..")
    return FigureEntry(
        Decimal(value),
        int(multiplier),
        int(decimals),
        f"{BOUND}{bound}",
        f"{UNIT}{unit}",
        range_end=Decimal(end) if end else None,
        is_growth=bool(growth),
    )


RIGHT: Final = {
    "en": """
        $3.79 trillion | 3.79 12 2 converted USD
        more than 1,000 | 1000 0 0 more-than count
        26.29 trillion yuan | 26.29 12 2 rounded CNY
        nearly 60 percent | 60 0 0 nearly percent
        fell by 2.9 percent | -2.9 0 1 rounded percent growth
        RMB 10.42 trillion | 10.42 12 2 rounded CNY
        0.5 percentage points | 0.5 0 1 rounded percentage-point
        three initiatives | 3 0 0 exact count
        no fewer than 22 | 22 0 0 at-least count
        close to half | 50 0 0 nearly percent
    """,
    "zh": """
        26.29万亿元 | 26.29 12 2 rounded CNY
        约1435亿美元 | 143.5 9 1 about USD
        减少了2.9% | -2.9 0 1 rounded percent growth
        增长39.4% | 39.4 0 1 rounded percent growth
        超过100人 | 100 0 0 more-than person
        近60% | 60 0 0 nearly percent
        2546.9億元 | 254.69 9 2 rounded CNY
        0.5个百分点 | 0.5 0 1 rounded percentage-point
        至少18 | 18 0 0 at-least count
        三分之一 | 33.3 0 1 about percent
    """,
    "ja": """
        26兆2900億元 | 26.29 12 2 rounded CNY
        1818億5000万元 | 181.85 9 2 rounded CNY
        9451億元 | 945.1 9 1 rounded CNY
        9607億ドル | 960.7 9 1 rounded USD
        6割以上 | 60 0 0 at-least percent
        6割弱 | 60 0 0 nearly percent
        100人以上 | 100 0 0 at-least count
        約半分 | 50 0 0 about percent
        3.5%増 | 3.5 0 1 rounded percent growth
        0.5ポイント | 0.5 0 1 rounded percentage-point
    """,
    "ko": """
        21조2천700억 위안 | 21.27 12 2 rounded CNY
        약 60% | 60 0 0 about percent
        3조7천900억 달러 | 3.79 12 2 rounded USD
        5.7% 증가 | 5.7 0 1 rounded percent growth
        5.7% 감소 | -5.7 0 1 rounded percent growth
        100명 이상 | 100 0 0 at-least person
        거의 60% | 60 0 0 nearly percent
        0.5%포인트 | 0.5 0 1 rounded percentage-point
        1738억4500만 위안 | 173.845 9 3 rounded CNY
        절반 | 50 0 0 about percent
    """,
    "pt": """
        26,29 trilhões de yuans | 26.29 12 2 rounded CNY
        US$ 18,05 trilhões | 18.05 12 2 converted USD
        quase 60% | 60 0 0 nearly percent
        mais de 60% | 60 0 0 more-than percent
        39,4% | 39.4 0 1 rounded percent growth
        três | 3 0 0 exact count
        cerca de 1.000 | 1000 0 0 about count
        queda de 2,9% | -2.9 0 1 rounded percent growth
        125.490 bilhões de yuans | 125.49 12 2 rounded CNY
        0,5 pontos percentuais | 0.5 0 1 rounded percentage-point
    """,
    "es": """
        24,33 billones | 24.33 12 2 rounded CNY
        24.33 billones de yuanes | 24.33 12 2 rounded CNY
        15 de las 21 | 15 0 0 exact count
        más de 100 | 100 0 0 more-than count
        casi 60 por ciento | 60 0 0 nearly percent
        2.629 mil millones de dólares | 2.629 12 3 rounded USD
        cayó 2,9% | -2.9 0 1 rounded percent growth
        alrededor de 40% | 40 0 0 about percent
        al menos 18 | 18 0 0 at-least count
        5 millones de personas | 5 6 0 rounded person
    """,
    "it": """
        26.290 miliardi di yuan | 26.29 12 2 rounded CNY
        18.050 miliardi di dollari | 18050 9 0 converted USD
        oltre il 60% | 60 0 0 more-than percent
        quasi 60% | 60 0 0 nearly percent
        39,4% | 39.4 0 1 rounded percent growth
        calo del 2,9% | -2.9 0 1 rounded percent growth
        almeno 18 | 18 0 0 at-least count
        circa 1.000 | 1000 0 0 about count
        125,49 bilioni di yuan | 125.49 12 2 rounded CNY
        metà | 50 0 0 about percent
    """,
    "ru": """
        26,29 трлн юаней | 26.29 12 2 rounded CNY
        26,29 триллиона юаней | 26.29 12 2 rounded CNY
        более 100 человек | 100 0 0 more-than person
        почти 60% | 60 0 0 nearly percent
        около 1 000 | 1000 0 0 about count
        сократился 2,9% | -2.9 0 1 rounded percent growth
        рост на 5,7 процента | 5.7 0 1 rounded percent growth
        не менее 18 | 18 0 0 at-least count
        3,79 трлн долларов | 3.79 12 2 rounded USD
        0,5 процентных пункта | 0.5 0 1 rounded percentage-point
    """,
    "ar": """
        29ر26 تريليون يوان | 26.29 12 2 rounded CNY
        05ر18 تريليون دولار | 18.05 12 2 converted USD
        أكثر من 21 ألف مليار يوان | 21 12 0 more-than CNY
        2,9 مليار دولار | 2.9 9 1 converted USD
        5,56 مليار يوان | 5.56 9 2 rounded CNY
        768 مليون دولار | 768 6 0 converted USD
        حوالي 60% | 60 0 0 about percent
        انخفاض 2,9% | -2.9 0 1 rounded percent growth
        نمو 5,7% | 5.7 0 1 rounded percent growth
        ٦٠٪ | 60 0 0 rounded percent
    """,
}

LIMITED: Final = """
    en | less than 5 percent | 5 0 0 less-than percent | 5 0 0 more-than percent
    en | up to 1,000 | 1000 0 0 at-most count | 1000 0 0 exact count
    en | no more than 18 | 18 0 0 at-most count | 18 0 0 more-than count
    en | between 5 and 6 percent | 5..6 0 0 range percent | 5 0 0 rounded percent
    en | 5 to 6 percent | 5..6 0 0 range percent | 5..7 0 0 range percent
    en | fell by less than 3 % | -3 0 0 less-than percent growth | -3 0 0 exact percent growth
    en | close to half | 50 0 0 about percent | 50 0 0 more-than percent
    zh | 不到5% | 5 0 0 less-than percent | 5 0 0 rounded percent
    zh | 不超过18 | 18 0 0 at-most count | 18 0 0 more-than count
    ja | 5%未満 | 5 0 0 less-than percent | 5 0 0 at-most percent
    ja | 100人以下 | 100 0 0 at-most person | 100 0 0 at-least person
    ko | 5% 미만 | 5 0 0 less-than percent | 5 0 0 rounded percent
    ko | 100명 이하 | 100 0 0 at-most person | 100 0 0 at-least person
    pt | menos de 5% | 5 0 0 less-than percent | 5 0 0 more-than percent
    pt | até 1.000 | 1000 0 0 at-most count | 1000 0 0 exact count
    es | hasta 1000 | 1000 0 0 at-most count | 1000 0 0 at-least count
    es | entre 5 y 6 por ciento | 5..6 0 0 range percent | 6 0 0 rounded percent
    it | meno del 5% | 5 0 0 less-than percent | 5 0 0 more-than percent
    fr | jusqu'à 5% | 5 0 0 at-most percent | 5 0 0 rounded percent
    de | höchstens 5 % | 5 0 0 at-most percent | 5 0 0 at-least percent
    ru | менее 5% | 5 0 0 less-than percent | 5 0 0 more-than percent
    ru | не более 18 | 18 0 0 at-most count | 18 0 0 more-than count
    bg | по-малко от 5% | 5 0 0 less-than percent | 5 0 0 more-than percent
    ar | أقل من 5% | 5 0 0 less-than percent | 5 0 0 more-than percent
    sw | chini ya 5 | 5 0 0 less-than count | 5 0 0 more-than count
"""
"""Each has a language, words, a correct entry and a wrong entry."""

WRONG: Final = {
    "en": """
        $3.79 trillion | 3.79 9 2 converted USD
        $3.79 trillion | 3.79 12 2 rounded CNY
        26.29 trillion yuan | 2.629 12 3 rounded CNY
        26.29 trillion yuan | 26.29 12 5 rounded CNY
        More than 100 | 100 0 0 exact count
        nearly 60 percent | 60 0 0 more-than percent
        60 percent of all goods | 60 0 0 rounded CNY
        fell by 2.9 percent | 2.9 0 1 rounded percent growth
        0.5 percentage points | 0.5 0 1 rounded percent growth
        three initiatives | 4 0 0 exact count
    """,
    "zh": """
        约1435亿美元 | 1.435 9 3 about USD
        约1435亿美元 | 143.5 9 1 rounded USD
        减少了2.9% | 2.9 0 1 rounded percent growth
        增长39.4% | -39.4 0 1 rounded percent growth
        26.29万亿元 | 26.29 9 2 rounded CNY
        26.29万亿元 | 26.29 12 2 rounded USD
        近60% | 60 0 0 at-least percent
        超过100人 | 100 0 0 exact person
        0.5个百分点 | 0.5 0 1 rounded percent
        2546.9億元 | 2546.9 9 1 rounded CNY
    """,
    "ja": """
        26兆2900億元 | 26.29 9 2 rounded CNY
        26兆2900億元 | 2.629 12 3 rounded CNY
        26兆2900億元 | 26.2900 12 4 rounded CNY
        9451億元 | 9451 9 0 rounded CNY
        9607億ドル | 960.7 9 1 rounded CNY
        6割以上 | 6 0 0 at-least percent
        6割弱 | 60 0 0 more-than percent
        100人以上 | 100 0 0 exact count
        3.5%減 | 3.5 0 1 rounded percent growth
        0.5ポイント | 0.5 0 1 rounded percent
    """,
    "ko": """
        21조2천700억 위안 | 2.127 12 3 rounded CNY
        21조2천700억 위안 | 21.27 9 2 rounded CNY
        21조2천700억 위안 | 21.27 12 2 rounded USD
        약 60% | 60 0 0 rounded percent
        거의 60% | 60 0 0 more-than percent
        5.7% 증가 | -5.7 0 1 rounded percent growth
        5.7% 감소 | 5.7 0 1 rounded percent growth
        100명 이상 | 100 0 0 exact person
        3조7천900억 달러 | 3.79 12 3 rounded USD
        0.5%포인트 | 0.5 0 1 rounded percent
    """,
    "pt": """
        26,29 trilhões de yuans | 2629 12 0 rounded CNY
        26,29 trilhões de yuans | 26.29 9 2 rounded CNY
        US$ 18,05 trilhões | 18.05 12 2 rounded CNY
        quase 60% | 60 0 0 rounded percent
        mais de 60% | 60 0 0 exact percent
        39,4% | 394 0 0 rounded percent growth
        queda de 2,9% | 2.9 0 1 rounded percent growth
        três | 2 0 0 exact count
        125.490 bilhões de yuans | 125490 9 0 rounded CNY
        0,5 pontos percentuais | 0.5 0 1 rounded percent
    """,
    "es": """
        24,33 billones | 24.33 9 2 rounded CNY
        24,33 billones | 2433 12 0 rounded CNY
        15 de las 21 | 16 0 0 exact count
        más de 100 | 100 0 0 at-least count
        casi 60 por ciento | 60 0 0 rounded percent
        2.629 mil millones de dólares | 2.629 9 3 rounded USD
        2.629 mil millones de dólares | 2.629 12 3 rounded CNY
        cayó 2,9% | 2.9 0 1 rounded percent growth
        creció 2,9% | -2.9 0 1 rounded percent growth
        5 millones de personas | 5 9 0 rounded person
    """,
    "it": """
        26.290 miliardi di yuan | 26290 9 0 rounded CNY
        26.290 miliardi di yuan | 26.29 9 2 rounded CNY
        26.290 miliardi di yuan | 2.629 12 3 rounded CNY
        26.290 miliardi di yuan | 26.29 12 2 rounded USD
        oltre il 60% | 60 0 0 nearly percent
        quasi 60% | 60 0 0 rounded percent
        39,4% | 39.4 0 2 rounded percent growth
        calo del 2,9% | 2.9 0 1 rounded percent growth
        almeno 18 | 18 0 0 exact count
        125,49 bilioni di yuan | 125.49 9 2 rounded CNY
    """,
    "ru": """
        26,29 трлн юаней | 26.29 9 2 rounded CNY
        26,29 трлн юаней | 26.29 12 2 rounded USD
        26,29 трлн юаней | 2629 12 0 rounded CNY
        более 100 человек | 100 0 0 exact person
        почти 60% | 60 0 0 more-than percent
        около 1 000 | 1 0 0 about count
        сократился 2,9% | 2.9 0 1 rounded percent growth
        рост на 5,7 процента | -5.7 0 1 rounded percent growth
        не менее 18 | 18 0 0 more-than count
        0,5 процентных пункта | 0.5 0 1 rounded percent
    """,
    "ar": """
        29ر26 تريليون يوان | 29.26 12 2 rounded CNY
        29ر26 تريليون يوان | 26.29 9 2 rounded CNY
        05ر18 تريليون دولار | 18.05 12 2 rounded CNY
        أكثر من 21 ألف مليار يوان | 21 9 0 more-than CNY
        أكثر من 21 ألف مليار يوان | 21 12 0 rounded CNY
        2,9 مليار دولار | 29 9 0 converted USD
        حوالي 60% | 60 0 0 rounded percent
        انخفاض 2,9% | 2.9 0 1 rounded percent growth
        نمو 5,7% | -5.7 0 1 rounded percent growth
        ٦٠٪ | 6 0 0 rounded percent
    """,
}


def cases(table: dict[str, str]) -> list[tuple[str, str, str]]:
    rows = [
        (language, *(part.strip() for part in line.split("|")))
        for language, lines in table.items()
        for line in lines.strip().splitlines()
    ]
    assert all(len(row) == 3 for row in rows)
    assert len(rows) == 10 * len(table)
    return [(row[0], row[1], row[2]) for row in rows]


@pytest.mark.parametrize(("language", "text", "right"), cases(RIGHT))
def test_a_correct_entry_agrees_with_its_words(
    words: PrintedWords, language: str, text: str, right: str
) -> None:
    printed = words.read(text, language)
    assert printed.numbers
    assert list(misread(printed, entry(right))) == []


@pytest.mark.parametrize(("language", "text", "wrong"), cases(WRONG))
def test_a_wrong_entry_is_detected(
    words: PrintedWords, language: str, text: str, wrong: str
) -> None:
    assert list(misread(words.read(text, language), entry(wrong)))


@pytest.mark.parametrize("line", LIMITED.strip().splitlines())
def test_upper_bounds_and_ranges_are_read(words: PrintedWords, line: str) -> None:
    language, text, right, wrong = (part.strip() for part in line.split("|"))
    printed = words.read(text, language)
    assert list(misread(printed, entry(right))) == []
    assert list(misread(printed, entry(wrong)))


SEVERAL: Final = """
    en | 5 billion yuan, more than in 2024 | 5 9 0 rounded CNY | 5.000002024 9 9 more-than CNY
    en | 5 trillion yuan, up 4 percent | 5 12 0 rounded CNY | 5.000000000004 12 12 rounded CNY
    en | 260 billion dollars (1.8 trillion yuan) | 260 9 0 rounded USD | 1.8 12 1 rounded USD
    en | 2 trillion 600 billion yuan | 2.6 12 1 rounded CNY | 600 9 0 rounded CNY
    en | in 2025, trade was 26.29 trillion yuan | 26.29 12 2 rounded CNY | 2025 12 0 rounded CNY
    en | 26.29 trillion yuan, from 25.1 trillion | 26.29 12 2 rounded CNY | 25.1 12 1 rounded CNY
    en | 5 billion yuan on 4 February 2026 | 5 9 0 rounded CNY | 4 9 0 rounded CNY
    en | two and a half trillion yuan | 2.5 12 1 rounded CNY | 3.5 12 1 rounded CNY
    en | eighteen trillion yuan | 18 12 0 rounded CNY | 19 12 0 rounded CNY
    en | twenty-six members | 26 0 0 exact count | 6 0 0 exact count
    en | rose from 5 to 6 percent | 6 0 0 rounded percent growth | 5 0 0 rounded percent growth
    zh | 1120亿美元（约合7800亿元人民币） | 112 9 0 rounded USD | 112 9 0 about USD
    zh | 1万2千人 | 12 3 0 rounded person | 10 3 0 rounded person
    zh | 2025年12月26.29万亿元 | 26.29 12 2 rounded CNY | 12 12 0 rounded CNY
    zh | 近六成 | 60 0 0 nearly percent | 6 0 0 nearly percent
    zh | 5万余亿元 | 5 12 0 more-than CNY | 5 12 0 rounded CNY
    en | more than 3 but less than 5 trillion yuan | 3 12 0 more-than CNY | 3 12 0 less-than CNY
    en | more than 3 but less than 5 trillion yuan | 5 12 0 less-than CNY | 5 12 0 more-than CNY
    en | more than 3 but less than 5 trillion yuan | 3..5 12 0 range CNY | 3..6 12 0 range CNY
    en | over 3 trillion yuan and 5 members | 5 0 0 exact count | 5 0 0 more-than count
    en | about 3 trillion yuan, nearly 5 percent | 5 0 0 nearly percent | 5 0 0 about percent
    en | nearly 3 trillion yuan ($5 trillion) | 5 12 0 converted USD | 5 12 0 more-than USD
    zh | 超过3万亿元但不到5万亿元 | 3 12 0 more-than CNY | 5 12 0 more-than CNY
    zh | 100人以上，约5万亿元 | 100 0 0 more-than person | 100 0 0 about person
    ja | 約3兆元、5割以上 | 50 0 0 at-least percent | 50 0 0 about percent
"""
"""Numbers of several words, and several numbers: each has a correct and a wrong entry."""

MISLEADING: Final = """
    en | 2.5tn yuan | 2.5 9 1 rounded CNY
    en | 2.5 bln yuan | 2.5 12 1 rounded CNY
    en | 2.5 mln yuan | 2.5 9 1 rounded CNY
    en | 2.5 trilion yuan | 2.5 9 1 rounded CNY
    en | 2.5 lakh crore yuan | 2.5 9 1 rounded CNY
    en | 26.29&nbsp;trillion yuan | 26.29 9 2 rounded CNY
    zh | 26.29 trillion yuan | 26.29 9 2 rounded CNY
    zh | 2.5兆元 | 2.5 9 1 rounded CNY
    vi | 2,5 tỷ nhân dân tệ | 2.5 12 1 rounded CNY
    th | 2.5 ล้านล้านหยวน | 2.5 6 1 rounded CNY
    en | HK$2.5 trillion | 2.5 12 1 rounded USD
    en | NT$2.5 trillion | 2.5 12 1 rounded USD
    en | A$2.5 trillion | 2.5 12 1 rounded USD
    en | €2.5 trillion | 2.5 12 1 rounded USD
    en | 2.5 trillion euros | 2.5 12 1 rounded USD
    en | 2.5 trillion Singapore dollars | 2.5 12 1 rounded USD
    ja | ¥2.5兆 | 2.5 12 1 rounded USD
    ja | 2.5兆円 | 2.5 12 1 rounded CNY
    zh | 2.5万亿港元 | 2.5 12 1 rounded CNY
    zh | 2.5兆新台幣元 | 2.5 12 1 rounded CNY
    ko | 2.5조 원 | 2.5 12 1 rounded USD
    ru | 2,5 трлн рублей | 2.5 12 1 rounded USD
    en | slipped 2.9 percent | 2.9 0 1 rounded percent growth
    en | minus 2.9 percent | 2.9 0 1 rounded percent growth
    en | –2.9% | 2.9 0 1 rounded percent growth
    en | (2.9)% | 2.9 0 1 rounded percent growth
    ja | ▲2.9% | 2.9 0 1 rounded percent growth
    en | ▲2.9% | -2.9 0 1 rounded percent growth
    zh | 同比下滑2.9% | 2.9 0 1 rounded percent growth
    zh | 负增长2.9% | 2.9 0 1 rounded percent growth
    ja | 2.9%落ち込み | 2.9 0 1 rounded percent growth
    ko | 2.9% 줄었다 | 2.9 0 1 rounded percent growth
    ru | упал на 2,9% | 2.9 0 1 rounded percent growth
    es | bajó un 2,9% | 2.9 0 1 rounded percent growth
    pt | recuou 2,9% | 2.9 0 1 rounded percent growth
    fr | recul de 2,9 % | 2.9 0 1 rounded percent growth
    de | sank um 2,9 Prozent | 2.9 0 1 rounded percent growth
    en | 2.9 pp | 2.9 0 1 rounded percent growth
    en | 2.9 basis points | 2.9 0 1 rounded percent growth
    en | 2.9‰ | 2.9 0 1 rounded percent growth
    en | 2.9 times | 2.9 0 1 rounded percent growth
    zh | 增长2.9倍 | 2.9 0 1 rounded percent growth
    zh | 增长2.9成 | 2.9 0 1 rounded percent growth
    zh | 2.9个点 | 2.9 0 1 rounded percent growth
    en | doubled | 2.9 0 1 rounded percent growth
    en | 5+ trillion yuan | 5 12 0 rounded CNY
    en | >5 trillion yuan | 5 12 0 less-than CNY
    en | just shy of 5 trillion yuan | 5 12 0 rounded CNY
    en | 5 to 6 trillion yuan | 5 12 0 rounded CNY
    zh | 逼近5万亿元 | 5 12 0 rounded CNY
    en | will reach 5 trillion yuan | 5 12 0 rounded CNY
    en | on track for 5 trillion yuan | 5 12 0 rounded CNY
    en | plans 5 trillion yuan | 5 12 0 rounded CNY
    zh | 力争达到5万亿元 | 5 12 0 rounded CNY
    ja | 5兆元に達する見込み | 5 12 0 rounded CNY
    en | 26.29 trillion yuan | 26.29 12 2 exact CNY
    en | a very large number of yuan | 25.1 12 1 rounded CNY
    en | 26.29 trilliоn yuan | 26.29 12 2 rounded CNY
    en | 26.29 tril​lion yuan | 26.29 12 2 rounded CNY
"""
"""Each has a language, words and a wrong entry."""


@pytest.mark.parametrize("line", SEVERAL.strip().splitlines())
def test_a_number_consists_of_numerals_that_follow_one_another(
    words: PrintedWords, line: str
) -> None:
    language, text, right, wrong = (part.strip() for part in line.split("|"))
    printed = words.read(text, language)
    assert list(misread(printed, entry(right))) == []
    assert list(misread(printed, entry(wrong)))


@pytest.mark.parametrize("line", MISLEADING.strip().splitlines())
def test_an_entry_with_another_meaning_is_detected(words: PrintedWords, line: str) -> None:
    language, text, wrong = (part.strip() for part in line.split("|"))
    assert list(misread(words.read(text, language), entry(wrong)))


@pytest.mark.parametrize(
    ("text", "language", "wrong", "message"),
    [
        ("2.5 trilion yuan", "en", "2.5 12 1 rounded CNY", "has the word 'trilion' after"),
        ("2,5 tỷ", "vi", "2.5 9 1 rounded CNY", "no words of this language"),
        ("26.29 trilliоn", "en", "26.29 12 2 rounded CNY", "letters of Cyrillic and Latin"),
        ("26.29 tril​lion", "en", "26.29 12 2 rounded CNY", "an invisible character, U+200B"),
        ("in total", "en", "5 12 0 rounded CNY", "has no number that can be read"),
        ("5 percent, from 4", "en", "4 0 0 rounded percent", "only compares it with 4"),
        ("5 trillion yuan", "en", "5 12 0 exact CNY", "so it is not exact"),
        ("1" * 200, "en", "5 12 0 rounded CNY", "has a number of 200 characters"),
        ("1 trillion trillion trillion trillion", "en", "5 12 0 rounded CNY", "more than 36"),
    ],
)
def test_the_message_names_the_cause(
    words: PrintedWords, text: str, language: str, wrong: str, message: str
) -> None:
    differences = list(misread(words.read(text, language), entry(wrong)))
    assert [each for each in differences if message in each], differences


def test_a_bare_number_of_a_table_has_any_scale(words: PrintedWords) -> None:
    assert list(misread(words.read("26.29", "en"), entry("26.29 6 2 rounded CNY"))) == []


@pytest.mark.parametrize(
    ("text", "language", "unknown"),
    [
        ("18 APEC economies", "en", ()),
        ("18 splendid economies", "en", ("splendid",)),
        ("同样下滑2.9%", "zh", ("同样",)),
        ("zirka 60 %", "de", ("zirka",)),
        ("about 60 %", None, ("about",)),
        ("近60%", "zh-hant-HK", ()),
    ],
)
def test_the_error_names_words_missing_from_the_table(
    words: PrintedWords, text: str, language: str | None, unknown: tuple[str, ...]
) -> None:
    assert words.read(text, language).unknown == unknown


@pytest.mark.parametrize(
    ("text", "language", "status"),
    [
        ("is expected to grow by 4 percent", "en", "obsStatus-F"),
        ("a forecast of 4 percent", "en", "obsStatus-F"),
        ("a target of 4 percent", "en", "target"),
        ("4 percent, preliminary", "en", "obsStatus-P"),
        ("an estimated 4 percent", "en", "obsStatus-E"),
        ("预计增长4%", "zh", "obsStatus-F"),
        ("目标增长4%", "zh", "target"),
        ("初步统计增长4%", "zh", "obsStatus-P"),
        ("4%の見通し", "ja", "obsStatus-F"),
        ("4% 전망", "ko", "obsStatus-F"),
        ("se espera 4%", "es", "obsStatus-F"),
        ("espera-se 4%", "pt", "obsStatus-F"),
        ("si prevede 4%", "it", "obsStatus-F"),
        ("ожидается рост на 4%", "ru", "obsStatus-F"),
        ("من المتوقع نمو 4%", "ar", "obsStatus-F"),
    ],
)
def test_a_status_that_is_printed_must_be_entered(
    words: PrintedWords, text: str, language: str, status: str
) -> None:
    printed = words.read(text, language)
    plain = entry("4 0 0 rounded percent growth")
    assert [each for each in misread(printed, plain) if "no sdmx-attribute:obsStatus" in each]
    (expressed,) = printed.statuses
    assert expressed.endswith(status)
    assert list(misread(printed, replace(plain, status=expressed))) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("grew by 4 percent in volume", "en"),
        ("up 4% in real terms", "en"),
        ("按可比价格计算增长4%", "zh"),
        ("実質4%増", "ja"),
        ("실질 4% 증가", "ko"),
        ("aumentó un 4% en términos reales", "es"),
        ("cresceu 4% em volume", "pt"),
        ("è cresciuto del 4% in termini reali", "it"),
        ("рост на 4% в реальном выражении", "ru"),
        ("نمو 4% بالأسعار الثابتة", "ar"),
    ],
)
def test_growth_in_volume_is_no_growth_of_values(
    words: PrintedWords, text: str, language: str
) -> None:
    printed = words.read(text, language)
    volume = f"{ID}measure/trade-volume"
    of_values = replace(
        entry("4 0 0 rounded percent growth"), measures=frozenset([f"{ID}measure/trade-growth"])
    )
    assert list(misread(printed, of_values)) == [
        "says measure/trade-volume, but the figure is of measure/trade-growth"
    ]
    of_volume = replace(of_values, measures=frozenset([f"{volume}-growth", volume]))
    assert list(misread(printed, of_volume)) == []


def test_a_bound_without_a_printed_word_is_an_inference(words: PrintedWords) -> None:
    printed = words.read("2,910 billion dollars", "en")
    more = entry("2910 9 0 more-than USD")
    assert len(list(misread(printed, more))) == 1
    inferred = FigureEntry(
        more.observed, 9, 0, more.bound, more.unit, inferred=frozenset([f"{APEC}bound"])
    )
    assert list(misread(printed, inferred)) == []


@pytest.mark.parametrize(
    "text", ["", "-", "%", "1" * 5000, "trillion " * 500, "1 trillion" * 200, "\u0000", "1.2.3,4,5"]
)
def test_any_text_can_be_read(words: PrintedWords, text: str) -> None:
    words.read(text, "en")


def test_nearly_all_printed_words_of_the_content_are_read(
    words: PrintedWords, press: Content
) -> None:
    graph = Graph(press.quads)
    texts = {
        printed
        for figure in graph.subjects(f"{RDF}type", f"{QB}Observation")
        for printed in graph.objects(figure, f"{APEC}printed")
        if isinstance(printed, ox.Literal) and any(map(str.isalpha, printed.value))
    }
    assert len(texts) > 100
    unread = [
        text.value
        for text in texts
        if (meaning := words.read(text.value, text.language)).unknown or not meaning.numbers
    ]
    assert len(unread) <= 0.05 * len(texts), unread
