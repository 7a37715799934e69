"""The server process, from its socket to its end."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn

from apecgraph.errors import StoreError
from apecgraph.settings import Settings
from apecgraph.web.http.executor import EngineThreadPool
from apecgraph.web.http.router import PathRouter
from apecgraph.web.monitoring.access_log import AccessLog
from apecgraph.web.monitoring.metrics import METRICS_PATH, Metrics, Store
from apecgraph.web.monitoring.observer import Observer
from apecgraph.web.publication import Publication
from apecgraph.web.server.connection import ConnectionLimits, connection_class
from apecgraph.web.server.follow import ReleaseFollower
from apecgraph.web.server.switch import ReleaseSwitch

_SWITCH_SECONDS: Final = 0.0005
"""Seconds after which a thread that makes a page or a file lets the event loop run: a tenth of what
Python chooses, because each answer of the event loop waits for several such turns."""

_ACCEPTED_AT_ONCE: Final = 64
"""Number of new connections that are accepted in one step of the event loop."""


async def serve_publication(
    publication: Publication,
    settings: Settings,
    listening: socket.socket,
    ready: Callable[[uvicorn.Server], None],
    access_log: AccessLog,
    follow: Path | None = None,
) -> None:
    """Serve a publication until the process receives SIGTERM or SIGINT in its main thread.

    Args:
        publication: The publication to serve.
        settings: The settings of the process.
        listening: The socket; it is closed at the end.
        ready: Called when the server begins to answer requests.
        access_log: Logs each request.
        follow: A folder of releases, or None. When another release becomes current in the folder,
            the server switches to it. SIGHUP makes the server check the folder immediately.

    Raises:
        StoreError: The data cannot be loaded.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    asyncio.get_running_loop().set_default_executor(EngineThreadPool())
    switch = ReleaseSwitch(_with_public_url(settings, listening, publication))
    server: _Server

    def stores() -> Mapping[str, Store]:
        count = len(server.server_state.connections)
        connections = switch.budgets.connections(count, settings.connections)
        return {**switch.stores(), "connections": connections, "log": access_log}

    metrics = Metrics(switch.state, stores)
    observer = Observer(metrics, access_log)
    limits = ConnectionLimits(settings.request_seconds, settings.connections)
    with ExitStack() as stack:
        sockets = [stack.enter_context(each) for each in copies(listening)]
        await switch.begin(publication)
        try:
            config = uvicorn.Config(
                PathRouter({METRICS_PATH: metrics.app()}, switch),
                http=connection_class(limits, switch.repeat_cache, observer, switch.budgets),
                ws="none",
                lifespan="off",
                log_config=None,  # log_as_json has set up logging
                log_level="error",  # no line for each client that does not send HTTP
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=settings.drain_seconds,
            )
            server = _Server(config, ready)
            async with _following(follow, switch):
                await server.serve(sockets)
        finally:
            await switch.close()
            await access_log.close()


@asynccontextmanager
async def _following(releases: Path | None, switch: ReleaseSwitch) -> AsyncIterator[None]:
    """Follow a folder of releases, if any, inside the block."""
    if releases is None:
        yield
        return
    follower = ReleaseFollower(releases, switch)
    if threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, follower.wake)
    await follower.begin()
    following = asyncio.create_task(follower.follow())
    try:
        yield
    finally:
        following.cancel()
        await asyncio.wait({following})


def _with_public_url(
    settings: Settings, listening: socket.socket, publication: Publication
) -> Settings:
    """Set the public URL to the server's address, unless it is set or the release has another.

    A release has an address of its own, but if only this machine can reach the server, its links
    lead to the server. Files have no other address.
    """
    is_local = ip_address(listening.getsockname()[0]).is_loopback
    if settings.public_url or (publication.release is not None and not is_local):
        return settings
    return settings.model_copy(update={"public_url": listening_url(listening)})


class _Server(uvicorn.Server):
    """A server that reports when it is ready, and whose exit code is 0 after a signal."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[uvicorn.Server], None]) -> None:
        super().__init__(config)
        self._ready = ready

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # uvicorn's own handler raises the signal again, so the exit code would not be 0.
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready(self)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Args:
        host: Address of an interface.
        port: Port, or 0 for any free port.

    Returns:
        The socket.

    Raises:
        StoreError: The address is in use or not available.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise StoreError(
            f"cannot listen on {_in_url(host)}:{port}: {error.strerror}; "
            "choose another address with --host and --port"
        ) from None
    # Connections inherit this option. Without it, the second part of a response waits 40 ms until
    # the client acknowledges the first. asyncio sets it only if the socket names its protocol.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def copies(listening: socket.socket) -> list[socket.socket]:
    """Return a listening socket and copies of it, with which many connections are accepted at once.

    The event loop (libuv) accepts one connection for each socket in one step. While other
    connections are busy, each step takes long, and new connections would wait for seconds.
    """
    return [listening, *(listening.dup() for _ in range(_ACCEPTED_AT_ONCE - 1))]


def listening_url(listening: socket.socket) -> str:
    """Return the URL of the root of the server, for clients on this machine."""
    host, port = listening.getsockname()[:2]
    return f"http://{_in_url(host)}:{port}/"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
