"""Count the signs of unclear English in comments, docstrings, messages, pages and documents.

Each sign is a turn that a reader has to decode: a relative clause in place of a noun ("what stands"
for "the accepted figures"), "where" for "if", "None where there is none" for "None if ...", a
passive "is told", "by" for "keyed by". None of them is always wrong, so a few may remain.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

MOST: Final = 45
"""Number of signs that may remain."""

SIGNS: Final = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "what, for a noun": r"\b(?:what|whatever) (?:of|is|are|was|ha[sd]|have|there|stands?)\b",
        "where, for if": r"\bwhere (?:there|it|they|that|none|nothing|no|nobody|this)\b",
        "is none": r"\b(?:is|are|was|were) (?-i:none)\b",
        "None where": r"\bNone where\b",
        "who, for a noun": r"\b(?:to|of|by|from|for|with) who\b|(?<=[.:] )who \w+s\b|\bwhoever\b",
        "is told": r"\b(?:is|are|was|were|be|been) (?:said|told)\b|\bsaid of\b",
        "tells what": r"\b(?:tell|tells|told|say|says) (?:of|what|which|how|whether)\b",
        "stands in": r"\b(?:stands?|standing) (?:in|at|there|before|beside|by|for itself|alone)\b",
        "the most that": r"\bthe (?:most|least|one|ones) that\b",
        "but for": r"\bbut for\b|\belse it is\b|\bfor it (?:is|has|was)\b",
        "by, for keyed by": r", by (?:its |their |the )?(?:IRI|id|name|kind|path|reason)s?[.;:]",
        "by, for according to": r"\bby (?:RFC|SPARQL 1|schema\.org|the grammar)\b",
        "So, to begin a sentence": r"(?<=[.;] )(?-i:So)\b",
        "the least": r"\bthe least (?!of\b|one|recently)\w+",
        "data set": r"\bdata sets?\b",
        "is no, for is not": r"(?<!there )\b(?:is|are|was|were) no (?!longer|more|less|such)\w",
        "beside, for next to": r"\bbeside (?:the|other|others|it|its|what|an?)\b",
        "also if, for even if": r"\balso if\b",
        "one, for exactly one": r'sh:message "[^"]*\b(?:needs|is) one ',
    }.items()
}

_FILES: Final = (
    "*.md",
    "*.py",
    "benchmarks/*.py",
    "deploy/*",
    "docs/**/*.md",
    "ontology/*.ttl",
    "scripts/*",
    "shapes/*.ttl",
    "src/**/*.html",
    "src/**/*.md",
    "src/**/*.py",
    "src/apecgraph/web/browser/*.js",
    "tests/**/*.py",
    "tools/*.py",
)
_OWN: Final = ("tools/prose.py", "tests/project/test_prose.py")
"""Files that contain the signs on purpose: this one, and its test."""


class Sign(NamedTuple):
    """One occurrence: the file, the line, counted from 1, the kind and the words."""

    path: str
    line: int
    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}: {self.words!r}"


def signs(root: Path) -> Iterator[Sign]:
    """Yield the signs in all files of a checkout."""
    for pattern in _FILES:
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            if "node_modules" in path.parts or not path.is_file() or name in _OWN:
                continue
            text = path.read_text(encoding="utf-8")
            for line, prose in _python(text) if path.suffix == ".py" else _plain(text):
                yield from _in(name, line, prose)


def _python(source: str) -> Iterator[tuple[int, str]]:
    """Yield comments and strings with their first lines; adjacent comments are one text."""
    comment, start, last = "", 0, 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        line = token.start[0]
        if token.type == tokenize.COMMENT:
            if line != last + 1:
                yield start, comment
                comment, start = "", line
            comment, last = f"{comment}{token.string.lstrip('#:')}\n", line
        elif token.type == tokenize.STRING:
            yield line, token.string
    yield start, comment


def _plain(text: str) -> Iterator[tuple[int, str]]:
    """Yield paragraphs with their first lines."""
    line = 1
    for paragraph in re.split(r"(\n\s*\n)", text):
        yield line, paragraph
        line += paragraph.count("\n")


def _in(path: str, line: int, text: str) -> Iterator[Sign]:
    """Yield the signs in one text; they may continue on the next line, indented."""
    lines = re.sub(r"\n[ \t]*", "\n", text)
    joined = lines.replace("\n", " ")
    for kind, pattern in SIGNS.items():
        for match in pattern.finditer(joined):
            yield Sign(path, line + lines.count("\n", 0, match.start()), kind, match[0])


def main(root: Path) -> int:
    """Print the number of signs; if there are too many, print each and return 1."""
    results = list(signs(root))
    sys.stdout.write(f"{len(results)} signs of unclear English; {MOST} are allowed\n")
    if len(results) <= MOST:
        return 0
    sys.stdout.writelines(f"{sign}\n" for sign in results)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(*sys.argv[1:])))
