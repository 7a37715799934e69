"""Content codings: what is sent compressed, and to whom."""

from __future__ import annotations

import gzip
import re
from typing import Final

from starlette.datastructures import Headers

_WEIGHTLESS: Final = re.compile(r"\s*q\s*=\s*0(?:\.0*)?\s*", re.IGNORECASE)
_WORTH_COMPRESSING: Final = 1024
_LEVEL: Final = 6


def accepts_gzip(headers: Headers) -> bool:
    """Whether a client takes gzip, by its name or else by the wildcard (RFC 9110, 12.5.3)."""
    taken: dict[str, bool] = {}
    for each in ",".join(headers.getlist("accept-encoding")).split(","):
        coding, _, weight = each.partition(";")
        taken[coding.strip().lower()] = _WEIGHTLESS.fullmatch(weight) is None
    return taken.get("gzip", taken.get("x-gzip", taken.get("*", False)))


def gzipped(body: bytes) -> bytes | None:
    """Return a body compressed (RFC 1952), the same each time; None where it is not worth it."""
    if len(body) <= _WORTH_COMPRESSING:
        return None
    return gzip.compress(body, _LEVEL, mtime=0)
