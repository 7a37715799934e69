from __future__ import annotations

import pytest

from apecgraph.text.folding import fold, spellings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CHINA", "China"),
        ("Perú", "peru"),
        ("Peru\u0301", "Perú"),
        ("Đà Nẵng", "Da Nang"),
        ("México", "ＭＥＸＩＣＯ"),
        ("Россия", "РОССИЯ"),
        ("Ελλάδα", "ΕΛΛΑΔΑ"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("中国", " 中国　"),
        ("ﾆﾎﾝ", "ニホン"),
        ("한국", "한국"),
        ("People's Republic of China", "People’s Republic of China"),
        ("Customs & Excise", "Customs and Excise"),
        ("Philippines (the)", "PHILIPPINES"),
        ("Sub-Committee on Customs Procedures", "sub committee  on customs procedures."),
    ],
)
def test_spellings_of_one_name_fold_to_the_same_text(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("か", "が"),  # the mark is a separate letter
        ("ハ", "バ"),
        ("กา", "กี"),
        ("दिन", "दीन"),
        ("中国", "中國"),  # names are not transliterated
        ("China", "Chine"),
        ("Иран", "Ирак"),
        ("2024", "2025"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("text", ["", " ", "%", "---", "\u200b", "🙂"])
def test_text_without_letters_folds_to_nothing(text: str) -> None:
    assert fold(text) == ""
    assert spellings(fold(text)) == frozenset()


def test_an_article_alone_is_a_name() -> None:
    assert fold("The The") == "the the"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Viet Nam", "Vietnam"),
        ("Hong Kong", "Hongkong"),
        ("Korea, Republic of", "Republic of Korea"),
        ("U.S.A.", "USA"),
    ],
)
def test_spaces_and_the_order_of_words_are_ignored(one: str, other: str) -> None:
    assert spellings(fold(one)) & spellings(fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 to 2", "2 to 1"),
        ("January to August 2001", "January to August 2002"),
        ("12 March 2026", "26 March 2012"),
        ("Korea", "North Korea"),
    ],
)
def test_different_numbers_and_words_do_not_match(one: str, other: str) -> None:
    assert not spellings(fold(one)) & spellings(fold(other))
