"""The fingerprint of a release depends only on its content and on the code that builds it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import grimp
import pytest

import apecgraph
from apecgraph.build.fingerprint import CODE, build_fingerprint
from tests.support.contents import ContentCopy, press_content

PACKAGE = Path(apecgraph.__file__).parent
PROGRAM = (
    "import sys; from pathlib import Path; "
    "from apecgraph.build.fingerprint import build_fingerprint as fingerprint; "
    "print(fingerprint(Path(sys.argv[1])))"
)
MAKES_NO_DATA = {
    **dict.fromkeys(
        (
            "isolation/threads.py",
            *(
                f"query/{name}.py"
                for name in (
                    "dataset",
                    "diagnosis",
                    "engine",
                    "negotiation",
                    "repairs",
                    "row_limit",
                    "text",
                )
            ),
        ),
        "it only compares answers with those that are recorded",
    ),
    "printable.py": "it only writes messages",
    "errors.py": "it only names what went wrong",
    "files.py": "it gives a file as it is, or an error",
    "progress.py": "it only shows the progress",
    "query/model.py": "a release only names its files by it",
}


@pytest.fixture
def fingerprint(tmp_path: Path) -> Callable[[], str]:
    """Compute the fingerprint of the content with the copy of the package in tmp_path."""
    unused = shutil.ignore_patterns("browser", "static", "templates", "__pycache__")
    shutil.copytree(PACKAGE, tmp_path / "apecgraph", ignore=unused)

    def computed() -> str:
        command = [sys.executable, "-c", PROGRAM, str(press_content())]
        return subprocess.check_output(command, cwd=tmp_path, text=True).strip()

    return computed


def test_code_that_makes_data_changes_the_fingerprint_and_a_page_does_not(
    tmp_path: Path, fingerprint: Callable[[], str]
) -> None:
    before = fingerprint()
    for name in ("web/pages/home.py", "cli/main.py", "query/workers/pool.py", "sandbox/runner.py"):
        with (tmp_path / "apecgraph" / name).open("a") as file:
            file.write("# another comment\n")
    assert fingerprint() == before
    for name in ("consistency/estimates.py", "text/numbers.py"):
        with (tmp_path / "apecgraph" / name).open("a") as file:
            file.write("# another comment\n")
        assert fingerprint() != before
        before = fingerprint()


def test_figures_of_tables_change_the_fingerprint_and_mappings_do_not(tmp_path: Path) -> None:
    content = ContentCopy(tmp_path, (), tables=["wits-china-exports-2022"])
    folder = content.path("data/tables/wits-china-exports-2022")
    before = build_fingerprint(content.root)
    with (folder / "mapping.toml").open("a") as file:
        file.write("# another comment\n")
    assert build_fingerprint(content.root) == before
    for name in ("figures.csv", "figures.csv-metadata.json", "source.ttl"):
        with (folder / name).open("a") as file:
            file.write("\n")
        assert build_fingerprint(content.root) != before
        before = build_fingerprint(content.root)


def test_all_code_that_a_build_imports_makes_the_fingerprint_or_makes_no_data() -> None:
    graph = grimp.build_graph("apecgraph")
    imported = graph.find_upstream_modules("apecgraph.build.pipeline")
    files = {f"{name.removeprefix('apecgraph.').replace('.', '/')}.py" for name in imported}
    modules = {file for file in files if (PACKAGE / file).is_file()}
    hashed = {file for file in modules if file in CODE or file.partition("/")[0] in CODE}
    assert modules - hashed == MAKES_NO_DATA.keys()
    assert all((PACKAGE / name).exists() for name in CODE)
