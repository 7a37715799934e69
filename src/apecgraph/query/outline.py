"""The outline of a SPARQL request: the facts that decide whether it may be evaluated.

This module reads tokens (SPARQL 1.1 Query Language, section 19.8) but does not parse the grammar:
the engine reports syntax errors. The time is linear, and there is no recursion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, cast

from apecgraph.errors import QueryTooHeavy
from apecgraph.rdf.namespaces import ENDPOINT

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

# In tests, all kinds of nesting were safe at 300; some overflowed the engine's stack at 1 000.
MAX_DEPTH: Final = 128
"""The depth to which brackets of all kinds may be nested."""

# Each IRI is resolved against the base, which may be long. Limits on the number of IRIs and on the
# length of each IRI with its base therefore limit the total size.
MAX_DECLARATIONS: Final = 500
"""Maximum number of prefixes and bases that a query declares, and of graphs that it names."""

MAX_IRI: Final = 2000
"""Maximum length of the IRI of a base, a prefix or a graph, together with its own base."""

# Escapes decide where a string ends, so escapes that the engine refuses must not count here. Hence
# surrogates and numbers beyond U+10FFFF do not match.
_ESCAPE: Final = (
    r"\\u(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4}"
    r"|\\U(?:0000(?![Dd][89A-Fa-f])|000[1-9A-Fa-f]|0010)[0-9A-Fa-f]{4}"
)
_IN_STRING: Final = rf"\\[tbnrf\"'\\]|{_ESCAPE}"
_STRING: Final = (
    rf'"""(?:[^"\\]++|"{{1,2}}+(?!")|{_IN_STRING})*+"""'
    rf"|'''(?:[^'\\]++|'{{1,2}}+(?!')|{_IN_STRING})*+'''"
    rf'|"(?:[^"\\\n\r]++|{_IN_STRING})*+"'
    rf"|'(?:[^'\\\n\r]++|{_IN_STRING})*+'"
)
_IRI: Final = rf'<(?:[^<>"{{}}|^`\\\x00-\x20]++|{_ESCAPE})*+>'
# These classes are wider than the grammar: all characters beyond ASCII count as letters. This is
# safe, since none of them is white space or a sign. Negated classes compile 20 times faster.
_LETTER: Final = r"[^\x00-@\[-`{-\x7F]"
_IN_VARIABLE: Final = r"[^\x00-/:-@\[-^`{-\x7F]"
_IN_NAME: Final = r"[^\x00-,./:-@\[-^`{-\x7F]"
_IN_LOCAL: Final = r"(?:[^\x00-,./;-@\[-^`{-\x7F]++|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])++"
_PREFIX: Final = rf"{_LETTER}{_IN_NAME}*+(?:\.++{_IN_NAME}++)*+"
_LOCAL: Final = rf"{_IN_LOCAL}(?:\.++{_IN_LOCAL})*+"
_SPACE: Final = r"(?:[ \t\r\n]++|\#[^\r\n]*+)"

_TOKEN: Final = re.compile(
    rf"""
      (?P<space>{_SPACE}++)
    | (?P<name>{_PREFIX}(?::(?:{_LOCAL})?+)?+|:(?:{_LOCAL})?+)
    | (?P<variable>[?$]{_IN_VARIABLE}++)
    | (?P<iri>{_IRI})
    | (?P<string>(?:{_STRING})(?:@[A-Za-z]++(?:-{{1,2}}[A-Za-z0-9]++)*+)?+)
    | (?P<number>[+-]?+(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+)
    | (?P<blank>_:{_IN_NAME}++(?:\.++{_IN_NAME}++)*+)
    | (?P<open><<\(|\{{\||[({{\[])
    | (?P<close>\)>>|\|\}}|[)}}\]])
    | (?P<sign>\^\^|\|\||&&|[<>!]=|<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_DECLARATION: Final = re.compile(
    rf"""
    {_SPACE}*+ (?:
        (?i:BASE) {_SPACE}*+ (?P<base>{_IRI})
      | (?i:PREFIX) {_SPACE}*+ (?P<prefix>(?:{_PREFIX})?+): {_SPACE}*+ (?P<namespace>{_IRI})
      | (?i:VERSION) {_SPACE}*+ (?:{_STRING})
    )
    """,
    re.VERBOSE,
)
_FORM: Final = re.compile(
    rf"""
    {_SPACE}*+ (?:
        (?P<form>SELECT|ASK|CONSTRUCT|DESCRIBE)
      | (?P<update>INSERT|DELETE|WITH|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY)
    )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_GRAPH: Final = (
    rf"{_SPACE}*+(?:(?P<iri>{_IRI})|(?P<prefix>(?:{_PREFIX})?+):(?P<local>(?:{_LOCAL})?+))"
)
_FROM: Final = re.compile(rf"(?i:FROM){_GRAPH}")
_FROM_NAMED: Final = re.compile(rf"(?i:FROM){_SPACE}*+(?i:NAMED){_GRAPH}")
_BOOLEAN: Final = re.compile("true|false", re.IGNORECASE)
_BLOCK: Final = re.compile(rf"{_SPACE}*+\{{")
_ESCAPED: Final = re.compile(rf"(?P<kept>{_STRING}|{_IRI})|{_ESCAPE}")
_REFERENCE: Final = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(?://([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Outline:
    """The facts about a request that are known without evaluating it.

    Attributes:
        form: The query form; None if the text is an update, or not SPARQL.
        default_graphs: The resolved IRIs after FROM.
        named_graphs: The resolved IRIs after FROM NAMED.
        service: Whether the query calls another endpoint.
        update: Whether the text is an update.
    """

    form: Form | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    service: bool
    update: bool


def outline(text: str, base: str = ENDPOINT) -> Outline:
    """Read the outline of a request.

    The engine has no tokens. It accepts a keyword wherever its grammar allows one, so
    `{SERVICEa:b{}}` calls a:b. This function reads such spellings as the engine does.

    Args:
        text: The request.
        base: The base of relative IRIs, unless the text has one.

    Returns:
        The outline.

    Raises:
        QueryTooHeavy: The request exceeds one of the limits of this module.
    """
    text = spell_out(text)
    prologue = Prologue(base)
    position = prologue.read(text)
    start = _FORM.match(text, position)
    form = cast("Form | None", start and start["form"] and start["form"].upper())
    update = start is not None and start["update"] is not None
    if not _needs_tokens(text):
        return Outline(form, (), (), service=False, update=update)
    graphs: dict[bool, list[str]] = {False: [], True: []}
    service = False
    brackets: list[str] = []
    for token in _TOKEN.finditer(text, position):
        kind = token.lastgroup
        if kind == "open":
            brackets.append(token[0])
            if len(brackets) > MAX_DEPTH:
                raise QueryTooHeavy(
                    f"The query nests brackets more than {MAX_DEPTH} deep.",
                    limit=f"{MAX_DEPTH} brackets",
                )
        elif kind == "close":
            if brackets:
                brackets.pop()
        elif kind == "name":
            word = token[0].upper()
            if ":" in word:
                service = service or prologue.hides_service(token)
            elif "SERVICE" in word:
                service = True
            elif "FROM" in word:
                clause = prologue.graph(text, token.start() + word.index("FROM"))
                if clause:
                    graphs[clause.is_named].append(clause.graph)
                    _check_count(len(graphs[clause.is_named]), "graphs")
        elif kind == "iri" and brackets and brackets[-1] == "(":
            # In FILTER(1<2)SERVICE?x#> the engine reads a comparison and a comment, not an IRI.
            service = service or _hides_service(token[0].upper())
    return Outline(form, tuple(graphs[False]), tuple(graphs[True]), service, update)


def _needs_tokens(text: str) -> bool:
    """Return whether the tokens of a text may decide anything: most queries have none that do."""
    words = text.upper()
    brackets = sum(map(text.count, ("(", "{", "[")))
    return "SERVICE" in words or "FROM" in words or brackets > MAX_DEPTH


def _hides_service(comparison: str) -> bool:
    """Return whether a text has a closing bracket, then the word SERVICE, then a comment."""
    bracket = comparison.find(")")
    keyword = comparison.find("SERVICE", bracket) if bracket >= 0 else -1
    return keyword >= 0 and comparison.find("#", keyword) >= 0


def with_lower_booleans(text: str) -> str:
    """Write the words TRUE and FALSE in lower case, the only form that the engine accepts."""
    if all(word[0].islower() for word in _BOOLEAN.finditer(text)):
        return text
    changed = list(text)
    for kind, start, token in tokens(text):
        if kind == "name" and token.lower() in ("true", "false"):
            changed[start : start + len(token)] = token.lower()
    return "".join(changed)


def tokens(text: str) -> Iterator[tuple[str, int, str]]:
    """Split a text into tokens.

    Args:
        text: The text of a query.

    Yields:
        The kind of a token, its index in the text, and the token; white space is left out.
    """
    for token in _TOKEN.finditer(text):
        if token.lastgroup != "space":
            yield str(token.lastgroup), token.start(), token[0]


class GraphClause(NamedTuple):
    """A clause that names a graph of the dataset (SPARQL 1.1, section 13.2).

    Attributes:
        is_named: Whether it is FROM NAMED.
        graph: The IRI of the graph, which stays as written if its prefix is not declared.
        end: The index after the clause.
    """

    is_named: bool
    graph: str
    end: int


class Prologue:
    """The declarations before a query (SPARQL 1.1, section 4.1) that have been read so far.

    Args:
        base: The base of relative IRIs until one is declared.
    """

    def __init__(self, base: str) -> None:
        self._base = base
        self._namespaces: dict[str, str] = {}

    def read(self, text: str) -> int:
        """Read the declarations at the beginning of a text; return the index after them."""
        position = count = 0
        while declaration := _DECLARATION.match(text, position):
            position = declaration.end()
            count += 1
            _check_count(count, "prefixes and bases")
            if declaration["base"]:
                self._base = self.resolve(declaration["base"])
            elif declaration["namespace"]:
                self._namespaces[declaration["prefix"]] = self.resolve(declaration["namespace"])
        return position

    def graph(self, text: str, position: int) -> GraphClause | None:
        """Read a clause that begins with FROM.

        `FROM named:a` may be either kind of clause, which depends on the declared prefixes.

        Args:
            text: The request.
            position: The index of the clause.

        Returns:
            The clause; None if there is no clause here.
        """
        clause, named = _FROM.match(text, position), _FROM_NAMED.match(text, position)
        if clause and (clause["iri"] or clause["prefix"] in self._namespaces or not named):
            return GraphClause(False, self._graph(clause), clause.end())
        return GraphClause(True, self._graph(named), named.end()) if named else None

    def _graph(self, clause: re.Match[str]) -> str:
        if clause["iri"]:
            return self.resolve(clause["iri"])
        name = f"{clause['prefix']}:{clause['local']}"
        return self.expand(name) or re.sub(r"\\(.)", r"\1", name)

    def expand(self, name: str) -> str | None:
        """Return the IRI of a prefixed name (section 4.1.1); None if its prefix is not declared."""
        prefix, _, local = name.partition(":")
        namespace = self._namespaces.get(prefix)
        return None if namespace is None else namespace + re.sub(r"\\(.)", r"\1", local)

    def hides_service(self, name: re.Match[str]) -> bool:
        """Return whether the engine may read a prefixed name as SERVICE and a shorter name."""
        prefix = name[0].partition(":")[0]
        at = prefix.upper().rfind("SERVICE")
        if at < 0 or not _BLOCK.match(name.string, name.end()):
            return False
        rest = prefix[at + len("SERVICE") :]
        shorter = {rest, rest[len("SILENT") :]} if rest.upper().startswith("SILENT") else {rest}
        return not shorter.isdisjoint(self._namespaces)

    def resolve(self, token: str) -> str:
        """Resolve an IRI in angle brackets against the base (RFC 3986, section 5.2)."""
        if len(token) + len(self._base) > MAX_IRI:
            limit = f"{MAX_IRI} characters"
            raise QueryTooHeavy(
                f"An IRI of the query, together with its base, is longer than {limit}.", limit
            )
        reference = re.sub(_ESCAPE, _decode, token[1:-1])
        scheme, authority, path, query, fragment = _split(reference)
        base = _split(self._base)
        if scheme is not None or base[0] is None:
            return reference
        if authority is None:
            authority = base[1]
            if not path:
                path, query = base[2] or "", query or base[3]
            elif not path.startswith("/"):
                folder = (base[2] or "").rpartition("/")[0]
                path = f"{folder}/{path}" if folder or authority is not None else path
        host = "" if authority is None else f"//{authority}"
        return f"{base[0]}:{host}{_without_dots(path or '')}{query or ''}{fragment or ''}"


def spell_out(text: str) -> str:
    """Replace codepoint escapes outside strings and IRIs (section 19.2): they may spell words."""
    if "\\u" not in text and "\\U" not in text:
        return text
    return _ESCAPED.sub(lambda match: match["kept"] or _decode(match), text)


def _check_count(count: int, things: str) -> None:
    if count > MAX_DECLARATIONS:
        limit = f"{MAX_DECLARATIONS} {things}"
        raise QueryTooHeavy(f"The query has more than {limit}.", limit)


def _decode(escape: re.Match[str]) -> str:
    return chr(int(escape[0][2:], 16))


def _split(reference: str) -> tuple[str | None, ...]:
    """Split into scheme, authority, path, query and fragment (RFC 3986, appendix B)."""
    match = _REFERENCE.fullmatch(reference)
    return match.groups() if match else (None,) * 5


def _without_dots(path: str) -> str:
    """Remove `.` and `..` from a path (RFC 3986, section 5.2.4)."""
    segments: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            if len(segments) > 1:
                segments.pop()
        elif part != ".":
            segments.append(part)
    if parts[-1] in (".", ".."):
        segments.append("")
    return "/".join(segments)
