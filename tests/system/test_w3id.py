"""The redirects from w3id.org to the publication, as Apache applies them."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

RULES = Path(__file__).parents[2] / "w3id" / ".htaccess"
HOST = "https://apecgraph.example.org"
MODULES = Path("/usr/lib/apache2/modules")
APACHE = shutil.which("apache2", path="/usr/sbin:/usr/bin")
SECONDS = 20


@contextmanager
def apache(folder: Path, rules: str) -> Iterator[httpx.Client]:
    """Run Apache with the rules in the place that w3id.org has for them."""
    assert APACHE is not None, "run scripts/test, which sets up Apache"
    (folder / "www" / "apecgraph").mkdir(parents=True)
    (folder / "www" / "apecgraph" / ".htaccess").write_text(rules)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    modules = ["mpm_event", "authz_core", "rewrite", "headers", "dir"]
    lines = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules]
    lines += [
        f"ServerRoot {folder}",
        f"DefaultRuntimeDir {folder}",
        f"PidFile {folder}/pid",
        f"Listen 127.0.0.1:{port}",
        "ServerName w3id.org",
        f"ErrorLog {folder}/log",
        f"DocumentRoot {folder}/www",
        "AllowEncodedSlashes NoDecode",
        f"<Directory {folder}/www>",
        "AllowOverride All",
        "Require all granted",
        "</Directory>",
    ]
    configuration = folder / "apache.conf"
    configuration.write_text("\n".join(lines) + "\n")
    server = subprocess.Popen([APACHE, "-X", "-f", str(configuration)])
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end and server.poll() is None:
                with suppress(httpx.ConnectError):
                    client.get("/")
                    break
                time.sleep(0.05)
            yield client
    finally:
        server.terminate()
        server.wait(SECONDS)


@pytest.fixture(scope="module")
def w3id(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with apache(tmp_path_factory.mktemp("apache"), RULES.read_text()) as client:
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "",
        "id/economy/CHN",
        "ontology/Source",
        "doc/economy/CHN.ttl",
        "sparql?query=ASK%20%7B%7D&format=csv",
        "id/place/%E5%B9%BF%E5%B7%9E",
        "id/odd/a%2Fb%3Fc%23d%25e",
        "dumps/apecgraph.nq?",
    ],
)
def test_a_path_is_redirected_unchanged(w3id: httpx.Client, path: str) -> None:
    response = w3id.get(f"/apecgraph/{path}")
    assert response.status_code == 307
    assert response.headers["location"].removesuffix("?") == f"{HOST}/{path.removesuffix('?')}"
    assert response.headers["access-control-allow-origin"] == "*"


def test_a_query_by_post_keeps_its_method(w3id: httpx.Client) -> None:
    response = w3id.post("/apecgraph/sparql", data={"query": "ASK {}"})
    assert (response.status_code, response.headers["location"]) == (307, f"{HOST}/sparql")


def test_other_paths_are_not_redirected(w3id: httpx.Client) -> None:
    assert w3id.get("/apecgraphs/id/x").status_code == 404


def test_an_iri_is_resolved_through_the_redirect(server: str, tmp_path: Path) -> None:
    with apache(tmp_path, RULES.read_text().replace(HOST, server)) as client:
        client.follow_redirects = True
        turtle = client.get("/apecgraph/id/economy/CHN", headers={"Accept": "text/turtle"})
        assert turtle.raise_for_status().url == f"{server}/doc/economy/CHN.ttl"
        answer = client.post("/apecgraph/sparql?format=csv", data={"query": "ASK {}"})
        assert answer.raise_for_status().text == "true"
