"""Diagnosis of syntax errors in queries, in words that help to correct them."""

from __future__ import annotations

import re
from itertools import islice, pairwise
from typing import Final

from pyoxigraph import Store

from apecgraph.errors import MalformedQuery
from apecgraph.query.outline import tokens
from apecgraph.rdf.namespaces import ENDPOINT, PREFIXES

_COMPLAINT: Final = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
# Among the expected tokens, the engine lists broken rules, which are sentences; the rest are
# keywords, signs and classes of characters.
_RULE: Final = re.compile(r"(?:^|, )([A-Za-z][^\"\[\],]* [^\"\[\],]+)")
_REWORDED: Final = {
    "The SELECT contains a variable that is unbound": (
        "SELECT names a variable that is neither grouped by nor inside an aggregate"
    ),
    "IRI parsing failed": "the IRI that ends here is not valid",
}
_WIDEST_KEYWORD: Final = 40
_MOST_TOKENS: Final = 4000

_Token = tuple[str, int, str]


def diagnose(text: str, complaint: str) -> MalformedQuery:
    """Turn the engine's complaint about a query into one that names the cause and the place.

    The engine reads a keyword's length before it compares, so that the place it names lies up to
    that much too far on. So it is asked again, with each token on a line of its own, too wide to
    be read beyond: the line that it then names is the number of the token.
    """
    found = list(islice(tokens(text), _MOST_TOKENS + 1))
    spread = _complaint(found) if len(found) <= _MOST_TOKENS else None
    if spread is None:
        match = _COMPLAINT.match(complaint)
        line, column = (int(match[1]), int(match[2])) if match else (None, None)
        return MalformedQuery(f"This is not SPARQL, near line {line}.", line, column)
    index = int(spread[1]) - 1
    rule = _RULE.search(spread[3])
    if index >= len(found):
        if rule:
            return MalformedQuery(_sentence(rule[1]))
        place, message = len(text.rstrip()), _early_end(text, found)
    else:
        place, message = found[index][1], _unexpected(found, index, rule[1] if rule else None)
    line, column = _position(text, place)
    return MalformedQuery(f"Line {line}, column {column}: {message}", line, column)


def _complaint(found: list[_Token]) -> re.Match[str] | None:
    margin = " " * _WIDEST_KEYWORD + "\n"
    spread = (re.sub(r"[\r\n]", " ", token) + margin for _, _, token in found)
    try:
        Store().query("".join(spread), base_iri=ENDPOINT)
    except SyntaxError as error:
        return _COMPLAINT.match(str(error.msg))
    except (OSError, RuntimeError):
        return None
    return None


def _early_end(text: str, found: list[_Token]) -> str:
    if not found:
        return "there is no query."
    unclosed: list[int] = []
    for kind, start, _ in found:
        if kind == "open":
            unclosed.append(start)
        elif kind == "close" and unclosed:
            unclosed.pop()
    if unclosed:
        line, column = _position(text, unclosed[-1])
        bracket = text[unclosed[-1]]
        return f"the query ends before the `{bracket}` of line {line}, column {column} is closed."
    return f"the query ends too early, after `{_short(found[-1][2])}`."


def _unexpected(found: list[_Token], index: int, rule: str | None) -> str:
    kind, _, token = found[index]
    prefix, colon, _ = token.partition(":")
    if kind == "name" and colon and prefix not in _declared(found):
        if prefix in ("http", "https", "urn"):
            return "an IRI is written in angle brackets."
        known = PREFIXES.get(prefix)
        remedy = f" Add the line: PREFIX {prefix}: <{known}>" if known else ""
        return f"the prefix `{prefix}:` is not declared.{remedy}"
    if rule:
        return _sentence(rule)
    if token in ('"', "'"):
        return "the string that begins here does not end."
    if index == 0:
        return f"`{_short(token)}` does not begin a query; SELECT, ASK, CONSTRUCT and DESCRIBE do."
    return f"`{_short(token)}` cannot follow `{_short(found[index - 1][2])}`."


def _sentence(rule: str) -> str:
    return _REWORDED.get(rule, rule).rstrip(".") + "."


def _declared(found: list[_Token]) -> set[str]:
    """Collect the prefixes that are declared: the names after the word PREFIX."""
    return {name[:-1] for (_, _, word), (_, _, name) in pairwise(found) if word.upper() == "PREFIX"}


def _short(token: str) -> str:
    return token if len(token) <= 60 else token[:59] + "…"


def _position(text: str, place: int) -> tuple[int, int]:
    """Turn an index into a text into line and column, from 1."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
