"""docs/architecture.md shows the packages as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.architecture import CONTAINERS, documents, read_architecture, reduced

ROOT = Path(__file__).parents[2]


def test_the_pictures_and_tables_are_up_to_date() -> None:
    for path, text in documents().items():
        assert path.read_text(encoding="utf-8") == text, "run scripts/architecture"


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_package_has_a_layer_and_imports_from_layers_below(container: str) -> None:
    architecture = read_architecture(container)
    level = {name: number for number, floor in enumerate(architecture.floors) for name in floor}
    folder = ROOT / "src" / Path(*container.split("."))
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    assert packages <= level.keys()
    for name, imported in architecture.imports.items():
        assert all(level[other] > level[name] for other in imported)
        assert len(imported) <= 5, f"{name} has too many doors"


def test_an_import_that_others_imply_is_left_out() -> None:
    imports = {"a": {"b", "c", "d"}, "b": {"c"}, "c": set(), "d": set()}
    assert reduced(imports) == {"a": {"b", "d"}, "b": {"c"}, "c": set(), "d": set()}
