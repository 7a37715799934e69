"""Validation of the content against its shapes, with pyshacl (SHACL, section 3)."""

from __future__ import annotations

import logging
import warnings
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pyshacl
from oxrdflib import OxigraphStore
from pyshacl.graph_abstraction import DataGraph
from rdflib import Graph as RdfGraph
from rdflib import Literal as RdfLiteral
from rdflib import URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.namespace import RDF as RDF_TERMS
from rdflib.namespace import SH
from rdflib.term import Node

from apecgraph.check.locations import Locator
from apecgraph.check.report import Result
from apecgraph.check.rules import FocusNodes
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import SHAPES_GRAPH, Content
from apecgraph.errors import ContentError
from apecgraph.progress import Step, StepObserver, logged_items
from apecgraph.rdf.formats import N_TRIPLES
from apecgraph.rdf.namespaces import BASE, ID, RDF, XSD, compact
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.rdf.terms import Term

_log: Final = logging.getLogger(__name__)

_TARGETS: Final = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
_PARTS: Final = (
    "focusNode",
    "resultPath",
    "value",
    "sourceShape",
    "sourceConstraint",
    "sourceConstraintComponent",
    "resultMessage",
)


@dataclass(frozen=True, slots=True)
class Validation:
    """The outcome of a validation against shapes.

    Attributes:
        results: The results.
        focus_nodes: The focus nodes of each shape.
    """

    results: tuple[Result, ...]
    focus_nodes: FocusNodes


def validate_shapes(
    content: Content, evidence: Evidence, observe: StepObserver = nullcontext
) -> Validation:
    """Validate all graphs except the graph of the shapes, with pyshacl.

    Args:
        content: The content, to find the place of a shape that fails.
        evidence: The evidence, which holds all graphs.
        observe: Observes the application of each shape.

    Returns:
        The results, and the focus nodes.

    Raises:
        ContentError: If a shape cannot be applied; the error names the place of the shape.
    """
    data, malformed = _data(evidence)
    validator = pyshacl.Validator(
        DataGraph.from_rdflib(_rdflib(data)),
        shacl_graph=_spread(_shapes(evidence)),
        options={"allow_infos": True},
    )
    executor = validator.make_executor()
    focus_nodes: dict[Term, frozenset[object]] = {}
    reports: list[tuple[object, ...]] = []
    current = None
    try:
        shapes = list(validator.shacl_graph.shapes)
        for shape in logged_items(_log, "applying shapes", shapes):
            current = str(shape.node)
            with observe(Step("shape", current)):
                focus = shape.focus_nodes(validator.data_graph)
                if focus:
                    _, violations = shape.validate(executor, validator.data_graph, focus=focus)
                    reports += violations
            focus_nodes[_term(shape.node)] = frozenset(focus)
        current = None
        report, _ = validator.create_validation_report(validator.shacl_graph, not reports, reports)
    except Exception as error:  # an editor's shape can cause any error in pyshacl
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        path, line = shape_place(content, current, observe)
        raise ContentError(f"the shapes cannot be applied: {reason}", path, line) from None
    # Results of nested shapes are left out: they are details of another sh:ValidationResult.
    results = [_result(report, node) for node in report.objects(None, SH.result)]
    reported = {(result.nodes[0], result.path) for result in results}
    results += [
        result
        for result in map(_malformed, malformed)
        if (result.nodes[0], result.path) not in reported
    ]
    return Validation(tuple(results), focus_nodes)


def _data(evidence: Evidence) -> tuple[ox.Store, list[ox.Triple]]:
    """Merge all graphs except the shapes; also return the triples with malformed literals.

    pyshacl would stop at a malformed literal, so it becomes a string, which a shape reports.
    """
    data = ox.Store()
    malformed: list[ox.Triple] = []
    for quad in evidence.graph.quads():
        if quad.graph_name == SHAPES_GRAPH:
            continue
        subject, predicate, value = quad.triple
        if isinstance(value, ox.Literal) and not _well_formed(value):
            malformed.append(quad.triple)
            value = ox.Literal(value.value)
        data.add(ox.Quad(subject, predicate, value))
    return data, malformed


def shape_place(
    content: Content, shape: str | None, observe: StepObserver = nullcontext
) -> tuple[Path, int | None]:
    """Find a shape in the files of the content.

    Args:
        content: The content.
        shape: IRI of the shape, or None if it is not known.
        observe: Observes the parsing of each file.

    Returns:
        The file and the line of the shape, or the folder of all shapes if it is not found.
    """
    files = tuple(file for file in content.files if file.graph == SHAPES_GRAPH)
    locator = Locator(replace(content, files=files), (), observe)
    for place in locator.places(shape or "", None, None):
        return content.root / place.file, place.line
    return content.root / "shapes", None


def _result(report: RdfGraph, node: Node) -> Result:
    """Read a sh:ValidationResult."""
    get = {name: report.value(node, SH[name]) for name in _PARTS}
    focus, value = str(get["focusNode"]), get["value"]
    return Result(
        # A shape about everything has the publication as its focus node; the value is at fault.
        nodes=(str(value),) if focus == BASE and value is not None else (focus,),
        path=None if get["resultPath"] is None else str(get["resultPath"]),
        value=None if value is None else str(value),
        shape=str(get["sourceConstraint"] or get["sourceShape"]),
        component=str(get["sourceConstraintComponent"]),
        message=str(get["resultMessage"]),
    )


def _malformed(triple: ox.Triple) -> Result:
    subject, predicate, value = triple
    assert isinstance(value, ox.Literal)  # noqa: S101 - only literals are malformed
    return Result(
        nodes=(str(getattr(subject, "value", subject)),),
        path=predicate.value,
        value=value.value,
        shape=f"{ID}shape/hygiene",
        component=str(SH.DatatypeConstraintComponent),
        message=f"'{value.value}' is not a valid {compact(value.datatype.value)}: correct it",
    )


def _well_formed(literal: ox.Literal) -> bool:
    """Return whether the lexical form of a literal is valid; True if rdflib lacks the datatype."""
    if literal.datatype.value in (f"{XSD}string", f"{RDF}langString"):
        return True
    with warnings.catch_warnings(action="ignore"):
        return not RdfLiteral(literal.value, datatype=URIRef(literal.datatype.value)).ill_typed


class _TripleStore(OxigraphStore):
    """A store that does not change, so its triples are counted only once."""

    def __init__(self, store: ox.Store) -> None:
        super().__init__(store=store)
        self._count = len(store)

    def __len__(self, context: RdfGraph | None = None) -> int:
        return self._count


def _rdflib(store: ox.Store) -> RdfGraph:
    """Wrap a store for pyshacl, which is much faster than copying its triples to rdflib's store.

    The graph has none of rdflib's prefixes: a query uses the prefixes that the shapes declare
    (SHACL, section 5.2.1).
    """
    return RdfGraph(
        store=_TripleStore(store), identifier=DATASET_DEFAULT_GRAPH_ID, bind_namespaces="none"
    )


def _shapes(evidence: Evidence) -> RdfGraph:
    """Copy the shapes into rdflib's own store, because pyshacl often reads the same triples."""
    triples = [quad.triple for quad in evidence.graph.named_graph(SHAPES_GRAPH).quads()]
    data = rdf_bytes(triples, N_TRIPLES)
    return RdfGraph().parse(data=data, format="ox-nt")


def _spread(shapes: RdfGraph) -> RdfGraph:
    """Copy the targets of node shapes to their property shapes, and remove sh:property.

    The results are the same (SHACL, sections 2.1.3 and 4.7.2), but pyshacl evaluates a property
    shape with targets once, and not once for each focus node. This saves a third of the time of a
    check.
    """
    for shape, property_ in list(shapes.subject_objects(SH.property)):
        targets = _targets(shapes, shape)
        # Errors name the IRI of a shape, so a property shape without an IRI is not changed.
        if targets and isinstance(property_, URIRef) and (property_, SH.path, None) in shapes:
            shapes.remove((shape, SH.property, property_))
            for name, value in targets:
                shapes.add((property_, name, value))
    return shapes


def _targets(shapes: RdfGraph, shape: Node) -> list[tuple[Node, Node]]:
    """Return the targets of a node shape if they can be copied, otherwise an empty list.

    They cannot be copied if the shape is also a class or is deactivated, or if another shape refers
    to it.
    """
    values = dict[Node, set[Node]]()
    for name, value in shapes.predicate_objects(shape):
        values.setdefault(name, set()).add(value)
    plain = values.get(RDF_TERMS.type) == {SH.NodeShape}
    if not plain or SH.deactivated in values or any(shapes.subjects(None, shape)):
        return []
    return [(name, value) for name in _TARGETS for value in values.get(name, ())]


def _term(node: Node) -> Term:
    return ox.NamedNode(node) if isinstance(node, URIRef) else ox.BlankNode(str(node))
