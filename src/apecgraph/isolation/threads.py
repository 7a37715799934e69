"""Keeps objects of the engine on the thread that made them.

An iterator of pyoxigraph (solutions or triples of a query, quads of a pattern, names of graphs)
must be dropped by the thread that made it. If a call fails, the traceback of its error keeps the
local variables of all frames that the error passed. Another thread would then drop those variables
if that thread drops the error or collects it as garbage.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def drop_locals_on_error(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Wrap a function: its errors do not keep the local variables of the frames that they passed.

    The tracebacks still name files and lines.
    """

    @wraps(function)
    def call(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        outer = sys.exception()
        try:
            return function(*arguments, **named)
        except BaseException as error:
            _drop_locals(error, {id(outer)})
            raise

    return call


def _drop_locals(error: BaseException | None, seen: set[int]) -> None:
    """Clear the frames of an error and of all errors that it refers to, except those seen."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    traceback = error.__traceback__
    while traceback is not None:
        with suppress(RuntimeError):  # the frame is still running: it drops its own variables
            traceback.tb_frame.clear()
        traceback = traceback.tb_next
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        _drop_locals(other, seen)
