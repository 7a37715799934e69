"""Docstrings name the errors that their functions raise; pydoclint checks the other sections."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from apecgraph import errors

SOURCE = Path(__file__).parents[2] / "src" / "apecgraph"
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_SECTION = re.compile(r"^(?:Args|Returns|Yields|Raises):$", re.MULTILINE)
_RAISES = re.compile(r"^Raises:\n(.*?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """Yield all nodes of all modules, each with the name of its file."""
    for path in sorted(SOURCE.rglob("*.py")):
        if "node_modules" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield path.relative_to(SOURCE).as_posix(), node


def functions() -> Iterator[tuple[str, Function, str]]:
    """Yield each function whose docstring has sections: its place, itself, the docstring."""
    for file, node in nodes():
        if isinstance(node, Function):
            docstring = ast.get_docstring(node) or ""
            if _SECTION.search(docstring):
                yield f"{file}:{node.lineno} {node.name}", node, docstring


def raised(node: ast.AST) -> Iterator[str]:
    """Yield the names of the errors that a function raises itself, unless it may catch them."""
    caught = node.body if isinstance(node, ast.Try) and node.handlers else []
    for child in ast.iter_child_nodes(node):
        if child in caught:
            continue
        if isinstance(child, ast.Raise) and child.exc is not None:
            error = child.exc.func if isinstance(child.exc, ast.Call) else child.exc
            if isinstance(error, ast.Name) and isinstance(error_class(error.id), type):
                yield error.id
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield from raised(child)


def documented(docstring: str) -> set[str]:
    section = _RAISES.search(docstring)
    return set(re.findall(r"^ {4}(\w+):", section[1], re.MULTILINE)) if section else set()


def error_class(name: str) -> object:
    return getattr(errors, name, None) or getattr(builtins, name, None)


def is_documented(name: str, names: set[str]) -> bool:
    raised_class = error_class(name)
    assert isinstance(raised_class, type)
    bases = (error_class(base) for base in names)
    return any(isinstance(base, type) and issubclass(raised_class, base) for base in bases)


def test_a_docstring_with_sections_names_the_errors_that_its_function_raises() -> None:
    missing = [
        f"{place}: {name}"
        for place, function, docstring in functions()
        for name in set(raised(function)) - {"AssertionError"}
        if not is_documented(name, documented(docstring))
    ]
    assert missing == []


def test_a_docstring_names_errors_that_exist() -> None:
    defined = {node.name for _, node in nodes() if isinstance(node, ast.ClassDef)}
    unknown = [
        f"{place}: {name}"
        for place, _, docstring in functions()
        for name in documented(docstring) - defined
        if not isinstance(error_class(name), type)
    ]
    assert unknown == []
