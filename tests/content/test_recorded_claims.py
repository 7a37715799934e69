"""Every recorded claim can be found by its id and names its source."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
import pytest

from apecgraph.build.derivation import derived_dataset
from apecgraph.consistency.findings import Findings
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import Content
from apecgraph.rdf.namespaces import ID, PREFIXES, PROV

CLAIMS = {
    "S001": "1-65 725 738-747",
    "S002": "66-80",
    "S003": "81-99 724",
    "S004": "100-112",
    "S005": "113 115-122",
    "S006": "114 123-129",
    "S007": "130-150 729-736",
    "S008": "151-155",
    "S009": "156-160",
    "S010": "161-167",
    "S012": "168 173-175 185 188 191",
    "S013": "169 176-178 189 192",
    "S014": "560-561",
    "S015": "172 179-181 186 190 193",
    "S016": "170",
    "S017": "171 182-184",
    "S018": "187 194-196",
    "S019": "197",
    "S020": "198-200",
    "S021": "606 610 612-614",
    "S022": "607 609",
    "S023": "608 611",
    "S024": "615-616 659",
    "S025": "601 683-685",
    "S026": "603 686-687 737",
    "S029": "688",
    "S030": "646-649 658",
    "S031": "618 654-657",
    "S032": "650-653",
    "S033": "619-622",
    "S034": "623-625 627",
    "S035": "626",
    "S036": "628-631",
    "S037": "632",
    "S038": "633-636",
    "S039": "637-638",
    "S040": "639-642",
    "S041": "643-645",
    "S042": "575-577 661-663",
    "S043": "664-665",
    "S044": "670-675",
    "S045": "617 666-669",
    "S046": "676-678",
    "S047": "679-682",
    "S048": "201-204 207-216",
    "S049": "205 395-401",
    "S050": "206 402-408",
    "S051": "217-218 229 240 242 245 248 251 256-257 260 262 264 266 268 270-277 279-284 297",
    "S052": "219-220 227 241 243 246 249 252 254-255 285-290 298-300",
    "S053": "221-222 230",
    "S054": "223-224 228 244 247 250 253 258-259 263 265 267 269 278 291-296 301-302",
    "S055": "225-226 231 261",
    "S056": "233-239",
    "S057": "232 321",
    "S058": "440-447",
    "S059": "303-305",
    "S060": "312-316 558-559",
    "S061": "306-311",
    "S062": "317-320",
    "S063": "323-324 572-573",
    "S064": "322",
    "S065": "325",
    "S066": "328-330",
    "S067": "326-327",
    "S068": "331-336 363",
    "S069": "337-342 364",
    "S070": "343-348 365 376-386",
    "S071": "349-354 366 373-375",
    "S072": "361-362",
    "S073": "355-360 391-392",
    "S074": "389-390",
    "S075": "387-388 393-394",
    "S076": "369-371",
    "S077": "367-368 372",
    "S078": "409-416",
    "S079": "417-418 423-426 431",
    "S080": "419-420 427-430 432",
    "S081": "421-422 433",
    "S082": "436-439",
    "S083": "434-435",
    "S084": "448-451 464-465",
    "S085": "452-455 462 466-467",
    "S086": "460-461",
    "S087": "456-459 463 468",
    "S088": "469-473",
    "S089": "474-478 484-488",
    "S090": "479-483",
    "S091": "489-490",
    "S092": "491",
    "S093": "492-497",
    "S094": "498-502",
    "S095": "503-505",
    "S096": "506-509 518",
    "S097": "510-517",
    "S098": "519-523",
    "S099": "524-526",
    "S100": "527-528",
    "S101": "529-531",
    "S102": "532-533 536",
    "S103": "534-535 537",
    "S104": "538-541",
    "S105": "542-546",
    "S106": "547",
    "S107": "548-551 600",
    "S108": "552-554",
    "S109": "555-557",
    "S110": "562-564",
    "S111": "568",
    "S112": "565-567",
    "S113": "569-571 602",
    "S114": "574 604",
    "S115": "595-597",
    "S116": "593-594",
    "S117": "581-583",
    "S118": "584-586",
    "S119": "578-580 660",
    "S120": "598-599",
    "S121": "590-592",
    "S122": "587-589",
    "S123": "605",
    "S128": "689 697",
    "S129": "690",
    "S130": "695 698",
    "S131": "693",
    "S132": "692",
    "S133": "694 696",
    "S134": "701 703-704",
    "S135": "702 705",
    "S136": "706-707",
    "S137": "708",
    "S138": "709-710",
    "S139": "713",
    "S140": "711",
    "S141": "712",
    "S142": "714",
    "S143": "722",
    "S144": "723",
    "S145": "726",
    "S146": "727",
    "S147": "728",
    "S148": "715-716",
    "S149": "717-718",
    "S152": "719 721",
    "S153": "720",
    "S169": "691 699-700",
}
"""A dict from the identifier of each source to the numbers of its claims."""


def ids(ranges: str) -> list[str]:
    """Spell out `1-3 7` as C0001, C0002, C0003, C0007."""
    found = []
    for each in ranges.split():
        first, _, last = each.partition("-")
        found += [f"C{number:04}" for number in range(int(first), int(last or first) + 1)]
    return found


@pytest.fixture(scope="module")
def store(press: Content) -> ox.Store:
    store = ox.Store()
    store.extend(derived_dataset(Findings(Evidence.gather(press))))
    return store


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    solutions = store.query(query, prefixes=PREFIXES)
    assert isinstance(solutions, ox.QuerySolutions)
    return sorted(tuple(getattr(value, "value", "") for value in row) for row in solutions)


def test_all_747_claims_are_listed() -> None:
    assert len(ids(CLAIMS["S001"])) == 76
    assert sum(len(ids(ranges)) for ranges in CLAIMS.values()) == 747


@pytest.mark.parametrize(
    ("source", "claim"),
    [(source, claim) for source, ranges in CLAIMS.items() for claim in ids(ranges)],
)
def test_a_claim_is_found_by_its_id_in_the_graph_of_its_source(
    store: ox.Store, source: str, claim: str
) -> None:
    found = rows(
        store,
        f"""SELECT ?source ?said {{
            GRAPH ?source {{
                ?claim dcterms:identifier "{claim}" ; apec:statedIn ?source ;
                       (sdmx-measure:obsValue|rdf:object) ?said .
                ?source dcterms:identifier "{source}" ; schema:url ?url .
            }}
        }}""",
    )
    assert found, f"{claim} is not stated by {source}"


def test_a_text_claim_is_a_plain_triple_in_the_graph_of_its_source(store: ox.Store) -> None:
    found = rows(
        store,
        """SELECT ?id {
            GRAPH ?source {
                ?claim a rdf:Statement ; dcterms:identifier ?id .
                FILTER NOT EXISTS {
                    ?claim rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o . ?s ?p ?o
                }
            }
        }""",
    )
    assert found == []


FIGURE = """?figure apec:reporter <https://w3id.org/apecgraph/id/economy/CHN> ;
    apec:counterpart <https://w3id.org/apecgraph/id/group/apec-other-economies> ;
    apec:measure <https://w3id.org/apecgraph/id/measure/trade-value> ;
    sdmx-dimension:currency <https://w3id.org/apecgraph/id/unit/CNY> ;
    apec:period <https://w3id.org/apecgraph/id/period/2025> ;
    apec:value ?value ."""


def test_a_plain_query_returns_only_what_the_evidence_supports(store: ox.Store) -> None:
    assert rows(store, f"SELECT DISTINCT ?value {{ {FIGURE} }}") == [("26290000000000",)]


def test_the_same_query_by_source_returns_both_with_their_sources(store: ox.Store) -> None:
    found = rows(
        store,
        f"""SELECT ?value (COUNT(DISTINCT ?source) AS ?sources) {{
            GRAPH ?source {{ {FIGURE} }} ?source schema:url ?url
        }} GROUP BY ?value""",
    )
    assert found == [("2629000000000", "2"), ("26290000000000", "6")]


def test_a_source_is_cited_without_reification(store: ox.Store) -> None:
    found = rows(
        store,
        """SELECT ?theme ?publisher {
            GRAPH ?source { ?meeting apec:theme ?theme }
            ?source dcterms:publisher/skos:prefLabel ?publisher
            FILTER (lang(?theme) = "en")
        }""",
    )
    assert ("Building an Asia-Pacific Community to Prosper Together", "Shenzhen Daily") in found
    assert len(found) == 11


def test_rejected_claims_are_not_in_the_default_graph(store: ox.Store) -> None:
    rejected = "?decision apec:rejects ?node ."
    assert len(rows(store, f"SELECT ?node {{ {rejected} }}")) == 25
    assert rows(store, f"SELECT ?node {{ {rejected} ?node ?p ?o }}") == []


def test_a_theme_has_one_preferred_wording_and_keeps_the_others(store: ox.Store) -> None:
    found = rows(
        store,
        """SELECT ?theme ?status {
          <https://w3id.org/apecgraph/id/meeting/sccp1-2026> apec:theme ?theme .
          ?statement rdf:subject <https://w3id.org/apecgraph/id/meeting/sccp1-2026> ;
            rdf:predicate apec:theme ; rdf:object ?theme ;
            <http://www.w3.org/ns/adms#status>/skos:prefLabel ?status .
          FILTER (lang(?theme) = 'en' && lang(?status) = 'en')
        }""",
    )
    assert sorted(found) == [
        ("Building an Asia-Pacific Community for Common Prosperity", "stands"),
        ("Building the Asia Pacific Community and Promoting Common Prosperity", "alternative"),
        ("building an Asia Pacific community and promoting common prosperity", "alternative"),
    ]


def test_an_opinion_is_a_statement_but_not_a_triple_in_the_default_graph(store: ox.Store) -> None:
    customs = "<https://w3id.org/apecgraph/id/topic/customs>"
    assert rows(store, f"SELECT ?words {{ {customs} schema:description|apec:aim ?words }}") == []
    said = rows(
        store,
        f"""SELECT ?words {{
            ?statement rdf:subject {customs} ; rdf:predicate schema:description ;
                rdf:object ?words ;
                prov:wasAttributedTo <https://w3id.org/apecgraph/id/person/zhao-zenglian>
        }}""",
    )
    assert ("has a mission that cannot be shirked",) in said
    assert len(said) == 5


def test_a_date_that_somebody_says_is_a_fact(press: Content) -> None:
    evidence = Evidence.gather(press)
    graph = evidence.graph
    day = next(each for each in evidence.statements if each.iri.endswith("seetaoe-258468/start"))
    attributed, source = ox.NamedNode(f"{PROV}wasAttributedTo"), ox.NamedNode(day.source)
    theme = next(each for each in evidence.statements if each.iri.endswith("/topic-smart-customs"))
    for said in (day, theme):
        graph.store.add(
            ox.Quad(ox.NamedNode(said.iri), attributed, ox.NamedNode(f"{ID}person/x"), source)
        )
    opinions = replace(evidence).opinions
    assert day.iri not in opinions
    assert theme.iri in opinions


def test_a_triple_is_accepted_if_one_of_its_statements_is_not_rejected(
    store: ox.Store,
) -> None:
    # no decision rejects the start date: four sources state it, in one triple
    found = rows(
        store,
        "SELECT ?day { <https://w3id.org/apecgraph/id/meeting/sccp1-2026> schema:startDate ?day }",
    )
    assert found == [("2026-02-04",)]


def test_a_decision_carries_the_arithmetic(store: ox.Store) -> None:
    found = rows(
        store,
        """SELECT ?words { ?decision dcterms:identifier "A1" ; apec:arithmetic ?words }""",
    )
    assert len(found) > 5
    assert any("one is 10 times the other" in words for (words,) in found)
    assert any("19.41 trillion yuan" in words for (words,) in found)  # a part of it is larger


@pytest.mark.parametrize(
    "decision",
    [
        *("A1", "A2", "A3", *(f"B{number}" for number in range(1, 12)), "C1", "C2", "C3", "C4"),
        *("D1a", "D1b", "D1c", "D1d", "D1e", "D1f", "D1g", "D2", "D4", "D5", "E1", "E2", "F1"),
    ],
)
def test_every_conflict_has_its_decision(store: ox.Store, decision: str) -> None:
    found = rows(
        store,
        f"""SELECT ?verdict {{ ?decision dcterms:identifier "{decision}" ; a apec:Decision ;
            apec:verdict/skos:prefLabel ?verdict ; rdfs:comment ?reason
            FILTER (lang(?verdict) = 'en' && lang(?reason) = 'en') }}""",
    )
    assert len(found) == 1
