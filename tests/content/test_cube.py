"""The figures are a well-formed cube: IC-1 to IC-21 of the RDF Data Cube recommendation.

https://www.w3.org/TR/vocab-data-cube/#wf - each constraint is a query for its violations. It finds
none in the content, and finds the one that a case plants in a copy. If a constraint is about
something that the content lacks (slices, several measures, hierarchies), the case first adds it to
the copy, which stays well-formed until the case spoils it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
import pytest

from apecgraph.build.derivation import derived_dataset
from apecgraph.consistency.findings import Findings
from apecgraph.consistency.wording import Wording
from apecgraph.content.cube import DIMENSIONS, REQUIRED_DIMENSIONS, Cell, local_name
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import SHAPES_GRAPH, Content
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, PREFIXES, QB, RDF, SDMX_DIMENSION, SKOS
from apecgraph.rdf.terms import in_graph
from apecgraph.readers.series import SERIES_DIMENSIONS
from apecgraph.tabular.columns import COLUMNS

NORMAL_FORM: Final = (
    # classes are inferred from use
    "INSERT { ?it a qb:Observation } WHERE { ?it qb:dataSet [] }",
    "INSERT { ?it a qb:Observation } WHERE { [] qb:observation ?it }",
    "INSERT { ?it a qb:Slice } WHERE { [] qb:slice ?it }",
    *(
        f"INSERT {{ ?it qb:componentProperty ?p . ?p a qb:{kind} }} WHERE {{ ?it {short} ?p }}"
        for short, kind in (
            ("qb:dimension", "DimensionProperty"),
            ("qb:measure", "MeasureProperty"),
            ("qb:attribute", "AttributeProperty"),
        )
    ),
    # values of a dataset or a slice hold for each of its observations
    """INSERT { ?observation ?p ?value } WHERE {
        ?set qb:structure/qb:component ?part .
        ?part qb:componentAttachment qb:DataSet ; qb:componentProperty ?p .
        ?set ?p ?value . ?observation qb:dataSet ?set }""",
    """INSERT { ?observation ?p ?value } WHERE {
        ?set qb:slice ?slice ; qb:structure/qb:component ?part .
        ?part qb:componentProperty ?p . ?slice ?p ?value ; qb:observation ?observation
        FILTER EXISTS { { ?p a qb:DimensionProperty }
                        UNION { ?part qb:componentAttachment qb:Slice } } }""",
)

CONSTRAINTS: Final = {
    "IC-1": """# an observation is in exactly one dataset
        { SELECT ?it { ?it a qb:Observation OPTIONAL { ?it qb:dataSet ?set } }
          GROUP BY ?it HAVING (COUNT(DISTINCT ?set) != 1) }""",
    "IC-2": """# a dataset has exactly one structure
        { SELECT ?it { ?it a qb:DataSet OPTIONAL { ?it qb:structure ?structure } }
          GROUP BY ?it HAVING (COUNT(DISTINCT ?structure) != 1) }""",
    "IC-3": """# a structure has a measure
        ?it a qb:DataStructureDefinition
        FILTER NOT EXISTS { ?it qb:component/qb:componentProperty/a qb:MeasureProperty }""",
    "IC-4": """# a dimension has a range
        ?it a qb:DimensionProperty FILTER NOT EXISTS { ?it rdfs:range ?range }""",
    "IC-5": """# a dimension whose values are concepts has a code list
        ?it a qb:DimensionProperty ; rdfs:range skos:Concept
        FILTER NOT EXISTS { ?it qb:codeList ?list }""",
    "IC-6": """# what is optional is an attribute
        ?structure qb:component ?it .
        ?it qb:componentRequired false ; qb:componentProperty ?p
        FILTER NOT EXISTS { ?p a qb:AttributeProperty }""",
    "IC-7": """# a slice key is one of some structure
        ?it a qb:SliceKey
        FILTER NOT EXISTS { ?structure a qb:DataStructureDefinition ; qb:sliceKey ?it }""",
    "IC-8": """# a slice key has components of its structure
        ?structure qb:sliceKey ?it . ?it a qb:SliceKey ; qb:componentProperty ?p
        FILTER NOT EXISTS { ?structure qb:component/qb:componentProperty ?p }""",
    "IC-9": """# a slice has exactly one key
        { SELECT ?it { ?it a qb:Slice OPTIONAL { ?it qb:sliceStructure ?key } }
          GROUP BY ?it HAVING (COUNT(DISTINCT ?key) != 1) }""",
    "IC-10": """# a slice fixes all that its key names
        ?it a qb:Slice ; qb:sliceStructure/qb:componentProperty ?p
        FILTER NOT EXISTS { ?it ?p ?value }""",
    "IC-11": """# an observation has all dimensions
        ?it a qb:Observation ; qb:dataSet/qb:structure/qb:component/qb:componentProperty ?p .
        ?p a qb:DimensionProperty FILTER NOT EXISTS { ?it ?p ?value }""",
    "IC-12": """# no two observations of a dataset agree on all dimensions
        { SELECT (MIN(?one) AS ?it) {
            SELECT ?set ?one (GROUP_CONCAT(?place) AS ?places) {
              SELECT ?set ?one ?place {
                ?one qb:dataSet ?set . ?set qb:structure/qb:component/qb:componentProperty ?p .
                ?p a qb:DimensionProperty . ?one ?p ?value
                BIND (CONCAT(STR(?p), "=", STR(?value)) AS ?place) } ORDER BY ?place }
            GROUP BY ?set ?one }
          GROUP BY ?set ?places HAVING (COUNT(?one) > 1) }""",
    "IC-13": """# an observation has all required attributes
        ?it a qb:Observation ; qb:dataSet/qb:structure/qb:component ?part .
        ?part qb:componentRequired true ; qb:componentProperty ?p
        FILTER NOT EXISTS { ?it ?p ?value }""",
    "IC-14": """# without a dimension of measures, an observation has all measures
        ?it a qb:Observation ; qb:dataSet/qb:structure ?structure .
        ?structure qb:component/qb:componentProperty ?p . ?p a qb:MeasureProperty
        FILTER NOT EXISTS { ?structure qb:component/qb:componentProperty qb:measureType }
        FILTER NOT EXISTS { ?it ?p ?value }""",
    "IC-15": """# with one, an observation has the measure that it says
        ?it a qb:Observation ; qb:measureType ?measure ; qb:dataSet/qb:structure ?structure .
        ?structure qb:component/qb:componentProperty qb:measureType
        FILTER NOT EXISTS { ?it ?measure ?value }""",
    "IC-16": """# and no other measure
        ?it a qb:Observation ; qb:measureType ?measure ; qb:dataSet/qb:structure ?structure .
        ?structure qb:component/qb:componentProperty qb:measureType, ?p .
        ?p a qb:MeasureProperty . ?it ?p ?value FILTER (?p != ?measure)""",
    "IC-17": """# and what is observed in one measure is observed in all
        ?it qb:measureType ?measure ; qb:dataSet ?set . ?set qb:structure ?structure .
        ?structure qb:component/qb:componentProperty qb:measureType, ?p . ?p a qb:MeasureProperty
        FILTER NOT EXISTS {
            ?other qb:dataSet ?set ; qb:measureType ?p
            FILTER NOT EXISTS {
                ?structure qb:component/qb:componentProperty ?dimension .
                ?dimension a qb:DimensionProperty .
                ?it ?dimension ?left . ?other ?dimension ?right
                FILTER (?left != ?right && ?dimension != qb:measureType) } }""",
    "IC-18": """# a slice of a dataset has only observations of that dataset
        ?set qb:slice/qb:observation ?it . ?it qb:dataSet ?other FILTER (?set != ?other)""",
    "IC-19": """# a code is in the code list of its dimension
        ?it a qb:Observation ; qb:dataSet/qb:structure/qb:component/qb:componentProperty ?p .
        ?p a qb:DimensionProperty ; qb:codeList ?list . ?it ?p ?code
        FILTER (EXISTS { ?list a skos:ConceptScheme }
                && NOT EXISTS { ?code a skos:Concept ; skos:inScheme ?list }
                || EXISTS { ?list a skos:Collection }
                && NOT EXISTS { ?code a skos:Concept . ?list skos:member+ ?code })""",
    "IC-20": """# a code of a hierarchy is reached from one of its roots
        ?it a qb:Observation ; qb:dataSet/qb:structure/qb:component/qb:componentProperty ?p .
        ?p a qb:DimensionProperty ; qb:codeList ?list . ?it ?p ?code .
        ?list a qb:HierarchicalCodeList ; qb:parentChildProperty <$child>
        FILTER NOT EXISTS { ?list qb:hierarchyRoot/<$child>* ?code }""",
    "IC-21": """# the same for a hierarchy that is declared from child to parent
        ?it a qb:Observation ; qb:dataSet/qb:structure/qb:component/qb:componentProperty ?p .
        ?p a qb:DimensionProperty ; qb:codeList ?list . ?it ?p ?code .
        ?list a qb:HierarchicalCodeList ; qb:parentChildProperty/owl:inverseOf <$parent>
        FILTER NOT EXISTS { ?list qb:hierarchyRoot/^<$parent>* ?code }""",
}
"""The pattern within `SELECT ?it { }`; ?it violates the constraint."""

STEPS: Final = {
    "$child": "?list qb:parentChildProperty ?step FILTER (isIRI(?step))",
    "$parent": """?list qb:parentChildProperty ?up FILTER (isBlank(?up))
        ?up owl:inverseOf ?step FILTER (isIRI(?step))""",
}
"""A path cannot contain a variable: such a query is run for each ?step."""

TRADE: Final = "figure/chinadailyasia-628497/trade-2025"

SLICES: Final = f"""INSERT DATA {{
    <structure/trade> qb:sliceKey <key/series> .
    <key/series> a qb:SliceKey ;
        qb:componentProperty apec:reporter, apec:counterpart, apec:flow,
            sdmx-dimension:currency .
    <dataset/trade> qb:slice <slice/series> .
    <slice/series> a qb:Slice ; qb:sliceStructure <key/series> ; qb:observation <{TRADE}> ;
        apec:reporter <economy/CHN> ; apec:counterpart <group/apec-other-economies> ;
        apec:flow <flow/total> ; sdmx-dimension:currency <unit/CNY> }}"""

MEASURES: Final = """INSERT DATA {
    <dataset/m> a qb:DataSet ; qb:structure <structure/m> .
    <structure/m> a qb:DataStructureDefinition ;
        qb:component <m/area>, <m/type>, <m/height>, <m/depth> .
    <m/area> qb:dimension apec:reporter . <m/type> qb:dimension qb:measureType .
    qb:measureType rdfs:range rdf:Property .
    <m/height> qb:measure <height> . <m/depth> qb:measure <depth> .
    <m/1> qb:dataSet <dataset/m> ; apec:reporter <economy/CHN> ;
        qb:measureType <height> ; <height> 8849 .
    <m/2> qb:dataSet <dataset/m> ; apec:reporter <economy/CHN> ;
        qb:measureType <depth> ; <depth> 154 }"""

COLLECTION: Final = """DELETE { apec:flow qb:codeList ?scheme }
    INSERT { apec:flow qb:codeList <flows> . <flows> a skos:Collection ; skos:member <more> .
             <more> a skos:Collection ; skos:member ?flow }
    WHERE { apec:flow qb:codeList ?scheme . ?flow skos:inScheme ?scheme }"""

HIERARCHY: Final = """DELETE { apec:flow qb:codeList ?scheme }
    INSERT { apec:flow qb:codeList <flows> .
             <flows> a qb:HierarchicalCodeList ; qb:hierarchyRoot <flow/any> .
             <flow/any> a skos:Concept ; skos:narrower ?flow . ?flow skos:broader <flow/any> }
    WHERE { apec:flow qb:codeList ?scheme . ?flow skos:inScheme ?scheme } ;"""
DOWNWARDS: Final = f"{HIERARCHY} INSERT DATA {{ <flows> qb:parentChildProperty skos:narrower }}"
UPWARDS: Final = (
    f"{HIERARCHY} INSERT DATA {{ <flows> qb:parentChildProperty [ owl:inverseOf skos:broader ] }}"
)


@dataclass(frozen=True)
class Case:
    """given: adds a thing that the constraint is about. spoils: makes `wrong` violate it."""

    constraint: str
    wrong: str
    spoils: str
    given: str = ""


CASES: Final = (
    Case("IC-1", TRADE, f"INSERT DATA {{ <{TRADE}> qb:dataSet <dataset/indicators> }}"),
    Case("IC-1", TRADE, f"DELETE WHERE {{ <{TRADE}> qb:dataSet ?set }}"),
    Case("IC-2", "dataset/trade", "DELETE WHERE { <dataset/trade> qb:structure ?structure }"),
    Case(
        "IC-3",
        "structure/trade",
        "DELETE DATA { <structure/trade> qb:component <structure/trade/obsValue> }",
    ),
    Case("IC-4", f"{PREFIXES['apec']}subject", "DELETE WHERE { apec:subject rdfs:range ?range }"),
    Case("IC-5", f"{PREFIXES['apec']}flow", "DELETE WHERE { apec:flow qb:codeList ?list }"),
    Case(
        "IC-6",
        "structure/trade/period",
        "INSERT DATA { <structure/trade/period> qb:componentRequired false }",
    ),
    Case(
        "IC-7", "key/series", "DELETE WHERE { <structure/trade> qb:sliceKey <key/series> }", SLICES
    ),
    Case(
        "IC-8",
        "key/series",
        "INSERT DATA { <key/series> qb:componentProperty apec:subject }",
        SLICES,
    ),
    Case("IC-9", "slice/series", "DELETE WHERE { <slice/series> qb:sliceStructure ?key }", SLICES),
    Case(
        "IC-10",
        "slice/series",
        "DELETE WHERE { <slice/series> sdmx-dimension:currency ?currency }",
        SLICES,
    ),
    Case("IC-11", TRADE, f"DELETE WHERE {{ <{TRADE}> apec:statedIn ?source }}"),
    Case("IC-12", TRADE, f"INSERT {{ <figure/z> ?p ?value }} WHERE {{ <{TRADE}> ?p ?value }}"),
    Case("IC-13", TRADE, f"DELETE WHERE {{ <{TRADE}> apec:bound ?bound }}"),
    Case("IC-14", TRADE, f"DELETE WHERE {{ <{TRADE}> sdmx-measure:obsValue ?value }}"),
    Case("IC-15", "m/1", "DELETE WHERE { <m/1> <height> ?value }", MEASURES),
    Case("IC-16", "m/1", "INSERT DATA { <m/1> <depth> 154 }", MEASURES),
    Case("IC-17", "m/1", "DELETE WHERE { <m/2> ?p ?value }", MEASURES),
    Case("IC-18", TRADE, "INSERT DATA { <dataset/indicators> qb:slice <slice/series> }", SLICES),
    Case("IC-19", TRADE, "DELETE WHERE { <flow/total> skos:inScheme ?scheme }"),
    Case("IC-19", TRADE, "DELETE WHERE { <more> skos:member <flow/total> }", COLLECTION),
    Case("IC-20", TRADE, "DELETE DATA { <flow/any> skos:narrower <flow/total> }", DOWNWARDS),
    Case("IC-21", TRADE, "DELETE DATA { <flow/total> skos:broader <flow/any> }", UPWARDS),
)

Cube = tuple[ox.Quad, ...]


@pytest.fixture(scope="module")
def cube(press: Content) -> Cube:
    """Return all named graphs except the shapes, rejected claims included, as one graph."""
    quads = derived_dataset(Findings(Evidence.gather(press)))
    return tuple(
        in_graph(quad.triple)
        for quad in quads
        if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name != SHAPES_GRAPH
    )


def changed(cube: Cube, *updates: str) -> ox.Store:
    """Copy the cube, change it, and bring it into its normal form."""
    store = ox.Store()
    store.extend(cube)
    for update in (*updates, *NORMAL_FORM):
        if update:
            store.update(update, base_iri=ID, prefixes=PREFIXES)
    return store


def select(store: ox.Store, name: str, pattern: str) -> Iterator[str]:
    """Yield the IRIs of a variable, each once."""
    found = store.query(f"SELECT DISTINCT ?{name} {{ {pattern}\n}}", base_iri=ID, prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    yield from sorted(str(row[name].value) for row in found)


def violations(store: ox.Store, constraints: Iterable[str] = CONSTRAINTS) -> dict[str, list[str]]:
    """Return the violations by constraint."""
    found: dict[str, list[str]] = {}
    for name in constraints:
        queries = [CONSTRAINTS[name]]
        for place, steps in STEPS.items():
            if place in CONSTRAINTS[name]:
                each = select(store, "step", steps)
                queries = [CONSTRAINTS[name].replace(place, step) for step in each]
        for query in queries:
            found.setdefault(name, []).extend(select(store, "it", query))
    return {name: each for name, each in found.items() if each}


@pytest.fixture(scope="module")
def normal(cube: Cube) -> ox.Store:
    return changed(cube)


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_the_cube_violates_no_constraint(normal: ox.Store, constraint: str) -> None:
    assert violations(normal, [constraint]) == {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.constraint)
def test_a_violation_is_found(cube: Cube, case: Case) -> None:
    found = violations(changed(cube, case.given, case.spoils), [case.constraint])
    wrong = case.wrong if case.wrong.startswith("http") else f"{ID}{case.wrong}"
    assert wrong in found.get(case.constraint, [])


@pytest.mark.parametrize(
    "given",
    [SLICES, MEASURES, COLLECTION, DOWNWARDS, UPWARDS],
    ids=["slices", "measures", "collection", "downwards", "upwards"],
)
def test_the_data_given_to_a_case_violates_no_constraint(cube: Cube, given: str) -> None:
    assert violations(changed(cube, given)) == {}


def test_observations_inherit_from_their_slice_and_data_set(cube: Cube) -> None:
    told_once = f"""DELETE WHERE {{ <{TRADE}> sdmx-dimension:currency ?currency }} ;
        DELETE {{ ?figure apec:bound ?bound }}
        WHERE {{ ?figure qb:dataSet <dataset/indicators> ; apec:bound ?bound }} ;
        INSERT DATA {{ <dataset/indicators> apec:bound <bound/rounded> .
                      <structure/indicators/bound> qb:componentAttachment qb:DataSet }}"""
    assert violations(changed(cube, SLICES, told_once)) == {}


def test_every_constraint_has_a_case_and_there_are_21() -> None:
    assert list(CONSTRAINTS) == [f"IC-{number}" for number in range(1, 22)]
    assert {case.constraint for case in CASES} == set(CONSTRAINTS)


def test_the_structures_declare_the_dimensions_of_a_cell_in_its_order(cube: Cube) -> None:
    graph = Graph(cube)
    declared = set[str]()
    for structure in graph.subjects(f"{RDF}type", f"{QB}DataStructureDefinition"):
        order = {
            graph.required_value(part, f"{QB}dimension"): int(
                graph.required_value(part, f"{QB}order")
            )
            for part in graph.values(structure, f"{QB}component")
            if graph.has(part, f"{QB}dimension")
        }
        in_order = sorted(order, key=lambda dimension: order[dimension])
        of_best_values = structure.startswith(f"{ID}structure/best-")
        assert in_order[-1] == (f"{SDMX_DIMENSION}freq" if of_best_values else f"{APEC}statedIn")
        known = [property_ for property_ in DIMENSIONS.values() if property_ in order]
        assert in_order[:-1] == known
        required = {DIMENSIONS[name] for name in REQUIRED_DIMENSIONS}
        assert required <= order.keys()
        declared |= set(known)
    assert declared == set(DIMENSIONS.values())


def test_every_dimension_is_written_chosen_and_exported() -> None:
    properties = set(map(local_name, DIMENSIONS.values()))
    assert properties - {"period", "basePeriod"} == set(SERIES_DIMENSIONS)
    assert properties <= {column.name for column in COLUMNS}
    terms = {name: f"{ID}x/{name}" for name in DIMENSIONS}
    code = (ox.NamedNode(terms["currency"]), ox.NamedNode(f"{SKOS}notation"), ox.Literal("MYR"))
    words = Wording(Graph([in_graph(ox.Triple(*code))])).cell(Cell(**terms))
    assert all(f"x/{name}" in words for name in set(DIMENSIONS) - {"base_period", "valuation"})


def test_the_cube_is_not_empty(normal: ox.Store) -> None:
    for name in ("Observation", "DataSet", "DataStructureDefinition", "DimensionProperty"):
        assert list(select(normal, "it", f"?it a qb:{name}"))
