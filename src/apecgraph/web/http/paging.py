"""Long lists in several pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from apecgraph.errors import MalformedRequest
from apecgraph.web.http.parameters import read_number

PAGE: Final = "page"
"""The parameter that is the number of a page."""

_DIGITS: Final = 4

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list.

    Attributes:
        number: The number of the page, from 1.
        count: Number of rows of the whole list.
        size: Maximum number of rows of a page.
    """

    number: int
    count: int
    size: int

    def __post_init__(self) -> None:
        if self.number > self.last:
            raise MalformedRequest(
                "%(name)s: there are only %(last)s pages.", name=PAGE, last=self.last
            )

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.count // self.size))

    @property
    def start(self) -> int:
        """Number of rows on the pages before this one."""
        return (self.number - 1) * self.size

    @property
    def end(self) -> int:
        """Number of rows on this page and the pages before it."""
        return min(self.start + self.size, self.count)

    def part(self, rows: Sequence[_Row]) -> Sequence[_Row]:
        """Return the rows of this page."""
        return rows[self.start : self.end]


def read_page(parameters: Mapping[str, str]) -> int:
    """Read the number of a page; a request without one asks for the first page.

    Args:
        parameters: All parameters of the request.

    Returns:
        The number, from 1.

    Raises:
        MalformedRequest: The parameter is not a number.
    """
    return read_number(parameters, PAGE, digits=_DIGITS, least=1) or 1
