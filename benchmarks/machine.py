"""The machine and the programs on which the numbers depend."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

_PACKAGES: Final = (
    "apecgraph",
    "pyoxigraph",
    "uvicorn",
    "httptools",
    "h11",
    "oxigraph",
    "rdflib-endpoint",
    "oxrdflib",
    "rdflib",
    "duckdb",
    "narwhals",
    "pyspark",
)


def describe() -> list[tuple[str, str]]:
    """Return the names and values of the properties of the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return [
        ("processor", _processor()),
        ("cores", str(os.cpu_count())),
        ("memory", f"{memory / 2**30:.0f} GiB"),
        ("system", f"{platform.system()} {platform.machine()}"),
        ("Python", platform.python_version()),
        ("packages", ", ".join(_packages())),
    ]


def describe_wrk() -> str:
    """Return the name and version of wrk."""
    printed = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout
    return " ".join(printed.split()[:2])


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or "unknown"


def _packages() -> list[str]:
    properties = []
    for name in _PACKAGES:
        try:
            properties.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return properties
