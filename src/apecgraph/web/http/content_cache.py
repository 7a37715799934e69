"""The cache of contents: what was sent before and may be asked for again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, Generic, TypeVar

from cachetools import LRUCache

from apecgraph.web.http.representation import ReplyContent

MEGABYTE: Final = 1024 * 1024
_SHARE: Final = 8
"""The part of the cache that one content may take is one in this number."""

_Key = TypeVar("_Key", bound=Hashable)


class ContentCache(Generic[_Key]):
    """Contents by key; the least recently used make room for others.

    Args:
        megabytes: Size of the cache; 0 caches nothing.

    Attributes:
        largest: Size in bytes up to which a content is cached.
    """

    def __init__(self, megabytes: int) -> None:
        # Twice the plain size: the compressed form comes later and is hardly larger.
        self._contents: LRUCache[_Key, ReplyContent] = LRUCache(
            megabytes * MEGABYTE, lambda content: 2 * len(content.plain)
        )
        self.largest = megabytes * MEGABYTE // _SHARE // 2

    def __contains__(self, key: _Key) -> bool:
        return key in self._contents

    def get(self, key: _Key) -> ReplyContent | None:
        """Return a content, or None if it is not cached."""
        return self._contents.get(key)

    def add(self, key: _Key, data: bytes) -> ReplyContent:
        """Return bytes as a content, cached unless it is too large."""
        content = ReplyContent(data)
        if len(data) <= self.largest:
            self._contents[key] = content
        return content
