"""The literals of new claims, read from what an editor writes."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from apecgraph.errors import EntryRefused
from apecgraph.rdf.namespaces import PREFIXES
from apecgraph.rdf.terms import typed
from apecgraph.text.languages import wrong_tag
from apecgraph.text.numbers import plain_number

DATE: Final = re.compile(r"\d{4}(-\d\d){0,2}")
"""The form of a year, a month or a day."""

_DATATYPES: Final = {4: "gYear", 7: "gYearMonth", 10: "date"}


def turtle_literal(text: str) -> ox.Literal:
    """Read a literal in Turtle, such as "CN"^^apec:iso3166Alpha2.

    Args:
        text: What the editor writes.

    Returns:
        The literal.

    Raises:
        EntryRefused: The text is not a literal in Turtle.
    """
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    try:
        (quad,) = ox.parse(f"{prefixes}<x:s> <x:p> {text} .", ox.RdfFormat.TURTLE)
    except (SyntaxError, ValueError):
        raise EntryRefused(f"{text} is not a literal in Turtle") from None
    if not isinstance(quad.object, ox.Literal):
        raise EntryRefused(f"{text} is not a literal in Turtle")
    return quad.object


def decimal(text: str) -> Decimal:
    """Read the second number of a range.

    Args:
        text: What the editor writes.

    Returns:
        The number.

    Raises:
        EntryRefused: The text is not a number.
    """
    number = plain_number(text)
    if number is None:
        raise EntryRefused(f"'{text}' is not a number: write digits, such as 26.29")
    return number


def date_literal(text: str) -> ox.Literal:
    """Return a day, a month or a year as a literal.

    Args:
        text: What the editor writes.

    Returns:
        The literal.

    Raises:
        EntryRefused: The text is not a date.
    """
    if not DATE.fullmatch(text) or len(text) not in _DATATYPES:
        raise EntryRefused(f"'{text}' is not a date: write 2026-02-05, 2026-02 or 2026")
    return typed(text, _DATATYPES[len(text)])


def address(text: str) -> ox.NamedNode:
    """Return an address as an IRI.

    Args:
        text: What the editor writes.

    Returns:
        The IRI.

    Raises:
        EntryRefused: The text is not an IRI.
    """
    try:
        return ox.NamedNode(text)
    except ValueError as error:
        raise EntryRefused(f"'{text}' is not an address: {error}") from None


def language_tag(text: str) -> str:
    """Return a language tag that exists.

    Args:
        text: What the editor writes.

    Returns:
        The tag.

    Raises:
        EntryRefused: There is no such language.
    """
    wrong = wrong_tag(text)
    if wrong is not None:
        raise EntryRefused(wrong)
    return text
