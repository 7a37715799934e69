"""Competency questions: queries, each with the exact answer that the graph must give.

`questions/NN-slug.rq` contains a query. Its first line is a comment with the question in plain
words; the comments after it, such as `# zh: ...`, have the question in other languages, and then
`# group: ...` and `# group zh: ...` name the group of questions that it is listed in.
`questions/NN-slug.csv` contains the answer, exactly as `apecgraph query` writes it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from apecgraph.errors import ContentError
from apecgraph.files import read_file
from apecgraph.progress import Step, StepObserver
from apecgraph.rdf.namespaces import PREFIXES

QUESTIONS_FOLDER: Final = "questions"
"""The name of the folder of questions, in `ontology/` of content and at the root of a release."""

_DECLARED: Final = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE)
_PREFIXED: Final = re.compile(r"(?<![\w:<])([a-z][\w-]*):([A-Za-z]\w*)")
_TITLE: Final = re.compile(r"# ([a-z]{2,3}(?:-[a-z0-9]+)*): (.+)")
_ENGLISH: Final = "en"
_GROUP: Final = re.compile(r"# group(?: ([a-z]{2,3}(?:-[a-z0-9]+)*))?: (.+)")
_NAME: Final = re.compile(r"(\d{2,})-([a-z0-9]+(?:-[a-z0-9]+)*)")


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the graph answers.

    Attributes:
        number: The number in the name of its files.
        slug: The part of that name after the number.
        titles: The question in plain words, keyed by the tags of languages, English first.
        groups: The name of the group of questions that it is in, keyed by the tags of languages;
            empty if it is in none.
        query: The query in SPARQL; its first lines are the question as comments.
        expected: The answer as CSV.
    """

    number: int
    slug: str
    titles: Mapping[str, str]
    groups: Mapping[str, str]
    query: str
    expected: bytes

    @property
    def name(self) -> str:
        """The name of its files without the extension; it is also part of the question's URLs."""
        return f"{self.number:02}-{self.slug}"

    def title(self, language: str) -> str:
        """Return the question in a language, or else in English."""
        return self.titles.get(language, self.titles[_ENGLISH])

    def group(self, language: str) -> str:
        """Return the name of its group in a language, or else in English, or "" if it has none."""
        return self.groups.get(language, self.groups.get(_ENGLISH, ""))

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return the expected answer: the names of its columns, and its rows."""
        header, *rows = csv.reader(io.StringIO(self.expected.decode(), newline=""))
        return header, rows


def question_paths(root: Path) -> Iterator[Path]:
    """List the files of the questions of a content folder or of a release."""
    for folder in (root / "ontology" / QUESTIONS_FOLDER, root / QUESTIONS_FOLDER):
        yield from sorted([*folder.glob("*.rq"), *folder.glob("*.csv")])


def read_questions(root: Path, observe: StepObserver = nullcontext) -> tuple[Question, ...]:
    """Read the questions of a content folder or of a release.

    Args:
        root: The content folder, or the folder of the release.
        observe: Observes the reading of each question.

    Returns:
        The questions, sorted by number; empty if the folder has no questions.

    Raises:
        ExceptionGroup: If files are missing or malformed. The group has one ContentError per error.
    """
    errors: list[ContentError] = []
    questions: list[Question] = []
    paths = list(question_paths(root))
    for path in paths:
        try:
            if path.suffix == ".rq":
                with observe(Step("file", str(path))):
                    questions.append(_read(path))
            elif path.with_suffix(".rq") not in paths:
                raise ContentError(
                    "this answer has no question: add a .rq file with the same name", path
                )
        except ContentError as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("the questions cannot be read", errors)
    return tuple(sorted(questions, key=lambda question: (question.number, question.slug)))


def mentioned(query: str) -> Iterator[str]:
    """Yield the IRIs that a query writes with a prefix (SPARQL 1.1 Query, section 4.1.1)."""
    prefixes = {**PREFIXES, **dict(_DECLARED.findall(query))}
    for prefix, local in _PREFIXED.findall(query):
        if prefix in prefixes:
            yield prefixes[prefix] + local


def _read(path: Path) -> Question:
    name = _NAME.fullmatch(path.stem)
    if name is None:
        raise ContentError("the name of a question must have the form NN-slug.rq", path)
    try:
        query = read_file(path).decode()
        expected = read_file(path.with_suffix(".csv"))
    except FileNotFoundError:
        raise ContentError(
            "this question has no answer: add a .csv file with the same name", path
        ) from None
    except OSError as error:
        raise ContentError(f"the question or its answer {error.strerror}", path) from None
    except UnicodeDecodeError:
        raise ContentError("this is not UTF-8", path) from None
    titles, groups = dict(_titles(query, path)), dict(_groups(query))
    return Question(int(name[1]), name[2], titles, groups, query, expected)


def _groups(query: str) -> Iterator[tuple[str, str]]:
    """Yield the tags of the languages and the names of the group in them."""
    for line in query.split("\n"):
        if not line.startswith("#"):
            break
        if group := _GROUP.fullmatch(line):
            yield group[1] or _ENGLISH, group[2]


def _titles(query: str, path: Path) -> Iterator[tuple[str, str]]:
    """Yield the tags of the languages and the questions in them."""
    first, *others = query.split("\n")
    if not (first.startswith("# ") and first.endswith("?")):
        raise ContentError("the first line must be a comment that asks the question", path, 1)
    yield _ENGLISH, first.removeprefix("# ")
    for line in others:
        title = _TITLE.fullmatch(line)
        if title is None:
            break
        yield title[1], title[2]
