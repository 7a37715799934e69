"""The rules on things and their names: the class fits the IRI, and nothing contains itself."""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from babel.numbers import list_currencies

from apecgraph.check.report import Result
from apecgraph.content.evidence import Evidence
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import (
    APEC,
    DCAT,
    DCTERMS,
    ID,
    ORG,
    OWL,
    RDF,
    SCHEMA,
    SDMX_CODE,
    SKOS,
    TIME,
    compact,
)

_CLASSES: Final = {
    "body": (f"{ORG}Organization", f"{ORG}OrganizationalCollaboration"),
    "economy": (f"{APEC}Economy",),
    "group": (f"{SKOS}Concept", f"{SCHEMA}Audience"),
    "meeting": (f"{SCHEMA}Event", f"{SCHEMA}EventSeries"),
    "membership": (f"{ORG}Membership",),
    "period": (f"{TIME}ProperInterval", f"{DCTERMS}PeriodOfTime", f"{SKOS}Concept"),
    "person": (f"{SCHEMA}Person",),
    "place": tuple(f"{SCHEMA}{name}" for name in ("City", "AdministrativeArea", "Place")),
}
"""The classes of the things of each kind; the kind is the first part of the path of an IRI."""

_HOME: Final = {
    class_: kind
    for kind, classes in _CLASSES.items()
    for class_ in classes
    if class_ not in (f"{SKOS}Concept", f"{SCHEMA}Audience")
}
"""A dict from each class to the only kind of things that may be in it."""

_UP: Final = (
    f"{APEC}withoutReporter",
    f"{DCTERMS}hasPart",
    f"{ORG}subOrganizationOf",
    f"{SCHEMA}containedInPlace",
    f"{SCHEMA}superEvent",
    f"{SKOS}broader",
)
"""Properties that never lead from a thing back to itself."""

_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_YEARS: Final = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_RULE: Final = f"{ID}shape/entities"


def misdescribed(evidence: Evidence) -> Iterator[Result]:
    """Find things whose classes, names or parts cannot be right.

    Args:
        evidence: The evidence, with the triples that statements state.

    Yields:
        The results, by rule.
    """
    graph = evidence.graph
    yield from _misnamed(graph)
    yield from _circles(graph)
    for quad in graph.quads(None, f"{RDF}type"):
        iri, class_ = str(getattr(quad.subject, "value", "")), getattr(quad.object, "value", "")
        if class_ == f"{TIME}ProperInterval":
            yield from _misdated(graph, iri)
        elif class_ == f"{SDMX_CODE}Currency":
            yield from _no_currency(graph, iri)


def _misnamed(graph: Graph) -> Iterator[Result]:
    """Report classes that do not fit the kind that an IRI names."""
    for quad in graph.quads(None, f"{RDF}type"):
        iri, class_ = getattr(quad.subject, "value", ""), getattr(quad.object, "value", "")
        kind = iri.removeprefix(ID).partition("/")[0]
        if graph.has(iri, f"{OWL}deprecated"):
            continue
        if kind in _CLASSES and class_ not in _CLASSES[kind]:
            either = " or ".join(map(compact, _CLASSES[kind]))
            message = f"<{kind}/...> is a name of {either}, not of {compact(class_)}"
        elif kind not in _CLASSES and class_ in _HOME and iri.startswith(ID):
            message = f"the name of a thing of class {compact(class_)} is <{_HOME[class_]}/...>"
        else:
            continue
        yield Result.of(_RULE, iri, f"{message}: correct the class or the name", f"{RDF}type")


def _circles(graph: Graph) -> Iterator[Result]:
    """Report each thing from which one property leads back to it."""
    for property_ in _UP:
        above: defaultdict[str, set[str]] = defaultdict(set)
        for quad in graph.quads(None, property_):
            above[getattr(quad.subject, "value", "")].add(getattr(quad.object, "value", ""))
        for iri in sorted(above):
            reached, waiting = set[str](), [iri]
            while waiting:
                found = above.get(waiting.pop(), set()) - reached
                reached |= found
                waiting += found
            if iri in reached:
                name = compact(property_)
                yield Result.of(
                    _RULE, iri, f"{name} leads back to {compact(iri)}: correct it", property_
                )


def _misdated(graph: Graph, iri: str) -> Iterator[Result]:
    """Report a period whose name or label is that of other days."""
    first, last = (graph.value(iri, f"{DCAT}{end}Date") for end in ("start", "end"))
    if first is None or last is None:
        return  # a shape reports it
    name = iri.removeprefix(f"{ID}period/")
    days = _days(name)
    if days is not None and days != (first, last):
        message = f"period/{name} is from {days[0]} to {days[1]}, not from {first} to {last}"
        yield Result.of(_RULE, iri, f"{message}: correct the dates or the name", f"{DCAT}startDate")
    for label in graph.values(iri, f"{SKOS}prefLabel"):
        years = _YEARS.findall(label)
        if years and {years[0], years[-1]} != {first[:4], last[:4]}:
            message = f"the label {label!r} does not fit {first} to {last}: correct one of them"
            yield Result.of(_RULE, iri, message, f"{SKOS}prefLabel")


def _days(name: str) -> tuple[str, str] | None:
    """Return the first and the last day of a period from its name, such as "2024-01_2024-10"."""
    ends = re.sub(r"^([0-9]{4})-([0-9]{4})$", r"\1_\2", name).split("_")
    matches = [_DATE.fullmatch(end) for end in (ends[0], ends[-1])]
    if len(ends) > 2 or None in matches:
        return None
    (year, month, day), (last_year, last_month, last_day) = (
        match.groups() for match in matches if match
    )
    if last_month and not 1 <= int(last_month) <= 12:
        return None
    last_month = last_month or "12"
    if last_day is None:
        last_day = f"{calendar.monthrange(int(last_year), int(last_month))[1]:02}"
    return f"{year}-{month or '01'}-{day or '01'}", f"{last_year}-{last_month}-{last_day}"


def _no_currency(graph: Graph, iri: str) -> Iterator[Result]:
    """Report a currency whose name or code is not one of ISO 4217."""
    code = iri.removeprefix(f"{ID}unit/")
    if not _CURRENCY.fullmatch(code):
        return  # a unit of any or of no currency
    if code not in list_currencies():
        message = f"{code} is not a code of ISO 4217: correct the name"
    elif graph.values(iri, f"{SKOS}notation") != [code]:
        message = f"a currency needs one skos:notation, its code, here {code!r}"
    else:
        return
    yield Result.of(_RULE, iri, message, f"{SKOS}notation")
