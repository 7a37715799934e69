"""Claims that are withheld and entered again raise no false alarm."""

from __future__ import annotations

from apecgraph.content.folder import Content
from benchmarks.reentered import reenter


def test_sixty_claims_are_entered_again_with_at_most_one_false_alarm(press: Content) -> None:
    outcome = reenter(press)
    assert outcome.claims == 60
    assert outcome.unaided >= 40
    assert len(outcome.alarms) <= 1, outcome.alarms
