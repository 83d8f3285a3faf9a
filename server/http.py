"""The HTTP server: waitress, which takes a request in whole before a thread touches it. It ends without haste."""

from __future__ import annotations

import signal
import socket
import time
from types import FrameType
from typing import Any

import waitress
from flask import Flask
from waitress import wasyncore

from kg.settings import Settings

_IDLE_CONNECTIONS = 4096
_IDLE_SECONDS = 30
_TURN = 0.2  # seconds between looks at whether to stop
_GRACE = 5.0  # seconds to send what is ready, beyond the time that a query may take


class HttpServer:
    """Serves an application on a listening socket until SIGTERM or SIGINT."""

    def __init__(self, app: Flask, listener: socket.socket, settings: Settings) -> None:
        self._settings = settings
        self._stopping = False
        self._server: Any = waitress.create_server(
            app,
            sockets=[listener],
            threads=settings.threads,
            connection_limit=_IDLE_CONNECTIONS,
            asyncore_use_poll=True,
            max_request_body_size=settings.max_body,
            channel_timeout=_IDLE_SECONDS,
            channel_request_lookahead=1,  # so that a client that goes away is noticed while its query runs
            ident=None,
        )

    def run(self) -> None:
        """Answer until told to stop, then finish what was begun."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            self._turn()
        self._server.accepting = False
        self._server.socket.close()
        self._server.del_channel()
        deadline = time.monotonic() + self._settings.query_timeout + _GRACE
        while self._busy() and time.monotonic() < deadline:
            self._turn()
        self._server.task_dispatcher.shutdown()

    def _turn(self) -> None:
        wasyncore.loop(timeout=_TURN, map=self._server._map, use_poll=True, count=1)

    def _busy(self) -> bool:
        """Whether a request is being answered, or an answer has not been sent to its end."""
        channels = list(self._server.active_channels.values())
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True
