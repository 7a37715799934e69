"""Objects of the engine are dropped by the thread that made them, even after errors."""

from __future__ import annotations

import ast
import asyncio
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

import apecgraph
from apecgraph.errors import NotAcceptable, QueryTooHeavy
from apecgraph.isolation.threads import drop_locals_on_error
from apecgraph.query.engine import evaluate
from apecgraph.query.model import Query
from apecgraph.rdf.formats import N_TRIPLES, RDF_XML, RESULTS_CSV, RESULTS_JSON, TURTLE, Format
from apecgraph.readers.description import Description
from apecgraph.web.http.executor import EngineThreadPool
from apecgraph.web.publication import Publication
from tests.support.servers import server_thread

ROWS = " ".join(map(str, range(20_000)))
SELECT = f"SELECT ?x {{ VALUES ?x {{ {ROWS} }} }}"
CONSTRUCT = f"CONSTRUCT {{ <http://a/> <http://b/c> ?x }} WHERE {{ VALUES ?x {{ {ROWS} }} }}"
NO_ELEMENT = CONSTRUCT.replace("/c>", "/>")


@contextmanager
def dropped_elsewhere() -> Iterator[list[str]]:
    """Yield the list of errors about objects that a thread other than their own dropped."""
    complaints: list[str] = []
    before = sys.unraisablehook
    sys.unraisablehook = lambda unraisable: complaints.append(str(unraisable.exc_value))
    try:
        yield complaints
    finally:
        sys.unraisablehook = before


def drop_in_another_thread(errors: list[BaseException]) -> None:
    thread = threading.Thread(target=errors.clear)
    thread.start()
    thread.join()
    gc.collect()


def error_of(function: Callable[[], object]) -> list[BaseException]:
    try:
        function()
    except BaseException as error:
        return [error]
    raise AssertionError("it has not failed")


def break_off(_: bytes) -> None:
    raise BrokenPipeError


def take(_: bytes) -> None:
    pass


@pytest.mark.parametrize(
    ("text", "format_", "write", "rows", "kind"),
    [
        (SELECT, RESULTS_JSON, take, 10, QueryTooHeavy),
        (SELECT, RESULTS_CSV, break_off, None, BrokenPipeError),
        (SELECT, TURTLE, take, None, NotAcceptable),
        (CONSTRUCT, N_TRIPLES, take, 10, QueryTooHeavy),
        (CONSTRUCT, TURTLE, break_off, None, BrokenPipeError),
        (CONSTRUCT, RESULTS_CSV, take, None, NotAcceptable),
        (NO_ELEMENT, RDF_XML, take, None, NotAcceptable),
    ],
)
def test_the_error_of_a_query_can_be_dropped_by_any_thread(
    text: str,
    format_: Format,
    write: Callable[[bytes], None],
    rows: int | None,
    kind: type[Exception],
) -> None:
    with dropped_elsewhere() as complaints:
        errors = error_of(lambda: evaluate(ox.Store(), Query(text, format_), write, rows))
        assert isinstance(errors[0], kind)
        drop_in_another_thread(errors)
    assert complaints == []


def read_and_fail() -> None:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("a:a"), ox.NamedNode("a:b"), ox.NamedNode("a:c")))
    quads = store.quads_for_pattern(None, None, None)
    raise ValueError(f"read {next(quads)}")


def fail_in_turn() -> None:
    try:
        read_and_fail()
    except ValueError:
        graphs = ox.Store().named_graphs()
        raise LookupError(f"nothing is left of {graphs}") from None


@pytest.mark.parametrize("function", [read_and_fail, fail_in_turn])
def test_an_error_keeps_its_traceback_without_local_variables(
    function: Callable[[], None],
) -> None:
    with dropped_elsewhere() as complaints:
        errors = error_of(function)
        drop_in_another_thread(errors)
    assert complaints, "without the remedy the objects cross, or this test shows nothing"
    with dropped_elsewhere() as complaints:
        errors = error_of(drop_locals_on_error(function))
        traceback = errors[0].__traceback__
        names = []
        while traceback is not None:
            names.append(traceback.tb_frame.f_code.co_name)
            traceback = traceback.tb_next
        drop_in_another_thread(errors)
    assert complaints == []
    assert names[-1] == function.__name__


def test_an_error_that_is_being_handled_keeps_its_local_variables() -> None:
    def fail() -> None:
        kept = "kept"
        raise KeyError(kept)

    with pytest.raises(KeyError) as caught:
        fail()
    try:
        raise caught.value
    except KeyError:
        error_of(drop_locals_on_error(read_and_fail))
    assert caught.value.__traceback__ is not None
    assert caught.traceback[-1].frame.f_locals["kept"] == "kept"


def test_an_error_leaves_a_thread_without_its_local_variables() -> None:
    async def work() -> None:
        asyncio.get_running_loop().set_default_executor(EngineThreadPool())
        with pytest.raises(ValueError, match="read"):
            await asyncio.to_thread(read_and_fail)

    with dropped_elsewhere() as complaints:
        asyncio.run(work())
        gc.collect()
    assert complaints == []


def test_a_page_that_fails_while_reading_leaves_no_engine_object_to_the_event_loop(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Description, "triples", lambda *_: read_and_fail())
    with dropped_elsewhere() as complaints:
        with server_thread(publication) as url:
            assert httpx.get(f"{url}/doc/economy/CHN.ttl").status_code == 500
        gc.collect()
    assert complaints == []


ITERATORS = {"quads", "quads_for_pattern", "named_graphs"}
"""Methods that return an iterator of the engine; only `evaluate` keeps what `query` returns."""


def held_iterators(module: Path) -> Iterator[str]:
    """Yield the places at which a variable, a result or a generator would hold an iterator."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.Return):
            continue
        value = node.value
        if isinstance(value, ast.GeneratorExp):
            value = value.generators[0].iter
        if (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Attribute)
            and value.func.attr in ITERATORS
        ):
            yield f"{module.name}:{node.lineno}"


def test_no_variable_holds_an_iterator_of_the_engine() -> None:
    """It would outlive a failed call, and be collected by any thread, as a part of garbage."""
    modules = Path(apecgraph.__file__).parent.rglob("*.py")
    held = [place for module in modules for place in held_iterators(module)]
    # Only the method that all of them are called by hands one out.
    assert [place.partition(":")[0] for place in held] == ["graph.py"], held


@pytest.mark.parametrize(
    "line",
    ["found = graph.quads(a)", "def f(): return store.quads_for_pattern(a)",
     "found = (quad for quad in graph.quads())", "if (x := store.named_graphs()): pass"],
)  # fmt: skip
def test_an_iterator_in_a_variable_is_detected(line: str, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(line)
    assert list(held_iterators(module)) == ["module.py:1"]
