"""The clients in JavaScript that pages and scripts use: fetch, axios, jQuery and others."""

from __future__ import annotations

import json
from pathlib import Path

from apecgraph.rdf.namespaces import ID, SKOS
from tests.support.programs import javascript

NAMES = f"SELECT ?name {{ <{ID}economy/CHN> <{SKOS}prefLabel> ?name }}"


def test_each_client_reads_the_answer(server: str) -> None:
    found = dict(map(json.loads, javascript(Path("send.mjs"), server, NAMES).splitlines()))
    assert len(found) == 10
    assert found == {client: ["China", "中国"] for client in found}
