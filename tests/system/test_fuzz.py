"""The fuzzer of tests/load/fuzzing.py, for a few seconds and always with the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

import pyoxigraph
import pytest

from tests.load import fuzzing
from tests.support.servers import Server

SEED = 2026
SECONDS = 8


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with fuzzing.fuzzed() as server:
        yield server


def test_no_generated_request_takes_the_endpoint_down(server: Server) -> None:
    done = 0
    with server.client() as client:
        for case in fuzzing.cases(SEED, SECONDS):
            wrong = fuzzing.failure(client, case)
            assert wrong is None, f"{wrong}\n{case}"
            assert server.process.poll() is None, f"the server is gone\n{case}"
            done += 1
    assert done > 50


def test_a_request_depends_only_on_seed_and_number() -> None:
    cases = [fuzzing.make_case(SEED, number) for number in range(200)]
    assert cases == [fuzzing.make_case(SEED, number) for number in range(200)]
    assert len(set(cases)) == len(cases)
    assert cases[7] != fuzzing.make_case(SEED + 1, 7)


def test_most_generated_queries_are_sparql_of_all_forms() -> None:
    """Otherwise the fuzzer would test nothing but a parser."""
    store = pyoxigraph.Store()
    forms: Counter[str] = Counter()
    for number in range(300):
        text = fuzzing.Grammar(Random(number)).query()
        try:
            store.query(text)
        except RuntimeError:  # it is valid SPARQL whose evaluation fails
            pass
        except (OSError, SyntaxError):
            continue
        forms.update(each for each in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE") if each in text)
    assert min(forms[each] for each in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")) > 20
    assert forms.total() > 200
