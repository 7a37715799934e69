"""The names of the cube in SDMX: of its components, and of the things in its cells."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import pyoxigraph as ox

from apecgraph.content.cube import local_name
from apecgraph.errors import ReleaseError
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID, QB, RDF, SDMX_CODE
from apecgraph.tabular.columns import COLUMNS

CODED: Final = tuple(column for column in COLUMNS if column.is_thing and column.name != "dataSet")
"""The columns with codes. The dataset of a figure is its dataflow."""

AGENCY: Final = "APECGRAPH"
VERSION: Final = "1.0"

_NO_IDENTIFIER: Final = re.compile(r"[^A-Za-z0-9_@$-]")


class Codes:
    """The codes of the things that the figures of a release are about.

    A code is the name of a thing without its kind: CHN for `economy/CHN`. If two things in one
    column have the same name, the codes of both have the kind in front: `group_asia-pacific`.

    Args:
        graph: The dataset of the release.

    Raises:
        ReleaseError: If two things in one column have the same code all the same.
    """

    def __init__(self, graph: Graph) -> None:
        figures = set(graph.subjects(f"{RDF}type", f"{QB}Observation"))
        self._lists = {
            column.name: _codes(
                {
                    quad.object.value
                    for quad in graph.quads(None, column.property)
                    if isinstance(quad.object, ox.NamedNode)
                    and isinstance(quad.subject, ox.NamedNode)
                    and quad.subject.value in figures
                }
            )
            for column in CODED
        }

    def of(self, column: str) -> Mapping[str, str]:
        """Return the codes of a column, keyed by IRI and sorted by code."""
        return self._lists[column]


def component_id(name: str) -> str:
    """Return the identifier of a component, named as in SDMX: OBS_VALUE for `obsValue`."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).upper()


def structure_id(iri: str) -> str:
    """Return the identifier of a dataset or of its structure: TRADE for `dataset/trade`."""
    return _split(iri)[1].replace("-", "_").upper()


def dataflow(dataset: str) -> str:
    """Return the reference to the dataflow of a dataset."""
    return f"{AGENCY}:{structure_id(dataset)}({VERSION})"


def _codes(iris: set[str]) -> dict[str, str]:
    kinds = defaultdict(set)
    for iri in iris:
        kind, name = _split(iri)
        kinds[name].add(kind)
    codes = {
        iri: name if len(kinds[name]) == 1 else f"{kind}_{name}"
        for iri in iris
        for kind, name in [_split(iri)]
    }
    things: dict[str, str] = {}
    for iri, code in sorted(codes.items()):
        if code in things:
            raise ReleaseError(f"{things[code]} and {iri} have the same code in SDMX: rename one")
        things[code] = iri
    return {things[code]: code for code in sorted(things)}


def _split(iri: str) -> tuple[str, str]:
    """Return the kind of a thing and its name, in the characters of identifiers of SDMX."""
    if iri.startswith(ID):
        kind, _, name = iri.removeprefix(ID).partition("/")
    elif iri.startswith(SDMX_CODE):
        kind, _, name = local_name(iri).partition("-")
    else:
        kind, name = "", local_name(iri)
    return kind, _NO_IDENTIFIER.sub("_", name)
