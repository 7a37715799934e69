"""A minute of greedy clients: half of it beside light ones, half of it with whole files."""

from __future__ import annotations

from apecgraph.release.release import Release
from tests.load.greedy import ROOM, load, served, whole_files
from tests.support.processes import proportional_memory

SECONDS = 30


def test_greedy_clients_neither_take_all_memory_nor_the_answers_of_others() -> None:
    with served() as server:
        at_rest = proportional_memory(server.process.pid) / 1024
        record = load(server, SECONDS)
    assert record.lost == []
    assert len(record.seconds) > SECONDS
    assert max(record.memory) < at_rest + ROOM


def test_whole_files_and_long_pages_take_little_memory(full_release: Release) -> None:
    """Many clients take them at once, in all formats, slowly and quickly."""
    with served(full_release.path) as server:
        at_rest = proportional_memory(server.process.pid) / 1024
        record = load(server, SECONDS, 4 * [whole_files])
    assert max(record.memory) < at_rest + ROOM
