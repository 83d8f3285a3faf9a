"""The application under waitress, over real sockets: what the test client cannot show."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator

import pytest
import waitress
from flask import Flask


@pytest.fixture(scope="module")
def address(hostile_app: Flask) -> Iterator[tuple[str, int]]:
    server = waitress.create_server(hostile_app, host="127.0.0.1", port=0, threads=2, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield "127.0.0.1", int(server.effective_port)
    server.trigger.pull_trigger(server.close)  # in the server's own thread, between two requests
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()
    assert not thread.is_alive()


def ask(
    address: tuple[str, int], target: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Sends the target as it is, without normalising it."""
    connection = http.client.HTTPConnection(*address, timeout=30)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/paper/doi:10.1000/plain", "/data/paper/doi:10.1000/plain.ttl"),
        ("/paper/doi%3A10.1000%2Fplain", "/data/paper/doi:10.1000/plain.ttl"),
        ("/paper/doi:10.1000/abc%3Cd%3E", "/data/paper/doi:10.1000/abc%3Cd%3E.ttl"),
        ("/paper/doi:10.1000/a%23b", "/data/paper/doi:10.1000/a%23b.ttl"),
        ("/paper/doi:10.1000/a%252Fb", "/data/paper/doi:10.1000/a%252Fb.ttl"),
        ("/paper/doi:10.1000/a//b", "/data/paper/doi:10.1000/a//b.ttl"),
        ("/paper/doi:10.1000/%C3%A9%E6%97%A5%E6%9C%AC", "/data/paper/doi:10.1000/%C3%A9%E6%97%A5%E6%9C%AC.ttl"),
    ],
)
def test_keys_survive_the_wire(address: tuple[str, int], target: str, location: str) -> None:
    status, headers, _ = ask(address, target, Accept="text/turtle")
    assert (status, headers["Location"]) == (303, location)
    status, _, body = ask(address, location)
    assert status == 200
    assert b"kg:Paper" in body


def test_head_has_the_length_and_no_body(address: tuple[str, int]) -> None:
    for target in ("/page/paper/doi:10.1000/plain", "/export/kg.nt"):
        _, got, body = ask(address, target)
        status, head, nothing = ask(address, target, "HEAD")
        assert (status, nothing) == (200, b"")
        assert head["Content-Length"] == got["Content-Length"] == str(len(body))


def test_a_fragment_that_a_careless_client_sends_does_no_harm(address: tuple[str, int]) -> None:
    assert ask(address, "/paper/doi:10.1000/plain#papers-2023", Accept="text/html")[0] == 303
