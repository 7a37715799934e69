"""The page about a competency question: its answer and its query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.content.questions import Question, read_questions
from apecgraph.errors import NotFound
from apecgraph.query.model import Query
from apecgraph.query.permalinks import Permalink
from apecgraph.rdf.formats import RESULTS_CSV, TEXT
from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.text.numbers import grouped
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.site import ReleaseSite

_ID: Final = f"{ID}question/"
_IRI: Final = re.compile(r"https?://\S+")
_LARGE_NUMBER: Final = re.compile(r"-?\d{9,}(?:\.\d+)?")
"""A number that is long enough to need grouped digits; identifiers are shorter."""


class QuestionPage(Page):
    """A competency question, its answer as CSV and its query as a file.

    The answer is a file of the release, so the server does not run the query.
    """

    template: ClassVar[str] = "pages/question.html"

    def __init__(self, site: ReleaseSite) -> None:
        super().__init__(site)
        self._questions = {item.name: item for item in read_questions(site.release.path)}

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page, or with a file if the path has an extension.

        Args:
            request: The request.

        Returns:
            The page or the file, or 304 (Not Modified).

        Raises:
            NotFound: There is no such question or no such file.
        """
        name = request.path_params["name"]
        stem, _, extension = name.partition(".")
        question = self._questions.get(stem)
        if question is None or extension not in ("", "csv", "rq"):
            raise NotFound("There is no question '%(name)s'.", [f"{BASE}questions"], name=name)
        answer = self.site.responder.answer
        if extension == "csv":
            return await answer(request, RESULTS_CSV.content_type, lambda: question.expected)
        if extension == "rq":
            return await answer(request, TEXT.content_type, lambda: question.query)
        query = Query(question.query, RESULTS_CSV)
        permalink = Permalink(self.site.release.name, query).path
        return await self.respond(request, lambda: {**_values(question), "permalink": permalink})


def question_address(iri: str) -> str:
    """Return the path of the page about a question, given the IRI of the question."""
    return f"/questions/{iri.removeprefix(_ID)}"


def _values(question: Question) -> Mapping[str, object]:
    columns, table = question.table()
    rows = [[_typed(cell) for cell in row] for row in table]
    numeric = {
        name
        for row in rows
        for name, (kind, _) in zip(columns, row, strict=True)
        if kind == "number"
    }
    return {
        "question": question,
        "columns": list(map(_words, columns)),
        "numeric": {_words(name) for name in numeric},
        "rows": rows,
        "iri": f"{_ID}{question.name}",
    }


def _words(variable: str) -> str:
    """Write the name of a variable in words: "place of total" for "placeOfTotal"."""
    return re.sub("([a-z0-9])([A-Z])", lambda match: f"{match[1]} {match[2].lower()}", variable)


def _typed(cell: str) -> tuple[str, str]:
    """Return the kind of a cell, "iri", "number" or "text", and the text to show.

    The kind is a guess, because CSV does not contain it (SPARQL 1.1 Query Results CSV and TSV,
    section 3).
    """
    if _IRI.fullmatch(cell):
        return "iri", cell
    if _LARGE_NUMBER.fullmatch(cell):
        return "number", grouped(cell)
    return "text", cell
