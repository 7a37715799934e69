"""Replies that are kept: the same query on the same release has the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cachetools import LRUCache

from apecgraph.query.model import Query
from apecgraph.web.http.encoding import gzipped

MEGABYTE: Final = 1024 * 1024
_SHARE: Final = 8  # one reply takes no more than this part of the room


@dataclass(slots=True)
class Reply:
    """The whole answer to a query, and the same compressed once somebody asked for that."""

    body: bytes
    compressed: bytes | None = None

    def gzipped(self) -> bytes | None:
        """Return the body compressed (RFC 1952); None where that is not worth it."""
        if self.compressed is None:
            self.compressed = gzipped(self.body)
        return self.compressed


class ReplyCache:
    """Replies by query, format and dataset; the least recently asked for make room for others.

    edition: names the release and the program. megabytes: the room; none are kept in 0.
    """

    def __init__(self, edition: str, megabytes: int) -> None:
        self._edition = edition
        # Twice for the compressed form, which is made later and is at most about as large.
        self._kept: LRUCache[Query, Reply] = LRUCache(
            megabytes * MEGABYTE, lambda reply: 2 * len(reply.body)
        )
        self.largest = megabytes * MEGABYTE // _SHARE // 2
        """Bytes of a reply that is kept."""

    def etag(self, query: Query, coding: str = "") -> str | None:
        """Tag the reply to a query in a coding; None where it is another each time."""
        if query.changes:
            return None
        fields = (query.text, query.format.name, query.default_graphs, query.named_graphs, coding)
        return f'"{sha256(repr((self._edition, fields)).encode()).hexdigest()[:24]}"'

    def get(self, query: Query) -> Reply | None:
        """Return the reply to a query, if it is kept."""
        return self._kept.get(query)

    def keep(self, query: Query, body: bytes) -> Reply:
        """Keep the reply to a query, where it is not too large."""
        reply = Reply(body)
        if len(body) <= self.largest:
            self._kept[query] = reply
        return reply
