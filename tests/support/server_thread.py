"""A server on this machine, as a client meets it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any

import uvicorn

from apecgraph.settings import Settings
from apecgraph.web.monitoring.access_log import AccessLog
from apecgraph.web.publication import Publication
from apecgraph.web.server.run import listen, listening_url, serve_publication


@contextmanager
def serving(publication: Publication, **settings: Any) -> Iterator[str]:
    """Serve a publication; give the URL of its root, without the last slash."""
    listening = listen("127.0.0.1", 0)
    url = listening_url(listening).rstrip("/")
    started: Queue[uvicorn.Server] = Queue()
    named = Settings(**{"workers": 1, **settings})
    work = serve_publication(publication, named, listening, started.put, AccessLog(len))
    thread = threading.Thread(target=asyncio.run, args=(work,))
    thread.start()
    server = started.get(timeout=30)
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join()
