"""HTML: the templates, and how they write terms for people."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from jinja2 import Environment, PackageLoader, StrictUndefined

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, XSD, compact
from apecgraph.rdf.terms import Term
from apecgraph.readers.quantities import Quantities
from apecgraph.readers.sources import Source, read_source
from apecgraph.release.release import Release
from apecgraph.text.dates import DATE_DATATYPES, spelled_day, spelled_days
from apecgraph.text.languages import autonym
from apecgraph.text.numbers import plain_number
from apecgraph.web.charts.points import SHAPES, WORDS
from apecgraph.web.http.addresses import local_link
from apecgraph.web.pages.assets import Assets

_KINDS: Final = {
    **dict.fromkeys((f"{XSD}decimal", f"{XSD}integer"), "number"),
    **dict.fromkeys(DATE_DATATYPES, "date"),
}


class Html:
    """Writes pages; whatever comes from the data is escaped.

    release: what the pages are of, None where files are served as they are.
    graph: holds the release, or nothing.
    site: what the publication is called.
    assets: what the pages load.
    edition: names the code, the templates and the assets, on all of which a page depends.
    """

    def __init__(self, release: Release | None, graph: Graph, assets: Assets) -> None:
        self._graph = graph
        self._labels = Labels(graph)
        self._environment = Environment(
            loader=PackageLoader("apecgraph.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        name = self._labels.label(BASE)
        self.site = "apecgraph" if name is None else name.value
        self._environment.globals.update(
            autonym=autonym,
            date=spelled_day,
            days=spelled_days,
            site=self.site,
            release=release,
            bundled=assets.bundled,
            compact=compact,
            grouped=grouped,
            kind=kind,
            link=local_link,
            quantities=Quantities(graph),
            source=self._source,
            schema_org=None,
            shapes=SHAPES,
            statuses=WORDS,
            title=self._labels.title,
        )
        self.edition = self._edition(assets)
        self._environment.globals["edition"] = self.edition

    def page(self, template: str, **values: object) -> str:
        """Fill in a template."""
        return self._environment.get_template(template).render(values)

    def problem(self, problem: Mapping[str, object]) -> str:
        """Write the page that tells of an error; takes the members of RFC 9457."""
        return self.page("problem.html", problem=problem)

    def _source(self, iri: str) -> Source:
        return read_source(self._graph, iri)

    @staticmethod
    def _edition(assets: Assets) -> str:
        digest = sha256(assets.edition.encode())
        program = Path(__file__).parents[2]
        for path in sorted([*program.rglob("*.py"), *(program / "web/templates").rglob("*.*")]):
            digest.update(path.read_bytes())
        return digest.hexdigest()


def kind(term: Term) -> str:
    """Tell templates what a term is: 'iri', 'text', 'number', 'date', 'node' or 'triple'."""
    match term:
        case ox.NamedNode():
            return "iri"
        case ox.Literal():
            return _KINDS.get(term.datatype.value, "text")
        case ox.BlankNode():
            return "node"
        case _:
            return "triple"


def grouped(number: ox.Literal) -> str:
    """Write a number as people do: 26,290,000,000,000."""
    value = plain_number(number.value)
    return number.value if value is None else f"{value:,f}"
