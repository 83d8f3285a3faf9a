"""A client that measures: one connection that is kept open, when the first byte came and when the last.

It does little else, as what it takes itself counts on the side of every server.
"""

from __future__ import annotations

import re
import select
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

_AT_ONCE = 2**18
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """Seconds from the question to the first byte of the answer and to its last; status 0: there was none."""

    status: int
    first: float
    last: float
    body: bytes = b""


class Client:
    """Asks one server, one question after the other."""

    def __init__(self, place: str, patience: float, most: int = 2**32) -> None:
        """`patience`: seconds within which an answer has to be there as a whole; `most`: its bytes."""
        host, _, port = place.rpartition(":")
        self._place = host, int(port)
        self._patience = patience
        self._most = most
        self._read = 0
        self._deadline = 0.0
        self._connection: socket.socket | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def ask(self, request: bytes) -> Answer:
        """A connection that the server closed since is opened anew, before the time counts."""
        self._open()
        began = time.perf_counter()
        try:
            return self._exchange(request, began)
        except (OSError, EOFError):
            seconds = time.perf_counter() - began
            self.close()
            return Answer(0, seconds, seconds)

    def _open(self) -> None:
        if self._connection and _is_closed(self._connection):
            self.close()
        if self._connection is None:
            try:
                self._connection = socket.create_connection(self._place, self._patience)
                self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:
                self._connection = None

    def _exchange(self, request: bytes, began: float) -> Answer:
        if self._connection is None:
            raise EOFError
        self._read, self._deadline = 0, began + self._patience
        self._connection.sendall(request)
        data = self._some()
        first = time.perf_counter() - began
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._some()
        head, rest = data[:end], data[end + 4 :]
        status = _STATUS.match(head)
        if status is None:
            raise EOFError
        body = self._body(head, rest)
        if _CLOSES.search(head):
            self.close()
        return Answer(int(status[1]), first, time.perf_counter() - began, body)

    def _body(self, head: bytes, begun: bytes) -> bytes:
        length = _LENGTH.search(head)
        if length:
            return self._until(begun, int(length[1]))[0]
        if _CHUNKED.search(head):
            return self._chunks(begun)
        parts = [begun]
        with suppress(EOFError):
            while True:
                parts.append(self._some())
        self.close()
        return b"".join(parts)

    def _chunks(self, data: bytes) -> bytes:
        parts = []
        while True:
            while b"\r\n" not in data:
                data += self._some()
            size, _, data = data.partition(b"\r\n")
            length = int(size.partition(b";")[0], 16)
            part, data = self._until(data, length + 2)
            if not length:
                return b"".join(parts)
            parts.append(part[:-2])

    def _until(self, begun: bytes, length: int) -> tuple[bytes, bytes]:
        """So many bytes, and what came behind them."""
        parts, have = [begun], len(begun)
        while have < length:
            parts.append(self._some())
            have += len(parts[-1])
        whole = b"".join(parts) if len(parts) > 1 else begun
        return whole[:length], whole[length:]

    def _some(self) -> bytes:
        assert self._connection
        data = self._connection.recv(_AT_ONCE)
        self._read += len(data)
        if not data or self._read > self._most or time.perf_counter() > self._deadline:
            raise EOFError
        return data


def _is_closed(connection: socket.socket) -> bool:
    """Nobody says anything on an open connection that was not asked."""
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(0))
