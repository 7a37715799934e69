"""The properties of new claims, as editors name them."""

from __future__ import annotations

from typing import Final

from apecgraph.content.cube import DIMENSIONS, local_name
from apecgraph.errors import EntryRefused
from apecgraph.rdf.namespaces import APEC, PREFIXES, SDMX_MEASURE

_INFERABLE: Final = {
    local_name(property_): property_
    for property_ in (*DIMENSIONS.values(), f"{APEC}bound", f"{SDMX_MEASURE}obsValue")
}
"""The properties of a figure whose values an editor may have to read into the source."""


def read_predicate(text: str) -> str:
    """Read the property of a statement.

    Args:
        text: The property with its prefix, such as "schema:location".

    Returns:
        Its IRI.

    Raises:
        EntryRefused: The text has no known prefix.
    """
    prefix, colon, local = text.partition(":")
    if not colon or prefix not in PREFIXES:
        raise EntryRefused(f"write '{text}' with its prefix, such as schema:location")
    return PREFIXES[prefix] + local


def read_inferred(text: str) -> frozenset[str]:
    """Read which values of a figure the editor read into the source.

    Args:
        text: Local names of properties, separated by spaces: "period bound".

    Returns:
        The IRIs of the properties.

    Raises:
        EntryRefused: A name is not that of such a property.
    """
    names = text.split()
    for name in names:
        if name not in _INFERABLE:
            raise EntryRefused(f"'{name}' must be one of {', '.join(_INFERABLE)}")
    return frozenset(_INFERABLE[name] for name in names)
