"""What the tests in a real browser share: sizes of the window, and the types of their fixtures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, Protocol

from playwright.sync_api import Page, ViewportSize

PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}


class Open(Protocol):
    """Opens a path of the server in a new browser context; the answer must be a success."""

    def __call__(
        self,
        path: str,
        viewport: ViewportSize = DESK,
        *,
        scheme: Literal["light", "dark"] = "light",
        scripts: bool = True,
    ) -> Page: ...


Violations = Callable[[Page], list[str]]
