"""Reads the triples of a query, and writes them with their paths spelled out.

SPARQL 1.1, sections 4.2 and 18.2.2.4. Alternatives become UNION, sequences get a variable between
their parts, and blank nodes and collections become variables with triples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias

from apecgraph.query.citing.cursor import Cursor
from apecgraph.query.citing.scope import Names, NotTracedError, Place
from apecgraph.rdf.namespaces import RDF

_TYPE: Final = f"<{RDF}type>"
_FIRST: Final = f"<{RDF}first>"
_REST: Final = f"<{RDF}rest>"
_NIL: Final = f"<{RDF}nil>"


@dataclass(frozen=True, slots=True)
class _Link:
    """A property."""

    iri: str
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple[_Path, ...]


@dataclass(frozen=True, slots=True)
class _Alternative:
    parts: tuple[_Path, ...]


@dataclass(frozen=True, slots=True)
class _Optional:
    """A path that may also have the length zero, with its text."""

    links: tuple[_Link, ...]
    text: str


_Path: TypeAlias = _Link | _Sequence | _Alternative | _Optional


class TriplesReader:
    """Reads triples at a cursor.

    Args:
        cursor: The place in the query.
        names: Makes variables.
    """

    def __init__(self, cursor: Cursor, names: Names) -> None:
        self._cursor = cursor
        self._names = names
        self._labels: dict[str, str] = {}

    def read(self, place: Place) -> str:
        """Read the triples of one subject; return them as they are to be written."""
        written: list[str] = []
        is_list = self._cursor.text == "["
        subject = self._node(place, written)
        if self._begins_verb() or not is_list:
            self._properties(subject, place, written)
        return " ".join(written)

    def _begins_verb(self) -> bool:
        token = self._cursor.token
        return token.kind in ("iri", "variable") or token.text in ("a", "^", "(", "!")

    def _properties(self, subject: str, place: Place, written: list[str]) -> None:
        cursor = self._cursor
        while True:
            if cursor.token.kind == "variable":
                path: _Path = _Link(cursor.next().text)
            else:
                path = self._path()
            while True:
                object_ = self._node(place, written)
                written.append(self._written(subject, path, object_, place))
                if not cursor.take(","):
                    break
            if not cursor.take(";"):
                return
            while cursor.take(";"):
                pass
            if not self._begins_verb():
                return

    def _node(self, place: Place, written: list[str]) -> str:
        """Read a term, a blank node with its properties, or a collection; return a term."""
        cursor = self._cursor
        token = cursor.next()
        if token.text == "[" and token.kind == "open":
            node = self._names.new()
            if cursor.text != "]":
                self._properties(node, place, written)
            cursor.expect("]")
            return node
        if token.text == "(" and token.kind == "open":
            return self._collection(place, written)
        if token.kind == "blank":
            return self._labels.setdefault(token.text, self._names.new())
        if token.kind == "string" and cursor.take("^^"):
            return f"{token.text}^^{cursor.next().text}"
        if token.kind in ("iri", "variable", "string", "number") or token.text in ("true", "false"):
            return token.text
        raise NotTracedError(f"it is not understood at “{token.text}”")

    def _collection(self, place: Place, written: list[str]) -> str:
        node = head = _NIL
        while not self._cursor.take(")"):
            item = self._node(place, written)
            following = self._names.new()
            if head == _NIL:
                head = following
            else:
                written.append(self._written(node, _Link(_REST), following, place))
            node = following
            written.append(self._written(node, _Link(_FIRST), item, place))
        if head != _NIL:
            written.append(self._written(node, _Link(_REST), _NIL, place))
        return head

    # --- paths (section 9.1) ---------------------------------------------------------------------

    def _path(self) -> _Path:
        parts = [self._sequence()]
        while self._cursor.take("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else _Alternative(tuple(parts))

    def _sequence(self) -> _Path:
        parts = [self._element()]
        while self._cursor.take("/"):
            parts.append(self._element())
        return parts[0] if len(parts) == 1 else _Sequence(tuple(parts))

    def _element(self) -> _Path:
        cursor = self._cursor
        start = cursor.at
        inverse = cursor.take("^")
        if cursor.take("!"):
            raise NotTracedError("a path excludes properties by “!”")
        if cursor.take("("):
            path = self._path()
            cursor.expect(")")
        elif cursor.take("a"):
            path = _Link(_TYPE)
        elif cursor.token.kind == "iri":
            path = _Link(cursor.next().text)
        else:
            raise NotTracedError(f"it is not understood at “{cursor.text}”")
        if cursor.take("*", "+"):
            raise NotTracedError("a path repeats a property by “*” or “+”")
        if cursor.take("?"):
            links = path.parts if isinstance(path, _Alternative) else (path,)
            if not all(isinstance(link, _Link) for link in links):
                raise NotTracedError("a path has “?” after several steps")
            turned = tuple(_turned(link) if inverse else link for link in links)
            return _Optional(turned, cursor.since(start))  # type: ignore[arg-type]
        return _turned(path) if inverse else path

    def _written(self, subject: str, path: _Path, object_: str, place: Place) -> str:
        """Write a path between two terms, and add its patterns to the place."""
        match path:
            case _Link(iri, inverse):
                terms = (object_, iri, subject) if inverse else (subject, iri, object_)
                place.add(terms)
                return f"{' '.join(terms)} ."
            case _Optional(links, text):
                for link in links:
                    self._written(subject, link, object_, place)
                return f"{subject} {text} {object_} ."
            case _Sequence(parts):
                nodes = [subject, *(self._names.new() for _ in parts[1:]), object_]
                steps = zip(nodes, parts, nodes[1:], strict=False)
                return " ".join(self._written(*step, place) for step in steps)
            case _Alternative(parts):
                branches = (
                    in_branch(place, self._names, partial(self._written, subject, part, object_))
                    for part in parts
                )
                return " UNION ".join(branches)


def in_branch(place: Place, names: Names, write: Callable[[Place], str]) -> str:
    """Return a group that binds a variable if it matches.

    Args:
        place: The place of the group.
        names: Makes the variable.
        write: Writes the inside of the group, given its place.

    Returns:
        The text of the group.
    """
    marker = names.new()
    return f"{{ {write(replace(place, matched=marker))} BIND( 1 AS {marker} ) }}"


def _turned(path: _Path) -> _Path:
    """Return the inverse of a path (section 18.2.2.3)."""
    match path:
        case _Link(iri, inverse):
            return _Link(iri, not inverse)
        case _Sequence(parts):
            return _Sequence(tuple(map(_turned, reversed(parts))))
        case _Alternative(parts):
            return _Alternative(tuple(map(_turned, parts)))
        case _Optional(links, text):
            return _Optional(
                tuple(_Link(each.iri, not each.inverse) for each in links), f"^({text})"
            )
