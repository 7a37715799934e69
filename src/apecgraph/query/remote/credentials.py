"""The user and the password for engines elsewhere."""

from __future__ import annotations

from pathlib import Path

from apecgraph.errors import StoreError
from apecgraph.files import read_file


def read_credentials(given: str, file: Path | None) -> str:
    """Return the user and the password, with a colon between them.

    Args:
        given: What the environment has; an empty string for nothing.
        file: A file that contains them, which comes first, or None.

    Returns:
        The credentials; an empty string for none.

    Raises:
        StoreError: They cannot be read.
    """
    credentials, source = given, "the environment"
    if file is not None:
        source = str(file)
        try:
            credentials = read_file(file).decode().strip()
        except (OSError, ValueError):
            raise StoreError(f"the credentials in {source} cannot be read") from None
    if credentials and ":" not in credentials:
        raise StoreError(f"the credentials in {source} are not USER:PASSWORD")
    return credentials
