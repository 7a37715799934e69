"""Compact JSON-LD 1.1 with the publication's own context."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
from pyld import jsonld

from apecgraph.errors import ContentError
from apecgraph.files import read_file
from apecgraph.rdf.formats import JSON_LD
from apecgraph.rdf.lists import list_cells
from apecgraph.rdf.namespaces import BASE, RDF
from apecgraph.rdf.nodes import Node, node_objects

CONTEXT_FOLDER: Final = "/context/"
_KEYS_OF_VALUES: Final = frozenset(("@id", "@value", "@type", "@language"))
"""The keys of references and literals."""

_RANKS: Final = {"@context": 0, "id": 1, "type": 2}
_FIRST: Final = f"{RDF}first"
_REST: Final = f"{RDF}rest"
_NIL: Final = f"{RDF}nil"


class Context:
    """A JSON-LD context, read from a file of the content; it refers to no other document.

    Args:
        path: The file.
        site: The URL of the site that serves the context, without the last slash.

    Attributes:
        data: The file as bytes.
        name: The name of this version: a digest of the file.
        path: The permanent path of this version.
        url: The address of this version. Documents refer to it in full, so that a saved document
            can be read anywhere.

    Raises:
        ContentError: The file does not contain a JSON-LD context.
    """

    def __init__(self, path: Path, site: str = BASE.rstrip("/")) -> None:
        try:
            self.data = read_file(path)
            self._context = json.loads(self.data)["@context"]
        except RecursionError:
            raise ContentError("is not a JSON-LD context: it is nested too deeply", path) from None
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise ContentError(f"is not a JSON-LD context: {error}", path) from None
        self._file = path
        self.name = sha256(self.data).hexdigest()[:16]
        self.path = f"{CONTEXT_FOLDER}{self.name}.jsonld"
        self.url = f"{site}{self.path}"

    def graph(self, triples: Iterable[ox.Triple]) -> bytes:
        """Write triples as a graph of node objects, one per subject, with the embedded context.

        Integers and booleans become JSON values; decimals remain strings, to stay exact. A
        property that may have several values has an array of them. Node objects are sorted by
        their IRIs, and their keys alphabetically. The nodes are compacted one by one, so the time
        is linear in their number.
        """
        nodes = self._compact(list(_expanded(triples).values()))
        nodes["@context"] = self._context
        return self._encoded(nodes)

    def document(self, triples: Iterable[ox.Triple], topic: str) -> bytes:
        """Return triples as the node object of the topic, with the address of the context.

        Nodes that link to the topic are under `@reverse` (JSON-LD 1.1, section 4.8) or under a term
        for a reverse property. Blank nodes are nested in the nodes that refer to them. RDF lists
        become `@list`. All other nodes are `@included`. Values are written as `graph` writes them.

        Args:
            triples: The graph.
            topic: The IRI of the topic, which is a subject of the graph.

        Returns:
            The document as bytes.
        """
        nodes = _expanded(triples)
        _make_lists(nodes)
        root = nodes.pop(topic)
        reverse: dict[str, list[Node]] = {}
        for iri in [iri for iri in nodes if not iri.startswith("_:")]:
            _reverse_links(nodes, iri, topic, reverse)
        _nest(root, nodes)
        for sources in reverse.values():
            for source in sources:
                _nest(source, nodes)
        if reverse:
            root["@reverse"] = reverse
        if nodes:
            root["@included"] = list(nodes.values())
        compacted = self._compact([root])
        compacted["@context"] = self.url
        return self._encoded(compacted)

    def _compact(self, nodes: list[Node]) -> Node:
        # Pass the context by its address: pyld processes a context object anew each time.
        options = {
            "documentLoader": self._load,
            "graph": False,
            "skipExpansion": True,
            "compactToRelative": False,
        }
        try:
            compacted: Node = _Compaction().compact(nodes, self.url, options)
        except (jsonld.JsonLdError, RecursionError) as error:
            raise ContentError(f"is not a JSON-LD context: {_reason(error)}", self._file) from None
        return compacted

    def _encoded(self, document: Node) -> bytes:
        ordered = self._ordered(document)
        return json.dumps(ordered, ensure_ascii=False, indent=2).encode() + b"\n"

    def _ordered(self, value: Any) -> Any:
        """Sort the keys of all objects: context, id and type first, then alphabetically.

        Classes, reverse links and the values of properties that the context does not define are
        always arrays. A container in the context would have the same effect on classes, but rdflib
        would then lose the types of values.
        """
        if isinstance(value, list):
            return [self._ordered(item) for item in value]
        if not isinstance(value, dict):
            return value
        keys = sorted(value, key=lambda key: (_RANKS.get(key, len(_RANKS)), key[0] == "@", key))
        ordered = {
            key: value[key] if key == "@context" else self._ordered(value[key]) for key in keys
        }
        if "@value" in value:
            return ordered
        for key, item in ordered.items():
            if key == "@reverse":
                ordered[key] = {name: _array(links) for name, links in item.items()}
            elif key in ("type", "@included") or (":" in key and key not in self._context):
                ordered[key] = _array(item)
        return ordered

    def _load(self, url: str, options: object) -> Node:
        """Return the context to pyld, which caches it; refuse any other context."""
        if url != self.url:
            raise ValueError(f"a remote context is not loaded: {url}")
        return {
            "contentType": JSON_LD.media_type,
            "contextUrl": None,
            "documentUrl": url,
            "document": {"@context": self._context},
            "tag": "static",
        }


class _Compaction(jsonld.JsonLdProcessor):  # type: ignore[misc]  # it has no types
    """Compaction that caches the compact form of each IRI.

    To compact an IRI, pyld iterates over all terms of the context. If a value is given, the result
    depends on its type and language, too, or on whether it is the IRI of a term.
    """

    def __init__(self) -> None:
        super().__init__()
        self._context: object = None
        self._terms: frozenset[str] = frozenset()
        self._names: dict[tuple[object, ...], str] = {}

    def _compact_iri(
        self, active_ctx: Node, iri: str, value: object = None, *others: object, **named: object
    ) -> str:
        if self._context is None:
            self._context = active_ctx
            mappings = active_ctx["mappings"].values()
            self._terms = frozenset(each["@id"] for each in mappings if each)
        kind = self._kind(value)
        if kind is None or active_ctx is not self._context:
            name: str = super()._compact_iri(active_ctx, iri, value, *others, **named)
            return name
        key = (iri, kind, *others, *named.items())
        if key not in self._names:
            self._names[key] = super()._compact_iri(active_ctx, iri, value, *others, **named)
        return self._names[key]

    def _kind(self, value: object) -> tuple[object, ...] | None:
        """Return what the choice of a term depends on, or None if it may be more than that."""
        if value is None:
            return ()
        if not isinstance(value, dict) or not value.keys() <= _KEYS_OF_VALUES:
            return None
        if isinstance(value.get("@type"), list):  # a nested node with its classes
            return None
        iri = value.get("@id")
        return (*value, value.get("@type"), value.get("@language"), iri in self._terms and iri)


def _expanded(triples: Iterable[ox.Triple]) -> dict[str, Node]:
    """Return expanded JSON-LD, keyed by subject."""
    return {node["@id"]: node for node in node_objects(sorted(triples, key=str))}


def _reverse_links(
    nodes: dict[str, Node], iri: str, topic: str, reverse: dict[str, list[Node]]
) -> None:
    """Move a node that links to the topic from the nodes to the reverse properties of the topic.

    If the node links through several properties, the first of these gets the whole node, and the
    others get only its IRI.
    """
    node = nodes[iri]
    link = {"@id": topic}
    for property_ in [name for name, values in node.items() if name[0] != "@" and link in values]:
        node[property_] = [value for value in node[property_] if value != link]
        if not node[property_]:
            del node[property_]
        reverse.setdefault(property_, []).append(nodes.pop(iri, {"@id": iri}))


def _make_lists(nodes: dict[str, Node]) -> None:
    """Turn RDF lists into `@list`, unless a cell has other references (JSON-LD 1.1 API, 8.4)."""
    references = Counter(value.get("@id") for _, value in _values(nodes.values()))

    def read_cell(iri: str) -> tuple[Node, str] | None:
        node = nodes.get(iri, {})
        if node.keys() != {"@id", _FIRST, _REST} or references[iri] != 1:
            return None
        first, rest = node[_FIRST], node[_REST]
        return (first[0], rest[0].get("@id")) if len(first) == len(rest) == 1 else None

    for property_, value in list(_values(nodes.values())):
        cells = None if property_ == _REST else list_cells(value.get("@id", ""), _NIL, read_cell)
        if cells:
            value.clear()
            value["@list"] = list(cells.values())
            for iri in cells:
                del nodes[iri]


def _nest(node: Node, nodes: dict[str, Node]) -> None:
    """Replace the first reference to each blank node by the node itself, so cycles end."""
    for _, value in list(_values([node])):
        for item in value.get("@list", [value]):
            if item.get("@id", "").startswith("_:") and item["@id"] in nodes:
                item.update(nodes.pop(item["@id"]))
                _nest(item, nodes)


def _values(nodes: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    """Yield a pair of property and value for each value of the nodes."""
    for node in nodes:
        for property_, values in node.items():
            if property_[0] != "@":
                for value in values:
                    yield property_, value


def _array(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _reason(error: BaseException) -> str:
    """Return the message of the root cause of an error."""
    while error.__cause__:
        error = error.__cause__
    return str(error.args[0] if error.args else error)
