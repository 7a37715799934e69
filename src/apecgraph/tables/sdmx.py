"""SDMX-ML: data messages of the SDMX standard, versions 2.1 and 3.0."""

from __future__ import annotations

from pathlib import Path

from pysdmx.io import read_sdmx
from pysdmx.io.pd import PandasDataset

from apecgraph.errors import TableRefused
from apecgraph.tables.grid import Cell, Grid, GridBuilder, shown


def read_sdmx_message(path: Path, data: bytes, number: int = 0) -> Grid:
    """Read a dataset of an SDMX-ML message as a table with a row of column names.

    Args:
        path: The file, for error messages.
        data: Its bytes.
        number: Which dataset of the message, from 1; may be 0 if there is only one.

    Returns:
        The table: a column for each dimension, attribute and measure. Values are as written.

    Raises:
        TableRefused: The message cannot be read, or has no such dataset.
    """
    try:
        sets = read_sdmx(data.decode("utf-8-sig"), validate=False).data or ()
    except MemoryError:
        raise
    except Exception as error:  # pysdmx lets the errors of its parsers through
        raise TableRefused(f"{path.name}: is not an SDMX-ML message: {error}") from None
    if not number and len(sets) > 1:
        raise TableRefused(f"{path.name}: has {len(sets)} datasets: give a table in [layout]")
    number = number or 1
    if number > len(sets):
        raise TableRefused(f"{path.name}: has no dataset {number}, but {len(sets)}")
    dataset = sets[number - 1]
    if not isinstance(dataset, PandasDataset):
        raise TableRefused(f"{path.name}: dataset {number} holds no observations")
    builder = GridBuilder(path, f"table={number}")
    builder.add([Cell(str(name)) for name in dataset.data.columns])
    for row in dataset.data.itertuples(index=False):
        builder.add([Cell(shown(str(value))) for value in row])
    return builder.grid()
