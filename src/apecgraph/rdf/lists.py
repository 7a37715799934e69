"""RDF lists: the cells that contain the members of a list (RDF Schema 1.1, section 5.2)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

ListCell = TypeVar("ListCell", bound=Hashable)
Member = TypeVar("Member")


def list_cells(
    head: ListCell, nil: ListCell, read_cell: Callable[[ListCell], tuple[Member, ListCell] | None]
) -> dict[ListCell, Member] | None:
    """Walk an RDF list from its head to its end.

    Args:
        head: The first cell, or `nil` for the empty list.
        nil: The value for rdf:nil.
        read_cell: Returns the rdf:first and the rdf:rest of a cell; None if a node is not a cell.

    Returns:
        The member of each cell, in the order of the list. None if the list is not well-formed: it
        has a cycle or a node that is not a cell.
    """
    members: dict[ListCell, Member] = {}
    node = head
    while node != nil:
        cell = read_cell(node)
        if cell is None or node in members:
            return None
        members[node], node = cell
    return members
