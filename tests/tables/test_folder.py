"""The folder of a table is replaced whole, and its source is described."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import Mock

import pyoxigraph as ox
import pytest

from apecgraph.errors import ContentError
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCTERMS, ID, SDMX_ATTRIBUTE
from apecgraph.tables.folder import (
    folder_texts,
    replace_folder,
    write_source,
)
from apecgraph.tables.mapping import read_mapping
from apecgraph.tables.meanings import Meanings


def written(folder: Path) -> Path:
    replace_folder(folder, {"figures.csv": "name\r\n", "source.ttl": ""})
    return folder


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    folder = written(tmp_path / "data/tables/gacc")
    replace_folder(folder, {"one.txt": "1\r\n"})
    assert folder_texts(folder) == {"one.txt": "1\r\n"}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["tables"]


def test_a_killed_import_leaves_the_old_folder_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "data/tables/gacc")
    monkeypatch.setattr(Path, "rename", Mock(side_effect=KeyboardInterrupt))
    replace_folder(folder, {"one.txt": "1"})
    assert folder_texts(folder) == {"one.txt": "1"}


def test_a_file_system_that_cannot_exchange_folders_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "data/tables/gacc")
    monkeypatch.setattr("apecgraph.tables.folder.exchange", Mock(side_effect=OSError))
    replace_folder(folder, {"one.txt": "1"})
    assert folder_texts(folder) == {"one.txt": "1"}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["tables"]


def test_a_pipe_in_a_folder_is_named_and_not_waited_for(tmp_path: Path) -> None:
    folder = written(tmp_path / "gacc")
    os.mkfifo(folder / "mapping.toml")
    with pytest.raises(ContentError, match=r"mapping\.toml: cannot be read: is not a regular file"):
        folder_texts(folder)


def test_a_folder_that_a_killed_import_moved_away_comes_back(tmp_path: Path) -> None:
    folder = written(tmp_path / "data/tables/gacc")
    folder.rename(tmp_path / "data/.tmp-gacc.old")
    replace_folder(folder, {"one.txt": "1"})
    assert folder_texts(folder) == {"one.txt": "1"}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["tables"]


def test_a_source_is_described(graph: Graph) -> None:
    text = """
    [source]
    title = "Trade"
    language = "zh"
    publisher = "gacc"
    compiler = "gacc"
    url = "https://example.org/t.csv"
    version = "872ff97"
    issued = "2025-12"
    note = "Names were restored."
    rights = "No licence is stated."
    """
    path = Path("source.ttl")
    mapping = read_mapping(text, path)
    turtle = write_source("gacc", mapping.source, Meanings(mapping, graph), path)
    quads = ox.parse(turtle, ox.RdfFormat.TURTLE, base_iri=ID)
    stated = {(each.predicate.value, str(each.object)) for each in quads}
    assert (f"{DCTERMS}publisher", f"<{ID}publisher/gacc>") in stated
    assert (f"{SDMX_ATTRIBUTE}compilingOrg", f"<{ID}body/gacc>") in stated
    assert any(value.endswith("gYearMonth>") for _, value in stated)
    assert any("Names were restored. No licence is stated." in value for _, value in stated)


def test_a_source_has_no_compiler_if_the_mapping_names_none(graph: Graph) -> None:
    path = Path("source.ttl")
    mapping = read_mapping('[source]\ntitle = "Trade"\npublisher = "gacc"\nurl = "x:y"\n', path)
    turtle = write_source("gacc", mapping.source, Meanings(mapping, graph), path)
    assert "compilingOrg" not in turtle
