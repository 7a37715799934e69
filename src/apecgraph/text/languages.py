"""Names of languages in the languages themselves."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError


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
