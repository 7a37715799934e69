"""Compares what an engine elsewhere holds, and answers, with a release."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from apecgraph.content.questions import Question
from apecgraph.errors import ApecgraphError
from apecgraph.printable import one_line, shortened
from apecgraph.query.model import Query, RemoteEngine
from apecgraph.query.remote.evaluation import RemoteEvaluator
from apecgraph.rdf.formats import RESULTS_CSV

_SAME: Final = "same"
_ORDER: Final = "other order"
_BOOLEANS: Final = "booleans as 1 and 0"
_DIFFERENT: Final = "differs"
_FAILED: Final = "no answer"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of an engine with the release.

    Attributes:
        subject: The named graph, or the question.
        outcome: `same`, `other order`, `booleans as 1 and 0`, `differs` or `no answer`.
        detail: What differs.
    """

    subject: str
    outcome: str
    detail: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the engine is as good as this server."""
        return self.outcome in (_SAME, _ORDER)


def compare(
    engine: RemoteEngine, questions: Iterable[Question], seconds: float, max_rows: int
) -> Iterator[Comparison]:
    """Compare an engine with a release; nothing is loaded.

    Args:
        engine: The engine, with what it must hold.
        questions: The questions with the answers of the release.
        seconds: Time that the engine may take for each query.
        max_rows: Number of rows that the engine must be able to return.

    Yields:
        One comparison for the whole dataset, one for each named graph that differs, and one for
        each question.

    Raises:
        StoreError: The engine cannot be reached.
        QueryError: The engine cannot count its triples.
    """
    with closing(RemoteEvaluator(engine)) as evaluator:
        evaluator.find_dataset(seconds, max_rows)
        yield Comparison("default graph", _SAME, f"{engine.triples:,} triples")
        for graph, expected, found in evaluator.counts(seconds):
            outcome = _SAME if expected == found else _DIFFERENT
            yield Comparison(graph, outcome, f"{expected:,} triples, the engine has {found:,}")
        for question in questions:
            yield _compare_answers(evaluator, question, seconds, max_rows)


def _compare_answers(
    evaluator: RemoteEvaluator, question: Question, seconds: float, max_rows: int
) -> Comparison:
    subject = f"question {question.name}"
    answer = bytearray()
    try:
        evaluator.evaluate(Query(question.query, RESULTS_CSV), answer.extend, seconds, max_rows)
    except ApecgraphError as error:
        return Comparison(subject, _FAILED, one_line(shortened(str(error))))
    if answer == question.expected:
        return Comparison(subject, _SAME)
    said, found = (
        list(csv.reader(text.decode().splitlines())) for text in (question.expected, answer)
    )
    counted, missing = Counter(map(tuple, found)), Counter(map(tuple, said))
    if counted == missing:
        return Comparison(subject, _ORDER)
    if _without_booleans(counted) == _without_booleans(missing):
        return Comparison(subject, _BOOLEANS)
    missing.subtract(counted)
    row, count = next((row, count) for row, count in missing.items() if count)
    where = "misses" if count > 0 else "adds"
    detail = f"{len(found) - 1} rows for {len(said) - 1}; it {where}: {','.join(row)}"
    return Comparison(subject, _DIFFERENT, one_line(shortened(detail)))


def _without_booleans(rows: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    """Return rows with numbers in the place of booleans, as some engines answer them."""
    changed: Counter[tuple[str, ...]] = Counter()
    for row, count in rows.items():
        changed[tuple({"true": "1", "false": "0"}.get(value, value) for value in row)] += count
    return changed
