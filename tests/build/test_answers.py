"""A release that answers a question otherwise than the content says is not built."""

from __future__ import annotations

from pathlib import Path

import pytest

from apecgraph.build.pipeline import build_release
from apecgraph.build.refusals import kept
from apecgraph.errors import CheckFailed
from apecgraph.release.archive import Archive
from tests.support.contents import SmallContent

QUERY = """# Which names do places have?
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX schema: <https://schema.org/>
SELECT ?label { ?place a schema:Place ; skos:prefLabel ?label } ORDER BY ?label
"""
ANSWER = "label\r\nGuangzhou\r\nLima\r\nSantiago\r\n"


def ask(content: SmallContent, answer: str, query: str = QUERY) -> None:
    folder = content.root / "ontology/questions"
    folder.mkdir(exist_ok=True)
    (folder / "01-places.rq").write_text(query)
    (folder / "01-places.csv").write_bytes(answer.encode())


def test_a_right_answer_is_published(content: SmallContent, releases: Path) -> None:
    ask(content, ANSWER)
    release, _ = build_release(content.root, releases)
    assert (release.path / "questions/01-places.csv").read_bytes() == ANSWER.encode()


@pytest.mark.parametrize(
    ("answer", "place", "said"),
    [
        (
            "label\r\nGuangzhou\r\nLyma\r\nSantiago\r\n",
            3,
            "answers “Lima”, but this file says “Lyma”",
        ),
        ("label\r\nGuangzhou\r\nLima\r\n", 4, "answers “Santiago”, but this file says nothing"),
        (f"{ANSWER}Zug\r\n", 5, "answers nothing, but this file says “Zug”"),
        (ANSWER.replace("\r\n", "\n"), 1, "this file says the same rows with other ends of lines"),
        (ANSWER.replace("Lima", "\x1b[2J"), 3, r"this file says “\u001b[2J”"),
        (ANSWER.replace("Lima", "L" * 1_000_000), 3, "LLL… (999,800 more characters) …LLL"),
    ],
    ids=["other", "less", "more", "line ends", "control", "long"],
)
def test_a_wrong_answer_is_refused_with_its_first_wrong_row(
    content: SmallContent, releases: Path, answer: str, place: int, said: str
) -> None:
    ask(content, answer)
    with pytest.raises(CheckFailed) as caught:
        build_release(content.root, releases)
    text = str(caught.value)
    assert text.startswith(f"ontology/questions/01-places.csv:{place}: the release answers ")
    assert said in text
    assert "correct the content or the question" in text
    assert len(text) < 1000
    assert Archive(releases).current is None
    (refusal,) = kept(releases)
    assert (refusal.path / "01-places.csv").read_bytes() == ANSWER.encode()
    assert [result.places[0].line for result in refusal.report.results] == [place]


@pytest.mark.parametrize("text", ["SELEKT ?label {}", "SELECT ?label { SERVICE <http://x/> {} }"])
def test_a_question_that_cannot_be_answered_is_refused(
    content: SmallContent, releases: Path, text: str
) -> None:
    ask(content, ANSWER, f"# Why?\n{text}\n")
    with pytest.raises(
        CheckFailed, match=r"^ontology/questions/01-places\.rq: the question cannot"
    ):
        build_release(content.root, releases)
    assert Archive(releases).current is None
