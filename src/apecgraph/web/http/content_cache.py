"""The cache of response contents."""

from __future__ import annotations

import sys
from collections import OrderedDict
from typing import Final
from weakref import WeakValueDictionary

from apecgraph.web.http.representation import ReplyContent

_SHARE: Final = 6
"""The content of one response may use the size of the cache divided by this number."""

_OVERHEAD: Final = 512
"""Bytes that the cache counts for a content in addition to its key and its bytes."""


class ContentCache:
    """Response contents, keyed by entity tag; the least recently used are dropped first.

    A content that is being sent is not dropped. It is also found while it is being sent if it is
    too large for the cache, so that it exists only once.

    Args:
        limit: Maximum size in bytes, with the keys; 0 caches nothing.

    Attributes:
        limit: Maximum size in bytes.
        used: Size in bytes.
        largest: Maximum size of cached content in bytes.
    """

    limit: int
    used: int
    largest: int

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.largest = limit // _SHARE // 2
        self._cached: OrderedDict[str, ReplyContent] = OrderedDict()
        self._known: WeakValueDictionary[str, ReplyContent] = WeakValueDictionary()

    def __contains__(self, etag: str) -> bool:
        return etag in self._cached or etag in self._known

    def get(self, etag: str) -> ReplyContent | None:
        """Return the content with an entity tag, or None if it is not cached."""
        content = self._cached.get(etag)
        if content is None:
            return self._known.get(etag)
        self._cached.move_to_end(etag)
        return content

    def add(self, etag: str, data: bytes) -> ReplyContent:
        """Return bytes as content; cache the content if there is room for it."""
        known = self.get(etag)
        if known is not None:
            return known
        content = ReplyContent(data)
        size = _size(etag, content)
        if len(data) <= self.largest and self._has_room(size):
            content.cached = True
            self._cached[etag] = content
            self.used += size
        else:
            self._known[etag] = content
        return content

    def _has_room(self, size: int) -> bool:
        """Drop contents until there is room for bytes; return False if there cannot be."""
        while self.used + size > self.limit:
            idle = next((tag for tag, each in self._cached.items() if not each.holders), None)
            if idle is None:
                return False
            self.used -= _size(idle, self._cached.pop(idle))
        return True


def _size(etag: str, content: ReplyContent) -> int:
    # The compressed form, added later, is at most slightly larger than the plain one.
    return sys.getsizeof(etag) + 2 * len(content.plain) + _OVERHEAD
