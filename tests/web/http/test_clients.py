"""The name under which a client is counted."""

from __future__ import annotations

import pytest

from apecgraph.web.http.clients import UNKNOWN, client_name, is_on_this_machine


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("0:0:0:0:0:FFFF:c000:0201", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
        ("::2", "::/64"),
        ("127.0.0.2", "127.0.0.2"),
    ],
)
def test_an_address_has_one_name_however_it_is_written(address: str, name: str) -> None:
    assert client_name(address) == name


@pytest.mark.parametrize(
    "text", ["", "x", "192.0.2.1.", "010.0.0.1", "127.0.0.1:80", "::1%" + "x" * 60_000, "127.", "é"]
)
def test_text_that_is_not_an_address_is_one_unknown_client(text: str) -> None:
    assert client_name(text) == UNKNOWN
    assert not is_on_this_machine(client_name(text))


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("128.0.0.1", False),
        ("::2", False),
        ("2001:db8::1", False),
    ],
)
def test_loopback_addresses_are_on_this_machine(address: str, local: bool) -> None:
    assert is_on_this_machine(client_name(address)) == local
