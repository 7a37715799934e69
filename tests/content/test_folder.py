"""Content is read from its folder only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from apecgraph.check.validation import check_content
from apecgraph.sandbox import runner as sandbox
from apecgraph.settings import Settings
from tests.support.contents import SmallContent


@pytest.fixture
def outside(content: SmallContent, tmp_path: Path) -> Path:
    """A folder that is not content, with copies of files of the content."""
    folder = tmp_path / "outside"
    shutil.copytree(content.root, folder)
    (folder / "data/sources/s3.ttl").rename(folder / "data/sources/s9.ttl")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "data",
        "data/entities",
        "data/catalog.ttl",
        "data/sources/s9.ttl",
        "data/tables",
        "data/tables/t",
        "data/tables/t/figures.csv",
        "ontology/context.jsonld",
        "ontology/terms.csv",
        "ontology/questions",
        "ontology/questions/01-x.rq",
        "shapes/all.ttl",
    ],
)
def test_a_link_that_leads_out_is_refused(content: SmallContent, outside: Path, name: str) -> None:
    link, target = content.root / name, outside / name
    if link.is_dir():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("secret")
    before = target.is_file() and target.read_bytes()
    link.symlink_to(target)
    report, _ = check_content(content.root)
    assert str(report.results[0]).startswith(f"{name}: is a link that leads out of the content")
    assert len(report.results) == 1
    changed, errors = sandbox.run_canonical(content.root, Settings())
    assert not changed
    assert [str(error) for error in errors] == [f"{link}: {report.results[0].message}"]
    assert before == (target.is_file() and target.read_bytes())


def test_a_link_that_leads_nowhere_or_to_itself_is_refused(content: SmallContent) -> None:
    (content.root / "data/sources/gone.ttl").symlink_to("../../../gone.ttl")
    (content.root / "shapes/self").symlink_to("self")
    report, _ = check_content(content.root)
    assert str(report.results[0]).startswith("data/sources/gone.ttl: is a link that leads out")


def test_a_link_to_a_folder_elsewhere_in_the_content_folder_is_refused(
    content: SmallContent, outside: Path
) -> None:
    """Another folder may contain links that lead out."""
    (content.root / "more").mkdir()
    (content.root / "more/s9.ttl").symlink_to(outside / "data/sources/s9.ttl")
    (content.root / "shapes/more").symlink_to("../more")
    report, _ = check_content(content.root)
    assert str(report.results[0]).startswith("shapes/more: is a link to a folder outside data, ")


def test_a_link_that_stays_in_the_content_is_read(content: SmallContent) -> None:
    (content.root / "data/entities/kept.ttl").symlink_to("../sources/../kept")
    (content.root / "data/entities/places.ttl").rename(content.root / "data/kept")
    report, _ = check_content(content.root)
    assert [str(result).partition(":")[0] for result in report.results] == ["data/kept"]
    (content.root / "data/kept").rename(content.root / "kept")
    (content.root / "data/entities/kept.ttl").unlink()
    (content.root / "data/entities/kept.ttl").symlink_to("../../kept")
    report, _ = check_content(content.root)
    assert report.conforms
