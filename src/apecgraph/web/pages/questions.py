"""The page that lists the competency questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from apecgraph.content.questions import read_questions
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.site import ReleaseSite


class QuestionsPage(Page):
    """The competency questions of a release."""

    template: ClassVar[str] = "pages/questions.html"

    def __init__(self, site: ReleaseSite) -> None:
        super().__init__(site)
        self._questions = read_questions(site.release.path)

    def values(self) -> Mapping[str, object]:
        """Return the questions in their order."""
        return {"questions": self._questions}
