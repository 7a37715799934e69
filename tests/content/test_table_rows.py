"""Tables in the content: what the writer writes is read, and anything else is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest
from csvw import CSVW

from apecgraph.content.folder import Content, default_content
from apecgraph.content.table_rows import (
    COLUMNS,
    FIGURES,
    MAPPING,
    METADATA,
    OPTIONAL,
    SOURCE,
    TABLES,
    Row,
    Table,
    name_of,
    write_rows,
)
from apecgraph.errors import ContentError
from apecgraph.progress import Step
from apecgraph.rdf.namespaces import DCTERMS, ID, QB, RDF, XSD
from apecgraph.rdf.terms import in_graph
from tests.support.contents import SmallContent

A, B, C = (f"world-{flow}-trade-value-2024" for flow in ("exports", "imports", "total"))
ROW = {
    **dict.fromkeys(COLUMNS, ""),
    "name": C,
    "dataSet": "dataset/trade",
    "reporter": "economy/CHN",
    "counterpart": "group/world",
    "flow": "flow/total",
    "coverage": "coverage/all-goods",
    "measure": "measure/trade-value",
    "period": "period/2024",
    "currency": "unit/CNY",
    "obsValue": "17.50",
    "unitMeasure": "unit/CNY",
    "unitMult": "4",
    "decimals": "2",
    "bound": "bound/rounded",
    "printed": "17.50",
    "locator": "row=3;column=1",
    "issued": "2025-02",
}
ROWS: tuple[Row, ...] = (
    ROW,
    {**ROW, "name": B, "flow": "flow/imports", "obsValue": "10.50", "printed": "10.50"},
    {
        **ROW,
        "name": A,
        "flow": "flow/exports",
        "obsValue": "7",
        "decimals": "0",
        "printed": '7" *',
        "locator": "",
        "issued": "",
    },
)
LINES = [
    "name,flow,obsValue,unitMult,decimals,printed,locator,issued",
    f'{A},flow/exports,7,4,0,"7"" *",,',
    f"{B},flow/imports,10.50,4,2,10.50,row=3;column=1,2025-02",
    f"{C},flow/total,17.50,4,2,17.50,row=3;column=1,2025-02",
    "",
]
NOT_CANONICAL = "is not as apecgraph writes it"
COMPACT = {"dc:": DCTERMS, "qb:": QB, "rdf:": RDF}
REAL = sorted(path.name for path in (default_content() / TABLES).iterdir())


def write(folder: Path) -> Path:
    """Write the table into a folder."""
    folder.mkdir(parents=True)
    for name, text in zip((FIGURES, METADATA), write_rows(ROWS, folder.name, "zh"), strict=True):
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a table."""
    return write(tmp_path / "gacc")


def edit(path: Path, change: Callable[[str], str]) -> None:
    """Change the text of a file, and nothing about the ends of its lines."""
    before = path.read_bytes().decode()
    after = change(before)
    assert after != before
    path.write_bytes(after.encode())


def refused(folder: Path) -> ContentError:
    with pytest.raises(ContentError) as caught:
        Table.read(folder)
    return caught.value


def test_digits_and_order_are_kept_and_constants_are_stated_once(folder: Path) -> None:
    assert (folder / FIGURES).read_bytes().decode().split("\r\n") == LINES
    columns = json.loads((folder / METADATA).read_bytes())["tableSchema"]["columns"]
    (reporter,) = (column for column in columns if column["name"] == "reporter")
    assert reporter["virtual"]
    assert reporter["valueUrl"] == f"{ID}economy/CHN"


def test_what_is_written_reads_back(folder: Path) -> None:
    table = Table.read(folder)
    assert table.rows == {row["name"]: row for row in ROWS}
    assert table.lines == {A: 2, B: 3, C: 4}
    assert (table.source, table.language, table.path) == ("gacc", "zh", folder / FIGURES)


def test_a_figure_has_a_triple_for_each_value(folder: Path) -> None:
    figure = ox.NamedNode(f"{ID}figure/gacc/{A}")
    triples = {each for each in Table.read(folder).triples if each.subject == figure}
    stated = {each.predicate.value: each.object for each in triples}
    row = next(row for row in ROWS if row["name"] == A)
    values = {COLUMNS[name].property for name, value in row.items() if value and name != "name"}
    assert stated.keys() == values | {f"{RDF}type"}
    assert len(triples) == len(stated)
    assert stated[COLUMNS["obsValue"].property] == ox.Literal(
        "7", datatype=ox.NamedNode(f"{XSD}decimal")
    )
    assert stated[COLUMNS["printed"].property] == ox.Literal('7" *', language="zh")
    assert stated[COLUMNS["flow"].property] == ox.NamedNode(f"{ID}flow/exports")


def values_of(triples: tuple[ox.Triple, ...]) -> dict[str, dict[str, object]]:
    """Return the values of each subject by property, as CSVW's JSON has them."""
    found: dict[str, dict[str, object]] = {}
    numbers = {f"{XSD}decimal": float, f"{XSD}integer": int}
    for triple in triples:
        value = triple.object
        assert isinstance(triple.subject, ox.NamedNode)
        assert isinstance(value, ox.NamedNode | ox.Literal)
        read = numbers.get(value.datatype.value, str) if isinstance(value, ox.Literal) else str
        found.setdefault(triple.subject.value, {})[triple.predicate.value] = read(value.value)
    return found


def expanded(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return COMPACT.get(f"{prefix}:", f"{prefix}:") + local if colon else name


def values_of_a_processor(folder: Path) -> dict[str, dict[str, object]]:
    table = CSVW(str(folder / METADATA), validate=True)
    assert table.is_valid
    return {
        described["@id"]: {
            expanded(name): expanded(value) if name == "rdf:type" else value
            for name, value in described.items()
            if name != "@id"
        }
        for described in table.to_json(minimal=True)
    }


# Together, the first two have all columns.
@pytest.mark.parametrize("name", [None, "gacc-2025-11", "wits-china-exports-2022"])
def test_a_csvw_processor_makes_the_same_triples(name: str | None, folder: Path) -> None:
    folder = folder if name is None else default_content() / TABLES / name
    made = values_of_a_processor(folder)
    for described in made.values():
        if (issued := described.get(f"{DCTERMS}issued")) is not None:
            described[f"{DCTERMS}issued"] = str(issued)
    assert made == values_of(Table.read(folder).triples)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("name,flow", "name,flows", 1, "has an unknown column: 'flows'"),
        (
            "row=3;column=1,2025-02",
            "row=3;column=1,2025-02,x",
            3,
            "has more or fewer values than columns",
        ),
        (",row=3;column=1,2025-02", ",row=3;column=1", 3, "has more or fewer values than columns"),
        (f"\r\n{B},", "\r\nB b,", 3, "name: 'B b' is not a name of at most"),
        (f"\r\n{B},", "\r\n,", 3, "name: '' is not a name of at most"),
        ("flow/imports", "Exports", 3, "flow: 'Exports' is not a path such as economy/CHN"),
        (",10.50,4", ',"10,50",4', 3, "obsValue: '10,50' is not a plain number"),
        (",10.50,4", ",1.05e1,4", 3, "obsValue: '1.05e1' is not a plain number"),
        (",10.50,4", ",010.50,4", 3, "obsValue: '010.50' is not a plain number"),
        (",10.50,4", ",10.50,04", 3, "unitMult: '04' is not a whole number"),
        (",10.50,4", ",10.50,-0", 3, "unitMult: '-0' is not a whole number"),
        (",10.50,4", ",,4", 3, "has no obsValue"),
        (",10.50,4", ",10.50,four", 3, "unitMult: 'four' is not a whole number"),
        (",10.50,4", ",10.50,", 3, "has no unitMult"),
        (",10.50,4,2", ",10.50,4,1", 3, "decimals: 10.50 has 2 decimal places, not 1"),
        ("row=3", "row=C", 3, "locator: 'row=C;column=1' is not a place such as"),
        ("10.50,row", "\uffff,row", 3, "is not text without control characters"),
        ("10.50,row", "\t,row", 3, "is not text without control characters"),
        ("2025-02", "February 2025", 3, "issued: 'February 2025' is not a date such as"),
        ("2025-02", "2025", None, "issued: all dates of a table are days, or all are months"),
        (LINES[3], LINES[2], 4, f"is another row for the name or the cell of {B}: delete one"),
        (LINES[3], f"chn-{LINES[2]}", 4, f"is another row for the name or the cell of {B}"),
        (
            "flow/total",
            "flow/balance",
            4,
            f"name: {C} is not made of the codes of its row, which make "
            "world-balance-trade-value-2024",
        ),
        (f"\r\n{B},", f"\r\nusa-{B},", 3, "is not made of the codes of its row"),
        ('"7""', '"7"', 2, "is not CSV: "),
        ("\r\n", "\n", 1, NOT_CANONICAL),
        (f"{LINES[2]}\r\n{LINES[3]}", f"{LINES[3]}\r\n{LINES[2]}", 3, NOT_CANONICAL),
        (f"\r\n{B},", f"\r\n\r\n{B},", 3, NOT_CANONICAL),
        ("name,", "\ufeffname,", 1, r"has an unknown column: '\ufeffname'"),
        ("name,flow", "flow,flow", 1, "has the column flow twice: delete one of the two"),
        ("10.50,row", "\x1b[2J,row", 3, r"printed: '\x1b[2J' is not text"),
        (f"\r\n{B},", f"\r\n{'B' * 1000},", 3, f"name: '{'B' * 80}…' is not a name of"),
        (f"\r\n{B},", f"\r\n{'b' * 201},", 3, "is not a name of at most 200 small letters"),
        ("10.50,row", f"{'9' * 201},row", 3, "printed: has 201 characters, more than the 200"),
    ],
)
def test_a_table_that_was_not_written_so_is_refused_with_its_line(
    old: str, new: str, line: int | None, message: str, folder: Path
) -> None:
    edit(folder / FIGURES, lambda text: text.replace(old, new, 1))
    error = refused(folder)
    assert (error.path, error.line) == (folder / FIGURES, line)
    assert message in error.message


@pytest.mark.parametrize(
    ("period", "base", "is_refused"),
    [
        ("period/2025", "period/2024", False),
        ("period/2025-01_2025-11", "period/2024-01_2024-11", False),
        ("period/2025-03", "period/2024-03", False),
        ("period/2025", "period/2023", True),
        ("period/2025-01_2025-11", "period/2024-01_2024-10", True),
        ("period/2025-03", "period/2025-02", True),
    ],
)
def test_growth_is_growth_on_the_year_before(
    period: str, base: str, is_refused: bool, tmp_path: Path
) -> None:
    row = {**ROW, "period": period, "basePeriod": base}
    row["name"] = name_of(row, OPTIONAL)
    folder = tmp_path / "gacc"
    folder.mkdir()
    for name, text in zip((FIGURES, METADATA), write_rows([row], "gacc", "zh"), strict=True):
        (folder / name).write_text(text, encoding="utf-8", newline="")
    if is_refused:
        assert refused(folder).message == (
            f"basePeriod: {base} is not the year before {period}: correct it"
        )
    else:
        assert len(Table.read(folder).rows) == 1


def test_a_table_without_rows_is_refused(folder: Path) -> None:
    edit(folder / FIGURES, lambda text: text.partition("\r\n")[0] + "\r\n")
    assert refused(folder).message == "has no figures: delete the folder"


def test_a_column_that_does_not_differ_is_refused(folder: Path) -> None:
    edit(folder / FIGURES, lambda text: text.replace("\r\n", ",unit/CNY\r\n"))
    edit(folder / FIGURES, lambda text: text.replace("issued,unit/CNY", "issued,unitMeasure"))
    assert NOT_CANONICAL in refused(folder).message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{", "", "is not as apecgraph import wrote it"),
        ('"tableSchema"', '"schema"', "is not as apecgraph import wrote it"),
        ('"lang": "zh"', '"lang": ["zh"]', "is not as apecgraph import wrote it"),
        ('"lang": "zh"', '"lang": ""', "lang: '' is not a language tag"),
        ('"lang": "zh"', '"lang": "in Chinese"', "lang: 'in Chinese' is not a language tag"),
        ('"lang": "zh"', '"lang": "zh-12"', "lang: 'zh-12' is not a language tag"),
    ],
)
def test_a_description_that_was_not_written_so_is_refused(
    old: str, new: str, message: str, folder: Path
) -> None:
    edit(folder / METADATA, lambda text: text.replace(old, new, 1))
    error = refused(folder)
    assert error.path == folder / METADATA
    assert message in error.message


@pytest.mark.parametrize(
    ("old", "new", "file", "message"),
    [
        (f'"{ID}period/2024"', '""', FIGURES, "has no period"),
        (f'"{ID}period/2024"', '"https://example.org/"', FIGURES, "period: 'https://example.org/'"),
        ('"titles": "printed"', '"titles": "Printed"', METADATA, NOT_CANONICAL),
        (f"{ID}figure/gacc/", f"{ID}figure/other/", METADATA, NOT_CANONICAL),
    ],
)
def test_a_description_that_does_not_fit_the_rows_is_refused(
    old: str, new: str, file: str, message: str, folder: Path
) -> None:
    text = (folder / METADATA).read_text(encoding="utf-8")
    edit(folder / METADATA, lambda text: text.replace(old, new, 1))
    error = refused(folder)
    assert error.path == folder / file
    assert message in error.message
    if file == METADATA:
        assert error.line == text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("name", [FIGURES, METADATA])
def test_a_file_that_cannot_be_read_is_named(name: str, folder: Path) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes() + b"\xff")
    assert str(refused(folder)) == f"{path}: is not UTF-8"
    path.unlink()
    assert str(refused(folder)) == f"{path}: cannot be read: No such file or directory"
    os.mkfifo(path)
    assert str(refused(folder)) == f"{path}: cannot be read: is not a regular file"


# --- in a content folder ------------------------------------------------------------------------


@pytest.fixture
def table(content: SmallContent) -> Path:
    """The folder of a table in a content folder."""
    folder = write(content.root / TABLES / "gacc")
    content.write(f"{TABLES}/gacc/{SOURCE}", '<source/gacc> a apec:Source ; rdfs:label "t"@en .')
    return folder


def errors_of(content: SmallContent) -> list[str]:
    with pytest.raises(ExceptionGroup) as caught:
        Content.read(content.root)
    return [str(error).removeprefix(f"{content.root}/") for error in caught.value.exceptions]


def test_the_figures_of_a_table_are_in_the_graph_of_its_source(
    content: SmallContent, table: Path
) -> None:
    read = Content.read(content.root)
    source = ox.NamedNode(f"{ID}source/gacc")
    assert [each.source for each in read.tables] == ["gacc"]
    figures = {in_graph(triple, source) for triple in Table.read(table).triples}
    assert len(figures) > 3 * len(ROWS)
    stated = {quad for quad in read.quads if quad.graph_name == source}
    assert {quad for quad in stated if quad.subject != source} == figures
    assert len(stated - figures) == 2


def test_the_reading_of_a_table_is_observed_so_it_is_limited_and_named(
    content: SmallContent, table: Path
) -> None:
    observed = []

    @contextmanager
    def observe(step: Step) -> Iterator[None]:
        observed.append(step)
        yield

    Content.read(content.root, observe)
    assert Step("file", str(table / FIGURES)) in observed


def test_content_without_tables_is_read(content: SmallContent) -> None:
    assert Content.read(content.root).tables == ()
    (content.root / TABLES).mkdir()
    assert Content.read(content.root).tables == ()


def test_all_errors_of_tables_are_reported_at_once(content: SmallContent, table: Path) -> None:
    write(content.root / TABLES / "more")
    edit(table / FIGURES, lambda text: text.replace("10.50,4", "x,4"))
    edit(table / SOURCE, lambda text: text + "<place")
    (content.root / "data/places.ttl").write_text("")
    found = errors_of(content)
    for file in (f"more/{FIGURES}: is not read: {SOURCE} in its folder must", f"gacc/{SOURCE}:"):
        assert any(error.startswith(f"{TABLES}/{file}") for error in found), (file, found)
    assert any(error.startswith("data/places.ttl: is not read") for error in found)


@pytest.mark.parametrize("name", [FIGURES, METADATA])
def test_a_table_needs_a_description_of_its_source(
    name: str, content: SmallContent, table: Path
) -> None:
    for path in table.iterdir():
        if path.name != name:
            path.unlink()
    assert errors_of(content) == [
        f"{TABLES}/gacc/{name}: is not read: {SOURCE} in its folder must describe its source"
    ]


def test_a_description_needs_a_table(content: SmallContent, table: Path) -> None:
    (table / FIGURES).unlink()
    assert errors_of(content) == [
        f"{TABLES}/gacc/{FIGURES}: cannot be read: No such file or directory"
    ]


def test_a_mapping_may_be_in_the_folder_and_no_other_file(
    content: SmallContent, table: Path
) -> None:
    (table / MAPPING).write_text("")
    Content.read(content.root)
    (table / "notes.txt").write_text("")
    (table / "old").mkdir()
    (table / "old" / FIGURES).write_text("")
    notes, old = errors_of(content)
    assert notes.startswith(f"{TABLES}/gacc/notes.txt: is not read: ")
    assert old.startswith(f"{TABLES}/gacc/old/{FIGURES}: is not read: ")


def test_a_folder_needs_a_name_that_can_be_in_an_address(
    content: SmallContent, table: Path
) -> None:
    table.rename(table.with_name("the table"))
    assert errors_of(content) == [
        f"{TABLES}/the table/{SOURCE}: is not read: give its folder a name of letters, digits, - "
        "and _"
    ]


def test_names_of_sources_differ_by_more_than_case(content: SmallContent, table: Path) -> None:
    content.write("data/sources/GACC.ttl", '<source/GACC> a apec:Source ; rdfs:label "t"@en .')
    assert errors_of(content) == [
        f"{TABLES}/gacc/{SOURCE}: describes the source of data/sources/GACC.ttl too, or one whose "
        "name differs only in case: rename the folder"
    ]
    (content.root / "data/sources/GACC.ttl").unlink()
    write(content.root / TABLES / "Gacc")
    content.write(f"{TABLES}/Gacc/{SOURCE}", '<source/Gacc> a apec:Source ; rdfs:label "t"@en .')
    assert errors_of(content) == [
        f"{TABLES}/gacc/{SOURCE}: describes the source of {TABLES}/Gacc/{SOURCE} too, or one whose "
        "name differs only in case: rename the folder"
    ]


def test_a_folder_in_the_place_of_a_mapping_is_named(content: SmallContent, table: Path) -> None:
    (table / MAPPING).mkdir()
    assert errors_of(content) == [f"{TABLES}/gacc/{MAPPING}: is not read: it is not a regular file"]


def test_a_source_is_either_a_table_or_not(content: SmallContent, table: Path) -> None:
    table.rename(table.with_name("s1"))
    edit(table.with_name("s1") / METADATA, lambda text: text.replace("/gacc/", "/s1/"))
    assert errors_of(content) == [
        f"{TABLES}/s1/{SOURCE}: describes the source of data/sources/s1.ttl too, or one whose name "
        "differs only in case: rename the folder"
    ]


# --- the real tables ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> Content:
    return Content.read(default_content())


def test_every_real_table_is_read_whole(real: Content) -> None:
    assert len(REAL) > 10
    assert sorted(table.source for table in real.tables) == REAL
    for table in real.tables:
        lines = table.path.read_bytes().decode().count("\r\n")
        assert len(table.rows) == lines - 1, table.path
        assert (table.path.parent / MAPPING).is_file()


@pytest.mark.parametrize("name", REAL)
def test_a_csvw_processor_accepts_every_real_table(name: str) -> None:
    assert CSVW(str(default_content() / TABLES / name / METADATA), validate=True).is_valid
