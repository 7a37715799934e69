"""The server process: from what to serve to a listening socket, and to a clean end."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import click
import uvicorn

from apecgraph.errors import StoreError
from apecgraph.formats import Format
from apecgraph.publication import Publication
from apecgraph.settings import Settings
from apecgraph.store.isolated import IsolatedStore
from apecgraph.web.app import create_app

_GRACE_SECONDS = 5


def serve(
    publication: Publication,
    files: Sequence[tuple[Path, Format]],
    settings: Settings,
    host: str,
    port: int,
) -> None:
    """Serve until told to stop by SIGTERM or SIGINT; print the URL when requests are answered.

    files: what the publication holds, for the processes that answer the public's queries.
    port: 0 for any that is free. Raises StoreError where the files cannot be loaded, or where the
    address cannot be had.
    """
    store = IsolatedStore(
        files,
        query_seconds=settings.query_seconds,
        query_megabytes=settings.query_megabytes,
        reply_megabytes=settings.reply_megabytes,
        workers=settings.workers,
        queue=settings.queue,
    )
    app = create_app(settings, publication, store)
    config = uvicorn.Config(
        app,
        http="h11",  # it bounds the headers of a request, which httptools does not
        lifespan="on",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    with _listen(host, port) as listening:
        _Server(config, f"http://{_written(host)}:{listening.getsockname()[1]}/").run([listening])


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # uvicorn's own would raise the signal again at the end, and the exit code would not be 0.
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            click.echo(f"serving {self._url}")


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise StoreError(
            f"{_written(host)}:{port} cannot be listened on: {error.strerror}; "
            "choose another with --host and --port"
        ) from None
    listening.set_inheritable(False)
    return listening


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host
