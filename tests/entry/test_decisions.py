"""`apecgraph decide` records claims in decisions; the check verifies that they are unchanged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from apecgraph.consistency.decided_edit_rule import misfits
from apecgraph.consistency.findings import Findings
from apecgraph.content.decisions import OPEN
from apecgraph.content.evidence import Evidence
from apecgraph.intervals import Interval
from apecgraph.rdf.namespaces import compact
from tests.support.command import invoke
from tests.support.contents import ContentCopy

DECISIONS = "data/decisions.ttl"
SEETAO = "data/sources/seetao.ttl"
SEETAO_TRADE = "figure/seetao/trade-value-2025"


def test_a_tenfold_change_of_any_figure_that_an_open_decision_records_is_found(
    evidence: Evidence,
) -> None:
    decisions = [each for each in evidence.decisions if each.verdict == OPEN]
    seen = [figure for figure in evidence.figures if any(figure.iri in d.saw for d in decisions)]
    assert len(seen) > 20
    for figure in seen:
        interval = Interval(figure.value * 10, figure.value * 10)
        changed = replace(figure, value=figure.value * 10, interval=interval)
        figures = tuple(changed if each is figure else each for each in evidence.figures)
        found = [
            each for each in misfits(Findings(replace(evidence, figures=figures))) if each.claims
        ]
        assert {each.claims for each in found} == {(figure.iri,)}
        for misfit in found:
            assert compact(figure.iri) in misfit.reason
            assert f"it was {figure.interval}, now it is {interval}" in misfit.reason
            name = compact(misfit.decision).removeprefix("decision/")
            assert f"`apecgraph decide {name}`" in misfit.reason


def test_a_figure_that_moves_to_another_period_is_found(evidence: Evidence) -> None:
    name = "figure/szdaily-31944347/meetings-2026-02"
    (figure,) = (each for each in evidence.figures if compact(each.iri) == name)
    moved = replace(figure, cell=figure.cell._replace(period="https://example.org/other"))
    figures = tuple(moved if each is figure else each for each in evidence.figures)
    (misfit,) = misfits(Findings(replace(evidence, figures=figures)))
    assert "it was period/2026-02, now it is https://example.org/other" in misfit.reason


def test_every_decision_records_all_its_claims(evidence: Evidence) -> None:
    for decision in evidence.decisions:
        assert decision.names <= decision.saw.keys()


def decide(content: ContentCopy, releases: Path, *arguments: str) -> str:
    done = invoke("decide", *arguments, "--content", content.root, releases=releases)
    return f"{done.stdout}{done.stderr}"


def test_a_decision_is_renewed_after_a_change(conflict: ContentCopy, releases: Path) -> None:
    conflict.replace(SEETAO, '"2.629 trillion yuan"@en', '"2.63 trillion yuan"@en')
    conflict.replace(SEETAO, "obsValue 2.629 ", "obsValue 2.63 ")
    text = conflict.path(SEETAO).read_text(encoding="utf-8")
    block = text[text.index("<figure/seetao/trade-value-2025>") :].partition("\n\n")[0]
    conflict.replace(SEETAO, block, block.replace("decimals 3", "decimals 2"))
    (result,) = conflict.check().results
    line = conflict.line(DECISIONS, "<decision/trade-2025>")
    assert [place.file for place in result.places[:2]] == [DECISIONS, SEETAO]
    assert result.places[0].line == line
    assert result.message == (
        "figure/seetao/trade-value-2025 has changed since the decision was recorded: it was "
        "[2628500000000, 2629500000000), now it is [2625000000000, 2635000000000). Correct it, or, "
        "if the decision is still right, run `apecgraph decide trade-2025`"
    )
    said = decide(conflict, releases, "trade-2025")
    assert "figure/seetao/trade-value-2025: [2628500000000, 2629500000000); " in said
    assert "decision/trade-2025 is about: trade of China with other APEC economies, 2025" in said
    assert said.endswith(f"{DECISIONS}: written\n")
    assert conflict.check().conforms
    assert decide(conflict, releases, "trade-2025").endswith("nothing has changed\n")


def test_a_new_decision_is_written_in_canonical_form(conflict: ContentCopy, releases: Path) -> None:
    conflict.remove(DECISIONS, "<decision/trade-2025>")
    claims = (
        *("--rejects", "figure/seetao/trade-value-2025"),
        *("--rejects", "https://w3id.org/apecgraph/id/figure/seetaoe-258468/trade-2025"),
        *("--upholds", "figure/chinadailyasia-628497/trade-2025"),
    )
    said = decide(conflict, releases, "slip", *claims)
    assert said.endswith("decision/slip is new: give --verdict, --label, --comment, --identifier\n")
    words = ("--label", "A slip", "--comment", "It is one.", "--identifier", "Z1")
    said = decide(conflict, releases, "slip", *claims, "--verdict", "resolved", *words)
    assert said.endswith(f"{DECISIONS}: written\n")
    assert conflict.check().conforms
    done = invoke("fmt", "--check", "--content", conflict.root, releases=releases)
    assert (done.exit_code, done.output) == (0, "")
    text = conflict.path(DECISIONS).read_text(encoding="utf-8")
    block = text[text.index("<decision/slip>") :].partition("\n\n")[0]
    assert block.count("apec:saw") == 1
    assert '"figure/seetao/trade-value-2025: [2628500000000, 2629500000000); ' in block


def test_a_claim_moves_to_the_role_that_is_given(conflict: ContentCopy, releases: Path) -> None:
    figure = "figure/sada-el-balad/trade-value-2025"
    decide(conflict, releases, "trade-2025", "--rejects", figure)
    text = conflict.path(DECISIONS).read_text(encoding="utf-8")
    block = text[text.index("<decision/trade-2025>") :].partition("\n\n")[0]
    assert f"<{figure}>" in block.partition("apec:upholds")[0]
    assert f"<{figure}>" not in block.partition("apec:upholds")[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("trade-2025", "--rejects", "figure/seetao/trade-value-2026"),
            "figure/seetao/trade-value-2026 is not a figure or a statement of any "
            "source: did you mean "
            "figure/seetao/trade-value-2025 or ",
        ),
        (("trade-2025", "--verdict", "open"), "one that is <verdict/open> or <verdict/compatible>"),
        (
            ("trade-2025", "--verdict", "alternative"),
            "one that is <verdict/alternative> must keep other wordings (apec:alternative)",
        ),
        (
            ("trade-2025", "--rejects", SEETAO_TRADE, "--upholds", SEETAO_TRADE),
            "none that it upholds: this one is unknown, or upheld as well",
        ),
        (("trade-2025", "--upholds", SEETAO_TRADE), "they cannot both be true: one is 10 times"),
        (
            ("trade-2025", "--rejects", "figure/chinadailyasia-628497/share-2025"),
            "decision/share-2025: figure/chinadailyasia-628497/share-2025 is kept by this decision "
            "but rejected by another",
        ),
        (
            ("trade-2025", "--rejects", "figure/24-chasa/trade-growth-2021-2025"),
            "contradicts no accepted claim, so the conflict is gone",
        ),
        (("trade-2025", "--identifier", "B6"), "the identifier B6 is that of decision/"),
        (("trade-2025", "--comment", " "), "decision/trade-2025: rdfs:comment is empty"),
        (("trade-2025", "theme", "--verdict", "open"), "options apply to a single decision"),
        (("Trade 2025",), "Trade 2025: write a NAME with lower-case letters, digits and hyphens"),
    ],
)
def test_a_refused_decision_is_not_written(
    arguments: tuple[str, ...], message: str, conflict: ContentCopy, releases: Path
) -> None:
    before = conflict.path(DECISIONS).read_bytes()
    assert message in decide(conflict, releases, *arguments)
    assert conflict.path(DECISIONS).read_bytes() == before


def test_a_part_of_a_conflict_can_be_settled(conflict: ContentCopy, releases: Path) -> None:
    conflict.remove(DECISIONS, "<decision/trade-2025>")
    words = ("--label", "A slip", "--comment", "It is one.", "--identifier", "Z1")
    arguments = ("slip", "--verdict", "resolved", "--rejects", SEETAO_TRADE, *words)
    said = decide(conflict, releases, *arguments, "--upholds", "figure/24-chasa/trade-value-2025")
    assert said.endswith(f"{DECISIONS}: written\n")
    assert not conflict.check().conforms
    other = "figure/seetaoe-258468/trade-2025"
    assert decide(conflict, releases, "slip", "--rejects", other).endswith("written\n")
    assert conflict.check().conforms
