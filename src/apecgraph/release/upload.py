"""Loads a release into an engine elsewhere by the SPARQL 1.1 Graph Store HTTP Protocol."""

from __future__ import annotations

import logging
from contextlib import closing
from http import HTTPStatus
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    OpenerDirector,
    Request,
    build_opener,
)

from pyoxigraph import DefaultGraph, NamedNode, Store

from apecgraph.errors import EngineUnavailable
from apecgraph.progress import Progress
from apecgraph.query.model import RemoteEngine
from apecgraph.query.remote.evaluation import RemoteEvaluator
from apecgraph.query.remote.quirks import DEFAULT_GRAPHS
from apecgraph.rdf.formats import N_TRIPLES
from apecgraph.rdf.serializer import rdf_bytes

_TRIPLES_AT_ONCE: Final = 20_000
"""Engines limit the size of a request."""

_log: Final = logging.getLogger(__name__)


class _NoRedirects(HTTPRedirectHandler):
    """Follows no redirects, since they may lead to another server."""

    def redirect_request(self, *_: object) -> None:
        """Return no request."""


def upload(store: Store, engine: RemoteEngine, url: str, seconds: float, *, replace: bool) -> None:
    """Load a dataset; each graph replaces the one of the same name.

    The default graph gets a name, because in many engines the default graph is the union of all.

    Args:
        store: The dataset.
        engine: The engine, which is asked first whether it has any of the graphs.
        url: The address of its graph store.
        seconds: Time for each request.
        replace: Whether to load even if the engine has some of the graphs.

    Raises:
        EngineUnavailable: The engine has some of the graphs, or does not load one.
    """
    name = DEFAULT_GRAPHS[0]
    with closing(RemoteEvaluator(engine)) as evaluator:
        if not replace and evaluator.has_any((name, *engine.graphs), seconds):
            raise EngineUnavailable(
                f"{engine.url} already has graphs of this release, or of another one: load into an "
                "empty engine, or give --replace"
            )
    opener = _opener(url, engine.credentials)
    graphs: dict[str, DefaultGraph | NamedNode] = {name: DefaultGraph()}
    graphs |= {iri: NamedNode(iri) for iri in engine.graphs}
    progress = Progress(_log.info, f"loading into {engine.url}", len(graphs), " graphs")
    for number, (iri, graph) in enumerate(graphs.items(), 1):
        address = f"{url}{'&' if '?' in url else '?'}graph={quote(iri, safe='')}"
        method = "PUT"  # replaces the graph; the following parts are added to it
        triples = [quad.triple for quad in store.quads_for_pattern(None, None, None, graph)]
        for start in range(0, len(triples), _TRIPLES_AT_ONCE):
            part = rdf_bytes(triples[start : start + _TRIPLES_AT_ONCE], N_TRIPLES)
            _send(opener, method, address, part, seconds)
            method = "POST"
        progress.at(number)


def _opener(url: str, credentials: str) -> OpenerDirector:
    passwords = HTTPPasswordMgrWithDefaultRealm()
    if credentials:
        user, _, password = credentials.partition(":")
        passwords.add_password(None, url, user, password)
    return build_opener(_NoRedirects, HTTPBasicAuthHandler(passwords))


def _send(opener: OpenerDirector, method: str, url: str, data: bytes, seconds: float) -> None:
    headers = {"Content-Type": N_TRIPLES.media_type}
    request = Request(url, data, headers, method=method)  # noqa: S310 - the scheme was checked
    try:
        with opener.open(request, timeout=seconds):
            return
    except HTTPError as error:
        status = HTTPStatus(error.code)
        reason = f"it answers with {status.value} ({status.phrase})"
        error.close()
    except (URLError, OSError) as error:
        reason = str(getattr(error, "reason", error))
    raise EngineUnavailable(f"the engine does not load {url}: {reason}")
