"""The home page of data of others: what they are, and their classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.terms import in_graph
from apecgraph.readers.dataset.introduction import (
    DESCRIPTIONS,
    ClassCount,
    read_classes,
)
from apecgraph.readers.dataset.names import read_labels
from apecgraph.readers.dataset.reading import Reading
from apecgraph.web.dataset.page import PageOfData

_CLASSES: Final = 20


@dataclass(frozen=True, slots=True)
class _Overview:
    classes: Sequence[ClassCount]
    labels: Sequence[ox.Triple]


class DatasetPage(PageOfData):
    """What the data are, and their largest classes."""

    template: ClassVar[str] = "dataset/home.html"

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page."""
        return await self.respond(request, self._read, self._values, lambda found: found.labels)

    async def _read(self, reading: Reading) -> _Overview:
        classes = await read_classes(reading)
        shown = [each.iri for each in classes[:_CLASSES]]
        labels = await read_labels(reading, shown, self.site.languages)
        return _Overview(classes, labels)

    def _values(self, found: _Overview) -> dict[str, object]:
        introduction = self.site.introduction
        about = Labels(Graph(map(in_graph, introduction.triples)), self.site.language.tag)
        texts = (
            [text for each in DESCRIPTIONS for text in about.texts(introduction.iri, each)]
            if introduction.iri
            else []
        )
        return {
            "served": self.site.queries,
            "introduction": introduction,
            "description": texts[0] if texts else "",
            "classes": found.classes[:_CLASSES],
            "has_more": len(found.classes) > _CLASSES,
        }
