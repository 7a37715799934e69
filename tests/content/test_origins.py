from __future__ import annotations

import pyoxigraph as ox
import pytest

from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import Content
from apecgraph.content.origins import origin
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, BASE, DCTERMS, ID, PREFIXES
from tests.support.contents import ContentCopy

HEAD = f"@base <{BASE}id/> .\n" + "".join(f"@prefix {k}: <{v}> .\n" for k, v in PREFIXES.items())
CHINA_DAILY = f"{ID}source/chinadailyasia-628497"
TRADE = f"{ID}figure/chinadailyasia-628497/trade-2025"


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ("<s> dcterms:publisher <site> .", "site"),
        ("<s> dcterms:publisher <site> ; dcterms:creator <wire> .", "wire"),
        ("<s> dcterms:publisher <site> ; prov:wasQuotedFrom <t> . <t> dcterms:creator <w> .", "w"),
        ("<s> schema:translationOfWork <t> . <t> dcterms:publisher <paper> .", "paper"),
        (
            "<s> dcterms:creator <translator> ; schema:translationOfWork <t> ."
            "<t> dcterms:creator <editor> ; prov:wasQuotedFrom <u> . <u> dcterms:creator <wire> .",
            "wire",
        ),
        ("<s> dcterms:publisher <site> ; prov:wasQuotedFrom <t> . <t> rdfs:label 'T'@en .", "t"),
        ("<s> rdfs:label 'S'@en .", "s"),
        ("<s> prov:wasQuotedFrom <t> . <t> prov:wasQuotedFrom <s> ; dcterms:creator <w> .", "w"),
    ],
)
def test_the_origin_is_the_author_of_the_first_text(described: str, expected: str) -> None:
    graph = Graph(ox.parse(HEAD + described, ox.RdfFormat.TURTLE))
    assert origin(graph, f"{ID}s") == f"{ID}{expected}"


def test_a_figure_has_the_origin_of_its_source(evidence: Evidence) -> None:
    stated = evidence.graph.named_graph(CHINA_DAILY)
    assert stated.values(TRADE, f"{APEC}origin") == [f"{ID}person/zhong-nan"]
    assert stated.values(CHINA_DAILY, f"{APEC}origin") == [f"{ID}person/zhong-nan"]


def test_a_copy_and_its_original_count_as_one_witness(evidence: Evidence) -> None:
    origins = {
        evidence.graph.value(f"{ID}source/{name}", f"{APEC}origin")
        for name in ("wikipedia", "wikipedia-2", "hubbry-gacc", "german-wikipedia-copy")
    }
    assert origins == {f"{ID}publisher/wikipedia"}


def test_every_source_has_one_origin_and_a_first_text_has_none(evidence: Evidence) -> None:
    sources = evidence.graph.subjects(f"{DCTERMS}language")
    read = {iri for iri in sources if evidence.graph.has(iri, None, f"{APEC}Source")}
    origins = {iri: evidence.graph.values(iri, f"{APEC}origin") for iri in read}
    assert {len(each) for each in origins.values()} == {1}
    assert evidence.graph.values(f"{ID}source/xinhua-2026", f"{APEC}origin") == []


@pytest.fixture(scope="module")
def withdrawn(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """The evidence of one source, which its publisher has withdrawn."""
    content = ContentCopy(tmp_path_factory.mktemp("withdrawn"), {"chinadailyasia-628497"})
    content.replace(
        "data/sources/chinadailyasia-628497.ttl",
        '    dcterms:identifier "S004" ;\n',
        '    dcterms:identifier "S004" ;\n    schema:creativeWorkStatus "withdrawn" ;\n',
    )
    return Evidence.gather(Content.read(content.root))


def test_a_withdrawn_source_does_not_count_as_a_witness(withdrawn: Evidence) -> None:
    assert not withdrawn.graph.has(None, f"{APEC}origin")


def test_a_withdrawn_source_keeps_its_claims_only_in_its_graph(withdrawn: Evidence) -> None:
    stated = withdrawn.graph.named_graph(CHINA_DAILY)
    assert stated.value(TRADE, f"{APEC}value") == "26290000000000"
    standing = {quad.subject for quad in withdrawn.supported()}
    assert ox.NamedNode(CHINA_DAILY) in standing
    assert ox.NamedNode(TRADE) not in standing


def test_a_withdrawn_source_is_not_compared(withdrawn: Evidence) -> None:
    assert withdrawn.figures
    assert withdrawn.compared.figures == ()
    assert withdrawn.compared.statements == ()
