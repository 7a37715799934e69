"""Mistakes of editors, and what the check reports."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.check.report import Report
from apecgraph.check.rule_text import RuleText
from apecgraph.check.validation import check_content
from apecgraph.content.folder import Content
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import RDF, RDFS, SH
from tests.support.contents import EXCERPT, ContentCopy, SmallContent

CRI = "data/sources/cri-cd684bbb.ttl"
CHINA_DAILY = "data/sources/chinadailyasia-628497.ttl"
SEETAO = "data/sources/seetaoe-258468.ttl"
DECISIONS = "data/decisions.ttl"


def only(report: Report) -> str:
    """Return the text of the only result of a report."""
    assert len(report.results) == 1, report.text()
    return str(report.results[0])


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2014-13-45", "'2014-13-45' is not a valid xsd:date"),
        ("2099-01-01", "a period needs exactly one dcat:startDate"),
    ],
)
def test_a_day_that_a_period_cannot_begin_with_is_an_error_at_its_line(
    day: str, message: str, tmp_path: Path
) -> None:
    content = ContentCopy(tmp_path, EXCERPT, tables=["comtrade-china-totals"])
    name = "data/entities/periods.ttl"
    old = '"2014"@en ;\n    dcat:endDate "2014-12-31"^^xsd:date ;\n    dcat:startDate "{}"'
    line = content.replace(name, old.format("2014-01-01"), old.format(day)) + 2
    assert f"{name}:{line}: period/2014: {message}" in content.check().text()


@pytest.mark.parametrize("name", ["excerpt", "conflict"])
def test_parts_of_the_content_pass(request: pytest.FixtureRequest, name: str) -> None:
    """Otherwise the results in the tests below would prove nothing."""
    content: ContentCopy = request.getfixturevalue(name)
    report = content.check()
    assert report.results == ()
    assert report.text().startswith("the content passes the check (")


def test_a_figure_that_is_a_tenth_of_another_needs_a_decision(conflict: ContentCopy) -> None:
    conflict.remove(DECISIONS, "<decision/trade-2025>")
    report = conflict.check()
    message = only(report)
    assert message.startswith("data/sources/seetao.ttl:")
    for part in (
        "26.29 trillion yuan (24 Chasa and 4 others) means 26.285 trillion to under 26.295 "
        "trillion yuan; 2.629 trillion yuan (SEETAO, twice) means 2.6285 trillion to under "
        "2.6295 trillion yuan; they cannot both be true: one is 10 times the other",
        f"see {SEETAO}:{conflict.line(SEETAO, '<figure/seetaoe-258468/trade-2025>')}",
        f"see {CHINA_DAILY}:{conflict.line(CHINA_DAILY, '/trade-2025>')}",
        "more places (--verbose)",
        "record a decision: `apecgraph decide`",
    ):
        assert part in message
    says_the_same_as_json_and_turtle(report)


def says_the_same_as_json_and_turtle(report: Report) -> None:
    document = json.loads(report.json())
    assert document["conforms"] is False
    (result,) = document["results"]
    assert {CHINA_DAILY, SEETAO} <= {place["file"] for place in result["places"]}
    assert all(place["line"] for place in result["places"])
    graph = ox.Store()
    graph.bulk_load(report.turtle().encode(), ox.RdfFormat.TURTLE)
    rows = graph.query(
        f"PREFIX sh: <{SH}> SELECT ?message (COUNT(?node) AS ?nodes) {{ ?r sh:conforms false ; "
        "sh:result ?result . ?result sh:resultMessage ?message ; sh:focusNode|sh:value ?node }"
        " GROUP BY ?message"
    )
    assert isinstance(rows, ox.QuerySolutions)
    ((message, nodes),) = rows
    assert message.value == result["message"]
    assert int(nodes.value) == len(result["nodes"]) > 8


def test_a_result_explains_some_comparisons_and_counts_all(
    conflict: ContentCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apecgraph.check.validation._EXPLAINED", 2)
    conflict.remove(DECISIONS, "<decision/trade-2025>")
    result = conflict.check().results[0]
    count = re.search(r"(\d+) more comparisons fail", result.message)
    assert count is not None
    assert int(count[1]) > 2
    assert sum("they cannot both be true" in detail for detail in result.details) == 1


def test_a_decision_must_reject_enough(conflict: ContentCopy) -> None:
    # a decision that upholds both and is marked as resolved settles nothing
    conflict.replace(
        DECISIONS,
        "    apec:rejects <figure/seetao/trade-value-2025>,\n"
        "        <figure/seetaoe-258468/trade-2025> ;\n",
        "",
    )
    text = conflict.check().text()
    assert "one is 10 times the other" in text
    assert "a decision that is resolved or likely must reject something" in text


def test_a_decision_whose_conflict_is_gone_fails(conflict: ContentCopy) -> None:
    name = "data/sources/sada-el-balad.ttl"
    conflict.replace(name, '"49ر125 يوان"@ar', '"49ر125 تريليون يوان"@ar')
    figure = conflict.line(name, "<figure/sada-el-balad/trade-value-2021-2025>")
    lines = conflict.path(name).read_text().splitlines(keepends=True)
    at = next(i for i in range(figure, len(lines)) if "unitMult" in lines[i])
    lines[at] = lines[at].replace("unitMult 0", "unitMult 12")
    conflict.path(name).write_text("".join(lines))
    line = conflict.line(DECISIONS, "<decision/trade-2021-2025-scale>")
    message = only(conflict.check())
    assert message.startswith(f"{DECISIONS}:{line}: decision/trade-2021-2025-scale: ")
    assert "has changed since" in message


def test_a_syntax_error_is_located(excerpt: ContentCopy) -> None:
    line = excerpt.replace(CRI, "apec:measure <measure/initiatives> ;", "; ; )")
    assert only(excerpt.check()).startswith(f"{CRI}:{line}:")


def test_a_missing_prefix_is_located_with_its_remedy(excerpt: ContentCopy) -> None:
    path = excerpt.path(CRI)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("@prefix qb:")))
    message = only(excerpt.check())
    assert message.startswith(f"{CRI}:{excerpt.line(CRI, 'a qb:')}:")
    assert "The prefix qb: has not been declared: add its @prefix line" in message


def test_the_report_names_every_unreadable_file(excerpt: ContentCopy) -> None:
    excerpt.path(CHINA_DAILY).write_text("<a> .")
    excerpt.path(CRI).write_bytes(b'<a> <b> "\xff" .')
    places = [result.places[0].file for result in excerpt.check().results]
    assert places == [CHINA_DAILY, CRI]


def test_a_wrong_datatype_is_located(excerpt: ContentCopy) -> None:
    old = "sdmx-measure:obsValue 57.82"
    line = excerpt.replace(CHINA_DAILY, old, 'sdmx-measure:obsValue "57.82"')
    message = only(excerpt.check())
    assert message.startswith(f"{CHINA_DAILY}:{line}: figure/chinadailyasia-628497/share-2025: ")
    assert "an xsd:decimal" in message


@pytest.mark.parametrize("value", ['"many"^^xsd:integer', '"1e3"^^xsd:integer', "99999999999"])
def test_a_malformed_multiplier_is_reported_as_an_error(excerpt: ContentCopy, value: str) -> None:
    path = excerpt.path(CHINA_DAILY)
    path.write_text(path.read_text().replace("unitMult 0", f"unitMult {value}"))
    text = excerpt.check().text()
    if value.startswith('"'):
        assert f"'{value.split(chr(34))[1]}' is not a valid xsd:integer, such as 12" in text
    assert ("needs exactly one sdmx-attribute:unitMult" in text) == value.isdecimal()


@pytest.mark.parametrize(
    "wrong",
    [
        '"2026-02-30"^^xsd:date',
        '"2026-13"^^xsd:gYearMonth',
        '"26"^^xsd:gYear',
        '"2026-02-05T09:00:00"^^xsd:date',
    ],
)
def test_an_impossible_date_has_one_result_that_says_so(excerpt: ContentCopy, wrong: str) -> None:
    line = excerpt.replace(CRI, '"2026-02-05"^^xsd:date', wrong)
    _, text, datatype = wrong.replace("^^", "").split('"')
    message = only(excerpt.check())
    assert message.startswith(f"{CRI}:{line}: source/cri-cd684bbb: '{text}' is not a valid ")
    assert f"{datatype}, such as 2026" in message


def test_a_malformed_date_of_a_statement_has_one_result(excerpt: ContentCopy) -> None:
    excerpt.replace(CRI, '"2026-02-06"^^xsd:date', '"2026-02-6"^^xsd:date')
    line = excerpt.line(CRI, '"2026-02-6"')
    message = only(excerpt.check())
    assert message.startswith(f"{CRI}:{line}: statement/cri-cd684bbb/")
    assert "'2026-02-6' is not a valid xsd:date, such as 2026-02-05: correct it" in message


@pytest.mark.parametrize(("language", "meant"), [("English", "en"), ("CHINESE", "zh")])
def test_a_language_that_does_not_exist_has_one_result(
    excerpt: ContentCopy, language: str, meant: str
) -> None:
    excerpt.replace(CRI, 'dcterms:language "en"', f'dcterms:language "{language}"')
    report = excerpt.check()
    assert f"'{language}' is not a language tag" in only(report)
    assert f"did you mean {meant}?" in only(report)


def test_a_malformed_literal_that_no_shape_covers_is_located(excerpt: ContentCopy) -> None:
    line = excerpt.replace(
        CRI,
        'dcterms:issued "2026-02-05"^^xsd:date',
        ('dcterms:issued "2026-02-05"^^xsd:date ;\n    dcterms:modified "soon"^^xsd:date'),
    )
    message = only(excerpt.check())
    assert message.startswith(
        f"{CRI}:{line + 1}: source/cri-cd684bbb: 'soon' is not a valid xsd:date"
    )


def test_an_unknown_term_of_the_ontology_is_located(excerpt: ContentCopy) -> None:
    path = excerpt.path(CRI)
    path.write_text(path.read_text().replace("apec:measure", "apec:mesaure"))
    text = excerpt.check().text()
    place = f"{CRI}:{excerpt.line(CRI, 'apec:mesaure')}: figure/cri-cd684bbb/initiatives: "
    assert f"{place}apec:mesaure is not a property in " in text
    assert "did you mean apec:measure?" in text


def test_a_figure_without_a_unit_is_located(excerpt: ContentCopy) -> None:
    line = excerpt.line(CRI, "<figure/cri-cd684bbb/initiatives>")
    excerpt.replace(CRI, "    sdmx-attribute:unitMeasure <unit/count> ;\n", "")
    message = only(excerpt.check())
    assert message.startswith(f"{CRI}:{line}: figure/cri-cd684bbb/initiatives: ")
    assert "needs exactly one sdmx-attribute:unitMeasure" in message


def test_a_source_without_a_url_is_located(excerpt: ContentCopy) -> None:
    path = excerpt.path(CRI)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(
        "".join(each for each in lines if "schema:url" not in each).replace(
            '"15:45:01; excerpt cut in the first initiative"@en ;',
            ('"15:45:01; excerpt cut in the first initiative"@en .'),
        )
    )
    message = only(excerpt.check())
    line = excerpt.line(CRI, "<source/cri-cd684bbb>")
    assert message.startswith(f"{CRI}:{line}: source/cri-cd684bbb: ")
    assert "needs exactly one schema:url" in message


def test_a_cell_that_a_source_states_twice_is_located(excerpt: ContentCopy) -> None:
    path = excerpt.path(CHINA_DAILY)
    text = path.read_text()
    start = text.index("<figure/chinadailyasia-628497/trade-2025>\n")
    block = text[start : text.index(" .\n", start) + 3]
    again = block.replace("trade-2025>", "trade-2025-again>").replace('"C0100"', '"C0100b"')
    path.write_text(f"{text}\n{again}")
    message = only(excerpt.check())
    line = excerpt.line(CHINA_DAILY, "<figure/chinadailyasia-628497/trade-2025>")
    assert message.startswith(f"{CHINA_DAILY}:{line}: ")
    assert "one source states this cell twice, here and in" in message
    assert "figure/chinadailyasia-628497/trade-2025-again" in message


def test_a_decision_about_an_unknown_figure_is_located(conflict: ContentCopy) -> None:
    conflict.replace(
        DECISIONS, "<figure/seetaoe-258468/trade-2025>", "<figure/seetaoe-258468/trade-2052>"
    )
    text = conflict.check().text()
    line = conflict.line(DECISIONS, "trade-2052")
    name = "figure/seetaoe-258468/trade-2052"
    assert f"{DECISIONS}:{line}: {name}: used but not described: did you mean" in text
    assert "figure/seetaoe-258468/trade-2025" in text


def test_a_thing_that_is_not_described_is_located(excerpt: ContentCopy) -> None:
    line = excerpt.replace(CRI, "rdf:object <place/guangzhou>", "rdf:object <place/guangzhuo>")
    text = excerpt.check().text()
    assert f"{CRI}:{line}" in text
    assert "place/guangzhuo: used but not described: did you mean place/guangzhou" in text


def test_an_empty_folder_is_not_a_content_folder(tmp_path: Path) -> None:
    report, findings = check_content(tmp_path)
    assert findings is None
    assert not report.conforms
    assert "there is no data/sources/*.ttl: this is not a content folder" in report.text()


def test_shapes_that_apply_to_nothing_fail(excerpt: ContentCopy) -> None:
    for path in excerpt.path("shapes").glob("*.ttl"):
        if path.name != "consistency.ttl":
            path.unlink()
    assert "no shape applies to anything" in only(excerpt.check())


def test_a_shape_that_cannot_be_applied_fails(excerpt: ContentCopy) -> None:
    path = excerpt.path("shapes/figures.ttl")
    path.write_text(path.read_text().replace("SELECT $this WHERE", "SELECT $this WHERE WHERE"))
    assert not excerpt.check().conforms


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param(
            CHINA_DAILY,
            "<decision/own> a apec:Decision ; apec:rejects <figure/cri-cd684bbb/initiatives> .",
            "write this as an rdf:Statement of its own",
            id="a source decides",
        ),
        pytest.param(
            CHINA_DAILY,
            "<figure/cri-cd684bbb/fake> a qb:Observation .",
            "a source's file may contain only its description",
            id="a source states another's figure",
        ),
        pytest.param(
            "data/entities/events.ttl",
            "<figure/x/fake> a <http://purl.org/linked-data/cube#Observation> .",
            "a thing of class qb:Observation may be described only in data/sources/ or "
            "data/tables/: move it there",
            id="a figure without a source",
        ),
        pytest.param(
            "data/entities/bodies.ttl",
            '<body/sccp> <https://schema.org/foundingDate> "1899"^^<http://www.w3.org/2001/'
            "XMLSchema#gYear> .",
            "schema:foundingDate needs a source",
            id="a fact without a source",
        ),
        pytest.param(
            CHINA_DAILY,
            "<figure/chinadailyasia-628497/trade-2025> apec:value 1.0 .",
            "apec:value is derived by the build: delete it here",
            id="a derived value by hand",
        ),
        pytest.param(
            "data/entities/bodies.ttl",
            "<contradiction/x> a <https://w3id.org/apecgraph/ontology/Contradiction> .",
            "an apec:Contradiction is derived by the build: delete it here",
            id="a derived thing by hand",
        ),
        pytest.param(
            "data/entities/bodies.ttl",
            '<body/sccp> <http://www.w3.org/2004/02/skos/core#altLabel> "a\\u0001b"@en .',
            "skos:altLabel has a control character, which XML does not allow: delete it",
            id="a control character",
        ),
        pytest.param(
            "data/entities/bodies.ttl",
            '<body/sccp> <http://example.org/prop/456> "a" .',
            "the property <http://example.org/prop/456> does not end in a name, so RDF/XML cannot",
            id="a property without a name in XML",
        ),
        pytest.param(
            "data/entities/bodies.ttl",
            '<body/sccp> <http://www.w3.org/2004/02/skos/core#altLabel> "a committee"@eng .',
            "skos:altLabel: 'eng' is not a language tag (BCP 47), such as en, zh or zh-hant",
            id="a language tag that does not exist",
        ),
    ],
)
def test_triples_in_the_wrong_file_are_located(
    excerpt: ContentCopy, name: str, text: str, message: str
) -> None:
    path = excerpt.path(name)
    path.write_text(f"{path.read_text()}\n{text}\n")
    line = len(path.read_text().splitlines())
    found = [str(each) for each in excerpt.check().results if message in each.message]
    assert found
    assert any(each.startswith(f"{name}:{line}: ") for each in found), found


def test_an_iri_that_can_have_no_document_is_refused(excerpt: ContentCopy) -> None:
    path = excerpt.path("data/entities/bodies.ttl")
    wrong = ("index", "ontology/X", "topic/a?b=c", "topic/a#b", "topic//a", "topic/a/")
    label = '<http://www.w3.org/2004/02/skos/core#altLabel> "x"@en .'
    for name in wrong:
        path.write_text(f"{path.read_text()}\n<https://w3id.org/apecgraph/id/{name}> {label}\n")
    text = excerpt.check().text()
    for name in wrong:
        assert f"<https://w3id.org/apecgraph/id/{name}> has no document of its own" in text


def test_a_source_has_the_name_of_its_file(excerpt: ContentCopy) -> None:
    excerpt.path(CRI).rename(excerpt.path("data/sources/renamed.ttl"))
    text = excerpt.check().text()
    assert "data/sources/renamed.ttl must describe <source/renamed> as an apec:Source" in text


def test_a_value_that_differs_from_its_printed_words_is_located(excerpt: ContentCopy) -> None:
    line = excerpt.line(CHINA_DAILY, "<figure/chinadailyasia-628497/trade-2025-usd>")
    excerpt.replace(CHINA_DAILY, "sdmx-measure:obsValue 3.79", "sdmx-measure:obsValue 37.9")
    text = excerpt.check().text()
    assert f"{CHINA_DAILY}:{line}: figure/chinadailyasia-628497/trade-2025-usd: " in text
    assert (
        "'$3.79 trillion' (China Daily Asia) says 3.79 trillion, but the figure is 37.9 trillion"
        in text
    )


@pytest.mark.parametrize("value", ["NaN", "3e0", "Infinity", "1" * 400, "0_3", "３"])
def test_an_unreadable_number_is_an_error(excerpt: ContentCopy, value: str) -> None:
    excerpt.replace(
        CHINA_DAILY, "sdmx-measure:obsValue 3.79", f'sdmx-measure:obsValue "{value}"^^xsd:decimal'
    )
    report = excerpt.check()
    assert "figure/chinadailyasia-628497/trade-2025-usd" in report.text()


@pytest.mark.parametrize(
    "text",
    [
        "<a> <b> " + "( " * 300_000,
        "<a> <b> " + "<<( <a> <b> " * 100_000 + "1" + " )>>" * 100_000 + " .",
        '<a> <b> <<( <a> <b> "x" )>> .',
        '<a> <b> "' + "x" * 20_000_000 + '" .',
        "<a> <b> " + "[ <b> " * 60 + "1" + " ]" * 60 + " .",
    ],
    ids=["nested lists", "nested triples", "a triple as value", "20 MB", "nested blank nodes"],
)
def test_hostile_turtle_is_an_error_that_names_its_file(excerpt: ContentCopy, text: str) -> None:
    excerpt.path(CRI).write_text(text)
    report = excerpt.check()
    assert not report.conforms
    assert CRI in report.text()


def test_the_report_names_paths_that_are_not_read(excerpt: ContentCopy) -> None:
    excerpt.path("data/sources/folder.ttl").mkdir()
    excerpt.path("data/sources/with space.ttl").write_text("")
    text = excerpt.check().text()
    assert "data/sources/folder.ttl: is not read" in text
    assert "data/sources/with space.ttl: is not read" in text


SHAPE = "shapes/people.ttl"


def test_every_construct_of_a_shape_that_passes_is_worded(excerpt: ContentCopy) -> None:
    """Pages and labels put shapes into words; a failure in this must not stop a build."""
    path = excerpt.path(SHAPE)
    path.write_text(
        f"""{path.read_text()}
<shape/odd> a sh:NodeShape ; rdfs:label "Odd"@en ; sh:targetClass <kind> ; sh:targetNode "text" ;
    sh:property <shape/odd-path>, <shape/odd-values> .
<shape/odd-path> a sh:PropertyShape ; sh:maxCount 7 ; sh:message "short"@en ;
    sh:path ( dcterms:publisher [ sh:inversePath skos:broader ] ) .
<shape/odd-values> a sh:PropertyShape ; sh:path skos:definition ; sh:hasValue "a b" ;
    sh:in ( "a b" 1 ) ; sh:message "few"@en .
"""
    )
    prefixes = (
        "dcterms: <http://purl.org/dc/terms/>",
        "skos: <http://www.w3.org/2004/02/skos/core#>",
    )
    heads = "".join(f"@prefix {prefix} .\n" for prefix in prefixes)
    path.write_text(heads + path.read_text())
    report = excerpt.check()
    assert [str(each) for each in report.results if "odd" not in each.shape] == []
    words = RuleText(Graph(Content.read(excerpt.root).quads))
    (shape,) = (each for each in words.read() if each.iri.endswith("shape/odd"))
    assert [rule.clause for rule in shape.rules] == [
        "has at most 7 “publisher/(^broader concept)”",
        "may have “definition”: “a b”",
    ]


def test_a_shape_without_an_iri_is_located(excerpt: ContentCopy) -> None:
    path = excerpt.path(SHAPE)
    path.write_text(
        f"{path.read_text()}\n<shape/odd> a sh:NodeShape ; sh:targetClass <kind> ;\n"
        "    sh:property [ sh:path rdfs:label ; sh:minCount 1 ] .\n"
    )
    message = only(excerpt.check())
    line = excerpt.line(SHAPE, "sh:property [ ")
    assert message.startswith(f"{SHAPE}:{line}: ")
    assert "needs an IRI" in message


def test_a_report_has_the_severity_the_constraint_and_the_path(excerpt: ContentCopy) -> None:
    path = excerpt.path(SHAPE)
    path.write_text(
        f"""{path.read_text()}
<shape/odd> a sh:NodeShape ; sh:targetNode <body/apec> ; sh:severity sh:Warning ;
    sh:property <shape/odd-path> ; sh:sparql <shape/odd-query> .
<shape/odd-path> a sh:PropertyShape ; sh:minCount 99 ; sh:severity sh:Info ; sh:message "more"@en ;
    sh:path ( rdfs:label rdfs:label ) .
<shape/odd-query> a sh:SPARQLConstraint ; sh:message "so"@en ; sh:select "SELECT $this {{}}" .
"""
    )
    report = excerpt.check()
    assert not report.conforms
    texts = [str(each) for each in report.results]
    assert any("Warning: so [shape/odd-query]" in text for text in texts), texts
    graph = ox.Store()
    graph.bulk_load(report.turtle().encode(), ox.RdfFormat.TURTLE)
    assert graph.query(
        f"""BASE <https://w3id.org/apecgraph/id/> PREFIX sh: <{SH}> PREFIX rdf: <{RDF}>
        PREFIX rdfs: <{RDFS}> ASK {{
          ?one sh:sourceShape <shape/odd> ; sh:sourceConstraint <shape/odd-query> ;
               sh:resultSeverity sh:Warning ; sh:resultMessage "so" .
          ?two sh:sourceShape <shape/odd-path> ; sh:resultSeverity sh:Info ;
               sh:resultPath/rdf:rest/rdf:first rdfs:label ; sh:resultMessage "more"@en .
        }}"""
    )


UNREAD = {
    "data/extra.ttl": "is not read: the files are ontology/*.ttl",
    "data/sources/sub/zz.ttl": "is not read",
    "data/sources/x.turtle": "is not read",
    "data/sources/empty.ttl": "is empty: `apecgraph new source` describes a source",
}


@pytest.mark.parametrize(("name", "message"), UNREAD.items(), ids=UNREAD)
def test_a_file_that_states_nothing_is_reported(tmp_path: Path, name: str, message: str) -> None:
    content = SmallContent(tmp_path)
    path = content.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("", encoding="utf-8")
    (content.root / "data" / ".hidden").write_text("", encoding="utf-8")
    report, _ = check_content(content.root)
    (result,) = report.results
    assert result.places[0].file == name
    assert message in result.message


def test_a_byte_order_mark_is_named(tmp_path: Path) -> None:
    content = SmallContent(tmp_path)
    path = content.root / "data/sources/s1.ttl"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    report, _ = check_content(content.root)
    (result,) = report.results
    assert (result.places[0].file, result.places[0].line) == ("data/sources/s1.ttl", 1)
    assert "byte order mark" in result.message
