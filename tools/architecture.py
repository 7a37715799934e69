"""Draw the packages and their imports into docs/architecture.md, as a house.

The floors are the layers of the import contracts in pyproject.toml, the rooms are packages, and the
arrows are real imports. An import that a chain of other imports implies is left out (transitive
reduction).
"""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grimp

from tools.house import Room, draw

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "architecture.md"
IMAGES: Final = ROOT / "docs" / "images"
CONTAINERS: Final = {"apecgraph": "packages", "apecgraph.web": "web"}
"""The packages that are drawn, with the name of the picture and of the table."""


@dataclass(frozen=True)
class Architecture:
    """The children of one package: in floors, with their purposes and imports.

    Attributes:
        container: The dotted name of the package.
        floors: The names of its children, the top floor first.
        imports: For each child, the children that it imports, reduced.
    """

    container: str
    floors: list[list[str]]
    imports: dict[str, set[str]]

    def picture(self) -> str:
        """Draw the house as SVG."""
        *floors, ground = self.floors
        rooms = [[self._room(name) for name in floor] for floor in floors]
        return draw(self.container, rooms, [self._room(name) for name in ground])

    def table(self) -> str:
        """Write one line for each child, the top floor first, in Markdown."""
        lines = ["| package | purpose | modules |", "|---|---|---|"]
        for name in (name for floor in self.floors for name in floor):
            modules = ", ".join(f"`{module}`" for module in _modules(self.container, name))
            lines.append(f"| `{name}` | {_purpose(self.container, name)} | {modules} |")
        return "\n".join(lines)

    def _room(self, name: str) -> Room:
        return Room(name, _purpose(self.container, name), frozenset(self.imports[name]))


def read_architecture(container: str) -> Architecture:
    """Read the floors of a package from its import contract, and its imports from the code."""
    floors = _floors(container)
    graph = grimp.build_graph("apecgraph")
    names = [name for floor in floors for name in floor]
    imports = {
        name: {
            other
            for other in names
            if other != name
            and graph.direct_import_exists(
                importer=f"{container}.{name}", imported=f"{container}.{other}", as_packages=True
            )
        }
        for name in names
    }
    return Architecture(container, floors, reduced(imports))


def reduced(imports: dict[str, set[str]]) -> dict[str, set[str]]:
    """Leave out each import that a longer chain of imports implies; there are no cycles."""

    def below(name: str) -> set[str]:
        return set().union(*({other} | below(other) for other in imports[name]))

    return {
        name: {other for other in others if not any(other in below(via) for via in others)}
        for name, others in imports.items()
    }


def _floors(container: str) -> list[list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (
        contract["layers"]
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers" and contract["containers"] == [container]
    )
    rooms = ([room for room in layer.split(" | ") if not room.startswith("(")] for layer in layers)
    return [floor for floor in rooms if floor]  # a room in parentheses need not exist


def _path(container: str, name: str) -> Path:
    """Return the folder of a package, or the file of a module."""
    path = ROOT / "src" / Path(*container.split(".")) / name
    return path if path.is_dir() else path.with_suffix(".py")


def _purpose(container: str, name: str) -> str:
    """Return the summary line of a docstring."""
    path = _path(container, name)
    source = path / "__init__.py" if path.is_dir() else path
    docstring = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


def _modules(container: str, name: str) -> list[str]:
    path = _path(container, name)
    folders = {child.parent.name for child in path.glob("*/__init__.py")}
    return sorted({module.stem for module in path.glob("[!_]*.py")} | folders)


def documents() -> dict[Path, str]:
    """Return the text of each generated file: the pictures, and the page with its tables."""
    texts = {}
    page = PAGE.read_text(encoding="utf-8")
    for container, name in CONTAINERS.items():
        architecture = read_architecture(container)
        texts[IMAGES / f"{name}.svg"] = architecture.picture()
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}{architecture.table()}\n{end}{rest.partition(end)[2]}"
    return texts | {PAGE: page}


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
