"""The command that lets a program with a language model ask a publication."""

from __future__ import annotations

import asyncio

import click
import httpx2
from mcp.server.stdio import stdio_server

from apecgraph.cli.options import http_url
from apecgraph.web.mcp.asking import LONGEST, RefusedError, Reply
from apecgraph.web.mcp.server import mcp_server

_SECONDS = 60.0
"""Seconds after which a server that says nothing is given up."""


@click.command()
@click.argument("url", callback=http_url)
def mcp(url: str) -> None:
    """Speak the Model Context Protocol over standard input and output.

    URL is the address of a publication, such as http://127.0.0.1:8000: the tools ask it.
    """
    asyncio.run(_serve(url.rstrip("/")))


async def _serve(url: str) -> None:
    async with httpx2.AsyncClient(timeout=_SECONDS) as client:
        server = mcp_server(lambda _: _Remote(client, url))
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())


class _Remote:
    """A publication on the Web."""

    def __init__(self, client: httpx2.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url

    async def get(self, address: str, accept: str) -> Reply:
        """Get a resource; once the answer is longer than it may be, leave."""
        body = bytearray()
        try:
            headers = {"Accept": accept}
            async with self._client.stream("GET", self._url + address, headers=headers) as reply:
                async for chunk in reply.aiter_bytes():
                    body.extend(chunk)
                    if len(body) > LONGEST:
                        break
        except httpx2.HTTPError as error:
            raise RefusedError(f"{self._url} does not answer: {error}.") from None
        return Reply(reply.status_code, bytes(body))
