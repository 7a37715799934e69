"""The cache of contents that were sent before."""

from __future__ import annotations

from typing import Final

from cachetools import LRUCache

from apecgraph.web.http.representation import ReplyContent

MEGABYTE: Final = 1024 * 1024
_SHARE: Final = 8
"""The part of the cache that one content may take is one in this number."""


class ContentCache:
    """Contents by entity tag; the least recently used make room for others.

    Args:
        megabytes: Size of the cache; 0 caches nothing.

    Attributes:
        largest: Size in bytes up to which a content is cached.
    """

    largest: int

    def __init__(self, megabytes: int) -> None:
        # Twice the plain size: the compressed form comes later and is hardly larger.
        self._contents: LRUCache[str, ReplyContent] = LRUCache(
            megabytes * MEGABYTE, lambda content: 2 * len(content.plain)
        )
        self.largest = megabytes * MEGABYTE // _SHARE // 2

    def __contains__(self, etag: str) -> bool:
        return etag in self._contents

    def get(self, etag: str) -> ReplyContent | None:
        """Return a content, or None if it is not cached."""
        return self._contents.get(etag)

    def add(self, etag: str, data: bytes) -> ReplyContent:
        """Return bytes as a content, cached unless it is too large."""
        content = ReplyContent(data)
        if len(data) <= self.largest:
            self._contents[etag] = content
        return content
