"""The messages of reconciliation clients: batches of queries, and requests for values.

The Reconciliation Service API 0.2 (sections 4.1 and 7.4) defines their JSON format.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, TypeVar

from pydantic import (
    BaseModel,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, from_json

from apecgraph.errors import ContentTooLarge, MalformedRequest, RequestError
from apecgraph.search.extension import Column
from apecgraph.search.property_match import PropertyCondition
from apecgraph.search.reconciler import ReconciliationQuery, Strictness

MOST_QUERIES: Final = 50
"""Maximum number of queries in a batch; the manifest states this number."""

LONGEST_QUERY: Final = 500
"""Maximum number of characters of a name or a value."""

MOST_CANDIDATES: Final = 100

_MOST_IDS: Final = 500
_MOST_PARTS: Final = 10
"""Maximum number of types, of conditions, and of values in one query."""

_Text = Annotated[str, StringConstraints(strict=True, max_length=LONGEST_QUERY)]
_Model = TypeVar("_Model")


class _Entity(BaseModel):
    """A value that has been reconciled."""

    id: _Text


_Value = (
    StrictBool | StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)] | _Text | _Entity
)


class _Condition(BaseModel):
    pid: _Text
    v: _Value | Annotated[list[_Value], Field(max_length=_MOST_PARTS)]

    def condition(self) -> PropertyCondition:
        values = self.v if isinstance(self.v, list) else [self.v]
        return PropertyCondition(
            self.pid, tuple(item.id if isinstance(item, _Entity) else item for item in values)
        )


class _Query(BaseModel):
    query: _Text | None = None
    type: _Text | Annotated[list[_Text], Field(max_length=_MOST_PARTS)] = []
    type_strict: Strictness = "any"
    limit: Annotated[StrictInt, Field(gt=0)] = 10
    properties: Annotated[list[_Condition], Field(max_length=_MOST_PARTS)] = []

    @model_validator(mode="after")
    def _asks_something(self) -> _Query:
        if self.query is None and not self.properties:
            raise ValueError("it needs `query` or `properties`")
        return self

    def read(self) -> ReconciliationQuery:
        named = self.query is not None and (self.query.strip() or not self.properties)
        return ReconciliationQuery(
            self.query if named else None,  # a client may send the empty cell with the properties
            (self.type,) if isinstance(self.type, str) else tuple(self.type),
            self.type_strict,
            tuple(item.condition() for item in self.properties),
            min(self.limit, MOST_CANDIDATES),
        )


class _Settings(BaseModel):
    # OpenRefine sends the fields of a form, so numbers may be strings.
    limit: Annotated[int, Field(ge=0)] = 0
    language: _Text = ""


class _Property(BaseModel):
    id: _Text
    settings: _Settings = _Settings()


class _Extension(BaseModel):
    ids: Annotated[list[_Text], Field(max_length=_MOST_IDS)]
    properties: Annotated[list[_Property], Field(max_length=MOST_QUERIES)]


_ONE_OR_LIST: Final[Mapping[int | str, str]] = {
    "type": "it must be the id of a type, or a list of ids",
    "v": "a value must be a string, a number, a boolean, an object with an id, or a list of these",
}

_QUERY: Final = TypeAdapter(_Query)
_EXTENSION: Final = TypeAdapter(_Extension)


def read_queries(text: str) -> Mapping[str, ReconciliationQuery | RequestError]:
    """Read a batch of queries.

    Args:
        text: The batch in JSON.

    Returns:
        A dict from keys to queries. A query that is malformed, or exceeds a limit, is its error.

    Raises:
        MalformedRequest: The text is not such a batch.
        ContentTooLarge: The batch has too many queries.
    """
    batch = _read_json("queries", text)
    if not isinstance(batch, dict):
        raise MalformedRequest("queries: it must be an object of queries with their keys.")
    if len(batch) > MOST_QUERIES:
        limit = f"{MOST_QUERIES} queries"
        raise ContentTooLarge(f"A batch has at most {limit}; this one has {len(batch)}.", limit)
    return {key: _read_query(key, content) for key, content in batch.items()}


def _read_query(key: str, content: object) -> ReconciliationQuery | RequestError:
    try:
        return validated(_QUERY, ("queries", key), content).read()
    except RequestError as error:
        return error


def read_extension(text: str) -> tuple[list[str], list[Column]]:
    """Read a request for values.

    Args:
        text: The request in JSON.

    Returns:
        The ids of the entities, and the columns to fetch.

    Raises:
        MalformedRequest: The text is not such a request.
        ContentTooLarge: A part of it exceeds a limit.
    """
    extension = validated(_EXTENSION, ("extend",), _read_json("extend", text))
    columns = [
        Column(item.id, item.settings.limit, item.settings.language)
        for item in extension.properties
    ]
    return extension.ids, columns


def _read_json(parameter: str, text: str) -> object:
    try:
        content: object = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise MalformedRequest(f"{parameter}: this is not JSON: {error}") from None
    return content


def validated(adapter: TypeAdapter[_Model], path: tuple[str, ...], content: object) -> _Model:
    """Validate a part of a message.

    Args:
        adapter: The type that it must have.
        path: The place of the part in the message.
        content: The part, as JSON.

    Returns:
        The part.

    Raises:
        MalformedRequest: It has another type. The error names the place.
        ContentTooLarge: A text or a list in it is too long.
    """
    try:
        return adapter.validate_python(content)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    # A field that accepts a value or a list has an error for each; report an exceeded limit first.
    raise _refusal(path, next((item for item in errors if _limit(item)), errors[0]))


def _limit(error: ErrorDetails) -> str | None:
    length = error.get("ctx", {}).get("max_length")
    unit = "characters" if error["type"] == "string_too_long" else "items"
    return length and f"{length} {unit}"


def _refusal(parent: tuple[str, ...], error: ErrorDetails) -> MalformedRequest | ContentTooLarge:
    message = error["msg"].removeprefix("Value error, ")
    path = [part[:LONGEST_QUERY] for part in parent]
    for part in error["loc"]:
        path.append(str(part))
        if part in _ONE_OR_LIST:
            message = _ONE_OR_LIST[part]
            break
    limit = _limit(error)
    if limit is not None:
        return ContentTooLarge(f"{'.'.join(path)}: at most {limit} are allowed.", limit)
    return MalformedRequest(f"{'.'.join(path)}: {message}")
