"""The pages of the competency questions."""

from __future__ import annotations

import httpx

from tests.support.pages import get


def test_the_columns_of_an_answer_have_names_in_words(client: httpx.Client) -> None:
    page = get(client, "/questions/60-customs-2024")
    answer = page.partition("<table")[2].partition("</table>")[0]
    assert ">place of total</th>" in answer
    assert "placeOfTotal" not in answer
