"""The HTTP server: waitress, which takes a request in whole before a thread touches it. It ends without haste."""

from __future__ import annotations

import resource
import signal
import socket
import sys
import time
from functools import partial
from types import FrameType
from typing import Any

import waitress
from flask import Flask

from kg.settings import Settings
from server.connections import Channel, Sockets
from server.writes import body_limit

BACKLOG = 4096  # connections that the system keeps until they are accepted, if its own limit is no lower
_CONNECTIONS = 4096
_OTHER_FILES = 512  # descriptors that are left for everything that is no connection
_CROWDED = 0.9  # of the connections that there may be
_ACCEPTED = 50  # connections at a time
_RECEIVED = 64 * 1024  # bytes at a time
_GATHERED = 64 * 1024  # bytes of an answer that are sent at once, its head among them
_NEVER = 10**9  # seconds
_TURN = 0.2  # seconds between looks at whether to stop
_SWEEP = 1.0  # seconds between looks for clients that are too slow
_GRACE = 5.0  # seconds to send what is ready, beyond the time that a query may take
# Seconds after which a thread that computes lets another one go on: most of these only hand on what is ready.
_SWITCH = 0.0005


class HttpServer:
    """Serves an application on a listening socket until SIGTERM or SIGINT.

    Queries and writes that wait each hold a thread; there are as many as may wait, beside those that readers need.
    """

    def __init__(self, app: Flask, listener: socket.socket, settings: Settings) -> None:
        self._settings = settings
        self._stopping = False
        self._swept = 0.0
        self._sockets = Sockets()
        self._most = _room_for_connections()
        sys.setswitchinterval(_SWITCH)
        self._server: Any = waitress.create_server(
            app,
            map=self._sockets,
            sockets=[listener],
            threads=settings.threads + _waiting_threads(settings),
            backlog=BACKLOG,
            connection_limit=self._most,
            recv_bytes=_RECEIVED,
            max_request_body_size=settings.max_body + 1,  # what waitress refuses begins here
            cleanup_interval=_NEVER,  # see _sweep
            channel_request_lookahead=1,  # so that a client that goes away is noticed while its query runs
            ident=None,
        )
        self._server.adj.send_bytes = _GATHERED  # as an argument it is deprecated, and there is no other
        self._accept = self._server.handle_accept
        self._server.handle_accept = self._accept_several
        self._server.channel_class = partial(Channel, body_limit=partial(body_limit, settings))

    def run(self) -> None:
        """Answer until told to stop, then finish what was begun."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            self._turn()
        self._server.accepting = False
        self._server.del_channel()
        self._server.socket.close()
        deadline = time.monotonic() + self._settings.query_timeout + _GRACE
        while self._busy() and time.monotonic() < deadline:
            self._turn()
        self._server.task_dispatcher.shutdown()

    def _accept_several(self) -> None:
        """Waitress takes one connection at a turn, and then the system's room for those that wait is soon full."""
        for _ in range(_ACCEPTED):
            known = len(self._sockets)
            self._accept()
            if len(self._sockets) == known or known >= self._most:
                return

    def _turn(self) -> None:
        self._sockets.turn(_TURN)
        if time.monotonic() - self._swept > _SWEEP:
            self._swept = time.monotonic()
            self._sweep(time.time())

    def _sweep(self, now: float) -> None:
        """Leave the clients that are too slow and, where there is hardly room for new ones, those idle for longest."""
        channels = list(self._server.active_channels.values())
        left = [channel for channel in channels if channel.is_overdue(now)]
        excess = len(channels) - len(left) - int(self._most * _CROWDED)
        if excess > 0:
            waiting = (channel for channel in channels if channel.is_quiet and not channel.is_overdue(now))
            left += sorted(waiting, key=lambda channel: float(channel.last_activity))[:excess]
        for channel in left:
            channel.handle_close()

    def _busy(self) -> bool:
        """Whether a request is being answered, or an answer has not been sent to its end."""
        channels = list(self._server.active_channels.values())
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True


def _waiting_threads(settings: Settings) -> int:
    """How many requests may at most hold a thread while something else works for them."""
    clients = settings.query_workers + settings.query_queue
    canned = settings.canned_workers + settings.query_queue
    return clients + canned + settings.write_queue


def _room_for_connections() -> int:
    """How many connections there may be, having raised this process' limit of open files if that is needed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + _OTHER_FILES
    files = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(files - _OTHER_FILES, files // 2)
