"""SPARQL engines of others, as processes that hold a release."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from apecgraph.release.release import Release
from tests.support.waiting import soon

REPOSITORY: Final = Path(__file__).parents[2]
OXIGRAPH: Final = Path(sys.executable).parent / "oxigraph"
VIRTUOSO_SETTINGS: Final = REPOSITORY / "deploy" / "virtuoso" / "virtuoso.ini"
LOAD_VIRTUOSO: Final = REPOSITORY / "deploy" / "virtuoso" / "load"
_START_SECONDS: Final = 60


@dataclass
class Engine:
    """A running engine.

    Attributes:
        url: The address of its endpoint.
        process: Its process.
    """

    url: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it at once, as a fault would."""
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def engine(command: Sequence[str | Path], url: str, folder: Path) -> Iterator[Engine]:
    """Run an engine in a folder until the end of the context; wait until it answers."""
    with (
        (folder / "out.txt").open("ab") as output,
        subprocess.Popen(command, cwd=folder, stdout=output, stderr=output) as process,
    ):
        try:
            assert soon(lambda: _answers(url), _START_SECONDS), (folder / "out.txt").read_text()
            yield Engine(url, process)
        finally:
            process.kill()


def _answers(url: str) -> bool:
    try:
        return httpx.post(url, data={"query": "ASK {}"}).status_code == 200
    except httpx.HTTPError:
        return False


def load_oxigraph(release: Release, store: Path) -> None:
    """Load a release as the documentation says."""
    files = [argument for file in release.dataset for argument in ("--file", str(file.path))]
    subprocess.run([OXIGRAPH, "load", "--location", store, *files], check=True, capture_output=True)


@contextmanager
def oxigraph(store: Path, port: int | None = None) -> Iterator[Engine]:
    """Run the server of Oxigraph on a store."""
    address = f"127.0.0.1:{port or free_port()}"
    command: list[str | Path] = [
        OXIGRAPH,
        "serve-read-only",
        "--location",
        store,
        "--bind",
        address,
    ]
    with engine(command, f"http://{address}/query", store.parent) as running:
        yield running


@contextmanager
def virtuoso(release: Release, folder: Path) -> Iterator[Engine]:
    """Run Virtuoso with the settings of `deploy/`, and load a release with the script there, once.

    A second load must be refused.
    """
    program = shutil.which("virtuoso-t")
    assert program, "Virtuoso is missing: scripts/test installs it"
    sql, web = free_port(), free_port()
    settings = VIRTUOSO_SETTINGS.read_text()
    assert ":1111" in settings
    assert ":8890" in settings
    settings = settings.replace(":1111", f":{sql}").replace(":8890", f":{web}")
    settings = settings.replace("[Parameters]", f"[Parameters]\nDirsAllowed = {release.path}")
    settings = settings.replace("NumberOfBuffers = 85000", "NumberOfBuffers = 10000")
    settings = settings.replace("MaxDirtyBuffers = 60000", "MaxDirtyBuffers = 6000")
    (folder / "virtuoso.ini").write_text(settings)
    command = [program, "+configfile", "virtuoso.ini", "+foreground"]
    with engine(command, f"http://127.0.0.1:{web}/sparql", folder) as running:
        load = partial(
            subprocess.run,
            [LOAD_VIRTUOSO, release.path],
            env={"PATH": "/usr/bin:/bin", "VIRTUOSO": f"127.0.0.1:{sql}"},
            capture_output=True,
            text=True,
        )
        load(check=True)
        again = load()
        assert (again.returncode, "give --replace" in again.stderr) == (1, True), again
        yield running
