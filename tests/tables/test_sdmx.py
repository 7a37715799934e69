"""SDMX messages are read with the digits of their values."""

from __future__ import annotations

from pathlib import Path

import pytest

from apecgraph.errors import TableRefused
from apecgraph.tables.files import read_grid
from apecgraph.tables.mapping import Layout

_SDMX = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
_STRUCTURE = "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=X:TRADE(1.0)"
MESSAGE = f"""<?xml version="1.0" encoding="UTF-8"?>
<message:StructureSpecificData xmlns:message="{_SDMX}/message"
    xmlns:ss="{_SDMX}/data/structurespecific" xmlns:common="{_SDMX}/common"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:ns1="{_STRUCTURE}:ObsLevelDim:AllDimensions">
  <message:Header>
    <message:ID>test</message:ID>
    <message:Test>false</message:Test>
    <message:Prepared>2026-01-01T00:00:00</message:Prepared>
    <message:Sender id="X"/>
    <message:Structure structureID="TRADE" dimensionAtObservation="AllDimensions"
        namespace="{_STRUCTURE}:ObsLevelDim:AllDimensions">
      <common:Structure>
        <Ref agencyID="X" id="TRADE" version="1.0" class="DataStructure"/>
      </common:Structure>
    </message:Structure>
  </message:Header>
  <message:DataSet ss:structureRef="TRADE" ss:dataScope="DataStructure"
      xsi:type="ns1:DataSetType" action="Replace">
    <Obs REPORTER="156" COUNTERPART="036" TIME_PERIOD="2024-01" OBS_VALUE="12.50"/>
    <Obs REPORTER="156" COUNTERPART="392" TIME_PERIOD="2024-01" OBS_VALUE="7"/>
  </message:DataSet>
</message:StructureSpecificData>
"""


def texts(path: Path) -> list[list[str]]:
    return [[cell.text for cell in row] for row in read_grid(path, Layout()).rows]


def test_sdmx_ml_becomes_a_table(tmp_path: Path) -> None:
    path = tmp_path / "message.xml"
    path.write_text(MESSAGE, encoding="utf-8")
    assert texts(path) == [
        ["REPORTER", "COUNTERPART", "TIME_PERIOD", "OBS_VALUE"],
        ["156", "036", "2024-01", "12.50"],
        ["156", "392", "2024-01", "7"],
    ]
    path.write_text(MESSAGE.replace("</message:DataSet>", ""), encoding="utf-8")
    with pytest.raises(TableRefused, match=r"message\.xml: is not an SDMX-ML message"):
        texts(path)


def test_sdmx_csv_keeps_zeros(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(
        "DATAFLOW,REPORTER,COUNTERPART,OBS_VALUE\nX:TRADE(1.0),156,036,12.50\n", encoding="utf-8"
    )
    assert texts(path)[1] == ["X:TRADE(1.0)", "156", "036", "12.50"]
