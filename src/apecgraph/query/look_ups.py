"""Look-ups: queries that need no worker, because their form bounds their cost.

A look-up has one triple pattern with an IRI as its subject or object, and nothing that multiplies
or transforms what the pattern finds. The engine reads at most the quads that have this IRI there,
and the IRIs with many are known before. So a look-up needs no process that can be killed.
"""

from __future__ import annotations

import re
from typing import Final, cast

from pyoxigraph import QuerySolutions, QueryTriples, Store

from apecgraph.isolation.threads import drop_locals_on_error
from apecgraph.query.model import Query
from apecgraph.query.outline import Prologue
from apecgraph.rdf.serializer import write_results

MOST_QUADS: Final = 100
"""Number of quads that a look-up may have to read."""

MOST_CHARACTERS: Final = 64 * 1024
"""Number of characters of the subjects, or objects, of these quads; of bytes of the answer."""

_LONGEST: Final = 2048
"""Number of characters of a look-up."""

_SPACE: Final = r"(?:[ \t\r\n]++|\#[^\r\n]*+)"
_VARIABLE: Final = r"\?[A-Za-z][A-Za-z0-9_]*+"
_IRI: Final = r"<[A-Za-z][A-Za-z0-9+.\-]*+:[^<>\"{}|^`\\\x00-\x20]*+>"
_TERM: Final = rf"{_IRI}|[A-Za-z][A-Za-z0-9_\-]*+:[A-Za-z0-9_][A-Za-z0-9_\-]*+|{_VARIABLE}"
_LOOK_UP: Final = re.compile(
    rf"""
    {_SPACE}*+
    (?P<form> (?i:ASK)
      | (?i:SELECT) (?:{_SPACE}++(?i:DISTINCT))?+
        {_SPACE}*+ (?:\*|{_VARIABLE}(?:{_SPACE}*+{_VARIABLE})*+)
    )
    {_SPACE}*+ (?:(?i:WHERE){_SPACE}*+)?+ \{{ {_SPACE}*+
    (?P<subject>{_TERM}) {_SPACE}*+
    (?P<predicate>{_TERM}|a(?={_SPACE})) {_SPACE}*+
    (?P<object>{_TERM}) {_SPACE}*+
    (?:\.{_SPACE}*+)?+ \}} {_SPACE}*+
    (?P<limit>(?i:LIMIT) {_SPACE}++ [0-9]{{1,9}}+ {_SPACE}*+)?+
    """,
    re.VERBOSE,
)
"""The form of a look-up after its declarations (SPARQL 1.1, sections 5.1, 15.3 and 15.5)."""

_PLAIN_IRI: Final = re.compile(rf"(?!.*[:/]\.){_IRI}", re.DOTALL)
"""A full IRI that the engine does not change (RFC 3986, section 5.2.4). It contains no character
that would end it, which a declaration may contain as an escape (SPARQL 1.1, section 19.2)."""

_RESOLVED: Final = re.compile(r"\\|[:/]\.")
"""What declarations have in them if the engine may read other IRIs in them: it keeps the dot
segments of a base."""


class LookUps:
    """Evaluates look-ups in this process.

    Args:
        store: The dataset, in memory.
        max_rows: The largest number of rows in an answer.
    """

    def __init__(self, store: Store, max_rows: int) -> None:
        self._store = store
        most = min(MOST_QUADS, max_rows)
        self._heavy_subjects = _heavy(store, "s", "o", most)
        self._heavy_objects = _heavy(store, "o", "s", most)

    @drop_locals_on_error
    def answer(self, query: Query) -> bytes | None:
        """Evaluate a query, if it is a look-up with a small answer.

        Args:
            query: The query.

        Returns:
            The answer in the format of the query; None if a worker has to evaluate the query.

        Raises:
            NotAcceptable: The format cannot represent the answer.
        """
        if query.cites or query.default_graphs or query.named_graphs:
            return None
        text = self._small(query.text, query.base)
        if text is None:
            return None
        try:
            answer = self._store.query(text)
        except (SyntaxError, RuntimeError, OSError):
            return None  # a worker finds the error
        if isinstance(answer, QueryTriples):
            return None
        chunks: list[bytes] = []
        write_results(answer, query.format, chunks.append)
        body = b"".join(chunks)
        return body if len(body) <= MOST_CHARACTERS else None

    def _small(self, text: str, base: str) -> str | None:
        """Write a look-up anew, with the IRIs that have been counted; None if it is not small."""
        if len(text) > _LONGEST:
            return None
        prologue = Prologue(base)
        end = prologue.read(text)
        found = _LOOK_UP.fullmatch(text, end)
        if found is None or _RESOLVED.search(text, 0, end):
            return None
        terms = [_term(token, prologue) for token in found.group("subject", "predicate", "object")]
        if None in terms:
            return None
        subject, predicate, object_ = map(str, terms)
        is_small = subject.startswith("<") and subject not in self._heavy_subjects
        if not is_small and (not object_.startswith("<") or object_ in self._heavy_objects):
            return None
        return f"{found['form']} {{ {subject} {predicate} {object_} }} {found['limit'] or ''}"


def _heavy(store: Store, end: str, other_end: str, most: int) -> frozenset[str]:
    """Return the IRIs that have many or long quads at one of their ends, as they are in queries."""
    answer = store.query(
        f"""
        SELECT ?{end} {{
          {{ ?s ?p ?o }} UNION {{ GRAPH ?graph {{ ?s ?p ?o }} }}
          FILTER(isIRI(?{end}))
        }} GROUP BY ?{end}
        HAVING (
          COUNT(*) > {most}
          || SUM(COALESCE(STRLEN(STR(?{other_end})), {MOST_CHARACTERS})) >= {MOST_CHARACTERS}
        )"""
    )
    return frozenset(str(iri) for (iri,) in cast("QuerySolutions", answer))


def _term(token: str, prologue: Prologue) -> str | None:
    """Return a term with its IRI in full; None if that is not known, or not a plain IRI."""
    if token.startswith("?") or ":" not in token:
        return token
    if not token.startswith("<"):
        token = f"<{prologue.expand(token) or ''}>"
    return token if _PLAIN_IRI.fullmatch(token) else None
