"""The history of a folder of releases."""

from __future__ import annotations

from pathlib import Path

import pytest

from apecgraph.release.history import History, ReleaseSwitched


def switched(time: str, release: str, before: str | None) -> ReleaseSwitched:
    return ReleaseSwitched(f"2026-{time}:00:00+00:00", release, before, "build")


@pytest.mark.parametrize(
    ("day", "release"),
    [
        ("2025-12-31", None),
        ("2026-01-01", "b"),
        ("2026-01-02", "b"),
        ("2026-01-03", "a"),
        ("2026-01-09", "d"),
        ("2026-01-10", "e"),
        ("9999-12-31", "e"),
    ],
)
def test_the_release_of_a_day_is_the_one_that_was_current_at_its_end(
    day: str, release: str | None
) -> None:
    history = History(
        (
            switched("01-01T08", "a", None),
            switched("01-01T23", "b", "a"),
            switched("01-03T00", "a", "b"),
            switched("01-04T00", "c", "a"),  # was killed before it replaced the link
            switched("01-05T00", "d", "a"),
            switched("01-10T00", "e", "d"),
        )
    )
    assert history.on(day) == release


def test_a_day_is_not_given_to_a_release_that_another_one_had_replaced_by_then() -> None:
    """Earlier versions removed the events of removed releases."""
    history = History((switched("01-01T00", "a", None), switched("01-05T00", "c", "b")))
    assert history.on("2026-01-04") == "b"


def test_a_history_keeps_the_latest_thousand_events(tmp_path: Path) -> None:
    history = History()
    for number in range(1005):
        history = history.then(switched("01-01T00", str(number), None))
    history.write(tmp_path)
    assert [each.release for each in History.read(tmp_path).events] == [
        str(number) for number in range(5, 1005)
    ]
