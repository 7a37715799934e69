"""The addresses of IRIs on this server: paths from its root, whatever its host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request

from apecgraph.rdf.namespaces import BASE, ID

DOC: Final = "/doc/"
"""The path below which documents are."""

INDEX: Final = "index"
"""Name of the document about the dataset itself."""

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_ESCAPES: Final = re.compile("(?:%[0-9A-Fa-f]{2})+")
_WEB: Final = re.compile("https?://", re.IGNORECASE)


def document_name(iri: str) -> str | None:
    """Return the name of the document about an IRI, or None if the IRI is not ours.

    The name follows `/doc/` in the path of the document. For `id/x` it is `x`, for `ontology/X`
    it is `ontology/X`, for the dataset itself `index`.
    """
    if iri == BASE:
        return INDEX
    if iri.startswith(ID):
        return iri.removeprefix(ID) or None
    path = iri.removeprefix(BASE)
    return path if path != iri and path.split("/")[0] == "ontology" else None


def topic_of(name: str) -> str:
    """Return the IRI that a document is about, given the name of the document."""
    if name == INDEX:
        return BASE
    return (BASE if name.split("/")[0] == "ontology" else ID) + name


def encoded(path: str) -> str:
    """Return an IRI, or a part of one, as a URI (RFC 3987, section 3.1)."""
    return quote(path, safe="%/?#[]!$&'()*+,;=:@-._~")


def local_link(iri: str) -> str | None:
    """Return the target of a link to an IRI: a path if the IRI is ours, or else a web address.

    For any other IRI (a package URL, a script) return None.
    """
    if iri.startswith(BASE):
        return "/" + encoded(iri.removeprefix(BASE))
    return iri if _WEB.match(iri) else None


def public_root(request: Request) -> str:
    """Return the URL of the root of this server as the client sees it, without the last slash.

    It repeats the Host header, which any client can set: use it for URLs that another site puts
    together, never for links on pages.
    """
    host = request.headers.get("host", "")
    if _HOST.fullmatch(host) is None:
        return BASE.rstrip("/")
    return f"{request.scope['scheme']}://{host}"


def possible_paths(scope: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the paths of IRIs that the path of a request may stand for, the likelier one first.

    RFC 3987 (section 3.2) reads an escaped letter as that letter; an IRI may also have been
    published with the escape in it.
    """
    raw = scope.get("raw_path")
    path = raw.decode("ascii", "replace") if raw else quote(scope["path"])
    return tuple(dict.fromkeys((_ESCAPES.sub(_unescaped, path), path)))


def _unescaped(match: re.Match[str]) -> str:
    try:
        text = bytes.fromhex(match[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return match[0]
    # Characters that an IRI cannot have in its path, or that would divide it, stay escaped.
    return re.sub(
        r'[\x00-\x20\x7f-\x9f<>"{}|\\^`%/?#]', lambda match: quote(match[0], safe=""), text
    )
