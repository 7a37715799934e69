"""Words from content, files and requests as parts of a message: cut with a count, and printable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_MOST_CHARACTERS: Final = 200
_MOST_ITEMS: Final = 10

# Control characters (ECMA-48) move the cursor, erase text, or send commands to a terminal. Line
# separators and the controls of Unicode's bidirectional algorithm (UAX 9) make a line look like
# another one. Lone surrogates cannot be encoded.
_UNPRINTABLE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BREAKS: Final = re.compile(r"[\t\n]")


def printable(text: str) -> str:
    """Escape what a terminal or a log must not receive as it is; keep tabs and ends of lines.

    The escapes mean the same characters in JSON, and in the literals and IRIs of Turtle.
    """
    return text if text.isprintable() else _UNPRINTABLE.sub(_escape, text)


def one_line(text: str) -> str:
    """Do the same, and escape tabs and ends of lines."""
    return _BREAKS.sub(_escape, printable(text))


def shortened(text: str, most: int = _MOST_CHARACTERS) -> str:
    """Cut the middle out of a text, so that its end remains, and count the characters."""
    if len(text) <= most:
        return text
    end = most // 4
    return f"{text[: most - end]}… ({len(text) - most:,} more characters) …{text[-end:]}"


def listed(items: Sequence[str], most: int = _MOST_ITEMS) -> str:
    """List the first of some items, each cut, and count the others."""
    shown = ", ".join(map(shortened, items[:most]))
    return shown if len(items) <= most else f"{shown} and {len(items) - most:,} more"


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
