"""The dumps of a release: the files for download, and how they are written."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.progress import logged_items
from apecgraph.rdf.formats import CSV, CSVW, DATASET_FORMATS, GZIP, N_TRIPLES, TEXT, Format
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.rdf.writer import Writer
from apecgraph.release.figures_csv import FIGURES, METADATA, write_figures, write_metadata
from apecgraph.release.links import links
from apecgraph.release.release import DUMP_FORMATS, File, dump_name

_log: Final = logging.getLogger(__name__)

CHECKSUMS: Final = "SHA256SUMS"
LINKS_FILE: Final = "links.nt"

_LEVEL: Final = 9


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump.

    Attributes:
        name: Its file name.
        format: Its format.
        holds: A description of its content in words.
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
            "All graphs" if format_ in DATASET_FORMATS else "Default graph",
        )
        for format_ in DUMP_FORMATS
    ),
    Dump(LINKS_FILE, N_TRIPLES, "Links to other datasets"),
    Dump(FIGURES, CSV, "All figures"),
    Dump(METADATA, CSVW, "Columns of the figures"),
)

_SUMS: Final = Dump(CHECKSUMS, TEXT, "Checksums of all these files")


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


def write_dumps(folder: Path, quads: Sequence[ox.Quad], context: Context) -> list[File]:
    """Write the dumps of a dataset, each also in gzip (RFC 1952), and their checksums.

    Equal datasets result in equal files.

    Args:
        folder: Where to write.
        quads: The canonical dataset.
        context: The JSON-LD context.

    Returns:
        The files that were written.
    """
    default = [quad.triple for quad in quads if quad.graph_name == ox.DefaultGraph()]
    graph, writer = Graph(quads), Writer(context)
    files: list[File] = []
    for dump in logged_items(_log, f"writing dumps of {len(quads):,} quads", DUMPS):
        data = _contents(dump, quads, default, graph, writer)
        compressed = gzip.compress(data, _LEVEL, mtime=0)
        for name, written in ((dump.name, data), (zipped(dump.name), compressed)):
            files.append(File.written(folder, name, written))
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in files)
    return [*files, File.written(folder, CHECKSUMS, sums.encode("ascii"))]


def _contents(
    dump: Dump,
    quads: Sequence[ox.Quad],
    default: Sequence[ox.Triple],
    graph: Graph,
    writer: Writer,
) -> bytes:
    if dump.name == FIGURES:
        return write_figures(graph)
    if dump.name == METADATA:
        return write_metadata(graph)
    if dump.name == LINKS_FILE:
        return rdf_bytes(links(default), dump.format)
    return writer.dump(quads, default, dump.format)
