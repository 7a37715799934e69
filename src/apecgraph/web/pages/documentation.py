"""The documentation: the documents of `docs/` as pages."""

from __future__ import annotations

import mimetypes
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.content.folder import default_content
from apecgraph.errors import NotFound
from apecgraph.rdf.namespaces import BASE
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.site import ReleaseSite

FOLDER: Final = "/docs"
"""The path that contains the pages."""

_INDEX: Final = "README.md"
_EXAMPLE_URL: Final = "http://127.0.0.1:8000"
"""The server in the examples; the pages show the public address instead."""

_COMMENT: Final = re.compile(r"^<!--.*?-->\n", re.MULTILINE | re.DOTALL)
_TRANSLATED: Final = re.compile(r"^<!-- ([\w-]+): (.+?) \| (.+?) -->$", re.MULTILINE)
"""A comment with the title of a document and its content in one sentence, in another language."""

_LISTED: Final = re.compile(r"\]\(([\w/.-]+\.md)\)")
_TITLE: Final = re.compile(r"^# (.+)$", re.MULTILINE)
_RESERVED: Final = ("main", "search")
"""The ids of the layout."""

_TYPES: Final = {".md": "text/markdown; charset=utf-8", ".ipynb": "application/x-ipynb+json"}


def documentation_folder() -> Path:
    """Return the folder `docs` of the installed wheel, or of this checkout."""
    return default_content() / "docs"


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the documentation.

    Attributes:
        file: Its path in the folder: "measurements/speed.md".
        title: Its title.
        text: Its text in Markdown, in English.
        translated: Its title and its content in one sentence, by the tags of other languages.
    """

    file: str
    title: str
    text: str
    translated: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path of its page."""
        name = "index" if self.file == _INDEX else self.file.removesuffix(".md")
        return f"{FOLDER}/{name}"


class Documentation:
    """The documents of a folder, in the order of its README, which is their index.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def files(self) -> Mapping[str, Path]:
        """All files by their paths in the folder."""
        paths = (path for path in sorted(self._folder.rglob("*")) if path.is_file())
        return {path.relative_to(self._folder).as_posix(): path for path in paths}

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """The documents by the paths of their pages."""
        if _INDEX not in self.files:
            return {}
        index = self._read(_INDEX)
        listed = (self._read(file) for file in _LISTED.findall(index.text) if file in self.files)
        return {each.path: each for each in (index, *listed)}

    @property
    def titles(self) -> Mapping[str, str]:
        """The titles of the documents by the paths of their pages."""
        return {path: each.title for path, each in self.documents.items()}

    def html(self, document: Document, url: str) -> str:
        """Write a document as HTML.

        Args:
            document: The document.
            url: Public URL of the site, which the examples show.

        Returns:
            The HTML. Links to files that the site does not have are plain text.
        """
        markdown = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}).enable("table")
        tokens = markdown.parse(document.text.replace(_EXAMPLE_URL, url))
        _name_headings(tokens)
        for token in tokens:
            if token.children:
                token.children = list(self._linked(document, token.children))
        # Scrolling regions must be reachable by keyboard, and tables need names.
        html = markdown.renderer.render(tokens, markdown.options, {})
        html = html.replace("<pre>", '<pre tabindex="0">').replace("</table>", "</table></div>")
        parts = html.split("<table>")
        for number, part in enumerate(parts[1:], 1):
            region = f'<div class="scroll" role="region" aria-label="Table {number}" tabindex="0">'
            parts[number] = f"{region}<table>{part}"
        return "".join(parts)

    def _read(self, file: str) -> Document:
        written = self.files[file].read_text(encoding="utf-8")
        text = _COMMENT.sub("", written)
        title = _TITLE.search(text)
        translated = {tag: (name, about) for tag, name, about in _TRANSLATED.findall(written)}
        return Document(file, file if title is None else title[1], text, translated)

    def _linked(self, document: Document, tokens: Sequence[Token]) -> Iterator[Token]:
        """Yield tokens with addresses of this site, without links to what it does not have."""
        is_dead, title = False, ""
        for token in tokens:
            if token.type == "image":
                token.attrSet("src", self._address(document, str(token.attrGet("src"))) or "")
            elif token.type == "link_open":
                address = self._address(document, str(token.attrGet("href")))
                is_dead = address is None
                title = self.titles.get(address or "", "")
                if address is not None:
                    token.attrSet("href", address)
                    if "://" in address:
                        token.attrSet("rel", "nofollow")
            elif token.type == "text" and title and token.content.endswith(".md"):
                token.content = title  # a name of a file means nothing to readers of the page
            elif token.type == "link_close":
                title = ""
            if not (is_dead and token.type in ("link_open", "link_close")):
                yield token

    def _address(self, document: Document, href: str) -> str | None:
        """Return the address that a link leads to on the site, or None if the site has none."""
        if href.startswith(("http://", "https://", "/", "#")):
            return href
        path, mark, fragment = href.partition("#")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(document.file), path))
        if file not in self.files:
            return None
        known = {each.file: each.path for each in self.documents.values()}
        return f"{known.get(file, f'{FOLDER}/{file}')}{mark}{fragment}"


class DocumentationPage(Page):
    """A document, with links to the others.

    Args:
        site: How the release is presented.
        documentation: The documents.
    """

    template: ClassVar[str] = "pages/documentation.html"

    def __init__(self, site: ReleaseSite, documentation: Documentation) -> None:
        super().__init__(site)
        self._documentation = documentation

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page of a document, or with a file, such as a picture.

        Args:
            request: The request.

        Returns:
            The page or the file, or 304 (Not Modified).

        Raises:
            NotFound: There is no such document or file.
        """
        document = self._documentation.documents.get(request.scope["path"])
        if document is not None:
            return await self.respond(request, lambda: self._values(document))
        name = request.scope["path"].removeprefix(f"{FOLDER}/")
        file = self._documentation.files.get(name)
        if file is None:
            known = [BASE + each.removeprefix("/") for each in self._documentation.documents]
            raise NotFound(f"The documentation has no page {name!r}.", known)
        type_ = _TYPES.get(file.suffix) or mimetypes.guess_type(name)[0]
        return await self.site.responder.answer(
            request, type_ or "application/octet-stream", file.read_bytes
        )

    def _values(self, document: Document) -> Mapping[str, object]:
        html = self._documentation.html(document, self.site.url)
        return {
            "document": document,
            "documents": list(self._documentation.documents.values()),
            "text": Markup(html),  # noqa: S704 - our own text, and raw HTML in it is escaped
        }


def _name_headings(tokens: Sequence[Token]) -> None:
    """Give each heading the id that GitHub gives it, unless the page has the id already."""
    taken = set(_RESERVED)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            texts = [each.content for each in inline.children or ()]
            name = re.sub(r"[^\w -]", "", "".join(texts)).lower().replace(" ", "-")
            while name in taken:
                name += "-1"
            taken.add(name)
            opening.attrSet("id", name)
