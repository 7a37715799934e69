"""The catalogue: all that a release says of itself, in RDF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from apecgraph.catalog.dcat import BuildInfo, describe_catalog
from apecgraph.catalog.questions import describe_questions
from apecgraph.catalog.service import describe_service
from apecgraph.catalog.void import describe_dataset, describe_default_graph
from apecgraph.content.questions import Question
from apecgraph.rdf.formats import TEXT
from apecgraph.rdf.graph import Graph
from apecgraph.release.dumps import Download
from apecgraph.release.release import download_url


def describe_release(
    version: BuildInfo,
    quads: Sequence[ox.Quad],
    files: Iterable[Download],
    questions: Iterable[Question],
    graphs: Iterable[str],
) -> list[ox.Triple]:
    """Describe a release: by VoID, by DCAT 3, by its service description, by its questions.

    quads: its dataset, by which the digest is computed. files: what it offers for download.
    graphs: the IRIs of the named graphs that are served.
    """
    default = [quad.triple for quad in quads if quad.graph_name == ox.DefaultGraph()]
    data = [each for each in files if each.dump.format is not TEXT]
    triples = [
        *describe_dataset(
            default,
            dumps=[
                download_url(version.name, each.file.name)
                for each in data
                if each.dump.format.rdf and not each.dump.partial
            ],
            link_dumps=[
                download_url(version.name, each.file.name)
                for each in data
                if each.dump.format.rdf and each.dump.partial
            ],
        ),
        *describe_catalog(version, data, Graph(quads)),
        *describe_service(graphs),
        *describe_questions(questions),
    ]
    return list(dict.fromkeys([*triples, *describe_default_graph([*default, *triples])]))
