from __future__ import annotations

import json
import re

import pyoxigraph as ox
import pytest

from apecgraph.printable import listed, one_line, printable, shortened

HOSTILE = (
    *"\x00\x07\b\v\f\r\x1b\x7f\x80\x85\x9b\x9f",
    *"\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)


@pytest.mark.parametrize("character", HOSTILE, ids=ascii)
def test_what_controls_a_terminal_is_escaped_as_in_json_and_turtle(character: str) -> None:
    text = printable(f"a{character}b")
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(f'"{text}"') == f"a{character}b"
    (quad,) = ox.parse(f'<a:a> <a:b> "{text}" .', ox.RdfFormat.TURTLE)
    assert quad.object == ox.Literal(f"a{character}b")


def test_text_in_any_language_stays() -> None:
    text = "Общий объём\t5 万亿元\nقيمة التجارة — Şırnak 👩‍👩‍👧\n"
    assert printable(text) == text
    assert one_line(text) == text.replace("\t", r"\u0009").replace("\n", r"\u000a")


def test_a_lone_surrogate_can_be_printed() -> None:
    assert printable("\udcff").encode() == rb"\udcff"


def test_a_text_is_cut_in_its_middle_with_a_count() -> None:
    assert shortened("a" * 200) == "a" * 200
    cut = shortened("a" * 999 + "b")
    assert re.fullmatch(r"a{150}… \(800 more characters\) …a{49}b", cut)


def test_a_list_is_cut_with_a_count() -> None:
    assert listed(["a", "b"], 2) == "a, b"
    assert listed([str(number) for number in range(5000)], 3) == "0, 1, 2 and 4,997 more"
    assert len(listed(["a" * 1_000_000] * 3)) < 1000
