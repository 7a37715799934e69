"""The completions for queries on any dataset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Final, cast

import pyoxigraph as ox

from apecgraph.readers.completion import Completion, CompletionKind
from apecgraph.readers.dataset.introduction import read_classes, read_properties
from apecgraph.readers.dataset.names import LABELS, read_labels
from apecgraph.readers.dataset.reading import Reading, iri_of, values

_PROPERTIES: Final = 500
_THINGS: Final = 1000
_LONGEST: Final = 100


async def read_some_completions(reading: Reading, languages: Collection[str]) -> list[Completion]:
    """Read the classes and properties of a dataset, and some things that have a name.

    Args:
        reading: The queries.
        languages: The languages of the names; see `read_labels`.

    Returns:
        The completions, sorted by kind and IRI.
    """
    words: dict[CompletionKind, set[str]] = {
        "class": {each.iri for each in await read_classes(reading)},
        "property": {iri for iri, _ in await read_properties(reading, _PROPERTIES)},
    }
    names: dict[str, list[str]] = defaultdict(list)
    for kind in list(words):
        for triple in await read_labels(reading, sorted(words[kind])[:_PROPERTIES], languages):
            name = cast("ox.Literal", triple.object).value
            names[cast("ox.NamedNode", triple.subject).value].append(name)
    rows = await reading.quick_rows(
        f"SELECT DISTINCT ?thing ?name WHERE {{ {values('?property', LABELS)} "
        f"{reading.anywhere('?thing ?property ?name')} "
        f"FILTER(isIRI(?thing) && STRLEN(STR(?name)) <= {_LONGEST}) }} LIMIT {_THINGS}"
    )
    known = words["class"] | words["property"]
    words["thing"] = set()
    for row in rows or ():
        iri, name = iri_of(row, "thing"), row["name"]
        if iri is not None and iri not in known and isinstance(name, ox.Literal):
            words["thing"].add(iri)
            names[iri].append(name.value)
    return [
        Completion(iri, kind, tuple(dict.fromkeys(sorted(names[iri]))))
        for kind, iris in words.items()
        for iri in sorted(iris)
    ]
