"""Finds the tests by EXISTS in a query (SPARQL 1.1, section 8.1), whose matches are cited too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from apecgraph.query.citing.scope import Names
from apecgraph.query.plain import Token


def exists(plain: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Find the groups after EXISTS, but not those after NOT EXISTS or inside of another.

    Args:
        plain: The tokens of a query, or of a part of one.

    Yields:
        The indices of the first token of a group, and of the one after its last token.
    """
    end = 0
    for index, (token, following) in enumerate(pairwise(plain), 1):
        if index < end or token.text != "EXISTS" or following.text != "{":
            continue
        end = index + 1
        while plain[end].depth > following.depth:
            end += 1
        end += 1
        if index < 2 or plain[index - 2].text != "NOT":
            yield index, end


def with_own_variables(plain: Sequence[Token], names: Names) -> list[Token]:
    """Rename the variables of each EXISTS that the rest of the query does not use.

    Args:
        plain: The tokens of a query.
        names: Makes variables.

    Returns:
        The tokens. A pattern of EXISTS can then be joined with the others.
    """
    regions = list(exists(plain))
    renamed = list(plain)
    for start, end in regions:
        for index in range(start, end):
            renamed[index] = Token("", "", 0)
    outside = {token.text for token in renamed if token.kind == "variable"}
    renamed = list(plain)
    for start, end in regions:
        own: dict[str, str] = {}
        for index in range(start, end):
            token = plain[index]
            if token.kind == "variable" and token.text not in outside:
                if token.text not in own:
                    own[token.text] = names.new()
                renamed[index] = token._replace(text=own[token.text])
    return renamed
