"""The pages of the competency questions: each with its answer and its query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.content.questions import Question, read_questions
from apecgraph.errors import NotFound
from apecgraph.rdf.formats import HTML, RESULTS_CSV, TEXT
from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.release.release import Release
from apecgraph.web.http.responder import CachedResponder
from apecgraph.web.pages.html import Html, grouped

_ID: Final = f"{ID}question/"
_IRI: Final = re.compile(r"https?://\S+")
_LARGE: Final = re.compile(r"-?\d{9,}(?:\.\d+)?")
"""A number that people cannot read without marks between its digits; identifiers are shorter."""


class QuestionPages:
    """Answers with the list of the questions of a release, and with each question.

    The answers are those that the release holds: nothing is evaluated.
    """

    def __init__(self, release: Release, edition: CachedResponder, html: Html) -> None:
        self._questions: Mapping[str, Question] = {
            each.name: each for each in read_questions(release.path)
        }
        self._edition = edition
        self._html = html

    async def index(self, request: Request) -> Response:
        """Answer with the list of the questions."""

        def body() -> str:
            return self._html.page("questions.html", questions=list(self._questions.values()))

        return await self._edition.answer(request, HTML.content_type, body)

    async def question(self, request: Request) -> Response:
        """Answer with a question: as a page, its answer as CSV, or its query."""
        name = request.path_params["name"]
        stem, _, extension = name.partition(".")
        found = self._questions.get(stem)
        if found is None or extension not in ("", "csv", "rq"):
            raise NotFound(f"There is no question {name!r}.", [f"{BASE}questions"])
        if extension == "csv":
            return await self._edition.answer(
                request, RESULTS_CSV.content_type, lambda: found.expected
            )
        if extension == "rq":
            return await self._edition.answer(request, TEXT.content_type, lambda: found.query)
        return await self._edition.answer(request, HTML.content_type, lambda: self._page(found))

    def _page(self, question: Question) -> str:
        columns, table = question.table()
        rows = [[_read(cell) for cell in row] for row in table]
        cells = [(name, kind) for row in rows for name, (kind, _) in zip(columns, row, strict=True)]
        return self._html.page(
            "question.html",
            question=question,
            columns=columns,
            numeric={name for name, kind in cells if kind == "number"},
            rows=rows,
            iri=f"{_ID}{question.name}",
        )


def question_address(iri: str) -> str:
    """Return the path of the page of a question, given by its IRI."""
    return f"/questions/{iri.removeprefix(_ID)}"


def _read(cell: str) -> tuple[str, str]:
    """Return what a cell of an answer is, 'iri', 'number' or 'text', and how to write it.

    CSV does not tell it (SPARQL 1.1 Query Results CSV and TSV Formats, section 3).
    """
    if _IRI.fullmatch(cell):
        return "iri", cell
    if _LARGE.fullmatch(cell):
        return "number", grouped(ox.Literal(cell))
    return "text", cell
