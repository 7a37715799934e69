"""Delimited text: CSV (RFC 4180), TSV and their relatives, in any encoding.

SDMX-CSV is read here too. A reader that knows SDMX turns its columns into numbers first, so 12.50
becomes 12.5 and the code 036 becomes 36.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from charset_normalizer import from_bytes

from apecgraph.errors import TableRefused
from apecgraph.tables.grid import BLANK, MOST_COLUMNS, Cell, Grid, GridBuilder, shown

_DELIMITERS: Final = ",;\t|"
_SAMPLE: Final = 64 * 1024


def read_delimited(path: Path, data: bytes, encoding: str = "", delimiter: str = "") -> Grid:
    """Read delimited text.

    Args:
        path: The file, for error messages.
        data: Its bytes.
        encoding: Its encoding; if empty, UTF-8, or else what its bytes look like.
        delimiter: What separates its fields; if empty, what its first lines suggest.

    Returns:
        The table, with notes on an encoding that was detected.

    Raises:
        TableRefused: The text cannot be decoded or divided, or exceeds a limit.
    """
    notes = []
    text = _decoded(path, data, encoding) if encoding else _utf8(data)
    if text is None:
        text, found = _detected(path, data)
        notes.append(f"{path.name} is read as {found}: state encoding in [layout] if it is not")
    separator = delimiter or _delimiter(path, text)
    builder = GridBuilder(path)
    rows = csv.reader(_lines(text), delimiter=separator, strict=True)
    try:
        for row in rows:
            fields = row[: MOST_COLUMNS + 1]  # the builder refuses a row with so many
            builder.add([Cell(shown(field)) if field.strip() else BLANK for field in fields])
    except csv.Error as error:
        raise TableRefused(f"{path.name}: line {rows.line_num}: {error}") from None
    return builder.grid(*notes)


def _lines(text: str) -> Iterator[str]:
    return iter(io.StringIO(text, newline=""))


def _utf8(data: bytes) -> str | None:
    """Decode UTF-8, or UTF-16 with its mark; None if the bytes are neither."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _decoded(path: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeDecodeError) as error:
        raise TableRefused(f"{path.name}: is not {encoding}: {error}") from None


def _detected(path: Path, data: bytes) -> tuple[str, str]:
    match = from_bytes(data).best()
    if match is None:
        raise TableRefused(f"{path.name}: its encoding is unknown: state encoding in [layout]")
    return str(match), match.encoding


def _delimiter(path: Path, text: str) -> str:
    if path.suffix.casefold() == ".tsv":
        return "\t"
    sample = text[:_SAMPLE]
    try:
        return csv.Sniffer().sniff(sample, _DELIMITERS).delimiter
    except csv.Error:
        first = sample.partition("\n")[0]
        return max(_DELIMITERS, key=first.count)
