"""pandas, on the CSV of the endpoint."""

from __future__ import annotations

from decimal import Decimal
from urllib.error import HTTPError
from urllib.parse import quote

import pandas as pd
import pytest


def csv_of(server: str, query: str) -> str:
    return f"{server}/sparql?format=csv&query={quote(query)}"


def test_numbers_and_names_become_columns(server: str) -> None:
    query = """
        SELECT ?value ?name {
          <id/figure/chinadailyasia-628497/trade-2025>
            <ontology/value> ?value ;
            <ontology/reporter> ?who .
          ?who <http://www.w3.org/2004/02/skos/core#prefLabel> ?name
        } ORDER BY ?name"""
    table = pd.read_csv(csv_of(server, query))
    assert table["value"].dtype == "int64"
    assert table["value"].tolist() == [26_290_000_000_000] * 2
    assert table["name"].tolist() == ["China", "中国"]


def test_decimals_are_exact_on_request(server: str) -> None:
    url = csv_of(server, "SELECT ?v { VALUES ?v { 0.1 12345678901234.5678 } } ORDER BY ?v")
    table = pd.read_csv(url, converters={"v": Decimal})
    assert table["v"].tolist() == [Decimal("0.1"), Decimal("12345678901234.5678")]


def test_quoted_and_unbound_values_are_read(server: str) -> None:
    url = csv_of(server, r"""SELECT ?a ?b { VALUES (?a ?b) { ("x, \"y\"\nz" UNDEF) ("" 1) } }""")
    table = pd.read_csv(url, keep_default_na=False, dtype=str)
    assert table.to_dict("records") == [{"a": 'x, "y"\nz', "b": ""}, {"a": "", "b": "1"}]


def test_an_answer_without_rows_is_an_empty_table(server: str) -> None:
    table = pd.read_csv(csv_of(server, "SELECT ?a ?b { ?a <a:b> ?b }"))
    assert table.columns.tolist() == ["a", "b"]
    assert table.empty


def test_a_malformed_query_is_an_error(server: str) -> None:
    with pytest.raises(HTTPError) as caught:
        pd.read_csv(csv_of(server, "SELECT nonsense"))
    with caught.value as error:
        assert error.code == 400
