"""The size of the cache of contents."""

from __future__ import annotations

from apecgraph.web.http.content_cache import ContentCache


def test_the_size_of_the_cache_is_bounded() -> None:
    cache = ContentCache(1)
    tags = [f'"{number}"' for number in range(50)]
    for tag in tags:
        cache.add(tag, b"x" * cache.largest)
    assert [tag for tag in tags if tag in cache] == tags[-8:]
    cache.add(tags[0], b"x" * (cache.largest + 1))
    assert cache.get(tags[0]) is None


def test_a_cache_of_size_zero_keeps_nothing() -> None:
    cache = ContentCache(0)
    assert cache.add('"a"', b"true").plain == b"true"
    assert cache.get('"a"') is None
