"""Figures that a test makes."""

from __future__ import annotations

import csv
import shutil
from io import StringIO
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import default_content
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID, QB, RDF
from tests.support.contents import PLACES, SmallContent

SOURCE: Final = ox.NamedNode(f"{ID}source/x")

FORMULAS: Final = (
    '=HYPERLINK("https://example.org","click")',
    "=1+1",
    "+1.9%",
    "-10 percent",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "－1",
    "-1e3",
    "+",
)
"""Texts that a spreadsheet would take for a formula."""


class TradeContent(SmallContent):
    """A small content about the exports of China, in trillion yuan, that is published three times.

    Args:
        folder: Where the content goes.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.add_real_terms()
        for name in ("concepts.ttl", "printed-words.ttl", "labels.ttl"):
            shutil.copyfile(default_content() / "ontology" / name, self.root / "ontology" / name)
        years = "".join(
            f"<period/{year}> a dcterms:PeriodOfTime ; rdfs:label '{year}'@en ; "
            f"dcat:startDate '{year}-01-01'^^xsd:date ; dcat:endDate '{year}-12-31'^^xsd:date .\n"
            for year in range(2022, 2026)
        )
        places = "<economy/CHN> a apec:Economy ; skos:prefLabel 'China'@en, '中国'@zh ."
        self.write("data/entities/places.ttl", f"{PLACES}{years}{places}")
        self._print("s0", a=("2.4", 2024))

    def print_more(self) -> None:
        """Print other figures than before."""
        self._print("s0", a=("2.5", 2024), gone=("2.0", 2023))
        self._print("s1", b=("9.0", 2022))

    def settle(self) -> None:
        """Print another figure, and reject one that contradicts it."""
        self._print("s0", a=("2.6", 2024), new=("3.1", 2025))
        self._print("s2", c=("90.0", 2022))
        cell = (
            "economy/CHN; group/world; flow/exports; coverage/all-goods; measure/trade-value; "
            "period/2022; unit/CNY; valuation/fob"
        )
        self.write(
            "data/decisions.ttl",
            f"""<decision/b> a apec:Decision ; rdfs:label "Not 9 'trillion'"@en ;
                apec:rejects <figure/s1/b> ; apec:upholds <figure/s2/c> ;
                apec:verdict <verdict/resolved> ; dcterms:identifier "D1" ;
                apec:saw "figure/s1/b: [8950000000000, 9050000000000); {cell}",
                    "figure/s2/c: [89950000000000, 90050000000000); {cell}" .""",
        )

    def _print(self, source: str, **figures: tuple[str, int]) -> None:
        printed = "".join(
            f"""<figure/{source}/{name}> a qb:Observation ; qb:dataSet <dataset/trade> ;
                dcterms:identifier "{source}{name}" ;
                apec:measure <measure/trade-value> ; apec:flow <flow/exports> ;
                apec:reporter <economy/CHN> ; apec:counterpart <group/world> ;
                apec:coverage <coverage/all-goods> ; apec:valuation <valuation/fob> ;
                apec:period <period/{year}> ; apec:bound <bound/rounded> ;
                apec:printed "{number} trillion yuan"@en ; sdmx-measure:obsValue {number} ;
                sdmx-attribute:decimals 1 ; sdmx-attribute:unitMult 12 ;
                sdmx-attribute:unitMeasure <unit/CNY> ; sdmx-dimension:currency <unit/CNY> .
            """
            for name, (number, year) in figures.items()
        )
        label = f'<source/{source}> a apec:Source ; rdfs:label "<b>{source}</b>"@en .'
        self.write(f"data/sources/{source}.ttl", f"{label}\n{printed}")


def figure(*values: tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal], name: str = "x") -> Graph:
    """Return a graph with one figure that has only the given values."""
    iri = ox.NamedNode(f"{ID}figure/{name}")
    triples = [(iri, ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{QB}Observation"))]
    quads = [ox.Quad(*each, SOURCE) for each in triples]
    quads += [ox.Quad(iri, ox.NamedNode(property_), value, SOURCE) for property_, value in values]
    return Graph(quads)


def csv_rows(text: str) -> list[dict[str, str]]:
    """Read CSV, with or without a byte order mark."""
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))
