"""The fingerprint of a content folder, and of the program."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from apecgraph.content.folder import CONTEXT, content_paths
from apecgraph.content.questions import question_paths
from apecgraph.errors import ContentError
from apecgraph.files import read_file


def build_fingerprint(content: Path) -> str:
    """Name the files of a content folder, and the program that makes a release of them.

    Raises ContentError with the file where one is not read.
    """
    seen = sha256()
    program = Path(__file__).parents[1]
    files = [*content_paths(content), *question_paths(content), content / "ontology" / CONTEXT]
    for root, paths in ((content, files), (program, program.rglob("*.py"))):
        for path in sorted(paths):
            try:
                data = read_file(path)
            except OSError as error:
                raise ContentError(f"cannot be read: {error.strerror}", path) from None
            seen.update(f"{path.relative_to(root)}\0{len(data)}\0".encode())
            seen.update(data)
    return seen.hexdigest()
