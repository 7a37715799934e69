"""The command that prepares pictures of charts."""

from __future__ import annotations

import click

from apecgraph.errors import ReleaseError
from apecgraph.progress import shown
from apecgraph.release.archive import Archive
from apecgraph.release.release import Release
from apecgraph.settings import Settings
from apecgraph.text.catalogues import ENGLISH
from apecgraph.web.app import ServerResources, sites_of
from apecgraph.web.documents.default_views import prepare_pictures
from apecgraph.web.pages.site import ReleaseSite
from apecgraph.web.publication import Publication


@click.command()
def pictures() -> None:
    """Draw the charts of the current release that people meet first, as PNG files.

    The files are in the folder `pictures` of the folder of releases. The server draws a chart that
    is not there when somebody asks for it.
    """
    settings = Settings()
    archive = Archive(settings.releases)
    with shown():
        publication = Publication.of(Release.current(archive.path))
        sites = sites_of(publication, ServerResources.of(settings))
        site = sites[ENGLISH.tag]
        assert isinstance(site, ReleaseSite)  # noqa: S101 - it has a release
        try:
            count = prepare_pictures(site)
        except OSError as error:
            raise ReleaseError(f"the pictures cannot be written: {error}") from None
    click.echo(f"{count} pictures")
