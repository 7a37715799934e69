"""Content negotiation according to RFC 9110, section 12.5.1."""

import time
from contextlib import suppress

import pytest

from apecgraph.errors import NotAcceptable
from apecgraph.query.negotiation import Choice, find_named, named_formats, negotiate, prefers
from apecgraph.rdf.formats import (
    DOCUMENT_FORMATS,
    GRAPH_FORMATS,
    HTML,
    JSON,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULTS_CSV,
    RESULTS_FORMATS,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    TRIG,
    TURTLE,
    Format,
)

BROWSER = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, RESULTS_JSON),
        ("", RESULTS_JSON),
        ("*/*", RESULTS_JSON),
        ("text/csv", RESULTS_CSV),
        ("TEXT/CSV", RESULTS_CSV),
        ("application/sparql-results+xml", RESULTS_XML),
        ("text/*", RESULTS_CSV),
        ("text/*;q=0.5, application/*", RESULTS_JSON),
        ("text/tab-separated-values, text/csv;q=0.9", RESULTS_TSV),
        ("text/csv;q=0.9,text/tab-separated-values", RESULTS_TSV),
        ("text/csv ; q=0.3 , application/sparql-results+xml ; q=0.4", RESULTS_XML),
        ("text/csv;q=0.3, */*;q=0.2", RESULTS_CSV),
        ("*/*;q=0.2, application/sparql-results+json;q=0", RESULTS_XML),
        ("application/*;q=0, */*", RESULTS_CSV),
        ("text/csv;q=0.000, text/*", RESULTS_TSV),
        ("text/csv;charset=utf-8", RESULTS_CSV),
        ('text/csv;charset="UTF-8"', RESULTS_CSV),
        ("application/sparql-results+xml; charset=utf-8", RESULTS_XML),
        ("text/csv;charset=latin1, text/tab-separated-values;q=0.1", RESULTS_CSV),
        ("application/sparql-results+json;profile=x, text/csv;q=0.1", RESULTS_JSON),
        ("text/csv;header=absent", RESULTS_CSV),
        ("text/csv;header=absent;q=0, text/csv;q=0.1", RESULTS_CSV),
        ("*/*;version=2", RESULTS_JSON),
        ("text/csv, */*", RESULTS_CSV),
        ("application/xml, */*", RESULTS_XML),
        ("application/json, text/plain, */*", RESULTS_JSON),
        ('x/y;a=",text/csv,\\"";q=1, text/tab-separated-values', RESULTS_TSV),
        ("nonsense, text/csv", RESULTS_CSV),
        ("text/csv;q=2, text/tab-separated-values;q=0.1", RESULTS_TSV),
        ("text/csv;q=.2, text/tab-separated-values;q=.3", RESULTS_TSV),
        ("text/csv;q=0.33333, text/tab-separated-values;q=0.33334", RESULTS_TSV),
        ("text/csv;q=., text/tab-separated-values;q=0.1", RESULTS_TSV),
        ("image/png, *; q=.2", RESULTS_JSON),
        ("*/csv, text/tab-separated-values;q=0.1", RESULTS_TSV),
        (", ,text/csv,", RESULTS_CSV),
        (BROWSER, RESULTS_XML),
    ],
)
def test_the_format_of_results_is_negotiated(accept: str | None, chosen: Format) -> None:
    assert negotiate(accept, RESULTS_FORMATS).format is chosen


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (BROWSER, HTML),
        ("*/*", TURTLE),
        ("application/ld+json", JSON_LD),
        ("application/rdf+xml, text/html;q=0.5", RDF_XML),
        ("text/turtle;q=0.5, application/*;q=0.5", TURTLE),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', JSON_LD),
        ('application/ld+json;profile="http://example.org/mine", */*', JSON_LD),
        ("application/ld+json;profile=x, application/ld+json;q=0.1, text/html;q=0.5", HTML),
        ("application/json, text/plain, */*", JSON_LD),
        ("text/html, */*", HTML),
    ],
)
def test_the_format_of_documents_is_negotiated(accept: str, chosen: Format) -> None:
    assert negotiate(accept, DOCUMENT_FORMATS).format is chosen


@pytest.mark.parametrize(
    ("accept", "offers", "chosen"),
    [
        ("application/json", GRAPH_FORMATS, JSON_LD),
        ("application/xml", GRAPH_FORMATS, RDF_XML),
        ("text/xml", GRAPH_FORMATS, RDF_XML),
        ("text/plain", GRAPH_FORMATS, N_TRIPLES),
        ("text/n3", GRAPH_FORMATS, TURTLE),
        ("text/rdf+n3", GRAPH_FORMATS, TURTLE),
        ("application/x-turtle", GRAPH_FORMATS, TURTLE),
        ("application/x-trig", GRAPH_FORMATS, TRIG),
        ("text/x-nquads", GRAPH_FORMATS, N_QUADS),
        ("application/json", RESULTS_FORMATS, RESULTS_JSON),
        ("application/xml", RESULTS_FORMATS, RESULTS_XML),
        ("text/xml", RESULTS_FORMATS, RESULTS_XML),
        ("text/plain", RESULTS_FORMATS, RESULTS_CSV),
        ("application/json", (*GRAPH_FORMATS, JSON), JSON),
        ("application/xml;q=0.5, application/*;q=0.1", DOCUMENT_FORMATS, RDF_XML),
    ],
)
def test_an_alias_of_a_media_type_is_known_and_comes_after_all_own_types(
    accept: str, offers: tuple[Format, ...], chosen: Format
) -> None:
    choice = negotiate(accept, offers)
    assert choice == Choice(chosen, accept.partition(";")[0])
    assert choice.sent == chosen
    assert choice.sent.content_type.startswith(choice.media_type)


@pytest.mark.parametrize(
    ("names", "offers", "choice"),
    [
        (["application/json"], GRAPH_FORMATS, Choice(JSON_LD, "application/json")),
        (["json"], GRAPH_FORMATS, Choice(JSON_LD, JSON_LD.media_type)),
        (["json"], RESULTS_FORMATS, Choice(RESULTS_JSON, RESULTS_JSON.media_type)),
        (["pdf", "n3", "csv"], (*RESULTS_FORMATS, *GRAPH_FORMATS), Choice(TURTLE, "text/turtle")),
    ],
)
def test_a_format_is_found_by_any_of_its_names(
    names: list[str], offers: tuple[Format, ...], choice: Choice
) -> None:
    assert find_named(names, offers) == choice


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ([], []),
        ([("query", "csv")], []),
        ([("format", "JSON")], ["json"]),
        ([("format", "csv"), ("format", "pdf, n3")], ["pdf", "n3", "csv"]),
        ([("format", "application/ld json; profile=x")], ["application/ld+json"]),
        ([("format", "RDF/XML")], ["rdf/xml"]),
        ([("format", "auto"), ("format", "")], []),
        ([("format", ""), ("output", "csv")], ["csv"]),
        ([("format", "xml"), ("output", "csv")], ["xml"]),
    ],
)
def test_the_names_of_formats_are_read_from_the_parameters(
    parameters: list[tuple[str, str]], names: list[str]
) -> None:
    assert named_formats(parameters) == names


@pytest.mark.parametrize("accept", ["image/png", "text/csv", "*/*;q=0", "text/turtle;q=0"])
def test_an_unavailable_format_is_not_acceptable(accept: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        negotiate(accept, GRAPH_FORMATS)
    assert caught.value.available == tuple(each.media_type for each in GRAPH_FORMATS)
    assert accept in str(caught.value)


@pytest.mark.parametrize(
    "unit", [",", '"', 'a/b;a="x",', ';a="\\"', "*/*,", '"\\', 'a/b;a="\\a', ";a=b", " ", "a/"]
)
def test_any_header_of_64_kilobytes_is_parsed_quickly(unit: str) -> None:
    began = time.process_time()
    with suppress(NotAcceptable):
        negotiate("a/b" + unit * (65536 // len(unit)), RESULTS_FORMATS)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("TEXT/HTML; charset=utf-8", True),
        ("text/html, application/xhtml+xml, */*", True),
        ("text/html, application/xml;q=0.9", True),
        ("text/html, */*", False),
        ("text/html, text/*;q=0.1", False),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", False),
        (None, False),
        ("", False),
        ("*/*", False),
        ("text/*", False),
        ("application/sparql-results+json", False),
        ("text/html, application/sparql-results+json;q=0.1", False),
        ("text/html;q=0.9, */*", False),
        ("text/html;q=0", False),
        ("text/html;q=nonsense", False),
        ("text/html" + ", text/html" * 100_000, True),
    ],
)
def test_html_is_preferred_by_browsers_and_by_clients_that_read_nothing_else(
    accept: str | None, wanted: bool
) -> None:
    assert prefers(accept, HTML, (*RESULTS_FORMATS, *GRAPH_FORMATS)) is wanted
