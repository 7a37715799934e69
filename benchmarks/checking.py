"""Measure how long `apecgraph check` takes on the content of the repository.

Run as `.venv/bin/python -m benchmarks.checking [RUNS]`. On a busy machine, only the processor time
says something.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

_RUNS: Final = 5
_COMMAND: Final = (Path(sys.executable).with_name("apecgraph"), "check")


def measure() -> tuple[float, float]:
    """Check the content once; return the seconds that passed and those of processor time."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(_COMMAND, check=True, stdout=subprocess.DEVNULL)
    passed, after = time.perf_counter() - start, os.times()
    user, system = after[2] - before[2], after[3] - before[3]
    return passed, user + system


if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else _RUNS
    times = zip(*(measure() for _ in range(runs)), strict=True)
    passed, processor = map(min, times)
    print(f"{passed:.1f} s, {processor:.1f} s of processor time (best of {runs} runs)")
