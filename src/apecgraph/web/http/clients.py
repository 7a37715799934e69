"""The name of a client, under which every limit and every queue counts it."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.types import Scope

UNKNOWN: Final = "unknown"
"""The name that all clients without a known IP address share."""

_NETWORK_BITS: Final = 64
"""Length of an IPv6 prefix. A provider assigns at least one such network to each customer."""

_LONGEST: Final = 100
"""Maximum length of an IPv6 address with a zone, in characters."""


def client_of(scope: Scope) -> str:
    """Return the name of the client of a request, see `client_name`.

    The connection has named the client. If a trusted proxy forwards the request, this is the client
    in its X-Forwarded-For header.
    """
    client: str = scope["client"][0]
    return client


def client_name(address: str) -> str:
    """Return the name of the client that has an address.

    Args:
        address: An IP address. If a proxy forwarded it, it may be any text.

    Returns:
        An IPv4 address or "::1" as it is, the /64 network of any other IPv6 address, and UNKNOWN
        for other text. An IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2) is its IPv4 address.
    """
    return _name(address) if len(address) <= _LONGEST else UNKNOWN


def is_on_this_machine(client: str) -> bool:
    """Return whether a client, given by its name, is on the machine of the server."""
    return client.startswith("127.") or client == "::1"


@lru_cache(1024)
def _name(address: str) -> str:
    try:
        ip = ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        if not ip.is_loopback:
            return str(IPv6Network((int(ip), _NETWORK_BITS), strict=False))
    return str(ip)
