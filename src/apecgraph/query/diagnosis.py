"""Explains syntax errors of queries so that people can correct them."""

from __future__ import annotations

import re
from itertools import islice, pairwise
from typing import Final

from pyoxigraph import Store

from apecgraph.errors import MalformedQuery
from apecgraph.query.outline import tokens
from apecgraph.rdf.namespaces import ENDPOINT, PREFIXES

_COMPLAINT: Final = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
# The engine lists violated rules among the things that it expected. Rules are sentences; the other
# things are keywords, signs and classes of characters.
_RULE: Final = re.compile(r"(?:^|, )([A-Za-z][^\"\[\],]* [^\"\[\],]+)")
_REWORDED: Final = {
    "The SELECT contains a variable that is unbound": (
        "SELECT names a variable that is neither grouped by nor inside an aggregate"
    ),
    "IRI parsing failed": "the IRI that ends here is not valid",
}
_MAX_KEYWORD: Final = 40
_MAX_TOKENS: Final = 4000

_MISSING: Final = (".", ";", ",", "}", ")", "{", "AS", "?value")
"""Tokens that are often missing, in the order of preference; a variable is any value."""

_Token = tuple[str, int, str]


def diagnose(text: str, complaint: str) -> MalformedQuery:
    """Turn the engine's complaint about a query into an error that names the cause and the place.

    The engine reads as many characters as a keyword has before it compares them, so it may report a
    place that is too far on. Therefore the query is parsed again with one token on each line. Each
    line is longer than any keyword, so the line of the new error is the number of the token.

    Args:
        text: The query.
        complaint: The message of the engine.

    Returns:
        The error.
    """
    query = list(islice(tokens(text), _MAX_TOKENS + 1))
    spread = _complaint(query) if len(query) <= _MAX_TOKENS else None
    if spread is None:
        match = _COMPLAINT.match(complaint)
        line, column = (int(match[1]), int(match[2])) if match else (None, None)
        return MalformedQuery(f"This is not SPARQL, near line {line}.", line, column)
    index = int(spread[1]) - 1
    rule = _RULE.search(spread[3])
    if index >= len(query):
        if rule:
            return MalformedQuery(_sentence(rule[1]))
        place, message = len(text.rstrip()), _early_end(text, query)
    else:
        message = _unexpected(query, index, rule[1] if rule else None)
        place, message = query[index][1], f"{message}{_mend(query, index)}"
    line, column = _position(text, place)
    return MalformedQuery(f"Line {line}, column {column}: {message}", line, column)


def _complaint(query: list[_Token]) -> re.Match[str] | None:
    """Parse a query again with one token on each line; return the engine's complaint, if any."""
    margin = " " * _MAX_KEYWORD + "\n"
    spread = (re.sub(r"[\r\n]", " ", token) + margin for _, _, token in query)
    try:
        Store().query("".join(spread), base_iri=ENDPOINT)
    except SyntaxError as error:
        return _COMPLAINT.match(str(error.msg))
    except (OSError, RuntimeError):
        return None
    return None


def _mend(query: list[_Token], index: int) -> str:
    """Return a sentence that says what to change before a token that cannot be there, or "".

    A token is missing if with it the engine reads the whole query, or else at least the next token.
    """
    before, after = query[:index], query[index:]
    partly = ""
    for missing in _MISSING:
        name = "A value" if missing.startswith("?") else f"`{missing}`"
        found = _complaint([*before, ("", after[0][1], missing), *after])
        if found is None:
            return f" {name} is missing before it."
        if index + 1 < int(found[1]) - 1 <= len(query):
            partly = partly or f" {name} is missing before it."
    return partly or (" Leave it out." if _complaint([*before, *after[1:]]) is None else "")


def _early_end(text: str, query: list[_Token]) -> str:
    if not query:
        return "the text contains no query."
    unclosed: list[int] = []
    for kind, start, _ in query:
        if kind == "open":
            unclosed.append(start)
        elif kind == "close" and unclosed:
            unclosed.pop()
    if unclosed:
        line, column = _position(text, unclosed[-1])
        bracket = text[unclosed[-1]]
        return f"the query ends before the `{bracket}` of line {line}, column {column} is closed."
    return f"the query ends too early, after `{_short(query[-1][2])}`."


def _unexpected(query: list[_Token], index: int, rule: str | None) -> str:
    kind, _, token = query[index]
    prefix, colon, _ = token.partition(":")
    if kind == "name" and colon and prefix not in _declared(query):
        if prefix in ("http", "https", "urn"):
            return "an IRI must be written in angle brackets."
        known = PREFIXES.get(prefix)
        remedy = f" Add the line: PREFIX {prefix}: <{known}>" if known else ""
        return f"the prefix `{prefix}:` is not declared.{remedy}"
    if rule:
        return _sentence(rule)
    if token in ('"', "'"):
        return "the string that begins here does not end."
    if index == 0:
        return (
            f"a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, not with `{_short(token)}`."
        )
    return f"`{_short(token)}` cannot follow `{_short(query[index - 1][2])}`."


def _sentence(rule: str) -> str:
    return _REWORDED.get(rule, rule).rstrip(".") + "."


def _declared(query: list[_Token]) -> set[str]:
    """Return the declared prefixes: the names after the word PREFIX."""
    return {name[:-1] for (_, _, word), (_, _, name) in pairwise(query) if word.upper() == "PREFIX"}


def _short(token: str) -> str:
    return token if len(token) <= 60 else token[:59] + "…"


def _position(text: str, place: int) -> tuple[int, int]:
    """Turn an index in a text into a line and a column, counted from 1."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
