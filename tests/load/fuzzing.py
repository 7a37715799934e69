"""A fuzzer for the endpoint: spoilt queries in SPARQL 1.1, in all kinds of requests.

    .venv/bin/python -m tests.load.fuzzing --seconds 600 --seed 1

It starts a server of its own and exits with 1 at the first case that fails, which it prints:
`--seed 1 --number 42` repeats it. What a case sends depends only on seed and number.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

import httpx

from tests.support.connections import PATIENCE
from tests.support.replies import fault
from tests.support.servers import Server, server_process

GRAPHS: Final = ("urn:x:g0", "urn:x:g1")
VARIABLES: Final = ("?s", "?p", "?o", "?x", "?y", "$z", "?s", "?o")
LIMITS: Final = {"query_seconds": 1, "query_megabytes": 100, "reply_megabytes": 2}

_IRIS: Final = (
    "<urn:x:s>", "<urn:x:p>", "<urn:x:q>", "<urn:x:g0>", "<urn:x:none>", "x:s", "x:p", "x:", ":",
    "<rel>", "<>", "xsd:integer", "xsd:dateTime", "<http://例え.jp/兆>", "x:a%20b", "x:a\\~b",
    "<\\u0061:b>", "a:undeclared",
)  # fmt: skip
_LITERALS: Final = (
    "1", "-1", "+0", "0.5", ".5", "1e9", "1E400", "-0.0e0", "9223372036854775807",
    "-9223372036854775808", "99999999999999999999", "true", "false", "'a'", '"兆"', "''",
    '"""a"b"""',
    "'''\\n'''", "'\\u0000'", "'\\uFFFE'", "'\\U0001F600'", "'a,\"b\\r\\nc'", "'a'@en", "'a'@en-GB",
    "'1'^^xsd:integer", "'x'^^xsd:integer", "'NaN'^^xsd:double", "'INF'^^xsd:double",
    "'2026-02-29T24:00:00Z'^^xsd:dateTime", "'2026-02-01T00:00:00.5+14:00'^^xsd:dateTime",
    "'P1Y2M3DT4H5M6.7S'^^xsd:duration", "'-P999999999Y'^^xsd:duration",
    "'PT1S'^^xsd:dayTimeDuration",
    "'99999-01-01'^^xsd:date", "'25:00:00'^^xsd:time", "'--02-30'^^xsd:gMonthDay", "'x'^^<urn:x:d>",
    "'1.0000000000000000000000000001'^^xsd:decimal", "'\\\\d+'", "'(a+)+$'", "'['", "'i'", "'simx'",
)  # fmt: skip
_CALLS: Final = {
    # name: minimum and maximum number of arguments
    "STR": (1, 1), "LANG": (1, 1), "LANGMATCHES": (2, 2), "DATATYPE": (1, 1), "IRI": (1, 1),
    "URI": (1, 1), "BNODE": (0, 1), "RAND": (0, 0), "ABS": (1, 1), "CEIL": (1, 1), "FLOOR": (1, 1),
    "ROUND": (1, 1), "CONCAT": (0, 4), "SUBSTR": (2, 3), "STRLEN": (1, 1), "REPLACE": (3, 4),
    "UCASE": (1, 1), "LCASE": (1, 1), "ENCODE_FOR_URI": (1, 1), "CONTAINS": (2, 2),
    "STRSTARTS": (2, 2), "STRENDS": (2, 2), "STRBEFORE": (2, 2), "STRAFTER": (2, 2), "YEAR": (1, 1),
    "MONTH": (1, 1), "DAY": (1, 1), "HOURS": (1, 1), "MINUTES": (1, 1), "SECONDS": (1, 1),
    "TIMEZONE": (1, 1), "TZ": (1, 1), "NOW": (0, 0), "UUID": (0, 0), "STRUUID": (0, 0),
    "MD5": (1, 1), "SHA1": (1, 1), "SHA256": (1, 1), "SHA384": (1, 1), "SHA512": (1, 1),
    "COALESCE": (0, 4), "IF": (3, 3), "STRLANG": (2, 2), "STRDT": (2, 2), "SAMETERM": (2, 2),
    "ISIRI": (1, 1), "ISURI": (1, 1), "ISBLANK": (1, 1), "ISLITERAL": (1, 1), "ISNUMERIC": (1, 1),
    "REGEX": (2, 3), "xsd:integer": (1, 1), "xsd:decimal": (1, 1), "xsd:double": (1, 1),
    "xsd:boolean": (1, 1), "xsd:dateTime": (1, 1), "xsd:duration": (1, 1), "xsd:string": (1, 1),
    "<urn:x:f>": (0, 3), "TRIPLE": (3, 3), "SUBJECT": (1, 1), "ISTRIPLE": (1, 1),
}  # fmt: skip
_AGGREGATES: Final = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")
_SPACES: Final = (" ", "\n", "\t", " # c }\n", "  ", "\r\n")
_ACCEPTS: Final = (
    "*/*", "application/sparql-results+json", "application/sparql-results+xml", "text/csv",
    "text/tab-separated-values", "text/turtle", "application/ld+json", "application/n-triples",
    "application/rdf+xml", "application/trig", "application/n-quads", "application/json",
    "application/xml", "text/html", "text/*;q=0.5, */*;q=0.1", "image/png", "a/b;q=2", ",;=\"",
    "text/csv, text/turtle", "application/sparql-results+json, text/turtle",
)  # fmt: skip


def quads() -> Iterator[str]:
    """Write so few quads that most queries terminate."""
    for i in range(12):
        yield f"<urn:x:s> <urn:x:p> <urn:x:o{i}> .\n"
        yield f"<urn:x:o{i}> <urn:x:q> <urn:x:o{i * 5 % 12}> .\n"
        yield f'<urn:x:o{i}> <urn:x:label> "label {i}"@en <{GRAPHS[i % 2]}> .\n'
    for literal in ('"a\\tb\\r\\n\\"c\\""', '"兆"@zh', '"x"^^<urn:x:d>', "_:b", '"1"', '"1.5"'):
        yield f"<urn:x:s> <urn:x:q> {literal} .\n"


class Grammar:
    """Writes queries with the rules of the grammar (SPARQL 1.1 Query Language, section 19.8)."""

    def __init__(self, choices: random.Random) -> None:
        self._random = choices
        self._depth = 0
        self._in_template = False

    def query(self) -> str:
        """QueryUnit."""
        form = self._one(self._select, self._select, self._construct, self._describe, self._ask)
        return self._prologue() + form + self._some(0.1, self._values_clause)

    # Each rule below has its name in the grammar; its result is SPARQL in most cases.

    def _prologue(self) -> str:
        declarations = [
            "BASE <http://x/a/b>",
            "PREFIX x: <urn:x:>",
            "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>",
            "PREFIX : <#>",
        ]
        return " ".join(line for line in declarations if self._random.random() < 0.99) + " "

    def _select(self, dataset: str | None = None) -> str:
        if dataset is None:
            dataset = self._dataset()
        modifier = self._pick(("", "", "DISTINCT ", "REDUCED "))
        grouped = self._random.random() < 0.25
        what, end = self._groups() if grouped else (self._projection(), "")
        return f"SELECT {modifier}{what} {dataset}{self._where()}{end}{self._modifiers()}"

    def _projection(self) -> str:
        if self._random.random() < 0.4:
            return "*"
        names = self._names()
        return " ".join(
            self._pick((name, f"({self._expression()} AS {name}{name[1:]})")) for name in names
        )

    def _groups(self) -> tuple[str, str]:
        """Write a projection of groups, and the clauses that make the groups."""
        keys = self._names() if self._random.random() < 0.7 else []
        aggregates = [f"({self._aggregate()} AS ?a{i})" for i in range(self._random.randint(0, 3))]
        conditions = keys + [self._group_condition() for _ in keys[:1]]
        by = f" GROUP BY {' '.join(conditions)}" if conditions else ""
        having = self._some(0.2, lambda: f" HAVING ({self._aggregate()} > {self._literal()})")
        return " ".join(keys + aggregates) or "(COUNT(*) AS ?n)", by + having

    def _names(self) -> list[str]:
        return self._random.sample(["?s", "?p", "?o", "?x", "?y"], self._random.randint(1, 4))

    def _construct(self) -> str:
        if self._random.random() < 0.3:
            return f"CONSTRUCT {self._dataset()}WHERE {self._template()}{self._modifiers()}"
        head = f"CONSTRUCT {self._template()} {self._dataset()}"
        return f"{head}{self._where()}{self._modifiers()}"

    def _template(self) -> str:
        self._in_template = True
        try:
            return f"{{ {self._many(0, 3, self._triples_same_subject, ' . ')} }}"
        finally:
            self._in_template = False

    def _describe(self) -> str:
        what = self._one(lambda: "*", lambda: self._many(1, 3, self._name, " "))
        where = self._some(0.6, self._where) if what != "*" else self._where()
        return f"DESCRIBE {what} {self._dataset()}{where}{self._modifiers()}"

    def _ask(self) -> str:
        return f"ASK {self._dataset()}{self._where()}{self._modifiers()}"

    def _dataset(self) -> str:
        if self._random.random() < 0.85:
            return ""
        clause = self._pick(("FROM ", "FROM NAMED "))
        return (
            self._many(1, 2, lambda: clause + self._pick((f"<{GRAPHS[0]}>", "x:g1", "x:no")), " ")
            + " "
        )

    def _where(self) -> str:
        return self._pick(("", "WHERE ")) + self._group()

    def _modifiers(self) -> str:
        return "".join(
            (
                self._some(0.2, lambda: " ORDER BY " + self._many(1, 3, self._order, " ")),
                self._some(0.3, lambda: f" LIMIT {self._number()}"),
                self._some(0.1, lambda: f" OFFSET {self._number()}"),
            )
        )

    def _group_condition(self) -> str:
        return self._one(
            self._variable,
            lambda: f"({self._expression()})",
            lambda: f"({self._expression()} AS {self._variable()}{self._random.randint(0, 9)})",
            self._call,
        )

    def _order(self) -> str:
        return self._one(
            self._variable,
            lambda: f"{self._pick(('ASC', 'DESC'))}({self._expression()})",
            self._call,
        )

    def _number(self) -> str:
        return self._pick(
            ("0", "1", "3", "3", "10", "10", "1000", "1000", "18446744073709551615", "1" * 30)
        )

    def _values_clause(self) -> str:
        return " " + self._values()

    def _group(self) -> str:
        if self._depth > 3:
            return "{}"
        self._depth += 1
        try:
            if self._random.random() < 0.12:
                return f"{{ {self._select('')}{self._some(0.1, self._values_clause)} }}"
            return f"{{ {self._many(0, 4, self._element, self._space())} }}"
        finally:
            self._depth -= 1

    def _element(self) -> str:
        return self._one(
            lambda: self._triples() + " .",
            lambda: self._triples() + " .",
            lambda: f"FILTER ({self._constraint()})",
            lambda: (
                f"BIND ({self._expression()} AS {self._variable()}{self._random.randint(0, 99)})"
            ),
            lambda: f"OPTIONAL {self._group()}",
            lambda: f"MINUS {self._group()}",
            lambda: self._many(1, 3, self._group, " UNION "),
            lambda: f"GRAPH {self._name()} {self._group()}",
            self._values,
            lambda: f"FILTER {self._pick(('', 'NOT '))}EXISTS {self._group()}",
            lambda: self._some(0.1, lambda: f"SERVICE SILENT {self._name()} {self._group()}"),
        )

    def _triples(self) -> str:
        return self._many(1, 3, self._triples_same_subject, " . ")

    def _triples_same_subject(self) -> str:
        properties = self._many(1, 3, lambda: f"{self._verb()} {self._objects()}", " ; ")
        return self._one(
            lambda: f"{self._term()} {properties}",
            lambda: f"{self._name()} {properties}",
            lambda: f"[ {properties} ]",
            lambda: f"({self._many(1, 3, self._term, ' ')}) {properties}",
        )

    def _objects(self) -> str:
        return self._many(1, 2, self._object, ", ")

    def _object(self) -> str:
        nested = self._depth < 4
        self._depth += 1
        try:
            return self._one(
                self._term,
                self._variable,
                lambda: f"[ {self._verb()} {self._objects()} ]" if nested else "[]",
                lambda: f"({self._many(0, 3, self._object, ' ')})" if nested else "()",
                lambda: f"<<( {self._variable()} {self._iri()} {self._literal()} )>>",
            )
        finally:
            self._depth -= 1

    def _verb(self) -> str:
        path = self._iri if self._in_template else self._path
        return self._one(self._iri, self._variable, lambda: "a", path)

    def _path(self) -> str:
        if self._depth > 4:
            return self._iri()
        self._depth += 1
        try:
            return self._one(
                self._iri,
                lambda: self._many(2, 3, self._path, "/"),
                lambda: f"({self._many(2, 3, self._path, '|')})",
                lambda: f"({self._path()}){self._pick('*+?')}",
                lambda: f"^{self._iri()}{self._pick(('*', '+', '?', ''))}",
                lambda: f"!({self._many(1, 3, lambda: self._pick(('', '^')) + self._iri(), '|')})",
            )
        finally:
            self._depth -= 1

    def _values(self) -> str:
        width = self._random.randint(0, 3)
        names = " ".join(f"?v{i}" for i in range(width))
        row = lambda: "(" + " ".join(self._datum() for _ in range(width)) + ")"  # noqa: E731
        return self._one(
            lambda: f"VALUES {self._variable()} {{ {self._many(0, 4, self._datum, ' ')} }}",
            lambda: f"VALUES ({names}) {{ {self._many(0, 4, row, ' ')} }}",
        )

    def _datum(self) -> str:
        return self._one(self._iri, self._literal, lambda: "UNDEF")

    def _constraint(self) -> str:
        return self._one(self._expression, self._call, self._comparison)

    def _comparison(self) -> str:
        sign = self._pick(("=", "!=", "<", ">", "<=", ">=", "&&", "||"))
        return f"{self._expression()} {sign} {self._expression()}"

    def _expression(self) -> str:
        if self._depth > 5:
            return self._variable()
        self._depth += 1
        try:
            return self._one(
                self._variable,
                self._literal,
                self._literal,
                self._iri,
                self._call,
                self._call,
                lambda: f"({self._expression()} {self._pick('+-*/')} {self._expression()})",
                lambda: f"({self._comparison()})",
                lambda: f"{self._pick('!-+')}{self._variable()}",
                lambda: (
                    f"({self._expression()} {self._pick(('IN', 'NOT IN'))} "
                    f"({self._many(0, 3, self._expression, ', ')}))"
                ),
                lambda: f"{self._pick(('', 'NOT '))}EXISTS {self._group()}",
            )
        finally:
            self._depth -= 1

    def _call(self) -> str:
        name = self._pick(tuple(_CALLS))
        least, most = _CALLS[name]
        if name == "BOUND":
            return f"BOUND({self._variable()})"
        return f"{name}({self._many(least, most, self._expression, ', ')})"

    def _aggregate(self) -> str:
        name = self._pick(_AGGREGATES)
        inner = self._pick(("", "DISTINCT ")) + self._expression()
        if name == "COUNT" and self._random.random() < 0.5:
            inner = self._pick(("*", "DISTINCT *"))
        elif name == "GROUP_CONCAT":
            inner += self._some(0.5, lambda: f"; SEPARATOR = {self._pick((repr(','), repr('')))}")
        return f"{name}({inner})"

    def _term(self) -> str:
        return self._one(
            self._variable,
            self._variable,
            self._iri,
            self._literal,
            lambda: self._pick(("[]", "_:a", "_:b")),
        )

    def _name(self) -> str:
        return self._one(self._variable, self._iri)

    def _variable(self) -> str:
        return self._pick(VARIABLES)

    def _iri(self) -> str:
        # Undeclared prefixes and invalid IRIs are rare: they spoil the query.
        return self._pick(_IRIS if self._random.random() < 0.01 else _IRIS[:8])

    def _literal(self) -> str:
        return self._pick(_LITERALS)

    def _space(self) -> str:
        return self._pick(_SPACES)

    def _one(self, *rules: Callable[[], str]) -> str:
        return self._random.choice(rules)()

    def _some(self, chance: float, rule: Callable[[], str]) -> str:
        return rule() if self._random.random() < chance else ""

    def _many(self, least: int, most: int, rule: Callable[[], str], between: str) -> str:
        return between.join(rule() for _ in range(self._random.randint(least, most)))

    def _pick(self, of: Sequence[str]) -> str:
        return self._random.choice(of)


def spoil(choices: random.Random, data: bytes) -> bytes:
    """Spoil a query in one of several ways, or return it unchanged."""
    place = choices.randrange(len(data) + 1)
    end = min(len(data), place + choices.randint(1, 30))
    piece = data[place:end]
    ways: list[Callable[[], bytes]] = [
        lambda: data,
        lambda: data[:place],
        lambda: data[:place] + piece * choices.choice((2, 3, 50, 2000)) + data[end:],
        lambda: data[:place] + choices.randbytes(choices.randint(1, 8)) + data[end:],
        lambda: data[:place] + data[end:],
        lambda: (
            data[:place] + bytes([choices.choice(b"{}()[]<>\"'\\#;,.^*+?!&|\0\n")]) + data[place:]
        ),
        lambda: (
            data[:place] + choices.choice((b"{", b"(", b"!", b"1+", b"[")) * 3000 + data[place:]
        ),
        lambda: data.swapcase(),
        lambda: data[::-1],
        lambda: b"".join(choices.sample(words := data.split(b" "), len(words))),
        lambda: data.replace(b" ", b""),
    ]
    return choices.choice(ways)()


@dataclass(frozen=True)
class Case:
    """One request, which depends only on a seed and a number."""

    seed: int
    number: int
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __str__(self) -> str:
        head = "".join(f"{name}: {value}\n" for name, value in self.headers)
        return (
            f"--seed {self.seed} --number {self.number}\n"
            f"{self.method} {self.target[:4000]}\n{head}\n"
            f"{self.body[:4000].decode(errors='backslashreplace')}"
        )


def make_case(seed: int, number: int) -> Case:
    """Make the case with a number of a seed."""
    choices = random.Random(f"{seed}/{number}")
    data = Grammar(choices).query().encode()
    if choices.random() < 0.4:
        data = spoil(choices, data)
    headers = []
    if choices.random() < 0.8:
        headers.append(("Accept", choices.choice(_ACCEPTS)))
    parameters = list(_parameters(choices))
    way = choices.choice(("GET", "GET", "HEAD", "form", "POST", "QUERY", "PUT"))
    if way in ("GET", "HEAD", "PUT"):
        parameters.append(f"query={quote(data)}")
        return Case(seed, number, way, _target(parameters), tuple(headers), b"")
    if way == "form":
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        body = "&".join([*parameters, f"query={quote_plus(data)}"]).encode()
        return Case(seed, number, "POST", _target([]), tuple(headers), body)
    media_types = ("application/sparql-query",) * 9 + ("application/sparql-update", "text/plain")
    headers.append(("Content-Type", choices.choice(media_types)))
    return Case(seed, number, way, _target(parameters), tuple(headers), data)


def _parameters(choices: random.Random) -> Iterator[str]:
    if choices.random() < 0.1:
        graph = choices.choice((*GRAPHS, "urn:x:none", "", "http://127.0.0.1:1/", "%00", "\\"))
        name = choices.choice(("default-graph-uri", "named-graph-uri", "using-graph-uri"))
        yield f"{name}={quote(graph)}"
    if choices.random() < 0.1:
        names = ("json", "xml", "csv", "tsv", "turtle", "jsonld", "rdfxml", "html", "x", "")
        yield f"format={choices.choice(names)}"
    if choices.random() < 0.3:
        yield f"cite={choices.choice('1110x')}"
    if choices.random() < 0.02:
        yield choices.choice(("query=ASK%7B%7D", "update=DROP+ALL", "%", "a", "=", "&&"))


def _target(parameters: Sequence[str]) -> str:
    return "/sparql" + ("?" if parameters else "") + "&".join(parameters)


def failure(client: httpx.Client, case: Case) -> str | None:
    """Send a case; return the fault of the reply, or of that to the next query, or None."""
    # The target is sent unchanged: httpx would normalize it.
    request = client.build_request(
        case.method,
        "/sparql",
        headers=case.headers,
        content=case.body or None,
        extensions={"target": case.target.encode()},
    )
    began = time.monotonic()
    try:
        wrong = fault(client.send(request))
    except httpx.RemoteProtocolError as error:
        wrong = None if "incomplete chunked read" in str(error) else repr(error)
    except httpx.HTTPError as error:
        wrong = repr(error)
    if time.monotonic() - began > PATIENCE:
        wrong = wrong or "the reply took too long"
    return wrong or _unwell(client)


def _unwell(client: httpx.Client) -> str | None:
    try:
        response = client.get("/sparql", params={"query": "ASK {}"})
    except httpx.HTTPError as error:
        return f"the next query fails: {error!r}"
    if response.status_code != 200 or response.json() != {"head": {}, "boolean": True}:
        return f"the next query is answered {response.status_code} {response.text[:200]}"
    return None


def cases(seed: int, seconds: float) -> Iterator[Case]:
    """Make the cases of a seed, one after the other, for some seconds."""
    end = time.monotonic() + seconds
    for number in itertools.count():
        if time.monotonic() > end:
            return
        yield make_case(seed, number)


@contextmanager
def fuzzed() -> Iterator[Server]:
    """Yield a server to fuzz."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data.nq"
        data.write_text("".join(quads()))
        with server_process("--data", data, log=folder / "log.txt", **LIMITS) as server:
            yield server


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--number", type=int, help="only this case")
    arguments = parser.parse_args()
    chosen = (
        cases(arguments.seed, arguments.seconds)
        if arguments.number is None
        else iter([make_case(arguments.seed, arguments.number)])
    )
    done = 0
    with fuzzed() as server, server.client() as client:
        for case in chosen:
            wrong = failure(client, case)
            if wrong or server.process.poll() is not None:
                print(f"{wrong or 'the server is gone'}\n{case}")
                return 1
            done += 1
    print(f"{done} cases of seed {arguments.seed}: nothing wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
