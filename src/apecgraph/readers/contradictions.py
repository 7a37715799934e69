"""Contradictions: why the claims of a decision cannot all be right, read from a release."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from apecgraph.content.cube import Cell
from apecgraph.content.figures import read_interval
from apecgraph.intervals import Interval
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, RDFS


@dataclass(frozen=True, slots=True)
class RecordedEstimate:
    """An interval that contains the value of a cell if some figures are right.

    Attributes:
        words: How the interval was derived.
        interval: The interval.
        figures: IRIs of the figures that the interval is derived from.
    """

    words: str
    interval: Interval
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordedContradiction:
    """Claims that cannot all be right.

    Attributes:
        iri: IRI of the contradiction.
        label: The contradiction in words.
        edit_rules: IRIs of the edit rules that the claims violate.
        culprit: IRIs of the claims that the check would report as wrong.
        claims: IRIs of all claims involved.
        ratio: The ratio of the higher estimate to the lower one; None if it is not known.
        cell: The cell of the estimates; None for statements.
        estimates: The two estimates; empty for statements.
    """

    iri: str
    label: str
    edit_rules: tuple[str, ...]
    culprit: tuple[str, ...]
    claims: tuple[str, ...]
    ratio: Decimal | None
    cell: Cell | None
    estimates: tuple[RecordedEstimate, ...]


def read_contradictions(graph: Graph, labels: Labels, decision: str) -> list[RecordedContradiction]:
    """Read the contradictions that justify a decision.

    Args:
        graph: The dataset of a release.
        labels: Reads the words, in a language.
        decision: IRI of the decision.

    Returns:
        The contradictions, those with the highest ratio of the estimates first. Equal ratios are
        sorted by the number of claims, the fewest first.
    """
    iris = graph.values(decision, f"{APEC}contradiction")
    contradictions = (_read(graph, labels, iri) for iri in iris)
    return sorted(contradictions, key=lambda item: (-(item.ratio or 0), len(item.claims), item.iri))


def _read(graph: Graph, labels: Labels, iri: str) -> RecordedContradiction:
    estimates = tuple(
        RecordedEstimate(
            labels.text(node, f"{RDFS}label"),
            read_interval(graph, node),
            tuple(graph.values(node, f"{APEC}restsOn")),
        )
        for node in graph.values(iri, f"{APEC}estimate")
    )
    claims = {*graph.values(iri, f"{APEC}restsOn")}.union(*(item.figures for item in estimates))
    ratio = graph.value(iri, f"{APEC}ratio")
    cell = graph.value(iri, f"{APEC}sameCellAs") or iri
    return RecordedContradiction(
        iri,
        labels.text(iri, f"{RDFS}label"),
        tuple(graph.values(iri, f"{APEC}violates")),
        tuple(graph.values(iri, f"{APEC}culprit")),
        tuple(sorted(claims)),
        None if ratio is None else Decimal(ratio),
        _cell(graph, cell) if estimates else None,
        estimates,
    )


def _cell(graph: Graph, iri: str) -> Cell | None:
    """Read a cell; None if it lacks a dimension, as in a release of an older version."""
    try:
        return Cell.of(partial(graph.value, iri))
    except LookupError:
        return None
