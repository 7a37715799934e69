"""What crawlers and browsers read about the site.

It is `/robots.txt` (RFC 9309), `/sitemap.xml` (sitemaps.org), `/opensearch.xml` (OpenSearch 1.1)
and `/llms.txt` (llmstxt.org).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import NotFound
from apecgraph.rdf.formats import HTML, SITEMAP, TEXT
from apecgraph.rdf.namespaces import BASE, DCTERMS, OWL, RDF
from apecgraph.readers.lists.kinds import KINDS
from apecgraph.web.http.addresses import document_name
from apecgraph.web.http.signposting import document_path
from apecgraph.web.pages.documentation import Documentation, documentation_folder
from apecgraph.web.pages.site import ReleaseSite, Site

_NOT_CRAWLED: Final = ("/api/", "/lookup", "/q/", "/reconcile", "/search", "/sparql?query=")
"""The beginnings of addresses whose answers are computed for each request."""

_PAGES: Final = (
    "/",
    "/about",
    "/browse",
    *(f"/browse/{kind}" for kind in KINDS),
    "/conflicts",
    "/conflicts/blind-spots",
    "/conflicts/official-statistics",
    "/docs",
    "/dumps/",
    "/figures",
    "/questions",
    "/releases",
    "/shapes",
    "/sources",
    "/sparql",
)

_MOST_LISTED: Final = 50_000
"""Maximum number of addresses in a sitemap; more are in several ones, which an index lists."""

_FORM: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


_OPENSEARCH: Final = "application/opensearchdescription+xml; charset=utf-8"

_SHORT_NAME: Final = 16
"""Maximum number of characters of the short name of a search."""

_LLMS_ADVICE: Final = (
    "Every fact has the source that states it. Quote a figure with its source, and check its "
    "status: a rejected figure is wrong, and its page names the decision that says why. The "
    "default graph of the endpoint has no rejected figure."
)

_LLMS_LINKS: Final = {
    "Read": (
        ("Browse", "/browse", "a list of each kind of thing"),
        ("Figures", "/figures", "all series of figures; each page is also CSV, JSON and XLSX"),
        ("Conflicts", "/conflicts", "where sources contradict each other, and what was decided"),
        ("Questions", "/questions", "questions with their answers and queries"),
        ("Sources", "/sources", "the documents and tables"),
        ("Search", "/search", "names in all languages, numbers, identifiers and addresses"),
    ),
    "Data": (
        ("Endpoint", "/sparql", "SPARQL 1.1, with GET or POST and the parameter `query`"),
        ("Vocabulary", "/ontology", "the classes, properties and code lists"),
        ("Dumps", "/dumps/", "all data in six formats of RDF, and the figures as tables"),
        ("Catalogue", "/catalog", "DCAT and VoID"),
        ("API", "/docs", "all addresses; /openapi.json is the same for programs"),
        ("JSON", "/docs/http.md", "plain JSON below /api: figures, things, decisions, sources"),
        ("How to use it", "/docs/use.md", "programs in several languages"),
        ("Documentation", "/docs/README.md", "the index of the documentation"),
    ),
}


class Robots:
    """Answers with the addresses that crawlers should leave out.

    Args:
        site: How the publication is presented.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    async def answer(self, request: Request) -> Response:
        """Answer a request with robots.txt."""
        return await self._site.responder.answer(request, TEXT.content_type, self._write)

    def _write(self) -> str:
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_CRAWLED)]
        if isinstance(self._site, ReleaseSite):
            lines += ["", f"Sitemap: {self._site.url}/sitemap.xml"]
        return "\n".join(lines) + "\n"


class Sitemap:
    """Answers with the addresses of all pages and documents of a release.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self._site = site

    async def answer(self, request: Request) -> Response:
        """Answer a request with the sitemap, or with the index of its parts if it has several."""
        return await self._site.responder.answer(request, SITEMAP.content_type, self._write)

    async def part(self, request: Request) -> Response:
        """Answer a request with one part of the sitemap; raise NotFound if it is missing."""
        number = request.path_params["number"]
        if not 1 <= number <= len(self._parts):
            raise NotFound(
                "The sitemap has no part %(number)s.",
                [f"{self._site.url}/sitemap.xml"],
                number=number,
            )
        return await self._site.responder.answer(
            request, SITEMAP.content_type, lambda: self._urls(self._parts[number - 1])
        )

    @cached_property
    def _parts(self) -> Sequence[Sequence[str]]:
        documentation = Documentation(documentation_folder()).documents
        paths = (*_PAGES, *documentation, *self._documents())
        return [paths[start : start + _MOST_LISTED] for start in range(0, len(paths), _MOST_LISTED)]

    def _write(self) -> str:
        if len(self._parts) == 1:
            return self._urls(self._parts[0])
        addresses = (f"/sitemap/{number}.xml" for number in range(1, len(self._parts) + 1))
        return self._listed("sitemapindex", "sitemap", addresses)

    def _urls(self, paths: Iterable[str]) -> str:
        return self._listed("urlset", "url", paths)

    def _listed(self, whole: str, part: str, paths: Iterable[str]) -> str:
        issued = self._site.release.issued
        dated = f"<lastmod>{issued}</lastmod>" if issued else ""
        entries = (
            f"<{part}><loc>{escape(self._site.url + path)}</loc>{dated}</{part}>\n"
            for path in paths
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            f'<{whole} xmlns="{_FORM}">\n{"".join(entries)}</{whole}>\n'
        )

    def _documents(self) -> list[str]:
        """Return the paths of the pages about all things that are not withdrawn."""
        graph = self._site.graph
        gone = set(graph.subjects(f"{OWL}deprecated"))
        names = (document_name(each) for each in graph.subjects(f"{RDF}type") if each not in gone)
        return sorted({document_path(name, HTML) for name in names if name is not None})


class SearchDescription:
    """Answers with the description of the search, with which browsers offer it.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self._site = site

    async def answer(self, request: Request) -> Response:
        """Answer a request with the OpenSearch description document (OpenSearch 1.1, draft 6)."""
        return await self._site.responder.answer(request, _OPENSEARCH, self._write)

    def _write(self) -> str:
        url, name = escape(self._site.url), escape(self._site.html.site)
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
            f"<ShortName>{name[:_SHORT_NAME]}</ShortName>\n"
            f"<Description>Search {name}</Description>\n"
            "<InputEncoding>UTF-8</InputEncoding>\n"
            f'<Image width="32" height="32" type="image/svg+xml">{url}/static/icon.svg</Image>\n'
            f'<Url type="text/html" template="{url}/search?q={{searchTerms}}"/>\n'
            f'<Url type="application/opensearchdescription+xml" rel="self" '
            f'template="{url}/opensearch.xml"/>\n'
            "</OpenSearchDescription>\n"
        )


class LanguageModels:
    """Answers with what programs that read text should know about the site.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self._site = site

    async def answer(self, request: Request) -> Response:
        """Answer a request with llms.txt: links in Markdown, each with a sentence."""
        return await self._site.responder.answer(request, TEXT.content_type, self._write)

    def _write(self) -> str:
        site = self._site
        about = " ".join(site.labels.texts(BASE, f"{DCTERMS}description"))
        lines = [f"# {site.html.site}", "", f"> {' '.join(about.split())}", "", _LLMS_ADVICE]
        for heading, links in _LLMS_LINKS.items():
            lines += ["", f"## {heading}", ""]
            lines += [f"- [{name}]({site.url}{path}): {what}" for name, path, what in links]
        return "\n".join(lines) + "\n"
