from __future__ import annotations

import json

import pyoxigraph as ox
import pytest

from apecgraph.errors import MalformedRequest
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import XSD
from apecgraph.search.entities import Entities
from apecgraph.search.extension import Column, extend
from apecgraph.search.identifiers import Identifiers
from apecgraph.search.property_match import ConditionValue, PropertyCondition
from apecgraph.search.reconciler import Candidate, Reconciler, ReconciliationQuery
from apecgraph.search.suggestions import PAGE, suggest

BASE = "https://w3id.org/apecgraph/"
DATA = f"""
@base <{BASE}id/> .
@prefix apec: <{BASE}ontology/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

apec:Economy rdfs:label "economy"@en ; rdfs:subClassOf schema:AdministrativeArea .
<economy/KOR> a apec:Economy ; skos:notation "KOR"^^apec:iso, "410"^^apec:m49 ;
    skos:prefLabel "Korea"@en, "대한민국"@ko, "Corea"@es, "Corée du Sud"@fr, "Республика Корея"@ru,
        "大韩民国"@zh ;
    skos:altLabel "Republic of Korea"@en ; owl:sameAs <http://www.wikidata.org/entity/Q884> .
<economy/AUS> a apec:Economy ; skos:notation "AUS"^^apec:iso, "036"^^apec:m49 ;
    skos:prefLabel "Australia"@en, "Australie"@fr, "호주"@ko, "Австралия"@ru, "澳大利亚"@zh .
<economy/VNM> a apec:Economy ; skos:prefLabel "Viet Nam"@en, "Việt Nam"@vi .
<economy/SGP> a apec:Economy ; skos:prefLabel "Singapore"@en ;
    schema:dateCreated "1994-03"^^xsd:gYearMonth .
<place/singapore> a schema:City ; skos:prefLabel "Singapore"@en ;
    schema:containedInPlace <economy/SGP> ; schema:population 5900000 .
<place/springfield-1> a schema:City ; skos:prefLabel "Springfield"@en ;
    schema:containedInPlace <economy/AUS> ; schema:foundingDate "1850-01-02"^^xsd:date .
<place/springfield-2> a schema:City ; skos:prefLabel "Springfield"@en ;
    schema:containedInPlace <economy/KOR> ; schema:area 2.5 .
<period/2025> a <http://www.w3.org/2006/time#ProperInterval> ; skos:prefLabel "2025"@en .
<period/2024> a <http://www.w3.org/2006/time#ProperInterval> ; skos:prefLabel "2024"@en .
<period/2024-01_2024-08> a <http://www.w3.org/2006/time#ProperInterval> ;
    skos:prefLabel "January to August 2024"@en .
<scheme/units> a skos:ConceptScheme ; rdfs:label "Units"@en .
<unit/percent> a skos:Concept ; skos:inScheme <scheme/units> ; skos:prefLabel "percent"@en ;
    skos:notation "%" ; skos:definition "One hundredth."@en .
<figure/x> a qb:Observation ; rdfs:label "Korea"@en .
<nameless/x> a schema:City .
<economy/ROK> a apec:Economy ; rdfs:label "South Korea"@en ; owl:deprecated true .
"""
ECONOMY = ("apec:Economy",)


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = Graph(ox.parse(DATA, ox.RdfFormat.TURTLE))
    graph.store.add(
        ox.Quad(
            ox.NamedNode(f"{BASE}id/economy/AUS"),
            ox.NamedNode("http://www.w3.org/2004/02/skos/core#altLabel"),
            ox.Literal("Austria", language="en"),
            ox.NamedNode(f"{BASE}id/source/wrong"),
        )
    )
    return graph


@pytest.fixture(scope="module")
def entities(graph: Graph) -> Entities:
    return Entities(graph)


@pytest.fixture(scope="module")
def reconciler(graph: Graph, entities: Entities) -> Reconciler:
    return Reconciler(entities, Identifiers(graph))


def matched(candidates: list[Candidate]) -> list[str]:
    return [each.entity.id for each in candidates if each.match]


class TestAName:
    @pytest.mark.parametrize(
        "text",
        [
            "Korea",
            "KOREA",
            " korea ",
            "Korea (the Republic of)",
            "Republic  of Korea",
            "대한민국",
            "Corea",
            "Coree du sud",
            "РЕСПУБЛИКА КОРЕЯ",
            "大韩民国",
            "Korea, Rep.",  # as the World Bank writes it
            "R. O. Korea",  # as China's customs write it
            "Rep. of Korea",  # as UN Comtrade writes it
            "South Korea",  # as the Unicode CLDR has it
            "KOR",
            "410",
            "Q884",
            "https://www.wikidata.org/wiki/Q884",
            "economy/KOR",
            f"{BASE}id/economy/KOR",
        ],
    )
    def test_that_is_the_same_is_certain(self, reconciler: Reconciler, text: str) -> None:
        for types in ((), ECONOMY):
            found = reconciler.candidates(ReconciliationQuery(text, types))
            assert matched(found) == ["economy/KOR"]
            assert (found[0].entity.id, found[0].score) == ("economy/KOR", 100)

    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("Austrlia", "economy/AUS"),
            ("Austalie", "economy/AUS"),
            ("Австрaлия", "economy/AUS"),  # with a Latin letter in it
            ("大韩国", "economy/KOR"),
            ("대한민국 정부", "economy/KOR"),
            ("Southern Korea", "economy/KOR"),
            ("Vietnm", "economy/VNM"),
        ],
    )
    def test_that_is_misspelt_is_found_and_not_certain(
        self, reconciler: Reconciler, text: str, meant: str
    ) -> None:
        found = reconciler.candidates(ReconciliationQuery(text, ECONOMY))
        assert found[0].entity.id == meant
        assert found[0].score < 100
        assert matched(found) == []

    @pytest.mark.parametrize("text", ["Austria", "North Korea", "2026", "Kore"])
    def test_of_something_else_is_never_certain(self, reconciler: Reconciler, text: str) -> None:
        assert matched(reconciler.candidates(ReconciliationQuery(text))) == []

    @pytest.mark.parametrize("text", ["Vietnam", "VIỆT NAM", "Viet-Nam"])
    def test_may_have_other_spaces_and_accents(self, reconciler: Reconciler, text: str) -> None:
        assert matched(reconciler.candidates(ReconciliationQuery(text, ECONOMY))) == ["economy/VNM"]

    @pytest.mark.parametrize("text", ["", " ", "🙂", "---", "zzzzqqq", "http://", "://"])
    def test_without_letters_has_no_candidates(self, reconciler: Reconciler, text: str) -> None:
        assert reconciler.candidates(ReconciliationQuery(text)) == []

    def test_may_be_a_code_of_one_character(self, reconciler: Reconciler) -> None:
        assert matched(reconciler.candidates(ReconciliationQuery(" % "))) == ["unit/percent"]

    def test_namesakes_are_not_certain_until_the_type_tells_them_apart(
        self, reconciler: Reconciler
    ) -> None:
        both = reconciler.candidates(ReconciliationQuery("Singapore"))
        assert [each.score for each in both[:2]] == [100, 100]
        assert matched(both) == []
        assert matched(reconciler.candidates(ReconciliationQuery("Singapore", ECONOMY))) == [
            "economy/SGP"
        ]

    @pytest.mark.parametrize(
        ("text", "meant"),
        [("2024-01_2024-08", "period/2024-01_2024-08"), ("springfield 2", "place/springfield-2")],
    )
    def test_the_end_of_an_iri_leads_to_it_and_is_not_certain(
        self, reconciler: Reconciler, text: str, meant: str
    ) -> None:
        found = reconciler.candidates(ReconciliationQuery(text))
        assert (found[0].entity.id, found[0].score) == (meant, 99)
        assert matched(found) == []
        assert matched(reconciler.candidates(ReconciliationQuery("2024"))) == [
            "period/2024"
        ]  # its name

    def test_the_best_comes_first_up_to_the_limit(self, reconciler: Reconciler) -> None:
        found = reconciler.candidates(ReconciliationQuery("January to August 2025"))
        scores = [each.score for each in found]
        assert scores == sorted(scores, reverse=True)
        assert (
            reconciler.candidates(ReconciliationQuery("January to August 2025", limit=1))
            == found[:1]
        )


class TestTypes:
    def test_any_requires_one_of_them(self, reconciler: Reconciler) -> None:
        found = reconciler.candidates(
            ReconciliationQuery("Singapore", ("schema:City", "apec:Economy"))
        )
        assert {each.entity.id for each in found[:2]} == {"economy/SGP", "place/singapore"}

    def test_all_requires_all_of_them(self, reconciler: Reconciler) -> None:
        both = ("apec:Economy", "schema:AdministrativeArea")
        assert matched(reconciler.candidates(ReconciliationQuery("Korea", both, "all"))) == [
            "economy/KOR"
        ]
        neither = ("apec:Economy", "schema:City")
        assert reconciler.candidates(ReconciliationQuery("Korea", neither, "all")) == []

    def test_should_ranks_others_lower(self, reconciler: Reconciler) -> None:
        found = reconciler.candidates(ReconciliationQuery("Singapore", ECONOMY, "should"))
        assert [(each.entity.id, each.match) for each in found] == [
            ("economy/SGP", True),
            ("place/singapore", False),
        ]
        assert found[1].features["type_match"] is False
        assert (
            matched(reconciler.candidates(ReconciliationQuery("Korea", ("schema:City",), "should")))
            == []
        )

    @pytest.mark.parametrize(
        "type_",
        [
            f"{BASE}ontology/Economy",
            "schema:AdministrativeArea",
            "https://schema.org/AdministrativeArea",
        ],
    )
    def test_may_be_given_as_iri_or_broader_class(self, reconciler: Reconciler, type_: str) -> None:
        assert matched(reconciler.candidates(ReconciliationQuery("Korea", (type_,)))) == [
            "economy/KOR"
        ]

    def test_a_concept_scheme_is_the_type_of_its_concepts(self, reconciler: Reconciler) -> None:
        assert matched(reconciler.candidates(ReconciliationQuery("percent", ("scheme/units",))))
        assert matched(reconciler.candidates(ReconciliationQuery("percent", ("skos:Concept",))))

    def test_the_error_names_an_unknown_type(self, reconciler: Reconciler) -> None:
        with pytest.raises(MalformedRequest, match="no type 'Q6256'"):
            reconciler.candidates(ReconciliationQuery("Korea", ("Q6256",)))


class TestProperties:
    @pytest.mark.parametrize(
        "value",
        [
            "economy/KOR",
            f"{BASE}id/economy/KOR",
            "Korea",
            "République de Corée du Sud",
            "KOR",
            "대한민국",
        ],
    )
    def test_tell_namesakes_apart(self, reconciler: Reconciler, value: str) -> None:
        condition = PropertyCondition("schema:containedInPlace", (value,))
        found = reconciler.candidates(ReconciliationQuery("Springfield", conditions=(condition,)))
        assert found[0].entity.id == "place/springfield-2"
        if "République" not in value:
            assert matched(found) == ["place/springfield-2"]
            assert found[0].features["property_similarity"] == 100

    @pytest.mark.parametrize(
        ("property_", "value"),
        [
            ("schema:population", 5900000),
            ("schema:population", "5900000"),
            ("schema:population", 5.9e6),
            ("https://schema.org/population", "5900000.0"),
            ("skos:notation", "%"),
            ("skos:notation", 36),
            ("owl:sameAs", "https://wikidata.org/wiki/Q884"),
            ("schema:foundingDate", "1850-01-02"),
            ("schema:foundingDate", "1850-01-02T00:00:00Z"),
            ("schema:foundingDate", "1850-01-02T08:00:00+08:00"),
            ("schema:foundingDate", "1850-01"),
            ("schema:foundingDate", 1850),
            ("schema:area", 2.5),
        ],
    )
    def test_are_enough_alone(
        self, reconciler: Reconciler, property_: str, value: ConditionValue
    ) -> None:
        found = reconciler.candidates(
            ReconciliationQuery(None, conditions=(PropertyCondition(property_, (value,)),))
        )
        assert len(matched(found)) == 1
        assert found[0].match

    @pytest.mark.parametrize(
        ("property_", "value"),
        [
            ("schema:population", 590000),
            ("schema:population", -5900000),
            ("schema:area", True),
            ("owl:sameAs", "http://www.wikidata.org/entity/Q88"),
            ("schema:foundingDate", "1850-01-03"),
            ("schema:foundingDate", "1850-01-02T10:00:00Z"),
            ("schema:foundingDate", "1850-02"),
            ("schema:foundingDate", 1851),
            ("schema:foundingDate", "0001-01-01T00:00:00+08:00"),
        ],
    )
    def test_that_differ_are_not_certain(
        self, reconciler: Reconciler, property_: str, value: ConditionValue
    ) -> None:
        assert (
            matched(
                reconciler.candidates(
                    ReconciliationQuery(None, conditions=(PropertyCondition(property_, (value,)),))
                )
            )
            == []
        )

    @pytest.mark.parametrize(
        ("value", "score"),
        [
            ("1994", 100),
            ("1994-03", 100),
            ("1994-03-01T00:00:00Z", 99),  # the entity may be of another day of that month
            ("1994-04", 0),
            ("1994-04-01", 0),
            ("1995", 0),
        ],
    )
    def test_that_are_dates_are_compared_by_precision(
        self, reconciler: Reconciler, value: str, score: float
    ) -> None:
        condition = PropertyCondition("schema:dateCreated", (value,))
        found = reconciler.candidates(
            ReconciliationQuery("Singapore", ECONOMY, "any", (condition,))
        )
        assert found[0].features["property_similarity"] == score

    def test_with_several_values_must_have_them_all(self, reconciler: Reconciler) -> None:
        both = PropertyCondition("skos:notation", ("KOR", "410"))
        assert matched(reconciler.candidates(ReconciliationQuery("Korea", conditions=(both,)))) == [
            "economy/KOR"
        ]
        wrong = PropertyCondition("skos:notation", ("KOR", "036"))
        assert (
            matched(reconciler.candidates(ReconciliationQuery("Korea", conditions=(wrong,)))) == []
        )
        assert (
            matched(
                reconciler.candidates(
                    ReconciliationQuery(
                        "Korea", conditions=(PropertyCondition("skos:notation", ()),)
                    )
                )
            )
            == []
        )

    def test_the_error_names_an_unknown_property(self, reconciler: Reconciler) -> None:
        with pytest.raises(MalformedRequest, match="no property 'capital'"):
            reconciler.candidates(
                ReconciliationQuery("Korea", conditions=(PropertyCondition("capital", ("Seoul",)),))
            )


class TestEntities:
    def test_are_things_with_a_name_in_the_default_graph(self, entities: Entities) -> None:
        assert "figure/x" not in entities.entities
        assert "scheme/units" not in entities.entities
        assert "nameless/x" not in entities.entities
        assert "economy/ROK" not in entities.entities  # it is withdrawn
        assert "austria" not in entities.entities["economy/AUS"].spellings

    def test_are_distinguished_by_their_descriptions(self, entities: Entities) -> None:
        assert entities.entities["economy/KOR"].description == "economy, 410, KOR"
        assert entities.entities["unit/percent"].description == "One hundredth."
        assert entities.entities["place/springfield-1"].description == "city, 1850-01-02"

    def test_types_have_names_and_broader_types(self, entities: Entities) -> None:
        economy = entities.types["apec:Economy"]
        assert (economy.name, economy.broader) == ("economy", ("schema:AdministrativeArea",))
        assert entities.types["schema:AdministrativeArea"].name == "administrative area"
        assert entities.types["scheme/units"].broader == ("skos:Concept",)
        assert "qb:Observation" not in entities.types

    def test_properties_are_ranked_by_use(self, entities: Entities) -> None:
        ranked = [each.id for each in entities.properties_of(["schema:City"])]
        assert ranked[:2] == ["schema:containedInPlace", "skos:prefLabel"]
        assert ranked[-1] != "skos:prefLabel"
        assert "skos:notation" not in ranked


class TestSuggestions:
    @pytest.mark.parametrize(
        ("prefix", "first"),
        [
            ("kor", "economy/KOR"),
            ("КОР", "economy/KOR"),
            ("한", None),
            ("대한", "economy/KOR"),
            ("Austra", "economy/AUS"),
            ("economy/A", "economy/AUS"),
            ("economy/VNM", "economy/VNM"),
            (f"{BASE}id/economy/VNM", "economy/VNM"),
            ("036", "economy/AUS"),
            ("august", "period/2024-01_2024-08"),
            ("Singapor", "economy/SGP"),
            ("Austrlia", "economy/AUS"),
            ("🙂", None),
        ],
    )
    def test_of_entities(self, entities: Entities, prefix: str, first: str | None) -> None:
        found = suggest(entities.entities.values(), prefix)
        assert (found[0].id if found else None) == first

    def test_of_types_and_properties(self, entities: Entities) -> None:
        assert suggest(entities.types.values(), "econ")[0].id == "apec:Economy"
        assert suggest(entities.types.values(), "schema:ci")[0].id == "schema:City"
        assert suggest(entities.properties.values(), "contained")[0].id == "schema:containedInPlace"
        assert suggest(entities.properties.values(), "skos:notation")[0].id == "skos:notation"

    def test_continue_after_a_cursor(self, entities: Entities) -> None:
        everything = suggest(entities.entities.values(), "")
        assert len(everything) == len(entities.entities) < PAGE
        assert suggest(entities.entities.values(), "", 3) == everything[3:]
        assert suggest(entities.entities.values(), "", 10**6) == []


class TestExtension:
    def test_values_have_the_kind_of_their_datatype(self, entities: Entities) -> None:
        columns = [
            Column("schema:population"),
            Column("schema:containedInPlace"),
            Column("schema:foundingDate"),
            Column("schema:area"),
        ]
        ids = ["place/singapore", "place/springfield-1", "place/springfield-2", "place/none"]
        answer = extend(entities, ids, columns)
        assert answer["rows"]["place/singapore"] == {
            "schema:population": [{"int": 5900000}],
            "schema:containedInPlace": [{"id": "economy/SGP", "name": "Singapore"}],
            "schema:foundingDate": [],
            "schema:area": [],
        }
        assert answer["rows"]["place/springfield-1"]["schema:foundingDate"] == [
            {"date": "1850-01-02T00:00:00Z"}
        ]
        assert answer["rows"]["place/springfield-2"]["schema:area"] == [{"float": 2.5}]
        assert set(map(str, answer["rows"]["place/none"].values())) == {"[]"}
        assert answer["meta"][1] == {
            "id": "schema:containedInPlace",
            "name": "contained in place",
            "type": {"id": "apec:Economy", "name": "economy"},
        }

    @pytest.mark.parametrize(
        ("text", "datatype", "value"),
        [
            ("-007", "integer", {"int": -7}),
            ("abc", "integer", {"str": "abc"}),
            ("", "integer", {"str": ""}),
            ("1_0", "integer", {"str": "1_0"}),
            ("٣", "integer", {"str": "٣"}),
            ("9" * 16, "integer", {"str": "9" * 16}),  # more than a double holds
            ("9" * 5000, "integer", {"str": "9" * 5000}),
            ("+.5", "decimal", {"float": 0.5}),
            ("3.", "decimal", {"float": 3.0}),
            ("9" * 400, "decimal", {"str": "9" * 400}),
            ("NaN", "decimal", {"str": "NaN"}),
            ("1e5", "decimal", {"str": "1e5"}),
            ("2026-02-04T09:30:00+08:00", "dateTime", {"date": "2026-02-04T09:30:00+08:00"}),
            ("yesterday", "dateTime", {"str": "yesterday"}),
            ("2026-02-04", "date", {"date": "2026-02-04T00:00:00Z"}),
            ("2026-02-04Z", "date", {"str": "2026-02-04Z"}),
            ("04.02.2026", "date", {"str": "04.02.2026"}),
        ],
        ids=lambda each: str(each)[:30],
    )
    def test_an_ill_typed_value_is_text(
        self, text: str, datatype: str, value: dict[str, object]
    ) -> None:
        graph = Graph(ox.parse(DATA, ox.RdfFormat.TURTLE))
        literal = ox.Literal(text, datatype=ox.NamedNode(f"{XSD}{datatype}"))
        thing, area = f"{BASE}id/economy/KOR", "https://schema.org/area"
        graph.store.add(ox.Quad(ox.NamedNode(thing), ox.NamedNode(area), literal))
        found = extend(Entities(graph), ["economy/KOR"], [Column("schema:area")])
        assert found["rows"]["economy/KOR"]["schema:area"] == [value]
        json.dumps(found, allow_nan=False)

    def test_settings_select_values(self, entities: Entities) -> None:
        columns = [Column("skos:prefLabel", language="KO"), Column("skos:notation", limit=1)]
        row = extend(entities, ["economy/KOR"], columns)["rows"]["economy/KOR"]
        assert row == {"skos:prefLabel": [{"str": "대한민국"}], "skos:notation": [{"str": "410"}]}

    def test_the_error_names_an_unknown_property(self, entities: Entities) -> None:
        with pytest.raises(MalformedRequest, match="no property 'x'"):
            extend(entities, [], [Column("x")])
