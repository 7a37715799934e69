"""What the engine changes, or leaves out, of a file that it loads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import BytesIO
from typing import IO, Final, cast

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple, parse

from apecgraph.rdf.formats import JSON_LD, RDF_XML, Format
from apecgraph.rdf.namespaces import RDF, XSD

_AT_ONCE: Final = 10_000
_KEPT: Final = frozenset(
    map(NamedNode, (f"{XSD}string", f"{RDF}langString", f"{RDF}dirLangString"))
)
"""Datatypes whose literals the engine stores as they are."""

_NODE: Final = NamedNode("urn:x-apecgraph:node")
_NO_IRI: Final = "urn:x-apecgraph:none:"
_BEFORE: Final = f'{{"@context": {{"@vocab": "{_NO_IRI}"}}, "@graph": '.encode()
_AFTER: Final = b"}"
_LONGEST_EXAMPLE: Final = 100
_LONGEST_TAG: Final = 64
_SEARCHED: Final = 1 << 16
"""The number of bytes that are searched for language tags at once."""

# The sign comes first, because `re` finds a fixed first character fast.
_TAG: Final = re.compile(rb"@(?<=[\"']@)([A-Za-z]+(?:-[A-Za-z0-9]+)*)")
_XML_TAG: Final = re.compile(rb"xml:lang\s*=\s*[\"']([A-Za-z]+(?:-[A-Za-z0-9]+)*)[\"']")

# A reference such as `.` or `..` (RFC 3986, section 3.3). The engine resolves those of relative
# IRIs, but not those of a base.
_DOTS: Final = re.compile(r"/\.\.?(?:[/?#]|$)")


class Changes:
    """Counts the literals that the engine stores in another form, and the IRIs with dots in a file.

    Attributes:
        quads: The number of statements of the file.
    """

    quads: int

    def __init__(self) -> None:
        self.quads = 0
        self._count = 0
        self._example = ""
        self._seen: Counter[Literal] = Counter()
        self._dotted = 0
        self._dotted_example = ""

    def counted(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        """Pass on quads, and count."""
        for quad in quads:
            self.quads += 1
            for term in (quad.subject, quad.object):
                if type(term) is NamedNode and "/." in term.value and _DOTS.search(term.value):
                    self._dotted += 1
                    self._dotted_example = self._dotted_example or term.value
            value = quad.object
            while type(value) is Triple:
                value = value.object
            if type(value) is Literal and value.datatype not in _KEPT:
                self._seen[value] += 1
                if len(self._seen) == _AT_ONCE:
                    self._compare()
            yield quad
        self._compare()

    def notes(self) -> Iterator[str]:
        """Describe the changes."""
        if self._count:
            counted = _counted(self._count, "literal")
            yield f"{counted} stored in another form: {self._example}"
        if self._dotted:
            counted = _counted(self._dotted, "IRI")
            yield (
                f'{counted} with "." or ".." in the path kept as they are: '
                f"<{_short(self._dotted_example)}>; if they were relative, write their base without"
            )

    def _compare(self) -> None:
        """Ask the engine which of the literals seen it stores in another form."""
        same = _stored(self._seen)
        for literal, count in self._seen.items():
            if literal not in same:
                self._count += count
                (form,) = _stored([literal])
                self._example = self._example or f"{_short(literal)} is {_short(form)}"
        self._seen.clear()


def _stored(literals: Iterable[Literal]) -> set[Literal]:
    """Return literals in the form in which the engine stores them."""
    store = Store()
    store.extend(Quad(_NODE, _NODE, literal) for literal in literals)
    return {cast("Literal", quad.object) for quad in store}


class Tags:
    """The bytes of a file; counts the language tags that the engine stores in lower case.

    Args:
        file: The bytes that are passed on.
        format_: The format of the file.
    """

    def __init__(self, file: IO[bytes], format_: Format) -> None:
        self._file = file
        self._pattern = _XML_TAG if format_ == RDF_XML else _TAG
        self._pending = bytearray()
        self._begin = 0  # of the bytes that have not been searched
        self._count = 0
        self._example = ""

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        data = self._file.read(size)
        self._pending += data
        if not data:
            self._search(len(self._pending))
        elif len(self._pending) > _SEARCHED:
            # A tag at the end may go on in the next bytes, so it is counted with these.
            self._search(len(self._pending) - _LONGEST_TAG)
        return data

    def _search(self, end: int) -> None:
        """Count the tags that begin before an index."""
        for match in self._pattern.finditer(bytes(self._pending), self._begin):
            if match.start() >= end:
                break
            tag = match[1].decode()
            if not tag.islower():
                self._count += 1
                self._example = self._example or tag
        self._begin = min(end, 1)
        del self._pending[: end - self._begin]

    def notes(self) -> Iterator[str]:
        """Describe the changes."""
        if self._count:
            yield _in_lower_case(self._count, self._example)


def json_ld_notes(file: IO[bytes], base: str, kept: int) -> Iterator[str]:
    """Describe the parts of a JSON-LD document that the engine has left out without an error.

    The document is parsed again, as a part of another one, whose context gives an IRI to each key
    that has none, and without the validation of IRIs and language tags.

    Args:
        file: The document, open at its beginning.
        base: The base of its relative IRIs.
        kept: The number of statements that were loaded.

    Yields:
        A sentence for each kind of change.
    """
    wrapped = cast("IO[bytes]", _Wrapped(file))
    count = tags = 0
    reasons: dict[str, str] = {}
    tag = ""
    for quad in parse(wrapped, JSON_LD.rdf, base_iri=base, lenient=True):
        count += 1
        name = quad.predicate.value
        if name.startswith(_NO_IRI):
            key = name.removeprefix(_NO_IRI)
            reasons.setdefault("key", f'the context has no IRI for "{_short(key)}"')
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if fault := _fault(term):
                reasons.setdefault("term", fault)
        language = quad.object.language if isinstance(quad.object, Literal) else None
        if language and not language.islower():
            tags += 1
            tag = tag or language
    if count > kept:
        why = "; ".join(reasons.values()) or "the reason is not known"
        yield f"{_counted(count - kept, 'statement')} left out: {why}"
    if tags:
        yield _in_lower_case(tags, tag)


class _Wrapped:
    """A JSON-LD document as the graph of another one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._parts = [BytesIO(_AFTER), file, BytesIO(_BEFORE)]

    def read(self, size: int = -1) -> bytes:
        data = b""
        while self._parts and not data:
            data = self._parts[-1].read(size)
            if not data:
                self._parts.pop()
        return data


@lru_cache(_AT_ONCE)
def _fault(term: object) -> str | None:
    """Return why the engine does not keep a term, or None if it does."""
    try:
        match term:
            case NamedNode(value=iri):
                NamedNode(iri)
            case Literal(value=text, language=str() as tag):
                Literal(text, language=tag)
    except ValueError:
        if isinstance(term, NamedNode):
            return f"<{_short(iri)}> is not an IRI"
        return f"{_short(tag)} is not a language tag"
    return None


def _in_lower_case(count: int, tag: str) -> str:
    counted = _counted(count, "language tag")
    return f"{counted} stored in lower case: {_short(tag)} is {_short(tag.lower())}"


def _short(text: object) -> str:
    """Return the beginning of a text, for a sentence."""
    return str(text) if len(str(text)) <= _LONGEST_EXAMPLE else f"{str(text)[:_LONGEST_EXAMPLE]}…"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
