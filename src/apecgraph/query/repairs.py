"""Repairs of queries: the same queries in words that the engine evaluates as SPARQL demands.

A repair that does not understand a part of a query leaves this part as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from typing import Final, NamedTuple

from apecgraph.query.outline import tokens

_MOST_BRANCHES: Final = 32
"""The number of unions that may take the place of one path."""

_LONGEST: Final = 100_000
"""The length of the longest text of a repaired query."""

_FARTHEST: Final = 500
"""The number of tokens between a subject and a path that is repaired."""

_JOINED: Final = frozenset(("name", name) for name in ("COALESCE", "CONCAT", "BNODE"))
"""The functions whose bracket must follow without white space."""

_SPACED_CALL: Final = re.compile(r"(?i:COALESCE|CONCAT|BNODE)[ \t\r\n#]")

_OPERATORS: Final = ("|", "/", "^", "!", "(")
_IN_PATH: Final = (*_OPERATORS, ")", "*", "+", "?")
_BEFORE: Final = (".", "{", "}", ")")
"""The tokens before a subject."""


class _Token(NamedTuple):
    kind: str
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class _Edit(NamedTuple):
    """A part of a text, and what takes its place."""

    start: int
    end: int
    text: str


class _UnknownError(Exception):
    """A part of a query that a repair does not understand."""


def with_unions(text: str) -> str:
    """Write alternatives in paths, `p|q`, as UNION: of two equal solutions, the engine loses one.

    SPARQL 1.1, section 18.4, defines alternatives as unions. Alternatives inside of `*`, `+` and
    `?` stay, because the solutions of these are distinct. Triples with blank nodes or lists stay.

    Args:
        text: The query.

    Returns:
        The query, possibly repaired.
    """
    if "|" not in text:
        return text
    found = _read(text)
    if any(token.kind == "blank" for token in found):
        return text  # a label must not be in two groups
    edits: list[_Edit] = []
    index = 0
    while index < len(found):
        token = found[index]
        index += 1
        if (token.kind, token.text) == ("sign", "|"):
            try:
                statement = _Statement.around(found, index - 1)
                edits += statement.edit(found)
                index = max(index, statement.end)
            except _UnknownError:
                continue
    return _edited(text, edits)


def with_aggregates(text: str) -> str:
    """Repeat an expression of a SELECT where a later expression uses its variable.

    SPARQL 1.1, section 18.2.4.4, lets an expression use the variables before it. The engine refuses
    this if the query has aggregates.

    Args:
        text: The query.

    Returns:
        The query, possibly repaired.
    """
    found = _read(text)
    edits: list[_Edit] = []
    for index, token in enumerate(found):
        if token.kind == "name" and token.text.upper() == "SELECT":
            edits += _repeated(text, found, index + 1)
    return _edited(text, edits)


def with_joined_calls(text: str) -> str:
    """Write a bracket right after COALESCE, CONCAT and BNODE: the engine accepts no space there.

    SPARQL 1.1, section 19.8, allows white space between all tokens. The bracket changes places with
    the space, so all other tokens stay where they are.

    Args:
        text: The query.

    Returns:
        The query, possibly repaired, and as long.
    """
    if _SPACED_CALL.search(text) is None:
        return text
    changed, found = list(text), _read(text)
    for index, (before, token) in enumerate(pairwise(found)):
        if token.text == "(" and (before.kind, before.text.upper()) in _JOINED:
            # A comment between empty brackets would divide a token, too.
            is_empty = index + 2 < len(found) and found[index + 2].text == ")"
            end = found[index + 2].end if is_empty else token.end
            moved = text[token.start : end]
            changed[before.end : end] = moved + text[before.end : token.start]
    return "".join(changed)


def _repeated(text: str, found: list[_Token], index: int) -> Iterator[_Edit]:
    """Yield the edits of the expressions of one SELECT, given the index after the word."""
    expressions: dict[str, str] = {}
    while index < len(found):
        token = found[index]
        if token.text == "(":
            close = _closing(found, index)
            if close < index + 3:
                return
            keyword, variable = found[close - 2 : close]
            if keyword.text.upper() != "AS" or variable.kind != "variable":
                return
            edits = [
                _Edit(each.start, each.end, expressions[each.text[1:]])
                for each in found[index + 1 : close - 2]
                if each.kind == "variable" and each.text[1:] in expressions
            ]
            yield from edits
            expression = _edited(text[: keyword.start], edits)[token.end :]
            if len(expression) > _LONGEST:
                return
            expressions[variable.text[1:]] = f"({expression})"
            index = close
        elif token.kind != "variable" and token.text.upper() not in ("DISTINCT", "REDUCED"):
            return
        index += 1


def _closing(found: list[_Token], index: int) -> int:
    """Return the index of the bracket that closes another one; the last index if none does."""
    depth = 0
    for place in range(index, len(found)):
        depth += (found[place].kind == "open") - (found[place].kind == "close")
        if depth == 0:
            return place
    return len(found) - 1


@dataclass(frozen=True)
class _Verb:
    """A path with its objects.

    Attributes:
        branches: The paths whose union it is.
        objects: The objects as in the text. Each is the object of a triple of its own.
    """

    branches: tuple[str, ...]
    objects: tuple[str, ...]


@dataclass(frozen=True)
class _Statement:
    """The triples about one subject, in a query.

    Attributes:
        start: The index of the first token.
        end: The index after the last one.
        verbs: The paths with their objects.
    """

    start: int
    end: int
    verbs: tuple[_Verb, ...]

    @classmethod
    def around(cls, found: list[_Token], index: int) -> _Statement:
        """Read the statement that has the token at an index; raise _UnknownError if it cannot."""
        start = _start_of_path(found, index) - 1
        if start > 0 and found[start].text == ";":
            start = _start_of_list(found, start)
        if start < 1 or not _is_term(found[start]) or found[start - 1].text not in _BEFORE:
            raise _UnknownError
        parser = _Parser(found, start + 1)
        verbs = [parser.verb()]
        while parser.take(";"):
            if not parser.at(".", "}"):
                verbs.append(parser.verb())
        if parser.at("~", "{|", "[", "("):
            raise _UnknownError
        parser.take(".")
        return cls(start, parser.index, tuple(verbs))

    def edit(self, found: list[_Token]) -> Iterator[_Edit]:
        """Yield the edit that makes alternatives unions; nothing without alternatives."""
        if all(len(verb.branches) == 1 for verb in self.verbs):
            return
        subject = found[self.start].text
        kept = [
            f"{verb.branches[0]} {', '.join(verb.objects)}"
            for verb in self.verbs
            if not verb.branches[1:]
        ]
        parts = [f"{subject} {' ; '.join(kept)} ."] if kept else []
        for verb in self.verbs:
            for value in verb.objects if verb.branches[1:] else ():
                groups = (f"{{ {subject} {branch} {value} }}" for branch in verb.branches)
                parts.append(" UNION ".join(groups))
        yield _Edit(found[self.start].start, found[self.end - 1].end, " ".join(parts))


class _Parser:
    """Reads paths with their objects (SPARQL 1.1, section 19.8, rules 83 to 96)."""

    def __init__(self, found: list[_Token], index: int) -> None:
        self._found = found
        self.index = index

    def at(self, *texts: str) -> bool:
        """Return whether the next token is one of these."""
        return self.index < len(self._found) and self._found[self.index].text in texts

    def take(self, *texts: str) -> str | None:
        """Pass and return the next token if it is one of these."""
        if not self.at(*texts):
            return None
        self.index += 1
        return self._found[self.index - 1].text

    def verb(self) -> _Verb:
        """Read a path, or a variable, with its objects."""
        is_variable = self._next().kind == "variable"
        branches = [self._pass()] if is_variable else self._alternative()
        objects = [self._term()]
        while self.take(","):
            objects.append(self._term())
        return _Verb(tuple(branches), tuple(objects))

    def _next(self) -> _Token:
        if self.index >= len(self._found):
            raise _UnknownError
        return self._found[self.index]

    def _pass(self) -> str:
        self.index += 1
        return self._found[self.index - 1].text

    def _term(self) -> str:
        if not _is_term(self._next()):
            raise _UnknownError
        text = self._pass()
        if self.take("^^"):
            text += f"^^{self._next().text}"
            self.index += 1
        return text

    def _alternative(self) -> list[str]:
        branches = self._sequence()
        while self.take("|"):
            branches += self._sequence()
        if len(branches) > _MOST_BRANCHES:
            raise _UnknownError
        return branches

    def _sequence(self) -> list[str]:
        steps = [self._step()]
        while self.take("/"):
            steps.append(self._step())
            if len(steps) > _MOST_BRANCHES:
                raise _UnknownError
        if prod(map(len, steps)) > _MOST_BRANCHES:
            raise _UnknownError
        return ["/".join(branch) for branch in product(*steps)]

    def _step(self) -> list[str]:
        inverse = self.take("^")
        start = self.index
        branches: list[str] = []
        if self.take("!"):
            self._negated()
        elif self.take("("):
            branches = self._alternative()
            if not self.take(")"):
                raise _UnknownError
        else:
            self._property()
        if self.take("*", "+", "?") or not branches:
            branches = [" ".join(token.text for token in self._found[start : self.index])]
        return [f"^({branch})" for branch in branches] if inverse else branches

    def _negated(self) -> None:
        """Pass the properties after `!`."""
        if self.take("("):
            while not self.take(")"):
                self.take("^", "|")
                if not self.at(")"):
                    self._negated()
            return
        self.take("^")
        self._property()

    def _property(self) -> None:
        if not _is_property(self._next()):
            raise _UnknownError
        self.index += 1


def _start_of_path(found: list[_Token], index: int) -> int:
    """Return the index of the first token of the path that has the token at an index."""
    while index > 0:
        token, before = found[index], found[index - 1]
        if not (_is_property(before) or before.text in _IN_PATH):
            break
        if before.text not in _OPERATORS and (_is_property(token) or token.text in ("(", "^", "!")):
            break  # two terms without an operator between them: the first one is the subject
        index -= 1
    return index


def _start_of_list(found: list[_Token], index: int) -> int:
    """Return the index of the subject of the triples that go on after the token at an index."""
    last = max(index - _FARTHEST, 0)
    while index > last and found[index - 1].text not in (".", "{", "}"):
        index -= 1
        token = found[index]
        if not (_is_term(token) or _is_property(token) or token.text in (*_IN_PATH, ";", ",")):
            raise _UnknownError
    return index


def _is_property(token: _Token) -> bool:
    return token.kind == "iri" or (
        token.kind == "name" and (":" in token.text or token.text == "a")
    )


def _is_term(token: _Token) -> bool:
    """Return whether a token is a subject or an object, and no blank node."""
    if token.kind == "name":
        return ":" in token.text or token.text in ("true", "false")
    return token.kind in ("variable", "iri", "string", "number")


def _read(text: str) -> list[_Token]:
    return [_Token(*token) for token in tokens(text)]


def _edited(text: str, edits: list[_Edit]) -> str:
    """Return a text after edits, or the text as it is if it would be too long."""
    parts = []
    end = 0
    for edit in sorted(edits):
        parts += [text[end : edit.start], edit.text]
        end = edit.end
    edited = "".join((*parts, text[end:]))
    return edited if len(edited) <= max(_LONGEST, len(text)) else text
