"""The pictures that are prepared for a release: those that people meet first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from apecgraph.errors import NotFound
from apecgraph.rdf.namespaces import APEC, BASE, RDF
from apecgraph.readers.selections import Selection
from apecgraph.web.charts.shared import SharedChart
from apecgraph.web.charts.view import PLAIN
from apecgraph.web.documents.resources import Resources
from apecgraph.web.http.addresses import document_name
from apecgraph.web.pages.figures import FiguresPage
from apecgraph.web.pages.pictures import Pictures
from apecgraph.web.pages.site import ReleaseSite

_MOST: Final = 1000
"""Maximum number of prepared pictures; each takes about 0.1 MB."""


def prepare_pictures(site: ReleaseSite) -> int:
    """Draw the default views of a release, and delete the pictures of other releases.

    Args:
        site: How the release is presented.

    Returns:
        The number of pictures that are prepared.

    Raises:
        OSError: A file cannot be written.
    """
    pictures = Pictures(site)
    pictures.folder.mkdir(exist_ok=True)
    kept = {pictures.prepare(shared) for shared in islice(_default_views(site), _MOST)}
    for path in pictures.folder.iterdir():
        if path not in kept:
            path.unlink()
    return len(kept)


def _default_views(site: ReleaseSite) -> Iterator[SharedChart]:
    """Yield the charts of the home page, of decisions and economies, and of each series."""
    figures, resources = FiguresPage(site), Resources({site.language.tag: site})
    yield from resources.charts(BASE)
    for class_ in ("Decision", "Economy"):
        for iri in sorted(site.graph.subjects(f"{RDF}type", f"{APEC}{class_}")):
            if document_name(iri) is not None:
                yield from resources.charts(iri)
    for series in site.series:
        try:
            yield figures.chart(Selection.of(dict(series.dimensions)), PLAIN)
        except NotFound:
            continue  # it has only one period
