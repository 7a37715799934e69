"""Words that are nothing but the entered number are not read: reading them would find nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pyoxigraph as ox
import pytest

from apecgraph.consistency.printed_edit_rule import entered, is_printed_in_digits, misread
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure
from apecgraph.content.folder import Content, default_content
from apecgraph.rdf.namespaces import ID
from apecgraph.text.printed_words import PrintedWords


@pytest.fixture(scope="module")
def all_evidence() -> Evidence:
    return Evidence.gather(Content.read(default_content()))


def test_reading_the_words_would_find_no_difference(all_evidence: Evidence) -> None:
    words = PrintedWords(all_evidence.graph)
    found = [
        figure
        for figure in all_evidence.figures
        if is_printed_in_digits(figure, all_evidence.graph)
    ]
    assert len(found) > len(all_evidence.figures) / 2
    for figure in found:
        assert figure.printed is not None
        printed = words.read(figure.printed.value, figure.printed.language)
        assert list(misread(printed, entered(all_evidence, figure))) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda figure: replace(figure, observed=figure.observed + 1),
        lambda figure: replace(figure, observed=-figure.observed),
        lambda figure: replace(figure, bound=f"{ID}bound/at-least"),
        lambda figure: replace(figure, printed=None),
        lambda figure: replace(figure, printed=ox.Literal(f"{figure.observed:,} %", language="en")),
        lambda figure: replace(figure, printed=ox.Literal(f"{figure.observed:,}", language="de")),
        lambda figure: replace(figure, observed=Decimal(2024), printed=ox.Literal("2024")),
        lambda figure: replace(figure, observed=Decimal("0.5"), printed=ox.Literal("0.5")),
        lambda figure: replace(
            figure, observed=Decimal("9" * 21), printed=ox.Literal("9" * 21, language="en")
        ),
    ],
)
def test_other_words_are_read(all_evidence: Evidence, change: Callable[[Figure], Figure]) -> None:
    name = f"{ID}figure/gacc-2025-11/apec-economies-exports-trade-value-2024-01_2024-11"
    (figure,) = (each for each in all_evidence.figures if each.iri == name)
    assert is_printed_in_digits(figure, all_evidence.graph)
    assert not is_printed_in_digits(change(figure), all_evidence.graph)
