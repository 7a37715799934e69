"""Each cause is reported once, with a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from apecgraph.check.report import Report
from tests.support.contents import ContentCopy

SOURCE = "data/sources/chinadailyasia-628497.ttl"
FIGURE = "figure/chinadailyasia-628497/trade-2025"


def checked(content: ContentCopy, old: str, new: str) -> Report:
    """Change one property of a figure; return the report."""
    text = content.path(SOURCE).read_text(encoding="utf-8")
    before, name, after = text.partition(f"<{FIGURE}>\n")
    assert old in after.partition("\n\n")[0]
    content.path(SOURCE).write_text(before + name + after.replace(old, new, 1), encoding="utf-8")
    return content.check()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sdmx-attribute:unitMult 12", "sdmx-attribute:unitMult 21"),
        ("sdmx-attribute:unitMult 12", "sdmx-attribute:unitMult -3"),
        ("sdmx-measure:obsValue 26.29", "sdmx-measure:obsValue 26.29e0"),
        ("apec:bound <bound/rounded> ;", ""),
    ],
)
def test_a_number_that_cannot_be_read_is_not_a_missing_dimension(
    excerpt: ContentCopy, old: str, new: str
) -> None:
    text = checked(excerpt, old, new).text()
    assert FIGURE in text
    assert "needs exactly one apec:reporter" not in text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "<bound/rounded>",
            "<bound/arround>",
            "did you mean bound/about or bound/rounded? The codes are bound/about, bound/at-least",
        ),
        ("<period/2025>", "<period/20255>", "Or describe it in data/entities/periods.ttl"),
        ("<economy/CHN>", "<economy/China>", "did you mean economy/CHN"),
        ("<unit/CNY>", "<unit/RMB>", "did you mean unit/CNY"),
    ],
)
def test_an_unknown_code_is_one_error_with_the_nearest_codes(
    excerpt: ContentCopy, old: str, new: str, message: str
) -> None:
    report = checked(excerpt, old, new)
    (result,) = report.results
    assert result.nodes[0].endswith(new.strip("<>"))
    assert message in result.message


def test_a_figure_that_differs_from_its_words_is_reported_before_its_conflicts(
    tmp_path: Path,
) -> None:
    content = ContentCopy(tmp_path)
    report = checked(content, "sdmx-measure:obsValue 26.29 ", "sdmx-measure:obsValue 26.92 ")
    (result,) = report.results
    assert "says 26.29 trillion, but the figure is 26.92 trillion" in result.message


def test_a_conflict_is_reported_in_one_sentence_and_in_full_on_request(tmp_path: Path) -> None:
    content = ContentCopy(tmp_path)
    text = content.path(SOURCE).read_text(encoding="utf-8")
    content.path(SOURCE).write_text(
        text.replace('"26.29 trillion yuan"', '"26.92 trillion yuan"'), encoding="utf-8"
    )
    report = checked(content, "sdmx-measure:obsValue 26.29 ", "sdmx-measure:obsValue 26.92 ")
    result = next(each for each in report.results if each.details)
    assert result.message.count("they cannot both be") == 1
    assert "more comparisons fail (--verbose)" in result.message
    assert len(result.message) < 700
    short, long = report.text(), report.text(verbose=True)
    assert "more places (--verbose)" in short
    assert short.count("they cannot both be") == 1
    assert long.count("they cannot both be") > short.count("they cannot both be")
    assert Report.parse(report.json()) == report
