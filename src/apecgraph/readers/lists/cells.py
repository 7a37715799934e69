"""What the cells of lists show: values of things, read from a release."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import pyoxigraph as ox

from apecgraph.content.frequencies import ANNUAL
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, ORG, RDF, SCHEMA, SDMX_DIMENSION, SKOS
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.lists.listing import Shown
from apecgraph.readers.relations import read_office
from apecgraph.readers.series import Series, when

_CHINESE: Final = "zh"
_TRADE: Final = f"{ID}measure/trade-value"
_GOODS: Final = f"{ID}coverage/all-goods"
_TOTAL: Final = f"{ID}flow/total"


class Cells:
    """Reads the values of things.

    Args:
        graph: The dataset of the release.
        language: The tag of the language of texts.
        series: All series of figures of the release.
        official: IRIs of the sources that are official statistics.
    """

    def __init__(
        self, graph: Graph, language: str, series: Sequence[Series], official: Iterable[str]
    ) -> None:
        self._graph = graph
        self._standing = graph.default_graph
        self._language = language
        self._series = series
        self._official = frozenset(official)

    def trade(self) -> dict[str, FigureClaim]:
        """Return the yearly trade of one economy with each other one, from official tables.

        All figures have one reporter, one year and one currency: those with the most partners, and
        of these the latest.
        """
        found: defaultdict[tuple[str, str, str], dict[str, FigureClaim]] = defaultdict(dict)
        for series in self._series:
            values = dict(series.dimensions)
            wanted = (values["measure"], values.get("flow"), values.get("coverage"))
            if wanted != (_TRADE, _TOTAL, _GOODS) or "counterpart" not in values:
                continue
            if not self._standing.has(values["counterpart"], f"{RDF}type", f"{APEC}Economy"):
                continue
            if values["counterpart"] == values.get("reporter"):
                continue  # goods of an economy that come back to it
            for claim in series.claims:
                cell = claim.figure.cell
                is_year = ANNUAL in self._standing.iris(cell.period, f"{SDMX_DIMENSION}freq")
                if is_year and claim.source in self._official and not claim.rejected:
                    key = cell.reporter or "", cell.period, cell.currency
                    found[key].setdefault(values["counterpart"], claim)
        if not found:
            return {}
        best = max(found, key=lambda key: (len(found[key]), when(self._graph, key[1]), key))
        return found[best]

    def since(self, iri: str) -> list[Shown]:
        """Return the most precise date since when a thing is a member."""
        memberships = self._standing.subjects(f"{ORG}member", iri)
        return [date for each in memberships for date in self.dates(each, "startDate")][:1]

    def office(self, iri: str) -> list[Shown]:
        """Return the title of a person's office that most sources state, in the main language."""
        office = read_office(self._graph, iri, self._language)
        return [] if office is None else [office]

    def dates(self, iri: str, name: str) -> list[Shown]:
        """Return the most precise value of a date."""
        dates = self._standing.objects(iri, f"{SCHEMA}{name}")
        texts = sorted(
            (each for each in dates if isinstance(each, ox.Literal)),
            key=lambda each: (-len(each.value), each.value),
        )
        return list(texts[:1])

    def uses(self, iri: str) -> Counter[str]:
        """Count the links to a thing by property, without those of statements."""
        return Counter(
            quad.predicate.value
            for quad in self._standing.quads(None, None, iri)
            if not quad.predicate.value.startswith(RDF)
        )

    def of_class(self, *classes: str) -> list[str]:
        """Return the things of some classes, sorted."""
        found = {iri for each in classes for iri in self._standing.subjects(f"{RDF}type", each)}
        return sorted(iri for iri in found if iri.startswith(ID))

    def linked(self, iri: str, property_: str) -> list[Shown]:
        """Return the things that a thing is linked to by a property."""
        return [ox.NamedNode(each) for each in self._standing.iris(iri, property_)]

    def notations(self, iri: str, datatype: str) -> list[Shown]:
        """Return the codes of a thing that have a datatype."""
        return [
            each
            for each in self._standing.objects(iri, f"{SKOS}notation")
            if isinstance(each, ox.Literal) and each.datatype.value == datatype
        ]

    def chinese(self, iri: str) -> list[Shown]:
        """Return the names of a thing in Chinese."""
        return [
            each
            for each in self._standing.objects(iri, f"{SKOS}prefLabel")
            if isinstance(each, ox.Literal) and each.language == _CHINESE
        ]
