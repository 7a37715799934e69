"""Language tags that exist, and tags that do not."""

from __future__ import annotations

import pytest

from apecgraph.text.languages import is_language_tag, name_in_english, tag_of_authority


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


@pytest.mark.parametrize(
    ("code", "tag", "name"),
    [("ENG", "en", "English"), ("ZHO", "zh", "Chinese"), ("FIL", "fil", "Filipino")],
)
def test_a_language_of_the_authority_table_has_a_tag_and_a_name(
    code: str, tag: str, name: str
) -> None:
    iri = f"http://publications.europa.eu/resource/authority/language/{code}"
    assert tag_of_authority(iri) == tag
    assert name_in_english(tag) == name


def test_another_iri_is_no_language_of_the_authority_table() -> None:
    assert tag_of_authority("http://lexvo.org/id/iso639-3/eng") is None
