"""`apecgraph new` writes canonical files, and writes nothing if an entry is refused."""

from __future__ import annotations

from pathlib import Path

from tests.support.command import invoke
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
        "Error: row 2: '2055' is not the name of any period: did you mean period/"
    )
    assert path.read_text(encoding="utf-8") == before
    table.write_text(table.read_text(encoding="utf-8").replace("2055", "2025"), encoding="utf-8")
    assert invoke(*arguments, releases=releases).exit_code == 0
    assert path.read_text(encoding="utf-8").count("trillion yuan") > before.count("trillion yuan")


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
