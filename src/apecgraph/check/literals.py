"""Literals: the text of each has the form that its datatype requires (XML Schema Part 2)."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import Final

import pyoxigraph as ox
from rdflib import Literal, URIRef

from apecgraph.check.report import Result
from apecgraph.rdf.namespaces import ID, RDF, SH, XSD, compact
from apecgraph.rdf.terms import notation

_ANY_TEXT: Final = frozenset((f"{XSD}string", f"{RDF}langString"))
_NUMBERS: Final = {
    f"{XSD}decimal": re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"),
    f"{XSD}integer": re.compile(r"[+-]?[0-9]+"),
}
"""Numbers of any length, of which the engine could read only some."""

_ADDRESS: Final = f"{XSD}anyURI"
_CONVERTED: Final = frozenset(
    f"{XSD}{name}" for name in ("boolean", "date", "dateTime", "gYear", "gYearMonth")
)
"""Datatypes to which the engine converts a string, if it is the text of one."""

_EXAMPLES: Final = {
    f"{XSD}boolean": "true",
    f"{XSD}date": "2026-02-05",
    f"{XSD}gYear": "2026",
    f"{XSD}gYearMonth": "2026-02",
    f"{XSD}decimal": "26.29",
    f"{XSD}integer": "12",
    _ADDRESS: "https://example.org/",
}
_RULE: Final = f"{ID}shape/hygiene"


@lru_cache(maxsize=1 << 16)
def is_well_formed(literal: ox.Literal) -> bool:
    """Return whether the text of a literal has the form of its datatype; True if that is unknown.

    Args:
        literal: The literal.

    Returns:
        False if the date does not exist, the number is not a number, and so on.
    """
    datatype = literal.datatype.value
    if datatype in _ANY_TEXT:
        return True
    if datatype in _NUMBERS:
        return _NUMBERS[datatype].fullmatch(literal.value) is not None
    if datatype == _ADDRESS:
        return _is_address(literal.value)
    if datatype in _CONVERTED and not _converts(literal):
        return False
    with warnings.catch_warnings(action="ignore"):
        # pyshacl reads literals with rdflib, so what rdflib cannot read may not reach it.
        return not Literal(literal.value, datatype=URIRef(datatype)).ill_typed


def malformed_literal(triple: ox.Triple) -> Result:
    """Report the literal of a triple, which does not have the form of its datatype.

    Args:
        triple: The triple.

    Returns:
        The result.
    """
    subject, predicate, value = triple
    assert isinstance(value, ox.Literal)  # noqa: S101 - only literals are malformed
    example = _EXAMPLES.get(value.datatype.value)
    return Result(
        nodes=(notation(subject),),
        path=predicate.value,
        value=notation(value),
        shape=_RULE,
        component=f"{SH}DatatypeConstraintComponent",
        message=f"'{value.value}' is not a valid {compact(value.datatype.value)}"
        f"{f', such as {example}' if example else ''}: correct it",
    )


def _converts(literal: ox.Literal) -> bool:
    query = f"SELECT ({literal.datatype}({ox.Literal(literal.value)}) AS ?read) {{}}"
    (solution,) = ox.Store().query(query)  # type: ignore[misc]
    return solution["read"] is not None


def _is_address(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True
