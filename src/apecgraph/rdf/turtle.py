"""Canonical Turtle: the form of all Turtle files of the content.

A file has a block for each subject and a line for each value, all sorted, so that a change of one
fact changes one line.
The form is a subset of RDF 1.1 Turtle: IRIs are relative to the publication's `id/` or prefixed,
and blank nodes are used only for lists.
"""

from __future__ import annotations

import re
import sys
from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.errors import ContentError
from apecgraph.files import read_file
from apecgraph.rdf.lists import list_cells
from apecgraph.rdf.namespaces import ID, PREFIXES, RDF, RDFS, SKOS, XSD
from apecgraph.rdf.terms import Term

_FIRST_PREDICATES: Final = (f"{RDF}type", f"{SKOS}prefLabel", f"{RDFS}label")
_LOCAL_NAME: Final = re.compile(r"[A-Za-z_0-9](?:[A-Za-z_0-9.-]*[A-Za-z_0-9-])?")
_RELATIVE: Final = re.compile(r"[A-Za-z][A-Za-z0-9/._~%\u00a0-\uffff-]*")
_SHORTHAND: Final = {
    f"{XSD}integer": re.compile(r"[+-]?[0-9]+"),
    f"{XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    f"{XSD}boolean": re.compile(r"true|false"),
}
_FIRST: Final = f"{RDF}first"
_REST: Final = f"{RDF}rest"
_NIL: Final = ox.NamedNode(f"{RDF}nil")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_DEEPEST: Final = 64
# Strings, IRIs, and the escapes of names (RDF 1.1 Turtle, section 6.5): signs in them are text.
_TEXT: Final = (
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"""'
    r"|'''(?:[^'\\]++|\\.|'(?!''))*+'''"
    r'|"(?:[^"\\\n\r]++|\\.)*+"'
    r"|'(?:[^'\\\n\r]++|\\.)*+'"
    r"|<[^<>\s]*+>"
    r"|\\."
)
_BRACKET: Final = re.compile(
    rf"{_TEXT}|#[^\n\r]*+|(?P<open>[\[(]|<<\(?)|(?P<close>[\])]|\)?>>)".encode(), re.DOTALL
)
_COMMENT: Final = re.compile(rf"{_TEXT}|(?P<comment>#[^\n\r]*+)", re.DOTALL)

_MOST_DIGITS: Final = sys.int_info.default_max_str_digits
_TOO_LONG_NUMBER: Final = re.compile(rb"[0-9]{%d,}+" % (_MOST_DIGITS + 1))
"""Python reads no longer number, since the time grows with the square of the digits."""


def format_file(path: Path) -> str:
    """Return the canonical text of a Turtle file.

    Args:
        path: The file.

    Returns:
        The text.

    Raises:
        ContentError: The file cannot be read, or the canonical form cannot express its content.
    """
    triples, prefixes = parse_to_rewrite(path)
    return write_turtle(triples, prefixes, path)


def parse_to_rewrite(path: Path) -> tuple[list[ox.Triple], dict[str, str]]:
    """Parse a Turtle file that is to be written again, in canonical form.

    Args:
        path: The file.

    Returns:
        The triples and the prefixes, as from `parse_file`.

    Raises:
        ContentError: The file cannot be read, or has a comment, which would be lost.
    """
    triples, prefixes = parse_file(path)
    text = path.read_bytes().decode()
    for match in _COMMENT.finditer(text):
        if match["comment"]:
            raise ContentError(
                "a comment would be lost in the canonical form: write it as a skos:editorialNote "
                "or an rdfs:comment, or delete it",
                path,
                text.count("\n", 0, match.start()) + 1,
            )
    return triples, prefixes


def parse_file(path: Path) -> tuple[list[ox.Triple], dict[str, str]]:
    """Read a Turtle file of the content, keeping lexical forms as they are.

    Args:
        path: The file.

    Returns:
        The triples, and the namespace of each prefix that the file declares.

    Raises:
        ContentError: The file cannot be read. The error has the line and the column if the parser
            reports them.
    """
    try:
        data = read_file(path)
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", path) from None
    if data.startswith(BOM_UTF8):
        message = "begins with a byte order mark: save it as UTF-8 without one"
        raise ContentError(message, path, 1)
    return parse_data(data, path, ox.RdfFormat.TURTLE, ID)


def parse_data(
    data: bytes, path: Path, syntax: ox.RdfFormat, base: str
) -> tuple[list[ox.Triple], dict[str, str]]:
    """Parse triples, keeping lexical forms as they are.

    Args:
        data: The content of the file.
        path: The file, for error messages.
        syntax: The syntax of the file.
        base: The base of its relative IRIs.

    Returns:
        The triples, and the namespace of each prefix that the file declares.

    Raises:
        ContentError: The content cannot be parsed. The error has the line and the column if the
            parser reports them.
    """
    try:
        if _too_deep(data):
            raise ContentError(f"nests brackets more than {_DEEPEST} deep", path)
        if number := _TOO_LONG_NUMBER.search(data):
            raise ContentError(
                f"has a number of {len(number[0]):,} digits: the most are {_MOST_DIGITS:,}",
                path,
                data.count(b"\n", 0, number.start()) + 1,
            )
        parser = ox.parse(data, syntax, base_iri=base, rename_blank_nodes=True)
        triples = [quad.triple for quad in parser]
        if any(isinstance(triple.object, ox.Triple) for triple in triples):
            raise ContentError("a triple cannot be a value: use an rdf:Statement", path)
    except SyntaxError as error:
        message = str(error.args[0]).partition(": ")[2] or str(error)
        if "has not been declared" in message:
            message += ": add its @prefix line at the top of the file"
        raise ContentError(message, path, error.lineno, error.offset) from None
    except MemoryError as error:
        if not error.args:
            raise  # memory is exhausted: a parser error would have a message
        message = f"contains a literal, or another token, that is too long: {error}"
        raise ContentError(message, path) from None
    except ValueError as error:
        raise ContentError(f"cannot be read: {error}", path) from None
    return triples, dict(parser.prefixes)


def _too_deep(data: bytes) -> bool:
    """Return whether brackets nest so deeply that the recursive parser would overflow its stack."""
    depth = 0
    for bracket in _BRACKET.finditer(data):
        if bracket["open"]:
            depth += 1
            if depth > _DEEPEST:
                return True
        elif bracket["close"]:
            depth -= 1
    return False


def write_turtle(triples: Iterable[ox.Triple], prefixes: Mapping[str, str], path: Path) -> str:
    """Write triples as canonical Turtle.

    Args:
        triples: The triples.
        prefixes: Namespaces of the prefixes that the file declares; the publication's prefixes
            take precedence.
        path: The file that errors name.

    Returns:
        The text.

    Raises:
        ContentError: The triples have blank nodes that are not cells of lists.
    """
    return _Writer(triples, {**prefixes, **PREFIXES}, path).text()


class _Writer:
    def __init__(
        self, triples: Iterable[ox.Triple], prefixes: Mapping[str, str], path: Path
    ) -> None:
        self._path = path
        # A namespace gets its last prefix in the mapping. Longer namespaces are tried first.
        names = {namespace: name for name, namespace in prefixes.items()}
        self._prefixes = [
            (names[namespace], namespace) for namespace in sorted(names, key=len, reverse=True)
        ]
        self._used: dict[str, str] = {}
        self._uses_base = False
        self._subjects: dict[ox.NamedNode | ox.BlankNode, dict[str, list[Term]]]
        self._subjects = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            values = self._subjects[triple.subject][triple.predicate.value]  # type: ignore[index]
            if triple.object not in values:
                values.append(triple.object)

    def text(self) -> str:
        """Return the text of the file."""
        blocks = {
            self._iri(subject.value): self._block(subject)
            for subject in list(self._subjects)
            if isinstance(subject, ox.NamedNode)
        }
        if any(isinstance(subject, ox.BlankNode) for subject in self._subjects):
            raise self._blank_node()
        head = [f"@base <{ID}> .\n"] if self._uses_base else []
        head += [f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(self._used.items())]
        return "".join(head) + "".join(f"\n{blocks[name]}" for name in sorted(blocks))

    def _block(self, subject: ox.NamedNode) -> str:
        predicates = self._subjects[subject]
        lines = []
        for predicate in sorted(predicates, key=self._predicate_order):
            name = "a" if predicate == f"{RDF}type" else self._iri(predicate)
            values = sorted(self._term(value) for value in predicates[predicate])
            lines.append(f"    {name} " + ",\n        ".join(values))
        return self._iri(subject.value) + "\n" + " ;\n".join(lines) + " .\n"

    def _predicate_order(self, predicate: str) -> tuple[int, str]:
        if predicate in _FIRST_PREDICATES:
            return _FIRST_PREDICATES.index(predicate), ""
        return len(_FIRST_PREDICATES), self._iri(predicate)

    def _term(self, term: Term) -> str:
        if isinstance(term, ox.NamedNode):
            return self._iri(term.value)
        if isinstance(term, ox.BlankNode):
            return self._list(term)
        if isinstance(term, ox.Literal):
            return self._literal(term)
        raise ContentError("a triple cannot be a term: use an rdf:Statement", self._path)

    def _list(self, head: Term) -> str:
        cells = list_cells(head, _NIL, self._list_cell)
        if cells is None:
            raise self._blank_node()
        for cell in cells:
            del self._subjects[cell]  # type: ignore[arg-type]  # each list is written once
        return f"( {' '.join(map(self._term, cells.values()))} )"

    def _list_cell(self, node: Term) -> tuple[Term, Term] | None:
        values = self._subjects.get(node, {}) if isinstance(node, ox.BlankNode) else {}
        if values.keys() != {_FIRST, _REST} or any(len(objects) > 1 for objects in values.values()):
            return None
        return values[_FIRST][0], values[_REST][0]

    def _blank_node(self) -> ContentError:
        return ContentError("a blank node is not allowed: give it an IRI", self._path)

    def _literal(self, literal: ox.Literal) -> str:
        datatype = literal.datatype.value
        if datatype in _SHORTHAND and _SHORTHAND[datatype].fullmatch(literal.value):
            return literal.value
        if "\n" in literal.value and not literal.value.endswith('"'):
            body = literal.value.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
            quoted = f'"""{body}"""'
        else:
            quoted = (
                '"'
                + "".join(_ESCAPES.get(character, character) for character in literal.value)
                + '"'
            )
        if literal.language:
            return f"{quoted}@{literal.language}"
        if datatype == f"{XSD}string":
            return quoted
        return f"{quoted}^^{self._iri(datatype)}"

    def _iri(self, iri: str) -> str:
        if iri.startswith(ID) and _RELATIVE.fullmatch(iri.removeprefix(ID)):
            self._uses_base = True
            return f"<{iri.removeprefix(ID)}>"
        for name, namespace in self._prefixes:
            local = iri.removeprefix(namespace)
            if local != iri and _LOCAL_NAME.fullmatch(local):
                self._used[name] = namespace
                return f"{name}:{local}"
        return f"<{iri}>"
