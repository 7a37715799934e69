"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from apecgraph.content.folder import default_content

FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)
"""A folder that exists."""

content_option: Final = click.option(
    "--content",
    type=FOLDER,
    default=default_content,
    show_default="the content that comes with apecgraph",
    help="Folder with ontology/, data/ and shapes/.",
)
"""The option that names the content folder."""
