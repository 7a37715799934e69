"""The table of formats: every name leads to one row."""

from itertools import chain

import pytest

from apecgraph.rdf.formats import (
    ANSWER_FORMATS,
    GRAPH_FORMATS,
    JSON_LD,
    N_QUADS,
    RDF_XML,
    RESULTS_FORMATS,
    RESULTS_JSON,
    TURTLE,
    Format,
    find_format,
)


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("turtle", TURTLE),
        ("ttl", TURTLE),
        ("TTL", TURTLE),
        ("text/turtle", TURTLE),
        ("n3", TURTLE),
        ("json", JSON_LD),
        ("application/json", JSON_LD),
        ("owl", RDF_XML),
        ("nq", N_QUADS),
    ],
)
def test_a_graph_format_is_found_by_any_of_its_names(name: str, format_: Format) -> None:
    assert find_format(name, GRAPH_FORMATS) is format_


def test_a_formats_own_name_takes_precedence_over_an_alias() -> None:
    assert find_format("json", (JSON_LD, RESULTS_JSON)) is RESULTS_JSON


@pytest.mark.parametrize("name", ["", "pdf", "text/*", "text/turtle; charset=utf-8"])
def test_any_other_name_is_unknown(name: str) -> None:
    assert find_format(name, ANSWER_FORMATS) is None


@pytest.mark.parametrize("formats", [GRAPH_FORMATS, RESULTS_FORMATS])
def test_no_two_formats_share_a_name(formats: tuple[Format, ...]) -> None:
    names = list(
        chain.from_iterable(
            {item.name, item.extension, item.media_type, *item.aliases} for item in formats
        )
    )
    assert sorted(names) == sorted(set(names))
    assert [name.lower() for name in names] == names
