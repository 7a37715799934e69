"""The tree of errors, as its module draws it."""

from __future__ import annotations

import inspect
import re

import pytest

from apecgraph import errors
from apecgraph.errors import ApecgraphError
from apecgraph.web.http.problems import status_of

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, ApecgraphError)
}
_LINE = re.compile(r"(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+)(?: +(?P<status>\d{3})\b)?")


def drawn() -> dict[str, tuple[str | None, int]]:
    """Read the drawing: the base of each class, and its own status or that of its base."""
    drawing = (inspect.getdoc(errors) or "").rpartition("\n\n")[2]
    path: list[str] = []
    classes: dict[str, tuple[str | None, int]] = {}
    for line in drawing.splitlines():
        match = _LINE.match(line)
        assert match is not None, line
        del path[len(match["branch"]) // 4 :]
        base = path[-1] if path else None
        status = match["status"] or (classes[base][1] if base else 0)
        classes[match["name"]] = base, int(status)
        path.append(match["name"])
    return classes


def test_the_drawing_shows_every_error_below_its_base() -> None:
    bases = {name: base for name, (base, _) in drawn().items()}
    assert bases == {
        name: None if value is ApecgraphError else value.__bases__[0].__name__
        for name, value in CLASSES.items()
    }


@pytest.mark.parametrize(("name", "status"), [(k, v) for k, (_, v) in drawn().items()])
def test_an_error_has_the_status_in_the_drawing(name: str, status: int) -> None:
    error = CLASSES[name].__new__(CLASSES[name])
    assert status_of(error) == status
