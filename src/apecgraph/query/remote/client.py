"""Requests to a SPARQL engine (SPARQL 1.1 Protocol, section 2), over one kept connection."""

from __future__ import annotations

import http.client
import ssl
from base64 import b64encode
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Final
from urllib.parse import urlencode, urlsplit

from apecgraph.errors import (
    EngineFailed,
    EngineUnavailable,
    QueryTimedOut,
    StoreBusy,
)
from apecgraph.printable import shortened
from apecgraph.query.model import RemoteEngine
from apecgraph.query.remote.quirks import MEDIA_TYPES, cuts_graphs, known_refusal, sign_of_cut
from apecgraph.rdf.formats import N_TRIPLES, Format

_MESSAGE: Final = 4096
"""Bytes of an error message that are read."""

_NETWORK: Final = (OSError, http.client.HTTPException)


class EngineClient:
    """Sends queries to an engine, one at a time.

    A redirect is not followed, since it may lead to another server. Certificates are verified.

    Args:
        engine: The engine.

    Attributes:
        cuts_graphs: Whether the engine may leave out triples of a CONSTRUCT without a sign.
    """

    cuts_graphs: bool

    def __init__(self, engine: RemoteEngine) -> None:
        self.cuts_graphs = False
        parts = urlsplit(engine.url)
        self._path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        self._address = parts.hostname or "", parts.port
        # The certificates are read here, before the process may open no more files.
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if engine.credentials:
            encoded = b64encode(engine.credentials.encode()).decode()
            self._headers["Authorization"] = f"Basic {encoded}"
        self._connection: HTTPConnection | None = None

    def ask(self, text: str, format_: Format, seconds: float) -> HTTPResponse:
        """Send a query; return the response when it begins.

        Args:
            text: The query.
            format_: The format of the answer.
            seconds: Time that the engine may send nothing.

        Returns:
            A response with status 200 in that format, whose body the caller reads to its end.

        Raises:
            EngineUnavailable: The engine cannot be reached, or does not answer as an engine.
            EngineFailed: The engine cannot answer this query.
            StoreBusy: The engine has too much to do.
            QueryTimedOut: The engine stopped the query.
            QueryTooHeavy: The engine refuses to evaluate the query.
        """
        body = urlencode({"query": text}).encode()
        headers = self._headers | {"Accept": format_.media_type}
        response = self._send(body, headers, seconds, kept=True)
        if response is None:  # the engine had closed the connection that was kept
            response = self._send(body, headers, seconds, kept=False)
        assert response is not None  # noqa: S101 - a new connection answers or raises
        self._check(response, format_)
        return response

    def close(self) -> None:
        """Close the connection, which tells the engine to stop."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send(
        self, body: bytes, headers: dict[str, str], seconds: float, *, kept: bool
    ) -> HTTPResponse | None:
        """Send a request on the kept connection, or on a new one.

        Args:
            body: The body of the request.
            headers: Its headers.
            seconds: Time that the engine may send nothing.
            kept: Whether to use the connection that was kept, if there is one.

        Returns:
            The response; None if the connection was kept and its other end had closed it.

        Raises:
            EngineUnavailable: The engine cannot be reached.
            QueryTimedOut: It sends nothing.
        """
        if not kept or self._connection is None:
            self.close()
            kept = False
            host, port = self._address
            if self._tls is None:
                self._connection = HTTPConnection(host, port, timeout=seconds)
            else:
                self._connection = HTTPSConnection(host, port, timeout=seconds, context=self._tls)
        connection = self._connection
        assert connection is not None  # noqa: S101 - made above
        was_sent = False
        try:
            if connection.sock is None:
                connection.connect()
            else:
                connection.sock.settimeout(seconds)
            was_sent = True
            connection.request("POST", self._path, body, headers)
            return connection.getresponse()
        except TimeoutError:
            self.close()
            raise QueryTimedOut(
                "The engine did not answer before the deadline.", f"{seconds:.0f} s"
            ) from None
        except _NETWORK as error:
            self.close()
            if kept:
                return None
            raise EngineUnavailable(
                f"the engine cannot be reached: {_named(error)}", was_sent=was_sent
            ) from None

    def _check(self, response: HTTPResponse, format_: Format) -> None:
        """Raise an error unless the response is a complete answer in the format."""
        status, media_type = response.status, response.headers.get_content_type()
        self.cuts_graphs = cuts_graphs(response.headers)
        if status == 200 and media_type in MEDIA_TYPES[format_]:
            if format_ == N_TRIPLES and response.length is None and not response.chunked:
                self.close()
                raise EngineFailed("The engine sends graphs without a length, so they may be cut.")
            if sign := sign_of_cut(response.headers):
                self.close()
                raise EngineFailed(
                    "The engine has cut its answer (%(sign)s), so there is no answer: ask for "
                    "less, with LIMIT and OFFSET.",
                    sign=sign,
                )
            return
        message = b""
        with suppress(*_NETWORK):
            message = response.read(_MESSAGE)
        self.close()
        refusal = known_refusal(status, message.decode("utf-8", "replace"))
        if refusal is not None:
            raise refusal
        if status in (429, 503):
            raise StoreBusy("The engine has too much to do; try again in a moment.")
        if status == 200:
            name = shortened(media_type)
            raise EngineFailed("The engine answered with %(media_type)s.", media_type=name)
        if status in (400, 422, 500, 501):
            raise EngineFailed(
                "The engine cannot evaluate this query (status %(status)s).", status=status
            )
        raise EngineUnavailable(f"the engine answers with status {status}")


def _named(error: BaseException) -> str:
    """Return the reason for a network error, without addresses."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message})"
    strerror = error.strerror if isinstance(error, OSError) else None
    return strerror or type(error).__name__
