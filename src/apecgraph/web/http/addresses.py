"""The addresses of IRIs on this server: absolute paths, which do not depend on its host name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request

from apecgraph.rdf.namespaces import BASE, ID

DOC: Final = "/doc/"
"""The path that contains all documents."""

INDEX: Final = "index"
"""Name of the document about the dataset itself."""

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_PLAIN: Final = re.compile("[A-Za-z0-9/._-]*")
"""A path in which nothing is escaped."""

_ESCAPES: Final = re.compile("(?:%[0-9A-Fa-f]{2})+")
_WEB: Final = re.compile("https?://", re.IGNORECASE)


def document_name(iri: str) -> str | None:
    """Return the name of the document about an IRI, or None if the IRI is not ours.

    The name is the part after `/doc/` in the path of the document. The name for `id/x` is `x`, the
    name for `ontology/X` is `ontology/X`, and the name for the dataset itself is `index`.
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
    if _PLAIN.fullmatch(path):
        return path  # as most are; `quote` takes longer
    return quote(path, safe="%/?#[]!$&'()*+,;=:@-._~")


def local_link(iri: str) -> str | None:
    """Return the target of a link to an IRI: a path if the IRI is ours, or the IRI if it is a URL.

    Return None for an IRI that is not a web address, such as a package URL or a script.
    """
    if iri.startswith(BASE):
        return "/" + encoded(iri.removeprefix(BASE))
    return iri if _WEB.match(iri) else None


def public_root(request: Request) -> str:
    """Return the URL of the root of this server as the client sees it, without the last slash.

    The URL contains the Host header, which any client can set. Use it only in manifests that
    other sites build URLs from, not in links on pages.
    """
    host = request.headers.get("host", "")
    if _HOST.fullmatch(host) is None:
        return BASE.rstrip("/")
    return f"{request.scope['scheme']}://{host}"


def possible_paths(scope: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the paths of IRIs that the path of a request may refer to, the likelier one first.

    According to RFC 3987 (section 3.2), an escaped letter stands for the letter. But a published
    IRI may itself contain the escape.
    """
    raw = scope.get("raw_path")
    path = raw.decode("ascii", "replace") if raw else quote(scope["path"])
    return tuple(dict.fromkeys((_ESCAPES.sub(_unescaped, path), path)))


def _unescaped(match: re.Match[str]) -> str:
    try:
        text = bytes.fromhex(match[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return match[0]
    # Characters that the path of an IRI cannot contain stay escaped, and so do delimiters.
    return re.sub(
        r'[\x00-\x20\x7f-\x9f<>"{}|\\^`%/?#]', lambda match: quote(match[0], safe=""), text
    )
