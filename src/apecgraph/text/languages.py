"""Language tags, and the names of languages in the languages themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, cast

from babel import Locale, UnknownLocaleError
from babel.core import get_global

_SUBTAGS: Final = re.compile(
    r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?((?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*)",
    re.IGNORECASE,
)
"""Language, script, region and variants (BCP 47, section 2.1)."""

_AUTHORITY: Final = "http://publications.europa.eu/resource/authority/language/"


def tag_of_authority(iri: str) -> str | None:
    """Return the tag of a language in the EU's table of languages: "en" for `.../language/ENG`.

    Args:
        iri: The IRI of the language, which ends in its code in ISO 639-3.

    Returns:
        The tag (BCP 47), or None if the IRI is not of that table.
    """
    code = iri.removeprefix(_AUTHORITY)
    if code == iri:
        return None
    aliases = cast("Mapping[str, str]", get_global("language_aliases"))
    return aliases.get(code.lower(), code.lower())


def name_in_english(tag: str) -> str:
    """Return the name of a language in English, or the tag itself if the language is unknown."""
    name: str = Locale("en").languages.get(tag, tag)
    return name


def autonym(tag: str) -> str:
    """Return the name of a language in that language: "中文" for "zh".

    Args:
        tag: A language tag (BCP 47).

    Returns:
        The name, or the tag itself if the language is unknown.
    """
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return tag
    return locale.get_display_name() or tag


def wrong_tag(tag: str) -> str | None:
    """Return why a language tag is wrong, with the tag that may be meant; None if it exists.

    Args:
        tag: A language tag (BCP 47).

    Returns:
        The part of a message after the name of the value.
    """
    if is_language_tag(tag):
        return None
    tags = {name.casefold(): tag for tag, name in Locale("en").languages.items()}
    meant = tags.get(tag.casefold())
    advice = f"did you mean {meant}?" if meant else "write the shortest code of the language"
    return f"'{tag}' is not a language tag (BCP 47), such as en, zh or zh-hant: {advice}"


@cache
def is_language_tag(tag: str) -> bool:
    """Return whether the language, the script and the region of a tag exist.

    CLDR has the shortest code of each language, as BCP 47 requires: "en" exists, "eng" does not.

    Args:
        tag: A language tag (BCP 47).

    Returns:
        Whether the tag is valid.
    """
    match = _SUBTAGS.fullmatch(tag)
    if match is None:
        return False
    names = Locale("en")
    language, script, region, _ = match.groups()
    return (
        language.lower() in names.languages
        and (script is None or script.title() in names.scripts)
        and (region is None or region.upper() in names.territories)
    )
