"""The folder of a table: any CSVW processor makes the same triples from it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pyoxigraph as ox
import pytest
from csvw import CSVW

from apecgraph.errors import ContentError
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, QB, RDF, SDMX_ATTRIBUTE, SDMX_MEASURE
from apecgraph.tables.folder import (
    FIGURES,
    METADATA,
    figure_row,
    folder_texts,
    read_rows,
    replace_folder,
    write_rows,
    write_source,
)
from apecgraph.tables.mapping import read_mapping
from apecgraph.tables.meanings import Meanings
from tests.tables.test_sums import figure

ROWS = [
    figure_row(dataclasses.replace(figure("10.50", "exports"), name="b"), "2025-02"),
    figure_row(dataclasses.replace(figure("7", "imports"), name="a", printed='7" *'), "2025-02"),
]


def written(folder: Path) -> Path:
    texts = dict(zip((FIGURES, METADATA), write_rows(ROWS, "gacc", "zh"), strict=True))
    replace_folder(folder, texts)
    return folder


def test_a_csvw_processor_reads_the_figures(tmp_path: Path) -> None:
    folder = written(tmp_path / "data/tables/gacc")
    table = CSVW(str(folder / METADATA), validate=True)
    assert table.is_valid
    subject = f"{ID}figure/gacc/b"
    (described,) = (each for each in table.to_json(minimal=True) if each["@id"] == subject)
    names = {
        "qb:dataSet": f"{QB}dataSet",
        "rdf:type": f"{RDF}type",
        "dc:issued": f"{DCTERMS}issued",
    }
    values = {names.get(key, key): value for key, value in described.items()}
    assert values[f"{QB}dataSet"] == f"{ID}dataset/trade"
    assert values[f"{APEC}reporter"] == f"{ID}economy/CHN"
    assert values[f"{APEC}flow"] == f"{ID}flow/exports"
    assert values[f"{APEC}period"] == f"{ID}period/2024-01_2024-02"
    assert values[f"{APEC}bound"] == f"{ID}bound/rounded"
    assert values[f"{SDMX_MEASURE}obsValue"] == 10.5
    assert values[f"{SDMX_ATTRIBUTE}unitMult"] == 4
    assert values[f"{APEC}locator"] == "at=exports"


def test_digits_and_order_are_kept_and_constants_are_stated_once(tmp_path: Path) -> None:
    folder = written(tmp_path / "data/tables/gacc")
    lines = (folder / FIGURES).read_bytes().decode().split("\r\n")
    assert lines == [
        "name,flow,obsValue,unitMult,decimals,printed,locator,issued",
        'a,flow/imports,7,4,0,"7"" *",at=imports,2025-02',
        "b,flow/exports,10.50,4,2,10.50,at=exports,2025-02",
        "",
    ]


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    folder = written(tmp_path / "data/tables/gacc")
    assert read_rows(folder) == {row["name"]: row for row in ROWS}
    assert read_rows(tmp_path / "none") == {}


@pytest.mark.parametrize("name", [FIGURES, METADATA])
def test_a_damaged_folder_is_named(name: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "data/tables/gacc")
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace('"', ""), encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("name,", ""), encoding="utf-8")
    with pytest.raises(ContentError, match="is not as apecgraph import wrote it"):
        read_rows(folder)


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    folder = written(tmp_path / "data/tables/gacc")
    replace_folder(folder, {"one.txt": "1\r\n"})
    assert folder_texts(folder) == {"one.txt": "1\r\n"}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["tables"]


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
