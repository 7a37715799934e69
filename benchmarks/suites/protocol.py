"""The tests of the SPARQL protocol, and further requests, sent to a running server."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox

from apecgraph.rdf.formats import GRAPH_FORMATS, RESULTS_FORMATS
from apecgraph.rdf.graph import Graph
from benchmarks.suites.manifests import MF, Outcome, Test, read_tests

FOLDER: Final = "sparql/sparql11/protocol"
OURS: Final = "further requests"
HT: Final = "http://www.w3.org/2011/http#"
CNT: Final = "http://www.w3.org/2011/content#"
DATA: Final = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
FORMS: Final = {
    "boolean": ("application/sparql-results+json", "application/sparql-results+xml"),
    "tabular": tuple(item.media_type for item in RESULTS_FORMATS),
    "RDF": tuple(item.media_type for item in GRAPH_FORMATS),
}


@dataclass(frozen=True)
class Request:
    """A request and what is expected of its response.

    Attributes:
        title: What the request tests.
        target: The path with the query string.
        method: The method.
        headers: The headers.
        body: The body.
        status: The expected status: the first digits of it, or several, separated by spaces.
        types: The media types that the response may have; empty for any.
        contains: Words that a body must have.
        has: Headers that the response must have, with a part of their value.
    """

    title: str
    target: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: str = "2"
    types: tuple[str, ...] = ()
    contains: str = ""
    has: Mapping[str, str] = field(default_factory=dict)

    def why(self, port: int) -> str:
        """Send the request; return why the response is not the expected one."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(self.method, self.target, self.body or None, dict(self.headers))
            response = connection.getresponse()
            data = response.read().decode()
        finally:
            connection.close()
        media_type = (response.getheader("content-type") or "").partition(";")[0]
        if not str(response.status).startswith(tuple(self.status.split())):
            return f"status {response.status}"
        if self.types and media_type not in self.types:
            return f"media type {media_type}"
        for name, value in self.has.items():
            if value not in (response.getheader(name) or ""):
                return f"header {name}: {response.getheader(name)}"
        if self.method == "HEAD" and data:
            return "a body"
        return "" if self.contains in data else "other content"


def run(root: Path) -> Iterator[Outcome]:
    """Send all requests to a server of the data of the suite."""
    with TemporaryDirectory() as folder, served(Path(folder)) as port:
        for test in read_tests(root / FOLDER / "manifest.ttl", root):
            if "ProtocolTest" in test.kinds:
                reasons = (request.why(port) for request in _requests(test))
                why = next(filter(None, reasons), "")
                yield Outcome(test.title, test.part, not why, why)
        for request in (*_of_formats(), *_of_methods(), *_of_errors()):
            why = request.why(port)
            yield Outcome(f"{OURS}: {request.title}", OURS, not why, why)


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """Serve the data; yield the port."""
    file = folder / "data.nq"
    names = [DATA.format(number) for number in range(4)]
    triple = f"{TYPE} <http://xmlns.com/foaf/0.1/Document>"
    file.write_text(
        "".join(f"<{name}> {triple} <{name}> .\n<{name}> {triple} .\n" for name in names)
    )
    program = Path(sys.executable).with_name("apecgraph")
    command = [str(program), "serve", "--port", "0", "--data", str(file)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield urlsplit(server.stdout.readline().split()[1]).port or 0
        finally:
            server.terminate()


def _requests(test: Test) -> Iterator[Request]:
    """Read the requests of a test of the suite."""
    graph = test.graph
    (requests,) = graph.objects(test.action, f"{HT}requests")
    for node in graph.list_members(requests) or ():
        assert isinstance(node, ox.BlankNode)
        headers = {}
        for head in graph.objects(node, f"{HT}headers"):
            for header in graph.list_members(head) or ():
                assert isinstance(header, ox.BlankNode)
                name = graph.required_value(header, f"{HT}fieldName")
                headers[name] = graph.required_value(header, f"{HT}fieldValue")
        (response,) = graph.objects(node, f"{HT}resp")
        assert isinstance(response, ox.BlankNode)
        expected = graph.iris(response, f"{MF}expectedStatus")
        format_ = graph.value(response, f"{MF}expectedFormat")
        boolean = graph.value(response, f"{MF}expectedBoolean")
        yield Request(
            test.name,
            graph.required_value(node, f"{HT}absolutePath").replace("/sparql/", "/sparql", 1),
            graph.required_value(node, f"{HT}methodName"),
            headers,
            _body(graph, node),
            " ".join(iri.removesuffix("xx")[-1] for iri in expected),
            FORMS[format_] if format_ else (),
            boolean or "",
        )


def _body(graph: Graph, request: ox.BlankNode) -> bytes:
    for body in graph.objects(request, f"{HT}body"):
        assert isinstance(body, ox.BlankNode)
        text = graph.required_value(body, f"{CNT}chars")
        return text.encode(graph.required_value(body, f"{CNT}characterEncoding"))
    return b""


SELECT: Final = "SELECT ?s { ?s ?p ?o }"
CONSTRUCT: Final = "CONSTRUCT WHERE { ?s ?p ?o }"
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
QUERY: Final = {"content-type": "application/sparql-query"}


def _target(query: str, **parameters: str) -> str:
    return "/sparql?" + urlencode({"query": query, **parameters})


def _of_formats() -> Iterator[Request]:
    """Yield requests for each format: by Accept, with HEAD, by POST, and by name."""
    offers = [
        *product((SELECT, "ASK {}"), RESULTS_FORMATS),
        *product((CONSTRUCT, f"DESCRIBE <{DATA.format(1)}>"), GRAPH_FORMATS),
    ]
    for query, offer in offers:
        title, types = f"{query.split()[0]} in {offer.label}", (offer.media_type,)
        accept = {"accept": offer.media_type}
        vary = {"vary": "Accept", "access-control-allow-origin": "*"}
        yield Request(f"{title}, by Accept", _target(query), "GET", accept, types=types, has=vary)
        yield Request(f"{title}, HEAD", _target(query), "HEAD", accept, types=types, has=vary)
        yield Request(
            f"{title}, POST", "/sparql", "POST", {**QUERY, **accept}, query.encode(), types=types
        )
        yield Request(f"{title}, by name", _target(query, format=offer.name), types=types)


def _of_methods() -> Iterator[Request]:
    """Yield requests with other methods and headers."""
    for method in ("POST", "QUERY"):
        body = urlencode({"query": SELECT}).encode()
        yield Request(f"{method} of a form", "/sparql", method, FORM, body, contains="data1")
        yield Request(f"{method} of a query", "/sparql", method, QUERY, SELECT.encode())
    for method in ("PUT", "DELETE", "PATCH"):
        yield Request(method, _target(SELECT), method, status="405", has={"allow": "GET"})
    yield Request("OPTIONS", "/sparql", "OPTIONS", has={"allow": "POST"})
    preflight = {
        "origin": "http://example.org",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    allowed = {"access-control-allow-headers": "ontent-", "access-control-allow-methods": "POST"}
    yield Request("preflight", "/sparql", "OPTIONS", preflight, has=allowed)
    for accept in ("*/*", "text/*", "text/csv;q=0.5, */*;q=0.1", "text/csv, text/html;q=0"):
        yield Request(f"Accept: {accept}", _target(SELECT), headers={"accept": accept})
    first = {"accept": "text/csv;q=0.1, application/sparql-results+xml"}
    types = ("application/sparql-results+xml",)
    yield Request("the greatest q-value", _target(SELECT), headers=first, types=types)
    yield Request("the service description", "/sparql", types=("text/turtle",))


def _of_errors() -> Iterator[Request]:
    """Yield requests that are refused, or that must not reach other servers."""
    problem = ("application/problem+json",)
    for title, target, headers, status in (
        ("a format that is not there", _target(SELECT), {"accept": "image/png"}, "406"),
        ("the format of a graph for a table", _target(SELECT), {"accept": "text/turtle"}, "406"),
        ("an unknown name of a format", _target(SELECT, format="png"), {}, "406"),
        ("an empty query", _target(""), {}, "400"),
        ("an escape that is none", "/sparql?query=%zz", {}, "400"),
        ("bytes that are not UTF-8", "/sparql?query=%ff", {}, "400"),
        ("an update in the URL", "/sparql?update=CLEAR%20ALL", {}, "403"),
        ("an update as a query", _target("CLEAR ALL"), {}, "403"),
        ("an unknown default graph", _target(SELECT) + "&default-graph-uri=a:b", {}, "403"),
        ("FROM an unknown graph", _target("SELECT * FROM <a:b> {}"), {}, "403"),
        ("SERVICE", _target("SELECT * { SERVICE <http://127.0.0.1:9/> {} }"), {}, "403"),
    ):
        yield Request(title, target, "GET", headers, status=status, types=problem)
    yield Request(
        "a body of another type", "/sparql", "POST", {"content-type": "text/x"}, b"x", status="415"
    )
    yield Request("an update as a body", "/sparql", "POST", FORM, b"update=CLEAR+ALL", status="403")
    unknown = "SELECT ?x { BIND(<http://127.0.0.1:9/f>(1) AS ?x) }"
    yield Request("an unknown function", _target(unknown, format="json"), contains="bindings")
    once = urlencode({"query": "ASK { FILTER('100%25' = '100%' + '25') }"}).encode()
    yield Request("a form that is decoded once", "/sparql", "POST", FORM, once)
