"""Language ranges (RFC 4647) and Accept-Language (RFC 9110, section 12.5.4)."""

from __future__ import annotations

import pytest

from apecgraph.web.http.languages import accepted_languages, look_up

TAGS = ("en", "zh", "zh-hant", "pt-br", "sr-latn-rs")


@pytest.mark.parametrize(
    ("ranges", "tag"),
    [
        (["zh"], "zh"),
        (["zh-CN"], "zh"),
        (["zh-Hant-TW"], "zh-hant"),
        (["ZH-HANT"], "zh-hant"),
        (["zh-hans-x-private"], "zh"),
        (["fr", "en-GB"], "en"),
        (["pt"], "pt-br"),
        (["pt-PT"], "pt-br"),
        (["sr-RS"], "sr-latn-rs"),
        (["e"], None),
        (["zhx"], None),
        (["fr"], None),
        ([], None),
    ],
)
def test_a_range_finds_the_tag_that_is_most_like_it(ranges: list[str], tag: str | None) -> None:
    assert look_up(ranges, TAGS) == tag


@pytest.mark.parametrize(
    ("header", "ranges"),
    [
        (None, []),
        ("", []),
        ("*", []),
        ("zh-CN, zh;q=0.9, en;q=0.8", ["zh-CN", "zh", "en"]),
        ("en;q=0.8, zh-CN , zh ; q=0.9", ["zh-CN", "zh", "en"]),
        ("en;q=0, zh;q=.5", ["zh"]),
        ("en;q=x, <script>, zh, e_n, toolongalanguage", ["zh"]),
        ("en;q=2, en;q=1.2.3, zh", ["zh"]),
        (",".join(["aa"] * 100_000), ["aa"] * 64),
    ],
)
def test_a_header_is_read_in_the_order_of_preference(header: str | None, ranges: list[str]) -> None:
    assert accepted_languages(header) == ranges
