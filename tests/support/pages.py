"""Pages as a browser requests and parses them."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Final

import httpx

BROWSER: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
"""The Accept header of a browser."""

_VOID: Final = {"base", "meta", "link", "br", "hr", "img", "input", "source"}
_DATA: Final = ("application/json", "application/ld+json")
"""Types of scripts that browsers do not run."""
_QUOTING: Final = {"code", "kbd", "pre", "q", "script", "style", "textarea"}
"""Elements whose texts are code, or words as printed."""

_FIELDS: Final = {"input", "textarea", "select"}

_SPOKEN: Final = ("alt", "aria-label", "placeholder", "title")
"""Attributes whose values readers see or hear."""


class Page(HTMLParser):
    """The elements of a page; fails if they do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self._languages: list[str] = []
        self.links: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.outside_labels: list[str | None] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        self._read(attributes[name] for name in _SPOKEN if attributes.get(name))
        is_shown = tag in _FIELDS and attributes.get("type") != "hidden"
        if is_shown and not attributes.get("aria-label") and "label" not in self.open:
            self.outside_labels.append(attributes.get("id"))
        if tag not in _VOID:
            self.open.append(tag)
            inherited = self._languages[-1] if self._languages else ""
            self._languages.append(attributes.get("lang") or inherited)
        if attributes.get("id"):
            self.ids.append(attributes["id"] or "")
        if tag == "a":
            self.links.append((attributes["href"] or "", attributes))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self._languages.pop()

    def handle_data(self, data: str) -> None:
        self._read([data])

    def _read(self, texts: Iterable[str | None]) -> None:
        """Keep texts in the language of the page, other than code and words as printed."""
        is_own = self._languages and self._languages[-1] == self._languages[0]
        if is_own and _QUOTING.isdisjoint(self.open):
            self.texts += [" ".join(text.split()) for text in texts if text and text.strip()]

    def runs_own_scripts_only(self) -> bool:
        return all(
            attributes["type"] in _DATA
            if "src" not in attributes
            else (attributes["src"] or "").startswith("/static/")
            for _, attributes in self.all("script")
        )

    def all(self, *tags: str) -> list[tuple[str, dict[str, str | None]]]:
        return [element for element in self.elements if element[0] in tags]


def get(client: httpx.Client, path: str) -> str:
    """Return a page; no-break spaces, which keep numbers with their units, are plain spaces."""
    return client.get(path, headers={"Accept": BROWSER}).text.replace("\xa0", " ")
