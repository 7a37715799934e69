"""One client cannot take the connections of others, neither directly nor through a proxy."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from apecgraph.web.publication import Publication
from apecgraph.web.server.open_connections import PROXY, OpenConnections
from tests.support import attacks
from tests.support.connections import connected, reply
from tests.support.processes import descriptors
from tests.support.raw_http import exchange, replies
from tests.support.servers import server_process, server_thread
from tests.support.waiting import soon

CONNECTIONS = 16
SHARE = 4
PROXY_ADDRESS = "127.0.0.1"
ATTACKER = "127.0.0.3"
OTHER = "127.0.0.4"
GET = b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
HALF = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n"


@pytest.fixture(scope="module")
def port(publication: Publication) -> Iterator[int]:
    """The port of a server that allows few connections and waits long for requests."""
    with server_thread(publication, connections=CONNECTIONS, request_seconds=60) as url:
        yield urlsplit(url).port or 0


def statuses(port: int, address: str, head: bytes = GET) -> list[int]:
    return [each.status for each in replies(exchange(port, [head + b"\r\n"], address))]


# --- half-sent requests ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "begin", [b"", GET, HALF + b"\r\nquery"], ids=["nothing", "half a head", "half a body"]
)
def test_half_sent_requests_of_one_address_lock_no_other_out(port: int, begin: bytes) -> None:
    with ExitStack() as stack:
        flood = []
        for _ in range(4 * CONNECTIONS):
            flood.append(stack.enter_context(connected(port, address=ATTACKER)))
            flood[-1].sendall(begin)
            assert statuses(port, OTHER) == [200]
        assert [reply(each) for each in flood[:-SHARE]] == ["503"] * (len(flood) - SHARE)
        assert statuses(port, OTHER) == [200]


def test_560_half_sent_requests_do_not_fill_a_server(tmp_path: Path) -> None:
    data = tmp_path / "data.nq"
    data.write_text("".join(attacks.quads()))
    with (
        server_process("--data", data, log=tmp_path / "log.txt", request_seconds=60) as server,
        ExitStack() as stack,
    ):
        for _ in range(560):
            stack.enter_context(connected(server.port, address=ATTACKER)).sendall(GET)
        with connected(server.port, address=OTHER) as connection:
            connection.sendall(GET + b"\r\n")
            assert reply(connection) == "200"
        assert soon(lambda: descriptors(server.process.pid) < 300)


def test_half_sent_requests_of_many_addresses_lock_no_other_out(port: int) -> None:
    with ExitStack() as stack:
        for number in range(3 * CONNECTIONS):
            connection = stack.enter_context(connected(port, address=f"127.0.9.{number + 1}"))
            connection.sendall(GET)
        assert statuses(port, OTHER) == [200]


@pytest.mark.parametrize("name", ["192.0.2.1", "2001:db8::{}", "::ffff:192.0.2.1"])
def test_requests_that_a_proxy_forwards_are_counted_by_their_clients(port: int, name: str) -> None:
    with ExitStack() as stack:
        forwarded = []
        for number in range(SHARE + 3):
            client = name.format(number).encode()
            forwarded.append(stack.enter_context(connected(port, address=PROXY_ADDRESS)))
            forwarded[-1].sendall(HALF + b"X-Forwarded-For: " + client + b"\r\n\r\n")
        assert [reply(each) for each in forwarded[:3]] == ["503"] * 3
        for other in (b"192.0.2.2", b"2001:db8:0:1::1", b"::ffff:192.0.2.2"):
            head = GET + b"X-Forwarded-For: " + other + b"\r\n"
            assert statuses(port, PROXY_ADDRESS, head) == [200]


def test_a_proxy_may_have_more_connections_than_a_client(port: int) -> None:
    with ExitStack() as stack:
        proxied = []
        for number in range(3 * SHARE):
            proxied.append(stack.enter_context(connected(port, address=PROXY_ADDRESS)))
            proxied[-1].sendall(GET + b"X-Forwarded-For: 192.0.2.%d\r\n" % (number + 1))
        assert statuses(port, OTHER) == [200]
        for each in proxied:
            each.sendall(b"\r\n")
        assert Counter(map(reply, proxied)) == {"200": len(proxied)}


def test_idle_connections_make_room_without_an_error(port: int) -> None:
    kept = GET.replace(b"Connection: close\r\n", b"") + b"\r\n"
    with ExitStack() as stack:
        idle = [stack.enter_context(connected(port, address=ATTACKER)) for _ in range(SHARE)]
        for each in idle:
            each.sendall(kept)
            assert reply(each) == "200"
        stack.enter_context(connected(port, address=ATTACKER)).sendall(GET)
        assert idle[0].recv(1) == b""


# --- which connection gives way -------------------------------------------------------------------


class Fake:
    """A connection that only records what happens to it."""

    def __init__(self, *, waits: bool) -> None:
        self.awaits_client = waits
        self.outcome = "open"

    def give_way(self) -> None:
        self.outcome = "gave way"

    def abort(self) -> None:
        self.outcome = "aborted"


def entered(register: OpenConnections, client: str, number: int, *, waits: bool) -> list[Fake]:
    connections = [Fake(waits=waits) for _ in range(number)]
    for each in connections:
        register.enter(each, client)
    return connections


def outcomes(connections: list[Fake]) -> list[str]:
    return [each.outcome for each in connections]


def test_the_client_with_the_most_loses_its_oldest_connection_that_waits() -> None:
    register = OpenConnections(8)
    light = entered(register, "light", 1, waits=True)
    for name in ("a", "b", "c"):
        entered(register, name, 1, waits=False)
    heavy = entered(register, "heavy", 1, waits=False) + entered(register, "heavy", 1, waits=True)
    proxy = entered(register, PROXY, 2, waits=True)
    (new,) = entered(register, "new", 1, waits=True)
    assert outcomes(heavy) == ["open", "gave way"]
    assert outcomes([*light, *proxy, new]) == 4 * ["open"]


def test_the_client_with_the_most_loses_its_latest_request_if_all_are_being_answered() -> None:
    register = OpenConnections(8)
    answered = [each for n in range(4) for each in entered(register, f"{n}", 2, waits=False)]
    (new,) = entered(register, "new", 1, waits=True)
    assert outcomes(answered) == ["open", "gave way", *6 * ["open"]]
    assert new.outcome == "open"


def test_a_client_over_its_share_loses_a_connection_that_waits_or_the_new_one() -> None:
    register = OpenConnections(8)
    first, second = entered(register, "a", 2, waits=True)
    third, fourth = entered(register, "a", 2, waits=False)
    assert outcomes([first, second, third, fourth]) == ["gave way", "gave way", "open", "open"]
    (fifth,) = entered(register, "a", 1, waits=True)
    assert outcomes([third, fourth, fifth]) == ["open", "open", "gave way"]


def test_single_connections_that_are_being_answered_are_not_cut_off() -> None:
    register = OpenConnections(4)
    answered = [each for n in range(4) for each in entered(register, f"{n}", 1, waits=False)]
    (new,) = entered(register, "new", 1, waits=True)
    assert outcomes([*answered, new]) == [*4 * ["open"], "gave way"]


def test_connections_that_gave_way_do_not_pile_up() -> None:
    register = OpenConnections(8)
    flood = entered(register, "a", 10, waits=True)
    assert Counter(outcomes(flood)) == {"open": 2, "gave way": 2, "aborted": 6}


def test_connections_that_close_leave_room() -> None:
    register = OpenConnections(8)
    for _ in range(20):
        (each,) = entered(register, "a", 1, waits=True)
        register.leave(each)
        register.leave(each)
        assert each.outcome == "open"


# --- clients that read slowly ---------------------------------------------------------------------

ROWS = "SELECT ?a ?b ?c { ?a ?b ?c . ?d ?e ?f } LIMIT 40000"


def test_a_client_that_reads_slowly_is_served_and_one_that_does_not_read_is_cut_off(
    publication: Publication,
) -> None:
    body = ROWS.encode()
    head = GET.replace(b"GET /health", b"POST /sparql") + (
        b"Content-Type: application/sparql-query\r\nAccept: text/csv\r\nContent-Length: %d\r\n\r\n"
    ) % len(body)
    with server_thread(publication, request_seconds=1) as url:
        number = urlsplit(url).port or 0
        with (
            connected(number, address=OTHER, receives=4096) as slow,
            connected(number, address=OTHER, receives=4096) as silent,
        ):
            for each in (slow, silent):
                each.sendall(head + body)
            received = b""
            began = time.monotonic()
            while time.monotonic() - began < 4 and (part := slow.recv(16384)):
                received += part
                time.sleep(0.02)
            while part := slow.recv(1 << 20):
                received += part
            assert replies(received)[0].body.count(b"\r\n") == 40001
            assert replies(received)[0].complete
            cut = b"".join(iter(lambda: silent.recv(1 << 20), b""))
            assert not replies(cut)[0].complete
