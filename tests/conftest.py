from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.build import pipeline
from apecgraph.build.pipeline import build_release
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import Content, default_content
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE
from apecgraph.release.release import Release
from apecgraph.web.publication import Publication
from tests.support.connections import PATIENCE
from tests.support.contents import CONFLICT, EXCERPT, ContentCopy, SmallContent, press_content
from tests.support.figures import TradeContent
from tests.support.probe import SECOND_NAME
from tests.support.servers import server_thread
from tests.support.turns import Turns, locked

TURNS = pytest.StashKey[Turns]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="test in full, which takes minutes")
    parser.addoption("--spark", action="store_true", help="also collect the tests that need Spark")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: no other process of pytest runs a test meanwhile")
    if hasattr(config, "workerinput"):  # one of the processes of pytest-xdist
        assert config.cache is not None
        config.stash[TURNS] = Turns(config.cache.mkdir("turns"))


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives until the end: it took a sixth of a check's time."""
    gc.freeze()
    gc.set_threshold(20_000, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    turns = item.config.stash.get(TURNS, None)
    if turns is None:
        return (yield)
    turns.take(alone=runs_alone(item))
    try:
        return (yield)
    finally:
        # Keep the turn while the next test must also run alone, so that a run of such tests is not
        # interrupted.
        if nextitem is None or not runs_alone(nextitem):
            turns.give()


def runs_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests that need Java and PySpark, unless they are asked for."""
    return (
        True
        if collection_path.name == "test_spark.py" and not config.getoption("--spark")
        else None
    )


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests, and async fixtures of any scope, on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether to run the tests that take minutes in full, as `scripts/test-all` does."""
    chosen: bool = request.config.getoption("--full")
    return chosen


# --- content folders and releases that a test makes ---------------------------------------------


@pytest.fixture
def content(tmp_path: Path) -> SmallContent:
    return SmallContent(tmp_path / "content")


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """A folder for releases, which does not exist yet."""
    return tmp_path / "releases"


@pytest.fixture
def excerpt(tmp_path: Path) -> ContentCopy:
    """A copy of a part of the real content that passes the check by itself."""
    return ContentCopy(tmp_path, EXCERPT)


@pytest.fixture
def conflict(tmp_path: Path) -> ContentCopy:
    """A copy of a larger part, with the conflict about the trade of 2025."""
    return ContentCopy(tmp_path, CONFLICT)


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
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Release, Release]:
    """The name of a removed release, and two kept ones after it; see `TradeContent`."""
    folder = tmp_path_factory.mktemp("compared")
    content = TradeContent(folder / "content")
    removed, _ = build_release(content.root, folder / "releases", keep=2)
    content.print_more()
    old, _ = build_release(content.root, folder / "releases", keep=2)
    content.settle()
    new, _ = build_release(content.root, folder / "releases", keep=2)
    return removed.name, old, new


# --- the real content without its tables, its release, and a server of it -----------------------


@pytest.fixture(scope="session")
def press() -> Content:
    """The content of the press: all of the real content except its tables."""
    return Content.read(press_content())


@pytest.fixture(scope="session")
def evidence(press: Content) -> Evidence:
    return Evidence.gather(press)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Release:
    """A release of the press, which all processes of pytest share."""
    return shared_release("releases", press_content(), tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def full_release(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Release:
    """A release of all content, as it is published, which all processes share; takes a minute."""
    return shared_release("full", default_content(), tmp_path_factory, worker_id)


def shared_release(
    name: str, content: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Release:
    """Build a release in a folder of releases, if no other process of pytest has."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    with locked(folder / f"{name}.lock"):
        if (folder / name / "current").exists():
            return Release.current(folder / name)
        with pytest.MonkeyPatch.context() as patch:
            if content != default_content():
                # A part of the content gives other answers than those that are recorded.
                patch.setattr(pipeline, "wrong_answers", lambda *_: ())
            release, _ = build_release(content, folder / name)
        return release


@pytest.fixture(scope="session")
def publication(release: Release) -> Publication:
    return Publication.of(release)


@pytest.fixture(scope="session")
def graph(publication: Publication) -> Graph:
    """The dataset of that release."""
    assert publication.graph is not None
    return publication.graph


@pytest.fixture(scope="session")
def store(graph: Graph) -> ox.Store:
    """The store that contains that dataset."""
    return graph.store


@pytest.fixture(scope="session")
def server(publication: Publication, release: Release) -> Iterator[str]:
    """The URL of a server of that release."""
    with server_thread(publication) as url:
        yield url


@pytest.fixture(scope="session")
def client(server: str) -> Iterator[httpx.Client]:
    """A client of that server, which follows no redirects and asks for no particular format."""
    with httpx.Client(base_url=server, timeout=PATIENCE) as client:
        yield client
