"""Reading requests of the SPARQL 1.1 Protocol."""

from urllib.parse import urlencode

import pytest

from apecgraph.errors import (
    ApecgraphError,
    Forbidden,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    QueryTooHeavy,
    UnsupportedMediaType,
)
from apecgraph.query.dataset import DEFAULT_GRAPH
from apecgraph.query.model import Query
from apecgraph.query.protocol import (
    FORM,
    METHODS,
    SPARQL_QUERY,
    UPDATE,
    ProtocolRequest,
    read_request,
)
from tests.support.pages import BROWSER

GRAPHS = frozenset({"http://x/g1", "http://x/g2"})
TSV = "text/tab-separated-values; charset=utf-8"


def query(request: ProtocolRequest) -> Query:
    found = read_request(request, GRAPHS)
    assert found is not None
    return found


def get(query_string: bytes, accept: str | None = None, method: str = "GET") -> ProtocolRequest:
    return ProtocolRequest(method, query_string, accept=accept)


def post(body: bytes, content_type: str | None, query_string: bytes = b"") -> ProtocolRequest:
    return ProtocolRequest("POST", query_string, content_type, body)


@pytest.mark.parametrize(
    "request_",
    [
        get(b"query=ASK%20%7B%7D"),
        get(b"query=ASK+{}"),
        get(b"query=ASK+{}", method="HEAD"),
        get(b"a=b&query=ASK+{}&&c"),
        post(b"query=ASK%20%7B%7D", FORM),
        post(b"query=ASK+{}", "Application/X-WWW-Form-Urlencoded; charset=UTF-8"),
        post(b"ASK {}", SPARQL_QUERY),
        post(b"ASK {}", 'application/sparql-query;charset="utf-8"'),
        post(b"ASK {}", "application/sparql-query; charset=ISO-8859-1"),
        post(b"", None, b"query=ASK+{}"),
        post(b"", "multipart/form-data", b"query=ASK+{}&format=json"),
        ProtocolRequest("QUERY", b"", SPARQL_QUERY, b"ASK {}"),
        ProtocolRequest("QUERY", b"", FORM, b"query=ASK+{}"),
    ],
)
def test_a_query_can_be_sent_in_each_way(request_: ProtocolRequest) -> None:
    assert query(request_).text == "ASK {}"


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (b"ASK{?s?p'100%2525'}", "ASK{?s?p'100%25'}"),
        (b"ASK{?s?p'a%2520b'}", "ASK{?s?p'a%20b'}"),
        (b"ASK{?s?p'a%2Bb'}", "ASK{?s?p'a+b'}"),
        (b"ASK{?s?p'%E5%B9%BF%E5%B7%9E%26'}", "ASK{?s?p'广州&'}"),
        (b"ASK{?s?p'\xe5\xb9\xbf'}", "ASK{?s?p'广'}"),
    ],
)
def test_a_form_is_decoded_once(sent: bytes, text: str) -> None:
    assert query(get(b"query=" + sent)).text == text
    assert query(post(b"query=" + sent, FORM)).text == text


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("UTF-8", "utf-8"),
        ('"GBK"', "gbk"),
        ("gb2312", "gb2312"),
        ("'Big5'", "big5"),
        ("Shift_JIS", "shift_jis"),
    ],
)
def test_the_charset_of_a_body_is_its_encoding(charset: str, codec: str) -> None:
    text = "ASK { ?s ?p '中文=&%' }"
    encoded = urlencode({"query": text}, encoding=codec).encode()
    assert query(post(encoded, f"{FORM}; charset={charset}")).text == text
    assert query(post(text.encode(codec), f"{SPARQL_QUERY};charset={charset}")).text == text


def test_a_letter_of_latin_1_is_read() -> None:
    encoded = b"query=ASK+%7B+%3Fs+%3Fp+%27M%E9xico%27+%7D"
    assert query(post(encoded, f"{FORM}; charset=ISO-8859-1")).text == "ASK { ?s ?p 'México' }"


def test_a_query_sent_as_a_body_is_not_decoded() -> None:
    assert query(post(b"ASK { ?s ?p '100%25+1' }", SPARQL_QUERY)).text == "ASK { ?s ?p '100%25+1' }"


@pytest.mark.parametrize(
    "request_",
    [
        get(b"query=%EF%BB%BFASK+{}"),
        post(b"\xef\xbb\xbfASK {}", SPARQL_QUERY),
        post(b"query=\xef\xbb\xbfASK+{}", FORM),
    ],
)
def test_a_byte_order_mark_is_not_part_of_the_query(request_: ProtocolRequest) -> None:
    assert query(request_).text == "ASK {}"


def test_the_engine_receives_the_text_as_it_was_sent() -> None:
    text = "# a comment\nASK { ?s ?p 'a\\u0022' }"
    assert query(post(text.encode(), SPARQL_QUERY)).text == text


@pytest.mark.parametrize(
    "request_",
    [
        get(b"query=ASK{}&query=ASK{}"),
        get(b"default-graph-uri=http://x/g1"),
        get(b"query=%zz"),
        get(b"query=100%"),
        get(b"query=%ff"),
        get(b"query=\xff"),
        get(b"query=ASK{}&a=%ff"),
        get(b"&".join([b"a=b"] * 2000)),
        ProtocolRequest("GET", b"query=ASK{}", SPARQL_QUERY, b"ASK {}"),
        ProtocolRequest("GET", b"", SPARQL_QUERY, b"ASK {}"),
        post(b"", FORM),
        post(b"ASK {}", FORM),
        post(b"query=ASK{}&query=ASK{}", FORM),
        post(b"query=ASK{}", FORM, b"query=ASK{}"),
        post(b"query=%f", FORM),
        post(b"query=%C3%28", FORM),
        post(b"query=%81", f"{FORM}; charset=gbk"),
        post(b"\x81", f"{SPARQL_QUERY}; charset=gbk"),
        get(b"default"),
        get(b"graph=http://x/g1"),
        post(b"ASK { ?s ?p '\xe9' }", SPARQL_QUERY),
        post(b"ASK {}", SPARQL_QUERY, b"query=ASK{}"),
    ],
)
def test_malformed_requests_are_refused(request_: ProtocolRequest) -> None:
    with pytest.raises(MalformedRequest):
        read_request(request_, GRAPHS)


def test_a_form_without_a_query_says_how_to_send_one() -> None:
    with pytest.raises(MalformedRequest, match=r"no field `query`.*application/sparql-query"):
        read_request(post(b"SELECT * { ?s ?p ?o }", FORM), GRAPHS)


def test_the_graph_store_protocol_is_not_taken_for_the_service_description() -> None:
    with pytest.raises(MalformedRequest, match="no Graph Store Protocol here"):
        read_request(get(b"graph=http%3A%2F%2Fx%2Fg1", "text/turtle"), GRAPHS)


@pytest.mark.parametrize(
    "request_", [get(b""), get(b"", method="HEAD"), get(b"format=turtle"), get(b"utm_source=x")]
)
def test_a_get_without_a_query_asks_for_the_service_description(request_: ProtocolRequest) -> None:
    assert read_request(request_, GRAPHS) is None


@pytest.mark.parametrize(
    "content_type",
    [
        None, "", "text/plain", "application/json", "multipart/form-data; boundary=x",
        "application/sparql-query; charset=utf-7", f"{FORM}; charset=utf-16", "x", "a;b",
    ],
)  # fmt: skip
def test_bodies_of_other_media_types_are_refused(content_type: str | None) -> None:
    with pytest.raises(UnsupportedMediaType):
        read_request(post(b"query=ASK{}", content_type), GRAPHS)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "get", "X"])
def test_other_methods_are_refused(method: str) -> None:
    with pytest.raises(MethodNotAllowed) as caught:
        read_request(ProtocolRequest(method, b"query=ASK{}"), GRAPHS)
    assert caught.value.allowed == METHODS


@pytest.mark.parametrize(
    "request_",
    [
        get(b"update=DROP+ALL"),
        get(b"query=ASK{}&update=DROP+ALL"),
        get(b"query=DROP+ALL"),
        post(b"update=DROP+ALL", FORM),
        post(b"DROP ALL", UPDATE),
        post(b"DROP ALL", SPARQL_QUERY),
        post(b"PREFIX a: <a:> INSERT { ?s a:p ?o } WHERE { ?s ?p ?o }", SPARQL_QUERY),
    ],
)
def test_updates_are_forbidden(request_: ProtocolRequest) -> None:
    with pytest.raises(Forbidden, match="only reads"):
        read_request(request_, GRAPHS)


def test_service_is_forbidden() -> None:
    with pytest.raises(Forbidden, match="does not call other endpoints"):
        read_request(
            post(b"ASK { SERVICE <http://169.254.169.254/> { ?s ?p ?o } }", SPARQL_QUERY), GRAPHS
        )


@pytest.mark.parametrize(
    "request_",
    [
        get(b"query=ASK+FROM+<file:///etc/passwd>{}"),
        get(b"query=ASK+FROM+NAMED+<http://x/g3>{}"),
        get(b"query=ASK{}&default-graph-uri=http://x/g3"),
        get(b"query=ASK{}&named-graph-uri=file:///etc/passwd"),
        get(b"query=ASK{}&named-graph-uri=urn:x-arq:DefaultGraph"),
        post(b"query=ASK{}&default-graph-uri=http://x/g1&default-graph-uri=http://x/g3", FORM),
        post(b"ASK FROM <http://x/g1> FROM <http://x/g3> {}", SPARQL_QUERY),
        post(b"ASK FROM <http://x/g1> {}", SPARQL_QUERY, b"default-graph-uri=http://x/g3"),
    ],
)
def test_graphs_from_outside_the_dataset_are_forbidden(request_: ProtocolRequest) -> None:
    with pytest.raises(Forbidden, match=r"There is no graph <.*> here.*fetches none.*GRAPH"):
        read_request(request_, GRAPHS)


@pytest.mark.parametrize(
    "request_",
    [
        get(b"query=ASK{}&default-graph-uri=http%3A%2F%2Fx%2Fg1&named-graph-uri=http://x/g2"),
        post(b"query=ASK{}&default-graph-uri=http://x/g1&named-graph-uri=http://x/g2", FORM),
        post(b"query=ASK{}&named-graph-uri=http://x/g2", FORM, b"default-graph-uri=http://x/g1"),
        post(b"ASK{}", SPARQL_QUERY, b"default-graph-uri=http://x/g1&named-graph-uri=http://x/g2"),
        post(b"BASE <http://x/> ASK FROM <g1> FROM NAMED <g2> {}", SPARQL_QUERY),
        post(
            b"ASK FROM <http://x/g3> FROM NAMED <http://x/g1> {}",
            SPARQL_QUERY,
            b"default-graph-uri=http://x/g1&named-graph-uri=http://x/g2",
        ),
    ],
)
def test_the_dataset_comes_from_the_request_or_else_from_the_query(
    request_: ProtocolRequest,
) -> None:
    found = query(request_)
    assert (found.default_graphs, found.named_graphs) == (("http://x/g1",), ("http://x/g2",))


DEFAULT = (
    "urn:x-rdflib:default",
    "urn:x-arq:DefaultGraph",
    "urn:x-arq:DefaultGraphNode",
    "http://rdf4j.org/schema/rdf4j#nil",
    "http://www.openrdf.org/schema/sesame#nil",
)


@pytest.mark.parametrize("name", ["", *DEFAULT])
def test_the_default_graph_alone_or_an_empty_name_leaves_the_dataset_as_it_is(name: str) -> None:
    parameters = urlencode({"query": "ASK {}", "default-graph-uri": name, "named-graph-uri": ""})
    for request in (get(parameters.encode()), post(parameters.encode(), FORM)):
        found = query(request)
        assert (found.default_graphs, found.named_graphs) == ((), ())
    text = b"ASK FROM <http://x/g1> FROM NAMED <http://x/g2> {}"
    parameters = urlencode({"default-graph-uri": name})
    found = query(post(text, SPARQL_QUERY, parameters.encode()))
    assert (found.default_graphs, found.named_graphs) == (("http://x/g1",), ("http://x/g2",))


def test_the_default_graph_may_be_part_of_a_dataset() -> None:
    parameters = [("default-graph-uri", each) for each in ("http://x/g1", *DEFAULT)]
    found = query(post(b"ASK {}", SPARQL_QUERY, urlencode(parameters).encode()))
    assert set(found.default_graphs) == {"http://x/g1", DEFAULT_GRAPH}
    parameters = [("default-graph-uri", DEFAULT[0]), ("named-graph-uri", "http://x/g1")]
    found = query(post(b"ASK {}", SPARQL_QUERY, urlencode(parameters).encode()))
    assert (found.default_graphs, found.named_graphs) == ((DEFAULT_GRAPH,), ("http://x/g1",))


def test_a_query_may_name_the_default_graph() -> None:
    text = "".join(f"FROM <{each}> " for each in DEFAULT)
    found = query(post(f"ASK {text} {{}}".encode(), SPARQL_QUERY))
    assert (set(found.default_graphs), found.named_graphs) == ({DEFAULT_GRAPH}, ())


def test_the_union_of_all_graphs_is_refused_with_its_reason() -> None:
    """It has the claims that a decision rejects, which the default graph has not."""
    for request in (
        get(b"query=ASK{}&default-graph-uri=urn:x-arq:UnionGraph"),
        post(b"ASK FROM <urn:x-arq:UnionGraph> {}", SPARQL_QUERY),
    ):
        with pytest.raises(Forbidden, match="claims with those that a decision rejects"):
            read_request(request, GRAPHS)


def test_one_graph_in_the_request_replaces_the_whole_dataset_of_the_query() -> None:
    text = b"ASK FROM <http://x/g1> FROM NAMED <http://x/g1> {}"
    found = query(post(text, SPARQL_QUERY, b"named-graph-uri=http://x/g2"))
    assert (found.default_graphs, found.named_graphs) == ((), ("http://x/g2",))


@pytest.mark.parametrize(
    ("text", "accept", "content_type"),
    [
        ("SELECT * {}", None, "application/sparql-results+json"),
        ("ASK {}", "*/*", "application/sparql-results+json"),
        ("ASK {}", "a/b, text/csv;q=0.5, text/*;q=0.1", "text/csv; charset=utf-8"),
        ("SELECT * {}", "text/*", "text/csv; charset=utf-8"),
        ("SELECT * {}", "application/json", "application/json"),
        ("SELECT * {}", "application/xml", "application/xml"),
        ("CONSTRUCT WHERE {}", None, "text/turtle; charset=utf-8"),
        ("CONSTRUCT WHERE {}", "*/*", "text/turtle; charset=utf-8"),
        ("DESCRIBE <a:a>", "application/ld+json", "application/ld+json"),
        ("DESCRIBE <a:a>", "application/json", "application/json"),
        ("DESCRIBE <a:a>", "application/rdf+xml, */*;q=0.1", "application/rdf+xml"),
    ],
)  # fmt: skip
def test_the_format_is_negotiated_for_the_form(
    text: str, accept: str | None, content_type: str
) -> None:
    request = ProtocolRequest("POST", b"", SPARQL_QUERY, text.encode(), accept)
    assert query(request).format.content_type == content_type


@pytest.mark.parametrize(
    ("text", "name", "content_type"),
    [
        ("SELECT * {}", "csv", "text/csv; charset=utf-8"),
        ("SELECT * {}", "srx", "application/sparql-results+xml"),
        ("ASK {}", "json", "application/sparql-results+json"),
        ("CONSTRUCT WHERE {}", "ttl", "text/turtle; charset=utf-8"),
        ("CONSTRUCT WHERE {}", "rdfxml", "application/rdf+xml"),
        ("CONSTRUCT WHERE {}", "xml", "application/rdf+xml"),
        ("DESCRIBE <a:b>", "json", "application/ld+json"),
        ("DESCRIBE <a:b>", "n3", "text/turtle; charset=utf-8"),
        ("SELECT * {}", "tsv&format=text/tab-separated-values", TSV),
        ("SELECT * {}", "text/csv&format=tsv", TSV),
        ("SELECT * {}", "tsv&format=", TSV),
        ("CONSTRUCT WHERE {}", "json-ld&format=application/ld%2Bjson,a/b", "application/ld+json"),
        ("CONSTRUCT WHERE {}", "Application/LD+JSON", "application/ld+json"),
        ("CONSTRUCT WHERE {}", "application/rdf%2Bxml;charset=utf-8", "application/rdf+xml"),
        ("SELECT * {}", "application/sparql-results+xml", "application/sparql-results+xml"),
        ("SELECT * {}", "+CSV+", "text/csv; charset=utf-8"),
        ("SELECT * {}", "&output=csv", "text/csv; charset=utf-8"),
        ("SELECT * {}", "csv&output=xml", "text/csv; charset=utf-8"),
        ("CONSTRUCT WHERE {}", "a/b,application/rdf%2Bxml", "application/rdf+xml"),
    ],
)
def test_the_parameter_format_overrides_the_header(text: str, name: str, content_type: str) -> None:
    request = ProtocolRequest(
        "POST", f"format={name}".encode(), SPARQL_QUERY, text.encode(), "image/png"
    )
    assert query(request).format.content_type == content_type


@pytest.mark.parametrize(
    ("text", "format_", "accept", "available"),
    [
        ("SELECT * {}", b"", "text/turtle", "text/csv"),
        ("CONSTRUCT WHERE {}", b"", "text/csv", "text/turtle"),
        ("SELECT * {}", b"format=turtle", None, "csv"),
        ("SELECT * {}", b"format=pdf", None, "csv"),
        ("CONSTRUCT WHERE {}", b"format=csv", None, "turtle"),
        ("SELECT * {}", b"format=n3", None, "csv"),
        ("SELECT * {}", b"format=text/html", "text/csv", "csv"),
    ],
)
def test_a_format_that_the_answer_cannot_have_is_not_acceptable(
    text: str, format_: bytes, accept: str | None, available: str
) -> None:
    with pytest.raises(NotAcceptable) as caught:
        read_request(ProtocolRequest("POST", format_, SPARQL_QUERY, text.encode(), accept), GRAPHS)
    assert available in caught.value.available


@pytest.mark.parametrize("name", [b"format=", b"format=,", b"format=auto", b"format=&output="])
def test_without_a_choice_of_format_the_header_decides(name: bytes) -> None:
    request = ProtocolRequest("POST", name, SPARQL_QUERY, b"SELECT * {}", "text/csv")
    assert query(request).format.content_type == "text/csv; charset=utf-8"


LINKS = (
    "query=ASK+{}",
    "query=ASK+{}&default-graph-uri=&format=&timeout=0&debug=on&run=+Run+Query+",
    "query=ASK+{}&format=text%2Fhtml&should-sponge=",
    "query=ASK+{}&format=HTML",
)


@pytest.mark.parametrize("link", LINKS)
def test_a_link_to_a_query_is_for_the_page_in_a_browser(link: str) -> None:
    assert read_request(get(link.encode(), BROWSER), GRAPHS) is None


@pytest.mark.parametrize("link", LINKS[2:])
def test_a_program_can_ask_for_the_page_by_name(link: str) -> None:
    assert read_request(get(link.encode(), "*/*"), GRAPHS) is None


@pytest.mark.parametrize(
    ("link", "accept"),
    [
        (LINKS[0], "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"),
        (LINKS[1], "text/html, image/gif, image/jpeg, */*; q=0.2"),
        (f"{LINKS[0]}&format=csv", BROWSER),
        (f"{LINKS[0]}&default-graph-uri=http://x/g1", BROWSER),
    ],
)
def test_other_links_are_answered(link: str, accept: str) -> None:
    assert query(get(link.encode(), accept)).text == "ASK {}"


@pytest.mark.parametrize("accept", ["text/csv", "text/turtle"])
def test_a_malformed_query_reaches_the_engine_whatever_the_accept_header(accept: str) -> None:
    assert (
        query(ProtocolRequest("POST", b"", SPARQL_QUERY, b"SELEC * {}", accept)).text
        == "SELEC * {}"
    )


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(QueryTooHeavy):
        read_request(post(b"SELECT * " + b"{" * 3000 + b"}" * 3000, SPARQL_QUERY), GRAPHS)


def test_an_error_does_not_repeat_the_full_request() -> None:
    with pytest.raises(ApecgraphError) as caught:
        read_request(post(b"ASK FROM <a:" + b"x" * 100_000 + b"> {}", SPARQL_QUERY), GRAPHS)
    assert len(str(caught.value)) < 1000
