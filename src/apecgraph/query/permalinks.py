"""Permalinks: addresses that carry a query, its dataset, its format and a release to ask.

The last part of such an address is a request of the SPARQL 1.1 Protocol, with the name of the
release as one more parameter: compressed (zlib, RFC 1950) and in base64url (RFC 4648, section 5).
Nothing is stored, and the checksum of zlib notices a link that was cut or altered.
"""

from __future__ import annotations

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

from apecgraph.errors import MalformedRequest, RequestError
from apecgraph.query.dataset import DEFAULT_GRAPH_NAME
from apecgraph.query.model import Query
from apecgraph.query.protocol import ProtocolRequest, decode_form, read_request

PERMALINKS: Final = "/q"
"""The path that contains all permalinks."""

_LONGEST: Final = 4096
"""Maximum number of characters of the last part of an address; mail breaks longer ones."""

_LARGEST: Final = 16 * 1024
"""Maximum size in bytes of the request in a permalink."""

LARGEST_REQUEST: Final = 3 * _LARGEST
"""Maximum size in bytes of a request for a permalink, all of which may be escaped."""

_RELEASE: Final = "release"
"""The name of the parameter that names the release."""

_LETTERS: Final = re.compile(r"[A-Za-z0-9_-]+")

_NOT_ESCAPED: Final = "".join(map(chr, range(0x20, 0x7F))).translate(dict.fromkeys(b"%&+ "))
"""Characters that a request in a permalink contains as they are, so that it is shorter."""

_NUMBER_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Permalink:
    """A query, and the release it was asked of.

    Attributes:
        release: The name of the release, as the link has it: any text.
        query: The query. Whether the release has its graphs is not known.
    """

    release: str
    query: Query

    @classmethod
    def read(cls, text: str) -> Permalink:
        """Read the last part of the address of a permalink.

        Args:
            text: That part.

        Returns:
            The permalink.

        Raises:
            MalformedRequest: It cannot be read, or its request violates the protocol.
            Forbidden: Its request is an update, or calls another endpoint.
            NotAcceptable: The answer to its query cannot have its format.
            QueryTooHeavy: Its query nests too deeply, or declares too much.
        """
        request = _expanded(text)
        release = dict(decode_form(request)).get(_RELEASE)
        query = read_request(ProtocolRequest("GET", request), EVERY_GRAPH)
        if release is None or query is None:
            raise _damaged()
        return cls(release, query)

    @property
    def text(self) -> str:
        """The last part of the address.

        Raises:
            RequestError: The query is too long for an address.
        """
        request = f"{urlencode({_RELEASE: self.release})}&{self.request(self.query.format.name)}"
        data = request.encode()
        if len(data) > _LARGEST:
            raise too_long()
        text = urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")
        if len(text) > _LONGEST:
            raise too_long()
        return text

    @property
    def path(self) -> str:
        """The path of the address; raises the error of `text`."""
        return f"{PERMALINKS}/{self.text}"

    @property
    def number(self) -> str:
        """A short name of the query, the same for every release: hexadecimal digits."""
        return sha256(self.request("").encode()).hexdigest()[:_NUMBER_DIGITS]

    def request(self, format_: str) -> str:
        """Return the parameters of a request of the SPARQL 1.1 Protocol that sends the query.

        Args:
            format_: The name of the format of the answer.

        Returns:
            The part of its URL after `?`.
        """
        query = self.query
        named = [graph or DEFAULT_GRAPH_NAME for graph in query.default_graphs]
        parameters = [
            ("format", format_),
            ("cite", str(int(query.cites))),
            *(("default-graph-uri", graph) for graph in named),
            *(("named-graph-uri", graph) for graph in query.named_graphs),
            ("query", query.text),
        ]
        return urlencode(parameters, safe=_NOT_ESCAPED)


class _EveryGraph(Collection[str]):
    """Stands for the names of graphs that are not known yet: contains every name."""

    def __contains__(self, _: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


EVERY_GRAPH: Final = _EveryGraph()
"""The graphs of a release that is not loaded; when it is, `choose_dataset` looks again."""


def _expanded(text: str) -> bytes:
    """Return the request in a permalink, which may be a decompression bomb."""
    if len(text) > _LONGEST or not _LETTERS.fullmatch(text):
        raise _damaged()
    expansion = zlib.decompressobj()
    try:
        request = expansion.decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4)), _LARGEST)
    except (ValueError, zlib.error):
        raise _damaged() from None
    if not expansion.eof or expansion.unused_data:
        raise _damaged()
    return request


def too_long() -> RequestError:
    """Return the error about a query that does not fit in an address."""
    return RequestError(
        "The query is too long for a permalink, whose address has at most %(most)s "
        "characters: shorten it, or cite the release and give the query.",
        most=_LONGEST,
    )


def _damaged() -> MalformedRequest:
    return MalformedRequest(
        "This address of a permalink is incomplete or was altered: copy all of it, or send the "
        "query to /q?query= for another one."
    )
