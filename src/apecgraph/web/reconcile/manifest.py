"""The manifest of the reconciliation service: its features and their URLs."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.search.entities import Entities, Type
from apecgraph.web.reconcile.messages import MOST_QUERIES

PREVIEW_WIDTH: Final = 420
PREVIEW_HEIGHT: Final = 220

_SETTINGS: Final = (
    {
        "name": "limit",
        "label": "Limit",
        "type": "number",
        "default": 0,
        "help_text": "Maximum number of values; 0 for all",
    },
    {
        "name": "language",
        "label": "Language",
        "type": "text",
        "default": "",
        "help_text": "Language of texts, such as en or zh; empty for all",
    },
)


def manifest(root: str, name: str, entities: Entities) -> dict[str, Any]:
    """Return the manifest (Reconciliation Service API 0.2, section 3.1).

    Args:
        root: URL of the server without the last slash. URLs in a manifest are absolute because
            clients use them in pages of other sites.
        name: Title of the publication.
        entities: The entities that can be reconciled.

    Returns:
        The manifest as a JSON object.
    """
    service = f"{root}/reconcile"
    own = {type_ for entity in entities.entities.values() for type_ in entity.own_types}
    return {
        "versions": ["0.2"],
        "name": name,
        "identifierSpace": ID,
        "schemaSpace": f"{BASE}ontology",
        "defaultTypes": [
            type_object(type_, entities) for type_ in entities.types.values() if type_.id in own
        ],
        "documentation": f"{root}/",
        "logo": f"{root}/static/icon.svg",
        "serviceVersion": version("apecgraph"),
        "batchSize": MOST_QUERIES,
        "view": {"url": f"{root}/lookup?iri={ID}{{{{id}}}}"},
        "preview": {
            "url": f"{service}/preview?id={{{{id}}}}",
            "width": PREVIEW_WIDTH,
            "height": PREVIEW_HEIGHT,
        },
        "suggest": {
            kind: {
                "service_url": service,
                "service_path": f"/suggest/{kind}",
                "flyout_service_path": f"/flyout/{kind}?id=${{id}}",
            }
            for kind in ("entity", "type", "property")
        },
        "extend": {
            "propose_properties": {"service_url": service, "service_path": "/properties"},
            "property_settings": list(_SETTINGS),
        },
    }


def type_object(type_: Type, entities: Entities) -> dict[str, Any]:
    """Return a type with the types directly above it (section 2.2)."""
    written: dict[str, Any] = {"id": type_.id, "name": type_.name}
    if type_.description:
        written["description"] = type_.description
    if type_.broader:
        written["broader"] = [
            {"id": id_, "name": entities.types[id_].name} for id_ in type_.broader
        ]
    return written
