"""Names as people write them, folded so that the same name is the same text.

Folding takes off what differs between writings of one name: case, accents, width, punctuation. It
translates nothing and transliterates nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ACCENTS: Final = re.compile("[\u0300-\u036f]")
"""The marks of Latin, Greek and Cyrillic letters. Those of other scripts are not accents: without
them a Japanese が is か, and Thai and Hindi lose their vowels."""

# Letters with a stroke and ligatures, which Unicode does not take apart; and what joins words.
_LETTERS: Final = str.maketrans(
    {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
    | {"&": " and "}
    | dict.fromkeys("'’‘ʼ`´", "")
)
_ARTICLE: Final = "the"
_DIGIT: Final = re.compile(r"\d")


def fold(text: str) -> str:
    """Fold a name to words with one space between them; empty where it has no letter or digit.

    Compatibility decomposition takes off the width (Unicode Standard Annex 15), default case
    folding the case (The Unicode Standard, section 3.13). "Republic of the Philippines" and
    "PHILIPPINES (Republic of)" have the same words then: the article is left out.
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = _ACCENTS.sub("", text).translate(_LETTERS)
    spaced = "".join(each if _is_letter(each) else " " for each in text)
    words = unicodedata.normalize("NFC", spaced).split()
    return " ".join([word for word in words if word != _ARTICLE] or words)


def spellings(folded: str) -> frozenset[str]:
    """Give the texts under which a folded name is the same as another: they share one of them.

    Two names are the same where only spaces differ ("Viet Nam", "Vietnam") or the order of the
    words ("Korea, Republic of"). Numbers keep their order: "1 to 2" is not "2 to 1".
    """
    words = folded.split()
    if not words:
        return frozenset()
    numbers = [word for word in words if _DIGIT.search(word)]
    others = sorted(word for word in words if not _DIGIT.search(word))
    return frozenset({"".join(words), " ".join([*others, *numbers])})


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")
