"""Language tags that exist, and tags that do not."""

from __future__ import annotations

import pytest

from apecgraph.text.languages import is_language_tag


@pytest.mark.parametrize(
    "tag", ["en", "zh", "zh-hant", "zh-hant-HK", "en-GB", "sw", "es-419", "vi"]
)
def test_a_tag_exists(tag: str) -> None:
    assert is_language_tag(tag)


@pytest.mark.parametrize(
    "tag", ["eng", "xx", "english", "English", "zh-hanx", "en-QX", "", "e", "en-"]
)
def test_a_tag_does_not_exist(tag: str) -> None:
    assert not is_language_tag(tag)
