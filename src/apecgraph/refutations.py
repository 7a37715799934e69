"""Refutations: numbers that a decision rejects, beside those that it upholds in their place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from apecgraph.claims import Claim
from apecgraph.conflicts import Conflict
from apecgraph.decisions import RESOLVED

_PARTS: Final = {
    Decimal(10): "a tenth of",
    Decimal(100): "a hundredth of",
    Decimal(1000): "a thousandth of",
    Decimal(1_000_000): "a millionth of",
}


@dataclass(frozen=True, slots=True)
class Refutation:
    """A conflict of numbers that is decided.

    rejected, upheld: figures of the same measure, period and unit; those of each say one number.
    """

    conflict: Conflict
    rejected: tuple[Claim, ...]
    upheld: tuple[Claim, ...]

    @property
    def times(self) -> Decimal | None:
        """How many times the rejected number the upheld one is; None where none is."""
        wrong, right = _number(self.rejected[0]), _number(self.upheld[0])
        return right / wrong if wrong > 0 else None

    @property
    def proportion(self) -> str:
        """What the rejected number is of the upheld one, in words: "a tenth of"."""
        if self.times in _PARTS:
            return _PARTS[self.times]
        return "less than" if _number(self.rejected[0]) < _number(self.upheld[0]) else "more than"


def read_refutation(conflicts: Iterable[Conflict]) -> Refutation | None:
    """Return the first refutation of some conflicts; None where there is none."""
    for conflict in conflicts:
        for wrong in conflict.rejected if conflict.verdict == RESOLVED else ():
            same = [claim for claim in conflict.upheld if _kind(claim) == _kind(wrong)]
            if wrong.value is not None and same:
                rejected = [claim for claim in conflict.rejected if _kind(claim) == _kind(wrong)]
                return Refutation(conflict, _alike(rejected, wrong), _alike(same, same[0]))
    return None


def _kind(claim: Claim) -> tuple[str | None, ...]:
    return claim.measure, claim.period, claim.unit


def _alike(claims: Iterable[Claim], one: Claim) -> tuple[Claim, ...]:
    """Return those that say the same number as one of them, that one first."""
    others = (claim for claim in claims if claim != one and _number(claim) == _number(one))
    return (one, *others)


def _number(claim: Claim) -> Decimal:
    return Decimal("0" if claim.value is None else claim.value.value)
