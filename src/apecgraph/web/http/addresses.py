"""Where IRIs are found on this server: paths from its root, whatever host it runs on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request

from apecgraph.rdf.namespaces import BASE, ID

DOC: Final = "/doc/"

INDEX: Final = "index"
"""The document about the dataset itself."""

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_ESCAPES: Final = re.compile("(?:%[0-9A-Fa-f]{2})+")
_WEB: Final = re.compile("https?://", re.IGNORECASE)


def document_address(iri: str) -> str | None:
    """Name the document about an IRI, as it comes after `/doc/`; None where none can be.

    A thing's document has the thing's path: `id/x` has `x`, `ontology/X` has `ontology/X`; the
    dataset itself has `index`.
    """
    if iri == BASE:
        return INDEX
    if iri.startswith(ID):
        return iri.removeprefix(ID) or None
    path = iri.removeprefix(BASE)
    return path if path != iri and path.split("/")[0] == "ontology" else None


def topic_of(name: str) -> str:
    """Return the IRI that the document of a name is about."""
    if name == INDEX:
        return BASE
    return (BASE if name.split("/")[0] == "ontology" else ID) + name


def encoded(path: str) -> str:
    """Write an IRI, or a part of one, as a URI (RFC 3987, section 3.1)."""
    return quote(path, safe="%/?#[]!$&'()*+,;=:@-._~")


def local_link(iri: str) -> str | None:
    """Return where a link to an IRI leads: here for our own, there for the web's, else nowhere.

    Whatever is not http or https (a package URL, a script) is no link.
    """
    if iri.startswith(BASE):
        return "/" + encoded(iri.removeprefix(BASE))
    return iri if _WEB.match(iri) else None


def public_root(request: Request) -> str:
    """Return the URL of the root of this server as the client has it, without the last slash.

    For what is useless as a path alone: no page links to what a client says in its Host header.
    """
    host = request.headers.get("host", "")
    if _HOST.fullmatch(host) is None:
        return BASE.rstrip("/")
    return f"{request.scope['scheme']}://{host}"


def readings(scope: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ways to read the path of a request as that of an IRI, the likelier one first.

    By the letter of RFC 3987 (section 3.2) an escaped letter is read as that letter; an IRI may
    also have been published with the escape in it.
    """
    raw = scope.get("raw_path")
    path = raw.decode("ascii", "replace") if raw else quote(scope["path"])
    return tuple(dict.fromkeys((_ESCAPES.sub(_unescaped, path), path)))


def _unescaped(match: re.Match[str]) -> str:
    try:
        text = bytes.fromhex(match[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return match[0]
    # What may not stand in the path of an IRI, or would divide it, stays escaped.
    return re.sub(r'[\x00-\x20\x7f-\x9f<>"{}|\\^`%/?#]', lambda each: quote(each[0], safe=""), text)
