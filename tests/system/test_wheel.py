"""The wheel publishes the graph in an empty environment, away from the repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from tests.support.connections import PATIENCE
from tests.support.contents import press_content

ROOT = Path(__file__).parents[2]


def uv() -> str:
    found = shutil.which("uv") or shutil.which("uv", path=ROOT / ".tools" / "bin")
    assert found, "run scripts/test, which sets up uv"
    return found


def run(*command: str | Path, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=300)


def build_wheel(source: Path, folder: Path) -> Path:
    run(uv(), "build", "--quiet", "--wheel", "--out-dir", folder, cwd=source)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_contains_the_content_and_the_page_scripts(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    content = {
        f"apecgraph/bundled/{path.relative_to(ROOT)}"
        for folder in ("data", "docs", "ontology", "shapes")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert "apecgraph/bundled/data/tables/gacc-2024/figures.csv" in content
    assert {name for name in names if name.startswith("apecgraph/bundled/")} == content
    bundled = [name for name in names if "/static/bundle/" in name]
    assert any(name.endswith(".js") for name in bundled)
    assert "apecgraph/web/static/bundle/LICENSES.txt" in bundled
    assert not [name for name in names if "node_modules" in name or "package-lock" in name]


def test_the_wheel_can_be_installed_and_serves_the_graph(wheel: Path, tmp_path: Path) -> None:
    run(uv(), "venv", "--quiet", tmp_path / "env", cwd=tmp_path)
    python = tmp_path / "env" / "bin" / "python"
    run(uv(), "pip", "install", "--quiet", "--python", python, wheel, cwd=tmp_path)
    # The press takes a tenth of the time.
    (bundled,) = (tmp_path / "env" / "lib").glob("python*/site-packages/apecgraph/bundled")
    shutil.rmtree(bundled / "data")
    shutil.copytree(press_content() / "data", bundled / "data")
    shutil.rmtree(bundled / "ontology" / "questions")  # their answers are those of all content
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")}
    server = subprocess.Popen(
        [tmp_path / "env" / "bin" / "apecgraph", "serve", "--port", "0"],
        cwd=tmp_path,
        env={**kept, "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("serving http://127.0.0.1:"), server.communicate(timeout=10)
        url = line.split()[1]
        with httpx.Client(base_url=url, timeout=PATIENCE) as client:
            html = {"Accept": "text/html"}
            assert "not 2.629" in client.get("/", headers=html).text
            help_ = client.get("/help", follow_redirects=True).raise_for_status().text
            assert 'href="/docs/use"' in help_
            assert f"{url}sparql" in client.get("/docs/use").raise_for_status().text
            answer = client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"})
            assert answer.json()["boolean"] is True
            page = client.get("/sparql", headers=html).text
            (script,) = re.findall(r'<script type="module" src="([^"]+)"', page)
            assert "stylesheet" in page
            client.get(script).raise_for_status()
    finally:
        server.send_signal(signal.SIGTERM)
        _, errors = server.communicate(timeout=30)
    assert server.returncode == 0
    first, *noted = errors.splitlines()
    assert first == "building a release ..."
    assert all(json.loads(line)["status"] < 400 for line in noted)
    assert list((tmp_path / ".local" / "share" / "apecgraph" / "releases").glob("*/manifest.json"))


def test_the_image_is_built_from_all_files_of_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """The files that .dockerignore admits make the same wheel, and it admits no others."""
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = [rule[1:] for rule in rules if rule.startswith("!")]
    assert rules[1] == "*"
    assert not {".git", "tests", ".venv"} & set(allowed)
    left = shutil.ignore_patterns(*(rule[3:] for rule in rules if rule.startswith("**/")))
    context = tmp_path / "context"
    context.mkdir()
    for name in allowed:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, context / name, ignore=left)
        else:
            shutil.copy(ROOT / name, context / name)
    rebuilt = build_wheel(context, tmp_path / "dist")
    assert sorted(ZipFile(rebuilt).namelist()) == sorted(ZipFile(wheel).namelist())
