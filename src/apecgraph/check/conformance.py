"""The check of any data against any shapes: whether a data graph conforms to a shapes graph."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.check.locations import Locator
from apecgraph.check.report import Report
from apecgraph.check.rules import read_rules
from apecgraph.check.shacl import apply_shapes
from apecgraph.check.shape_faults import has_shapes
from apecgraph.content.folder import SHAPES_GRAPH, Content, ContentFile
from apecgraph.errors import ContentError
from apecgraph.progress import Step, StepObserver
from apecgraph.rdf.files import NAMES, named_format, read_rdf
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID
from apecgraph.rdf.turtle import parse_data

_DATA_GRAPH: Final = ox.NamedNode(f"{ID}graph/data")


def read_pair(shapes: Path, data: Path, observe: StepObserver = nullcontext) -> Content:
    """Read a file of shapes and a file of data; relative IRIs are resolved against each file.

    Args:
        shapes: The file of shapes. The extension of a file names its format.
        data: The file of data.
        observe: Observes the reading of each file.

    Returns:
        A content of two files.

    Raises:
        ContentError: If a file cannot be read, or the first one has no shapes.
    """
    pair = ((shapes, SHAPES_GRAPH), (data, _DATA_GRAPH))
    content = Content(Path.cwd(), tuple(_read(path, graph, observe) for path, graph in pair))
    if not has_shapes(Graph(content.quads).named_graph(SHAPES_GRAPH)):
        raise ContentError("has no shapes: nothing would be checked", shapes)
    return content


def _read(path: Path, graph: ox.NamedNode, observe: StepObserver) -> ContentFile:
    format_ = named_format(path)
    if format_ is None or format_.rdf is None:
        raise ContentError(f"the name of an RDF file must end in one of {NAMES}", path)
    with observe(Step("file", str(path))):
        try:
            data = read_rdf(path)
        except OSError as error:
            raise ContentError(f"cannot be read: {error.strerror or error}", path) from None
        triples, _ = parse_data(data, path, format_.rdf, path.as_uri())
    return ContentFile(path, graph, tuple(triples), path.as_uri())


def check_data(shapes: Path, data: Path, observe: StepObserver = nullcontext) -> Report:
    """Check a data file against a shapes file.

    Args:
        shapes: The file of shapes.
        data: The file of data.
        observe: Observes the reading of each file and the application of each shape.

    Returns:
        The report.

    Raises:
        ContentError: If a file cannot be read, if a shape cannot be applied, or if no shape
            applies to anything.
        ExceptionGroup: If several shapes cannot be applied.
    """
    content = read_pair(shapes, data, observe)
    file = content.files[1]
    validation = apply_shapes(content, file.triples, observe)
    if not any(validation.focus_nodes.values()):
        message = f"no shape applies to anything in {data}: nothing would be checked"
        raise ContentError(message, shapes)
    locator = Locator(replace(content, files=(file,)), (), observe)
    rules = read_rules(Graph(content.quads), validation.focus_nodes)
    report = Report(tuple(validation.results), len(file.triples), rules).limited()
    return replace(report, results=locator.located(report.results)).cut()
