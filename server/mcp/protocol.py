"""Tools, resources and prompts as a server of the SDK. What fails is told as the tool's answer, with what to do."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import mcp_types as types
import msgspec
from flask import g
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from kg import __version__
from kg.errors import KGError, UsageError
from kg.queries import CannedQuery
from server.errors import UNEXPECTED, told
from server.mcp.ask import sparql_tool
from server.mcp.canned import canned_tools
from server.mcp.find import finding_tools
from server.mcp.reading import GUIDES, INSTRUCTIONS, document, documents, guide
from server.mcp.schema import schema_tool
from server.mcp.tools import Tool, check_text

Value = TypeVar("Value")
Run = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Does a piece of work within a request of the application."""

_LASTING = CacheHint(ttl_ms=300_000, scope="public")  # lists change with the program only
_log = logging.getLogger(__name__)
_Context = ServerRequestContext[Any]


def all_tools(queries: Sequence[CannedQuery]) -> dict[str, Tool]:
    """Every tool by its name."""
    own = [*finding_tools(), schema_tool(), sparql_tool()]
    return {each.name: each for each in (*own, *canned_tools(queries, {each.name for each in own}))}


def make_server(tools: dict[str, Tool], run: Run) -> Server[Any]:
    """A server that keeps nothing from one request to the next."""
    listed = [_listed(each) for each in tools.values()]

    async def list_tools(_: _Context, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=listed)

    async def call_tool(_: _Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        called = tools.get(params.name)
        if called is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {params.name[:100]!r}; list the tools")
        result: types.CallToolResult = await run(lambda: _called(called, params.arguments or {}))
        return result

    async def list_resources(_: _Context, __: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=await run(_resources))

    async def read_resource(_: _Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        return types.ReadResourceResult(contents=[await run(lambda: _invalid(lambda: _contents(params.uri)))])

    async def list_prompts(_: _Context, __: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=_prompts())

    async def get_prompt(_: _Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        text = _invalid(lambda: guide(params.name, params.arguments or {}))
        message = types.PromptMessage(role="user", content=types.TextContent(text=text))
        return types.GetPromptResult(messages=[message])

    return Server(
        "paperkg",
        version=__version__,
        title="paperkg",
        description="A knowledge graph of scholarly data",
        instructions=INSTRUCTIONS,
        cache_hints={"tools/list": _LASTING, "prompts/list": _LASTING},
        get_tool_input_schema=lambda name: tools[name].takes if name in tools else None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
    )


def _listed(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes,
        output_schema=tool.gives,
        annotations=types.ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=tool.reaches_out
        ),
    )


def _called(tool: Tool, arguments: dict[str, Any]) -> types.CallToolResult:
    """The answer, or what went wrong in a sentence that the agent can act on."""
    try:
        check_text(arguments)
        answer = tool.answer(arguments)
        content = [types.TextContent(text=answer.text)]
        return types.CallToolResult(content=list(content), structured_content=msgspec.to_builtins(answer.data))
    except KGError as error:
        g.failure = type(error).__name__  # for the log and the figures
        sentence = told(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, an agent is told no more than that
        _log.error("the tool %s failed", tool.name, exc_info=error)
        g.failure = type(error).__name__
        sentence = UNEXPECTED
    return types.CallToolResult(content=[types.TextContent(text=sentence)], is_error=True)


def _resources() -> list[types.Resource]:
    return [
        types.Resource(uri=each.address, name=each.name, description=each.description, mime_type=each.media_type)
        for each in documents()
    ]


def _contents(address: str) -> types.TextResourceContents:
    found = document(address)
    return types.TextResourceContents(uri=address, mime_type=found.media_type, text=found.text)


def _prompts() -> list[types.Prompt]:
    return [
        types.Prompt(
            name=each.name,
            title=each.title,
            description=each.description,
            arguments=[
                types.PromptArgument(name=name, description=what, required=True)
                for name, what in each.arguments.items()
            ],
        )
        for each in GUIDES
    ]


def _invalid(read: Callable[[], Value]) -> Value:
    """What has no answer of its own to carry an error is an error of the protocol."""
    try:
        return read()
    except UsageError as error:
        raise MCPError(types.INVALID_PARAMS, error.message) from error
