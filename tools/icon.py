"""Draw the icon for the home screens of phones from the icon of the pages.

Run `python -m tools.icon` after a change of `icon.svg`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import resvg_py

STATIC: Final = Path(__file__).parents[1] / "src/apecgraph/web/static"
WIDTH: Final = 180
"""Pixels, as Apple recommends."""


def main() -> None:
    """Write the icon."""
    png = resvg_py.svg_to_bytes(
        svg_string=(STATIC / "icon.svg").read_text(encoding="utf-8"), width=WIDTH
    )
    (STATIC / "apple-touch-icon.png").write_bytes(bytes(png))


if __name__ == "__main__":
    main()
