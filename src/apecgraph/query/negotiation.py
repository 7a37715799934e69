"""The format of an answer: proactive content negotiation (RFC 9110, section 12.5.1) or a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from apecgraph.errors import NotAcceptable
from apecgraph.rdf.formats import Format, find_format

_WORD: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
# A lone asterisk, which Java sends, means any type.
_RANGE: Final = re.compile(rf"\s*(?:({_WORD})/({_WORD})|\*)\s*(.*)", re.DOTALL)
_PARAMETER: Final = re.compile(rf';\s*({_WORD})\s*=\s*("(?:[^"\\]|\\.)*"|{_WORD})\s*')
# Java leaves out the zero before the point, and others send more than three digits.
_QVALUE: Final = re.compile(r"0(\.\d*)?|\.\d+|1(\.0*)?", re.ASCII)
# The text between commas outside quotes. A quote that is not closed extends to the end.
_PART: Final = re.compile(r'(?:[^",]++|"(?:[^"\\]++|\\.)*+"?+)++', re.DOTALL)

_MAX_HEADER: Final = 8192
"""Number of characters of an Accept header that are read."""

_MAX_RANGES: Final = 64
"""Number of media ranges of an Accept header that are read. Browsers send eight."""

_USUAL: Final = 256
"""Number of characters up to which the media ranges of a header are cached, for 64 headers."""

_BOTH_PARTS: Final = 2
"""The lowest specificity of a range that names both parts of a media type."""


_XHTML: Final = ("application", "xhtml+xml")
_NO_CHOICE: Final = ("", "auto")
"""Names of a format by which a form says that its user chose none."""


class Choice(NamedTuple):
    """A format, and the media type by which the client knows it."""

    format: Format
    media_type: str

    @property
    def sent(self) -> Format:
        """The format with the media type by which the client knows it."""
        if self.media_type == self.format.media_type:
            return self.format
        return replace(self.format, media_type=self.media_type)


@dataclass(frozen=True, slots=True)
class _MediaRange:
    main: str
    sub: str
    parameters: frozenset[tuple[str, str]]
    quality: float

    def specificity(self, media_type: str) -> int:
        """Return how closely the range matches a type: -1 for no match, 0 for `*/*`, at most 4.

        All answers are in UTF-8. Other parameters, such as a profile of JSON-LD or the version of a
        schema, name a variant that the client likes best, but does not need (RFC 6906, section 3).
        So `q=0` refuses only the variant.
        """
        main, _, sub = media_type.partition("/")
        if self.main not in ("*", main) or self.sub not in ("*", sub):
            return -1
        if self.parameters <= {("charset", "utf-8")}:
            return (self.main != "*") + 2 * (self.sub != "*") + bool(self.parameters)
        if self.quality == 0:
            return -1
        return (self.main != "*") + (self.sub != "*")


def negotiate(accept: str | None, offers: Sequence[Format]) -> Choice:
    """Choose the format of an answer according to the Accept header.

    Args:
        accept: The header as received, or None if the request has none.
        offers: The formats to choose from. If the client prefers several equally, the first of
            those that it names is chosen, or the first of all if it names none. A format's own
            media type takes precedence over all aliases.

    Returns:
        The choice.

    Raises:
        NotAcceptable: The header allows none of the offers.
    """
    ranges = _ranges(accept or "")
    best, best_quality, best_named = Choice(offers[0], offers[0].media_type), 0.0, False
    if not ranges:
        return best
    for choice in _choices(offers):
        # The most specific range that matches a type sets its quality, even to 0.
        specificity, quality = max(
            (item.specificity(choice.media_type), item.quality) for item in ranges
        )
        named = specificity >= _BOTH_PARTS
        if specificity >= 0 and (quality, named) > (best_quality, best_named):
            best, best_quality, best_named = choice, quality, named
            if quality == 1 and named:
                break
    if best_quality == 0:
        available = [offer.media_type for offer in offers]
        raise NotAcceptable(
            "No format of this answer is acceptable to 'Accept: %(accept)s'; the available "
            "formats are %(known)s.",
            available,
            accept=accept,
            known=", ".join(available),
        )
    return best


def _choices(offers: Sequence[Format]) -> Iterator[Choice]:
    for offer in offers:
        yield Choice(offer, offer.media_type)
    for offer in offers:
        for alias in offer.other_media_types:
            yield Choice(offer, alias)


def prefers(accept: str | None, page: Format, others: Iterable[Format]) -> bool:
    """Return whether a client wants a page rather than one of `others`.

    It names the type of the page, prefers no other type, and names no `others`. Browsers also name
    XHTML. Programs that do not may have sent the default of their library, as in Java, so the page
    is for them only if they accept nothing else.
    """
    ranges = [item for item in _ranges(accept or "") if item.quality]
    qualities = [
        item.quality for item in ranges if item.specificity(page.media_type) >= _BOTH_PARTS
    ]
    if not qualities or max(qualities) < max(item.quality for item in ranges):
        return False
    is_browser = any((item.main, item.sub) == _XHTML for item in ranges)
    return not any(
        item.specificity(other.media_type) >= (_BOTH_PARTS if is_browser else 0)
        for item in ranges
        for other in others
    )


def named_formats(parameters: Iterable[tuple[str, str]]) -> list[str]:
    """Return the names in the parameters `format`, or else `output`, the preferred name first.

    Args:
        parameters: The names and values of all parameters. A value may be a list of names,
            separated by commas. Of several values, the last is preferred. Forms send an empty
            value, or `auto`, if their user chose none.

    Returns:
        The names, in lower case. In a media type, a plus that was not escaped is restored, and
        parameters are left out.
    """
    values: dict[str, list[str]] = {"format": [], "output": []}
    for name, value in parameters:
        if name in values:
            values[name].append(value)
    for given in values.values():
        listed = (name for value in reversed(given) for name in value.split(","))
        if names := [name for each in listed if (name := _plain(each)) not in _NO_CHOICE]:
            return names
    return []


def _plain(name: str) -> str:
    plain = name.partition(";")[0].strip().lower()
    return plain.replace(" ", "+") if "/" in plain else plain


def find_named(names: Sequence[str], offers: Sequence[Format]) -> Choice:
    """Choose the format of an answer by name, as in `format=csv`.

    Args:
        names: The names, in lower case; the first one that is known is used.
        offers: The formats to choose from.

    Returns:
        The choice.

    Raises:
        NotAcceptable: None of the names is known.
    """
    for name in names:
        if (offer := find_format(name, offers)) is not None:
            return Choice(offer, name if name in offer.other_media_types else offer.media_type)
    available = list(dict.fromkeys(offer.name for offer in offers))
    raise NotAcceptable(
        "format=%(asked)s is not available for this answer; the available formats are %(known)s.",
        available,
        asked=",".join(names),
        known=", ".join(available),
    )


def _ranges(accept: str) -> Sequence[_MediaRange]:
    return _remembered(accept) if len(accept) <= _USUAL else _parse(accept)


def _parse(accept: str) -> Sequence[_MediaRange]:
    """Parse the first media ranges of an Accept header; ignore malformed ones."""
    ranges = []
    for part in islice(_PART.finditer(accept[:_MAX_HEADER]), _MAX_RANGES):
        match = _RANGE.fullmatch(part[0])
        if match is None:
            continue
        main, sub = (match[1] or "*").lower(), (match[2] or "*").lower()
        if main == "*" and sub != "*":
            continue
        quality, parameters, valid = 1.0, set(), True
        rest = match[3]
        while rest:
            parameter = _PARAMETER.match(rest)
            if parameter is None:
                valid = False
                break
            name, value = parameter[1].lower(), parameter[2].strip('"').lower()
            rest = rest[parameter.end() :]
            if name == "q":
                valid = _QVALUE.fullmatch(value) is not None
                quality = float(value) if valid else 0.0
                break  # parameters after the weight are not part of the range
            parameters.add((name, value))
        if valid:
            ranges.append(_MediaRange(main, sub, frozenset(parameters), quality))
    return ranges


_remembered: Final = lru_cache(64)(_parse)
