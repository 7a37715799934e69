"""Node objects: expanded JSON-LD 1.1 of triples, as all JSON-LD here begins."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from math import isfinite
from operator import attrgetter
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from apecgraph.rdf.namespaces import RDF, XSD
from apecgraph.rdf.terms import Term

Node: TypeAlias = dict[str, Any]
"""A node object (JSON-LD 1.1, section 9.2)."""

_TYPE: Final = ox.NamedNode(f"{RDF}type")
_STRING: Final = f"{XSD}string"
_DOUBLE: Final = f"{XSD}double"
_INTEGER: Final = f"{XSD}integer"
_NON_NEGATIVE: Final = f"{XSD}nonNegativeInteger"
_NATIVE: Final = {
    _INTEGER: re.compile(r"0|-?[1-9][0-9]{0,14}"),
    f"{XSD}boolean": re.compile(r"true|false"),
}
"""Lexical forms that JSON's own numbers and booleans preserve exactly."""

_FRACTION: Final = re.compile(r"-?[1-9]\.[0-9]{1,15}E-?[0-9]{1,3}")


def node_objects(triples: Iterable[ox.Triple | ox.Quad]) -> Iterator[Node]:
    """Write triples as node objects, as RDF to Object Conversion does (JSON-LD 1.1 API, 8.5).

    The values of a property are always an array. A class is under `@type`. Integers, booleans and
    doubles are JSON's own if that keeps their lexical forms; decimals never are, because a parser
    would read doubles.

    Args:
        triples: The triples. Those of a subject make one node if they follow each other.

    Yields:
        The node objects, in the order of the input.
    """
    for subject, group in groupby(triples, attrgetter("subject")):
        node: Node = {"@id": _identifier(subject)}
        for triple in group:
            predicate, value = triple.predicate, triple.object
            if predicate == _TYPE and not isinstance(value, ox.Literal):
                node.setdefault("@type", []).append(_identifier(value))
            else:
                node.setdefault(predicate.value, []).append(_value(value))
        yield node


def _identifier(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return term.value
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    raise TypeError("JSON-LD has no triples as terms")


def _value(term: Term) -> Node:
    if not isinstance(term, ox.Literal):
        return {"@id": _identifier(term)}
    if term.language:
        direction = {"@direction": str(term.direction)} if term.direction else {}
        return {"@language": term.language, **direction, "@value": term.value}
    datatype = term.datatype.value
    if datatype == _STRING:
        return {"@value": term.value}
    if _is_native(term.value, datatype):
        return {"@value": json.loads(term.value)}
    if datatype == _NON_NEGATIVE and _is_native(term.value, _INTEGER):
        return {"@type": datatype, "@value": json.loads(term.value)}
    return {"@type": datatype, "@value": term.value}


def _is_native(text: str, datatype: str) -> bool:
    """Return whether a parser of JSON-LD makes the same literal of a number or a boolean in JSON.

    A double is a number with a fraction, which a parser writes in the canonical form.
    """
    if datatype in _NATIVE:
        return _NATIVE[datatype].fullmatch(text) is not None
    if datatype != _DOUBLE or not _FRACTION.fullmatch(text):
        return False
    number = float(text)
    return isfinite(number) and not number.is_integer() and _canonical(number) == text


def _canonical(number: float) -> str:
    """Return the canonical form of a double, with 15 decimals at most (JSON-LD 1.1 API, 8.6)."""
    mantissa, exponent = f"{number:.15E}".split("E")
    return f"{re.sub(r'(?<=[0-9])0+$', '', mantissa)}E{int(exponent)}"
