"""Things that the content has withdrawn: their IRIs are no more, and something may replace them."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from apecgraph.errors import Gone
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import DCTERMS, ID, OWL, XSD

_DEFAULT: Final = ox.DefaultGraph()
_DEPRECATED: Final = ox.NamedNode(f"{OWL}deprecated")
_REPLACED: Final = ox.NamedNode(f"{DCTERMS}isReplacedBy")
_BOOLEAN: Final = ox.NamedNode(f"{XSD}boolean")
_TRUE: Final = [ox.Literal(each, datatype=_BOOLEAN) for each in ("true", "1")]


def withdrawn(store: ox.Store, iri: str) -> list[str] | None:
    """Return what replaces a thing that is withdrawn, sorted; None for any other."""
    node = ox.NamedNode(iri)
    deprecated = store.quads_for_pattern(node, _DEPRECATED, None, _DEFAULT)
    if not iri.startswith(ID) or not any(quad.object in _TRUE for quad in deprecated):
        return None
    found = store.quads_for_pattern(node, _REPLACED, None, _DEFAULT)
    return sorted(quad.object.value for quad in found if isinstance(quad.object, ox.NamedNode))


def refuse_withdrawn(store: ox.Store, iri: str) -> None:
    """Raise Gone, with what replaces it, for a thing that is withdrawn."""
    successors = withdrawn(store, iri)
    if successors is not None:
        instead = f"; instead there is {', '.join(successors)}" if successors else ""
        name = Labels(store).title(iri).value
        raise Gone(f"{iri} ({name}) is withdrawn{instead}.", successors)
