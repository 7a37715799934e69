"""The questions cite the sources that `expected.toml` names, which is written without this code."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from apecgraph.query.citing.answers import evaluate_with_citations
from apecgraph.query.loading import load
from apecgraph.query.model import Query
from apecgraph.rdf.formats import RESULTS_JSON
from apecgraph.rdf.namespaces import ID
from apecgraph.release.release import Release
from tests.query.citing.test_expected import EXPECTED, QUESTIONS


def iri_of(name: str) -> str:
    return name if name.startswith(ID) else f"{ID}source/{name}"


def differences(expected: dict[str, Any], graphs: set[str], sources: set[str]) -> list[str]:
    """Return the citations that are not expected, and the expected ones that are missing.

    Args:
        expected: The whole answer or a row, as in `expected.toml`.
        graphs: The named graphs that it cites.
        sources: The sources that it cites, with those behind what the build derives.
    """
    wanted = {*map(iri_of, expected["sources"]), *expected.get("derived", ())}
    found = [f"lacks {graph}" for graph in wanted - graphs]
    if "partial" in expected:
        count = sum(graph.startswith(f"{ID}source/") for graph in graphs)
        return found + [f"cites {count} sources"] * (count != expected["count"])
    found += [f"cites {graph}" for graph in graphs - wanted]
    names_claims = "derived" in expected or f"{ID}graph/decisions" in wanted
    if names_claims and "behind" not in expected:
        return found  # those behind are not written down
    behind = {*wanted, *map(iri_of, expected.get("behind", ()))}
    return found + [f"cites {source} in addition" for source in sources - behind]


def test_the_questions_are_traced_to_the_expected_sources(
    full_release: Release, full: bool
) -> None:
    store = load(full_release.dataset)
    wrong: dict[str, list[str]] = {}
    for question in QUESTIONS:
        expected = EXPECTED[question.name]
        if "partial" in expected and not full:
            continue  # these take most of the time
        chunks: list[bytes] = []
        query = Query(question.query, RESULTS_JSON, cites=True)
        evaluate_with_citations(store, query, chunks.append, 600)
        citations = json.loads(b"".join(chunks))["citations"]
        if not citations["traced"]:
            wrong[question.name] = [citations["because"]]
            continue
        header, *table = csv.reader(io.StringIO(question.expected.decode()))
        cited = citations["rows"]
        graphs = {graph for row in cited for graph in row["graphs"]}
        found = differences(expected, graphs, set(citations["sources"]))
        for part in expected["rows"]:
            (row,) = (
                row
                for row, values in zip(cited, table, strict=True)
                if part["where"].items() <= dict(zip(header, values, strict=True)).items()
            )
            found += differences(part, set(row["graphs"]), set(row["sources"]))
        if found:
            wrong[question.name] = found
    assert not wrong
