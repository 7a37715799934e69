"""Data extension: the values of properties of entities that were reconciled.

The data extension service of the Reconciliation Service API 0.2 (section 7).
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
from apecgraph.rdf.graph import Term
from apecgraph.rdf.namespaces import XSD
from apecgraph.search.entities import Entities, Property

_INTEGER: Final = f"{XSD}integer"
_DECIMAL: Final = f"{XSD}decimal"
_DATE: Final = f"{XSD}date"
_DATE_TIME: Final = f"{XSD}dateTime"

# What a literal says that is of its datatype (XML Schema 1.1, Part 2, section 3.3), as far as all
# readers of JSON have such a number (RFC 8259, section 6), or such a date.
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

    limit: the number of values of one entity, 0 for all. language: of texts, empty for all.
    """

    property: str
    limit: int = 0
    language: str = ""


def extend(entities: Entities, ids: Sequence[str], columns: Sequence[Column]) -> dict[str, Any]:
    """Fetch values; give what section 7.5 has for a response.

    What has no value has an empty list, and so has an entity that is not known. Raises
    MalformedRequest where a property is not known.
    """
    properties = [_property(entities, column) for column in columns]
    types: dict[str, Counter[str]] = {each.id: Counter() for each in properties}
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for asked in ids:
        entity = entities.entity(asked)
        row = rows.setdefault(asked, {})
        for column, property_ in zip(columns, properties, strict=True):
            terms = () if entity is None else entity.facts.get(property_.id, ())
            chosen = [each for each in terms if _speaks(each, column.language)]
            chosen = chosen[: column.limit or None]
            row[column.property] = [_value(entities, each) for each in chosen]
            for each in chosen:
                if isinstance(each, ox.NamedNode) and (other := entities.entity(each.value)):
                    types[property_.id][other.own_types[-1]] += 1
    meta: list[dict[str, Any]] = []
    for column, property_ in zip(columns, properties, strict=True):
        about: dict[str, Any] = {"id": column.property, "name": property_.name}
        for type_, _ in types[property_.id].most_common(1):
            about["type"] = {"id": type_, "name": entities.types[type_].name}
        meta.append(about)
    return {"meta": meta, "rows": rows}


def _property(entities: Entities, column: Column) -> Property:
    found = entities.property(column.property)
    if found is None:
        raise MalformedRequest(f"there is no property {column.property!r} here")
    return found


def _speaks(term: Term, language: str) -> bool:
    """Whether a value is in a language, by basic filtering (RFC 4647, section 3.3.1)."""
    if not language or not isinstance(term, ox.Literal) or not term.language:
        return True
    return f"{term.language}-".lower().startswith(f"{language}-".lower())


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
    # There are no dates without a time in a response.
    return {"date": text if kind == _DATE_TIME else f"{text}T00:00:00Z"}
