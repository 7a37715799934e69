"""Builds that are refused because they would lose too much, and the reports about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from apecgraph.build import refusals as refusal
from apecgraph.build.pipeline import build_release
from apecgraph.check.rules import Rule
from apecgraph.errors import CheckFailed, LossFound
from apecgraph.release.differences import Differences
from apecgraph.release.release import Release
from tests.support.contents import PLACES, SHAPES, SmallContent


def refused(content: SmallContent, releases: Path) -> str:
    """Run a build that must be refused and change nothing; return the reason."""
    before = {path.name for path in releases.glob("[0-9a-f]*")}
    current = (releases / "current").readlink() if before else None
    with pytest.raises(LossFound) as error:
        build_release(content.root, releases)
    assert {path.name for path in releases.glob("[0-9a-f]*")} == before
    assert ((releases / "current").readlink() if before else None) == current
    return str(error.value)


def test_a_large_loss_is_published_only_if_accepted(content: SmallContent, releases: Path) -> None:
    first, _ = build_release(content.root, releases)
    for number in (1, 2):
        (content.root / f"data/sources/s{number}.ttl").unlink()
    half, _ = build_release(content.root, releases)  # exactly half is not less than half
    assert (first.sources, half.sources) == (4, 2)
    for number in range(4, 9):
        content.source(number, "one more")
    build_release(content.root, releases)
    for number in range(4, 9):
        (content.root / f"data/sources/s{number}.ttl").unlink()
    message = refused(content, releases)
    assert "\n    sources: 7 -> 2\n" in message
    assert "--accept-loss" in message
    again, _ = build_release(content.root, releases, accept_loss=True)
    assert again.sources == 2
    assert Release.current(releases) == again


def test_the_loss_of_figures_is_refused(content: SmallContent, releases: Path) -> None:
    content.add_real_terms()
    figure = "<figure/s0/a> a qb:Observation ; rdfs:label 'a'@en ."
    source = "<source/s0> a apec:Source ; rdfs:label 's0'@en ."
    # Here, the only rule for figures is that they can be read.
    read = """ qb:dataSet <d> ; apec:measure <m> ; apec:period <p> ; apec:bound <bound/exact> ;
        sdmx-attribute:unitMeasure <u> ; apec:printed '1'@en ; sdmx-measure:obsValue 1 ;
        sdmx-attribute:decimals 0 ; sdmx-attribute:unitMult 0 ."""
    bound = "<bound/exact> a skos:Concept ; apec:lowerFactor 1.0 ; apec:upperFactor 1.0 ."
    content.write("data/entities/places.ttl", PLACES + bound)
    content.write("data/sources/s0.ttl", source + figure[:-1] + ";" + read)
    assert build_release(content.root, releases)[0].figures == 1
    content.write("data/sources/s0.ttl", source)
    assert "\n    figures: 1 -> 0\n" in refused(content, releases)


@pytest.mark.parametrize(
    ("old", "new", "loss"),
    [
        ("sh:minCount 1 ; ", "", "sh:minCount in rule shape/source-label: 1 -> 0"),
        (
            " ; sh:property <shape/place-kind> .",
            " .",
            "things to which rule shape/place-kind applies: 3 -> 0",
        ),
        (
            "sh:targetClass schema:Place",
            "sh:targetClass schema:Person",
            "things to which rule shape/place applies: 3 -> 0",
        ),
        (
            "<shape/place> a sh:NodeShape ;",
            "<shape/place> a sh:NodeShape ; sh:deactivated true ;",
            "rule shape/place: 1 -> 0",
        ),
    ],
)
def test_the_loss_of_a_rule_is_refused(
    content: SmallContent, releases: Path, old: str, new: str, loss: str
) -> None:
    build_release(content.root, releases)
    assert SHAPES.count(old) == 1
    content.write("shapes/all.ttl", SHAPES.replace(old, new))
    assert f"\n    {loss}\n" in refused(content, releases)


def test_the_loss_of_a_file_of_rules_is_refused(content: SmallContent, releases: Path) -> None:
    content.add_real_terms()
    content.write(
        "shapes/more.ttl",
        "<shape/more> a sh:NodeShape ; sh:targetClass apec:Source ; sh:nodeKind sh:IRI .\n"
        "<relation/part-of-whole> a skos:Concept ; apec:whole <a>, <b> .",
    )
    _, report = build_release(content.root, releases)
    assert (
        Rule(
            "https://w3id.org/apecgraph/id/shape/more", ("http://www.w3.org/ns/shacl#nodeKind",), 4
        )
        in report.rules
    )
    (content.root / "shapes/more.ttl").unlink()
    message = refused(content, releases)
    assert "\n    rule shape/more: 1 -> 0\n" in message
    assert "\n    rule relation/part-of-whole: 1 -> 0\n" in message


def test_a_rule_that_applies_to_nothing_is_refused(content: SmallContent, releases: Path) -> None:
    content.write("shapes/all.ttl", SHAPES.replace("schema:Place ; sh:p", "schema:Person ; sh:p"))
    message = refused(content, releases)
    assert "\n    things to which rule shape/place applies: 0\n" in message
    build_release(content.root, releases, accept_loss=True)
    content.source(0, "another")
    build_release(content.root, releases)  # the previous release has this rule too


def test_a_refusal_is_kept_with_its_report(content: SmallContent, releases: Path) -> None:
    build_release(content.root, releases)
    for number in (1, 2, 3):
        (content.root / f"data/sources/s{number}.ttl").unlink()
    message = refused(content, releases)
    (kept,) = refusal.kept(releases)
    assert str(kept.path) in message
    assert kept.reason in message
    assert kept.report.conforms
    differences = Differences.read(kept.path / "differences.json")
    assert [thing.kind for thing in differences.things] == ["removed"] * 3
    assert (kept.path / "differences.rdfp").read_text().count("\nD ") == differences.removed
    content.write("data/sources/s0.ttl", "<source/s0> a apec:Source .")
    with pytest.raises(CheckFailed) as error:
        build_release(content.root, releases)
    latest, _ = refusal.kept(releases)
    assert str(latest.path) in str(error.value)
    (result,) = latest.report.results
    assert result.places[0].file == "data/sources/s0.ttl"
    assert b"sh:conforms false" in (latest.path / "report.ttl").read_bytes()


def test_the_number_of_kept_refusals_is_bounded(content: SmallContent, releases: Path) -> None:
    content.write("data/sources/s0.ttl", "<source/s0> a .")
    (releases / "refused").mkdir(parents=True)
    (releases / "refused" / "0").write_text("of somebody else")
    for _ in range(11):
        with pytest.raises(CheckFailed, match="The report is kept in"):
            build_release(content.root, releases)
    assert len(refusal.kept(releases)) == 10
    assert not (releases / "current").is_symlink()


def test_many_losses_are_counted(content: SmallContent, releases: Path) -> None:
    shapes = "".join(
        f"<shape/more{number}> a sh:NodeShape ; sh:targetClass schema:Place ;"
        f" sh:property <shape/more{number}-1> . <shape/more{number}-1> sh:path rdf:type ;"
        " a sh:PropertyShape ; sh:minCount 1 .\n"
        for number in range(80)
    )
    content.write("shapes/more.ttl", shapes)
    build_release(content.root, releases)
    (content.root / "shapes/more.ttl").unlink()
    message = refused(content, releases)
    assert message.count("\n    rule shape/more") == 99
    assert "\n    and 61 more\nCorrect the content" in message
