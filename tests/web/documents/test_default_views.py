"""The pictures that `apecgraph pictures` prepares."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from apecgraph.release.release import Release
from apecgraph.web.charts import raster
from apecgraph.web.publication import Publication
from tests.support.command import invoke
from tests.support.connections import PATIENCE
from tests.support.contents import ContentCopy
from tests.support.servers import server_thread
from tests.web.charts.test_picture import decoded


@pytest.fixture
def built(conflict: ContentCopy, releases: Path) -> Release:
    done = invoke("build", "--content", conflict.root, releases=releases)
    assert done.exit_code == 0, done.output
    return Release.current(releases)


def test_prepared_pictures_are_served(built: Release, releases: Path) -> None:
    """The release does not change; the server draws a picture that is missing."""
    before = {path: path.read_bytes() for path in built.path.rglob("*") if path.is_file()}
    folder = releases / "pictures"
    folder.mkdir()
    (folder / "of-an-earlier-release.png").touch()
    done = invoke("pictures", releases=releases)
    assert done.exit_code == 0, done.output
    prepared = list(folder.iterdir())
    assert done.stdout == f"{len(prepared)} pictures\n"
    assert len(prepared) > 2
    for path in prepared:
        assert decoded(path.read_bytes())[0] == 1680
        path.write_bytes(b"prepared")
    assert before == {path: path.read_bytes() for path in built.path.rglob("*") if path.is_file()}
    with (
        server_thread(Publication.of(Release.current(releases))) as url,
        httpx.Client(base_url=url, timeout=PATIENCE) as client,
    ):
        assert client.get("/doc/decision/trade-2025.png").content == b"prepared"
        shutil.rmtree(folder)
        again = client.get("/doc/index.png").raise_for_status().content
        assert decoded(again)[0] == 1680
    assert not folder.exists()


def test_pictures_are_drawn_only_once(
    built: Release, releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = invoke("pictures", releases=releases).stdout
    monkeypatch.setattr(raster, "_LARGEST", 0)
    assert invoke("pictures", releases=releases).stdout == first


def test_a_folder_that_cannot_be_written_is_named(built: Release, releases: Path) -> None:
    (releases / "pictures").write_text("a file")
    done = invoke("pictures", releases=releases)
    assert done.exit_code == 1
    assert "the pictures cannot be written" in done.stderr
