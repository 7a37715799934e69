"""Populations: how many people live in an economy, for values per head."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from apecgraph.rdf.namespaces import ID
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.series import Series

POPULATION: Final = f"{ID}measure/population"

Populations = Mapping[tuple[str, str], FigureClaim]
"""The population of an economy in a period, keyed by the IRIs of both."""


def read_populations(series: Iterable[Series], official: Collection[str]) -> Populations:
    """Find the populations among the series of a release.

    Args:
        series: The series.
        official: IRIs of the sources that are official statistics; others do not count.

    Returns:
        For each economy and period, a figure that stands.
    """
    return {
        (claim.figure.cell.subject, claim.figure.cell.period): claim
        for each in series
        if dict(each.dimensions)["measure"] == POPULATION
        for claim in each.claims
        if claim.figure.cell.subject and claim.figure.value > 0
        if claim.status == "stands" and claim.source in official
    }
