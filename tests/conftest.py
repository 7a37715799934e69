from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from apecgraph.build.pipeline import build_release
from apecgraph.content.folder import default_content
from apecgraph.rdf.namespaces import BASE
from apecgraph.release.release import Release
from apecgraph.web.publication import Publication
from tests.support.contents import SmallContent
from tests.support.probe import SECOND_NAME
from tests.support.servers import server_thread


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests, and async fixtures of any scope, on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of the repository's content."""
    made, _ = build_release(default_content(), tmp_path_factory.mktemp("releases"))
    return made


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    """Two releases of little content, one after the other: the publication has another name."""
    folder = tmp_path_factory.mktemp("pair")
    content = SmallContent(folder / "content")
    first, _ = build_release(content.root, folder / "releases")
    content.write("data/catalog.ttl", f"<{BASE}> a dcat:Dataset ; rdfs:label '{SECOND_NAME}'@en .")
    second, _ = build_release(content.root, folder / "releases")
    return first, second


@pytest.fixture(scope="session")
def publication(release: Release) -> Publication:
    return Publication.of(release)


@pytest.fixture(scope="session")
def server(publication: Publication, release: Release) -> Iterator[str]:
    """The URL of a server of that release."""
    with server_thread(publication) as url:
        yield url


@pytest.fixture(scope="session")
def client(server: str) -> Iterator[httpx.Client]:
    """A client of that server, which follows no redirects and asks for nothing in particular."""
    with httpx.Client(base_url=server) as client:
        yield client
