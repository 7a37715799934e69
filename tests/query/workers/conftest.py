from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest

from apecgraph.query.model import Data, DataFile
from tests.support.processes import OF_OTHERS, zygotes
from tests.support.stores import LATE, write_dataset


@pytest.fixture(autouse=True)
def _own_zygotes_only() -> None:
    """Leave the zygotes of servers that several tests share out of what `zygotes` returns."""
    OF_OTHERS.clear()
    OF_OTHERS.update(zygotes())


@pytest.fixture
def files(tmp_path: Path) -> list[DataFile]:
    return write_dataset(tmp_path)


@pytest.fixture
def directory(files: list[DataFile], tmp_path: Path) -> Path:
    """A store on disk with the dataset in tables and one more quad, LATE, in its log."""
    path = tmp_path / "store"
    store = pyoxigraph.Store(path)
    for file in files:
        store.bulk_load(path=file.path, format=file.format.rdf)
    store.add(LATE)
    return path


@pytest.fixture(params=["memory", "disk"])
def data(request: pytest.FixtureRequest) -> Data:
    """The dataset as files, which are loaded into memory, and as a store on disk."""
    found: Data = request.getfixturevalue("files" if request.param == "memory" else "directory")
    return found
