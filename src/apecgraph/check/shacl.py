"""The shapes, applied: what pyshacl finds in the content (SHACL, section 3)."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

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
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import SHAPES_GRAPH, Content
from apecgraph.errors import ContentError
from apecgraph.progress import logged_items
from apecgraph.rdf.graph import placed
from apecgraph.rdf.namespaces import BASE, ID, RDF, XSD, compact

_log = logging.getLogger(__name__)

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)


def violations(content: Content, evidence: Evidence) -> Iterator[Result]:
    """Validate everything but the shapes against the shapes, with pyshacl.

    Raises ContentError, with its place, where pyshacl cannot apply one.
    """
    data = ox.Store()
    malformed: list[ox.Triple] = []
    for quad in evidence.graph.store:
        if quad.graph_name == SHAPES_GRAPH:
            continue
        subject, predicate, value = quad.triple
        if isinstance(value, ox.Literal) and not _well_formed(value):
            # pyshacl would stop at it; as a string it is reported by whatever shape it breaks.
            malformed.append(quad.triple)
            value = ox.Literal(value.value)
        data.add(ox.Quad(subject, predicate, value))
    shapes = ox.Store()
    shapes.extend(
        placed(quad.triple)
        for quad in evidence.graph.store.quads_for_pattern(None, None, None, SHAPES_GRAPH)
    )
    rules = _Rules(_spread(_copied(shapes)), False, logging.getLogger("pyshacl"))
    validator = pyshacl.Validator(
        DataGraph.from_rdflib(_rdflib(data)),
        shacl_graph=rules.graph,
        options={"inplace": True, "allow_infos": True},
    )
    validator.shacl_graph = rules
    try:
        _, found, _ = validator.run()  # type: ignore[no-untyped-call]
    except Exception as error:  # whatever pyshacl and the engine make of an editor's shape
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        path, line = shape_place(content, rules.current)
        raise ContentError(f"the shapes cannot be applied: {reason}", path, line) from None
    # Not every sh:ValidationResult: those of a nested shape are details of the one that counts.
    results = [_result(found, node) for node in found.objects(None, SH.result)]
    yield from results
    reported = {(each.nodes[0], each.path) for each in results}
    for triple in malformed:
        result = _malformed(triple)
        if (result.nodes[0], result.path) not in reported:
            yield result


class _Rules(pyshacl.ShapesGraph):
    """The shapes, which tell when it is their turn: `current` is the IRI of the one at work."""

    current: str | None = None

    @property
    def shapes(self) -> Iterator[pyshacl.Shape]:
        for shape in logged_items(_log, "applying shapes", list(super().shapes)):
            self.current = str(shape.node)
            _log.debug("applying %s", self.current, extra={"shape": self.current})
            yield shape
        self.current = None
        _log.info("gathering what the shapes find")


def shape_place(content: Content, shape: str | None) -> tuple[Path, int | None]:
    """Return the file and the line of a shape; the folder of all where it cannot be told."""
    files = tuple(file for file in content.files if file.graph == SHAPES_GRAPH)
    places = Locator(replace(content, files=files), ()).places(shape or "", None, None)
    for place in places:
        return content.root / place.file, place.line
    return content.root / "shapes", None


def _result(found: RdfGraph, node: Node) -> Result:
    """Read a sh:ValidationResult."""
    get = {name: found.value(node, SH[name]) for name in _PARTS}
    focus, value = str(get["focusNode"]), get["value"]
    return Result(
        # What holds for everything has the publication as its focus: the value is what is wrong.
        nodes=(str(value),) if focus == BASE and value is not None else (focus,),
        path=None if get["resultPath"] is None else str(get["resultPath"]),
        value=None if value is None else str(value),
        shape=str(get["sourceConstraint"] or get["sourceShape"]),
        component=str(get["sourceConstraintComponent"]),
        message=str(get["resultMessage"]),
    )


def _malformed(triple: ox.Triple) -> Result:
    subject, predicate, value = triple
    assert isinstance(value, ox.Literal)  # noqa: S101 - as _well_formed was asked
    return Result(
        nodes=(str(getattr(subject, "value", subject)),),
        path=predicate.value,
        value=value.value,
        shape=f"{ID}shape/hygiene",
        component=str(SH.DatatypeConstraintComponent),
        message=f"'{value.value}' is no {compact(value.datatype.value)}: correct it",
    )


def _well_formed(literal: ox.Literal) -> bool:
    """Whether the lexical form is one of its datatype, as far as rdflib knows the datatype."""
    if literal.datatype.value in (f"{XSD}string", f"{RDF}langString"):
        return True
    with warnings.catch_warnings(action="ignore"):
        return not RdfLiteral(literal.value, datatype=URIRef(literal.datatype.value)).ill_typed


_PARTS = (
    "focusNode",
    "resultPath",
    "value",
    "sourceShape",
    "sourceConstraint",
    "sourceConstraintComponent",
    "resultMessage",
)


class _OneGraph(OxigraphStore):
    """A store of triples only, which knows how many without asking a query for each result."""

    def __init__(self, store: ox.Store) -> None:
        super().__init__(store=store)
        self._count = len(store)

    def __len__(self, context: RdfGraph | None = None) -> int:
        return self._count


def _rdflib(store: ox.Store) -> RdfGraph:
    """Let pyshacl read a store where it lies: far quicker than a copy of it in rdflib's own.

    Without prefixes of rdflib's: a query has those that the shapes declare (SHACL, section 5.2.1).
    """
    return RdfGraph(
        store=_OneGraph(store), identifier=DATASET_DEFAULT_GRAPH_ID, bind_namespaces="none"
    )


def _copied(store: ox.Store) -> RdfGraph:
    """Copy the shapes into rdflib's own store: pyshacl asks for the same few triples each time."""
    data = ox.serialize((quad.triple for quad in store), format=ox.RdfFormat.N_TRIPLES)
    assert data is not None  # noqa: S101 - without an output the bytes are returned
    return RdfGraph().parse(data=data, format="ox-nt")


def _spread(shapes: RdfGraph) -> RdfGraph:
    """Give the targets of a node shape to its property shapes, in the place of sh:property.

    With targets of their own they give the same results (SHACL, sections 2.1.3 and 4.7.2), but
    pyshacl begins with each of them once, not once for each focus node: a third of the check.
    """
    for shape, property_ in list(shapes.subject_objects(SH.property)):
        targets = _targets(shapes, shape)
        # One without an IRI could not be told of: it stays a part of the shape that has one.
        if targets and isinstance(property_, URIRef) and (property_, SH.path, None) in shapes:
            shapes.remove((shape, SH.property, property_))
            for name, value in targets:
                shapes.add((property_, name, value))
    return shapes


def _targets(shapes: RdfGraph, shape: Node) -> list[tuple[Node, Node]]:
    """Return the targets of a shape; none of one that is not there for their sake alone.

    Such a one is a class too, or is switched off, or another refers to it.
    """
    said = dict[Node, set[Node]]()
    for name, value in shapes.predicate_objects(shape):
        said.setdefault(name, set()).add(value)
    plain = said.get(RDF_TERMS.type) == {SH.NodeShape}
    if not plain or SH.deactivated in said or any(shapes.subjects(None, shape)):
        return []
    return [(name, value) for name in _TARGETS for value in said.get(name, ())]
