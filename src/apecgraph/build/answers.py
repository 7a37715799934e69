"""The recorded answers to the questions, compared with what the release answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

import pyoxigraph as ox

from apecgraph.content.questions import QUESTIONS_FOLDER, Question
from apecgraph.errors import ContentError, QueryError, RequestError
from apecgraph.printable import one_line, shortened
from apecgraph.progress import Step, StepObserver
from apecgraph.query.text import evaluate_text
from apecgraph.rdf.formats import RESULTS_CSV


def wrong_answers(
    questions: Iterable[Question], store: ox.Store, content: Path, observe: StepObserver
) -> Iterator[tuple[ContentError, str, bytes]]:
    """Evaluate the questions on the dataset of a release, with its description.

    Args:
        questions: The questions.
        store: The dataset.
        content: The content folder, which errors name.
        observe: Observes the evaluation of each question.

    Yields:
        For each question whose recorded answer is wrong: the error, with the first row that
        differs; the name of the file of the answer; and the answer.
    """
    for question in questions:
        path = content / "ontology" / QUESTIONS_FOLDER / f"{question.name}.rq"
        answer = bytearray()
        try:
            with observe(Step("file", str(path))):
                evaluate_text(store, question.query, (RESULTS_CSV.name,), answer.extend)
        except (RequestError, QueryError) as error:
            yield ContentError(f"the question cannot be answered: {error}", path), "", b""
            continue
        if answer != question.expected:
            recorded = path.with_suffix(".csv")
            line, said, found = _difference(question.expected, bytes(answer))
            message = (
                f"the release answers {found}, but this file says {said}: correct the content or "
                f"the question, or replace this file with the kept {recorded.name}"
            )
            yield ContentError(message, recorded, line), recorded.name, bytes(answer)


def _difference(recorded: bytes, answer: bytes) -> tuple[int, str, str]:
    """Return the number of the first row that differs, from 1, and both rows for a message."""
    rows = zip_longest(_rows(recorded), _rows(answer), fillvalue="")
    for line, (said, found) in enumerate(rows, 1):
        if said != found:
            return line, _quoted(said), _quoted(found)
    return 1, "the same rows with other ends of lines", "rows that end with CR and LF"


def _rows(answer: bytes) -> list[str]:
    return answer.decode(errors="replace").splitlines()


def _quoted(row: str) -> str:
    return f"“{one_line(shortened(row))}”" if row else "nothing"
