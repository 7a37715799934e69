"""The expected citations fit the questions and the content that they are written for."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from apecgraph.content.folder import default_content
from apecgraph.content.questions import Question, read_questions
from apecgraph.rdf.namespaces import ID

EXPECTED: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("expected.toml").read_text(encoding="utf-8")
)
CONTENT = default_content()
QUESTIONS = read_questions(CONTENT)


def test_every_question_has_expected_sources() -> None:
    assert list(EXPECTED) == [question.name for question in QUESTIONS]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_expected_citations_pick_one_row_each_and_name_sources_that_exist(
    question: Question,
) -> None:
    answer = EXPECTED[question.name]
    header, *_ = table = question.table()
    rows = [dict(zip(header, row, strict=True)) for row in table[1]]
    assert answer["rows"]
    for expected in answer["rows"]:
        picked = [row for row in rows if expected["where"].items() <= row.items()]
        assert len(picked) == 1, expected["where"]
        assert set(expected["sources"]) <= set(answer["sources"]) or answer.get("partial")
        assert set(expected.get("derived", ())) <= set(answer.get("derived", ()))
    for cited in (answer, *answer["rows"]):
        for name in (*cited["sources"], *cited.get("derived", ()), *cited.get("behind", ())):
            assert name.startswith(f"{ID}graph/") or (
                (CONTENT / "data" / "sources" / f"{name}.ttl").exists()
                or (CONTENT / "data" / "tables" / name).is_dir()
            ), name
