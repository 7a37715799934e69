"""The documentation on the site: every page, its links and its files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from apecgraph.web.pages.documentation import Documentation, documentation_folder
from tests.support.pages import Page, get

ROOT = Path(__file__).parents[3]
LARGEST = 100_000


@pytest.fixture(scope="module")
def documentation() -> Documentation:
    return Documentation(documentation_folder())


def test_every_document_is_a_page_that_all_pages_list(
    client: httpx.Client, documentation: Documentation
) -> None:
    files = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {each.file for each in documentation.documents.values()} == files
    listed = {href for href, _ in Page(get(client, "/docs")).links}
    assert set(documentation.documents) <= listed


def test_the_links_of_all_documents_lead_somewhere(
    client: httpx.Client, documentation: Documentation
) -> None:
    @cache
    def ids(path: str) -> tuple[str, ...]:
        response = client.get(path, follow_redirects=True)
        assert response.status_code == 200, path
        html = response.headers["content-type"].startswith("text/html")
        return tuple(Page(response.text).ids) if html else ()

    for path in documentation.documents:
        text = get(client, path)
        assert len(text.encode()) < LARGEST, path
        assert "&lt;!--" not in text
        page = Page(text)
        for href, _ in page.links:
            target, _, fragment = urljoin(path, href).partition("#")
            if target.startswith("/docs/"):
                assert not target.endswith(".md"), (path, href)
                assert not fragment or fragment in ids(target), (path, href)
        for _, image in page.all("img"):
            assert image["alt"]
            assert ids(str(image["src"])) == ()


def test_a_link_to_a_file_that_is_not_served_is_plain_text(client: httpx.Client) -> None:
    page = get(client, "/docs/architecture")
    assert "pyproject.toml" in page
    assert 'pyproject.toml"' not in page


def test_a_document_is_also_markdown(client: httpx.Client) -> None:
    response = client.get("/docs/http.md")
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    assert response.text == (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    notebook = client.get("/docs/examples.ipynb")
    assert notebook.headers["content-type"] == "application/x-ipynb+json"
    assert notebook.json()["cells"]


@pytest.mark.parametrize(
    "path",
    ["/docs/../pyproject.toml", "/docs/%2e%2e/README.md", "/docs//etc/passwd", "/docs/images"],
)
def test_nothing_else_is_served(client: httpx.Client, path: str) -> None:
    request = client.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=path.encode())
    assert client.send(request).status_code == 404


def test_language_models_are_led_to_markdown(client: httpx.Client) -> None:
    lines = client.get("/llms.txt").text.splitlines()

    def addresses() -> Iterator[str]:
        for line in lines:
            if "](" in line:
                yield line.partition("](")[2].partition(")")[0]

    found = list(addresses())
    assert any(address.endswith("/docs/use.md") for address in found)
    for address in found:
        path = httpx.URL(address).raw_path.decode()
        assert client.get(path, follow_redirects=True).status_code == 200, address
