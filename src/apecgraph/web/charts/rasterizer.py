"""Makes a PNG from an SVG in a process with limited resources and without network access.

Run as `python -m apecgraph.web.charts.rasterizer PID WIDTH`: PID is the process that waits for the
picture, and WIDTH its width in pixels. The SVG is the standard input, the PNG the standard output.
"""

from __future__ import annotations

import resource
import sys
from importlib.resources import files
from typing import Final

from apecgraph.isolation.deaths import abort_for_memory
from apecgraph.isolation.limits import confine, end_with_parent
from apecgraph.isolation.seccomp import deny_network

MEGABYTES: Final = 256
"""Memory that the process may take in addition to the program."""

SECONDS: Final = 10
"""Processor time that the process may take."""

_FAMILY: Final = "Noto Sans CJK SC"


def main() -> None:
    """Read an SVG and write a PNG."""
    waiting, width = map(int, sys.argv[1:])
    import manimgx_fonts_cjk
    import resvg_py

    font = files(manimgx_fonts_cjk) / "NotoSansCJK-VF.otf.ttc"
    confine(MEGABYTES)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    end_with_parent(waiting)
    deny_network()
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=sys.stdin.buffer.read().decode(),
            width=width,
            skip_system_fonts=True,
            font_files=[str(font)],
            font_family=_FAMILY,
            sans_serif_family=_FAMILY,
        )
    except MemoryError:
        abort_for_memory()
    sys.stdout.buffer.write(png)


if __name__ == "__main__":
    main()
