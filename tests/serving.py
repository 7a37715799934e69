"""A server on this machine, as a client meets it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from apecgraph.formats import Format
from apecgraph.publication import Publication
from apecgraph.settings import Settings
from apecgraph.store.isolated import IsolatedStore
from apecgraph.web.app import create_app


@contextmanager
def serving(publication: Publication, files: Sequence[tuple[Path, Format]]) -> Iterator[str]:
    """Serve a publication; give the URL of its root, without the last slash."""
    settings = Settings(workers=1)
    store = IsolatedStore(
        files,
        query_seconds=settings.query_seconds,
        query_megabytes=settings.query_megabytes,
        reply_megabytes=settings.reply_megabytes,
        workers=settings.workers,
        queue=settings.queue,
    )
    app = create_app(settings, publication, store)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="on")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server ended before it began"
            time.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join()
