"""pysdmx reads the cube back: its structure, and each value of each cell."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pyoxigraph as ox
import pytest
from pysdmx.errors import Invalid
from pysdmx.io import get_datasets, read_sdmx
from pysdmx.io.pd import PandasDataset
from pysdmx.model import Codelist, DataStructureDefinition, Schema
from pysdmx.model.message import Message

from apecgraph.content.cube import local_name
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, QB
from apecgraph.release.release import Release
from apecgraph.tabular.codes import CODED, component_id, dataflow, structure_id
from apecgraph.tabular.columns import COLUMNS
from apecgraph.tabular.figures import Figures, FigureTable
from apecgraph.tabular.sdmx_csv import COMPONENTS, write_sdmx_csv
from apecgraph.tabular.sdmx_structure import write_structure
from tests.support.figures import FORMULAS, csv_rows, figure


@pytest.fixture(scope="module")
def message(release: Release) -> Message:
    """The structure, which the reader also validates against the schemas of SDMX."""
    return read_sdmx((release.path / "figures.sdmx.xml").read_text(), validate=True)


@pytest.fixture(scope="module")
def lists(message: Message) -> dict[str, dict[str, tuple[str | None, str | None]]]:
    """The code lists: for each code, the IRI and the label of the thing."""
    return {
        each.id: {code.id: (code.uri, code.name) for code in each.codes}
        for each in message.structures or ()
        if isinstance(each, Codelist)
    }


@pytest.fixture(scope="module")
def datasets(release: Release) -> list[PandasDataset]:
    folder = release.path
    found = get_datasets(str(folder / "figures.sdmx.csv"), str(folder / "figures.sdmx.xml"))
    return [each for each in found if isinstance(each, PandasDataset)]


def test_all_values_are_those_of_the_table(
    datasets: list[PandasDataset],
    lists: dict[str, dict[str, tuple[str | None, str | None]]],
    rows: list[dict[str, str]],
) -> None:
    by_figure = {
        record["FIGURE"]: (each.short_urn, record)
        for each in datasets
        for record in each.data.to_dict("records")
    }
    assert len(by_figure) == len(rows) > 400
    for row in rows:
        urn, record = by_figure[row["figure"]]
        assert urn == f"Dataflow={dataflow(row['dataSet'])}"
        for column in COMPONENTS:
            identifier = component_id(column.name)
            read = record.get(identifier)
            text = "" if pd.isna(read) or read is None else str(read)
            if column in CODED and text:
                iri, label = lists[f"CL_{identifier}"][text]
                assert (iri, label) == (row[column.name], row[f"{column.name}Label"])
            elif column.datatype in ("decimal", "integer") and text:
                assert Decimal(text) == Decimal(row[column.name])
            else:
                assert text == row[column.name]
        shown = Decimal(str(record["OBS_VALUE"])) * Decimal(10) ** int(record["UNIT_MULT"])
        assert shown == Decimal(row["value"]) or row["rangeEnd"]


def test_the_structure_is_that_of_the_cube(message: Message, table: FigureTable) -> None:
    graph = table.source.graph
    found = {
        each.id: each
        for each in message.structures or ()
        if isinstance(each, DataStructureDefinition)
    }
    assert set(found) == {"GROWTH", "INDICATORS", "TRADE"}
    for name, structure in found.items():
        iri = f"{ID}structure/{name.lower()}"
        parts = graph.values(iri, f"{QB}component")
        ordered = sorted(
            (int(graph.required_value(part, f"{QB}order")), component_id(local_name(property_)))
            for part in parts
            for property_ in graph.values(part, f"{QB}dimension")
        )
        components = structure.components
        assert [each.id for each in components.dimensions] == [each for _, each in ordered]
        assert [each.id for each in components.measures] == ["OBS_VALUE"]
        attributes = {each.id: each for each in components.attributes}
        required = {
            component_id(local_name(property_))
            for part in parts
            if graph.value(part, f"{QB}componentRequired") == "true"
            for property_ in graph.values(part, f"{QB}attribute")
        }
        assert required <= {each for each, found in attributes.items() if found.required}
        assert {"STATUS", "LOWER", "UPPER"} <= set(attributes)
        assert attributes["START_DATE"].attachment_level == "PERIOD"
        assert structure_id(iri) == name


def test_each_figure_has_the_key_of_its_dataflow(datasets: list[PandasDataset]) -> None:
    for each in datasets:
        assert isinstance(each.structure, Schema)
        key = [component.id for component in each.structure.components.dimensions]
        assert not each.data[key].isna().to_numpy().any()
        assert not each.data.duplicated(subset=key).any()


def test_the_reader_rejects_a_structure_that_is_not_valid(release: Release) -> None:
    text = (release.path / "figures.sdmx.xml").read_text()
    with pytest.raises(Invalid):
        read_sdmx(text.replace('textType="Decimal"', 'textType="Digits"'), validate=True)


def test_equal_cubes_have_equal_structures(release: Release, table: FigureTable) -> None:
    written = (release.path / "figures.sdmx.xml").read_bytes()
    assert write_structure(table, release.issued) == written
    assert b"<mes:Prepared>2000-01-01T00:00:00" in write_structure(table, "lately")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula(text: str) -> None:
    table = Figures(figure((f"{APEC}printed", ox.Literal(text)))).table()
    (row,) = csv_rows(write_sdmx_csv(table).decode())
    assert row["PRINTED"] == f"'{text}"


def test_a_cube_may_be_empty() -> None:
    table = Figures(Graph(())).table()
    assert write_sdmx_csv(table).startswith(b"STRUCTURE,STRUCTURE_ID,ACTION,FIGURE,")
    found = read_sdmx(write_structure(table, "").decode(), validate=False)
    assert not [
        each for each in found.structures or () if isinstance(each, DataStructureDefinition)
    ]
    assert len(COMPONENTS) < len(COLUMNS)
