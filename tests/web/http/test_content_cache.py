"""The size of the cache of contents."""

from __future__ import annotations

from apecgraph.web.http.content_cache import ContentCache


def test_the_size_of_the_cache_is_bounded() -> None:
    cache: ContentCache[int] = ContentCache(1)
    for key in range(50):
        cache.add(key, b"x" * cache.largest)
    assert [key for key in range(50) if key in cache] == list(range(42, 50))
    cache.add(0, b"x" * (cache.largest + 1))
    assert cache.get(0) is None


def test_a_cache_of_size_zero_keeps_nothing() -> None:
    cache: ContentCache[int] = ContentCache(0)
    assert cache.add(0, b"true").plain == b"true"
    assert cache.get(0) is None
