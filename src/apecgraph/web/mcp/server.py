"""The server of the protocol: it lists the tools and resources, and passes calls to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, Final

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.web.mcp.asking import Publication, RefusedError, read
from apecgraph.web.mcp.tools import TOOLS, call

_INSTRUCTIONS: Final = (
    "Figures and statements about APEC's customs cooperation and China's trade, each with the "
    "source that prints it. Cite the source of every number, with its publisher and day. A claim "
    "whose status is 'rejected' is wrong, and a 'disputed' one is contradicted: say so. Intervals "
    "are the numbers that a printed number may represent."
)
_TURTLE: Final = "text/turtle"

_RESOURCES: Final = {f"{ID}graph/{name}": name for name in ("ontology", "shapes")}
"""Graphs that a program can read as a whole, with their names."""

Context = ServerRequestContext[Any, Any]


def mcp_server(publication_of: Callable[[Context], Publication]) -> Server[Any]:
    """Return a server of the Model Context Protocol (2025-11-25 and 2026-07-28).

    Args:
        publication_of: Returns the publication that a request asks.

    Returns:
        The server. It keeps nothing between two requests.
    """

    async def list_tools(
        _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=tool.name,
                    description=tool.description,
                    input_schema=_schema(tool.arguments),
                    annotations=types.ToolAnnotations(read_only_hint=True, open_world_hint=False),
                )
                for tool in TOOLS
            ]
        )

    async def call_tool(
        context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = next((tool for tool in TOOLS if tool.name == params.name), None)
        if tool is None:
            names = ", ".join(tool.name for tool in TOOLS)
            return _refused(f"There is no such tool; there are {names}.")
        try:
            answer = await call(publication_of(context), tool, params.arguments or {})
        except RefusedError as error:
            return _refused(str(error))
        except ValidationError as error:
            return _refused("; ".join(map(_fault, error.errors())))
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        return types.CallToolResult(
            content=[types.TextContent(text=text)], structured_content=answer
        )

    async def list_resources(
        _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        return types.ListResourcesResult(
            resources=[
                types.Resource(uri=iri, name=name, mime_type=_TURTLE)
                for iri, name in _RESOURCES.items()
            ]
        )

    async def read_resource(
        context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        if params.uri not in _RESOURCES:
            there = ", ".join(_RESOURCES)
            raise MCPError(types.INVALID_PARAMS, f"There is no such resource; there are {there}.")
        query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{params.uri}> {{ ?s ?p ?o }} }}"
        try:
            text = await read(publication_of(context), "/sparql", {"query": query}, _TURTLE)
        except RefusedError as error:
            raise MCPError(types.INTERNAL_ERROR, str(error)) from None
        content = types.TextResourceContents(uri=params.uri, mime_type=_TURTLE, text=text)
        return types.ReadResourceResult(contents=[content])

    return Server(
        "apecgraph",
        version=version("apecgraph"),
        title="apecgraph",
        instructions=_INSTRUCTIONS,
        website_url=BASE,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
    )


def _schema(arguments: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of arguments."""
    return {"type": "object", "properties": {}, **arguments.model_json_schema()}


def _fault(error: ErrorDetails) -> str:
    """Name an argument and its fault."""
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}"


def _refused(reason: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=reason)], is_error=True)
