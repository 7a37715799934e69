"""A drawing of rooms on floors as SVG, with arrows to the rooms below (layered graph drawing).

An arrow that passes floors goes through a corridor on each of them. The order on a floor follows
the neighbours above and below (barycentre heuristic), so that few arrows cross.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import combinations, pairwise
from typing import Final

WIDTH: Final = 900
MARGIN: Final = 30
ROOM: Final = 232
HEIGHT: Final = 66
CORRIDOR: Final = 14
SPACE: Final = 22
GAP: Final = 40
ROOF: Final = 96
_SWEEPS: Final = 12

_STYLE: Final = (
    "text{font-family:system-ui,sans-serif;fill:#1d2a3a}"
    ".name{font:600 15px ui-monospace,monospace}.purpose{font-size:11.5px}"
    ".title{font-size:20px;font-weight:600}"
    ".room{fill:#fff;stroke:#4a6078;stroke-width:1.3}"
    ".arrow{fill:none;stroke:#7d4a2d;stroke-width:1.5}"
)


@dataclass(frozen=True)
class Room:
    """One package: its name, its purpose, and the names of the rooms below that it imports."""

    name: str
    purpose: str
    imports: frozenset[str]


@dataclass(eq=False)
class _Place:
    """A room, or a corridor for one arrow, on its floor; `x` is its centre."""

    room: Room | None
    width: float
    x: float = 0.0
    below: list[_Place] = field(default_factory=list)
    above: list[_Place] = field(default_factory=list)


def draw(title: str, floors: Sequence[Sequence[Room]], ground: Sequence[Room]) -> str:
    """Draw a house; the ground floor is one slab that all rooms stand on.

    Args:
        title: The text in the roof.
        floors: The rooms of each floor, the top floor first.
        ground: The rooms of the slab. Arrows lead to it from the rooms that import nothing else.
    """
    places = _arranged([*floors, [_slab(ground)]], {room.name for room in ground})
    tops = [MARGIN + ROOF + number * (HEIGHT + GAP) for number in range(len(places))]
    tops[-1] -= GAP // 2
    height = tops[-1] + _slab_height(ground) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="The packages of {escape(title)} in layers, with their imports">',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#7d4a2d"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        *_walls(title, tops),
        *_arrows(places, tops),
        *(
            _box(place.room, place.x, top)
            for floor, top in zip(places[:-1], tops, strict=False)
            for place in floor
            if place.room is not None
        ),
        *_ground(ground, tops[-1]),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _slab(ground: Sequence[Room]) -> Room:
    return Room("", "", frozenset().union(*(room.imports for room in ground)))


def _arranged(floors: Sequence[Sequence[Room]], ground: set[str]) -> list[list[_Place]]:
    """Place rooms and corridors on their floors, in an order with few crossings."""
    places = [[_Place(room, ROOM) for room in floor] for floor in floors]
    places[-1][0].width = WIDTH - 2 * MARGIN
    number = {
        place.room.name: (level, place)
        for level, floor in enumerate(places)
        for place in floor
        if place.room is not None
    }
    for level, floor in enumerate(floors):
        for room in floor:
            # Everything stands on the ground: only the rooms that import nothing else show it.
            targets = sorted(room.imports - ground) or [""] * bool(room.imports)
            for target in targets:
                _connect(places, number[room.name][1], level, *number[target])
    best = min(_orders(places), key=_crossings)
    _spread(best)
    return best


def _connect(
    places: list[list[_Place]], start: _Place, level: int, end_level: int, end: _Place
) -> None:
    """Lead an arrow from floor to floor, through corridors."""
    for number in range(level + 1, end_level + 1):
        following = end
        if number < end_level:
            following = _Place(None, CORRIDOR)
            places[number].append(following)
        start.below.append(following)
        following.above.append(start)
        start = following


def _orders(places: list[list[_Place]]) -> Iterator[list[list[_Place]]]:
    """Yield orders of the floors, each sorted by the neighbours above or below in turn."""
    order = [list(floor) for floor in places]
    yield order
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for floor in order[1:] if downwards else order[-2::-1]:
            _sort(floor, order, downwards)
        yield [list(floor) for floor in order]


def _sort(floor: list[_Place], order: list[list[_Place]], downwards: bool) -> None:
    """Sort a floor by the mean position of the neighbours above, or of those below."""
    rank = {
        place: (position + 0.5) / len(others)
        for others in order
        for position, place in enumerate(others)
    }

    def barycentre(place: _Place) -> float:
        neighbours = place.above if downwards else place.below
        return _mean([rank[other] for other in neighbours], rank[place])

    floor.sort(key=barycentre)


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _crossings(order: list[list[_Place]]) -> int:
    total = 0
    for upper, lower in pairwise(order):
        position = {place: number for number, place in enumerate(lower)}
        lines = [(number, position[below]) for number, p in enumerate(upper) for below in p.below]
        total += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(lines, 2))
    return total


def _spread(order: list[list[_Place]]) -> None:
    """Give each place its x: near its neighbours and the middle, without overlap."""
    for floor in order:
        step = WIDTH / (len(floor) + 1)
        for number, place in enumerate(floor):
            place.x = step * (number + 1)
    for sweep in range(_SWEEPS * 4):
        for floor in order if sweep % 2 else order[::-1]:
            for place in floor:
                near = _mean([other.x for other in (*place.above, *place.below)], place.x)
                place.x = 0.4 * place.x + 0.4 * near + 0.2 * WIDTH / 2
            _separate(floor)


def _separate(floor: list[_Place]) -> None:
    """Push overlapping neighbours apart, each by half, and then back between the walls."""
    for _ in range(4 * len(floor)):
        for left, right in pairwise(floor):
            overlap = (left.width + right.width) / 2 + SPACE - (right.x - left.x)
            if overlap > 0:
                left.x -= overlap / 2
                right.x += overlap / 2
    edge = float(MARGIN + SPACE)
    for place in floor:
        place.x = max(place.x, edge + place.width / 2)
        edge = place.x + place.width / 2 + SPACE
    edge = float(WIDTH - MARGIN - SPACE)
    for place in reversed(floor):
        place.x = min(place.x, edge - place.width / 2)
        edge = place.x - place.width / 2 - SPACE


def _walls(title: str, tops: Sequence[int]) -> Iterator[str]:
    """Draw the roof and the floors."""
    left, right, eaves = MARGIN, WIDTH - MARGIN, MARGIN + ROOF - GAP // 2
    yield (
        f'<path d="M{left - 18} {eaves}L{WIDTH // 2} {MARGIN - 16}L{right + 18} {eaves}z" '
        'fill="#b3553c" stroke="#7d3524"/>'
    )
    yield (
        f'<text class="title" x="{WIDTH // 2}" y="{eaves - 16}" text-anchor="middle" '
        f'style="fill:#fff">{escape(title)}</text>'
    )
    for number, top in enumerate(tops[:-1]):
        y, height = top - GAP // 2, HEIGHT + GAP
        fill = "#eef3f8" if number % 2 else "#e3ebf3"
        yield (
            f'<rect x="{left}" y="{y}" width="{right - left}" height="{height}" '
            f'fill="{fill}" stroke="#9fb2c6"/>'
        )


def _arrows(places: list[list[_Place]], tops: Sequence[int]) -> Iterator[str]:
    """Draw each arrow from the floor of a room down to another room, as one smooth path."""
    for floor, top in zip(places, tops, strict=True):
        for place in floor:
            if place.room is not None:
                for first in sorted(place.below, key=lambda other: other.x):
                    yield _arrow(place, first, tops, top)


def _arrow(start: _Place, first: _Place, tops: Sequence[int], top: int) -> str:
    level = tops.index(top)
    x, y = _port(start, first, start.below), tops[level] + HEIGHT
    path = f"M{x} {y}"
    previous, place = start, first
    while True:
        level += 1
        end = _port(place, previous, place.above) if place.room is not None else round(place.x)
        bend = (tops[level] - y) // 2
        path += f"C{x} {y + bend} {end} {tops[level] - bend} {end} {tops[level]}"
        if place.room is not None:
            return f'<path class="arrow" marker-end="url(#head)" d="{path}"/>'
        x, y = end, tops[level] + HEIGHT
        path += f"V{y}"
        previous, place = place, place.below[0]


def _port(place: _Place, other: _Place, others: Sequence[_Place]) -> int:
    """Return the x at which an arrow meets a room: in the order of the rooms at its other ends."""
    if place.width > WIDTH / 2:
        return round(other.x)
    ordered = sorted(others, key=lambda place: place.x)
    step = place.width * 0.7 / len(ordered)
    return round(place.x + step * (ordered.index(other) - (len(ordered) - 1) / 2))


def _box(room: Room, x: float, top: int) -> str:
    left, middle = round(x - ROOM / 2), round(x)
    lines = textwrap.wrap(room.purpose, 35)
    return (
        f'<g><rect class="room" x="{left}" y="{top}" width="{ROOM}" height="{HEIGHT}" rx="5"/>'
        f'<text class="name" x="{middle}" y="{top + 19}" text-anchor="middle">{room.name}</text>'
        + "".join(
            f'<text class="purpose" x="{middle}" y="{top + 35 + 13 * number}" '
            f'text-anchor="middle">{escape(line)}</text>'
            for number, line in enumerate(lines)
        )
        + "</g>"
    )


def _slab_height(ground: Sequence[Room]) -> int:
    return 20 + 22 * len(ground)


def _ground(ground: Sequence[Room], top: int) -> Iterator[str]:
    """Draw the slab that the house stands on, a line for each of its modules."""
    yield (
        f'<rect x="{MARGIN - 18}" y="{top}" width="{WIDTH - 2 * MARGIN + 36}" '
        f'height="{_slab_height(ground)}" fill="#d9d4cb" stroke="#8d8579"/>'
    )
    for number, room in enumerate(ground):
        y = top + 26 + 22 * number
        yield f'<text class="name" x="{MARGIN + 20}" y="{y}">{room.name}</text>'
        yield f'<text class="purpose" x="{MARGIN + 150}" y="{y}">{escape(room.purpose)}</text>'
