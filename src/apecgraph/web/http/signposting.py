"""FAIR Signposting, levels 1 and 2: typed links for machines (signposting.org)."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from cachetools import LRUCache

from apecgraph.rdf.formats import DOCUMENT_FORMATS, GRAPH_FORMATS, HTML, LINKSET, Format
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE, DCTERMS, SCHEMA
from apecgraph.readers.description import Description
from apecgraph.web.http.addresses import DOC, INDEX, encoded
from apecgraph.web.http.representation import EntityTags

_LANDING_PAGE: Final = f"{SCHEMA}AboutPage"


_OVERHEAD: Final = 512
"""Bytes that the cache counts for a header in addition to its text."""

LinkHeaders: TypeAlias = LRUCache[tuple[EntityTags, str, Format], str]
"""The Link headers of documents, keyed by the release, the name and the format of each."""


def link_headers(limit: int) -> LinkHeaders:
    """Return an empty cache of Link headers with a maximum size in bytes.

    To make a header is to describe a thing, which is slow if the thing has many links.
    """
    return LRUCache(limit, lambda header: sys.getsizeof(header) + _OVERHEAD)


@dataclass(frozen=True, slots=True)
class TypedLink:
    """A typed link (RFC 8288).

    Attributes:
        rel: Its relation type.
        href: A path on this server, or an IRI.
        type: Media type of the target, or None.
    """

    rel: str
    href: str
    type: str | None = None


class Signposts:
    """The links of documents, as headers and as link sets.

    Args:
        graph: Contains the release.
        items: The dumps of the dataset: the path and the format of each.

    Attributes:
        authors: IRIs of the creators of the dataset.
        license: IRI of the licence of the dataset, or None.
    """

    authors: tuple[str, ...]
    license: str | None

    def __init__(self, graph: Graph, items: Iterable[tuple[str, Format]]) -> None:
        licenses = graph.default_graph.iris(BASE, f"{DCTERMS}license")
        self.authors = tuple(graph.default_graph.iris(BASE, f"{DCTERMS}creator"))
        self.license = next(iter(licenses), None)
        self._items = [TypedLink("item", path, format_.media_type) for path, format_ in items]

    def header(self, name: str, description: Description, format_: Format) -> str:
        """Return the Link header of a document in a format."""
        links = [
            *self._of(name, description, format_),
            TypedLink("linkset", document_path(name, LINKSET), LINKSET.media_type),
        ]
        return link_header(links)

    def linkset(self, name: str, description: Description) -> str:
        """Return the links of a document in all formats as JSON (RFC 9264, section 4.2)."""
        contexts = [
            {
                "anchor": BASE + document_path(name, format_)[1:],
                **_targets(self._of(name, description, format_)),
            }
            for format_ in DOCUMENT_FORMATS
        ]
        if name == INDEX:
            collection = _targets([TypedLink("collection", BASE)])
            contexts += [{"anchor": BASE + item.href[1:], **collection} for item in self._items]
        return json.dumps({"linkset": contexts}, ensure_ascii=False, indent=2) + "\n"

    def _of(self, name: str, description: Description, format_: Format) -> list[TypedLink]:
        """Return the links of a document: a landing page in HTML, or metadata in RDF."""
        links = [TypedLink("cite-as", encoded(description.iri))]
        links += [TypedLink("author", encoded(author)) for author in self.authors]
        links += [
            TypedLink("alternate", document_path(name, item), item.media_type)
            for item in DOCUMENT_FORMATS
        ]
        if self.license is not None:
            links.append(TypedLink("license", encoded(self.license)))
        if name != INDEX:
            links.append(TypedLink("collection", BASE))
        links += [TypedLink("type", encoded(iri)) for iri in description.types]
        if format_ is not HTML:
            return [*links, TypedLink("describes", document_path(name, HTML), HTML.media_type)]
        links.append(TypedLink("type", _LANDING_PAGE))
        links += [
            TypedLink("describedby", document_path(name, item), item.media_type)
            for item in GRAPH_FORMATS
        ]
        return links + self._items if name == INDEX else links


def document_path(name: str, format_: Format) -> str:
    """Return the path of a document in a format."""
    return f"{DOC}{encoded(name)}.{format_.extension}"


def link_header(links: Iterable[TypedLink]) -> str:
    """Return links as the value of a Link header."""
    return ", ".join(
        f'<{link.href}>; rel="{link.rel}"' + (f'; type="{link.type}"' if link.type else "")
        for link in links
    )


def _targets(links: Iterable[TypedLink]) -> Mapping[str, list[dict[str, str]]]:
    targets: dict[str, list[dict[str, str]]] = defaultdict(list)
    for link in links:
        href = BASE + link.href[1:] if link.href.startswith("/") else link.href
        targets[link.rel].append({"href": href} | ({"type": link.type} if link.type else {}))
    return targets
