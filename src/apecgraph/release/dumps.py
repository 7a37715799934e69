"""The dumps of a release: the files for download, and how they are written."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.progress import logged_items
from apecgraph.rdf.formats import (
    CROISSANT,
    CSV,
    CSVW,
    DATASET_FORMATS,
    GZIP,
    N_TRIPLES,
    PARQUET,
    SDMX_CSV,
    SDMX_STRUCTURE,
    TEXT,
    Format,
)
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.rdf.writer import Writer
from apecgraph.release.croissant import write_croissant
from apecgraph.release.links import links
from apecgraph.release.release import DUMP_FORMATS, File, Release, dump_name
from apecgraph.tabular.csv_table import write_csv, write_metadata
from apecgraph.tabular.figures import Figures, FigureTable
from apecgraph.tabular.files import (
    CROISSANT_METADATA,
    FIGURES,
    METADATA,
    PARQUET_FIGURES,
    SDMX_FIGURES,
    STRUCTURE,
)
from apecgraph.tabular.sdmx_csv import write_sdmx_csv
from apecgraph.text.catalogues import gettext_noop

_log: Final = logging.getLogger(__name__)

CHECKSUMS: Final = "SHA256SUMS"
LINKS_FILE: Final = "links.nt"

_LEVEL: Final = 6
"""The level of compression: level 9 takes five times as long and saves less than one percent."""


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump.

    Attributes:
        name: Its file name.
        format: Its format.
        holds: A description of its content, a message.
    """

    name: str
    format: Format
    holds: str

    @property
    def whole(self) -> bool:
        """Whether the dump contains the named graphs."""
        return self.format in DATASET_FORMATS

    @property
    def partial(self) -> bool:
        """Whether the dump contains less than the default graph."""
        return self.name != dump_name(self.format)


DUMPS: Final = (
    *(
        Dump(
            dump_name(format_),
            format_,
            gettext_noop("All graphs")
            if format_ in DATASET_FORMATS
            else gettext_noop("Default graph"),
        )
        for format_ in DUMP_FORMATS
    ),
    Dump(LINKS_FILE, N_TRIPLES, gettext_noop("Links to other datasets")),
    Dump(FIGURES, CSV, gettext_noop("All figures")),
    Dump(METADATA, CSVW, gettext_noop("Columns of the figures")),
    Dump(PARQUET_FIGURES, PARQUET, gettext_noop("All figures")),
    Dump(SDMX_FIGURES, SDMX_CSV, gettext_noop("All figures")),
    Dump(STRUCTURE, SDMX_STRUCTURE, gettext_noop("Structure and code lists of the figures")),
    Dump(
        CROISSANT_METADATA,
        CROISSANT,
        gettext_noop("Description of the figures for machine learning"),
    ),
)

_SUMS: Final = Dump(CHECKSUMS, TEXT, gettext_noop("Checksums of all these files"))


@dataclass(frozen=True, slots=True)
class Download:
    """A file for download: a dump, plain or compressed."""

    file: File
    dump: Dump
    compressed: bool

    @property
    def format(self) -> Format:
        """The format of the file itself."""
        return GZIP if self.compressed else self.dump.format

    @property
    def label(self) -> str:
        """A description of the file in words."""
        label = f"{self.dump.holds}, as {self.dump.format.label}"
        return f"{label}, in gzip" if self.compressed else label


def downloads(files: Iterable[File]) -> dict[str, Download]:
    """Return the downloads among the files of a release, keyed by file name."""
    by_name = {file.name: file for file in files}
    return {
        name: Download(by_name[name], dump, compressed)
        for dump in (*DUMPS, _SUMS)
        for name, compressed in ((dump.name, False), (zipped(dump.name), True))
        if name in by_name
    }


def zipped(name: str) -> str:
    """Return the name of the gzip file of a file."""
    return f"{name}.{GZIP.extension}"


def write_dumps(
    release: Release, quads: Sequence[ox.Quad], graph: Graph, context: Context
) -> list[File]:
    """Write the dumps of a dataset, each also in gzip (RFC 1952), and their checksums.

    Equal datasets result in equal files, except for the name of the release in some.

    Args:
        release: The release, whose folder the files are written to.
        quads: The canonical dataset.
        graph: The same dataset.
        context: The JSON-LD context.

    Returns:
        The files that were written.
    """
    default = [quad.triple for quad in quads if quad.graph_name == ox.DefaultGraph()]
    writer = Writer(context)
    table = Figures(graph).table()
    written: list[File] = []
    compressed: list[Future[File]] = []
    # One core compresses a dump while another writes the next one.
    with ThreadPoolExecutor(1) as compressing:
        for dump in logged_items(_log, f"writing dumps of {len(quads):,} quads", DUMPS):
            if dump.name == CROISSANT_METADATA:
                data = write_croissant(release, graph, written)
            elif dump.name == LINKS_FILE:
                data = rdf_bytes(links(default), dump.format)
            elif dump.format.rdf:
                data = writer.dump(quads, default, dump.format)
            else:
                data = _tabular(dump, table, release.issued)
            written.append(File.written(release.path, dump.name, data))
            if dump.format is not PARQUET:  # whose columns are compressed already
                compressed.append(compressing.submit(_compress, release.path, dump, data))
    files = [*written, *(each.result() for each in compressed)]
    files.sort(key=lambda file: file.name)
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in files)
    return [*files, File.written(release.path, CHECKSUMS, sums.encode("ascii"))]


def _compress(folder: Path, dump: Dump, data: bytes) -> File:
    return File.written(folder, zipped(dump.name), gzip.compress(data, _LEVEL, mtime=0))


def _tabular(dump: Dump, table: FigureTable, issued: str) -> bytes:
    """Write a dump of the figures."""
    # Servers list the dumps, too, but need none of the libraries that write these two.
    if dump.name == PARQUET_FIGURES:
        from apecgraph.tabular.parquet import write_parquet

        return write_parquet(table)
    if dump.name == STRUCTURE:
        from apecgraph.tabular.sdmx_structure import write_structure

        return write_structure(table, issued)
    if dump.name == METADATA:
        return write_metadata(table.source.graph)
    return write_sdmx_csv(table) if dump.name == SDMX_FIGURES else write_csv(table)
