"""Validation of the content against its shapes, with pyshacl (SHACL, section 3)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pyshacl
from pyshacl.graph_abstraction import DataGraph
from rdflib import Graph as RdfGraph
from rdflib import URIRef
from rdflib.namespace import OWL as OWL_TERMS
from rdflib.namespace import RDF as RDF_TERMS
from rdflib.namespace import SH as SH_TERMS
from rdflib.term import Node

from apecgraph.check.data_graph import keeps_literals, rdflib_graph
from apecgraph.check.literals import is_well_formed, malformed_literal
from apecgraph.check.locations import Locator
from apecgraph.check.quick_constraints import quick_constraints
from apecgraph.check.report import Result
from apecgraph.check.rules import FocusNodes
from apecgraph.check.shape_faults import ShapeFault, shape_faults, unnamed_shapes
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import SHAPES_GRAPH, Content
from apecgraph.errors import ContentError
from apecgraph.progress import Step, StepObserver, logged_items
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE, ID, QB, RDF, SH
from apecgraph.rdf.paths import read_path
from apecgraph.rdf.terms import Term, in_graph, notation, term_text

_log: Final = logging.getLogger(__name__)

_TARGETS: Final = (
    SH_TERMS.targetClass,
    SH_TERMS.targetNode,
    SH_TERMS.targetObjectsOf,
    SH_TERMS.targetSubjectsOf,
)
_PARTS: Final = (
    "focusNode",
    "resultPath",
    "value",
    "sourceShape",
    "sourceConstraint",
    "sourceConstraintComponent",
    "resultSeverity",
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
    content: Content,
    evidence: Evidence,
    observe: StepObserver = nullcontext,
    *,
    without: Collection[str] = (),
) -> Validation:
    """Validate all graphs of the content except the graph of the shapes.

    Args:
        content: The content, which has the shapes.
        evidence: The evidence, which contains all graphs.
        observe: Observes the application of each shape.
        without: IRIs of figures that are left out, because others stand for them.

    Returns:
        The results, and the focus nodes.

    Raises:
        ContentError: If a shape cannot be applied; the error names the place of the shape.
        ExceptionGroup: If several shapes cannot be applied.
    """
    _refuse(content, unnamed_shapes(Graph(map(in_graph, _shapes(content)))), observe)
    data, malformed = _data(evidence, without)
    validation = apply_shapes(content, data, observe)
    unread = {(notation(triple.subject), triple.predicate.value) for triple in malformed}
    results = [
        _for_editors(result)
        for result in validation.results
        if (result.nodes[0], result.path) not in unread
    ]
    stated = {statement.triple for statement in evidence.statements}
    results += [malformed_literal(triple) for triple in malformed if triple not in stated]
    focus_nodes = _with_spared(validation.focus_nodes, data, without)
    return Validation(tuple(results), focus_nodes)


def _with_spared(
    focus_nodes: FocusNodes, data: Iterable[ox.Triple], spared: Collection[str]
) -> FocusNodes:
    """Count the figures that were left out among the focus nodes of the shapes of all figures."""
    kind, figure = ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{QB}Observation")
    figures = {
        term_text(triple.subject)
        for triple in data
        if triple.predicate == kind and triple.object == figure
    }
    return {
        shape: nodes.union(spared) if figures and figures <= set(map(str, nodes)) else nodes
        for shape, nodes in focus_nodes.items()
    }


def _for_editors(result: Result) -> Result:
    """Return a result about the thing at fault, with a message that has short IRIs.

    A shape about everything has the publication as its focus node; the value is at fault.
    """
    nodes = result.nodes
    if nodes[0] == BASE and result.value is not None:
        nodes = (result.value,)
    return replace(result, nodes=nodes, message=result.message.replace(ID, ""))


def _data(evidence: Evidence, without: Collection[str]) -> tuple[list[ox.Triple], list[ox.Triple]]:
    """Merge all graphs except the shapes, and set apart the triples with malformed literals.

    pyshacl would stop at a malformed literal, and no shape can judge one.
    """
    triples: dict[ox.Triple, None] = {}
    malformed: dict[ox.Triple, None] = {}
    for quad in evidence.graph.quads():
        if quad.graph_name != SHAPES_GRAPH and term_text(quad.subject) not in without:
            value = quad.object
            fits = not isinstance(value, ox.Literal) or is_well_formed(value)
            (triples if fits else malformed)[quad.triple] = None
    return list(triples), list(malformed)


def apply_shapes(
    content: Content, data: Collection[ox.Triple], observe: StepObserver = nullcontext
) -> Validation:
    """Validate data against the shapes in a content folder (SHACL, section 3.4), with pyshacl.

    Args:
        content: The content, which has the shapes.
        data: The data.
        observe: Observes the application of each shape.

    Returns:
        The results, and the focus nodes.

    Raises:
        ContentError: If a shape cannot be applied; the error names the place of the shape.
        ExceptionGroup: If several shapes cannot be applied.
    """
    shapes = _shapes(content)
    _refuse(content, shape_faults(Graph(map(in_graph, shapes))), observe)
    engine = None
    if keeps_literals(data):
        engine = ox.Store()
        engine.extend(in_graph(triple) for triple in data)
    validator = pyshacl.Validator(
        DataGraph.from_rdflib(rdflib_graph(data, engine)),
        shacl_graph=_spread(_with_imported_prefixes(rdflib_graph(shapes))),
        # A shape does not refer to itself, so this depth is never reached.
        options={"max_validation_depth": 2 + len(shapes)},
    )
    executor = validator.make_executor()
    focus_nodes: dict[Term, frozenset[object]] = {}
    reports: list[tuple[object, ...]] = []
    current = None
    try:
        for shape in logged_items(_log, "applying shapes", list(validator.shacl_graph.shapes)):
            current = str(shape.node)
            with observe(Step("shape", current)), quick_constraints():
                focus = shape.focus_nodes(validator.data_graph)
                if focus:
                    _, violations = shape.validate(executor, validator.data_graph, focus=focus)
                    reports += violations
            focus_nodes[_term(shape.node)] = frozenset(focus)
        current = None
        report, _ = validator.create_validation_report(validator.shacl_graph, not reports, reports)
    except Exception as error:  # a shape can cause any error in pyshacl
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        path, line = shape_place(content, current, observe)
        raise ContentError(f"the shapes cannot be applied: {reason}", path, line) from None
    return Validation(tuple(_results(report, validator.shacl_graph.graph)), focus_nodes)


def _shapes(content: Content) -> list[ox.Triple]:
    return [
        triple for file in content.files if file.graph == SHAPES_GRAPH for triple in file.triples
    ]


def _refuse(content: Content, faults: Iterable[ShapeFault], observe: StepObserver) -> None:
    """Raise the faults of shapes, with their places."""
    locator = _locator(content, observe)
    errors = []
    for fault in faults:
        value = None if fault.value is None else term_text(fault.value)
        path, line = _first_place(content, locator, term_text(fault.node), fault.path, value)
        errors.append(ContentError(f"the shapes cannot be applied: {fault.message}", path, line))
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup("the shapes cannot be applied", errors)


def _results(report: RdfGraph, shapes: RdfGraph) -> Iterator[Result]:
    """Read the results of a report.

    Results of nested shapes are left out: they are details of another result. The messages of a
    constraint in SPARQL come instead of those of its shape, to which pyshacl adds them (SHACL,
    section 5.3.2).
    """
    for result, constraint in report.subject_objects(SH_TERMS.sourceConstraint):
        if (constraint, SH_TERMS.message, None) in shapes:
            shape = report.value(result, SH_TERMS.sourceShape)
            general = {str(message) for message in shapes.objects(shape, SH_TERMS.message)}
            for message in list(report.objects(result, SH_TERMS.resultMessage)):
                if str(message) in general:
                    report.remove((result, SH_TERMS.resultMessage, message))
    text = report.serialize(format="nt", encoding="utf-8")
    quads = list(ox.parse(text, ox.RdfFormat.N_TRIPLES))
    values: defaultdict[Term, dict[str, list[Term]]] = defaultdict(dict)
    for quad in quads:
        name = quad.predicate.value.removeprefix(SH)
        values[quad.subject].setdefault(name, []).append(quad.object)
    graph = Graph(quads)  # reads lists; literals come from above, because a store changes them
    for node in (quad.object for quad in quads if quad.predicate.value == f"{SH}result"):
        parts = {name: values[node][name][0] for name in _PARTS if name in values[node]}
        path = parts.pop("resultPath", None)
        texts = {name: notation(value) for name, value in parts.items()}
        messages = sorted(values[node].get("resultMessage", ()), key=_message_order)
        yield Result(
            nodes=(texts["focusNode"],),
            path=None if path is None else read_path(graph, path),
            value=texts.get("value"),
            shape=texts["sourceShape"],
            constraint=texts.get("sourceConstraint"),
            component=texts["sourceConstraintComponent"],
            severity=texts["resultSeverity"],
            message=term_text(messages[0]) if messages else "does not conform to the shape",
            messages=tuple(map(notation, messages)),
        )


def _message_order(message: Term) -> tuple[bool, str]:
    """Sort English and messages without a language first."""
    language = message.language if isinstance(message, ox.Literal) else None
    return language not in ("en", None), str(message)


def shape_place(
    content: Content, shape: str | None, observe: StepObserver = nullcontext
) -> tuple[Path, int | None]:
    """Find a shape in the files of the content.

    Args:
        content: The content.
        shape: IRI of the shape, or None if it is not known.
        observe: Observes the parsing of each file.

    Returns:
        The file and the line of the shape. If it is not found: the only file of shapes, or else
        their folder.
    """
    return _first_place(content, _locator(content, observe), shape or "", None, None)


def _locator(content: Content, observe: StepObserver) -> Locator:
    files = tuple(file for file in content.files if file.graph == SHAPES_GRAPH)
    return Locator(replace(content, files=files), (), observe)


def _first_place(
    content: Content, locator: Locator, node: str, path: str | None, value: str | None
) -> tuple[Path, int | None]:
    for place in locator.places(node, path, value):
        return content.root / place.file, place.line
    paths = [file.path for file in content.files if file.graph == SHAPES_GRAPH]
    return (paths[0] if len(paths) == 1 else content.root / "shapes"), None


def _with_imported_prefixes(shapes: RdfGraph) -> RdfGraph:
    """Add to each sh:prefixes the prefixes that its imports declare (SHACL, section 5.2.1).

    pyshacl reads only the declarations at the value of sh:prefixes.
    """
    for value in set(shapes.objects(None, SH_TERMS.prefixes)):
        for imported in list(shapes.transitive_objects(value, OWL_TERMS.imports)):
            for declaration in list(shapes.objects(imported, SH_TERMS.declare)):
                shapes.add((value, SH_TERMS.declare, declaration))
    return shapes


def _spread(shapes: RdfGraph) -> RdfGraph:
    """Copy the targets of node shapes to their property shapes, and remove sh:property.

    The results are the same (SHACL, sections 2.1.3 and 4.7.2), but pyshacl evaluates a property
    shape with targets once, and not once for each focus node. This saves a third of the time of a
    check. If any property shape compares its values with those of its siblings
    (sh:qualifiedValueShapesDisjoint), nothing is moved, because pyshacl finds siblings by
    sh:property.
    """
    if (None, SH_TERMS.qualifiedValueShapesDisjoint, None) in shapes:
        return shapes
    for shape, property_ in list(shapes.subject_objects(SH_TERMS.property)):
        targets = _targets(shapes, shape)
        # Errors name the IRI of a shape, so a property shape without an IRI is not changed.
        if targets and isinstance(property_, URIRef) and (property_, SH_TERMS.path, None) in shapes:
            shapes.remove((shape, SH_TERMS.property, property_))
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
    plain = values.get(RDF_TERMS.type) == {SH_TERMS.NodeShape}
    if not plain or SH_TERMS.deactivated in values or any(shapes.subjects(None, shape)):
        return []
    return [(name, value) for name in _TARGETS for value in values.get(name, ())]


def _term(node: Node) -> Term:
    return ox.NamedNode(node) if isinstance(node, URIRef) else ox.BlankNode(str(node))
