"""Pictures in pixels: PNG files made from SVG documents by a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from math import sqrt
from typing import Final

from apecgraph.errors import QueryTimedOut, QueryTooHeavy, WorkerKilled
from apecgraph.web.charts.picture import Picture

_LARGEST: Final = 4 * 1024 * 1024
"""Maximum size of an SVG document in bytes."""

_SHARPNESS: Final = 2
"""Pixels of the PNG for a pixel of the drawing, along its width, if it is not too large."""

_MOST_PIXELS: Final = 8_000_000


def rasterized(picture: Picture, seconds: float) -> bytes:
    """Make a PNG from a picture.

    A process with limited memory does it, since the library is not ours and the work can be heavy.

    Args:
        picture: The picture.
        seconds: The time that it may take.

    Returns:
        The PNG, of the size that `pixels` returns.

    Raises:
        QueryTooHeavy: The SVG document is too large.
        QueryTimedOut: It took too long.
        WorkerKilled: The process ended without a picture.
    """
    if len(picture.svg) > _LARGEST:
        limit = f"{_LARGEST // 1024 // 1024} MB"
        raise QueryTooHeavy(
            "The drawing is larger than %(most)s: select fewer figures, or read the SVG.",
            limit,
            most=limit,
        )
    command = (sys.executable, "-m", f"{__package__}.rasterizer")
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are ours
            [*command, str(os.getpid()), str(pixels(picture)[0])],
            input=picture.svg,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        limit = f"{seconds:g} s"
        raise QueryTimedOut("The picture took longer than %(most)s.", limit, most=limit) from None
    if done.returncode != 0 or not done.stdout:
        raise WorkerKilled("The process that draws the picture was ended; try again.")
    return done.stdout


def pixels(picture: Picture) -> tuple[int, int]:
    """Return the width and the height in pixels of the PNG of a picture."""
    zoom = min(_SHARPNESS, sqrt(_MOST_PIXELS / (picture.width * picture.height)))
    return round(picture.width * zoom), round(picture.height * zoom)
