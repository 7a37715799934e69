"""Languages, by the names that they have for themselves."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError


def autonym(tag: str) -> str:
    """Return what a language calls itself: "中文" for "zh"; the tag where that is not known.

    tag: a language tag (BCP 47).
    """
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return tag
    return locale.get_display_name() or tag
