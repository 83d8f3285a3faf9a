"""Connections of the HTTP server: bounded in what they send and in the time that they take, and cheap while idle.

Waitress takes a request in whole before a thread touches it. What is added to that:

    Sockets  a selector, so that thousands of idle connections cost nothing (waitress asks each of them at every turn)
    Channel  a connection that is left when its client is too slow; no thread ever waits for a client
    Waking   which wakes the server's thread only where a connection has left something for it to do
    Parser   a body limit for who has no token; what is past it is read and dropped, so that the answer arrives
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable
from functools import partial
from select import POLLIN, POLLOUT
from typing import Any

import msgspec
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest, RequestEntityTooLarge

_IDLE_SECONDS = 30.0
# A request has this long and, for what it has sent so far, as long as a slow line takes: a byte now and then is less.
_PATIENCE = 20.0
_SLOWEST = 16 * 1024  # bytes a second
_CHUNK = 64 * 1024
_SENT_AT_ONCE = 256 * 1024
# So much of a body that is too long is read, so that its sender gets to see the answer.
_MOST_DROPPED = 64 * 2**20

BodyLimit = Callable[[str], int]


class Sockets(dict[int, Any]):
    """The sockets of a server by descriptor, as waitress keeps them; what they wait for is asked only of those that
    something has happened to, or that are answering."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = selectors.DefaultSelector()
        self._events: dict[int | None, int] = {}  # as the selector has them, to be asked from any thread
        self._restless: set[int] = set()
        self._asked = -1

    def __setitem__(self, descriptor: int, owner: Any) -> None:
        super().__setitem__(descriptor, owner)
        self._restless.add(descriptor)

    def __delitem__(self, descriptor: int) -> None:
        super().__delitem__(descriptor)
        self._restless.discard(descriptor)
        self._select(descriptor, 0)

    def reads(self, descriptor: int | None) -> bool:
        """Whether what its client says will be noticed, and nothing else is about to be decided.

        There is no descriptor once the connection is closed, which happens while a thread asks for it.
        """
        return self._events.get(descriptor) == selectors.EVENT_READ and self._asked != descriptor

    def turn(self, timeout: float) -> None:
        """Wait for something to happen, at most so many seconds, and let the sockets deal with it."""
        for descriptor in list(self._restless):
            self._ask(descriptor)
        for key, events in self._selector.select(timeout):
            owner = self.get(key.fd)
            if owner is not None:
                reads, writes = events & selectors.EVENT_READ, events & selectors.EVENT_WRITE
                self._restless.add(key.fd)
                wasyncore.readwrite(owner, (POLLIN if reads else 0) | (POLLOUT if writes else 0))

    def _ask(self, descriptor: int) -> None:
        owner = self[descriptor]
        self._asked = descriptor
        reads = selectors.EVENT_READ if owner.readable() else 0
        writes = selectors.EVENT_WRITE if owner.writable() and not owner.accepting else 0
        self._select(descriptor, reads | writes)
        self._asked = -1
        # The listener and the trigger are always asked; a connection is quiet when only its client can change that.
        if isinstance(owner, Channel) and owner.is_quiet and reads and not writes:
            self._restless.discard(descriptor)

    def _select(self, descriptor: int, events: int) -> None:
        known = self._events.get(descriptor, 0)
        if events == known:
            return
        if not events:
            del self._events[descriptor]
            self._selector.unregister(descriptor)
            return
        if known:
            self._selector.modify(descriptor, events)
        else:
            self._selector.register(descriptor, events)
        self._events[descriptor] = events


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection."""

    server: Any

    def __init__(self, *arguments: Any, body_limit: BodyLimit, **options: Any) -> None:
        self.parser_class = partial(Parser, body_limit=body_limit)
        self.task_class = _Task
        self.error_task_class = _ProblemTask
        self._incoming: Parser | None = None
        self._began = 0.0
        self._sent = 0
        super().__init__(*arguments, **options)
        self._sockets: Sockets = self._map
        self.server = _Waking(self.server, self)
        self.sendbuf_len = _CHUNK  # waitress reads as much from a file as the system says it may, and sends a part

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is being answered or sent."""
        return not self.requests and not self.total_outbufs_len

    def received(self, data: bytes) -> bool:
        taken: bool = super().received(data)
        if self.request is not self._incoming:
            self._incoming, self._began = self.request, time.time()
        return taken

    @property
    def is_done(self) -> bool:
        """Whether there is nothing for the thread of the connections to do here until the client says more."""
        return not self.requests and not self.writable() and self._sockets.reads(self._fileno)

    def send_ready(self) -> None:
        """Send what is ready from the thread that made it, which is sooner than to wake the one of the connections."""
        with self.outbuf_lock:
            self._sent = 0
            self._flush_exception(self._flush_some, do_close=False)

    def handle_write(self) -> None:
        self._sent = 0
        super().handle_write()

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Sends no more at a turn than lets the other connections have theirs, however fast the client takes it."""
        if self._sent >= _SENT_AT_ONCE:
            return 0
        sent: int = super().send(data, do_close)
        self._sent += sent
        return sent

    def is_overdue(self, now: float) -> bool:
        """Whether the client has had more time than anyone needs to ask, or to take what it asked for."""
        if self.requests:
            return False
        if self._incoming is not None and not self.total_outbufs_len:
            return now - self._began > _PATIENCE + self._incoming.size / _SLOWEST
        return now - float(self.last_activity) > _IDLE_SECONDS

    def _flush_outbufs_below_high_watermark(self) -> None:
        """In waitress the thread waits here, for a client that asks for more and does not take what it has asked for.

        That client gets what is ready, and no more.
        """
        if self.total_outbufs_len > self.adj.outbuf_high_watermark:
            with self.requests_lock:
                self.close_when_flushed = True
                for request in self.requests[1:]:
                    request.close()
                del self.requests[1:]


class _Task(WSGITask):  # type: ignore[misc]
    """A request that the application answers."""

    def service(self) -> None:
        super().service()
        self.channel.send_ready()


class _Waking:
    """The server as one connection has it, whose thread is woken only where there is something for it to do."""

    def __init__(self, server: Any, channel: Channel) -> None:
        self._server = server
        self._channel = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    def pull_trigger(self) -> None:
        if not self._channel.is_done:
            self._server.pull_trigger()


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """A request as it comes in. `body_limit` tells the bytes of a body by the Authorization header."""

    path = ""  # waitress logs that of every client that goes away, also before it was understood

    def __init__(self, adjustments: Any, body_limit: BodyLimit) -> None:
        super().__init__(adjustments)
        self._body_limit = body_limit
        self._allowed = 0

    @property
    def size(self) -> int:
        """Bytes received so far."""
        return int(self.header_bytes_received + self.body_bytes_received)

    def parse_header(self, header_plus: bytes) -> None:
        """Also decides what becomes of the body."""
        super().parse_header(header_plus)
        self._allowed = self._body_limit(self.headers.get("AUTHORIZATION", ""))
        if self.content_length > self._allowed:
            too_large = _too_large(self._allowed)
            if self.expect_continue or self.content_length > _MOST_DROPPED:
                self.expect_continue: bool = False
                self.error, self.completed = too_large, True
            self.body_rcv = _Dropped(self.content_length, too_large)

    def received(self, data: bytes) -> int:
        try:
            consumed: int = super().received(data)
        except ValueError:  # an address that is none, or a number of more digits than Python reads
            self.error, self.completed = BadRequest("The request line or the Content-Length cannot be read."), True
            return len(data)
        if self.chunked and not self.completed and self.body_bytes_received > self._allowed:
            self.error, self.completed = _too_large(self._allowed), True
        return consumed


class _Dropped:
    """Takes the place of a body that is too long: counts it, keeps nothing, and says so at its end."""

    completed = False

    def __init__(self, size: int, error: RequestEntityTooLarge) -> None:
        self._remaining = size
        self._error = error
        self.error: RequestEntityTooLarge | None = None

    def received(self, data: bytes) -> int:
        consumed = min(len(data), self._remaining)
        self._remaining -= consumed
        if not self._remaining:
            self.error = self._error
        return consumed

    def __len__(self) -> int:
        return 0

    def getbuf(self) -> _Dropped:
        return self

    def close(self) -> None:
        """There is nothing to let go of."""


class _ProblemTask(ErrorTask):  # type: ignore[misc]
    """The answer to what is no request that the application could see, in the application's own form."""

    def execute(self) -> None:
        error = self.request.error
        problem = {"title": error.reason, "status": error.code, "detail": error.body}
        body = msgspec.json.encode(problem)
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.response_headers.append(("X-Content-Type-Options", "nosniff"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


def _too_large(allowed: int) -> RequestEntityTooLarge:
    return RequestEntityTooLarge(
        f"A body of more than {allowed:,} bytes is not taken here (KG_QUERY_TEXT; with the token, KG_MAX_BODY)."
    )
