"""The language of a page: its words, and how it names things and writes numbers and dates."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache, partial
from typing import Final

import pyoxigraph as ox

from apecgraph.consistency.wording import Wording
from apecgraph.content.cube import Cell
from apecgraph.content.decisions import STATUS
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, DCTERMS, OWL, QB, RDF
from apecgraph.readers.claims import FigureClaim, StatementClaim, read_claim
from apecgraph.readers.quantities import Quantities
from apecgraph.readers.series import dimensions_of
from apecgraph.release.links import namespace_of
from apecgraph.text.catalogues import Catalogue
from apecgraph.text.measured import measured
from apecgraph.text.numbers import Numerals

_SAME: Final = f"{OWL}sameAs"

_REMEMBERED: Final = 4096
"""Number of names that are remembered."""


class Language:
    """A language of the interface, for the pages of one release.

    Args:
        graph: The dataset of the release.
        catalogue: The messages of the interface in the language.

    Attributes:
        catalogue: The messages.
        labels: Names things in the language if possible, otherwise in English.
        numerals: Writes numbers and intervals.
        quantities: Writes the quantities of claims.
        wording: Describes claims and cells.
    """

    catalogue: Catalogue
    labels: Labels
    numerals: Numerals
    quantities: Quantities
    wording: Wording

    def __init__(self, graph: Graph, catalogue: Catalogue) -> None:
        self._graph = graph
        self.catalogue = catalogue
        self.numerals = Numerals(graph, catalogue)
        self.quantities = Quantities(self.numerals)
        names = _Names(graph, catalogue)
        self.labels, self.wording = names, names.wording

    @property
    def tag(self) -> str:
        """The tag of the language (BCP 47)."""
        return self.catalogue.tag

    def status(self, name: str) -> str:
        """Return the word for the status of a claim: "rejected"."""
        label = self.labels.label(STATUS + name)
        return name if label is None else label.value

    def measured(self, cells: Collection[Cell]) -> str:
        """Write what some cells have in common: "exports of China to Peru, 2024, in yuan"."""
        values = dimensions_of(cells)
        periods = {cell.period for cell in cells}
        units = {(cell.unit(self._graph), cell.currency) for cell in cells}
        parts = [
            measured(values, self.labels, self.catalogue),
            self.labels.title(periods.pop()).value if len(periods) == 1 else "",
            self.numerals.basis(*units.pop()) if len(units) == 1 else "",
        ]
        return self.listed([*filter(None, parts)])

    def outside(self, iri: str) -> str:
        """Name a thing of another dataset: "Wikidata Q148", or its address without the scheme."""
        label, namespace = self.labels.label(iri), namespace_of(iri)
        if label is not None:
            return label.value
        register = self.labels.label(namespace)
        if register is None:
            return re.sub("^https?://", "", iri)
        name = iri.removeprefix(namespace).strip("/")
        return self.catalogue.gettext(
            "%(register)s %(name)s", register=register.value, name=name
        ).strip()

    def listed(self, names: list[str]) -> str:
        """Write names as a list without a conjunction: "China, Peru"."""
        return self.catalogue.gettext(", ").join(names)


class _Names(Labels):
    """Labels; a thing without a label in the language may have a name in it nevertheless.

    A publisher has the name of the body that it is, of which sources print more names. Periods,
    figures, cells and statements, which the build labels in English, are described: they are too
    many to have labels in each language.
    """

    def __init__(self, graph: Graph, catalogue: Catalogue) -> None:
        super().__init__(graph, catalogue.tag)
        self.wording = Wording(graph, catalogue, self)
        self._described = lru_cache(_REMEMBERED)(self._describe)

    def label(self, iri: str) -> ox.Literal | None:
        found = super().label(iri)
        if found is None or self._is_own(found):
            return found
        return self._described(iri) or found

    def _is_own(self, name: ox.Literal) -> bool:
        return (name.language or "").split("-")[0] == self.language

    def _describe(self, iri: str) -> ox.Literal | None:
        graph = self._graph
        for name in filter(None, map(super().label, graph.iris(iri, _SAME))):
            if self._is_own(name):
                return name
        types = graph.iris(iri, f"{RDF}type")
        words = ""
        if f"{DCTERMS}PeriodOfTime" in types:
            words = self.wording.period(iri)
        elif f"{APEC}Cell" in types:
            words = self.wording.cell(Cell.of(partial(graph.value, iri)))
        elif f"{QB}Observation" in types or f"{RDF}Statement" in types:
            claim = read_claim(graph, iri)
            if isinstance(claim, FigureClaim):
                words = self.wording.claim(claim.figure)
            elif isinstance(claim, StatementClaim):
                words = self.wording.statement(claim.triple)
        return ox.Literal(words, language=self.language) if words else None
