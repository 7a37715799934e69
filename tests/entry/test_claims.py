"""New sources, figures and statements are entered from a few arguments, and refused if unclear."""

from __future__ import annotations

import csv
import io
import re

import pytest

from apecgraph.check.validation import check_content
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import Content
from apecgraph.entry.claims import Entries
from apecgraph.errors import EntryRefused
from apecgraph.rdf.turtle import format_file
from apecgraph.tabular.csv_table import write_csv
from apecgraph.tabular.figures import Figures
from tests.support.contents import ContentCopy

FIGURE = {
    "statedIn": "seetao",
    "measure": "trade-value",
    "period": "2024",
    "reporter": "China",
    "counterpart": "apec-other-economies",
    "printed": "26.29 trillion yuan",
}


def entered(press: Content, **changes: str) -> str:
    """Enter a figure; return the text of the file."""
    entries = Entries(press)
    entries.enter("figure", {**FIGURE, **changes})
    (text,) = entries.claims().files.values()
    return text


def refused(press: Content, **changes: str) -> str:
    """Return why a figure is refused."""
    with pytest.raises(EntryRefused) as error:
        entered(press, **changes)
    return str(error.value)


def block(text: str, name: str) -> str:
    return text[text.index(f"<{name}>\n") :].partition("\n\n")[0]


def test_the_number_is_read_from_the_printed_words(press: Content) -> None:
    figure = block(entered(press), "figure/seetao/trade-value-2024")
    for line in (
        "sdmx-measure:obsValue 26.29 ",
        "sdmx-attribute:unitMult 12 ",
        "sdmx-attribute:decimals 2 ",
        "apec:bound <bound/rounded> ",
        '"26.29 trillion yuan"@en ',
    ):
        assert line in figure


@pytest.mark.parametrize(
    ("printed", "language", "lines"),
    [
        ("more than 1.5 billion dollars", "en", ("bound/more-than", "unit/USD", "1.5 ", "Mult 9")),
        ("约1435亿美元", "zh", ("bound/about", "unit/USD", "143.5 ", "Mult 9")),
        ("26,290 billion yuan", "en", ("unit/CNY", "26.29 ", "decimals 2", "Mult 12")),
    ],
)
def test_scale_bound_and_currency_are_read(
    press: Content, printed: str, language: str, lines: tuple[str, ...]
) -> None:
    text = entered(press, printed=printed, language=language)
    figure = block(text, "figure/seetao/trade-value-2024")
    assert [line for line in lines if line not in figure] == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"printed": "260 billion dollars (1.8 trillion yuan)", "unitMeasure": "USD"}, "260"),
        ({"printed": "5 billion yuan, more than in 2024"}, "5"),
        ({"printed": "5 trillion yuan, up 4 percent", "unitMeasure": "CNY"}, "5"),
    ],
)
def test_of_several_numbers_the_one_with_the_unit_is_read(
    press: Content, changes: dict[str, str], line: str
) -> None:
    figure = block(entered(press, **changes), "figure/seetao/trade-value-2024")
    assert re.search(rf"obsValue \"?{line}\W", figure)
    assert "bound/rounded" in figure


@pytest.mark.parametrize(
    ("printed", "language", "value"),
    [
        ("down 2.5 percent", "en", "-2.5"),
        ("下滑8.2%", "zh", "-8.2"),
        ("slipped 2.9%", "en", "-2.9"),
    ],
)
def test_a_fall_is_negative(press: Content, printed: str, language: str, value: str) -> None:
    changes = {"measure": "trade-growth", "basePeriod": "2023", "language": language}
    text = entered(press, printed=printed, **changes)
    assert f"sdmx-measure:obsValue {value} " in block(text, "figure/seetao/trade-growth-2024")


def test_an_entry_that_contradicts_its_words_is_refused(press: Content) -> None:
    assert "says 26.29 trillion" in refused(press, obsValue="2.629", unitMult="12")
    assert "has no word for bound/nearly" in refused(press, bound="nearly")
    assert "has the unit unit/CNY" in refused(press, unitMeasure="USD")


def test_what_the_words_leave_open_is_not_guessed(press: Content) -> None:
    assert "the unit is not in the printed words" in refused(press, printed="26.29 trillion")
    assert "give --unit-mult" in refused(press, printed="26.29", unitMeasure="CNY")
    assert "lacks 'trilion', which may be a scale" in refused(press, printed="26.29 trilion yuan")
    assert "2 numbers, 26 trillion, 30 trillion" in refused(press, printed="26 to 30 trillion yuan")
    assert "2 units, unit/CNY, unit/USD" in refused(
        press, printed="260 billion dollars (1.8 trillion yuan)"
    )
    assert "have unit/percentage-point, but figures of the measure unit/percent" in refused(
        press, measure="trade-growth", basePeriod="2023", printed="提高1.2个百分点", language="zh"
    )
    assert "a bound or a direction" in refused(press, printed="hopefully 26.29 trillion yuan")
    assert "give --obs-value" in refused(press, printed="", unitMeasure="CNY")
    assert "not a language tag" in refused(press, language="English")
    assert "basePeriod is missing" in refused(press, measure="trade-growth", printed="up 2 percent")


def test_the_scale_of_a_table_is_given_separately(press: Content) -> None:
    text = entered(press, printed="26.29", unitMeasure="CNY", unitMult="12")
    assert "sdmx-attribute:unitMult 12 " in block(text, "figure/seetao/trade-value-2024")


def test_a_literal_with_a_datatype_is_written_in_turtle(press: Content) -> None:
    entries = Entries(press)
    row = {"statedIn": "seetao", "subject": "economy/CHN", "predicate": "skos:notation"}
    entries.enter("statement", {**row, "object": '"CN"^^apec:iso3166Alpha2'})
    (text,) = entries.claims().files.values()
    assert 'rdf:object "CN"^^apec:iso3166Alpha2 ' in text
    with pytest.raises(EntryRefused, match="is not a literal in Turtle"):
        entries.enter("statement", {**row, "object": '"CN"^^'})


def test_the_answer_to_an_unknown_code_suggests_similar_codes(press: Content) -> None:
    assert "did you mean economy/CHN" in refused(press, reporter="Chinna")
    assert "did you mean period/2025" in refused(press, period="20255")
    assert "did you mean group/asean-members" in refused(press, counterpart="asean")
    assert "The codes are bound/about, bound/at-least" in refused(press, bound="arround")
    assert "there is no column 'partner'" in refused(press, partner="China")


def test_a_forecast_is_entered_as_an_expectation(press: Content) -> None:
    text = entered(press, period="2026", printed="expected 30 trillion yuan")
    figure = block(text, "figure/seetao/trade-value-2026")
    assert "sdmx-attribute:obsStatus sdmx-code:obsStatus-F" in figure
    assert "qb:dataSet <dataset/expectations/trade>" in figure
    assert "'guess' is not a status; the statuses are outcome, " in refused(
        press, obsStatus="guess"
    )


def test_the_entry_names_the_inferred_properties(press: Content) -> None:
    figure = block(entered(press, inferred="period counterpart"), "figure/seetao/trade-value-2024")
    assert re.search(r"apec:inferred apec:counterpart,\s+apec:period ;", figure)
    assert "inferred: 'time' must be one of reporter, " in refused(press, inferred="time")


def test_a_range_is_entered_with_both_ends(press: Content) -> None:
    number = {"obsValue": "25", "unitMult": "12", "decimals": "0", "rangeEnd": "26"}
    text = entered(press, printed="between 25 and 26 trillion yuan", **number)
    assert "apec:bound <bound/range>" in text
    assert 'apec:rangeEnd "26"^^xsd:decimal' in text
    assert "is not a number" in refused(press, rangeEnd="twenty")


def test_a_dimension_that_the_data_set_lacks_is_refused(press: Content) -> None:
    assert "have no basePeriod: leave it out" in refused(press, basePeriod="2023")


def test_a_published_row_is_entered_as_it_was(press: Content) -> None:
    evidence = Evidence.gather(press)
    iri = "https://w3id.org/apecgraph/id/figure/seetao/trade-value-2021-2025"
    table = write_csv(Figures(evidence.graph).selected([iri])).decode()
    (row,) = csv.DictReader(io.StringIO(table))
    path = "data/sources/seetao.ttl"
    was = (press.root / path).read_text(encoding="utf-8")
    figure = block(was, "figure/seetao/trade-value-2021-2025")
    without = Content(
        press.root,
        tuple(
            type(file)(
                file.path,
                file.graph,
                tuple(triple for triple in file.triples if triple.subject.value != iri),  # type: ignore[union-attr]
            )
            for file in press.files
        ),
    )
    entries = Entries(without)
    entries.enter("figure", row)
    (text,) = entries.claims().files.values()
    assert block(text, "figure/seetao/trade-value-2021-2025") == figure


def test_all_rows_are_entered_or_none(press: Content) -> None:
    entries = Entries(press)
    with pytest.raises(ExceptionGroup) as error:
        entries.enter_all(
            "figure", [FIGURE, {**FIGURE, "measure": "trade-valu"}, {"period": "2024"}]
        )
    assert [str(each)[:7] for each in error.value.exceptions] == ["row 2: ", "row 3: "]


def test_a_source_with_its_claims_passes_the_check(excerpt: ContentCopy) -> None:
    notes: list[str] = []
    for kind, row in (
        (
            "source",
            {
                "name": "example-2026",
                "title": "Customs experts meet",
                "url": "https://example.org/customs",
                "publisher": "China Daily",
                "language": "en",
                "issued": "2026-02-05",
            },
        ),
        ("figure", {**FIGURE, "statedIn": "example-2026", "period": "2025"}),
        (
            "statement",
            {
                "statedIn": "example-2026",
                "subject": "meeting/sccp1-2026",
                "predicate": "schema:location",
                "object": "place/guangzhou",
                "printed": "in Guangzhou",
            },
        ),
    ):
        entries = Entries(Content.read(excerpt.root))
        entries.enter_all(kind, [row])
        entries.check()
        notes += entries.claims().notes
        for path, text in entries.claims().files.items():
            path.write_text(text, encoding="utf-8")
    assert not any("contradiction" in note for note in notes)
    path = excerpt.path("data/sources/example-2026.ttl")
    assert format_file(path) == path.read_text(encoding="utf-8")
    report, _ = check_content(excerpt.root)
    assert report.text() == f"the content passes the check ({report.quads} triples)\n"


def test_a_source_is_not_overwritten(press: Content) -> None:
    row = {"title": "T", "url": "https://example.org/", "publisher": "SEETAO", "language": "en"}
    with pytest.raises(EntryRefused, match=r"seetao\.ttl already exists"):
        Entries(press).enter("source", {"name": "seetao", **row})
    with pytest.raises(EntryRefused, match="lower-case letters"):
        Entries(press).enter("source", {"name": "../seetao", **row})
    with pytest.raises(EntryRefused, match="did you mean publisher/"):
        Entries(press).enter("source", {"name": "seetao-9", **row, "publisher": "SEETAU"})
