from __future__ import annotations

import re
from decimal import Decimal

import pytest

from apecgraph.consistency.findings import Findings
from apecgraph.consistency.wording import Wording
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure
from apecgraph.content.statements import Statement
from apecgraph.intervals import Interval, shared
from apecgraph.rdf.namespaces import ID
from apecgraph.text.catalogues import read_catalogues
from apecgraph.text.numbers import Numerals, rounded

D = Decimal

SEETAO = ("seetao/trade-value-2025", "seetaoe-258468/trade-2025")


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (Interval(D(26), D(27), excludes_upper=True), "26 to under 27 %"),
        (Interval(D(26), D(27)), "26 to 27 %"),
        (Interval(D(26), D(27), excludes_lower=True), "over 26 to 27 %"),
        (Interval(D(26), D(27), excludes_lower=True, excludes_upper=True), "over 26 to under 27 %"),
        (Interval(D(26), D(26)), "exactly 26 %"),
        (Interval(D(26)), "26 % or more"),
        (Interval(D(26), excludes_lower=True), "over 26 %"),
        (Interval(None, D(27)), "27 % or less"),
        (Interval(None, D(27), excludes_upper=True), "under 27 %"),
        (Interval(), "any number"),
    ],
)
def test_an_interval_is_written_with_its_ends(
    evidence: Evidence, interval: Interval, words: str
) -> None:
    assert Numerals(evidence.graph).interval(interval, f"{ID}unit/percent") == words


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        # Printed as "18.39", "6割近く", "half" and "All 21".
        (
            "figure/people-s-daily-online-2025/trade-value-2024-3",
            "imports of China from the world, 2024: 18.39 trillion yuan",
        ),
        (
            "figure/xinhua-2024/trade-share-2024-01_2024-10",
            "share of other APEC economies in the trade of China, January to October 2024: "
            "nearly 60 %",
        ),
        (
            "figure/the-independent-2026/trade-growth-dollars-2025",
            "growth of the exports of China to the world, 2025, in US dollars: 5.5 %",
        ),
        (
            "figure/ecns-2017/world-trade-share-2017",
            "share of world trade, APEC economies, 2017: about 50 %",
        ),
        (
            "figure/world-customs-organizati-2018-2/acceptances-2018-08",
            "acceptances, WTO Trade Facilitation Agreement, August 2018: 21",
        ),
        (
            "statement/seetao/start",
            "First plenary meeting of the SCCP in 2026 (SCCP1) – first day – 4 February 2026",
        ),
    ],
)
def test_a_claim_is_labelled_by_its_content(evidence: Evidence, claim: str, words: str) -> None:
    claims: list[Figure | Statement] = [*evidence.figures, *evidence.statements]
    (claimed,) = (each for each in claims if each.iri == f"{ID}{claim}")
    assert Wording(evidence.graph).claim(claimed) == words


def test_numbers_are_rounded_to_significant_digits() -> None:
    assert [rounded(D(each), 3) for each in ("26285589", "0.0123456", "0", "-1.23456")] == [
        D("26300000"),
        D("0.0123"),
        D(0),
        D("-1.23"),
    ]


def test_intervals_are_intersected() -> None:
    half_open = Interval(D(1), D(3), excludes_upper=True)
    assert shared([half_open, Interval(D(2))]) == Interval(D(2), D(3), excludes_upper=True)
    assert shared([half_open, Interval(D(3), D(4))]) is None
    assert shared([]) == Interval()


def test_a_contradiction_names_the_dimensions_in_which_its_inputs_differ(
    evidence: Evidence,
) -> None:
    sentences = list(map(Wording(evidence.graph).contradiction, Findings(evidence).contradictions))
    assert (
        "trade of China with other APEC economies, 2025: "
        "26.29 trillion yuan (24 Chasa and 4 others) means 26.285 trillion to under 26.295 "
        "trillion yuan; 2.629 trillion yuan (SEETAO, twice) means 2.6285 trillion to under "
        "2.6295 trillion yuan; they cannot both be true: one is 10 times the other"
    ) in sentences
    assert any(
        "2.629 trillion yuan (value of trade; SEETAO, twice) out of 45.47 trillion yuan "
        "(value of trade, world; Global Times and 3 others) means over 5.7801 to under 5.78357 %"
        in each
        for each in sentences
    )
    assert not [each for each in sentences if "source/" in each or "{" in each]


def test_contradictions_are_explained_in_other_languages(evidence: Evidence) -> None:
    wording = Wording(evidence.graph, read_catalogues()["zh"])
    sentences = list(map(wording.contradiction, Findings(evidence).contradictions))
    assert (
        "中国与亚太经合组织其他经济体的进出口额，2025年：26.29万亿元（24 Chasa和另外4家），"
        "即26.285万亿至不足26.295万亿元；2.629万亿元（SEETAO，两次），即2.6285万亿至不足2.6295万亿元；"
        "两者不可能都正确：一个是另一个的10倍"
    ) in sentences
    assert any("只能有一个" in each for each in sentences)
    english = re.compile(r"\b(means|can|have|only|together|after|grown|less|says|out of|times)\b")
    assert not [each for each in sentences if english.search(each)]


def test_an_origin_that_two_sources_go_back_to_counts_once(evidence: Evidence) -> None:
    figures = {each.iri: each for each in evidence.figures}
    again = [figures[f"{ID}figure/{name}"] for name in SEETAO]
    other = figures[f"{ID}figure/chinadailyasia-628497/trade-2025"]
    translated = [
        figures[f"{ID}figure/people-s-daily-online-{name}/trade-value-2025"]
        for name in ("2026", "2026-2")
    ]
    copied = [
        figures[f"{ID}figure/{name}/trade-value-2025"]
        for name in ("global-times-2026", "people-s-daily-online-2026-3")
    ]
    wording = Wording(evidence.graph)
    sentences = {
        "2.629 trillion yuan (SEETAO)": again[:1],
        "2.629 trillion yuan (SEETAO, twice)": again,
        "2.629 trillion yuan (SEETAO, 3 times)": [*again, again[0]],
        "2.629 trillion yuan (SEETAO and 1 other)": [*again, other],
        "26.29 trillion yuan (People's Daily Online, twice)": translated,
        "45.47 trillion yuan (Global Times, twice)": copied,
    }
    assert {words: wording.figures(each) for words, each in sentences.items()} == {
        words: words for words in sentences
    }
