"""Writes citations into results: a member of JSON, columns of CSV and TSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from apecgraph.query.citing.citations import MOST_LISTED, Citations, RowCitation
from apecgraph.rdf.formats import RESULTS_CSV, Format
from apecgraph.rdf.terms import results_json

NOT_FOUND: Final = "the row was not found again: the query chooses it without an order"


def with_citations(results: bytes, citations: Citations) -> bytes:
    """Return results in JSON with the member `citations` after the others."""
    member = json.dumps(_member(citations), ensure_ascii=False, separators=(",", ":"))
    return results.rstrip()[:-1] + b',"citations":' + member.encode() + b"}"


def _member(citations: Citations) -> dict[str, Any]:
    if citations.because:
        return {"traced": False, "because": citations.because}
    return {
        "traced": True,
        "statementsPerRow": MOST_LISTED,
        "sources": {iri: _without_iri(asdict(each)) for iri, each in citations.sources.items()},
        "claims": {iri: _without_iri(asdict(each)) for iri, each in citations.claims.items()},
        "decisions": {iri: _without_iri(asdict(each)) for iri, each in citations.decisions.items()},
        "statements": [
            {
                **dict(
                    zip(
                        ("subject", "predicate", "object"),
                        map(results_json, each.triple),
                        strict=True,
                    )
                ),
                "graphs": origin.graphs,
                "claims": origin.claims,
            }
            for each, (_, origin) in citations.statements.items()
        ],
        "rows": [
            {
                "statements": [citations.statements[each][0] for each in row.statements],
                "omits": row.omits,
                "graphs": sorted(row.graphs),
                "sources": sorted(row.sources),
                "decisions": sorted(row.decisions),
                "disputed": row.disputed,
                "inputs": row.inputs,
            }
            if row.inputs
            else {"because": NOT_FOUND}
            for row in citations.rows
        ],
    }


def _without_iri(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "iri" and value}


_COLUMNS: Final[Mapping[str, Callable[[RowCitation, Citations], str]]] = {
    "cite_sources": lambda row, _: " ".join(sorted(row.sources)),
    "cite_publishers": lambda row, all_: _each(
        all_.sources[iri].publisher for iri in sorted(row.sources)
    ),
    "cite_origins": lambda row, all_: _each(
        all_.sources[iri].origin for iri in sorted(row.sources)
    ),
    "cite_dates": lambda row, all_: _each(all_.sources[iri].issued for iri in sorted(row.sources)),
    "cite_places": lambda row, all_: _each(_places(row, all_)),
    "cite_decisions": lambda row, _: " ".join(sorted(row.decisions)),
    "cite_disputed": lambda row, _: "true" if row.disputed else "false",
    "cite_statements": lambda row, all_: f"{len(row.statements)}{'+' if row.omits else ''}",
    "cite_note": lambda row, all_: _note(row),
}
"""The columns of CSV and TSV. In the first four, the values of a row have the same order."""


def _each(values: Iterable[str]) -> str:
    return "; ".join(values)


def _places(row: RowCitation, citations: Citations) -> Iterator[str]:
    claims = (iri for origin in row.statements.values() for iri in origin.claims)
    for iri in dict.fromkeys(claims):
        claim = citations.claims[iri]
        if claim.place:
            yield f"{claim.identifier or iri}: {claim.place}"


def _note(row: RowCitation) -> str:
    if not row.inputs:
        return NOT_FOUND
    return f"places are of the first {MOST_LISTED} statements" if row.omits else ""


def with_columns(results: bytes, format_: Format, citations: Citations) -> bytes:
    """Return results in CSV or TSV with further columns.

    Args:
        results: The results of a SELECT.
        format_: CSV (SPARQL 1.1 Query Results CSV and TSV Formats, section 3) or TSV (section 4).
        citations: The citations of its rows.

    Returns:
        The results with the columns.
    """
    text = results.decode()
    if format_ == RESULTS_CSV:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    else:
        rows = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
    names = rows[0] if rows[0] != [""] else []
    head = [name.removeprefix("?") for name in names]
    columns = [_unused(name, head) for name in _COLUMNS]
    if format_ != RESULTS_CSV:
        columns = [f"?{name}" for name in columns]
    document = io.StringIO(newline="")
    write = csv.writer(document).writerow if format_ == RESULTS_CSV else _tsv_writer(document)
    write([*names, *columns])
    for index, row in enumerate(rows[1:]):
        cells = _cells(citations, index)
        values = (row or [""])[: len(names)]  # a line of one empty value is empty
        write([*values, *(cells if format_ == RESULTS_CSV else map(_quoted, cells))])
    return document.getvalue().encode()


def _cells(citations: Citations, index: int) -> list[str]:
    if citations.because:
        return [*("" for _ in list(_COLUMNS)[1:]), f"not traced, because {citations.because}"]
    return [write(citations.rows[index], citations) for write in _COLUMNS.values()]


def _unused(name: str, names: Iterable[str]) -> str:
    """Return the name of a column that no variable has."""
    taken = set(names)
    while name in taken:
        name += "_"
    return name


def _tsv_writer(document: io.StringIO) -> Callable[[Iterable[str]], object]:
    return lambda cells: document.write("\t".join(cells) + "\n")


def _quoted(text: str) -> str:
    """Return a string as a literal of TSV, or nothing for nothing."""
    return json.dumps(text, ensure_ascii=False) if text else ""
