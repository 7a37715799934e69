"""Scripts and styles of the pages, and pages without them."""

from __future__ import annotations

import http.client
import re
import shutil
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.text.catalogues import ENGLISH
from apecgraph.web.language import Language
from apecgraph.web.pages.assets import BUNDLE, STATIC_FOLDER, Assets
from apecgraph.web.pages.html import Html
from apecgraph.web.sparql.examples import EXAMPLES
from tests.support.pages import BROWSER


def addresses(client: httpx.Client) -> list[str]:
    page = client.get("/sparql", headers={"Accept": BROWSER}).text
    return re.findall(r'(?:src|href)="(/static/[^"]*)"', page)


def test_a_page_refers_to_immutable_assets(client: httpx.Client) -> None:
    found = addresses(client)
    assert len([each for each in found if f"/{BUNDLE}/" in each]) == 2
    for each in found:
        response = client.get(each).raise_for_status()
        assert ("immutable" in response.headers["cache-control"]) is not each.endswith(".svg")
    plain = client.get("/static/style.css").raise_for_status()
    assert plain.headers["cache-control"] == "no-cache"
    stale = client.get("/static/style.css?00000000").raise_for_status()
    assert stale.headers["cache-control"] == "no-cache"


def test_scripts_are_sent_compressed(client: httpx.Client) -> None:
    (script,) = (each for each in addresses(client) if each.endswith(".js"))
    response = client.get(script).raise_for_status()
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) < len(response.content) / 3
    head = client.head(script, headers={"If-None-Match": response.headers["etag"]})
    assert head.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "",
        "bundle",
        "bundle/",
        "../html.py",
        "%2e%2e/html.py",
        "..%2fhtml.py",
        "bundle/../../html.py",
        "/etc/passwd",
        "style.css%00",
        "style.css/x",
    ],
)
def test_other_static_paths_are_not_found(server: str, path: str) -> None:
    connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=10)
    with closing(connection):
        connection.request("GET", f"/static/{path}")  # httpx would normalize the path
        assert connection.getresponse().status == 404


def test_without_the_bundle_the_query_page_has_a_plain_form(tmp_path: Path) -> None:
    shutil.copy(STATIC_FOLDER / "style.css", tmp_path)
    assets = Assets(tmp_path)
    assert assets.bundled("editor.js") is None
    assert assets.digest != Assets().digest
    html = Html(None, Graph(), assets, "", Language(Graph(), ENGLISH), ["en"])
    served = SimpleNamespace(quads=0, graphs=())
    page = html.page(
        "sparql/page.html",
        served=served,
        sources=(),
        examples=EXAMPLES,
        asked=False,
        cites=False,
        tables=(),
        graphs=(),
    )
    assert 'type="module"' not in page
    assert '<form method="get" action="/sparql">' in page
