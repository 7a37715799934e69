"""Harmful queries, grouped by kind, for the dataset that `quads` writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

NODES: Final = 3000
TRIPLES: Final = 3 * NODES
GRAPHS: Final = ("urn:x:g0", "urn:x:g1", "urn:x:g2")
CROSS: Final = "?a ?b ?c . ?d ?e ?f"
CROSS_3: Final = f"{CROSS} . ?g ?h ?i"
FOREVER: Final = f"SELECT (COUNT(*) AS ?n) {{ {CROSS_3} }}"
NEXT: Final = "<urn:x:next>"


def quads() -> Iterator[str]:
    """Write a ring of labelled nodes with edges across, and a thousand edges in named graphs."""
    for i in range(NODES):
        yield f"<urn:x:n{i}> {NEXT} <urn:x:n{(i + 1) % NODES}> .\n"
        yield f"<urn:x:n{i}> <urn:x:twice> <urn:x:n{2 * i % NODES}> .\n"
        yield f'<urn:x:n{i}> <urn:x:label> "{"a" * (i % 40)} {i}"@en .\n'
    for i in range(1000):
        yield f"<urn:x:n{i}> {NEXT} <urn:x:n{7 * i % NODES}> <{GRAPHS[i % 3]}> .\n"


@dataclass(frozen=True)
class Kind:
    """Queries of one kind, keyed by name, with their possible outcomes: statuses or BROKEN_OFF."""

    outcomes: frozenset[str]
    queries: Mapping[str, str]


def _nested(head: str, opening: str, core: str, closing: str, tail: str, depth: int) -> str:
    return head + opening * depth + core + closing * depth + tail


# name: head, opening, core, closing, tail
_NESTINGS: Final[Mapping[str, tuple[str, str, str, str, str]]] = {
    "groups": ("ASK ", "{", "", "}", ""),
    "parentheses": ("ASK { FILTER ", "(", "1", ")", " }"),
    "sub-SELECTs": ("SELECT * ", "{ SELECT * ", "{ ?s ?p ?o }", "}", ""),
    "sub-SELECTs that aggregate": (
        "SELECT * ",
        "{ SELECT (COUNT(*) AS ?n) ",
        "{ ?s ?p ?o }",
        "}",
        "",
    ),
    "NOT EXISTS": ("ASK { ", "FILTER NOT EXISTS { ?s ?p ?o ", "", "}", " }"),
    "EXISTS in expressions": ("ASK { ", "FILTER (1 = 2 || EXISTS { ", "", "})", " }"),
    "negations": ("ASK { FILTER (", "!!!!", "1", "", ") }"),
    "blank nodes": ("ASK { ", f"[ {NEXT} ", "1", "]", " . }"),
    "blank nodes as objects": ("ASK { ?s ?p ", f"[ {NEXT} ", "1", "]", " }"),
    "collections": ("ASK { ?s ?p ", "(", "1", ")", " }"),
    "OPTIONAL": ("ASK { ", "OPTIONAL { ?s ?p ?o ", "", "}", " }"),
    "OPTIONAL with joins": ("ASK { ", "OPTIONAL { ?s ?p ?o OPTIONAL { ?o ?q ?s } ", "", "}", " }"),
    "MINUS": ("ASK { ", "?s ?p ?o MINUS { ", "", "}", " }"),
    "GRAPH": ("ASK { ", "GRAPH ?g { ", "", "}", " }"),
    "UNION": ("ASK ", "{ {} UNION ", "{}", "}", ""),
    "IF": ("SELECT (", "IF(1, ", "1", ", 1)", " AS ?x) {}"),
    "COALESCE": ("SELECT (", "COALESCE(", "1", ")", " AS ?x) {}"),
    "IN": ("ASK { FILTER (1 ", "IN (1 ", "", ")", ") }"),
    "calls": ("SELECT (", "<urn:f>(", "1", ")", " AS ?x) { ?s ?p ?o } LIMIT 1"),
    "paths": ("ASK { ?s ", "(^", NEXT, ")", " ?o }"),
    "triple terms": ("ASK { ?s ?p ", "<<( <urn:a> <urn:b> ", "1", " )>>", " }"),
    "reified triples": ("ASK { ?s ?p ", "<< <urn:a> <urn:b> ", "1", " >>", " }"),
    "brackets that are not closed": ("ASK ", "{ ([ ", "", "", ""),
    "brackets that are not opened": ("ASK {} ", "", "", ")]}", ""),
}

# name: head, repeated part, tail; {} becomes a new number
_REPETITIONS: Final[Mapping[str, tuple[str, str, str]]] = {
    "sum": ("SELECT (", "1+", "1 AS ?x) {}"),
    "product": ("SELECT (", "2*", "1 AS ?x) {}"),
    "and": ("ASK { FILTER (", "true&&", "true) }"),
    "or": ("ASK { ?s ?p ?o FILTER (", "?s=1||", "false) }"),
    "UNION": ("ASK { ", "{ ?s ?p ?o FILTER (?s = 1) } UNION ", "{} }"),
    "a chain of triple patterns": ("ASK { ?v ?p ?v0 ", ". ?v{0} ?p ?w{0} ", "}"),
    "triple patterns apart": ("ASK { ", "?v{0} <urn:x:next> ?w{0} . ", "}"),
    "OPTIONAL": ("SELECT * { ", "OPTIONAL { ?s ?p ?o{0} } ", "}"),
    "sequence of a path": ("ASK { ?s ", f"{NEXT}/", f"{NEXT} ?o }}"),
    "alternatives of a path": ("ASK { ?s ", f"{NEXT}|", f"{NEXT} ?o }}"),
    "closures of a path": ("ASK { ?s ", f"{NEXT}*/", f"{NEXT} <urn:x:none> }}"),
    "negated set": ("ASK { ?s !(", f"{NEXT}|", f"{NEXT}) ?o }}"),
    "FILTER": ("ASK { ?s ?p ?o ", "FILTER (?s = 1) ", "}"),
    "BIND": ("ASK { ", "BIND (1 AS ?v{0}) ", "}"),
    "MINUS": ("ASK { ?s ?p ?o ", "MINUS { ?s ?p 1 } ", "}"),
    "EXISTS": ("ASK { ?s ?p ?o ", "FILTER EXISTS { ?s ?p ?o } ", "}"),
    "sub-SELECTs": ("ASK { ", "{ SELECT * { ?s ?p ?o } LIMIT 1 } ", "}"),
    "VALUES": ("SELECT * { ", "VALUES ?v{0} { 1 2 3 } ", "}"),
    "expressions of SELECT": ("SELECT ", "(1 AS ?v{0}) ", "{}"),
    "aggregates": ("SELECT ", "(SUM(1) AS ?v{0}) ", "{ ?s ?p ?o }"),
    "keys of GROUP BY": ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ", "(1 AS ?v{0}) ", ""),
    "keys of ORDER BY": ("SELECT * { ?s ?p ?o } ORDER BY ", "?s DESC(?o) ", ""),
    "objects": ("ASK { ?s ?p 1 ", ", 1 ", "}"),
    "template": ("CONSTRUCT { ", "?s ?p ?o . ", "} { ?s ?p ?o }"),
    "DESCRIBE": ("DESCRIBE ", "<urn:x:n1> ", ""),
    "IN": ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER (?o IN (", "1, ", "1)) }"),
}

_SLOW: Final = frozenset(
    {
        "IN",
        "OPTIONAL",
        "aggregates",
        "keys of ORDER BY",
        "template",
        "triple patterns apart",
        "a chain of triple patterns",
        "BIND",
        "VALUES",
        "expressions of SELECT",
    }
)
"""Queries that meet the deadline at any length; one length is enough."""

NESTED: Final = Kind(
    frozenset({"200", "400", "413", "422", "504"}),
    {
        f"{name}, {depth} deep": _nested(*parts, depth)
        for name, parts in _NESTINGS.items()
        for depth in (100, 30_000)
    },
)
FLAT: Final = Kind(
    frozenset({"200", "413", "422", "504"}),
    {
        f"{name}, {length} long": head
        + "".join(part.replace("{0}", str(i)) for i in range(length))
        + tail
        for name, (head, part, tail) in _REPETITIONS.items()
        for length in (2000, 20_000)
        if length == 2000 or name not in _SLOW
    },
)
LONG: Final = Kind(
    frozenset({"200", "400", "413", "422", "504"}),
    {
        "white space": "ASK {" + " " * 900_000 + "}",
        "comment": "ASK {#" + "{" * 900_000 + "\n}",
        "comments": "ASK {" + "#\n" * 400_000 + "}",
        "string": f'ASK {{ ?s ?p "{"x" * 900_000}" }}',
        "string of escapes": 'ASK { ?s ?p "' + "\\u0041" * 150_000 + '" }',
        "IRI": "ASK { ?s ?p <urn:" + "x" * 900_000 + "> }",
        "variable": "ASK { ?s ?p ?" + "x" * 900_000 + " }",
        "number": "SELECT (" + "9" * 900_000 + " AS ?x) {}",
        "decimal": "SELECT (0." + "9" * 900_000 + " AS ?x) {}",
        "language tag": 'ASK { ?s ?p "x"@a' + "-b" * 400_000 + " }",
        "LIMIT": "SELECT * {} LIMIT " + "9" * 900_000,
        "prefixes": "".join(f"PREFIX p{i}: <urn:{i}> " for i in range(40_000)) + "ASK {}",
        "quotation marks": "ASK {" + '"' * 900_001 + "}",
        "less-than signs": "ASK {" + "<a" * 400_000 + "}",
        "strings that do not end": "ASK {" + "'a\\q" * 200_000 + "}",
        "one name": "a" * 900_000,
        "names of no prefix": "ASK {" + "a.b:c.d " * 100_000 + "}",
        "nothing": "",
        "NUL": "ASK { ?s ?p '\0' } \0",
        "signs": "".join(map(chr, range(1, 0xD7FF, 7))) * 8,
    },
)
READ_BY_THE_FRONT: Final = Kind(
    frozenset({"200", "400", "403", "413", "422", "504"}),
    {
        "hidden SERVICE": "ASK { FILTER (<" + ")" * 5000 + "SERVICE" * 1250 + ">) }",
        "chain of BASE": "BASE <http://a/> " + "BASE <b/> " * 15_000 + "ASK {}",
        "prefixes on a long BASE": (
            f"BASE <http://a/{'a/' * 20_000}> " + "PREFIX a: <b> " * 5000 + "ASK {}"
        ),
        "graphs on a long BASE": (
            f"BASE <http://a/{'a/' * 20_000}> SELECT * " + "FROM <b> " * 5000 + "{}"
        ),
        "dots in a long BASE": (
            f"BASE <http://a/{'a/../' * 8000}> " + "PREFIX a: <../../b> " * 5000 + "ASK {}"
        ),
        "undeclared graphs": "SELECT * " + "FROM NAMED a:b.c " * 40_000 + "{}",
        "SERVICE in names": "ASK { " + "SERVICEa:b " * 60_000 + "}",
    },
)
"""Texts that the front process parses itself; none may delay other clients."""

JOINS: Final = Kind(
    frozenset({"422", "504"}),
    {
        "COUNT": FOREVER,
        "COUNT DISTINCT": f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {CROSS} }}",
        "ORDER BY": f"SELECT * {{ {CROSS} }} ORDER BY ?c ?f",
        "ORDER BY with LIMIT": f"SELECT * {{ {CROSS} }} ORDER BY DESC(?f) LIMIT 1",
        "DISTINCT": f"SELECT DISTINCT ?a ?f {{ {CROSS} }} ORDER BY ?a",
        "REDUCED": f"SELECT (COUNT(*) AS ?n) {{ SELECT REDUCED ?a {{ {CROSS_3} }} }}",
        "GROUP BY": f"SELECT ?a ?f (COUNT(*) AS ?n) {{ {CROSS} }} GROUP BY ?a ?f",
        "GROUP_CONCAT": f"SELECT (GROUP_CONCAT(?c) AS ?x) {{ {CROSS} }}",
        "GROUP_CONCAT DISTINCT": (
            f"SELECT (GROUP_CONCAT(DISTINCT CONCAT(STR(?a), STR(?f))) AS ?x) {{ {CROSS} }}"
        ),
        "SUM": f"SELECT (SUM(STRLEN(STR(?c)) * RAND()) AS ?x) {{ {CROSS} }}",
        "HAVING": f"SELECT ?a {{ {CROSS} }} GROUP BY ?a HAVING (COUNT(*) < 0)",
        "FILTER": f"ASK {{ {CROSS} FILTER (CONCAT(STR(?c), STR(?f)) = 'x') }}",
        "OPTIONAL": (
            f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c OPTIONAL {{ {CROSS_3} FILTER (?a != ?i) }} }}"
        ),
        "MINUS": f"ASK {{ {CROSS} MINUS {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} }}",
        "EXISTS": f"ASK {{ ?x ?y ?z FILTER NOT EXISTS {{ {CROSS} FILTER (?c != ?c) }} }}",
        "UNION": (
            f"ASK {{ {{ {CROSS_3} }} UNION {{ {CROSS_3} }} "
            "FILTER (CONCAT(STR(?a), STR(?i)) = 'x') }"
        ),
        "sub-SELECTs": (
            f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT * {{ {CROSS} }} }} "
            "{ SELECT * { ?g ?h ?i } } FILTER (?a != ?i) }"
        ),
        "GRAPH": (
            "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?a ?b ?c } GRAPH ?h { ?d ?e ?f } "
            "GRAPH ?i { ?j ?k ?l } }"
        ),
        "VALUES": (
            "SELECT (COUNT(*) AS ?n) { "
            + " ".join(f"VALUES ?v{i} {{ {'1 ' * 1000}}}" for i in range(4))
            + " }"
        ),
        "VALUES and patterns": f"SELECT * {{ {CROSS} VALUES ?v {{ {'1 ' * 9000}}} }} ORDER BY ?a",
    },
)
GROWTH: Final = Kind(
    frozenset({"200", "422", "504"}),
    {
        "CONCAT": (
            "SELECT (STRLEN(?x30) AS ?n) { BIND ('aaaaaaaaaaaaaaaa' AS ?x0) "
            + " ".join(f"BIND (CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(30))
            + " }"
        ),
        "REPLACE": (
            "SELECT (STRLEN(?x12) AS ?n) { BIND ('aaaaaaaaaaaaaaaa' AS ?x0) "
            + " ".join(
                f"BIND (REPLACE(?x{i}, 'a', 'aaaaaaaaaaaaaaaa') AS ?x{i + 1})" for i in range(12)
            )
            + " }"
        ),
        "REPLACE with groups": (
            f"SELECT (STRLEN(REPLACE('{'a' * 50_000}', '(a*)', '{'$1' * 2000}')) AS ?x) {{}}"
        ),
        "REPLACE of nothing": (
            f"SELECT (STRLEN(REPLACE('{'a' * 50_000}', 'a?', '{'b' * 5000}')) AS ?x) {{}}"
        ),
        "ENCODE_FOR_URI": (
            "SELECT (STRLEN(?x20) AS ?n) { BIND ('兆兆兆兆' AS ?x0) "
            + " ".join(f"BIND (ENCODE_FOR_URI(?x{i}) AS ?x{i + 1})" for i in range(20))
            + " }"
        ),
        "separator": (
            f"SELECT (GROUP_CONCAT(?o; SEPARATOR = '{'x' * 500_000}') AS ?x) {{ ?s ?p ?o }}"
        ),
        "GROUP_CONCAT of GROUP_CONCAT": (
            "SELECT (GROUP_CONCAT(?x) AS ?y) { { SELECT (GROUP_CONCAT(?o) AS ?x) { ?s ?p ?o } } "
            "?a ?b ?c }"
        ),
        "product": (
            "SELECT (STRLEN(STR(?x40)) AS ?n) { BIND (99999999 AS ?x0) "
            + " ".join(f"BIND (?x{i} * ?x{i} AS ?x{i + 1})" for i in range(40))
            + " }"
        ),
        "numbers out of bounds": (
            "SELECT (9223372036854775807 + 1 AS ?a) (-9223372036854775808 / -1 AS ?b) "
            "(1 / 0 AS ?c) (1e308 * 1e308 AS ?d) (SUBSTR('abc', -1, 99999999999) AS ?e) "
            "(ABS(-9223372036854775808) AS ?f) (ROUND(1e400) AS ?g) (0.0 / 0 AS ?h) {}"
        ),
        "times out of bounds": (
            "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
            "SELECT ('999999999-12-31T23:59:59Z'^^xsd:dateTime + 'P999999999Y'^^xsd:duration AS ?a)"
            " (YEAR('-99999999999-01-01T00:00:00Z'^^xsd:dateTime) AS ?b) "
            "('P9223372036854775807M'^^xsd:duration * 2 AS ?c) "
            "('0000-02-30T24:00:00+99:99'^^xsd:dateTime - NOW() AS ?d) {}"
        ),
        "OFFSET": "SELECT * { ?s ?p ?o } OFFSET 18446744073709551615 LIMIT 18446744073709551615",
    },
)
PATHS: Final = Kind(
    frozenset({"200", "422", "504"}),
    {
        "star": f"SELECT (COUNT(*) AS ?n) {{ ?a {NEXT}* ?b }}",
        "plus": f"SELECT (COUNT(*) AS ?n) {{ ?a {NEXT}+ ?b . ?b {NEXT}+ ?c }}",
        "star of star": f"SELECT (COUNT(*) AS ?n) {{ ?a ({NEXT}*)* ?b }}",
        "plus of plus of star": f"SELECT (COUNT(*) AS ?n) {{ ?a ((({NEXT}+)+)*)+ ?b }}",
        "both ways": f"SELECT (COUNT(*) AS ?n) {{ ?a ({NEXT}|^{NEXT})* ?b }}",
        "all ways": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)* ?b }",
        "sequences": f"SELECT (COUNT(*) AS ?n) {{ ?a ({NEXT}*/<urn:x:twice>+/{NEXT}*)+ ?b }}",
        "options": f"SELECT (COUNT(*) AS ?n) {{ ?a {'/'.join([f'({NEXT}|<urn:x:twice>)?'] * 20)} ?b"
        " }",
        "deep": "ASK { ?s " + "(" * 100 + NEXT + ")*" * 100 + " <urn:x:none> }",
        "bound": f"ASK {{ <urn:x:n0> ({NEXT}|<urn:x:twice>)*/<urn:x:none>* <urn:x:none> }}",
        "without subjects": "SELECT (COUNT(*) AS ?n) { ?a (<urn:none>*)* ?b }",
    },
)
REGULAR_EXPRESSIONS: Final = Kind(
    frozenset({"200", "422", "504"}),
    {
        pattern[:40]: f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o FILTER REGEX(STR(?o), '{pattern}', "
        f"'i') BIND (REPLACE(STR(?o), '{pattern}x', '$0$0') AS ?x) }}"
        for pattern in (
            "^(a+)+$",
            "^(a|a)*b$",
            "(.*a){20}$",
            "((a*)*)*b",
            "(x+x+)+y",
            "^(([a-z])+.)+[A-Z]([a-z])+$",
            "((a{100}){100}){100}",
            "(\\\\\\\\p{L}{500}){500}",
            "(?:a?){1000}a{1000}",
            "a{0,99999}" * 20,
            "(" * 100 + "a" + ")*" * 100,
            "(" * 60_000,
            "[" * 10_000,
            "a|" * 100_000,
        )
    },
)
KINDS: Final[Mapping[str, Kind]] = {
    "nested": NESTED,
    "flat": FLAT,
    "long": LONG,
    "joins": JOINS,
    "growth": GROWTH,
    "paths": PATHS,
    "regular expressions": REGULAR_EXPRESSIONS,
}

STREAMS: Final[Mapping[str, str]] = {
    "SELECT": f"SELECT * {{ {CROSS} }}",
    "CONSTRUCT": f"CONSTRUCT {{ ?a ?b ?f }} {{ {CROSS} }}",
    "DESCRIBE": f"DESCRIBE ?a ?f {{ {CROSS} }}",
    "with an end that never comes": (
        f"SELECT * {{ {{ SELECT * {{ {CROSS} }} LIMIT 20000 }} "
        f"UNION {{ {CROSS} FILTER (CONCAT(STR(?c), STR(?f)) = 'x') }} }}"
    ),
}
"""Queries whose answers begin and cannot be completed."""


def services(endpoint: str) -> Mapping[str, str]:
    """Return calls of an endpoint in all spellings."""
    iri, block = f"<{endpoint}>", "{ ?s ?p ?o }"
    escaped = iri.replace(":", "\\u003A")
    hexed = "".join(f"\\u{ord(letter):04X}" for letter in "SERVICE")
    wide = "".join(f"\\U{ord(letter):08x}" for letter in "SERVICE")
    named = f"PREFIX x: {iri} "
    calls = {
        "plain": f"SERVICE {iri} {block}",
        "SILENT": f"SERVICE SILENT {iri} {block}",
        "lower case": f"service silent {iri} {block}",
        "mixed case": f"SeRvIcE sIlEnT {iri} {block}",
        "comment": f"SERVICE# {{\n{iri}{block}",
        "comments": f"SERVICE#\n#\r#\tSILENT\nSILENT#\n{iri}#\n{block}",
        "newline": f"SERVICE\n\n{iri}\r\n\t{block}",
        "glued": f"SERVICE{iri}{block}",
        "glued SILENT": f"SERVICESILENT{iri}{block}",
        "variable": f"BIND ({iri} AS ?x) SERVICE ?x {block}",
        "variable by VALUES": f"VALUES ?x {{ {iri} }} SERVICE SILENT ?x {block}",
        "variable of dollar": f"VALUES $x {{ {iri} }} SERVICE$x{block}",
        "escaped": f"{hexed} {iri} {block}",
        "escaped widely": f"{wide} SILENT {iri} {block}",
        "half escaped": f"SERV\\u0049CE {iri} {block}",
        "escaped space": f"SERVICE\\u0020{iri}{block}",
        "escaped IRI": f"SERVICE {escaped} {block}",
        "sub-SELECT": f"{{ SELECT * {{ SERVICE {iri} {block} }} }}",
        "EXISTS": f"FILTER EXISTS {{ SERVICE {iri} {block} }}",
        "NOT EXISTS": f"FILTER (1 = 1 && NOT EXISTS {{ SERVICE SILENT {iri} {block} }})",
        "OPTIONAL": f"OPTIONAL {{ SERVICE {iri} {block} }}",
        "MINUS": f"MINUS {{ SERVICE {iri} {block} }}",
        "GRAPH": f"GRAPH ?g {{ SERVICE {iri} {block} }}",
        "UNION": f"{{}} UNION {{ SERVICE {iri} {block} }}",
        "nested": f"SERVICE {iri} {{ SERVICE {iri} {block} }}",
        "after a string": f"BIND ('#' AS ?x) SERVICE {iri} {block}",
        "after a string of a quote": f"BIND ('\\'' AS ?x) SERVICE {iri} {block} #'",
        "after a long string": f'BIND ("""a"" # """ AS ?x) SERVICE {iri} {block}',
        "after a comparison": f"FILTER (1<2)SERVICE {iri}{block}#>",
        "after a number": f"FILTER (2=2.)SERVICE {iri}{block}",
        "after a path": f"?s {NEXT}* ?o.SERVICE {iri}{block}",
        "after a name": f"?s a ?o;SERVICE {iri}{block}",
        "after a variable": f"?s ?p ?o.SERVICE{iri}{block}",
    }
    return {
        **{name: f"SELECT * {{ {call} }}" for name, call in calls.items()},
        "prefixed name": f"{named}SELECT * {{ SERVICE x: {block} }}",
        "glued prefixed name": f"{named}SELECT * {{ SERVICEx:{block} }}",
        "glued SILENT prefixed name": f"{named}SELECT * {{ SERVICESILENTx:{block} }}",
        "relative IRI": f"BASE {iri} SELECT * {{ SERVICE <x> {block} }}",
        "in CONSTRUCT": f"CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE {iri} {block} }}",
        "in DESCRIBE": f"DESCRIBE ?s {{ SERVICE {iri} {block} }}",
        "in ASK": f"ASK {{ SERVICE {iri} {block} }}",
        "glued to ASK": f"ASK{{SERVICE{iri}{block}}}",
    }


def datasets(url: str) -> Mapping[str, str]:
    """Return queries on graphs that would have to be fetched, in all spellings."""
    escaped = f"<{url}>".replace(":", "\\u003a")
    clauses = {
        "FROM": f"FROM <{url}>",
        "FROM NAMED": f"FROM NAMED <{url}>",
        "lower case": f"from named <{url}>",
        "comment": f"FROM#\nNAMED#\n<{url}>",
        "glued": f"FROM<{url}>",
        "glued NAMED": f"FROMNAMED<{url}>",
        "escaped": f"FR\\u004FM <{url}>",
        "escaped IRI": f"FROM {escaped}",
        "after one that is there": f"FROM <{GRAPHS[0]}> FROM <{url}>",
    }
    return {
        **{name: f"SELECT * {clause} {{ ?s ?p ?o }}" for name, clause in clauses.items()},
        "prefixed name": f"PREFIX x: <{url}> SELECT * FROM x: {{ ?s ?p ?o }}",
        "relative IRI": f"BASE <{url}> SELECT * FROM <> {{ ?s ?p ?o }}",
        "ASK": f"ASK FROM <{url}> {{}}",
        "CONSTRUCT": f"CONSTRUCT {{ ?s ?p ?o }} FROM <{url}> {{ ?s ?p ?o }}",
        "CONSTRUCT WHERE": f"CONSTRUCT FROM <{url}> WHERE {{ ?s ?p ?o }}",
        "DESCRIBE": f"DESCRIBE <urn:x:n1> FROM <{url}>",
    }


def updates(url: str) -> Mapping[str, str]:
    """Return updates in all spellings."""
    return {
        "LOAD": f"LOAD <{url}>",
        "LOAD SILENT": f"LOAD SILENT <{url}> INTO GRAPH <urn:x:g0>",
        "lower case": f"load <{url}>",
        "after a prefix": f"PREFIX x: <{url}> LOAD x:",
        "after comments": f"#\n#\nLOAD#\n<{url}>",
        "escaped": f"L\\u004FAD <{url}>",
        "INSERT DATA": "INSERT DATA { <urn:x:a> <urn:x:b> <urn:x:c> }",
        "INSERT WHERE": "INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DELETE DATA": f"DELETE DATA {{ <urn:x:n0> {NEXT} <urn:x:n1> }}",
        "DELETE WHERE": "DELETE WHERE { ?s ?p ?o }",
        "WITH": "WITH <urn:x:g0> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CLEAR": "CLEAR ALL",
        "DROP": "DROP SILENT ALL",
        "CREATE": "CREATE GRAPH <urn:x:new>",
        "ADD": "ADD <urn:x:g0> TO DEFAULT",
        "MOVE": "MOVE DEFAULT TO <urn:x:g0>",
        "COPY": "COPY <urn:x:g0> TO DEFAULT",
        "several": "DROP ALL ; CLEAR ALL",
        "after a query": "ASK {} ; DROP ALL",
        "in a query": "SELECT * { INSERT DATA { <urn:x:a> <urn:x:b> 1 } }",
    }
