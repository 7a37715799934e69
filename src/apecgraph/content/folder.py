"""The content folder: the files that editors write, each read into a named graph."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Collection, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.content.table_rows import FIGURES, MAPPING, METADATA, SOURCE, TABLES, Table
from apecgraph.errors import ContentError
from apecgraph.progress import Step, StepObserver, logged_items
from apecgraph.rdf.namespaces import ADMS, APEC, ID, PROV, QB, SCHEMA, SDMX_DIMENSION, TIME
from apecgraph.rdf.terms import in_graph
from apecgraph.rdf.turtle import parse_file

_log: Final = logging.getLogger(__name__)

ONTOLOGY_GRAPH: Final = ox.NamedNode(f"{ID}graph/ontology")
SHAPES_GRAPH: Final = ox.NamedNode(f"{ID}graph/shapes")
DERIVED_GRAPH: Final = ox.NamedNode(f"{ID}graph/derived")
CELLS_GRAPH: Final = ox.NamedNode(f"{ID}graph/cells")
ENTITIES_GRAPH: Final = ox.NamedNode(f"{ID}graph/entities")
DECISIONS_GRAPH: Final = ox.NamedNode(f"{ID}graph/decisions")

SOURCE_PREFIX: Final = f"{ID}source/"
"""The prefix of the IRIs of sources. A source's IRI is also the name of the graph of its file."""

DERIVED_PROPERTIES: Final = frozenset(
    (
        *(
            f"{APEC}{name}"
            for name in (
                "arithmetic",
                "contradiction",
                "culprit",
                "decision",
                "estimate",
                "excludesLower",
                "excludesUpper",
                "heldBy",
                "lower",
                "origin",
                "ratio",
                "restsOn",
                "sameCellAs",
                "statedIn",
                "upper",
                "value",
                "violates",
            )
        ),
        f"{ADMS}status",
        f"{PROV}wasDerivedFrom",
        f"{QB}observation",
        *(
            f"{SCHEMA}{name}"
            for name in (
                "appearance",
                "author",
                "bestRating",
                "claimReviewed",
                "datePublished",
                "itemReviewed",
                "ratingValue",
                "reviewRating",
                "worstRating",
            )
        ),
        f"{SDMX_DIMENSION}freq",
        *(f"{TIME}{name}" for name in ("hasBeginning", "hasEnd", "inXSDDate")),
    )
)
"""The properties that only the build writes."""

DERIVED_CLASSES: Final = frozenset(
    (
        *(f"{APEC}{name}" for name in ("Cell", "Contradiction", "Estimate")),
        *(f"{SCHEMA}{name}" for name in ("Claim", "ClaimReview", "Rating")),
        f"{TIME}Instant",
    )
)
"""The classes whose instances only the build writes."""

CONTEXT: Final = "context.jsonld"

VOCABULARY_LABELS: Final = "ontology/labels.ttl"
"""The file with the labels of the terms of other vocabularies."""

_FOLDERS: Final = ("data", "ontology", "shapes")

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.ttl")
_GRAPHS: Final = {
    "ontology/*.ttl": ONTOLOGY_GRAPH.value,
    "shapes/*.ttl": SHAPES_GRAPH.value,
    "data/catalog.ttl": f"{ID}graph/catalog",
    "data/decisions.ttl": DECISIONS_GRAPH.value,
    "data/entities/*.ttl": ENTITIES_GRAPH.value,
    "data/sources/*.ttl": f"{SOURCE_PREFIX}{{stem}}",
    f"{TABLES}/*/{SOURCE}": f"{SOURCE_PREFIX}{{folder}}",
}
"""A dict from patterns of paths to the named graphs of the files that match."""

_OPTIONAL: Final = frozenset((f"{TABLES}/*/{SOURCE}",))
"""Patterns of files that a content folder need not have."""

_OTHER_FILES: Final = (
    f"ontology/{CONTEXT}",
    "ontology/*.csv",
    "ontology/questions/*",
    *(f"{TABLES}/*/{name}" for name in (FIGURES, METADATA, MAPPING)),
)
"""Patterns of the files of a content folder that are not read into a graph of their own file."""

_PASSED_OVER: Final = re.compile(r"\..*|.*~|__pycache__")
"""Names of files that systems and editors write: hidden files, and backups."""


@dataclass(frozen=True)
class ContentFile:
    """A file of the content: Turtle, or the figures of a table.

    Attributes:
        path: Path of the file.
        graph: Name of the graph that the file contains.
        triples: The triples of the file.
        base: The base of its relative IRIs.
    """

    path: Path
    graph: ox.NamedNode
    triples: tuple[ox.Triple, ...]
    base: str = ID


@dataclass(frozen=True)
class Content:
    """The content of a folder.

    Attributes:
        root: The content folder.
        files: Its files, sorted by kind and path; a table follows the description of its source.
        tables: The tables, in the same order.
    """

    root: Path
    files: tuple[ContentFile, ...]
    tables: tuple[Table, ...] = ()

    @classmethod
    def read(cls, root: Path, observe: StepObserver = nullcontext) -> Content:
        """Read a content folder.

        Args:
            root: The content folder.
            observe: Observes the reading of each file.

        Returns:
            The content.

        Raises:
            ExceptionGroup: If files cannot be read, or there are no files of some kind. The group
                has one ContentError per error.
        """
        errors: list[ContentError] = []
        files: list[ContentFile] = []
        tables: list[Table] = []
        paths = list(_paths(root, errors))
        errors += _unread(root)
        outside = list(links_leading_out(root))
        links = {error.path for error in outside}
        errors = outside + [error for error in errors if not _is_below(error.path, links)]
        paths = [(path, graph) for path, graph in paths if not _is_below(path, links)]
        for path, graph in logged_items(_log, "reading files", paths):
            try:
                with observe(Step("file", str(path))):
                    triples, _ = parse_file(path)
                if not triples and graph.value.startswith(SOURCE_PREFIX):
                    raise ContentError(
                        "is empty: `apecgraph new source` describes a source; or delete the file",
                        path,
                        1,
                    )
                files.append(ContentFile(path, graph, tuple(triples)))
                figures = path.parent / FIGURES
                if path.parent.parent == root / TABLES and not _is_below(figures, links):
                    table = Table.read(path.parent, observe)
                    tables.append(table)
                    files.append(ContentFile(table.path, graph, table.triples))
            except ContentError as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup("the content cannot be read", errors)
        return cls(root, tuple(files), tuple(tables))

    @cached_property
    def entities(self) -> frozenset[ox.NamedNode | ox.BlankNode | ox.Triple]:
        """The subjects that the files of entities describe."""
        return frozenset(
            triple.subject
            for file in self.files
            if file.graph == ENTITIES_GRAPH
            for triple in file.triples
        )

    @cached_property
    def quads(self) -> tuple[ox.Quad, ...]:
        """The triples of all files, each in the named graph of its file."""
        return tuple(in_graph(triple, file.graph) for file in self.files for triple in file.triples)

    def relative(self, path: Path) -> str:
        """Return the path of a file relative to the content folder, if the file is in it."""
        inside = path.is_relative_to(self.root)
        return (path.relative_to(self.root) if inside else path).as_posix()


def links_leading_out(root: Path) -> Iterator[ContentError]:
    """Yield an error for each link below the folders of the content that leads out of the content.

    Content may come from strangers. What such a link leads to is another file on each machine, and
    may be none of their business.

    Args:
        root: The content folder.

    Yields:
        The errors, each with the path of the link.
    """
    inside = Path(os.path.realpath(root))
    for folder in _FOLDERS:
        for path in (root / folder, *sorted((root / folder).rglob("*"))):
            if path.is_symlink():
                target = Path(os.path.realpath(path))
                if not target.is_relative_to(inside):
                    yield ContentError(
                        "is a link that leads out of the content folder: copy what it leads to "
                        "into the folder",
                        path,
                    )
                elif target.is_dir() and not any(
                    target.is_relative_to(inside / each) for each in _FOLDERS
                ):
                    yield ContentError(
                        f"is a link to a folder outside {', '.join(_FOLDERS)}: move the folder",
                        path,
                    )


def _is_below(path: Path, links: Collection[Path]) -> bool:
    return any(each in links for each in (path, *path.parents))


def content_paths(root: Path) -> Iterator[Path]:
    """List the Turtle files of a content folder."""
    for pattern in _GRAPHS:
        yield from sorted(root.glob(pattern))


def table_paths(root: Path) -> Iterator[Path]:
    """List the files with the figures of the tables of a content folder."""
    for name in (FIGURES, METADATA):
        yield from sorted(root.glob(f"{TABLES}/*/{name}"))


def default_content() -> Path:
    """Return the content folder of the installed wheel, or of this checkout."""
    packaged = Path(__file__).parents[1] / "bundled"
    return packaged if packaged.is_dir() else Path(__file__).parents[3]


def _paths(root: Path, errors: list[ContentError]) -> Iterator[tuple[Path, ox.NamedNode]]:
    for pattern, graph in _GRAPHS.items():
        paths = sorted(root.glob(pattern))
        if not paths and pattern not in _OPTIONAL:
            errors.append(
                ContentError(f"there is no {pattern}: this is not a content folder", root)
            )
        for path in paths:
            if not path.is_file():
                errors.append(ContentError("is not read: it is not a regular file", path))
                continue
            of_table = pattern in _OPTIONAL
            if not _NAME.fullmatch(f"{path.parent.name}.ttl" if of_table else path.name):
                errors.append(
                    ContentError(
                        "is not read: give its folder a name of letters, digits, - and _"
                        if of_table
                        else "is not read: give it a name of letters, digits, - and _ that ends in "
                        ".ttl",
                        path,
                    )
                )
                continue
            yield path, ox.NamedNode(graph.format(stem=path.stem, folder=path.parent.name))


def _unread(root: Path) -> Iterator[ContentError]:
    """Yield an error for each file below the folders of the content that nothing reads."""
    for path in table_paths(root):
        if not (path.parent / SOURCE).exists():
            yield ContentError(
                f"is not read: {SOURCE} in its folder must describe its source", path
            )
    sources = {path.stem.casefold(): path for path in sorted(root.glob("data/sources/*.ttl"))}
    for path in sorted(root.glob(f"{TABLES}/*/{SOURCE}")):
        other = sources.setdefault(path.parent.name.casefold(), path)
        if other != path:
            yield ContentError(
                f"describes the source of {other.relative_to(root).as_posix()} too, or one whose "
                "name differs only in case: rename the folder",
                path,
            )
    for path in sorted(root.glob(f"{TABLES}/*/{MAPPING}")):
        if not path.is_file():
            yield ContentError("is not read: it is not a regular file", path)
    read = {path for pattern in (*_GRAPHS, *_OTHER_FILES) for path in root.glob(pattern)}
    for folder in _FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            names = path.relative_to(root).parts
            if path.is_dir() or path in read or any(map(_PASSED_OVER.fullmatch, names)):
                continue
            yield ContentError(f"is not read: the files are {', '.join(_GRAPHS)}; move it", path)
