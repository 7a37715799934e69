"""`apecgraph new` writes canonical files, and writes nothing if an entry is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import invoke, refusal
from tests.support.contents import ContentCopy

FIGURE = (
    *("--measure", "trade-value", "--reporter", "China"),
    *("--counterpart", "apec-other-economies", "--printed", "26.29 trillion yuan"),
)


def test_a_figure_is_written_and_described(excerpt: ContentCopy, releases: Path) -> None:
    where = ("--content", excerpt.root)
    done = invoke(
        "new", "figure", "cri-cd684bbb", "--period", "2024", *FIGURE, *where, releases=releases
    )
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "data/sources/cri-cd684bbb.ttl: figure/cri-cd684bbb/trade-value-2024 written",
        "    flow/total, because no flow is given",
        "    coverage/all-goods, because no coverage is given",
        "    26.29 × 10^12, 2 decimals, unit/CNY, bound/rounded, from '26.29 trillion yuan'",
    ]
    text = excerpt.path("data/sources/cri-cd684bbb.ttl").read_text(encoding="utf-8")
    assert "sdmx-measure:obsValue 26.29 ." in text
    assert invoke("fmt", "--check", *where, releases=releases).exit_code == 0


def test_a_table_is_entered_whole_or_not_at_all(excerpt: ContentCopy, releases: Path) -> None:
    table = excerpt.root.parent / "table.csv"
    table.write_text(
        "statedIn,measure,reporter,counterpart,period,printed\n"
        "cri-cd684bbb,trade-value,China,world,2024,43.85 trillion yuan\n"
        "cri-cd684bbb,trade-value,China,world,2055,45 trillion yuan\n",
        encoding="utf-8",
    )
    path = excerpt.path("data/sources/cri-cd684bbb.ttl")
    before = path.read_text(encoding="utf-8")
    arguments = ("new", "figure", "--csv", table, "--content", excerpt.root)
    done = invoke(*arguments, releases=releases)
    assert done.exit_code == 1
    assert done.stderr.startswith(
        "Error: row 2: period: '2055' is not the name of any period: did you mean period/"
    )
    assert path.read_text(encoding="utf-8") == before
    table.write_text(table.read_text(encoding="utf-8").replace("2055", "2025"), encoding="utf-8")
    assert invoke(*arguments, releases=releases).exit_code == 0
    assert path.read_text(encoding="utf-8").count("trillion yuan") > before.count("trillion yuan")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the table has no rows"),
        ("statedIn,measure\n", "the table has no rows"),
        ("statedIn,measure\ncri-cd684bbb,trade-value,2024\n", "no column '(without a title)'"),
        ("statedIn,measure,inferred\ncri-cd684bbb\n", "measure is missing"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(
    excerpt: ContentCopy, releases: Path, text: str, reason: str
) -> None:
    arguments = ("new", "figure", "--csv", "-", "--content", excerpt.root)
    done = invoke(*arguments, stdin=text, releases=releases)
    assert done.exit_code != 0
    assert reason in done.stderr


def test_a_source_and_a_statement_are_written(excerpt: ContentCopy, releases: Path) -> None:
    where = ("--content", excerpt.root)
    done = invoke(
        *("new", "source", "example-2026", "--title", "Experts meet", "--language", "en"),
        *("--url", "https://example.org/", "--publisher", "China Daily", *where),
        releases=releases,
    )
    assert "still to fill in: the date" in done.stdout
    done = invoke(
        *("new", "statement", "example-2026", "meeting/sccp1-2026", "schema:location"),
        *("place/guangzhou", *where),
        releases=releases,
    )
    assert "still to fill in: the printed words" in done.stdout
    text = excerpt.path("data/sources/example-2026.ttl").read_text(encoding="utf-8")
    assert "<statement/example-2026/location>" in text


def test_a_table_and_options_exclude_each_other(excerpt: ContentCopy, releases: Path) -> None:
    done = invoke(
        "new", "figure", "seetao", "--csv", "-", "--content", excerpt.root, releases=releases
    )
    assert done.exit_code == 2
    assert "give either --csv, or a source and options" in done.stderr


SOURCE = (
    *("source", "example-2026", "--title", "Experts meet", "--language", "en"),
    *("--publisher", "China Daily"),
)
ADDRESS = ("--url", "https://example.org/")
MEETING = ("statement", "cri-cd684bbb", "meeting/sccp1-2026")
TRADE = ("figure", "cri-cd684bbb", *FIGURE)
CRI_ADDRESS = "https://news.cri.cn/20260205/cd684bbb-30be-47d8-ae2e-970394f840a4.html"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((*SOURCE, *ADDRESS, "--issued", "2026-02-30"), "issued: '2026-02-30' is not a valid xsd:"),
        ((*SOURCE, *ADDRESS, "--issued", "soon"), "issued: 'soon' is not a date: write 2026-02-05"),
        ((*SOURCE, *ADDRESS, "--issued", "2999"), "issued: dcterms:issued is 2999, after "),
        ((*SOURCE, *ADDRESS, "--recorded", "2026"), "recorded: schema:sdDatePublished must be the"),
        ((*SOURCE, *ADDRESS, "--archived", "ftp://a.org/"), "archived: schema:archivedAt must be"),
        ((*SOURCE, *ADDRESS, "--correction", "a b"), "correction: 'a b' is not an address"),
        ((*SOURCE, *ADDRESS, "--identifier", "S003"), "identifier: the identifier S003 is that of"),
        (
            (*SOURCE, *ADDRESS, "--title", " "),
            "title: rdfs:label is empty: write it, or delete it\n",
        ),
        ((*SOURCE, "--url", "example"), "url: 'example' is not an address"),
        ((*SOURCE, "--url", CRI_ADDRESS), "is that of source/cri-cd684bbb: give it its own"),
        (
            (*MEETING, "schema:locaton", "place/guangzhou"),
            "predicate: schema:locaton is not a prop",
        ),
        ((*MEETING, "schema:locaton", "place/guangzhou"), "did you mean schema:location?"),
        ((*MEETING, "schema:location", "Guangzhou"), "places.ttl: did you mean place/guangzhou?"),
        ((*MEETING, "schema:location", "Guangzou"), "is not the name of any thing in the content"),
        ((*MEETING, "schema:location", "Guangzou"), "did you mean place/guangzhou "),
        ((*MEETING, "schema:startDate", "2026-02-30"), "object: '2026-02-30' is not a valid xsd:"),
        (
            (*MEETING, "schema:endDate", "2026-02-06"),
            "source states this as statement/cri-cd684bbb/",
        ),
        ((*TRADE, "--period", "2026"), "period/2026 ends after the date of the source"),
    ],
)
def test_what_the_check_would_report_is_not_written(
    excerpt: ContentCopy, releases: Path, arguments: tuple[str, ...], reason: str
) -> None:
    before = excerpt.texts()
    assert reason in refusal("new", *arguments, "--content", excerpt.root, releases=releases)
    assert excerpt.texts() == before


def test_the_row_that_the_check_would_report_is_named(excerpt: ContentCopy, releases: Path) -> None:
    table = excerpt.root.parent / "table.csv"
    row = "cri-cd684bbb,trade-value,China,world,{},43.85 trillion yuan,{}\n"
    rows = (row.format(2024, ""), row.format(2025, ""), row.format(2025, "again"))
    head = "statedIn,measure,reporter,counterpart,period,printed,figure\n"
    table.write_text(head + "".join(rows), encoding="utf-8")
    before = excerpt.texts()
    arguments = ("new", "figure", "--csv", table, "--content", excerpt.root)
    message = refusal(*arguments, releases=releases)
    assert message.startswith("Error: row 3: one source states this cell twice, here and in figure")
    assert excerpt.texts() == before
    table.write_text(head + "".join(rows[:2]), encoding="utf-8")
    assert invoke(*arguments, releases=releases).exit_code == 0


def test_a_source_has_its_copy_its_correction_and_its_withdrawal(
    excerpt: ContentCopy, releases: Path
) -> None:
    done = invoke(
        *("new", *SOURCE, *ADDRESS, "--recorded", "2026-02-06", "--withdrawn"),
        *("--archived", "https://archive.org/a", "--correction", "https://example.org/c"),
        *("--content", excerpt.root),
        releases=releases,
    )
    assert (done.exit_code, done.stderr) == (0, "")
    text = excerpt.path("data/sources/example-2026.ttl").read_text(encoding="utf-8")
    for line in (
        'schema:sdDatePublished "2026-02-06"^^xsd:date ;',
        "schema:archivedAt <https://archive.org/a> ;",
        "schema:correction <https://example.org/c> ;",
        'schema:creativeWorkStatus "withdrawn" ;',
    ):
        assert line in text
    assert excerpt.check().conforms


def test_a_contradiction_is_written_and_reported(conflict: ContentCopy, releases: Path) -> None:
    arguments = ("new", *TRADE, "--period", "2025", "--content", conflict.root)
    done = invoke(
        *(each.replace("26.29", "2.629") if isinstance(each, str) else each for each in arguments),
        releases=releases,
    )
    assert (done.exit_code, done.stderr) == (0, "")
    *_, note = done.stdout.splitlines()
    assert note.startswith(
        "the check reports a contradiction: figure/cri-cd684bbb/trade-value-2025"
    )
    assert "26.29 trillion yuan" in note
    assert "they cannot both be true: one is 10 times the other" in note
    assert "`apecgraph decide`" in note
    (result,) = conflict.check().results
    assert result.nodes[0].endswith("figure/cri-cd684bbb/trade-value-2025")


def test_only_what_an_entry_adds_is_a_reason_to_refuse_it(
    excerpt: ContentCopy, releases: Path
) -> None:
    excerpt.replace(
        "data/sources/cri-cd684bbb.ttl", 'dcterms:language "en"', 'dcterms:language "x"'
    )
    where = ("--content", excerpt.root)
    assert invoke("new", *SOURCE, *ADDRESS, *where, releases=releases).exit_code == 0
    wrong = ("--url", "https://example.org/b", "--issued", "2026-02-30")
    other = ("source", "other-2026", *SOURCE[2:], *wrong)
    message = refusal("new", *other, *where, releases=releases)
    assert message == (
        "Error: issued: '2026-02-30' is not a valid xsd:date, such as 2026-02-05: correct it\n"
    )


def test_a_comment_in_a_file_is_not_lost(excerpt: ContentCopy, releases: Path) -> None:
    path = excerpt.path("data/sources/cri-cd684bbb.ttl")
    path.write_text(f"# to do\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    arguments = ("new", *TRADE, "--period", "2024", "--content", excerpt.root)
    assert "a comment would be lost" in refusal(*arguments, releases=releases)
    assert path.read_text(encoding="utf-8").startswith("# to do")
