"""`/mcp`: the streamable HTTP transport, one exchange a request, so that any process answers any of them.

https://modelcontextprotocol.io/specification/2025-11-25/basic/transports. The SDK speaks ASGI and this service WSGI: a
request has an event loop of its own, in its own thread, for as long as it lasts. Nothing is kept, nothing is streamed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, request
from werkzeug.exceptions import Forbidden
from werkzeug.exceptions import NotImplemented as NotInstalled

from server.state import current_state

if TYPE_CHECKING:
    from server.mcp.tools import Tool

blueprint = Blueprint("mcp", __name__)

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_HEADERS = (
    "Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id"
)
_KEY = "paperkg.mcp"


@blueprint.route("/mcp", methods=["POST"], provide_automatic_options=False)
def exchange() -> Response:
    """One message of the Model Context Protocol, and its answer. Only pages of allowed origins may send one."""
    origin = _checked_origin()
    if find_spec("mcp") is None:
        raise NotInstalled("This service was installed without what /mcp needs; add it by: pip install 'paperkg[mcp]'")
    return _shared(_exchanged(), origin)


@blueprint.route("/mcp", methods=["OPTIONS"], provide_automatic_options=False)
def preflight() -> Response:
    """What a page of an allowed origin may send."""
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = _HEADERS
    response.headers["Allow"] = "POST, OPTIONS"
    return _shared(response, _checked_origin())


def _checked_origin() -> str | None:
    """The page's origin, None for programs that are no browser.

    A name that an attacker's page has led to this machine (DNS rebinding) is none of these.
    """
    origin = request.headers.get("Origin")
    if origin is None or origin in current_state().settings.mcp_origins or _is_of_this_machine(origin):
        return origin
    raise Forbidden("Pages of this origin may not ask here; its operator allows them by setting KG_MCP_ORIGINS.")


def _is_of_this_machine(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK


def _shared(response: Response, origin: str | None) -> Response:
    response.vary.add("Origin")
    response.headers["Cache-Control"] = "no-store"
    if origin is not None:
        response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "Mcp-Protocol-Version, Mcp-Session-Id, Retry-After"
    return response


def _exchanged() -> Response:
    started: dict[str, Any] = {}
    body = bytearray()
    incoming = [{"type": "http.request", "body": request.get_data(), "more_body": False}]

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop()
        await asyncio.Event().wait()  # a client that goes away is noticed elsewhere
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        else:
            body.extend(message.get("body", b""))

    asyncio.run(_handled(_scope(), receive, send))
    status = int(started["status"])
    if status >= 400 and not bytes(body).lstrip().startswith(b"{"):
        abort(status, f"{bytes(body).decode(errors='replace').strip() or 'This is no message that is known here'}.")
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in started.get("headers", ())]
    kept = [(name, value) for name, value in headers if name.lower() not in ("content-length", "connection")]
    return Response(bytes(body), status=status, headers=kept)


async def _handled(scope: dict[str, Any], receive: Any, send: Any) -> None:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from server.mcp.protocol import make_server

    manager = StreamableHTTPSessionManager(
        make_server(_tools(), _at_once),
        json_response=True,
        stateless=True,
        max_request_body_size=current_state().settings.max_body,  # the application has looked already
    )
    async with manager.run():
        await manager.handle_request(scope, receive, send)


async def _at_once(work: Callable[[], Any]) -> Any:
    """The loop is this request's alone, so that nobody waits while it is held."""
    return work()


def _tools() -> dict[str, Tool]:
    """Made once for an application."""
    known: dict[str, Tool] | None = current_app.extensions.get(_KEY)
    if known is None:
        from server.mcp.protocol import all_tools

        _quieten()
        known = current_app.extensions.setdefault(_KEY, all_tools(list(current_state().queries.values())))
    return known


@cache
def _quieten() -> None:
    """The SDK tells of every request that it begins and ends, and the access log has a line of each already."""
    logging.getLogger("mcp").setLevel(logging.ERROR)


def _scope() -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers],
        "client": None,
        "server": None,
    }
