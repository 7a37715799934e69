"""The parameters of the JSON API, which FastAPI reads, and the parts of its lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from apecgraph.errors import MalformedRequest
from apecgraph.readers.selections import PARAMETERS
from apecgraph.search.full_text import LONGEST_SEARCH
from apecgraph.web.api import models
from apecgraph.web.reconcile.lookup import Identifier

MOST: Final = 100
"""Maximum number of items in a part of a list."""

_LONGEST_IRI: Final = 2000

_Listed = TypeVar("_Listed")
_Item = TypeVar("_Item", bound=BaseModel)


class Localized(BaseModel):
    """The parameters of every address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lang: str | None = Field(
        default=None,
        max_length=100,
        description="Language of the names, such as en or zh; otherwise that of Accept-Language",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """Leave out empty parameters, which forms send for fields without a value."""
        return {name: value for name, value in sent.items() if value != ""}


class Listed(Localized):
    """The parameters of a list."""

    limit: int = Field(default=50, ge=1, le=MOST, description="Number of items of this part")
    after: str | None = Field(
        default=None,
        max_length=_LONGEST_IRI,
        description="The item after which the part begins, as `next` names it",
    )

    def part(
        self,
        path: str,
        release: str,
        items: Sequence[_Listed],
        key: Callable[[_Listed], str],
        describe: Callable[[_Listed], _Item],
    ) -> models.Page[_Item]:
        """Return the part of a list that is asked for.

        Args:
            path: Path of the list.
            release: Name of the release.
            items: The whole list, always in the same order.
            key: Returns what `after` names an item by: its IRI, if no other item has the same.
            describe: Describes an item.

        Returns:
            The part, with the path of the next one.

        Raises:
            MalformedRequest: The list has no such item as `after` names.
        """
        start = 0
        if self.after is not None:
            places = (place for place, item in enumerate(items) if key(item) == self.after)
            start = next(places, -1) + 1
            if not start:
                raise MalformedRequest(
                    f"after: the list has no item {self.after}; begin again without `after`."
                )
        part = items[start : start + self.limit]
        following = None
        if start + self.limit < len(items):
            asked = self.model_dump(exclude_none=True, exclude_defaults=True)
            following = f"{path}?{urlencode({**asked, 'after': key(part[-1])}, safe='/:')}"
        return models.Page(
            release=release,
            total=len(items),
            next=following,
            items=[describe(each) for each in part],
        )


class Things(Listed):
    """The parameters of the list of things."""

    kind: str | None = Field(
        default=None, max_length=100, description="The list of one kind: economies, meetings, ..."
    )


class Searched(Listed):
    """The parameters of a search."""

    q: str = Field(
        max_length=LONGEST_SEARCH,
        description="Names in any language, printed words, numbers, identifiers",
    )
    type: str | None = Field(
        default=None,
        max_length=LONGEST_SEARCH,
        description="Only one type, as a compact IRI such as apec:Economy",
    )


class LookedUp(Localized, Identifier):
    """The parameters of a look-up."""


_MEANINGS: Final = {
    "frequency": "Length of the periods: freq/A, freq/Q, freq/M or freq/to-date",
    "source": "The source: source/...",
    "period": "The period: period/2025",
    "from": "The year in which periods begin, at the earliest",
    "to": "The year in which periods end, at the latest",
}


def meaning(name: str) -> str:
    """Describe a parameter that selects figures."""
    return _MEANINGS.get(name, f"The {name}; /api/series has the values")


_SELECTED: Final[dict[str, Any]] = {
    name: (
        str | None,
        Field(default=None, max_length=_LONGEST_IRI, description=meaning(name)),
    )
    for name in PARAMETERS
}

if TYPE_CHECKING:
    Selected = Listed
else:
    Selected = create_model("Selected", __base__=Listed, **_SELECTED)
    """The parameters of a selection of figures: the dimensions of the cube, and some others."""


class Compared(Selected):
    """The parameters of a comparison with an earlier release."""

    as_of: str = Field(
        max_length=100,
        description="A day, such as 2026-11-29, for the release that was current at its end (UTC), "
        "or the name of a release that is kept",
    )


def choices(asked: Listed) -> dict[str, str]:
    """Return the parameters that select figures."""
    return {name: value for name in PARAMETERS if (value := getattr(asked, name)) is not None}
