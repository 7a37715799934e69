"""The fingerprint of a release: a hash of its content and of the code that builds it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from apecgraph.content.folder import CONTEXT, content_paths, table_paths
from apecgraph.content.questions import question_paths
from apecgraph.content.vocabularies import TERMS, VOCABULARIES
from apecgraph.errors import ContentError
from apecgraph.files import read_file

CODE: Final = (
    "build",
    "catalog",
    "check",
    "consistency",
    "content",
    "intervals.py",
    "query/outline.py",
    "rdf",
    "release",
    "tabular",
    "text",
)
"""The packages and modules that determine the contents of a release."""


def build_fingerprint(content: Path) -> str:
    """Return the fingerprint of a content folder and of the code that makes a release of it.

    Args:
        content: The content folder.

    Returns:
        A SHA-256 in hexadecimal. Builds with the same fingerprint make the same release.

    Raises:
        ContentError: If a file cannot be read.
    """
    digest = sha256()
    program = Path(__file__).parents[1]
    files = [
        *content_paths(content),
        *table_paths(content),
        *question_paths(content),
        *(content / name for name in (f"ontology/{CONTEXT}", VOCABULARIES, TERMS)),
    ]
    for root, paths in ((content, files), (program, _code(program))):
        for path in sorted(paths):
            try:
                data = read_file(path)
            except OSError as error:
                raise ContentError(f"cannot be read: {error.strerror}", path) from None
            digest.update(f"{path.relative_to(root)}\0{len(data)}\0".encode())
            digest.update(data)
    return digest.hexdigest()


def _code(program: Path) -> Iterator[Path]:
    for name in CODE:
        path = program / name
        yield from [path] if path.is_file() else path.rglob("*.py")
