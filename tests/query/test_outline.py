"""The outline of a query, for hostile spellings and compared with the engine."""

import random
import time
from contextlib import suppress
from typing import cast

import pyoxigraph
import pytest

from apecgraph.errors import QueryTooHeavy
from apecgraph.query.outline import (
    MAX_DECLARATIONS,
    MAX_DEPTH,
    MAX_IRI,
    outline,
    tokens,
    with_lower_booleans,
)
from apecgraph.rdf.namespaces import ENDPOINT

HERE = "<http://127.0.0.1:1/>"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "SELECT"),
        ("select*{}", "SELECT"),
        ("SELECTDISTINCT?x{}", "SELECT"),
        ("# SELECT\n ASK {}", "ASK"),
        ("BASE <http://x/> PREFIX ask: <#> prefix : <y> CONSTRUCT WHERE {}", "CONSTRUCT"),
        ("PREFIX:<http://x/>DESCRIBE:a", "DESCRIBE"),
        ('VERSION "1.2" ASK {}', "ASK"),
        ("S\\u0045LECT * {}", "SELECT"),
        ("", None),
        ("SELEC * {}", None),
        ("INSERT DATA {}", None),
    ],
)
def test_the_form_is_the_first_word_after_the_declarations(text: str, form: str | None) -> None:
    assert outline(text).form == form


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:a> <a:a> <a:a> }",
        "PREFIX a: <a:>\n#SELECT\ndelete where { ?s ?p ?o }",
        "WITH <a:a> DELETE {} WHERE {}",
        "LOAD <http://x/>",
        "CLEAR ALL",
        "DROP ALL",
        "CREATE GRAPH <a:a>",
        "ADD DEFAULT TO <a:a>",
        "MOVE DEFAULT TO <a:a>",
        "COPY DEFAULT TO <a:a>",
        "INS\\u0045RT DATA {}",
    ],
)
def test_updates_are_recognized(text: str) -> None:
    assert outline(text).update


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?insert ?delete }",
        "ASK { ?s a 'INSERT DATA' } # DROP ALL",
        "ASK {} ; DROP ALL",
    ],
)
def test_queries_are_not_taken_for_updates(text: str) -> None:
    assert not outline(text).update


@pytest.mark.parametrize(
    ("text", "default", "named"),
    [
        ("SELECT * FROM <http://x/g> {}", ["http://x/g"], []),
        (
            "SELECT * FROM NAMED <a:1> FROM <a:2> FROM\n#\nNAMED#\n<a:3> {}",
            ["a:2"],
            ["a:1", "a:3"],
        ),
        ("ASKFROM<a:1>FROMNAMED<a:2>{}", ["a:1"], ["a:2"]),
        ("SELECT(1 AS ?x)FROM<file:///etc/passwd>{}", ["file:///etc/passwd"], []),
        ("SELECT * FR\\u004FM <a:1> {}", ["a:1"], []),
        ("SELECT * FROM <http://x/\\u0041> {}", ["http://x/A"], []),
        (
            "PREFIX ex: <http://x/> SELECT * FROM ex:g\\-1 FROM NAMED ex: {}",
            ["http://x/g-1"],
            ["http://x/"],
        ),
        (
            "PREFIX : <http://x/> BASE <http://y/z> ASK FROM :a FROM <b> {}",
            ["http://x/a", "http://y/b"],
            [],
        ),
        ("BASE <http://x/> PREFIX e: <y#> ASK FROM e:a {}", ["http://x/y#a"], []),
        ("PREFIX named: <a:> ASK FROM named:1 FROM NAMED named:2 {}", ["a:1"], ["a:2"]),
        ("PREFIX : <a:> ASK FROM NAMED:1 {}", [], ["a:1"]),
        ("ASK FROM ex:g {}", ["ex:g"], []),
        ("ASK FROM <id/source/x> {}", ["https://w3id.org/apecgraph/id/source/x"], []),
        ("PREFIX e: <a:> ASK { ?s e:from <a:1> . ?from ?p 'FROM <a:2>' } # FROM <a:3>", [], []),
        ("ASK { ?s ?p <http://x/FROM> }", [], []),
    ],
)
def test_the_graphs_are_those_of_the_dataset_clause(
    text: str, default: list[str], named: list[str]
) -> None:
    found = outline(text)
    assert (list(found.default_graphs), list(found.named_graphs)) == (default, named)


@pytest.mark.parametrize("prologue", ["PREFIX : <a:>", "PREFIX named: <a:>", "BASE <a:x>", ""])
@pytest.mark.parametrize("first", ["FROM", "FROM NAMED", "FROMNAMED", "from#\n", "from named#\n"])
@pytest.mark.parametrize("second", ["<a:1>", ":1", "named:1", "NAMED:1", "<1>"])
def test_the_graphs_are_those_that_the_engine_reads(prologue: str, first: str, second: str) -> None:
    store = pyoxigraph.Store()
    store.load(b"<a:s> <a:p> <a:o> <a:1> .", format=pyoxigraph.RdfFormat.N_QUADS)
    text = f"{prologue} SELECT ?n {first} {second} {{ {{ ?s ?p ?n }} UNION {{ GRAPH ?n {{}} }} }}"
    try:
        answer = cast("pyoxigraph.QuerySolutions", store.query(text, base_iri=ENDPOINT))
    except SyntaxError:
        return
    found = [str(row["n"]) for row in answer]
    seen = outline(text)
    default = ["<a:o>"] * seen.default_graphs.count("a:1")
    assert found == default + [f"<{graph}>" for graph in seen.named_graphs]


@pytest.mark.parametrize(
    ("reference", "resolved"),
    [
        ("g", "http://a/b/c/g"),
        ("./g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"),
        ("//g", "http://g"),
        ("?y", "http://a/b/c/d;p?y"),
        ("#s", "http://a/b/c/d;p?q#s"),
        ("", "http://a/b/c/d;p?q"),
        ("#", "http://a/b/c/d;p?q#"),
        ("..", "http://a/b/"),
        ("../../g", "http://a/g"),
        ("../../../g", "http://a/g"),
        ("g;x=1/../y", "http://a/b/c/y"),
        ("urn:x", "urn:x"),
        ("http://x/../y#", "http://x/../y#"),
    ],
)
def test_iris_are_resolved_as_rfc_3986_section_5_4_shows(reference: str, resolved: str) -> None:
    found = outline(f"BASE <http://a/b/c/d;p?q> ASK FROM <{reference}> {{}}")
    assert found.default_graphs == (resolved,)


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {{ SERVICE {HERE} {{}} }}",
        f"SELECT * {{ service silent {HERE} {{}} }}",
        f"SELECT*{{SERVICE{HERE}{{}}}}",
        f"SELECT * {{ SERVICE#\n{HERE} {{}} }}",
        f"SELECT * {{ SERVICESILENT{HERE}{{}} }}",
        f"SELECT * {{ ?s ?p 1SERVICE {HERE} {{}} }}",
        f"SELECT * {{ ?s ?p trueSERVICE {HERE} {{}} }}",
        f"SELECT * {{ S\\u0045RVICE {HERE} {{}} }}",
        f"SELECT * {{ \\U00000053ERVICE {HERE} {{}} }}",
        f"SELECT * {{ # \\u000A SERVICE {HERE} {{}} \n}}",
        "PREFIX a: <http://x/> SELECT * { SERVICEa:b {} }",
        "PREFIX : <http://x/> SELECT * { service:b {} }",
        "PREFIX a: <http://x/> PREFIX SERVICEa: <http://y/> SELECT * { SERVICEa:b#\n{} }",
        "PREFIX a: <http://x/> SELECT * { SERVICESILENTa:b {} }",
        "SELECT * { FILTER(1<2)SERVICE?s#>\n{} }",
        f'SELECT * {{ VALUES (?x ?y) {{("""a")}} SERVICE {HERE} {{}} }} #\\-"""',
        f"SELECT * {{ VALUES (?x ?y) {{('''a')}} SERVICE {HERE} {{}} }} #\\uD800'''",
        f'SELECT * {{ ?s ?p "\\u0022" . SERVICE {HERE} {{}} ?x ?y "\\u0022" }}',
        f'SELECT * {{ ?s ?p """a\\"""" . SERVICE {HERE} {{}} }}',
        f"SELECT * {{ ?s ?p 'a' . SERVICE {HERE} {{ ?s ?p 'it\\'s' }} }}",
    ],
)
def test_service_is_recognized_in_any_spelling(text: str) -> None:
    assert outline(text).service


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o } # SERVICE <http://x/> {}",
        "SELECT * { ?s ?p 'SERVICE <http://x/> {}' }",
        'SELECT * { ?s ?p """\n" SERVICE <http://x/> {} \\""" """ }',
        "SELECT * { ?s ?p '''it's a SERVICE <http://x/> {}''' }",
        "SELECT * { ?s ?p 'it\\'s a SERVICE <http://x/> {}' }",
        'SELECT * { ?s ?p "a \\u0022SERVICE\\u0022" }',
        "SELECT * { ?s <http://x/SERVICE> <http://x/a#SERVICE> }",
        "SELECT * { ?s ?p ?o FILTER(?o = <http://x/a_(b)/SERVICE>) }",
        "SELECT * { ?SERVICE $service ?o }",
        "SELECT * { _:SERVICE ?p ?o }",
        "SELECT * { ?s ?p 'a'@service }",
        "PREFIX service: <http://x/> SELECT * { ?s a service:SERVICE { ?s ?p ?o } UNION {} }",
        "PREFIX : <http://x/> SELECT * { ?s a :SERVICE, :a.SERVICE, :SERVICE-a . { ?s ?p ?o } }",
        "PREFIX a: <http://x/> SELECT * { ?s a a:SERVICE { ?s ?p ?o } }",
    ],
)
def test_service_is_ignored_if_it_is_not_a_keyword(text: str) -> None:
    assert not outline(text).service
    pyoxigraph.Store().query(text)  # and each is a valid query


def test_the_engine_calls_no_service_that_the_outline_misses() -> None:
    pick = random.Random(20261123).choice
    store = pyoxigraph.Store()
    store.load(b'<a:a> <a:p> 1, "x"@en, <a:b> .', format=pyoxigraph.RdfFormat.TURTLE)
    prologues = [f"PREFIX a:{HERE}", f"PREFIX :{HERE}", f"PREFIX a:{HERE}PREFIX SERVICEa:<b:>"]
    befores = ["", "?a ?b ?c", "?a ?b 1.", "?a ?b true", "FILTER(1<2)", "FILTER(1<2&&?a>1)"]
    befores += [
        'VALUES(?x ?y){("""a")}',
        "VALUES(?x ?y){('''a')}",
        "?a a a:b\\-",
        '?a ?b "\\u0022"',
    ]
    befores += ["?a ?b _:b", '?a ?b "x"@en', '?a ?b """"a"""', "{}", "#", "FILTER(?a<<a:b>)"]
    words = ["SERVICE", "service", "SERVICE ", "SERVICE#\n", "SERVICESILENT", "Service silent"]
    targets = [HERE, "a:", "a:b", ":", ":b", "?s", "$x"]
    blocks = ["{?s ?p ?o}", "#>\n{?s ?p ?o}", '#"\n{?s ?p ?o}', "\n{?s ?p a:\\-}"]
    afters = ["", '#"""', "#'''", '#\\-"""', "#\\uD800'''", "#>", '?s ?p "a"']
    calls = 0
    for _ in range(4000):
        inner = pick(befores) + pick(["", " ", "\n"]) + pick(words) + pick(targets) + pick(blocks)
        text = f"{pick(prologues)}SELECT*{{{inner}{pick(['', ' ', chr(10)])}}}{pick(afters)}"
        try:
            list(store.query(text))  # type: ignore[arg-type]
        except SyntaxError:
            continue
        except (OSError, RuntimeError):
            calls += 1
            assert outline(text).service, text
    assert calls > 200


@pytest.mark.parametrize("pair", ["{}", "()", "[]"])
def test_nesting_is_refused_before_it_overflows_a_stack(pair: str) -> None:
    opened, closed = pair[0], pair[1]
    assert outline("SELECT * " + opened * MAX_DEPTH + closed * MAX_DEPTH).form == "SELECT"
    with pytest.raises(QueryTooHeavy, match=str(MAX_DEPTH)) as caught:
        outline("SELECT * " + opened * 3000 + closed * 3000)
    assert caught.value.limit == f"{MAX_DEPTH} brackets"


def test_nesting_counts_all_brackets_together() -> None:
    with pytest.raises(QueryTooHeavy):
        outline("SELECT * " + "{ FILTER NOT EXISTS { ?s ?p ([" * (MAX_DEPTH // 4 + 1))


@pytest.mark.parametrize("text", ["'" + "{" * 500 + "'", "#" + "(" * 500, "<a:" + "(" * 500 + ">"])
def test_brackets_in_strings_comments_and_iris_do_not_nest(text: str) -> None:
    outline(f"SELECT * {{ ?s ?p {text}\n}}")


def test_brackets_side_by_side_do_not_nest() -> None:
    outline("SELECT * {" + "{} UNION " * 1000 + "{} }")


@pytest.mark.parametrize(
    "unit",
    ['"""a', '"', "'\"", '"""\\x', "<", "<a", "a.", "a-", "a:.", "SERVICEa:b ", "#", "\\u0041",
     "()", "FROM <a>", "PREFIX a:<a:b>", "BASE<b/../c>",
     '\\"""', "'''\"\"\"", "_:a.", "@a-", "1.e", " "],
)  # fmt: skip
def test_any_text_of_64_kilobytes_is_parsed_quickly(unit: str) -> None:
    text = unit * (65536 // len(unit))
    began = time.process_time()
    for each in (text, "SELECT * { ?s ?p " + text):
        with suppress(QueryTooHeavy):
            outline(each)
    assert time.process_time() - began < 2


def test_tokens_have_kinds_and_positions() -> None:
    text = "ASK { ?s a:b \"x\"@en , 'y' # c\n; _:b -1.5e3 . FILTER(?a<=<a:b> && ^^) }"
    found = list(tokens(text))
    assert all(text[start : start + len(token)] == token for _, start, token in found)
    assert [(kind, token) for kind, _, token in found] == [
        ("name", "ASK"), ("open", "{"), ("variable", "?s"), ("name", "a:b"), ("string", '"x"@en'),
        ("sign", ","), ("string", "'y'"), ("sign", ";"), ("blank", "_:b"), ("number", "-1.5e3"),
        ("sign", "."), ("name", "FILTER"), ("open", "("), ("variable", "?a"), ("sign", "<="),
        ("iri", "<a:b>"), ("sign", "&&"), ("sign", "^^"), ("close", ")"), ("close", "}"),
    ]  # fmt: skip


def test_only_boolean_keywords_are_lowered() -> None:
    text = 'PREFIX a: <a:TRUE> ASK { ?TRUE a:TRUE "TRUE"@TRUE, <a:FALSE>, FALSE FILTER(True)} #TRUE'
    lowered = text.replace("FALSE FILTER(True)", "false FILTER(true)")
    assert with_lower_booleans(text) == lowered


@pytest.mark.parametrize(
    "text",
    [
        "BASE <http://a/> " + "BASE <b/> " * MAX_DECLARATIONS + "ASK {}",
        "PREFIX a: <urn:a> " * (MAX_DECLARATIONS + 1) + "ASK {}",
        "SELECT * " + "FROM <urn:a> " * (MAX_DECLARATIONS + 1) + "{}",
        "SELECT * " + "FROM NAMED <urn:a> " * (MAX_DECLARATIONS + 1) + "{}",
        f"PREFIX a: <urn:{'a' * MAX_IRI}> ASK {{}}",
        f"SELECT * FROM <urn:{'a' * MAX_IRI}> {{}}",
    ],
    ids=["bases", "prefixes", "graphs", "named graphs", "long prefix", "long graph"],
)
def test_the_length_of_resolved_iris_is_bounded(text: str) -> None:
    with pytest.raises(QueryTooHeavy) as raised:
        outline(text)
    assert raised.value.limit


def test_an_absolute_iri_may_be_long() -> None:
    outline(f"ASK {{ ?s ?p <urn:{'a' * 10 * MAX_IRI}> }}")
