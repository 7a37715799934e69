"""The figures, and the best known values of cells, that differ between two releases.

Both are read from the N-Quads of the releases, whose lines are sorted. Equal parts are passed over
in large pieces, so a comparison takes a moment and little memory, whatever the size of the files.
"""

from __future__ import annotations

import mmap
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from sys import intern
from typing import Final, Literal

from apecgraph.content.cube import DIMENSIONS, UNIT, Cell
from apecgraph.content.decisions import STATUS
from apecgraph.errors import QueryTooHeavy, ReleaseError
from apecgraph.intervals import Interval
from apecgraph.rdf.formats import N_QUADS
from apecgraph.rdf.namespaces import ADMS, APEC, ID
from apecgraph.release.release import Release
from apecgraph.release.sorted_lines import find_line, line_from, lines_with, mapped

MOST: Final = 10_000
"""Maximum number of values, of both releases, that may differ."""

CELL: Final = f"{ID}cell/"
_FIGURE: Final = f"{ID}figure/"

_STATUS: Final = f"{ADMS}status"
_DECISION: Final = f"{APEC}decision"
_BOUND: Final = f"{APEC}bound"
_SOURCE: Final = f"{APEC}statedIn"
_VALUE: Final = f"{APEC}value"
_LOWER: Final = f"{APEC}lower"
_UPPER: Final = f"{APEC}upper"
_EXCLUDES_LOWER: Final = f"{APEC}excludesLower"
_EXCLUDES_UPPER: Final = f"{APEC}excludesUpper"

_TOLD: Final = frozenset(
    name.encode()
    for name in (
        *DIMENSIONS.values(),
        *(_VALUE, _LOWER, _UPPER, _EXCLUDES_LOWER, _EXCLUDES_UPPER),
        *(UNIT, _BOUND, _STATUS, _DECISION, _SOURCE),
    )
)
"""The properties that are compared."""

_LINE: Final = re.compile(rb'<([^>]*)> <([^>]*)> (?:<([^>]*)>|"([^"]*)")?')
"""The subject and the property of a line, with the value; no compared value has a quote."""

_LEAST: Final = 256
_LARGEST: Final = 64 * 1024
"""Number of bytes that are compared at once, at first and at most."""

Happened = Literal["added", "gone", "changed"]
Differs = Literal["value", "interval", "status", "decision", "meaning"]


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A figure, or the best known value of a cell, as a release has it.

    Attributes:
        cell: What it measures.
        value: The number in whole units.
        interval: The numbers that it may represent.
        unit: IRI of its unit, or None.
        bound: IRI of the bound of a figure; None for a best known value.
        source: IRI of the source of a figure; None for a best known value.
        status: Name of its status, such as "stands" or "rejected".
        decisions: IRIs of the decisions on a figure, sorted.
    """

    cell: Cell
    value: Decimal
    interval: Interval
    unit: str | None
    bound: str | None
    source: str | None
    status: str
    decisions: tuple[str, ...]


@dataclass(frozen=True)
class FigureChange:
    """A figure or a best known value that differs.

    Attributes:
        iri: IRI of the figure or of the cell.
        before: What the release that was current earlier has, or None.
        after: What the served release has, or None.
    """

    iri: str
    before: KnownValue | None
    after: KnownValue | None

    @property
    def is_best(self) -> bool:
        """Whether it is the best known value of a cell, not a figure of a source."""
        return self.iri.startswith(CELL)

    @property
    def happened(self) -> Happened:
        """What happened to it."""
        return "added" if self.before is None else "gone" if self.after is None else "changed"

    @property
    def known(self) -> KnownValue:
        """What the served release has, or else what the other one has."""
        known = self.after or self.before
        assert known is not None  # noqa: S101 - one of the releases has it
        return known

    @cached_property
    def differs(self) -> tuple[Differs, ...]:
        """What differs, if both releases have it."""
        was, now = self.before, self.after
        if was is None or now is None:
            return ()
        found: dict[Differs, bool] = {
            "value": (was.value, was.unit) != (now.value, now.unit),
            "interval": (was.interval, was.bound) != (now.interval, now.bound),
            "status": was.status != now.status,
            "decision": was.decisions != now.decisions,
            "meaning": (was.cell, was.source) != (now.cell, now.source),
        }
        return tuple(name for name, differs in found.items() if differs)


def read_figure_changes(old: Release, new: Release) -> Sequence[FigureChange]:
    """Compare the figures and the best known values of two releases.

    Args:
        old: The release that was current earlier.
        new: The served release.

    Returns:
        What differs: the best known values, then the figures, both sorted by IRI.

    Raises:
        ReleaseError: A dataset cannot be read.
        QueryTooHeavy: More than `MOST` values differ.
    """
    changes: list[FigureChange] = []
    values = 0
    try:
        with mapped(old.dump(N_QUADS)) as was, mapped(new.dump(N_QUADS)) as is_:
            for kind in (CELL, _FIGURE):
                for iri in _differing(was, is_, kind.encode()):
                    change = FigureChange(iri, *(_read(data, iri) for data in (was, is_)))
                    if change.before == change.after:
                        continue
                    values += (change.before is not None) + (change.after is not None)
                    if values > MOST:
                        raise QueryTooHeavy(
                            "The figures and best known values that differ from those of release "
                            "%(name)s have more than %(most)s values, then and now: choose a later "
                            "release.",
                            f"{MOST}",
                            most=MOST,
                            name=old.name,
                        )
                    changes.append(change)
    except (OSError, ValueError, LookupError, InvalidOperation) as error:
        raise ReleaseError(f"{old.path} and {new.path} cannot be compared: {error}") from None
    return changes


def _differing(was: mmap.mmap, is_: mmap.mmap, kind: bytes) -> Iterator[str]:
    """Yield the IRIs of a kind whose compared properties differ, in order."""
    last = b""
    for line in _differing_lines(was, is_, b"<" + kind):
        match = _LINE.match(line)
        if match and match[2] in _TOLD and match[1] != last:
            last = match[1]
            yield last.decode()


def _differing_lines(was: mmap.mmap, is_: mmap.mmap, prefix: bytes) -> Iterator[bytes]:
    """Yield the lines with a prefix that only one of two files has, in order."""
    at, other = (find_line(data, lambda line: line >= prefix) for data in (was, is_))
    size = _LEAST
    while True:
        piece = was[at : at + size]
        step = piece.rfind(b"\n") + 1
        if step and piece.startswith(prefix) and piece == is_[other : other + size]:
            at, other, size = at + step, other + step, min(2 * size, _LARGEST)
            continue
        size = _LEAST
        left, right = (line_from(data, place) for data, place in ((was, at), (is_, other)))
        left, right = (line if line.startswith(prefix) else b"" for line in (left, right))
        if not left and not right:
            return
        if left != right:
            yield left if left and (not right or left < right) else right
        at += len(left) if left and (not right or left <= right) else 0
        other += len(right) if right and (not left or right <= left) else 0


def _read(data: mmap.mmap, iri: str) -> KnownValue | None:
    """Read a figure or a best known value; None if the file has none with this IRI."""
    prefix = f"<{iri}> ".encode()
    start = find_line(data, lambda line: line >= prefix)
    told: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines_with(data, prefix, start):
        match = _LINE.match(line)
        if match and match[2] in _TOLD:
            # Many have the same values.
            told[match[2].decode()].add(intern((match[3] or match[4] or b"").decode()))
    if _VALUE not in told:
        return None

    def first(property_: str) -> str | None:
        return min(told.get(property_, ()), default=None)

    lower, upper = (None if end is None else Decimal(end) for end in map(first, (_LOWER, _UPPER)))
    return KnownValue(
        Cell.of(first),
        Decimal(min(told[_VALUE])),
        Interval(lower, upper, _EXCLUDES_LOWER in told, _EXCLUDES_UPPER in told),
        first(UNIT),
        first(_BOUND),
        first(_SOURCE),
        min(told[_STATUS]).removeprefix(STATUS),
        tuple(sorted(told.get(_DECISION, ()))),
    )
