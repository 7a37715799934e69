"""HTML tables, with cells that span rows and columns (HTML Standard, section 4.9.12)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lxml import etree, html

from apecgraph.errors import TableRefused
from apecgraph.tables.grid import BLANK, MOST_COLUMNS, Cell, Grid, GridBuilder, shown

_MOST_SPANNED: Final = 1_000
_DIGITS: Final = 9


def read_html_table(path: Path, data: bytes, number: int = 0) -> Grid:
    """Read a table of an HTML page.

    Args:
        path: The file, for error messages.
        data: Its bytes.
        number: Which table of the page, from 1; may be 0 if there is only one.

    Returns:
        The table, in which every cell that a spanning cell covers has its text.

    Raises:
        TableRefused: The page has no such table, or the table exceeds a limit.
    """
    try:
        # Without a declaration, lxml takes bytes for Latin-1.
        page = html.fromstring(data, parser=html.HTMLParser(encoding=_encoding(data)))
    except (etree.ParserError, etree.XMLSyntaxError, UnicodeDecodeError) as error:
        raise TableRefused(f"{path.name}: is not HTML: {error}") from None
    tables = page.xpath("descendant-or-self::table[not(descendant::table)]")
    if not number and len(tables) > 1:
        raise TableRefused(f"{path.name}: has {len(tables)} tables: give a number in [layout]")
    number = number or 1
    if number > len(tables):
        raise TableRefused(f"{path.name}: has no table {number}, but {len(tables)} tables")
    return _grid(path, tables[number - 1], number)


def _encoding(data: bytes) -> str | None:
    """Return UTF-8 if the bytes are that; otherwise the page has to declare its encoding."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _grid(path: Path, table: html.HtmlElement, number: int) -> Grid:
    builder = GridBuilder(path, f"table={number}")
    below: dict[int, tuple[int, Cell]] = {}
    """The cells that reach into the rows below: column to (rows left, cell)."""
    for line in table.iter("tr"):
        row: list[Cell] = []
        for element in (*line.iterchildren("td", "th"), None):
            while len(row) in below:
                _continue(row, below)
            if element is None:
                break
            text = shown(element.text_content())
            columns, rows = (_span(element, name) for name in ("colspan", "rowspan"))
            for offset in range(min(columns, MOST_COLUMNS + 1 - len(row))):
                if rows > 1:
                    below[len(row)] = rows - 1, Cell(text, is_filled=bool(text))
                row.append(Cell(text, is_filled=offset > 0 and bool(text)))
        while below and len(row) <= max(below):
            if len(row) in below:
                _continue(row, below)
            else:
                row.append(BLANK)
        builder.add(row)
    return builder.grid()


def _continue(row: list[Cell], below: dict[int, tuple[int, Cell]]) -> None:
    """Add the cell that reaches into this row from above."""
    left, cell = below.pop(len(row))
    if left > 1:
        below[len(row)] = left - 1, cell
    row.append(cell)


def _span(element: html.HtmlElement, name: str) -> int:
    text = element.get(name, "1").strip()
    # More digits than those of the most are more, too, and Python reads no number of thousands.
    return min(max(int(text[:_DIGITS]), 1), _MOST_SPANNED) if text.isdecimal() else 1
