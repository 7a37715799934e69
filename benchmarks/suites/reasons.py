"""Why tests do not pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FORMS: Final = "literals are stored as values, so two forms of a number are one term"
_SCOPE: Final = "the variable of GRAPH is visible inside of the group"
_GROUP: Final = "the variable of GRAPH is not bound if the group is a subquery or VALUES"
_LENGTH: Final = "a path of length zero starts and ends only at terms of the graph"
_READ_ONLY: Final = "by policy: the endpoint only reads"
_TAG: Final = "GROUP_CONCAT keeps a language tag that all strings share"
_DIRECTION: Final = "the base direction is kept, as a literal of RDF 1.2; the test drops it"
_OPTION: Final = "an option of the programming interface that the loader does not offer"
_DOTS: Final = "a base whose path has dots is used as it is"
_XML: Final = "an XML literal declares more namespaces than it uses"
_SUBJECT: Final = "a triple term is accepted as the subject of another one"

WHY: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "open-eq-01",
            "dawg-str-1",
            "dawg-str-2",
            "sameTerm-simple",
            "sameTerm-eq",
            "sameTerm-not-eq",
            "eq-graph-1",
            "eq-graph-2",
            "distinct-1",
            "distinct-9",
            "csv03",
            "group01",
        ),
        FORMS,
    ),
    **dict.fromkeys(("graph-variable-scope", "graph-optional"), _SCOPE),
    **dict.fromkeys(("agg-empty-group-count-graph", "graph"), _GROUP),
    **dict.fromkeys(("agg-groupconcat-04", "agg-groupconcat-06"), _TAG),
    **dict.fromkeys(
        (
            "zero_or_more_set_start",
            "zero_or_more_set_end",
            "zero_or_one_set_start",
            "zero_or_one_set_end",
        ),
        _LENGTH,
    ),
    "date-2": "dates with and without a time zone are comparable, and differ",
    "syn-bad-26": "an IRI is parsed as a comparison, because nothing else is valid",
    "bnode01": "BNODE of a string is the same node in all rows",
    "graph-minus": "both sides of a MINUS share the variable of GRAPH",
    **dict.fromkeys(("tripleterm-subject-03", "tripleterm-subject-06"), _SUBJECT),
    "nested-aggregate-functions": "an aggregate inside of an aggregate is accepted",
    **dict.fromkeys(
        ("xml-canon-test001", "xml-canon-test002", "rdf12-xml-an-13", "rdf12-xml-an-14"), _XML
    ),
    **dict.fromkeys(
        (
            "update_dataset_default_graph",
            "update_dataset_default_graphs",
            "update_dataset_named_graphs",
            "update_dataset_full",
            "update_post_form",
            "update_post_direct",
            "update_base_uri",
        ),
        _READ_ONLY,
    ),
    **dict.fromkeys(("tdi02", "tdi04", "tdi05", "tdi06"), _DIRECTION),
    **dict.fromkeys(("tdi09", "tdi10", "tdi11", "tdi12", "te077"), _OPTION),
    **dict.fromkeys(("t0122", "t0123", "te062", "te091"), _DOTS),
    "tc013": "a node in an index does not inherit the context of the type around it",
}
"""The reason of each test, keyed by its name."""

BY_OUTCOME: Final[Mapping[str, str]] = {
    "other lexical forms": FORMS,
    "stored in another form": FORMS,
    "remote context": "by policy: nothing is fetched",
    "Invalid @base": "a base that is not an IRI; the test expects the rest of the document",
}
"""The reason of tests, keyed by a part of their outcome."""


def reason(name: str, outcome: str) -> str:
    """Return why a test does not pass, given its name and its outcome."""
    by_outcome = (why for part, why in BY_OUTCOME.items() if part in outcome)
    return WHY.get(name) or next(by_outcome, "")
