"""An agent on this machine, over standard input and output. Nothing else may write to these."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread
from flask import Flask
from mcp.server.stdio import stdio_server

from kg.settings import Settings
from server import create_app
from server.mcp.protocol import all_tools, make_server
from server.state import state_of


def serve(settings: Settings) -> None:
    """Answer until standard input ends, or nobody reads what is answered."""
    # What waits for a line cannot be cancelled: an interrupt would be heeded when the next one comes.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("paperkg.access").disabled = True
    app = create_app(settings)
    try:
        anyio.run(_serve, app, settings.base_iri)
    except* BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # where what is left is written at the end
    finally:
        state_of(app).close()


async def _serve(app: Flask, base_iri: str) -> None:
    server = make_server(all_tools(list(state_of(app).queries.values())), _Runner(app, base_iri).run)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


class _Runner:
    """Does work in a thread, within a request as one of the service at the base IRI would be."""

    def __init__(self, app: Flask, base_iri: str) -> None:
        self._app = app
        self._base_iri = base_iri

    async def run(self, work: Callable[[], Any]) -> Any:
        """If the client cancels it, its query is ended, as that of a client who goes away."""
        gone = threading.Event()
        try:
            return await anyio.to_thread.run_sync(self._within, work, gone, abandon_on_cancel=True)
        finally:
            gone.set()

    def _within(self, work: Callable[[], Any], gone: threading.Event) -> Any:
        environ = {"waitress.client_disconnected": gone.is_set}
        with self._app.test_request_context("/mcp", base_url=self._base_iri, environ_overrides=environ):
            return work()
