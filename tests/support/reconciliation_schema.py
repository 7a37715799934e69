"""The JSON of the Reconciliation Service API 0.2, as JSON Schema (draft 2020-12).

Written from the text of the specification, with the section of each. No package contains the
schemas of its authors.
"""

from __future__ import annotations

from typing import Any, Final

from jsonschema import Draft202012Validator

_Schema = dict[str, Any]


def _object(required: _Schema, optional: _Schema | None = None, *, closed: bool = True) -> _Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": not closed,
    }


def _array(items: _Schema) -> _Schema:
    return {"type": "array", "items": items}


def _map(values: _Schema) -> _Schema:
    return {"type": "object", "additionalProperties": values}


_STRING: Final = {"type": "string"}
_ID: Final = {"type": "string", "minLength": 1}
_COUNT: Final = {"type": "integer", "minimum": 0}
_URL: Final = {"type": "string", "pattern": "^https?://"}
_TEMPLATE: Final = {"type": "string", "pattern": r"^https?://.*\{\{id\}\}"}
_DESCRIBED: Final = {"description": _STRING}

_BROADER: Final = _object({"id": _ID, "name": _ID}, _DESCRIBED)
_TYPE: Final = _object({"id": _ID, "name": _ID}, {**_DESCRIBED, "broader": _array(_BROADER)})
_NAMED: Final = _object({"id": _ID, "name": _ID}, _DESCRIBED)

_SUGGEST: Final = _object(
    {"service_url": _URL, "service_path": {"type": "string", "pattern": "^/"}},
    {"flyout_service_path": {"type": "string", "pattern": r"\$\{id\}"}},
)
_SETTING: Final = _object(
    {"name": _ID, "label": _ID, "type": {"enum": ["number", "text", "checkbox", "select"]}},
    {"default": {}, "help_text": _STRING, "choices": _array(_object({"value": {}, "name": _ID}))},
)

MANIFEST: Final = _object(  # 3.1
    {
        "versions": {**_array(_STRING), "contains": {"const": "0.2"}},
        "name": _ID,
        "identifierSpace": _URL,
        "schemaSpace": _URL,
    },
    {
        "defaultTypes": {**_array(_TYPE), "uniqueItems": True},
        "documentation": _URL,
        "logo": _URL,
        "serviceVersion": _STRING,
        "view": _object({"url": _TEMPLATE}),
        "preview": _object({"url": _TEMPLATE, "width": _COUNT, "height": _COUNT}),
        "suggest": _object({}, dict.fromkeys(("entity", "type", "property"), _SUGGEST)),
        "extend": _object(
            {},
            {
                "propose_properties": _object({"service_url": _URL, "service_path": _STRING}),
                "property_settings": _array(_SETTING),
            },
        ),
        "batchSize": {"type": "integer", "minimum": 1},
    },
)

_CANDIDATE: Final = _object(  # 4.2
    {"id": _ID, "name": _ID, "score": {"type": "number"}},
    {
        **_DESCRIBED,
        "type": _array(_object({"id": _ID}, {"name": _ID})),
        "match": {"type": "boolean"},
        "features": _array(_object({"id": _ID, "value": {"type": ["number", "boolean"]}})),
    },
)
# Other members than `result` are allowed; ours is the reason why a query has no candidates.
RESULTS: Final = _map(_object({"result": _array(_CANDIDATE)}, {"error": _STRING}))

_NOTABLE: Final = _array(_object({"id": _ID}, {"name": _ID}))
SUGGESTIONS: Final = {  # 6.3
    "entity": _object(
        {"result": _array(_object({"id": _ID, "name": _ID}, {**_DESCRIBED, "notable": _NOTABLE}))}
    ),
    "type": _object({"result": _array(_TYPE)}),
    "property": _object({"result": _array(_NAMED)}),
}
FLYOUT: Final = _object({"id": _ID, "html": _STRING})  # 6.5

PROPOSALS: Final = _object(  # 7.3
    {"properties": _array(_NAMED)}, {"type": _ID, "limit": {"type": "number"}}
)
_TIME: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$"
_VALUE: Final = {
    "oneOf": [
        _object({}),
        _NAMED,
        _object({"str": _STRING}),
        _object({"float": {"type": "number"}}),
        _object({"int": {"type": "integer"}}),
        _object({"date": {"type": "string", "pattern": _TIME}}),
    ]
}
EXTENSION: Final = _object(  # 7.5
    {
        "meta": _array(_object({"id": _ID, "name": _ID}, {"type": _TYPE, "service": _URL})),
        "rows": _map(_map(_array(_VALUE))),
    }
)


def conforms(instance: object, schema: _Schema) -> None:
    """Validate JSON against a schema; the error names the place."""
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(instance)
