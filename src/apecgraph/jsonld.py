"""Compact JSON-LD 1.1 with the publication's own context."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from pyld import jsonld

from apecgraph.errors import ContentError
from apecgraph.namespaces import BASE, RDF, XSD

_TYPE = f"{RDF}type"
_NATIVE = {
    f"{XSD}integer": re.compile(r"0|-?[1-9][0-9]{0,14}"),
    f"{XSD}boolean": re.compile(r"true|false"),
}
"""Lexical forms that JSON's own numbers and booleans give back to the letter."""


class Context:
    """A JSON-LD context, read from a file of the content; it refers to no other document."""

    def __init__(self, path: Path) -> None:
        """Read the context; raise ContentError where the file holds none."""
        try:
            self._context = json.loads(path.read_text(encoding="utf-8"))["@context"]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise ContentError(f"is no JSON-LD context: {error}", path) from None

    def document(self, triples: Iterable[ox.Triple]) -> bytes:
        """Write triples as one compact document, one node object a subject.

        Integers and booleans are JSON's own; decimals stay strings, which are exact.
        Node objects are in the order of their IRIs, and their keys in alphabetical order.
        Compaction goes node by node, so its time is linear in their number.
        """
        compacted = jsonld.compact(
            _expanded(triples),
            self._context,
            {"base": BASE, "documentLoader": _refuse, "graph": False, "skipExpansion": True},
        )
        return json.dumps(compacted, ensure_ascii=False, indent=2).encode() + b"\n"


def _expanded(triples: Iterable[ox.Triple]) -> list[dict[str, Any]]:
    """Return expanded JSON-LD, with rdf:type as @type (JSON-LD 1.1 API, section 8.4)."""
    data = ox.serialize(sorted(triples, key=str), format=ox.RdfFormat.JSON_LD)
    assert data is not None  # noqa: S101 - without an output the bytes are returned
    nodes: list[dict[str, Any]] = json.loads(data)
    for node in nodes:
        if _TYPE in node:
            node["@type"] = [value["@id"] for value in node.pop(_TYPE)]
        for values in node.values():
            for value in values if isinstance(values, list) else ():
                if isinstance(value, dict) and value.get("@type") in _NATIVE:
                    _make_native(value)
    return nodes


def _make_native(value: dict[str, Any]) -> None:
    """Write an integer or a boolean as JSON has it, where nothing of its writing is lost."""
    if _NATIVE[value["@type"]].fullmatch(value["@value"]):
        del value["@type"]
        value["@value"] = json.loads(value["@value"])


def _refuse(url: str, options: object) -> None:
    raise ValueError(f"a context from elsewhere is not loaded: {url}")
