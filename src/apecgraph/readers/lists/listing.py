"""A list of things: its columns and its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from apecgraph.rdf.terms import Term
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.lists.facets import Choice, Facets

Shown: TypeAlias = Term | FigureClaim | str | int
"""What a cell of a list shows."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Attributes:
        name: Its name in addresses.
        label: Its heading.
        numeric: Whether it has numbers: these are sorted from the greatest.
    """

    name: str
    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A thing in a list.

    Attributes:
        iri: IRI of the thing.
        cells: What each column shows.
        keys: What sorts the row by each column; None if the cell is empty.
    """

    iri: str
    cells: tuple[tuple[Shown, ...], ...]
    keys: tuple[tuple[float, str] | None, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A thing before the columns without values are left out.

    Attributes:
        iri: IRI of the thing.
        cells: What each column shows.
        choices: The values of its facets.
        date: What sorts its first cell, or None for the cell itself.
    """

    iri: str
    cells: Sequence[Sequence[Shown]]
    choices: Mapping[str, Sequence[Choice]]
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """All things of one kind.

    Attributes:
        columns: The columns that have values; the first has the names.
        rows: The rows with their facets, in the order of the list.
        count: Number of rows.
        order: Name of the column that sorts the list unless another is asked for.
        note: A figure whose source and period hold for a whole column, or None.
    """

    columns: tuple[Column, ...]
    rows: Facets[Row]
    count: int
    order: str
    note: FigureClaim | None = None
