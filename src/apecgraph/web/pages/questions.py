"""The page that lists the competency questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from apecgraph.content.questions import Question, read_questions
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.site import ReleaseSite


class QuestionsPage(Page):
    """The competency questions of a release."""

    template: ClassVar[str] = "pages/questions.html"

    def __init__(self, site: ReleaseSite) -> None:
        super().__init__(site)
        self._questions = read_questions(site.release.path)

    def values(self) -> Mapping[str, object]:
        """Return the questions by the names of their groups, in their order."""
        groups: dict[str, list[Question]] = {}
        for each in self._questions:
            groups.setdefault(each.group(self.site.language.tag), []).append(each)
        return {"groups": groups}
