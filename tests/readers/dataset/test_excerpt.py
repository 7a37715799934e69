"""How the facts of a document are divided among properties."""

from __future__ import annotations

import pytest

from apecgraph.readers.dataset.excerpt import shares
from apecgraph.readers.dataset.reading import can_name


@pytest.mark.parametrize(
    ("counts", "shared"),
    [
        ({"a": 3, "b": 2}, {"a": 3, "b": 2}),
        ({"a": 1000, "b": 2, "c": 3}, {"a": 5, "b": 2, "c": 3}),
        ({"a": 1000, "b": 1000}, {"a": 5, "b": 5}),
        ({str(number): 9 for number in range(20)}, {str(number): 1 for number in range(20)}),
        ({}, {}),
    ],
)
def test_properties_with_few_values_have_all_of_them(
    counts: dict[str, int], shared: dict[str, int]
) -> None:
    assert shares(counts, 10) == shared


def test_a_query_names_only_absolute_iris_that_cannot_end_it() -> None:
    assert can_name("http://example.org/é?x=(y)#z")
    assert can_name("urn:x")
    for iri in ("x", "/x", "a:b> ?p ?o", "a:b\n", 'a:"', "a:{", "", f"a:{'x' * 2000}"):
        assert not can_name(iri)
