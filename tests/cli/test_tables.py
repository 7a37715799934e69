"""`apecgraph import` enters a table whole, within limits, or not at all."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.support.command import invoke, refusal
from tests.support.contents import ContentCopy

MAPPING = """
extends = "tidy"

[source]
title = "Trade of China"
publisher = "publisher/gacc"
compiler = "body/gacc"
url = "https://example.org/trade.csv"
"""
HEAD = "reporter,counterpart,flow,period,currency,scale,value\n"
TOTAL = "China,World,total,2017-01,CNY,8,41\nChina,World,exports,2017-01,CNY,8,20.5\n"
IMPORTS = "China,World,imports,2017-01,CNY,8,20.5\n"


class Desk:
    """An editor's desk: a content folder, a mapping, and tables to import."""

    def __init__(self, excerpt: ContentCopy, releases: Path) -> None:
        self.root = excerpt.root
        self.folder = excerpt.root / "data/tables/trade"
        self.periods = excerpt.root / "data/entities/periods.ttl"
        self.releases = releases
        self.mapping = excerpt.root.parent / "mapping.toml"
        self.mapping.write_text(MAPPING, encoding="utf-8")

    def table(self, data: str | bytes, name: str = "trade.csv") -> Path:
        path = self.root.parent / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def arguments(self, table: Path, *more: str | Path) -> tuple[str | Path, ...]:
        mapping = () if more else ("--mapping", self.mapping)
        return ("import", table, "--source", "trade", *mapping, *more, "--content", self.root)

    def enter(self, table: Path, *more: str | Path) -> list[str]:
        done = invoke(*self.arguments(table, *more), releases=self.releases)
        assert (done.exit_code, done.stderr) == (0, "")
        return [line.strip() for line in done.stdout.splitlines()]

    def refuse(self, table: Path, *more: str | Path) -> str:
        before = self.periods.read_bytes(), [*self.folder.parent.rglob("*")]
        error = refusal(*self.arguments(table, *more), releases=self.releases)
        assert (self.periods.read_bytes(), [*self.folder.parent.rglob("*")]) == before
        return error


@pytest.fixture
def desk(excerpt: ContentCopy, releases: Path) -> Desk:
    return Desk(excerpt, releases)


def test_a_table_is_entered_with_an_account_of_its_cells(desk: Desk) -> None:
    assert desk.enter(desk.table(HEAD + TOTAL + IMPORTS)) == [
        "data/tables/trade: 3 figures",
        "28 cells are read, 3 are kept as figures",
        "left: 18 (names and periods of rows)",
        "left: 7 (titles, units and headers)",
        "holds: 1 (exports + imports = total)",
        "holds: 2 (one unit throughout)",
        "new: 3",
        "chn-world-total-trade-value-2017-01-cny",
        "chn-world-exports-trade-value-2017-01-cny",
        "chn-world-imports-trade-value-2017-01-cny",
        "revised: 0",
        "no longer printed, but kept: 0",
    ]
    assert sorted(path.name for path in desk.folder.iterdir()) == [
        "figures.csv",
        "figures.csv-metadata.json",
        "mapping.toml",
        "source.ttl",
    ]
    assert "<period/2017-01>" in desk.periods.read_text(encoding="utf-8")
    where = ("--content", desk.root)
    assert invoke("fmt", "--check", *where, releases=desk.releases).exit_code == 0


def test_the_next_edition_needs_no_mapping_and_a_second_run_changes_nothing(desk: Desk) -> None:
    desk.enter(desk.table(HEAD + TOTAL), "--mapping", desk.mapping, "--issued", "2017-02-07")
    later = TOTAL.replace(",41", ",42").replace("2017-01,CNY,8,20", "2017-02,CNY,8,21")
    edition = desk.table(HEAD + later)
    issued = ("--issued", "2017-03-08", "--url", "https://example.org/february.csv")
    assert desk.enter(edition, *issued)[-6:] == [
        "new: 1",
        "chn-world-exports-trade-value-2017-02-cny",
        "revised: 1",
        "chn-world-total-trade-value-2017-01-cny: 41 times 10^8 CNY, now 42 times 10^8 CNY",
        "no longer printed, but kept: 1",
        "chn-world-exports-trade-value-2017-01-cny",
    ]
    source = (desk.folder / "source.ttl").read_text(encoding="utf-8")
    assert '"2017-03-08"^^xsd:date' in source
    rows = (desk.folder / "figures.csv").read_text(encoding="utf-8").splitlines()
    dates = [line.rpartition(",")[2] for line in rows]
    assert dates == ["issued", "2017-02-07", "2017-03-08", "2017-03-08"]
    before = {path.name: path.stat().st_mtime_ns for path in desk.folder.iterdir()}
    assert desk.enter(edition, *issued)[-1] == "nothing has changed"
    assert {path.name: path.stat().st_mtime_ns for path in desk.folder.iterdir()} == before


def xlsx(**cells: object) -> bytes:
    book = openpyxl.Workbook()
    for column, name in enumerate(HEAD.strip().split(","), 1):
        book.active.cell(1, column, name)
    for place, value in cells.items():
        book.active[place] = value
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


ROW = {"A2": "China", "B2": "World", "C2": "total", "D2": "2017-01", "E2": "CNY", "F2": 8}


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("t.xlsx", xlsx(**ROW, G2=41)[:-500], "t.xlsx: is damaged or truncated"),
        ("t.xlsx", xlsx(**ROW, G2="=6*7"), "t.xlsx: sheet=Sheet;row=2;column=7: the value of the"),
        (
            "t.csv",
            HEAD + TOTAL + "China,USA,total,2017-01,CNY,4,1\n",
            "t.csv: row=4;column=7, row=2;column=7: one unit throughout fails",
        ),
        (
            "t.csv",
            HEAD + "China,Atlantis,total,2017-01,CNY,4,1\n",
            "t.csv: row=2;column=2: 'Atlantis' is not a known name of an economy",
        ),
        (
            "t.csv",
            HEAD + TOTAL + TOTAL,
            "t.csv: row=4;column=7: chn-world-total-trade-value-2017-01-cny is at row=2;column=7",
        ),
        ("t.csv", HEAD + TOTAL + IMPORTS.replace("20.5", "205"), "exports + imports = total fails"),
        ("t.csv", "", "t.csv: is empty"),
        ("t.xls", b"\xd0\xcf\x11\xe0", "t.xls: is an old Excel file: save it as XLSX"),
    ],
)
def test_bad_input_is_named_and_nothing_is_entered(
    name: str, data: str | bytes, message: str, desk: Desk
) -> None:
    error = desk.refuse(desk.table(data, name))
    assert message in error
    assert "Traceback" not in error


def test_bombs_are_stopped_by_limits(desk: Desk) -> None:
    bomb = io.BytesIO(xlsx(**ROW, G2=41))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", bytes(200 * 1024 * 1024))
    assert "t.xlsx: unpacked, it has" in desk.refuse(desk.table(bomb.getvalue(), "t.xlsx"))
    merged = io.BytesIO(xlsx(**ROW, G2=41))
    spread = io.BytesIO()
    with zipfile.ZipFile(merged) as before, zipfile.ZipFile(spread, "w") as after:
        for part in before.infolist():
            text = before.read(part)
            blocks = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
            after.writestr(part, text.replace(b"</sheetData>", blocks))
    error = desk.refuse(desk.table(spread.getvalue(), "t.xlsx"))
    assert "t.xlsx: 17,179,869,184 cells are merged" in error


def test_a_source_needs_a_name_a_mapping_and_an_address(desk: Desk) -> None:
    table = desk.table(HEAD + TOTAL)
    assert "the mapping cannot be read: No such file" in desk.refuse(table, "--issued", "2017")
    text = MAPPING.replace('url = "https://example.org/trade.csv"', "")
    desk.mapping.write_text(text, encoding="utf-8")
    assert "give --url" in desk.refuse(table)
    named = ("import", table, "--source", "../x", "--content", desk.root)
    assert "'../x' is not a name" in refusal(*named, releases=desk.releases)
