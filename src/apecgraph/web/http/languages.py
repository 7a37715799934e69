"""The language of a page: a language tag for the ranges that a client asks for (RFC 4647)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Final

_RANGE: Final = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?", re.ASCII
)
_WEIGHT: Final = re.compile(r"[01](\.[0-9]*)?|\.[0-9]+")

_MAX_RANGES: Final = 64
"""Number of language ranges of a header that are read."""


def accepted_languages(header: str | None) -> list[str]:
    """Return the language ranges of an Accept-Language header (RFC 9110, section 12.5.4).

    Args:
        header: The header as received, or None if the request has none.

    Returns:
        The ranges, the preferred one first. Refused ranges, the wildcard and malformed ranges are
        left out.
    """
    ranges: list[tuple[float, str]] = []
    for part in islice((header or "").split(","), _MAX_RANGES):
        match = _RANGE.fullmatch(part)
        if match is not None and _WEIGHT.fullmatch(weight := match[2] or "1"):
            ranges.append((float(weight), match[1]))
    ranges.sort(key=lambda item: -item[0])
    return [name for weight, name in ranges if weight]


def look_up(ranges: Iterable[str], tags: Collection[str]) -> str | None:
    """Choose a language tag (RFC 4647, section 3.4).

    A range is shortened from its end until a tag equals it: zh-Hant-TW finds zh-Hant, or else zh.
    If no tag does, the range finds a tag that is more precise: zh finds zh-Hans.

    Args:
        ranges: The language ranges, the preferred one first.
        tags: The language tags to choose from, in the order of preference.

    Returns:
        The tag, or None if no range finds one.
    """
    known = {tag.lower(): tag for tag in tags}
    for each in ranges:
        subtags = each.lower().split("-")
        while subtags:
            if (tag := known.get("-".join(subtags))) is not None:
                return tag
            subtags.pop()
            if subtags and len(subtags[-1]) == 1:  # the singleton of an extension
                subtags.pop()
        language = each.lower().partition("-")[0]
        for tag in tags:
            if tag.lower().startswith(f"{language}-"):
                return tag
    return None
