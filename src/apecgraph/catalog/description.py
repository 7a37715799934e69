"""The catalogue: the description of a release in RDF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from apecgraph.catalog.dcat import describe_catalog
from apecgraph.catalog.questions import describe_questions
from apecgraph.catalog.service import describe_service
from apecgraph.catalog.void import describe_dataset, describe_default_graph
from apecgraph.content.questions import Question
from apecgraph.rdf.formats import TEXT
from apecgraph.rdf.graph import Graph
from apecgraph.release.dumps import downloads
from apecgraph.release.release import Release, download_url


def describe_release(
    release: Release,
    quads: Sequence[ox.Quad],
    graph: Graph,
    questions: Iterable[Question],
    graphs: Iterable[str],
) -> list[ox.Triple]:
    """Describe a release in VoID and DCAT 3, with its SPARQL service and its questions.

    Args:
        release: The release, with the files that it offers for download.
        quads: Its dataset, from which the digest is computed.
        graph: The same dataset.
        questions: The competency questions.
        graphs: IRIs of the named graphs that are served.

    Returns:
        The triples, without duplicates.
    """
    default = [quad.triple for quad in quads if quad.graph_name == ox.DefaultGraph()]
    files = [item for item in downloads(release.files).values() if item.dump.format is not TEXT]
    dumps = {
        partial: [
            download_url(release.name, item.file.name)
            for item in files
            if item.dump.format.rdf and item.dump.partial is partial
        ]
        for partial in (False, True)
    }
    triples = [
        *describe_dataset(default, dumps=dumps[False], link_dumps=dumps[True]),
        *describe_catalog(release, files, graph),
        *describe_service(graphs),
        *describe_questions(questions),
    ]
    return list(dict.fromkeys([*triples, *describe_default_graph([*default, *triples])]))
