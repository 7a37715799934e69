"""The page of programs that use the server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import ClassVar, Final

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.web.pages.page import Page

_EXAMPLE_URL: Final = "http://127.0.0.1:8000"
"""The server in the programs of use.md; the page shows the public address instead."""

_HEADING: Final = re.compile("<h2>([^<]*)</h2>")


class UsePage(Page):
    """The programs of `use.md`, with the public address of the server."""

    template: ClassVar[str] = "pages/use.html"

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page."""
        return await self.respond(request, self.values, variant=self.site.url)

    def values(self) -> Mapping[str, object]:
        """Return the text as HTML."""
        text = (files("apecgraph.web") / "templates" / "pages" / "use.md").read_text(
            encoding="utf-8"
        )
        markdown = MarkdownIt("commonmark", {"html": False})
        html = markdown.render(text.replace(_EXAMPLE_URL, self.site.url))
        html = _HEADING.sub(lambda match: f'<h2 id="{_anchor(match[1])}">{match[1]}</h2>', html)
        # Scrolling regions must be reachable by keyboard. The text is ours; raw HTML is escaped.
        return {"text": Markup(html.replace("<pre>", '<pre tabindex="0">'))}  # noqa: S704


def _anchor(heading: str) -> str:
    """Return the fragment of the address of a section, in the form that GitHub gives it."""
    return re.sub("[^a-z0-9]+", "-", heading.lower()).strip("-")
