"""CSV and TSV are read in any encoding, within limits."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from apecgraph.errors import TableRefused
from apecgraph.tables import grid
from apecgraph.tables.delimited import read_delimited

TEXT = '国家,出口\n日本,"1,234.50 "\n韩国,－\n'


def texts(data: bytes, name: str = "table.csv", **layout: str) -> list[list[str]]:
    read = read_delimited(Path(name), data, **layout)
    return [[cell.text for cell in row] for row in read.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_recognized(encoding: str) -> None:
    assert texts(TEXT.encode(encoding)) == [["国家", "出口"], ["日本", "1,234.50"], ["韩国", "－"]]


def test_another_encoding_is_detected_and_said() -> None:
    rows = [
        "国家,出口",
        *(f"日本和韩国的第{number}行，进出口商品总值,{number}" for number in range(50)),
    ]
    read = read_delimited(Path("table.csv"), "\n".join(rows).encode("gb18030"))
    assert read.rows[1][0].text == "日本和韩国的第0行，进出口商品总值"
    assert read.notes[0].startswith("table.csv is read as gb")


def test_a_stated_encoding_counts() -> None:
    assert texts("Perú;1,5\n".encode("latin-1"), encoding="latin-1", delimiter=";") == [
        ["Perú", "1,5"]
    ]
    with pytest.raises(TableRefused, match="is not ascii"):
        texts("Perú".encode(), encoding="ascii")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a;b\n1,5;2,5\n", "table.csv"),
        ("a\tb\n1,5\t2,5\n", "table.tsv"),
        ("a\tb\n1,5\t2,5\n", "t.txt"),
    ],
)
def test_the_delimiter_is_found(text: str, name: str) -> None:
    assert texts(text.encode(), name) == [["a", "b"], ["1,5", "2,5"]]


def test_lines_in_quoted_fields_and_missing_ends_are_read() -> None:
    assert texts(b'a,b\r\n"x\r\ny",2') == [["a", "b"], ["x y", "2"]]


def test_a_quote_that_never_ends_is_named() -> None:
    with pytest.raises(TableRefused, match=r"table.csv: line 2: unexpected end"):
        texts(b'a,b\n"x,2\n')


def test_a_table_within_the_limit_is_read_and_a_longer_one_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(grid, "MOST_ROWS", 3)
    assert len(texts(b"a,b\n1,2\n3,4\n")) == 3
    with pytest.raises(TableRefused, match=r"table.csv: row=4: the table has more than 3 rows"):
        texts(b"a,b\n1,2\n3,4\n5,6\n")


def test_a_line_of_any_length_is_refused_before_its_cells_are_made() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TableRefused, match=r"row=1: the table has more than 2,000 columns"):
            texts(b"ab," * 300_000)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()
