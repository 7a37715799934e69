"""Literals: for each datatype, texts that have its form, and texts that do not."""

from __future__ import annotations

import pytest

from apecgraph.check.literals import is_well_formed
from apecgraph.rdf.terms import typed

FORMS = {
    "date": (("2026-02-05", "2024-02-29"), ("2026-02-30", "2026-2-5", "2026-W06-4", "soon", "")),
    "gYearMonth": (("2026-02",), ("2026-13", "2026-02-05", "2026")),
    "gYear": (("2026", "0988"), ("26", "20x6", "2026-02")),
    "dateTime": (("2026-02-05T09:00:00Z",), ("2026-02-05", "2026-02-05T25:00:00")),
    "decimal": (("26.29", "-3", ".5", "1234567890123456789012.5"), ("1e5", "26,29", "NaN", "")),
    "integer": (("12", "-1", "123456789012345678901234567890"), ("2.5", "1_000", "٣", " 5 ")),
    "boolean": (("true", "0"), ("yes", "True")),
    "anyURI": (("https://example.org/a", "pkg:pypi/a"), ("a b", "https://exa mple.org/", "")),
    "nonNegativeInteger": (("5",), ("-5", "x")),
    "string": (("", "anything"), ()),
    "unheardOf": (("anything",), ()),
}


@pytest.mark.parametrize("datatype", FORMS)
def test_a_text_has_the_form_of_its_datatype_or_not(datatype: str) -> None:
    good, bad = FORMS[datatype]
    assert [text for text in good if not is_well_formed(typed(text, datatype))] == []
    assert [text for text in bad if is_well_formed(typed(text, datatype))] == []
