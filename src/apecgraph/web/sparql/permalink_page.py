"""The page about a permalink, and how the answer to its query has changed since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.content.questions import read_questions
from apecgraph.printable import shortened
from apecgraph.query.answer_rows import (
    AnswerRows,
    Row,
    RowDifferences,
    compare_rows,
    read_rows,
    small_answer,
)
from apecgraph.query.dataset import NO_GRAPHS, GraphNames, choose_dataset
from apecgraph.query.model import QueryService
from apecgraph.query.permalinks import Permalink
from apecgraph.rdf.formats import GRAPH_FORMATS, HTML, JSON, RESULTS_FORMATS
from apecgraph.rdf.namespaces import BASE
from apecgraph.rdf.terms import Term, results_json, shortened_iri
from apecgraph.release.release import Release
from apecgraph.web.http.memory import request_memory
from apecgraph.web.pages.site import ReleaseSite

_SHOWN: Final = 100
"""Maximum number of rows that a table of the page shows."""

_SHOWN_CHARACTERS: Final = 15_000
"""Maximum number of characters of these rows, roughly as they are written in HTML."""

_MARKUP: Final = 60
"""Characters that are counted for a cell in addition to its value."""

_LONGEST_VALUE: Final = 300

_LISTED: Final = 1000
"""Maximum number of rows of each kind that the changes list in JSON; all are counted."""

_LONGEST_LINKED: Final = 4000
"""Maximum number of characters of a query that the page links to in the editor."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request for a permalink asks.

    Attributes:
        link: The permalink.
        address: The last part of its address, as requested.
        release: Its release; None if that is not kept.
        service: Answers queries on that release; None if it is not kept.
        latest: Answers queries on the served release, if the request asks whether the answer has
            changed since; otherwise None.
    """

    link: Permalink
    address: str
    release: Release | None
    service: QueryService | None
    latest: QueryService | None

    @property
    def iri(self) -> str:
        """The address of the permalink."""
        return f"{BASE}q/{self.address}"


@dataclass(frozen=True, slots=True)
class _Answers:
    """The bytes of the two answers; None if one was not asked for, or is too large."""

    earlier: bytes | None
    latest: bytes | None


@dataclass(frozen=True, slots=True)
class _Changes:
    """How an answer has changed.

    Attributes:
        rows: The rows of the latest answer; None if there are too many.
        differences: The differences; None if the answers cannot be compared.
        because: Why they cannot be compared, or an empty string.
    """

    rows: AnswerRows | None
    differences: RowDifferences | None
    because: str


class PermalinkPage:
    """Answers requests for permalinks with pages, or with how an answer has changed.

    Args:
        site: How the served release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self._site = site
        questions = read_questions(site.release.path)
        self._questions = {item.query.strip(): item for item in questions}

    async def answer(self, request: Request, asked: Asked) -> Response:
        """Answer a request with a page.

        Args:
            request: The request.
            asked: What it asks.

        Returns:
            The page: the query, its answer and its citation, or how the answer has changed.
        """
        return await self._respond(request, asked, HTML.content_type)

    async def changes(self, request: Request, asked: Asked) -> Response:
        """Answer a request with how the answer has changed, as JSON."""
        return await self._respond(request, asked, JSON.content_type)

    async def _respond(self, request: Request, asked: Asked, content_type: str) -> Response:
        async def read(client: str) -> tuple[_Answers, bool]:
            return await self._ask(request, asked, client), not asked.link.query.changes

        def write(answers: _Answers) -> str:
            changes = None if asked.latest is None else self._compared(asked, answers)
            if content_type == JSON.content_type and changes is not None:
                return json.dumps(self._described(asked, changes), ensure_ascii=False)
            return self._page(asked, answers, changes)

        return await self._site.responder.answer_read(
            request,
            content_type,
            read,
            write,
            {"Vary": "Accept"},
            repr((asked.latest is None, asked.release is None)),
        )

    async def _ask(self, request: Request, asked: Asked, client: str) -> _Answers:
        query, size = asked.link.query, 0
        answers: list[bytes | None] = []
        for number, service in enumerate((asked.service, asked.latest)):
            answer = None
            if service is not None and service is asked.service and number:
                answer = answers[0]
            elif service is not None:
                if number:
                    self._site.rate_limit.charge(request.scope)
                choose_dataset(
                    GraphNames(query.default_graphs, query.named_graphs), NO_GRAPHS, service.graphs
                )
                answer = await small_answer(service, query, client)
                size += len(answer or b"")
                request_memory(request.scope).count_reply(size)
            answers.append(answer)
        return _Answers(*answers)

    def _compared(self, asked: Asked, answers: _Answers) -> _Changes:
        gettext = self._site.language.catalogue.gettext
        query = asked.link.query
        latest = None if answers.latest is None else read_rows(query, answers.latest)
        if asked.release is None:
            because = gettext("Release %(name)s is not kept here.", name=asked.link.release)
            return _Changes(latest, None, because)
        if latest is None or answers.earlier is None:
            because = gettext("The answer is larger than 1 MB.")
            return _Changes(latest, None, because)
        return _Changes(latest, compare_rows(read_rows(query, answers.earlier), latest), "")

    def _described(self, asked: Asked, changes: _Changes) -> Mapping[str, object]:
        """Return how an answer has changed, as an object of JSON."""
        columns = () if changes.rows is None else changes.rows.columns
        described: dict[str, object] = {
            "release": asked.link.release,
            "latest": self._site.release.name,
            "permalink": asked.iri,
            "latestPermalink": f"{BASE}{self._latest(asked).path[1:]}",
        }
        found = changes.differences
        if found is None:
            return {**described, "changed": None, "because": changes.because}
        pairs = [
            {"before": _binding(columns, was), "after": _binding(columns, is_)}
            for was, is_ in found.changed[:_LISTED]
        ]
        return {
            **described,
            "changed": bool(found),
            "columns": columns,
            "counts": {
                "added": len(found.added),
                "gone": len(found.gone),
                "changed": len(found.changed),
            },
            "rows": {
                "added": [_binding(columns, row) for row in found.added[:_LISTED]],
                "gone": [_binding(columns, row) for row in found.gone[:_LISTED]],
                "changed": pairs,
            },
        }

    def _latest(self, asked: Asked) -> Permalink:
        return replace(asked.link, release=self._site.release.name)

    def _page(self, asked: Asked, answers: _Answers, changes: _Changes | None) -> str:
        query = asked.link.query
        if changes is not None:
            rows = changes.rows
        else:
            rows = None if answers.earlier is None else read_rows(query, answers.earlier)
        formats = GRAPH_FORMATS if query.format in GRAPH_FORMATS else RESULTS_FORMATS
        release = asked.release
        return self._site.html.page(
            "sparql/permalink.html",
            canonical=asked.iri,
            name=self._name(asked.link),
            asked=asked,
            query=query,
            linked=len(query.text) <= _LONGEST_LINKED,
            formats=formats,
            answer=rows,
            rows=None if rows is None else _shown(rows.rows),
            shown=_shown,
            pairs=_shown_pairs,
            changes=changes,
            latest=self._latest(asked).path,
            citation=None
            if release is None or changes is not None
            else replace(
                self._site.citation,
                release=release.name,
                issued=release.issued,
                part=self._name(asked.link),
                iri=asked.iri,
            ),
        )

    def _name(self, link: Permalink) -> str:
        """Name a query: a question of the release has its own name."""
        catalogue = self._site.language.catalogue
        # A form sends lines with CRLF (HTML, constructing the entry list).
        question = self._questions.get(link.query.text.replace("\r\n", "\n").strip())
        if question is not None:
            return question.title(catalogue.tag)
        return catalogue.gettext("Answer to query %(number)s", number=link.number)


def _binding(columns: Sequence[str], row: Row) -> Mapping[str, Any]:
    """Return a row as in SPARQL 1.1 Query Results JSON Format, section 3.2.1."""
    cells = zip(columns, row, strict=True)
    return {name: results_json(value) for name, value in cells if value is not None}


def _shown(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that a table shows, with long values cut."""
    shown: list[Row] = []
    characters = 0
    for row in islice(rows, _SHOWN):
        cut = tuple(map(_cut, row))
        characters += sum(_MARKUP + len(str(value)) for value in cut)
        if characters > _SHOWN_CHARACTERS:
            break
        shown.append(cut)
    return shown


def _shown_pairs(pairs: Iterable[tuple[Row, Row]]) -> list[list[tuple[Term | None, Term | None]]]:
    """Return the changed rows that a table shows: for each column, the value before and after."""
    sides = (_shown(side) for side in zip(*pairs, strict=True))
    return [list(zip(was, is_, strict=True)) for was, is_ in zip(*sides, strict=False)]


def _cut(value: Term | None) -> Term | None:
    match value:
        case ox.NamedNode():
            return ox.NamedNode(shortened_iri(value.value, _LONGEST_VALUE))
        case ox.Literal() if len(value.value) > _LONGEST_VALUE:
            return ox.Literal(shortened(value.value, _LONGEST_VALUE), language=value.language)
        case ox.Triple() if len(str(value)) > _LONGEST_VALUE:
            return ox.Literal(shortened(str(value), _LONGEST_VALUE))
    return value
