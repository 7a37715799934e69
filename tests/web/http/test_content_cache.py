"""The size of the cache of contents."""

from __future__ import annotations

import gc

from apecgraph.web.http.content_cache import ContentCache

LIMIT = 1024 * 1024


def test_the_size_of_the_cache_is_bounded() -> None:
    cache = ContentCache(LIMIT)
    tags = [f'"{number}"' for number in range(50)]
    for tag in tags:
        cache.add(tag, b"x" * (LIMIT // 20))
    assert [tag for tag in tags if tag in cache] == tags[-9:]
    assert cache.used <= LIMIT
    cache.add(tags[0], b"x" * (cache.largest + 1))
    assert cache.get(tags[0]) is None


def test_keys_and_small_contents_count() -> None:
    cache = ContentCache(LIMIT)
    tags = [f"{number}-{'x' * 1000}" for number in range(2000)]
    for tag in tags:
        cache.add(tag, b"x")
    kept = sum(tag in cache for tag in tags)
    assert 500 < kept < LIMIT / 1000
    assert cache.used <= LIMIT


def test_the_cache_does_not_drop_what_is_being_sent() -> None:
    cache = ContentCache(LIMIT)
    sent = cache.add("sent", b"x" * cache.largest)
    sent.holders += 1
    for number in range(50):
        cache.add(f"{number}", b"y" * cache.largest)
    assert cache.get("sent") is sent


def test_a_content_that_is_too_large_exists_once_while_it_is_being_sent() -> None:
    cache = ContentCache(LIMIT)
    content = cache.add("large", bytes(LIMIT))
    assert cache.get("large") is content
    assert cache.add("large", bytes(LIMIT)) is content
    del content
    gc.collect()
    assert "large" not in cache
    assert cache.used == 0


def test_a_cache_of_size_zero_keeps_nothing() -> None:
    cache = ContentCache(0)
    assert cache.add('"a"', b"true").plain == b"true"
    assert cache.get('"a"') is None
