"""The open connections, of which each client may have only a share."""

from __future__ import annotations

from typing import Final, Protocol

PROXY: Final = ""
"""The owner of connections from trusted proxies between the requests of their clients."""

_SHARES: Final = 4
"""Number of clients that together may have all connections."""


class OpenConnection(Protocol):
    """What the register needs to know of a connection, and to ask of it."""

    @property
    def awaits_client(self) -> bool:
        """Whether the client has to send something before the server can."""

    def give_way(self) -> None:
        """Close, with an error if the client waits for a response."""

    def abort(self) -> None:
        """Close at once."""


class OpenConnections:
    """The open connections and the clients that have them.

    A client has at most a quarter of all connections. If all are open and another comes, the client
    with the most loses one. A connection from a trusted proxy belongs to the client whose request
    is being answered on it, and otherwise to none.

    Args:
        most: Number of connections that may be open.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._share = max(1, most // _SHARES)
        self._owners: dict[OpenConnection, str] = {}
        self._connections: dict[str, dict[OpenConnection, None]] = {}
        # Connections that have lost their place, but may deliver an error before they close.
        self._losers: dict[OpenConnection, None] = {}

    def enter(self, connection: OpenConnection, owner: str) -> None:
        """Register a new connection, or an open one that has another owner now.

        The connection, or another one that is less urgent, may have to give way.

        Args:
            connection: The connection.
            owner: The name of its client, or PROXY.
        """
        self.leave(connection)
        self._owners[connection] = owner
        self._connections.setdefault(owner, {})[connection] = None
        own = len(self._connections[owner])
        if owner != PROXY and own > self._share:
            self._lose(self._victim(connection, owner))
        elif len(self._owners) > self._most:
            clients = [client for client in self._connections if client != PROXY]
            heaviest = max(
                clients, key=lambda client: len(self._connections[client]), default=PROXY
            )
            self._lose(self._victim(connection, heaviest))

    def leave(self, connection: OpenConnection) -> None:
        """Forget a connection, if it is registered."""
        self._losers.pop(connection, None)
        owner = self._owners.pop(connection, None)
        if owner is not None:
            connections = self._connections[owner]
            del connections[connection]
            if not connections:
                del self._connections[owner]

    def _victim(self, newest: OpenConnection, client: str) -> OpenConnection:
        """Return the connection that a client loses, or the newest one, which is of another.

        A client with a single connection loses it only if it is the oldest that waits, of all.
        """
        own = self._connections[client]
        among = own if client != PROXY and len(own) > 1 else self._owners
        waiting = (each for each in among if each is not newest and each.awaits_client)
        oldest = next(waiting, None)
        if oldest is not None:
            return oldest
        # All are being answered.
        has_more = len(own) > len(self._connections[self._owners[newest]])
        return next(reversed(own)) if client != PROXY and has_more else newest

    def _lose(self, victim: OpenConnection) -> None:
        self.leave(victim)
        self._losers[victim] = None
        victim.give_way()
        if len(self._losers) > self._share:
            oldest = next(iter(self._losers))
            del self._losers[oldest]
            oldest.abort()
