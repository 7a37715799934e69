"""The graphs that pyshacl reads, as rdflib graphs, and the queries of SHACL-SPARQL on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import pyoxigraph as ox
import rdflib.plugins.sparql
from oxrdflib import OxigraphStore
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.plugins.stores.memory import Memory
from rdflib.query import Result
from rdflib.store import Store
from rdflib.term import Identifier, Node

from apecgraph.query.outline import tokens
from apecgraph.rdf.namespaces import XSD
from apecgraph.rdf.terms import Term

_STRING: Final = f"{XSD}string"
_SLOW_WORDS: Final = frozenset(("BIND", "BOUND", "FROM", "GRAPH", "MINUS", "SERVICE", "VALUES"))


def rdflib_graph(triples: Iterable[ox.Triple], engine: ox.Store | None = None) -> Graph:
    """Copy triples into an rdflib graph.

    The graph has none of rdflib's prefixes: a query uses the prefixes that the shapes declare
    (SHACL, section 5.2.1).

    Args:
        triples: The triples.
        engine: A store with the same triples in its default graph, which evaluates the queries
            that it can evaluate rightly.

    Returns:
        The graph.
    """
    # A query reads the graph that it is given, and no files or addresses that it names.
    rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False
    graph = Graph(store=_DataStore(engine), bind_namespaces="none")
    terms: dict[Term, Identifier] = {}
    for triple in triples:
        parts = []
        for term in triple:
            copy = terms.get(term)
            if copy is None:
                copy = terms[term] = _rdflib_term(term)
            parts.append(copy)
        graph.store.add(tuple(parts), graph)  # type: ignore[arg-type]
    return graph


def engine_of(graph: Graph) -> ox.Store | None:
    """Return the store that evaluates the queries of a graph, or None if rdflib does it."""
    return graph.store.engine if isinstance(graph.store, _DataStore) else None


def holds(store: Store, node: Node) -> bool:
    """Return whether a node is a subject or an object of a triple in a store.

    From any other node, a path of length zero leads to the node itself in rdflib, as SPARQL says,
    but nowhere in pyoxigraph (SPARQL 1.1 Query Language, section 18.4).
    """
    found = any(store.triples((node, None, None)))
    return found or any(store.triples((None, None, node)))


@lru_cache(maxsize=256)
def _may_have_empty_path(query: str) -> bool:
    """Return whether a query has one of the signs of a path of length zero: `*` and `?`."""
    return any(word in ("*", "?") for _, _, word in tokens(query))


def keeps_literals(triples: Iterable[ox.Triple]) -> bool:
    """Return whether a store of pyoxigraph keeps the lexical forms and datatypes of all literals.

    It stores numbers, dates and booleans as values: `"01"^^xsd:int` becomes 1.
    """
    node = ox.NamedNode(_STRING)
    literals = {
        triple.object
        for triple in triples
        if isinstance(triple.object, ox.Literal) and triple.object.datatype.value != _STRING
    }
    kept = ox.Store()
    kept.extend(ox.Quad(node, node, literal) for literal in literals)
    return {quad.object for quad in kept} == literals


def _rdflib_term(term: Term) -> Identifier:
    match term:
        case ox.NamedNode():
            return URIRef(term.value)
        case ox.BlankNode():
            return BNode(term.value)
        case ox.Literal() if term.language:
            return Literal(term.value, lang=term.language)
        case ox.Literal():
            datatype = term.datatype.value
            # In rdflib, "a" and "a"^^xsd:string are different terms.
            return Literal(term.value, datatype=None if datatype == _STRING else URIRef(datatype))
    raise TypeError(f"{term} is not a term of RDF 1.1")


class _DataStore(Memory):
    """A store that has its queries evaluated by pyoxigraph, if the answer is the same.

    Args:
        engine: A store with the same triples; None if rdflib must evaluate all queries.
    """

    def __init__(self, engine: ox.Store | None) -> None:
        super().__init__()
        self.engine = engine
        self._engine = None if engine is None else OxigraphStore(store=engine)

    def query(
        self,
        query: Any,
        initNs: Mapping[str, Any],  # noqa: N803 - rdflib's name for it
        initBindings: Mapping[str, Identifier],  # noqa: N803 - rdflib's name for it
        queryGraph: str,  # noqa: N803 - rdflib's name for it
        **kwargs: Any,
    ) -> Result:
        """Evaluate a query; NotImplementedError tells rdflib to evaluate it itself."""
        if self._engine is None or not binds_at_top(query, frozenset(initBindings)):
            raise NotImplementedError
        if _may_have_empty_path(query) and not all(
            holds(self, node) for node in initBindings.values()
        ):
            raise NotImplementedError
        return self._engine.query(query, initNs, initBindings, DATASET_DEFAULT_GRAPH_ID, **kwargs)


@lru_cache(maxsize=256)
def binds_at_top(query: str, bound: frozenset[str]) -> bool:
    """Return whether the substitution of variables by pyoxigraph is the pre-binding of SHACL.

    Pre-binding (SHACL, appendix A) replaces a variable in the whole query. pyoxigraph gives it a
    value in the outermost group and in the groups of FILTER EXISTS there, but not in expressions
    that assign it, nor in other groups.

    Args:
        query: A query.
        bound: The names of the variables that get a value.

    Returns:
        True if the variables occur only where both are the same.
    """
    groups: list[bool] = []  # for each open brace, whether its group sees the values
    selected: set[str] = set()
    selects = 0
    previous = ""
    for kind, _, word in tokens(query):
        if word == "{":
            groups.append(not groups or (previous == "EXISTS" and groups == [True]))
        elif word == "}":
            if groups:
                groups.pop()
        elif kind == "variable":
            if not groups:
                selected.add(word[1:])
            elif word[1:] in bound and not all(groups):
                return False
        elif kind == "name":
            selects += word.upper() == "SELECT"
            if word.upper() in _SLOW_WORDS:
                return False
        previous = word.upper()
    return selects == 1 and bound <= selected
