"""The differences of two releases in words, and a patch that is complete."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.build.pipeline import build_release
from apecgraph.content.folder import DERIVED_GRAPH
from apecgraph.errors import ReleaseError
from apecgraph.rdf.canonical import digest, labelled
from apecgraph.rdf.namespaces import APEC, BASE, ID, RDFS
from apecgraph.rdf.terms import in_graph
from apecgraph.release.differences import Differences
from apecgraph.release.release import Release
from apecgraph.release.snapshot import Snapshot
from tests.support.contents import PLACES, SHAPES, SmallContent

FIGURE = f"{ID}figure/chinadailyasia-628497/trade-2025"
SOURCE = f"{ID}source/chinadailyasia-628497"


@pytest.fixture(scope="module")
def real(release: Release) -> Snapshot:
    return Snapshot.of_release(release)


def label_of(snapshot: Snapshot, iri: str) -> str:
    (label,) = {
        quad.object.value
        for quad in snapshot.quads
        if (quad.subject, quad.predicate.value) == (ox.NamedNode(iri), f"{RDFS}label")
        and isinstance(quad.object, ox.Literal)
        and quad.object.language == "en"
    }
    return label


def edited(snapshot: Snapshot, old: str, new: str) -> Snapshot:
    """Return a snapshot in which every occurrence of a text is replaced by another."""
    quads = b"".join(f"{quad} .\n".replace(old, new).encode() for quad in snapshot.quads)
    return Snapshot.of("f" * 16, ox.parse(quads, ox.RdfFormat.N_QUADS))


def test_changes_are_written_in_words(content: SmallContent, releases: Path) -> None:
    first, _ = build_release(content.root, releases)
    assert Differences.kept(first) is None
    (content.root / "data/sources/s3.ttl").unlink()
    content.source(4, "A new one")
    content.write("data/entities/places.ttl", PLACES.replace('"Lima"', '"Lima (Peru)"'))
    second, _ = build_release(content.root, releases)
    found = Differences.kept(second)
    assert found is not None
    assert found == Differences.between(Snapshot.of_release(first), Snapshot.of_release(second))
    summary, *lines = found.text().splitlines()
    assert summary.startswith(f"{first.name} -> {second.name}: things: 1 added, 1 removed, 1 cha")
    assert lines == [
        "~ Lima (Peru) (place/lima)",
        "    skos:prefLabel: Lima -> Lima (Peru)",
        "- Source 3 (source/s3)",
        "    rdf:type: source",
        "    rdfs:label: Source 3",
        "+ A new one (source/s4)",
        "    rdf:type: source",
        "    rdfs:label: A new one",
    ]
    with pytest.raises(ReleaseError, match="cannot be read"):
        Differences.read(second.path / "manifest.json")


def test_a_list_is_compared_by_its_members(content: SmallContent, releases: Path) -> None:
    more = "<shape/kinds> a sh:NodeShape ; sh:targetClass apec:Source ; sh:in ( <x> <y> ) ."
    content.write("shapes/more.ttl", more.replace("sh:in", "sh:or"))
    first, _ = build_release(content.root, releases)
    content.write("shapes/all.ttl", SHAPES.replace("schema:City )", "schema:City <z> )"))
    second, _ = build_release(content.root, releases)
    found = Differences.kept(second)
    assert found is not None
    assert found.text().splitlines()[1:] == [
        "~ A schema:Place may have “rdf:type”: “schema:Place” or “schema:City” or “z” "
        "(shape/place-kind)",
        "    sh:in: ( schema:Place schema:City ) -> ( schema:Place schema:City z )",
    ]
    assert digest(Snapshot.of_release(first).quads) == first.digest


def test_the_patch_leads_from_one_release_to_the_other(
    content: SmallContent, releases: Path
) -> None:
    first, _ = build_release(content.root, releases)
    content.source(1, r"two\n\"lines\" \\ 中")
    content.write("shapes/all.ttl", SHAPES.replace("schema:City )", "schema:City <z> )"))
    second, _ = build_release(content.root, releases)
    text = (second.path / "differences.rdfp").read_text()
    header, _, rows = text.partition("TX .\n")
    assert header.splitlines() == [
        f"H id <{BASE}id/release/{second.name}> .",
        f"H prev <{BASE}id/release/{first.name}> .",
    ]
    quads = set(Snapshot.of_release(first).quads)
    *changes, end = rows.splitlines()
    assert end == "TC ."
    for row in changes:
        (quad,) = ox.parse(row[2:], ox.RdfFormat.N_QUADS)
        if row[0] == "D":
            quads.remove(quad)
        else:
            assert row[0] == "A"
            assert quad not in quads
            quads.add(quad)
    assert digest(quads) == second.digest


def test_blank_nodes_are_labelled_by_their_descriptions() -> None:
    one = list(ox.parse(b'_:a <x:p> _:b . _:b <x:p> "1" . _:c <x:q> "2" .', ox.RdfFormat.TURTLE))
    other = list(ox.parse(b'_:c <x:p> _:a . _:a <x:p> "1" . _:b <x:q> "3" .', ox.RdfFormat.TURTLE))
    same = labelled(one) & labelled(other)
    assert {quad.predicate.value for quad in same} == {"x:p"}
    assert len(labelled(one)) == len(labelled(other)) == 3
    assert len(same) == 2


def test_a_change_of_the_printed_words_is_listed(real: Snapshot) -> None:
    changed = edited(
        real, f'<{FIGURE}> <{APEC}printed> "26.29', f'<{FIGURE}> <{APEC}printed> "26.3'
    )
    found = Differences.between(real, changed)
    (thing,) = found.things
    assert thing.kind == "changed"
    assert list(map(str, thing.changes)) == [
        "printed: 26.29 trillion yuan -> 26.3 trillion yuan",
    ]
    assert found.removed == found.added == 2  # in the source's graph and in the default graph


def test_changes_of_derived_values_are_not_listed(real: Snapshot) -> None:
    changed = edited(real, f"<{FIGURE}> <{APEC}lower>", f"<{FIGURE}> <{APEC}upper>")
    found = Differences.between(real, changed)
    assert (found.things, found.removed) == ((), 2)


def test_changes_of_status_and_of_sources_are_listed(real: Snapshot) -> None:
    triple = next(
        quad
        for quad in real.quads
        if quad.predicate.value == f"{APEC}measure" and quad.subject == ox.NamedNode(FIGURE)
    ).triple
    fallen = Snapshot.of("f" * 16, real.quads - {in_graph(triple)})
    (thing,) = Differences.between(real, fallen).things
    assert list(map(str, thing.changes)) == ["measure: value of trade no longer stands"]
    (back,) = Differences.between(fallen, real).things
    assert list(map(str, back.changes)) == ["measure: value of trade stands again"]
    other = in_graph(triple, ox.NamedNode(f"{ID}source/seetao"))
    (thing,) = Differences.between(real, Snapshot.of("f" * 16, real.quads | {other})).things
    assert list(map(str, thing.changes)) == ["measure: value of trade now stated by source/seetao"]


def test_a_decision_with_another_justification_is_listed_as_changed(real: Snapshot) -> None:
    store = ox.Store()
    store.extend(real.quads)
    decision, contradiction = (f"{ID}decision/wco-founding", f"{APEC}contradiction")
    (quad,) = store.quads_for_pattern(
        ox.NamedNode(decision), ox.NamedNode(contradiction), None, DERIVED_GRAPH
    )
    assert isinstance(quad.object, ox.NamedNode)
    found = Differences.between(real, edited(real, quad.object.value, f"{ID}contradiction/new"))
    (thing,) = found.things
    words = label_of(real, quad.object.value)
    assert str(thing) == (
        "~ Founding of the World Customs Organization: 1952 (decision/wco-founding)\n"
        f"    contradiction: {words} -> {words}\n"
    )
