"""Proactive content negotiation by the letter of RFC 9110, section 12.5.1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from apecgraph.errors import NotAcceptable
from apecgraph.rdf.formats import JSON_LD, RDF_XML, TURTLE, Format

_WORD: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_RANGE: Final = re.compile(rf"\s*({_WORD})/({_WORD})\s*(.*)", re.DOTALL)
_PARAMETER: Final = re.compile(rf';\s*({_WORD})\s*=\s*("(?:[^"\\]|\\.)*"|{_WORD})\s*')
_LONGEST: Final = 8192
_MOST_RANGES: Final = 64
"""What is read of a header: characters, and ranges; browsers send eight of these."""

_QVALUE: Final = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
# What is between commas outside quotes; a quote that is never closed takes all that follows.
_PART: Final = re.compile(r'(?:[^",]++|"(?:[^"\\]++|\\.)*+"?+)++', re.DOTALL)

_NAMED: Final = 2
"""The specificity from which on a range names both parts of a type."""

# What clients call the formats of a graph who do not know our names for them; Turtle is N3.
_GRAPH_NAMES: Final = {"json": JSON_LD, "xml": RDF_XML, "n3": TURTLE}


@dataclass(frozen=True, slots=True)
class _MediaRange:
    main: str
    sub: str
    parameters: frozenset[tuple[str, str]]
    quality: float

    def specificity(self, offer: Format) -> int:
        """How closely this range names the offer: -1 not at all, 0 for `*/*`, up to 3."""
        main, _, sub = offer.media_type.partition("/")
        if self.main not in ("*", main) or self.sub not in ("*", sub):
            return -1
        # All that we write is UTF-8, whether its type has the parameter or not; other parameters
        # (profile, version) name variants that we do not have.
        if not self.parameters <= {("charset", "utf-8")}:
            return -1
        return (self.main != "*") + (self.sub != "*") + bool(self.parameters)


def negotiate(accept: str | None, offers: Sequence[Format]) -> Format:
    """Choose the format to answer in.

    accept: the Accept header as received, None where there is none.
    offers: what there is, the one preferred by the server first.
    Raises NotAcceptable with what there is, where the header allows none of it.
    """
    ranges = _read(accept) if accept is not None and accept.strip() else []
    if not ranges:
        return offers[0]
    best, best_quality = offers[0], 0.0
    for offer in offers:
        # The most specific range that names an offer sets its quality, even to nothing.
        matches = [(each.specificity(offer), each.quality) for each in ranges]
        closeness, quality = max(matches, key=lambda match: match[0])
        if closeness >= 0 and quality > best_quality:
            best, best_quality = offer, quality
    if best_quality == 0:
        available = [offer.media_type for offer in offers]
        raise NotAcceptable(
            f"nothing here is acceptable to 'Accept: {accept}'; there is {', '.join(available)}",
            available,
        )
    return best


def prefers(accept: str | None, page: Format, others: Sequence[Format]) -> bool:
    """Whether a client names a page, wants nothing more than it, and names none of the others.

    So do browsers; programs name what they read, or nothing in particular.
    """
    ranges = _read(accept or "")
    asked = [each.quality for each in ranges if each.specificity(page) >= _NAMED]
    wanted = bool(asked) and max(asked) > 0
    return (
        wanted
        and max(asked) == max(each.quality for each in ranges)
        and not any(each.specificity(other) >= _NAMED for each in ranges for other in others)
    )


def named(names: Sequence[str], offers: Sequence[Format]) -> Format:
    """Choose the format that a client names, `format=` in a URL.

    names: the values of the parameter, of which the last that is known counts. Each is the name of
    a format, its extension or its media type, or several with commas between, the best first.
    Raises NotAcceptable with what there is, where none is known.
    """
    known = {name: each for name, each in _GRAPH_NAMES.items() if each in offers}
    for offer in reversed(offers):
        known |= dict.fromkeys((offer.name, offer.extension, offer.media_type), offer)
    asked = ",".join(reversed(names))
    for name in asked.split(","):
        if name in known:
            return known[name]
    available = list(dict.fromkeys(offer.name for offer in offers))
    raise NotAcceptable(
        f"format={asked} is not among {', '.join(available)}, the formats of this answer.",
        available,
    )


def _read(accept: str) -> list[_MediaRange]:
    """Read the first ranges of an Accept header; a malformed one is passed over, as if unsent."""
    ranges = []
    for found_part in islice(_PART.finditer(accept[:_LONGEST]), _MOST_RANGES):
        part = found_part[0]
        match = _RANGE.fullmatch(part)
        if match is None or (match[1] == "*" and match[2] != "*"):
            continue
        quality, parameters, valid = 1.0, set(), True
        rest = match[3]
        while rest:
            found = _PARAMETER.match(rest)
            if found is None:
                valid = False
                break
            name, value = found[1].lower(), found[2].strip('"').lower()
            rest = rest[found.end() :]
            if name == "q":
                valid = _QVALUE.fullmatch(value) is not None
                quality = float(value) if valid else 0.0
                break  # what follows the weight is not part of the range
            parameters.add((name, value))
        if valid:
            ranges.append(
                _MediaRange(match[1].lower(), match[2].lower(), frozenset(parameters), quality)
            )
    return ranges
