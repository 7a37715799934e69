"""Why an answer is not traced: the page has each reason in the language of the reader."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import apecgraph.query.citing
from apecgraph.query.citing.documents import NOT_FOUND
from apecgraph.query.remote.evaluation import _UNTRACED


def reasons() -> Iterator[str]:
    """Yield the reasons in the code, with 9 for each value."""
    yield from (NOT_FOUND, _UNTRACED)
    for path in Path(apecgraph.query.citing.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="NotTracedError" | "Citations"),
                    args=[ast.Constant(value=str(text)), *_],
                ):
                    yield text
                case ast.Call(
                    func=ast.Name(id="NotTracedError" | "Citations"),
                    args=[ast.JoinedStr(values=parts), *_],
                ):
                    texts = (part.value if isinstance(part, ast.Constant) else 9 for part in parts)
                    yield "".join(map(str, texts))


def test_the_page_knows_each_reason() -> None:
    script = files("apecgraph.web.browser").joinpath("untraced.js").read_text(encoding="utf-8")
    patterns = [
        each.replace("(?<", "(?P<") for each in re.findall(r"^  \[/(.*)/s?, ", script, re.M)
    ]
    found = list(reasons())
    assert len(found) > 12
    for reason in found:
        assert any(re.search(pattern, reason) for pattern in patterns), reason
    for pattern in patterns:
        assert any(re.search(pattern, reason) for reason in found), pattern
