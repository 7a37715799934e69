"""The command line of apecgraph, run in this process or in processes of its own."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner, Result

from apecgraph.cli.main import main

COMMAND: Final = (sys.executable, "-c", "from apecgraph.cli.main import main; main()")
WITHOUT_SECCOMP: Final = (
    sys.executable,
    "-c",
    """
from apecgraph.isolation import seccomp
architecture, _ = seccomp._CALLS[seccomp.platform.machine()]
prctl = {"x86_64": 157, "aarch64": 167}[seccomp.platform.machine()]
seccomp._CALLS[seccomp.platform.machine()] = (architecture, (prctl,))
seccomp.deny_network()
from apecgraph.cli.main import main
main()
""",
)
"""The command where the kernel refuses seccomp(2): a filter denies the prctl(2) that it needs."""

_SECONDS: Final = 300


def environment(**settings: object) -> dict[str, str]:
    """Return the environment of this process with settings in lower case, without the prefix."""
    return {
        **os.environ,
        **{f"APECGRAPH_{name.upper()}": str(value) for name, value in settings.items()},
    }


def invoke(*arguments: str | Path, stdin: str = "", **settings: Any) -> Result:
    """Run the command to its end in this process, which is faster; raise unforeseen errors."""
    runner = CliRunner(env=environment(**settings))
    return runner.invoke(main, list(map(str, arguments)), input=stdin, catch_exceptions=False)


def refusal(*arguments: str | Path, **settings: Any) -> str:
    """Run the command in this process, which must fail; return its standard error."""
    done = invoke(*arguments, **settings)
    assert done.exit_code != 0
    return done.stderr


def run(
    *arguments: str | Path,
    command: tuple[str, ...] = COMMAND,
    stdin: str = "",
    **settings: object,
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end in a process of its own."""
    return subprocess.run(
        [*command, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        env=environment(**settings),
    )


def run_on_terminal(*arguments: str | Path, **settings: object) -> tuple[str, str]:
    """Run the command with a terminal as standard error; return what it prints and shows there."""
    terminal, end = pty.openpty()
    try:
        done = subprocess.run(
            [*COMMAND, *arguments],
            stderr=end,
            stdout=subprocess.PIPE,
            text=True,
            timeout=_SECONDS,
            check=True,
            env=environment(**settings),
        )
    finally:
        os.close(end)
    shown = os.read(terminal, 1 << 16).decode()
    os.close(terminal)
    return done.stdout, shown
