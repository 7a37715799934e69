"""The server process: from what to serve to a listening socket, and to a clean end."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from types import FrameType

import uvicorn

from apecgraph.errors import QueryError, StoreError
from apecgraph.settings import Settings
from apecgraph.web.app import Shortcut
from apecgraph.web.http.executor import EngineThreadPool
from apecgraph.web.monitoring.access_log import AccessLog
from apecgraph.web.monitoring.metrics import Metrics
from apecgraph.web.monitoring.observer import ObservedRequests, Observer
from apecgraph.web.publication import Publication
from apecgraph.web.server.connection import ConnectionLimits, limited
from apecgraph.web.server.follow import ReleaseFollower
from apecgraph.web.server.switch import ReleaseSwitch


async def serve_publication(
    publication: Publication,
    settings: Settings,
    listening: socket.socket,
    ready: Callable[[uvicorn.Server], None],
    journal: AccessLog,
    follow: Path | None = None,
) -> None:
    """Serve until told to stop, by SIGTERM or SIGINT where this is the main thread.

    listening: the socket; it is closed at the end. ready: called when requests are answered.
    journal: each request is noted in it.
    follow: a folder of releases; the one that becomes current there is served from then on, and
    SIGHUP has it looked for at once.
    Raises StoreError where the data cannot be had.
    """
    asyncio.get_running_loop().set_default_executor(EngineThreadPool())
    current = ReleaseSwitch(_addressed(settings, listening))
    metrics = Metrics(current.state)
    observer = Observer(metrics, journal)
    limits = ConnectionLimits(settings.request_seconds, settings.connections)
    with listening:
        await current.begin(publication)
        try:
            config = uvicorn.Config(
                Shortcut(ObservedRequests(current, observer), "/metrics", metrics.app()),
                http=limited(limits, current.repeats, observer),
                ws="none",
                lifespan="off",
                log_config=None,  # what it logs are lines of JSON, as all others
                log_level="error",  # not a line for each client that sends what is no HTTP
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=settings.drain_seconds,
            )
            logging.getLogger("uvicorn.error").addFilter(_is_news)
            async with _followed(follow, current):
                await _Server(config, ready).serve([listening])
        finally:
            await current.close()
            await journal.close()


@asynccontextmanager
async def _followed(releases: Path | None, current: ReleaseSwitch) -> AsyncIterator[None]:
    """Follow a folder of releases, if any, for as long as this is entered."""
    if releases is None:
        yield
        return
    watch = ReleaseFollower(releases, current)
    if threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, watch.wake)
    following = asyncio.create_task(watch.follow())
    try:
        yield
    finally:
        following.cancel()
        await asyncio.wait({following})


def _addressed(settings: Settings, listening: socket.socket) -> Settings:
    """Have examples lead to where the server listens, if people can reach it there alone."""
    if settings.public_url or not ip_address(listening.getsockname()[0]).is_loopback:
        return settings
    return settings.model_copy(update={"public_url": listening_url(listening)})


def _is_news(record: logging.LogRecord) -> bool:
    """Keep out of the log what was told to the client by a connection that broke off."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, QueryError)


class _Server(uvicorn.Server):
    """A server that says when it is ready, and whose end by a signal is no failure."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[uvicorn.Server], None]) -> None:
        super().__init__(config)
        self._ready = ready

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # uvicorn's own would raise the signal again at the end, and the exit code would not be 0.
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready(self)


def listen(host: str, port: int) -> socket.socket:
    """Take an address, port 0 for any that is free; raise StoreError where it cannot be had."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise StoreError(
            f"{_written(host)}:{port} cannot be listened on: {error.strerror}; "
            "choose another with --host and --port"
        ) from None
    # Connections have it from here. Without it a reply in two pieces waits for the client to
    # acknowledge the first, 40 ms: asyncio sets it only where the socket names its protocol.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def listening_url(listening: socket.socket) -> str:
    """Return the URL of the root, as a client on this machine writes it."""
    host, port = listening.getsockname()[:2]
    return f"http://{_written(host)}:{port}/"


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host
