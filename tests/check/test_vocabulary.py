"""Unknown terms, and terms that do not fit the things that they describe."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.check.vocabulary import misused_terms
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import Content, ContentFile, default_content
from apecgraph.content.vocabularies import Vocabularies
from apecgraph.rdf.namespaces import APEC, ID
from tests.support.contents import EXCERPT, ContentCopy, press_content

VOCABULARIES = Vocabularies.read(default_content())
HEAD = f"@base <{ID}> . @prefix apec: <{APEC}> .\n" + "".join(
    f"@prefix {file.prefix}: <{file.namespace}> .\n" for file in VOCABULARIES.files
)
THINGS = """
<economy/CHN> a apec:Economy . <person/zhao> a schema:Person . <topic/t> a skos:Concept .
<meeting/m> a schema:Event . <body/b> a org:Organization . <place/p> a schema:City .
<concept/open> a <http://example.org/Unheard> . apec:old a rdf:Property ; owl:deprecated true .
apec:older a rdf:Property ; owl:deprecated true ; dcterms:isReplacedBy apec:aim .
<unit/x> a sdmx-code:Currency .
"""


@cache
def ontology() -> tuple[ContentFile, ...]:
    return tuple(
        file for file in Content.read(press_content()).files if file.path.parent.name == "ontology"
    )


def messages(text: str) -> list[str]:
    """Check Turtle together with the real ontology and a few things; return the messages."""
    graphs = {f"{ID}graph/entities": THINGS, f"{ID}source/x": text}
    files = [
        ContentFile(Path("x.ttl"), ox.NamedNode(graph), tuple(triples(turtle)))
        for graph, turtle in graphs.items()
    ]
    content = Content(default_content(), (*ontology(), *files))
    found = misused_terms(content, Evidence.gather(content), VOCABULARIES)
    return [result.message for result in found if result.nodes[0] != f"{ID}concept/open"]


def triples(turtle: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(HEAD + turtle, ox.RdfFormat.TURTLE)]


UNKNOWN = {
    "<meeting/m> schema:contibutor <person/zhao> .": (
        "schema:contibutor is not a property in ontology/apec.ttl or ontology/terms.csv: "
        "did you mean schema:contributor?"
    ),
    "<meeting/m> schema:perfomer <person/zhao> .": (
        "schema:perfomer is not a property in ontology/apec.ttl or ontology/terms.csv"
    ),
    "<body/b> prov:wasAtributedTo <person/zhao> .": "did you mean prov:wasAttributedTo?",
    "<meeting/m> apec:them 'a theme'@en .": "did you mean apec:theme?",
    "<meeting/m> <http://schema.org/startDate> '2026-01-01'^^xsd:date .": (
        "did you mean schema:startDate?"
    ),
    "<meeting/m> schema:Event <person/zhao> .": "schema:Event is not a property in ",
    "<meeting/n> a schema:Evnt .": "schema:Evnt is not a class in ",
    "<meeting/n> a schema:about .": "schema:about is not a class in ",
    "<meeting/n> a <http://example.org/Zzzzzz> .": ": correct it, or add it there",
    "<meeting/m> schema:startDate '2026-01-01'^^xsd:dat .": "did you mean xsd:date?",
    "<topic/t> skos:exactMatch sdmx-concept:visAria .": "did you mean sdmx-concept:visArea?",
    "<statement/s> rdf:predicate schema:jobTitel .": "did you mean schema:jobTitle?",
    "<statement/s> rdf:predicate <http://example.org/Zzzzzz> .": "is not a property in ",
    "<shape/s> sh:path schema:jobTitel .": "did you mean schema:jobTitle?",
    "<shape/s> sh:targetClass schema:Persn .": "did you mean schema:Person?",
    "<shape/s> sh:minCout 1 .": "did you mean sh:minCount?",
    "<topic/t> apec:old 1 .": "apec:old is deprecated: use another",
    "<topic/t> apec:older 1 .": "apec:older is deprecated: use apec:aim",
}
MISFIT = {
    "<economy/CHN> schema:jobTitle 'president'@en .": (
        "schema:jobTitle is a property of schema:Person, not of economy/CHN (apec:Economy)"
    ),
    "<topic/t> schema:foundingDate '1949'^^xsd:gYear .": (
        "schema:foundingDate is a property of schema:Organization, not of topic/t (skos:Concept)"
    ),
    "<person/zhao> apec:theme 'words'@en .": (
        "apec:theme is a property of schema:Event, not of person/zhao (schema:Person)"
    ),
    "<meeting/m> schema:organizer <topic/t> .": (
        "schema:organizer must have schema:Organization or schema:Person as its value, "
        "not topic/t (skos:Concept)"
    ),
    "<meeting/m> schema:organizer 'APEC'@en .": (
        "schema:organizer must have schema:Organization or schema:Person as its value, "
        "not a literal"
    ),
    "<meeting/m> apec:priorityArea <place/p> .": (
        "apec:priorityArea must have skos:Concept as its value, not place/p (schema:City)"
    ),
    "<meeting/m> apec:priorityArea 'customs' .": (
        "apec:priorityArea must have skos:Concept as its value, not a literal"
    ),
    "<topic/t> rdfs:label <place/p> .": (
        "rdfs:label must have a literal as its value, not place/p (schema:City)"
    ),
    "<meeting/m> apec:theme <topic/t> .": (
        "apec:theme must have a literal as its value, not topic/t (skos:Concept)"
    ),
    "<body/b> schema:areaServed <topic/t> .": (
        "schema:areaServed must have schema:AdministrativeArea or schema:GeoShape or schema:Place "
        "as its value, not topic/t (skos:Concept)"
    ),
    "<shape/s> sh:targetClass schema:jobTitle .": (
        "sh:targetClass must have rdfs:Class as its value, not schema:jobTitle (rdf:Property)"
    ),
    "<meeting/m> sdmx-attribute:obsStatus <topic/t> .": "ObsStatus as its value, not topic/t",
}
FITTING = (
    "<meeting/m> schema:organizer <economy/CHN>, <body/b>, <person/zhao> .",
    "<meeting/m> schema:organizer <body/undescribed> .",
    "<meeting/m> schema:organizer <concept/open> .",
    "<body/undescribed> schema:foundingDate '1949'^^xsd:gYear .",
    "<body/b> schema:foundingDate '1949'^^xsd:gYear ; schema:areaServed <economy/CHN>, 'China' .",
    "<meeting/m> schema:url <http://example.org/> ; schema:about <topic/t> .",
    "<topic/t> dcterms:subject <economy/CHN> ; dcterms:language 'en' .",
    "<figure/x/f> a qb:Observation ; sdmx-attribute:unitMult 12 ; prov:wasAttributedTo <body/b> .",
    "<shape/s> a sh:NodeShape ; sh:targetClass schema:Person, apec:Economy ; sh:not <shape/t> .",
    "<shape/s> sh:path ( schema:about skos:prefLabel ) .",
)


@pytest.mark.parametrize(("text", "message"), UNKNOWN.items(), ids=UNKNOWN)
def test_an_unknown_term_is_reported_with_the_nearest_one(text: str, message: str) -> None:
    (found,) = messages(text)
    assert message in found


@pytest.mark.parametrize(("text", "message"), MISFIT.items(), ids=MISFIT)
def test_a_property_that_does_not_fit_is_reported(text: str, message: str) -> None:
    (found,) = messages(text)
    assert message in found


@pytest.mark.parametrize("text", FITTING)
def test_a_property_that_fits_is_not_reported(text: str) -> None:
    assert messages(text) == []


def test_a_statement_must_obey_the_same_rules() -> None:
    text = """<statement/x/s> a rdf:Statement ; rdf:subject <economy/CHN> ;
        rdf:predicate schema:jobTitle ; rdf:object 'president'@en ."""
    assert messages(text) == [
        "schema:jobTitle is a property of schema:Person, not of economy/CHN (apec:Economy)"
    ]


def test_an_unknown_property_of_a_statement_is_reported_once() -> None:
    text = """<statement/x/s> a rdf:Statement ; rdf:subject <economy/CHN> ;
        rdf:predicate schema:jobTitel ; rdf:object 'president'@en ."""
    assert len(messages(text)) == 1


def test_classes_in_a_circle_are_checked_too() -> None:
    text = """apec:A a owl:Class ; rdfs:subClassOf apec:B .
        apec:B a owl:Class ; rdfs:subClassOf apec:A .
        apec:p a owl:ObjectProperty ; rdfs:domain apec:A . <b> a apec:B ; apec:p <topic/t> .
        <topic/t> apec:p <b> ."""
    assert messages(text) == ["apec:p is a property of apec:A, not of topic/t (skos:Concept)"]


def test_blank_nodes_in_a_circle_are_reported_too() -> None:
    assert len(messages("_:a apec:them _:b . _:b apec:them _:a .")) == 2


def test_each_error_is_reported_once_with_its_file_and_line(tmp_path: Path) -> None:
    content = ContentCopy(tmp_path, EXCERPT)
    file = "data/sources/chinadailyasia-628497.ttl"
    location = content.replace(file, "predicate schema:location ;", "predicate schema:loction ;")
    content.replace(file, "predicate schema:jobTitle ;", "predicate schema:foundingDate ;")
    title = content.line(file, '"vice-minister of the General Administration of Customs"@en')
    member = content.replace(
        "shapes/events.ttl",
        "sh:path schema:superEvent",
        "sh:path ( schema:superEvnt schema:superEvent )",
    )
    report = content.check().text().splitlines()
    assert report == [
        f"{file}:{title}: person/zhao-zenglian: schema:foundingDate is a property of "
        "schema:Organization, not of person/zhao-zenglian (schema:Person) [shape/vocabulary]",
        f"{file}:{location}: statement/chinadailyasia-628497/som1-place: schema:loction is not a "
        "property in ontology/apec.ttl or ontology/terms.csv: did you mean schema:location? "
        "[shape/vocabulary]",
        f"shapes/events.ttl:{member}: shape/event-part-of: schema:superEvnt is not a term in "
        "ontology/apec.ttl or ontology/terms.csv: did you mean schema:superEvent? "
        "[shape/vocabulary]",
        "3 errors: the content does not pass the check",
    ]


def test_a_misspelled_parameter_of_a_shape_is_the_first_error(tmp_path: Path) -> None:
    content, shapes = ContentCopy(tmp_path, EXCERPT), "shapes/people.ttl"
    line = content.replace(shapes, "sh:minCount", "sh:minCout")
    assert content.check().text().splitlines() == [
        f"{shapes}:{line}: the shapes cannot be applied: SHACL has no sh:minCout: "
        "did you mean sh:minCount? [shape/readable]",
        "1 error: the content does not pass the check",
    ]
