"""The spaces of pages: none between Chinese sentences, and no line break within a quantity."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from apecgraph.text.catalogues import Catalogue

_NO_BREAK: Final = "\N{NO-BREAK SPACE}"

_BETWEEN_SENTENCES: Final = (
    r"(?<=[。，；：！？])\s+(?=[\u4e00-\u9fff“（《]|<(?:a|b|em|span|strong)\b)"
)
"""White space after Chinese punctuation, which has a space of its own."""

_KEPT: Final = r"<(textarea|pre|script|title)\b.*?</\1>|<[^<>]*>"
"""What stays as it is: tags, and texts that people or programs copy."""


class Spacing:
    """Corrects the spaces of HTML.

    Args:
        catalogue: The language of the words of scale, such as "trillion".
        units: The names of units.
    """

    def __init__(self, catalogue: Catalogue, units: Iterable[str]) -> None:
        scales = "|".join(sorted(map(re.escape, _scales(catalogue)))) or r"\b\B"
        # Of a unit of several words, the others may be on the next line.
        first = {re.escape(each.split()[0]) for each in units if each.strip()}
        words = "|".join([scales, *sorted(first), "%"])
        self._pattern = re.compile(
            f"{_KEPT}|{_BETWEEN_SENTENCES}"
            rf"|(?P<number>(?<=[0-9]) (?:(?P<scale>{scales}) )?(?=(?:{words})(?![\w-])))",
            re.DOTALL,
        )

    def correct(self, html: str) -> str:
        """Return HTML with the right spaces."""
        return self._pattern.sub(_corrected, html)


def _corrected(found: re.Match[str]) -> str:
    text = found[0]
    if found["number"] is not None:
        return text.replace(" ", _NO_BREAK)
    return text if text.startswith("<") else ""


def _scales(catalogue: Catalogue) -> set[str]:
    """Return the words of scale of a language that a space separates from the number (CLDR)."""
    formats = catalogue.locale.compact_decimal_formats.get("long", {})
    patterns = (str(each.pattern) for forms in formats.values() for each in forms.values())
    return {word for each in patterns if (word := each.strip("0 \xa0")) and f" {word}" in each}
