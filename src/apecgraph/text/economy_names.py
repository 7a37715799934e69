"""Everyday names of economies, as compilers of statistics print them.

`economy_names.csv` has the names that were met in tables, each with its user; the Unicode CLDR
adds the names of all territories. They serve to read and to find; the labels of the publication
stay the names that APEC uses.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from babel import Locale
from babel.core import get_global

from apecgraph.text.folding import fold

_TABLE: Final = Path(__file__).with_suffix(".csv")
_CLDR: Final = "cldr"
_LANGUAGES: Final = ("en", "zh")


@dataclass(frozen=True, slots=True)
class EconomyName:
    """A name of an economy.

    Attributes:
        code: The code of the economy (ISO 3166-1 alpha-3).
        name: The name as it is printed.
        language: The language tag of the name.
        user: The compiler that prints it: gacc (China's customs), comtrade, imf, singstat, un,
            world-bank (with WITS) or cldr.
    """

    code: str
    name: str
    language: str
    user: str


@cache
def economy_names() -> tuple[EconomyName, ...]:
    """Return all everyday names: those met in tables, followed by those of the CLDR."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        met = [EconomyName(**row) for row in csv.DictReader(file)]
    codes: dict[str, str] = {}
    for code, territories in sorted(get_global("territory_aliases").items()):
        if len(code) == 3 and code.isalpha() and len(territories) == 1:
            # Withdrawn codes are aliases too: the current one is more like the two letters.
            codes[territories[0]] = max(
                codes.get(territories[0], code), code, key=partial(_likeness, territories[0])
            )
    known = [
        EconomyName(codes[territory], name, language, _CLDR)
        for language in _LANGUAGES
        for territory, name in Locale(language).territories.items()
        if territory in codes
    ]
    return (*met, *known)


def _likeness(territory: str, code: str) -> tuple[bool, bool]:
    return code.startswith(territory), code[0] == territory[0]


@cache
def economies_by_name() -> Mapping[str, frozenset[str]]:
    """Return the codes of the economies that each name, folded, may stand for."""
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for each in economy_names():
        codes[fold(each.name)].add(each.code)
    return {name: frozenset(each) for name, each in codes.items()}


@cache
def names_by_economy() -> Mapping[str, tuple[str, ...]]:
    """Return the names of each economy, keyed by its code."""
    names: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for each in economy_names():
        names[each.code][each.name] = None
    return {code: tuple(each) for code, each in names.items()}
