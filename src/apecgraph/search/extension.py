"""Data extension: property values of reconciled entities.

The module implements the data extension service of the Reconciliation Service API 0.2 (section 7).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from apecgraph.errors import MalformedRequest
from apecgraph.rdf.namespaces import XSD
from apecgraph.rdf.terms import Term
from apecgraph.search.entities import Entities, EntityProperty

_INTEGER: Final = f"{XSD}integer"
_DECIMAL: Final = f"{XSD}decimal"
_DATE: Final = f"{XSD}date"
_DATE_TIME: Final = f"{XSD}dateTime"

# Valid literals of each datatype (XML Schema 1.1, Part 2, section 3.3), limited to numbers that all
# JSON parsers can represent (RFC 8259, section 6), and to dates with years of four digits.
_DAY: Final = r"\d{4}-\d{2}-\d{2}"
_ZONE: Final = r"(Z|[+-]\d{2}:\d{2})?"
_FORMS: Final = {
    _INTEGER: re.compile(r"[+-]?\d{1,15}", re.ASCII),
    _DECIMAL: re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII),
    _DATE: re.compile(_DAY, re.ASCII),
    _DATE_TIME: re.compile(rf"{_DAY}T\d{{2}}:\d{{2}}:\d{{2}}(\.\d+)?{_ZONE}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A property to fetch.

    Attributes:
        property: Its id or its IRI.
        limit: Maximum number of values per entity; 0 for all.
        language: Language of the texts; empty for all.
    """

    property: str
    limit: int = 0
    language: str = ""


def extend(entities: Entities, ids: Sequence[str], columns: Sequence[Column]) -> dict[str, Any]:
    """Fetch property values and return the response of section 7.5.

    Properties without values, and unknown entities, have empty lists. Raise MalformedRequest if a
    property is unknown.
    """
    properties = [_property(entities, column) for column in columns]
    types: dict[str, Counter[str]] = {property_.id: Counter() for property_ in properties}
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for id_ in ids:
        entity = entities.entity(id_)
        row = rows.setdefault(id_, {})
        for column, property_ in zip(columns, properties, strict=True):
            terms = () if entity is None else entity.facts.get(property_.id, ())
            selected = _in_language(terms, column.language)[: column.limit or None]
            row[column.property] = [_value(entities, term) for term in selected]
            for term in selected:
                if isinstance(term, ox.NamedNode) and (other := entities.entity(term.value)):
                    types[property_.id][other.own_types[-1]] += 1
    meta: list[dict[str, Any]] = []
    for column, property_ in zip(columns, properties, strict=True):
        about: dict[str, Any] = {"id": column.property, "name": property_.name}
        for type_, _ in types[property_.id].most_common(1):
            about["type"] = {"id": type_, "name": entities.types[type_].name}
        meta.append(about)
    return {"meta": meta, "rows": rows}


def _property(entities: Entities, column: Column) -> EntityProperty:
    property_ = entities.property(column.property)
    if property_ is None:
        raise MalformedRequest(f"there is no property {column.property!r}")
    return property_


def _in_language(terms: Sequence[Term], language: str) -> list[Term]:
    """Return the values in a language, and those without a language.

    If no text matches the language range (RFC 4647, section 3.3.1), a shorter range is tried: "zh"
    for "zh-CN" (section 3.4).
    """
    texts = [term for term in terms if isinstance(term, ox.Literal) and term.language]
    matching = texts
    while language:
        matching = [
            text for text in texts if f"{text.language}-".lower().startswith(f"{language}-".lower())
        ]
        if matching:
            break
        language = language.rpartition("-")[0]
    return [term for term in terms if term in matching or term not in texts]


def _value(entities: Entities, term: Term) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        entity = entities.entity(term.value)
        return {"str": term.value} if entity is None else {"id": entity.id, "name": entity.name}
    if not isinstance(term, ox.Literal):
        return {"str": str(term)}
    kind, text = term.datatype.value, term.value
    form = _FORMS.get(kind)
    if form is None or form.fullmatch(text) is None:
        return {"str": text}
    if kind == _INTEGER:
        return {"int": int(text)}
    if kind == _DECIMAL:
        number = float(text)
        return {"float": number} if math.isfinite(number) else {"str": text}
    # A date in a response must have a time.
    return {"date": text if kind == _DATE_TIME else f"{text}T00:00:00Z"}
