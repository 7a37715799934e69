from __future__ import annotations

from decimal import Decimal

import pytest

from apecgraph.intervals import Interval, hull

ONE, TWO, THREE = map(Decimal, (1, 2, 3))
BELOW_THREE = Interval(ONE, THREE, excludes_upper=True)


@pytest.mark.parametrize(
    ("other", "both"),
    [
        (Interval(TWO, None, excludes_lower=True), Interval(ONE, None)),
        (Interval(TWO, THREE), Interval(ONE, THREE)),
        (Interval(ONE, TWO, excludes_lower=True), BELOW_THREE),
        (Interval(None, TWO), Interval(None, THREE, excludes_upper=True)),
    ],
)
def test_the_hull_has_the_outer_ends_of_all_intervals(other: Interval, both: Interval) -> None:
    assert hull([BELOW_THREE, other]) == hull([other, BELOW_THREE]) == both
