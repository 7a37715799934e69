"""A real browser, whose complaints about a page are test failures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.support.browsing import DESK, Open, Violations

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
# Messages of the browser if the server refuses a query, or if a request is cancelled.
FORGIVEN: Final = ("status of 400", "status of 422", "status of 504", "net::ERR_ABORTED")

AXE: Final = Path(__file__).parents[1] / "clients" / "node_modules" / "axe-core" / "axe.min.js"
ASK_AXE: Final = """() => axe.run({resultTypes: ["violations"]}).then(({violations}) =>
  violations.flatMap(({id, help, nodes}) =>
    nodes.map(({target, failureSummary}) => `${id}: ${help}: ${target}: ${failureSummary}`)))"""


# Module scope: while a browser is open, this thread has a running event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, (
        f"the browser tests need one of {', '.join(NAMES)}: install your system's chromium"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Open]:
    """Yield a function that opens pages; none may cause complaints or requests to other hosts."""
    complaints: list[str] = []
    contexts = []

    def visit(
        path: str,
        viewport: ViewportSize = DESK,
        *,
        scheme: Literal["light", "dark"] = "light",
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport=viewport, color_scheme=scheme, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "requestfailed",
            lambda request: complaints.append(f"failed: {request.url}: {request.failure}"),
        )

        def seen(url: str) -> None:
            if urlsplit(url).netloc != urlsplit(server).netloc and not url.startswith("data:"):
                complaints.append(f"foreign: {url}")

        page.on("request", lambda request: seen(request.url))
        response = page.goto(server + path)
        assert response is not None
        assert response.ok
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not [each for each in complaints if not any(text in each for text in FORGIVEN)]


@pytest.fixture
def violations() -> Violations:
    """Return a function that lists violations of the accessibility rules of axe-core on a page."""
    assert AXE.exists(), "run scripts/test, which installs axe-core"

    def violations(page: Page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = page.evaluate(ASK_AXE)
        return found

    return violations
