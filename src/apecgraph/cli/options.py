"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

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


def http_url(
    context: click.Context, option: click.Parameter, value: str | tuple[str, ...]
) -> str | tuple[str, ...]:
    """Return addresses of HTTP; they must have no credentials, because addresses are logged."""
    for url in (value,) if isinstance(value, str) else value:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
            raise click.BadParameter(f"{url} is not an address of HTTP")
        if parts.username is not None or parts.password is not None:
            raise click.BadParameter(
                "write the user and the password into a file, and name the file in "
                "APECGRAPH_ENGINE_CREDENTIALS_FILE"
            )
    return value
