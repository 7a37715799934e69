"""The table of figures, as other programs read it, compared with the graph."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import httpx
import pandas as pd
import pyoxigraph as ox
import pytest
from csvw import CSVW

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, BASE, DCTERMS, ID, PREFIXES, RDF, SKOS
from apecgraph.release.release import Release
from apecgraph.tabular.csv_table import write_csv, write_metadata
from apecgraph.tabular.figures import Figures
from tests.support.figures import FORMULAS, SOURCE, csv_rows, figure


def solutions(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    names = "".join(f"PREFIX {each}: <{PREFIXES[each]}>\n" for each in PREFIXES)
    found = store.query(f"{names}{query}")
    assert isinstance(found, ox.QuerySolutions)
    return sorted(tuple("" if term is None else term.value for term in each) for each in found)


def test_each_figure_is_a_row(rows: list[dict[str, str]], store: ox.Store) -> None:
    """Figures of all graphs are there; those that a decision rejects are marked."""
    columns = (
        "figure",
        "statedIn",
        "value",
        "lower",
        "upper",
        "reporter",
        "counterpart",
        "subject",
    )
    found = solutions(
        store,
        f"""SELECT {" ".join(f"?{each}" for each in columns)} WHERE {{ GRAPH ?g {{
          ?figure a qb:Observation ; apec:statedIn ?statedIn ; apec:value ?value .
          OPTIONAL {{ ?figure apec:lower ?lower }} OPTIONAL {{ ?figure apec:upper ?upper }}
          OPTIONAL {{ ?figure apec:reporter ?reporter }}
          OPTIONAL {{ ?figure apec:counterpart ?counterpart }}
          OPTIONAL {{ ?figure apec:subject ?subject }}
        }} }}""",
    )
    assert sorted(tuple(row[each] for each in columns) for row in rows) == found
    assert len(rows) > 400
    assert [row["figure"] for row in rows] == sorted(row["figure"] for row in rows)


def test_the_status_of_each_figure_follows_from_the_decisions(
    rows: list[dict[str, str]], store: ox.Store
) -> None:
    standing = {each for (each,) in solutions(store, "SELECT ?f { ?f a qb:Observation }")}
    assert {row["figure"] for row in rows if row["statusLabel"] != "rejected"} == standing
    disputed = solutions(
        store,
        f"SELECT DISTINCT ?f {{ ?d apec:verdict <{ID}verdict/open> ; apec:upholds ?f ."
        " ?f a qb:Observation }",
    )
    assert {row["figure"] for row in rows if row["status"] == f"{ID}status/disputed"} == {
        f for (f,) in disputed
    }
    pairs = solutions(
        store,
        "SELECT ?f ?d { ?d apec:rejects|apec:upholds|apec:alternative ?f"
        " GRAPH ?g { ?f a qb:Observation } }",
    )
    listed = [(row["figure"], each) for row in rows for each in row["decision"].split()]
    assert sorted(listed) == pairs


def test_labels_and_dates_are_next_to_the_iris(rows: list[dict[str, str]]) -> None:
    (row,) = [each for each in rows if each["figure"].endswith("chinadailyasia-628497/trade-2025")]
    assert (row["reporter"], row["reporterLabel"]) == (f"{ID}economy/CHN", "China")
    assert (row["period"], row["periodLabel"]) == (f"{ID}period/2025", "2025")
    assert (row["startDate"], row["endDate"]) == ("2025-01-01", "2025-12-31")
    assert (row["value"], row["unitMult"]) == ("26290000000000", "12")
    assert (row["printed"], row["language"]) == ("26.29 trillion yuan", "en")


def test_a_csvw_processor_accepts_it(
    server: str, release: Release, rows: list[dict[str, str]]
) -> None:
    """The processor finds the metadata through the link, and the rows fit it."""
    for path in ("dumps", f"dumps/{release.digest}"):
        table = CSVW(f"{server}/{path}/figures.csv", validate=True)
        assert table.is_valid, table.warnings
        assert table.t.tableSchema.aboutUrl is not None
    assert len(list(table.tables[0])) == len(rows)


def test_a_csvw_processor_makes_the_triples_of_the_graph(
    server: str, store: ox.Store, rows: list[dict[str, str]]
) -> None:
    objects = CSVW(f"{server}/dumps/figures.csv").to_json(minimal=True)
    assert len(objects) == len(rows)
    for each in objects:
        figure = ox.NamedNode(each.pop("@id"))
        type_ = ox.NamedNode(expanded(each.pop("rdf:type")))
        assert any(store.quads_for_pattern(figure, ox.NamedNode(f"{RDF}type"), type_, None))
        for name, value in each.items():
            stated = store.quads_for_pattern(figure, ox.NamedNode(expanded(name)), None, None)
            found = {read(quad.object) for quad in stated if isinstance(quad.object, Value)}
            assert found == {expanded(value) if isinstance(value, str) else Decimal(str(value))}


Value = ox.NamedNode | ox.Literal


def read(term: Value) -> str | Decimal:
    number = isinstance(term, ox.Literal) and term.datatype.value.endswith(("decimal", "integer"))
    return Decimal(term.value) if number else term.value


def expanded(name: str) -> str:
    prefix, _, local = name.partition(":")
    namespaces = {**PREFIXES, "dc": DCTERMS}
    return namespaces[prefix] + local if prefix in namespaces else name


@pytest.mark.filterwarnings("always")  # the processor reports wrong rows as warnings
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (",identifier,", ",identity,"),
        (",39.35,39.45,", ",much,39.45,"),
        (",2021-01-01,", ",yesterday,"),
    ],
)
def test_a_csvw_processor_rejects_invalid_files(
    release: Release, tmp_path: Path, right: str, wrong: str
) -> None:
    """The CSVW processor used in the tests above detects invalid files."""
    table, metadata = (tmp_path / each for each in ("figures.csv", "figures.csv-metadata.json"))
    for path in (table, metadata):
        shutil.copy(release.path / path.name, path)
    assert CSVW(str(metadata), validate=True).is_valid
    data = table.read_bytes()
    table.write_bytes(data.replace(right.encode(), wrong.encode(), 1))
    assert not CSVW(str(metadata), validate=True).is_valid


def test_pandas_reads_its_types(server: str, rows: list[dict[str, str]]) -> None:
    frame = pd.read_csv(f"{server}/dumps/figures.csv", parse_dates=["startDate", "endDate"])
    assert len(frame) == len(rows)
    numbers = frame[["value", "lower", "upper", "obsValue", "unitMult", "decimals"]]
    assert all(pd.api.types.is_numeric_dtype(each) for each in numbers.dtypes)
    for name in ("startDate", "endDate"):
        assert pd.api.types.is_datetime64_any_dtype(frame[name].dtype)
    listed = frame[(frame.statusLabel == "stands") & (frame.printed == "26.29 trillion yuan")]
    assert set(listed.value) == {26_290_000_000_000}
    compressed = pd.read_csv(f"{server}/dumps/figures.csv.gz", compression="gzip")
    assert len(compressed) == len(rows)


def test_its_metadata_can_be_found(client: httpx.Client) -> None:
    response = client.get("/dumps/figures.csv").raise_for_status()
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    link = '<figures.csv-metadata.json>; rel="describedby"; type="application/csvm+json"'
    assert link in response.headers["link"]
    metadata = client.get("/dumps/figures.csv-metadata.json").raise_for_status()
    assert metadata.headers["content-type"] == "application/csvm+json"
    assert metadata.json()["url"] == "figures.csv"


def test_its_columns_are_described(release: Release) -> None:
    metadata = json.loads((release.path / "figures.csv-metadata.json").read_text())
    columns = {each["name"]: each for each in metadata["tableSchema"]["columns"]}
    header = (release.path / "figures.csv").read_text().partition("\n")[0].split(",")
    assert [name for name, each in columns.items() if not each.get("virtual")] == header
    reporter = columns["reporter"]
    assert reporter["propertyUrl"] == f"{APEC}reporter"
    assert reporter["dc:description"].startswith("Dimension: the economy")
    assert metadata["dc:license"] == [{"@id": "https://creativecommons.org/publicdomain/zero/1.0/"}]


def row(graph: Graph) -> dict[str, str]:
    text = write_csv(Figures(graph).table()).decode()
    (found,) = csv_rows(text)
    return found


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    found = row(
        figure((f"{APEC}printed", ox.Literal(text)), (f"{DCTERMS}identifier", ox.Literal(text)))
    )
    assert (found["printed"], found["identifier"]) == (f"'{text}", f"'{text}")


def test_no_cell_of_a_release_is_a_formula(rows: list[dict[str, str]]) -> None:
    cells = {cell for each in rows for cell in each.values() if cell[:1] in tuple("=+-@")}
    assert all(Decimal(cell) is not None for cell in cells)
    assert "'+1.9%" in {each["printed"] for each in rows}


@pytest.mark.parametrize("text", ["-3.5", "+3", "0", "1,5", 'say "x", \r\n then y', "'quoted", ""])
def test_other_cells_are_unchanged(text: str) -> None:
    assert row(figure((f"{APEC}printed", ox.Literal(text, language="en"))))["printed"] == text


def test_no_label_is_a_formula() -> None:
    place = ox.NamedNode(f"{ID}place/x")
    graph = figure((f"{APEC}reporter", place))
    label = ox.NamedNode(f"{SKOS}prefLabel")
    graph.store.add(ox.Quad(place, label, ox.Literal("=cmd|' /C calc'!A0"), SOURCE))
    assert row(graph)["reporterLabel"] == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize("value", [ox.Literal("no IRI"), ox.BlankNode("b")])
def test_literals_and_blank_nodes_in_place_of_iris_are_left_out(
    value: ox.Literal | ox.BlankNode,
) -> None:
    found = row(figure((f"{APEC}reporter", value), (f"{APEC}period", value)))
    assert (found["reporter"], found["reporterLabel"], found["startDate"]) == ("", "", "")


def test_a_table_may_have_no_figures() -> None:
    table = pd.read_csv(BytesIO(write_csv(Figures(Graph(())).table())))
    assert list(table.columns)[:2] == ["figure", "value"]
    assert table.empty
    metadata = json.loads(write_metadata(Graph(())))
    assert (metadata["dc:title"], metadata["dc:license"]) == (None, [])
    assert metadata["dc:isPartOf"] == {"@id": BASE}
