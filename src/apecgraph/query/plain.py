"""Writes a query in the plainest text that means the same, for an engine that is not ours.

Engines differ in how they read SPARQL: in the escapes, the spaces and the words that they accept,
some of which call other endpoints, change data or run programs. No part of a client's text is
therefore sent to them. They get its tokens, written anew: words of SPARQL 1.1
from a list, absolute IRIs, strings in one form, with spaces between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count, pairwise, takewhile
from typing import Final, NamedTuple

from apecgraph.errors import Forbidden, MalformedQuery
from apecgraph.printable import shortened
from apecgraph.query.outline import Prologue, spell_out, tokens
from apecgraph.rdf.namespaces import XSD

_WORDS: Final = frozenset(
    {
        *("SELECT", "DISTINCT", "REDUCED", "AS", "CONSTRUCT", "DESCRIBE", "ASK", "WHERE"),
        *("ORDER", "GROUP", "BY", "HAVING", "ASC", "DESC", "LIMIT", "OFFSET", "VALUES"),
        *("OPTIONAL", "GRAPH", "BIND", "MINUS", "UNION", "FILTER", "IN", "NOT", "EXISTS"),
        *("UNDEF", "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT", "SEPARATOR"),
        *("STR", "LANG", "LANGMATCHES", "DATATYPE", "BOUND", "IRI", "URI", "BNODE", "RAND"),
        *("ABS", "CEIL", "FLOOR", "ROUND", "CONCAT", "STRLEN", "UCASE", "LCASE"),
        *("ENCODE_FOR_URI", "CONTAINS", "STRSTARTS", "STRENDS", "STRBEFORE", "STRAFTER", "YEAR"),
        *("MONTH", "DAY", "HOURS", "MINUTES", "SECONDS", "TIMEZONE", "TZ", "NOW", "UUID"),
        *("STRUUID", "MD5", "SHA1", "SHA256", "SHA384", "SHA512", "COALESCE", "IF", "STRLANG"),
        *("STRDT", "SAMETERM", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "ISNUMERIC", "REGEX"),
        *("SUBSTR", "REPLACE"),
    }
)
"""The words of SPARQL 1.1 after the prologue (section 19.8), except SERVICE, FROM and NAMED."""

_SMALL: Final = frozenset({"a", "true", "false"})
"""The words that are written in lower case."""

_SIGNS: Final = frozenset({"^^", "||", "&&", "!=", "<=", ">=", *"=<>!+-*/|^?;,."})
_BRACKETS: Final = frozenset("(){}[]")
_MODIFIERS: Final = frozenset({"GROUP", "ORDER", "HAVING"})
"""Words that begin solution modifiers with expressions (section 15), which end with a bracket."""

_CASTS: Final = frozenset(
    {"boolean", "decimal", "double", "float", "integer", "string", "dateTime"}
)
"""The local names of functions whose namespace is that of XML Schema (section 17.5)."""

_NOT_IN_IRI: Final = re.compile(r"[<>\"{}|^`\\\x00-\x20]")
_ESCAPED: Final = re.compile(r"[\x00-\x1f\x7f\"\\]")
_STRING_ESCAPE: Final = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_DECODED: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_ESCAPES: Final = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


class PlainQuery(NamedTuple):
    """A query in plain text, in two parts between which its dataset can be written.

    Attributes:
        beginning: The text before the dataset clauses (section 13.2): what the query returns.
        pattern: The text after them.
        uses_graphs: Whether the query reads named graphs.
    """

    beginning: str
    pattern: str
    uses_graphs: bool

    def on(self, clauses: Sequence[str]) -> str:
        """Return the whole text with dataset clauses."""
        return " ".join((self.beginning, *clauses, self.pattern))


class Token(NamedTuple):
    """A plain token.

    Attributes:
        kind: The kind of the token.
        text: The token as it is sent.
        depth: The number of brackets around it.
    """

    kind: str
    text: str
    depth: int


def plain_query(text: str, base: str, variables: Callable[[str], Sequence[str]]) -> PlainQuery:
    """Write a query in plain text, without its prologue and its dataset clauses.

    DESCRIBE, which each engine understands in another way, becomes a CONSTRUCT of all triples whose
    subjects are described.

    Args:
        text: A query that the grammar allows.
        base: The base of relative IRIs, unless the query has one.
        variables: Returns the names of the variables in scope of a pattern, for DESCRIBE *.

    Returns:
        The plain text.

    Raises:
        MalformedQuery: The query has something that SPARQL 1.1 lacks, such as a triple term, or a
            word that is not separated from the next one.
        Forbidden: The query calls a function that SPARQL 1.1 lacks.
    """
    plain = plain_tokens(text, base)
    uses_graphs = any((token.kind, token.text) == ("name", "GRAPH") for token in plain)
    if plain and plain[0].text == "DESCRIBE":
        return PlainQuery(*_describe(plain, variables), uses_graphs)
    at = _end_of_head(plain)
    return PlainQuery(joined(plain[:at]), joined(plain[at:]), uses_graphs)


def plain_tokens(text: str, base: str) -> list[Token]:
    """Return the tokens of a query without its prologue and its dataset clauses.

    The arguments and the errors are those of `plain_query`.
    """
    plain = list(_plain_tokens(text, base))
    _check_calls(plain)
    return plain


def _plain_tokens(text: str, base: str) -> Iterator[Token]:
    text = spell_out(text)
    prologue = Prologue(base)
    read = prologue.read(text)
    depth = 0
    for kind, start, token in tokens(text):
        if start < read:
            continue
        if kind == "name" and not depth and token.upper().startswith("FROM"):
            clause = prologue.graph(text, start)
            if clause is None:
                raise _unknown(text, start, token)
            read = clause.end
            continue
        if kind == "close":
            depth -= 1
        match kind:
            case "iri":
                kind, plain = "iri", _iri(prologue.resolve(token))
            case "name" if ":" in token:
                iri = prologue.expand(token)
                if iri is None:
                    raise _unknown(text, start, token)
                kind, plain = "iri", _iri(iri)
            case "name":
                plain = token if token in _SMALL else token.upper()
                if plain not in _SMALL and plain not in _WORDS:
                    raise _unknown(text, start, token)
            case "variable":
                plain = f"?{token[1:]}"
            case "string":
                plain = _string(token)
            case "number":
                # A triple may end with a number and its own dot, which the number lacks.
                plain = f"{token[:-1]} ." if token.endswith(".") else token
            case "blank":
                plain = token
            case _ if token in _SIGNS or token in _BRACKETS:
                plain = token
            case _:
                raise _unknown(text, start, token)
        yield Token(kind, plain, depth)
        if kind == "open":
            depth += 1


def _iri(iri: str) -> str:
    if _NOT_IN_IRI.search(iri):
        raise MalformedQuery("An IRI of the query has an escaped character that no IRI may have.")
    return f"<{iri}>"


def _string(token: str) -> str:
    """Write a string, with its language tag, in one line between double quotes (section 19.7)."""
    quote = token[:3] if token[:3] in ('"""', "'''") else token[0]
    content, _, tag = token[len(quote) :].rpartition(quote)
    value = _STRING_ESCAPE.sub(_decode, content)
    if "\0" in value:
        raise MalformedQuery("A string of the query has the character U+0000.")
    return f'"{_ESCAPED.sub(_escape, value)}"{tag}'


def _escape(character: re.Match[str]) -> str:
    return _ESCAPES.get(character[0]) or f"\\u{ord(character[0]):04X}"


def _decode(escape: re.Match[str]) -> str:
    if escape[0][1] in "uU":
        return chr(int(escape[0][2:], 16))
    return _DECODED.get(escape[0][1], escape[0][1])


def _unknown(text: str, start: int, token: str) -> MalformedQuery:
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    return MalformedQuery(
        "Line %(at_line)s, column %(at_column)s: %(word)s is not known in SPARQL 1.1, or its "
        "prefix is not declared.",
        line,
        column,
        at_line=line,
        at_column=column,
        word=shortened(token),
    )


def _check_calls(plain: Sequence[Token]) -> None:
    """Refuse calls of functions with other IRIs. After a predicate, a bracket begins a list."""
    around: list[tuple[str, str]] = [("", "")]  # a bracket, and the word whose expressions follow
    for before, token in pairwise((Token("", "", 0), *plain)):
        bracket, word = around[-1]
        if token.kind == "open":
            is_list = bracket in ("{", "[") and not word
            if (
                before.kind == "iri"
                and not is_list
                and before.text[1:-1].removeprefix(XSD) not in _CASTS
            ):
                raise Forbidden(
                    "The function %(name)s is not available here: this endpoint has the functions "
                    "of SPARQL 1.1.",
                    name=shortened(before.text),
                )
            around.append((token.text, ""))
        elif token.kind == "close" and len(around) > 1:
            around.pop()
            if around[-1][1] == "FILTER":
                around[-1] = around[-1][0], ""
        elif token.kind == "name" and (token.text == "FILTER" or token.text in _MODIFIERS):
            around[-1] = bracket, token.text


def _end_of_head(plain: Sequence[Token]) -> int:
    """Return the index of the token before which dataset clauses are allowed (section 13.2)."""
    index = 1
    if plain and plain[0].text == "CONSTRUCT" and plain[1:2] and plain[1].text == "{":
        index = next(
            (at + 1 for at, token in enumerate(plain) if token[1:] == ("}", 0)), len(plain)
        )
    return next(
        (
            at
            for at, token in enumerate(plain)
            if at >= index and not token.depth and token.text in ("WHERE", "{")
        ),
        len(plain),
    )


def _describe(plain: Sequence[Token], variables: Callable[[str], Sequence[str]]) -> tuple[str, str]:
    """Return the two parts of a CONSTRUCT for a DESCRIBE (section 16.4)."""
    described = list(
        takewhile(lambda token: token.kind in ("iri", "variable") or token.text == "*", plain[1:])
    )
    rest = joined(plain[1 + len(described) :])
    terms = [token.text for token in described]
    if terms == ["*"]:
        terms = [f"?{name}" for name in variables(rest)]
    used = {token.text for token in plain}
    subject, predicate, object_ = next(
        names
        for names in (tuple(f"?{letter}{number}" for letter in "spo") for number in count())
        if used.isdisjoint(names)
    )
    triple = f"{subject} {predicate} {object_}"
    groups = [
        f"{{ {{ SELECT ( {term} AS {subject} ) {rest} }} {triple} }}"
        if term.startswith("?")
        else f"{{ VALUES {subject} {{ {term} }} {triple} }}"
        for term in dict.fromkeys(terms)
    ]
    return f"CONSTRUCT {{ {triple} }}", f"WHERE {{ {' UNION '.join(groups)} }}"


def joined(plain: Sequence[Token]) -> str:
    """Return the text of tokens. Oxigraph allows no space between some functions and a bracket."""
    parts: list[str] = []
    for before, token in pairwise((Token("", "", 0), *plain)):
        is_close = "^^" in (before.text, token.text) or (before.kind, token.text) == ("name", "(")
        parts += (token.text,) if is_close else (" ", token.text)
    return "".join(parts).lstrip()
