"""Tables of partners: the figures of one period, with a row for each partner and source."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from apecgraph.rdf.namespaces import ID
from apecgraph.readers.claims import FigureClaim

_ALWAYS: Final = ("subject", "counterpart")
"""The dimensions that each row names."""

_IF_DIFFERENT: Final = ("reporter", "coverage")
"""The dimensions that each row names if the rows of a table differ in them."""

_TOTAL: Final = f"{ID}flow/total"

Column = tuple[str, str | None]
"""A measure, and the flow if the measure has one."""


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """The figures that one source prints about one partner.

    Attributes:
        about: IRIs of the partner and of other things that distinguish the row.
        source: IRI of the source.
        figures: The figures of each column.
    """

    about: tuple[str, ...]
    source: str
    figures: tuple[tuple[FigureClaim, ...], ...]


@dataclass(frozen=True, slots=True)
class PartnerTable:
    """The figures of one period in one currency.

    Attributes:
        currency: IRI of the currency.
        columns: The columns: values before rates, totals before their parts.
        rows: The rows, those of the partner with the highest number first; of one partner, official
            statistics first.
    """

    currency: str
    columns: tuple[Column, ...]
    rows: tuple[PartnerRow, ...]

    @property
    def measures(self) -> tuple[tuple[str, int], ...]:
        """The measures of the columns, each with the number of its columns."""
        return tuple(Counter(measure for measure, _ in self.columns).items())


def partner_tables(claims: Iterable[FigureClaim], official: Set[str]) -> list[PartnerTable]:
    """Put figures of one period into tables, one for each currency.

    Args:
        claims: The figures.
        official: IRIs of the sources that are official statistics.

    Returns:
        The tables, the one with the most figures first.
    """
    by_currency: defaultdict[str, list[FigureClaim]] = defaultdict(list)
    for claim in claims:
        by_currency[claim.figure.cell.currency].append(claim)
    ranked = sorted(by_currency.items(), key=lambda item: (-len(item[1]), item[0]))
    return [_table(currency, figures, official) for currency, figures in ranked]


def rows_of(tables: Iterable[PartnerTable], start: int, end: int) -> list[PartnerTable]:
    """Return some rows of tables that follow one another, without tables that have none of them.

    Args:
        tables: The tables.
        start: Number of rows that are left out at the start of the first table.
        end: Number of rows up to the end of the last row.

    Returns:
        The parts of the tables.
    """
    parts, before = [], 0
    for table in tables:
        rows = table.rows[max(0, start - before) : max(0, end - before)]
        before += len(table.rows)
        if rows:
            parts.append(replace(table, rows=rows))
    return parts


def _table(currency: str, claims: Sequence[FigureClaim], official: Set[str]) -> PartnerTable:
    cells = {claim.figure.cell for claim in claims}
    named = [name for name in _IF_DIFFERENT if len({getattr(cell, name) for cell in cells}) > 1]
    columns = _columns(claims)
    rows: defaultdict[tuple[tuple[str, ...], str], list[FigureClaim]] = defaultdict(list)
    highest: defaultdict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for claim in claims:
        cell = claim.figure.cell
        about = tuple(value for name in (*_ALWAYS, *named) if (value := getattr(cell, name)))
        rows[about, claim.source].append(claim)
        if cell.measure == columns[0][0] and not claim.rejected:
            highest[about] = max(highest[about], claim.figure.value)

    def rank(row: tuple[tuple[str, ...], str]) -> tuple[Decimal, tuple[str, ...], bool, str]:
        about, source = row
        return -highest[about], about, source not in official, source

    return PartnerTable(
        currency,
        columns,
        tuple(
            PartnerRow(
                about,
                source,
                tuple(
                    tuple(claim for claim in rows[about, source] if _column(claim) == column)
                    for column in columns
                ),
            )
            for about, source in sorted(rows, key=rank)
        ),
    )


def _columns(claims: Iterable[FigureClaim]) -> tuple[Column, ...]:
    ranks = {
        _column(claim): (
            claim.figure.unit != claim.figure.cell.currency,
            claim.figure.cell.measure,
            claim.figure.cell.flow != _TOTAL,
            claim.figure.cell.flow or "",
        )
        for claim in claims
    }
    return tuple(sorted(ranks, key=ranks.__getitem__))


def _column(claim: FigureClaim) -> Column:
    return claim.figure.cell.measure, claim.figure.cell.flow
