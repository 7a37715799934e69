"""How tools ask a publication: by its own HTTP resources, so every limit holds for them, too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode

LONGEST: Final = 1_000_000
"""Maximum number of bytes that a resource may have."""


class RefusedError(Exception):
    """The publication did not answer; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer of the publication to one request.

    Attributes:
        status: The HTTP status.
        body: The body; if it is longer than `LONGEST`, the beginning of it.
    """

    status: int
    body: bytes


class Publication(Protocol):
    """A publication that can be asked."""

    async def get(self, address: str, accept: str) -> Reply:
        """Get the resource at a path with a query, in a media type, uncompressed."""


async def read(
    publication: Publication, path: str, parameters: Mapping[str, object], accept: str
) -> str:
    """Return the text of a resource.

    Args:
        publication: The publication.
        path: Path of the resource, not quoted.
        parameters: Its parameters; those that are None are left out.
        accept: The media type.

    Returns:
        The text.

    Raises:
        RefusedError: There is no answer, or it is too long.
    """
    if {".", ".."} & set(path.split("/")):
        raise RefusedError(f"There is nothing at {path}.")
    path = quote(path)
    sent = {name: value for name, value in parameters.items() if value is not None}
    reply = await publication.get(f"{path}?{urlencode(sent)}" if sent else path, accept)
    if len(reply.body) > LONGEST:
        raise RefusedError(
            f"{path} is longer than {LONGEST:,} bytes: ask for fewer items, rows or columns."
        )
    text = reply.body.decode()
    if reply.status != 200:
        raise RefusedError(_reason(text))
    return text


async def read_json(publication: Publication, path: str, **parameters: object) -> Any:
    """Return what a resource says in JSON; raise the errors of `read`."""
    return json.loads(await read(publication, path, parameters, "application/json"))


def _reason(text: str) -> str:
    """Return what a problem (RFC 9457) says."""
    problem = json.loads(text)
    reason: str = problem.get("detail") or problem["title"]
    return reason
