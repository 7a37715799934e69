"""The memory that clients may make the front process use: a budget in bytes for each store."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from starlette.types import Scope

from apecgraph.errors import StoreBusy, TooManyRequests
from apecgraph.web.http.clients import client_of, is_on_this_machine
from apecgraph.web.http.representation import ReplyContent

MEGABYTE: Final = 1024 * 1024

LARGEST_PART: Final = MEGABYTE
"""Maximum number of bytes of a body that a connection is given at once."""

_SLOW: Final = 16
"""Number of connections that may keep such a part because their clients read slowly."""

PART: Final = 64 * 1024
"""Maximum number of bytes that a connection is given at once if there are more such connections."""

_CONNECTION: Final = 96 * 1024
"""Bytes that count for an open connection: a part of a reply and a small request."""

_REQUESTS: Final = 32 * MEGABYTE
_REPLIES: Final = 32 * MEGABYTE
_SHARE: Final = 4
"""One client may use a budget divided by this number."""

_RETRY_SECONDS: Final = 2

_MEMORY: Final = "apecgraph.memory"
"""The key of the RequestMemory in an ASGI scope."""


class FixedStore(NamedTuple):
    """The size of a store at one moment.

    Attributes:
        limit: Maximum size in bytes.
        used: Size in bytes.
    """

    limit: int
    used: int


class MemoryBudget:
    """The bytes that all clients together may occupy in a store, and the share of each client.

    A client on this machine may be a proxy; it may occupy everything.

    Args:
        limit: The budget in bytes.

    Attributes:
        limit: The budget in bytes.
        used: The occupied bytes.
    """

    limit: int
    used: int

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self._clients: Counter[str] = Counter()

    def take(self, size: int, client: str) -> None:
        """Occupy bytes.

        Args:
            size: The number of bytes.
            client: The client for which the bytes are kept.

        Raises:
            StoreBusy: The budget is exhausted.
            TooManyRequests: The client would exceed its share with what it has besides.
        """
        taken, share = self._clients[client], self.limit // _SHARE
        if taken and taken + size > share and not is_on_this_machine(client):
            limit = f"{share // MEGABYTE} MB at once"
            raise TooManyRequests(
                "The requests of one client, or their replies, may take %(most)s: wait until "
                "others are answered.",
                limit,
                _RETRY_SECONDS,
                most=limit,
            )
        if self.used + size > self.limit:
            if not taken:
                del self._clients[client]
            raise StoreBusy("The server has no memory for this at the moment; try again.")
        self.used += size
        self._clients[client] = taken + size

    def give_back(self, size: int, client: str) -> None:
        """Free bytes that were occupied for a client."""
        self.used -= size
        self._clients[client] -= size
        if not self._clients[client]:
            del self._clients[client]


class MemoryBudgets:
    """The budgets of requests in progress.

    Attributes:
        slow: Number of connections whose clients have not read all that was sent.
        requests: For requests that are being read or wait, as bytes or as text.
        replies: For replies that are kept only until they are sent.
    """

    slow: int
    requests: MemoryBudget
    replies: MemoryBudget

    def __init__(self) -> None:
        self.slow = 0
        self.requests = MemoryBudget(_REQUESTS)
        self.replies = MemoryBudget(_REPLIES)

    @property
    def part(self) -> int:
        """Maximum number of bytes that a connection is given at once at the moment."""
        return LARGEST_PART if self.slow < _SLOW else PART

    def connections(self, count: int, most: int) -> FixedStore:
        """Return the size of open connections, given their number and their maximum number."""
        large = min(self.slow, _SLOW) * LARGEST_PART
        return FixedStore(most * _CONNECTION + _SLOW * LARGEST_PART, count * _CONNECTION + large)


class RequestMemory:
    """What one request, or a connection between requests, occupies until the end of a block.

    Args:
        client: The name of the client.
        budgets: The budgets.
    """

    __slots__ = ("_budgets", "_client", "_held", "_reply", "_requests")

    def __init__(self, client: str, budgets: MemoryBudgets) -> None:
        self._budgets = budgets
        self._client = client
        self._requests = self._reply = 0
        self._held: list[ReplyContent] = []

    def apart(self) -> RequestMemory:
        """Return what another request of the same client occupies, such as one that this makes."""
        return RequestMemory(self._client, self._budgets)

    def count_request(self, size: int) -> None:
        """Count the request as a number of bytes from now on.

        Args:
            size: The number of bytes.

        Raises:
            StoreBusy: The budget is exhausted.
            TooManyRequests: The client has exceeded its share.
        """
        if size != self._requests:
            self._change(self._budgets.requests, size - self._requests, self._client)
            self._requests = size

    def count_reply(self, size: int) -> None:
        """Count the reply as a number of bytes; raise the same errors as `count_request`."""
        self._change(self._budgets.replies, size - self._reply, self._client)
        self._reply = size

    def hold(self, content: ReplyContent) -> ReplyContent:
        """Keep a content until the request ends; it counts once for all requests that hold it.

        Args:
            content: The content. A small one does not count: it is part of a connection.

        Returns:
            The content.

        Raises:
            StoreBusy: The budget is exhausted.
            TooManyRequests: The client has exceeded its share.
        """
        if len(content.plain) > PART:
            if not content.holders:
                content.payer = self._client
            self._pay(content)
            content.holders += 1
            self._held.append(content)
        return content

    def count_again(self, content: ReplyContent) -> None:
        """Count a content that is held and has been compressed; raise the errors of `hold`."""
        if content.holders:
            self._pay(content)

    def _pay(self, content: ReplyContent) -> None:
        if not content.cached and content.size > content.paid:
            self._budgets.replies.take(content.size - content.paid, content.payer)
            content.paid = content.size

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, *_: object) -> None:
        """Free everything."""
        if not (self._requests or self._reply or self._held):
            return
        self._change(self._budgets.requests, -self._requests, self._client)
        self._change(self._budgets.replies, -self._reply, self._client)
        for content in self._held:
            content.holders -= 1
            if not content.holders:
                self._change(self._budgets.replies, -content.paid, content.payer)
                content.paid = 0

    @staticmethod
    def _change(budget: MemoryBudget, size: int, client: str) -> None:
        if size > 0:
            budget.take(size, client)
        elif size < 0:
            budget.give_back(-size, client)


def counted(scope: Scope, budgets: MemoryBudgets) -> RequestMemory:
    """Count from now on what a request occupies, given its ASGI scope; free it after a block."""
    memory = RequestMemory(client_of(scope), budgets)
    scope[_MEMORY] = memory
    return memory


def counted_apart(scope: Scope) -> RequestMemory:
    """Count apart what a request occupies, given its scope: a copy of that of another request."""
    memory = request_memory(scope).apart()
    scope[_MEMORY] = memory
    return memory


def request_memory(scope: Scope) -> RequestMemory:
    """Return what a request occupies, given its ASGI scope."""
    memory: RequestMemory = scope[_MEMORY]
    return memory
