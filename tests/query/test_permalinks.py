"""A permalink contains a query, and nothing else is taken for one."""

from __future__ import annotations

import re
import zlib
from base64 import urlsafe_b64encode

import pytest

from apecgraph.content.folder import default_content
from apecgraph.errors import Forbidden, MalformedRequest, NotAcceptable, RequestError
from apecgraph.query.model import Query
from apecgraph.query.permalinks import Permalink
from apecgraph.rdf.formats import RESULTS_CSV, RESULTS_JSON, TRIG

RELEASE = "0123456789abcdef"
QUESTIONS = sorted((default_content() / "ontology" / "questions").glob("*.rq"))


def packed(data: bytes) -> str:
    return urlsafe_b64encode(zlib.compress(data)).decode().rstrip("=")


@pytest.mark.parametrize(
    "query",
    [
        Query("ASK {}", RESULTS_JSON),
        Query("SELECT ?汉 { <a%20b> ?p '+ &=;%' }\n\t# é \U0001f600\r\n", RESULTS_CSV),
        Query("SELECT * {}", RESULTS_JSON, ("", "urn:a"), ("urn:b", "urn:c"), cites=True),
        Query("CONSTRUCT WHERE { ?s ?p ?o }", TRIG, named_graphs=("urn:x?a=b&c",), cites=True),
        *(Query(path.read_text(encoding="utf-8"), RESULTS_CSV) for path in QUESTIONS),
    ],
)
def test_a_link_contains_all_of_a_query(query: Query) -> None:
    link = Permalink(RELEASE, query)
    assert re.fullmatch("[A-Za-z0-9_-]{20,2000}", link.text)
    assert Permalink.read(link.text) == link


def test_the_graphs_that_a_query_names_are_those_of_its_link() -> None:
    text = "SELECT * FROM <urn:a> FROM NAMED <urn:b> {}"
    link = Permalink(RELEASE, Query(text, RESULTS_CSV, ("urn:a",), ("urn:b",)))
    assert Permalink.read(link.text) == link


def test_a_query_has_one_number_in_all_releases_and_formats() -> None:
    numbers = {
        Permalink(release, Query(text, format_)).number
        for release in (RELEASE, RELEASE[::-1])
        for format_ in (RESULTS_CSV, RESULTS_JSON)
        for text in ("ASK {}", "ASK { }")
    }
    assert len(numbers) == 2


def test_a_query_that_is_too_long_for_an_address_is_refused() -> None:
    for text in ("".join(map(chr, range(0x4E00, 0x6E00))), "a" * 17_000):
        with pytest.raises(RequestError, match="too long for a permalink"):
            _ = Permalink(RELEASE, Query(f"ASK {{}} #{text}", RESULTS_CSV)).text


WHOLE = Permalink(RELEASE, Query("ASK { ?s ?p ?o }", RESULTS_JSON)).text
DAMAGED = {
    "nothing": "",
    "a letter": "A",
    "cut": WHOLE[:-4],
    "one letter less": WHOLE[:-1],
    "the beginning is missing": WHOLE[4:],
    "a changed letter": WHOLE[:30] + chr(ord(WHOLE[30]) ^ 1) + WHOLE[31:],
    "more letters": WHOLE + "AAAA",
    "twice": 2 * WHOLE,
    "another alphabet": WHOLE[:20] + "+/" + WHOLE[22:],
    "padding": WHOLE + "=",
    "spaces": f" {WHOLE}",
    "a line break": f"{WHOLE}\n",
    "digits of other scripts": "\u0661" * 20,
    "a path": "../../etc/passwd",
    "too long": "A" * 100_000,
    "base64 of other data": urlsafe_b64encode(b"GET / HTTP/1.1").decode().rstrip("="),
    "an empty request": packed(b""),
    "noise": packed(bytes(range(256))),
    "no release": packed(b"format=csv&query=ASK {}"),
    "no query": packed(b"release=0123456789abcdef&format=csv"),
    "two queries": packed(b"release=0123456789abcdef&query=ASK {}&query=ASK {}"),
    "a page": packed(b"release=0123456789abcdef&format=html&query=ASK {}"),
    "a wrong escape": packed(b"release=0123456789abcdef&query=%zz"),
    "many parameters": packed(b"release=0123456789abcdef&query=ASK {}" + b"&a=b" * 2000),
    "a bomb": packed(3_000_000 * b"a"),
    "a bomb that is a query": packed(b"release=0123456789abcdef&query=ASK {}#" + 3_000_000 * b"a"),
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_link_is_refused(text: str) -> None:
    with pytest.raises(MalformedRequest):
        Permalink.read(text)


def test_a_link_sends_no_update_and_calls_nobody() -> None:
    for query in (b"DROP ALL", b"ASK { SERVICE <http://127.0.0.1/> {} }"):
        with pytest.raises(Forbidden):
            Permalink.read(packed(b"release=0123456789abcdef&query=" + query))
    with pytest.raises(Forbidden):
        Permalink.read(packed(b"release=0123456789abcdef&query=ASK {}&update=DROP ALL"))
    with pytest.raises(NotAcceptable):
        Permalink.read(packed(b"release=0123456789abcdef&format=turtle&query=ASK {}"))
