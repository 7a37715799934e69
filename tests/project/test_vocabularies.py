"""`scripts/vocabularies` reads terms as their vocabularies publish them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from apecgraph.content.vocabularies import PublishedTerm, VocabularyFile
from tools.vocabularies import PublishedVocabularies, table, verify

ZOO = """
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix zoo: <http://example.org/zoo#> .

zoo:Animal a owl:Class ; owl:equivalentClass zoo:Beast , <http://example.org/other#Animal> .
zoo:Beast a rdfs:Class .
zoo:Cage a owl:Class ; owl:deprecated true .
zoo:Keeper a owl:Class .
zoo:Lion a owl:Class ; rdfs:subClassOf zoo:Animal .
zoo:Weight a rdfs:Class ; rdfs:subClassOf zoo:Quantity .
zoo:Quantity a rdfs:Datatype .
zoo:feeds a owl:ObjectProperty ; rdfs:domain zoo:Keeper ; rdfs:range zoo:Lion .
zoo:fedBy owl:inverseOf zoo:feeds .
zoo:sleepsIn a rdf:Property ; schema:domainIncludes zoo:Lion , zoo:Keeper ;
    schema:rangeIncludes zoo:Cage ; schema:supersededBy zoo:restsIn .
zoo:weighs a owl:DatatypeProperty ; rdfs:range zoo:Weight ;
    rdfs:domain [ owl:unionOf ( zoo:Lion zoo:Keeper ) ] .
zoo:leo a zoo:Lion ; rdfs:seeAlso zoo:simba .
zoo:owns a rdf:Property ; rdfs:domain zoo:Keeper , zoo:Lion .
"""
NAMESPACE = "http://example.org/zoo#"


@pytest.fixture
def vocabularies(tmp_path: Path) -> PublishedVocabularies:
    path = tmp_path / "example" / "zoo" / "zoo.ttl"
    path.parent.mkdir(parents=True)
    path.write_text(ZOO, encoding="utf-8")
    file = VocabularyFile("zoo", NAMESPACE, "1", "example/zoo", "0" * 40, "zoo.ttl", "")
    return PublishedVocabularies(tmp_path, [file])


def zoo(*names: str) -> tuple[str, ...]:
    return tuple(f"{NAMESPACE}{name}" for name in names)


@pytest.mark.parametrize(
    ("name", "kind", "rest"),
    [
        ("Lion", "class", {"broader": zoo("Animal")}),
        ("Animal", "class", {"broader": zoo("Beast")}),
        ("Beast", "class", {"broader": zoo("Animal")}),
        ("Cage", "class", {"deprecated": True}),
        ("Weight", "datatype", {"broader": zoo("Quantity")}),
        ("feeds", "object property", {"domain": zoo("Keeper"), "range": zoo("Lion")}),
        ("fedBy", "property", {}),
        (
            "sleepsIn",
            "property",
            {"domain": zoo("Keeper", "Lion"), "range": zoo("Cage"), "deprecated": True},
        ),
        (
            "weighs",
            "datatype property",
            {"domain": zoo("Keeper", "Lion"), "range": zoo("Weight")},
        ),
        ("leo", "individual", {}),
        ("simba", "individual", {}),
    ],
)
def test_a_term_is_read_as_it_is_published(
    vocabularies: PublishedVocabularies, name: str, kind: str, rest: dict[str, tuple[str, ...]]
) -> None:
    iri = f"{NAMESPACE}{name}"
    assert vocabularies.term(iri) == PublishedTerm(iri, kind, **rest)  # type: ignore[arg-type]


def test_a_misspelt_term_is_not_found(vocabularies: PublishedVocabularies) -> None:
    terms, missing = verify(vocabularies, {*zoo("Loin"), "http://example.org/elsewhere"})
    assert (terms, missing) == ([], set(zoo("Loin")))


def test_the_range_and_the_broader_classes_come_with_a_term(
    vocabularies: PublishedVocabularies,
) -> None:
    terms, missing = verify(vocabularies, zoo("feeds"))
    assert {term.term for term in terms} == set(zoo("feeds", "Lion", "Animal", "Beast"))
    assert missing == set()


def test_a_property_with_two_domains_at_once_is_refused(
    vocabularies: PublishedVocabularies,
) -> None:
    with pytest.raises(ValueError, match="several values of rdfs:domain"):
        vocabularies.term(f"{NAMESPACE}owns")


def test_the_tables_are_written_sorted_with_prefixes_and_the_hash_of_each_file(
    vocabularies: PublishedVocabularies,
) -> None:
    terms, _ = verify(vocabularies, zoo("weighs"))
    assert table(terms, vocabularies.prefixes).splitlines() == [
        "term,kind,domain,range,broader,deprecated",
        "zoo:Quantity,datatype,,,,",
        "zoo:Weight,datatype,,,zoo:Quantity,",
        "zoo:weighs,datatype property,zoo:Keeper zoo:Lion,zoo:Weight,,",
    ]
    digest = sha256(ZOO.encode()).hexdigest()
    assert table(vocabularies.files, vocabularies.prefixes).splitlines() == [
        "prefix,namespace,version,repository,commit,path,sha256",
        f"zoo,http://example.org/zoo#,1,example/zoo,{'0' * 40},zoo.ttl,{digest}",
    ]
