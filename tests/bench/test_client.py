"""The client that measures reads answers whole, however they are sent, and tells when there is none."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from bench.client import Client

REQUEST = b"GET / HTTP/1.1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
ANSWERS = {
    "with its length": OK + b"Content-Length: 5\r\n\r\nhello",
    "in chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
    "until the end": OK + b"Connection: close\r\n\r\nhello",
}


@contextmanager
def served(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that answers each request, of two at most, by a function of the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):  # who asks, or the test, may have gone
                for _ in range(2):
                    connection, _ = listening.accept()
                    with connection:
                        while connection.recv(1000):
                            answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        host, port = listening.getsockname()
        yield f"{host}:{port}"


@pytest.mark.parametrize("how", ANSWERS)
@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_an_answer_is_read_whole(how: str, piece: int) -> None:
    def answer(connection: socket.socket) -> None:
        data = ANSWERS[how]
        for start in range(0, len(data), piece):
            connection.sendall(data[start : start + piece])
        if how == "until the end":
            connection.shutdown(socket.SHUT_RDWR)

    with served(answer) as place, Client(place, 2) as client:
        for _ in range(2):
            found = client.ask(REQUEST)
            assert (found.status, found.body) == (200, b"hello")
            assert 0 < found.first <= found.last < 2


def test_the_first_byte_is_told_apart_from_the_last() -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(OK)
        time.sleep(0.2)
        connection.sendall(b"Content-Length: 2\r\n\r\nhi")

    with served(answer) as place, Client(place, 2) as client:
        found = client.ask(REQUEST)
    assert found.first < 0.15 < found.last


def test_who_does_not_answer_has_status_0() -> None:
    with served(lambda connection: time.sleep(0.5)) as place, Client(place, 0.1) as client:
        found = client.ask(REQUEST)
    assert found.status == 0
    assert found.last >= 0.1
    with socket.create_server(("127.0.0.1", 0)) as closed:
        host, port = closed.getsockname()
    with Client(f"{host}:{port}", 0.1) as client:
        assert client.ask(REQUEST).status == 0


def test_no_more_is_read_than_is_wanted() -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 100000\r\n\r\n" + b"x" * 100_000)

    with served(answer) as place, Client(place, 2, most=50_000) as client:
        assert client.ask(REQUEST).status == 0
