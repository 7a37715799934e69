"""The cache of response contents."""

from __future__ import annotations

from typing import Final

from cachetools import LRUCache

from apecgraph.web.http.representation import ReplyContent

MEGABYTE: Final = 1024 * 1024
_SHARE: Final = 8
"""The content of one response may use the size of the cache divided by this number."""


class ContentCache:
    """Response contents, keyed by entity tag; the least recently used are dropped first.

    Args:
        megabytes: Size of the cache; 0 caches nothing.

    Attributes:
        largest: Maximum size of cached content in bytes.
    """

    largest: int

    def __init__(self, megabytes: int) -> None:
        # Count the plain size twice: the compressed form, added later, is at most slightly larger.
        self._contents: LRUCache[str, ReplyContent] = LRUCache(
            megabytes * MEGABYTE, lambda content: 2 * len(content.plain)
        )
        self.largest = megabytes * MEGABYTE // _SHARE // 2

    def __contains__(self, etag: str) -> bool:
        return etag in self._contents

    def get(self, etag: str) -> ReplyContent | None:
        """Return the content with an entity tag, or None if it is not cached."""
        return self._contents.get(etag)

    def add(self, etag: str, data: bytes) -> ReplyContent:
        """Return bytes as content; cache the content unless it is too large."""
        content = ReplyContent(data)
        if len(data) <= self.largest:
            self._contents[etag] = content
        return content
