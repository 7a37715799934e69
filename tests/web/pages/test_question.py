"""The pages of the competency questions."""

from __future__ import annotations

import re

import httpx

from apecgraph.content.questions import read_questions
from apecgraph.release.release import Release
from tests.support.pages import get


def test_the_columns_of_an_answer_have_names_in_words(client: httpx.Client) -> None:
    page = get(client, "/questions/60-customs-2024")
    answer = page.partition("<table")[2].partition("</table>")[0]
    assert ">place of total</th>" in answer
    assert "placeOfTotal" not in answer


def test_its_permalink_has_its_name(client: httpx.Client, release: Release) -> None:
    question = read_questions(release.path)[0]
    page = client.get(f"/questions/{question.name}").text
    (link,) = re.findall('href="(/q/[^"]+)"', page)
    by_form = {"query": question.query.replace("\n", "\r\n"), "format": "csv"}
    for path in (link, client.get("/q", params=by_form).headers["location"]):
        shown = client.get(path, headers={"Accept": "text/html"}).text
        assert f"<h1>{question.title('en')}</h1>" in shown
