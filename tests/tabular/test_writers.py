"""A server loads the libraries that write files only if it needs them."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = "import sys, apecgraph.web.app; print(*{name.partition('.')[0] for name in sys.modules})"


def test_a_server_starts_without_the_libraries_that_write_figures() -> None:
    loaded = subprocess.check_output([sys.executable, "-c", PROGRAM], text=True).split()
    assert "pyoxigraph" in loaded
    assert not {"duckdb", "openpyxl", "pandas", "pysdmx", "xlsxwriter"} & set(loaded)
