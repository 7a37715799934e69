"""mlcroissant validates the description of the figures, and reads all records by it."""

from __future__ import annotations

import json
import logging
from datetime import date
from pathlib import Path

import mlcroissant
import pandas as pd
import pytest

from apecgraph.release.release import Release
from apecgraph.tabular.columns import COLUMNS
from tests.support.figures import csv_rows

NAME = "figures.croissant.json"

# The library uses what rdflib and pandas deprecate.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword:pandas.errors.Pandas4Warning"),
]


def dataset(path: Path, files: Path) -> mlcroissant.Dataset:
    names = ("figures.parquet", "figures.csv")
    return mlcroissant.Dataset(path, mapping={name: files / name for name in names})


def test_it_is_valid(release: Release) -> None:
    issues = dataset(release.path / NAME, release.path).metadata.issues
    assert not issues.errors
    (warning,) = issues.warnings
    assert "Version doesn't follow MAJOR.MINOR.PATCH" in warning  # releases are named by digests


def test_all_records_are_those_of_the_table(release: Release) -> None:
    rows = csv_rows((release.path / "figures.csv").read_bytes().decode())
    records = list(dataset(release.path / NAME, release.path).records("figures"))
    assert len(records) == len(rows) > 400
    for record, row in zip(records, rows, strict=True):
        for column in COLUMNS:
            value, text = record[f"figures/{column.name}"], row[column.name]
            if not text:
                assert value is None or pd.isna(value)
            elif column.separator is not None:
                assert [each.decode() for each in value] == text.split()
            elif column.datatype in ("decimal", "integer"):
                assert value == float(text)
            elif column.datatype == "date":
                assert value == pd.Timestamp(date.fromisoformat(text))
            else:
                assert value.decode() == text.removeprefix("'")


def test_files_have_the_addresses_and_checksums_of_the_release(release: Release) -> None:
    described = json.loads((release.path / NAME).read_text())
    files = {file.name: file for file in release.files}
    assert {each["name"] for each in described["distribution"]} == {
        "figures.parquet",
        "figures.csv",
    }
    for each in described["distribution"]:
        file = files[each["name"]]
        assert (each["sha256"], each["contentSize"]) == (file.sha256, f"{file.size} B")
        assert each["contentUrl"].endswith(f"/dumps/{release.name}/{file.name}")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("cr:RecordSet", "cr:Records"), ('"sha256"', '"checksum"'), ('"fileObject": {', '"file": {')],
)
def test_the_library_rejects_invalid_descriptions(
    release: Release, tmp_path: Path, right: str, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    path = tmp_path / NAME
    text = (release.path / NAME).read_text()
    assert right in text
    path.write_text(text.replace(right, wrong))
    with pytest.raises(mlcroissant.ValidationError):
        dataset(path, release.path)
