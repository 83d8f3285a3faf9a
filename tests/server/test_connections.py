"""What the HTTP server itself decides: how much it takes from whom, in which order it answers, parts of files."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import waitress

from bench.service import AUTHORISED, Service, get, send
from server.connections import Channel, Sockets

TOO_MUCH = 2 * 2**20  # bytes, of which half is taken from who has no token


@pytest.fixture(scope="module")
def place(seeded_store_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    folder = shutil.copytree(seeded_store_folder, tmp_path_factory.mktemp("connections") / "store")
    with Service(folder) as service:
        parts = urlsplit(service.address)
        yield parts.hostname or "", parts.port or 0


@pytest.fixture
def connection(place: tuple[str, int]) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(*place, timeout=120)
    yield connection
    connection.close()


def problem(response: http.client.HTTPResponse) -> str:
    body = json.loads(response.read())
    assert response.getheader("Content-Type") == "application/problem+json"
    assert body["status"] == response.status
    return str(body["detail"])


@pytest.mark.parametrize("chunked", [False, True])
def test_a_long_body_is_taken_with_the_token_only(connection: http.client.HTTPConnection, chunked: bool) -> None:
    statement = b"<http://e/s> <http://e/p> '" + b"a" * TOO_MUCH + b"' ."
    headers = {"Content-Type": "text/turtle"}
    body = iter([statement]) if chunked else statement
    with suppress(ConnectionError):  # of chunks no end can be awaited: who still sends is cut off, the answer is there
        connection.request("PUT", "/store?graph=http://e/g", body, headers, encode_chunked=chunked)
    response = connection.getresponse()
    assert response.status == 413
    assert "1,048,576" in problem(response)
    body = iter([statement]) if chunked else statement
    connection.request("PUT", "/store?graph=http://e/g", body, headers | AUTHORISED, encode_chunked=chunked)
    response = connection.getresponse()
    response.read()
    assert response.status in (201, 204)


def test_who_asks_first_is_told_before_sending(place: tuple[str, int]) -> None:
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: {TOO_MUCH}\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(place, timeout=30) as connection:
        connection.sendall(head.encode())
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_a_thousand_parameters_are_too_many(connection: http.client.HTTPConnection) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sparql", b"a=b&" * 2000, headers)
    response = connection.getresponse()
    assert response.status == 400
    assert "parameters" in problem(response)


def test_requests_sent_at_once_are_answered_in_order(place: tuple[str, int]) -> None:
    paths = ["/healthz", "/nowhere", "/", "/sparql?query=oops", "/readyz"]
    statuses = []
    with socket.create_connection(place, timeout=30) as connection:
        connection.sendall("".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths).encode())
        stream = connection.makefile("rb")
        for _ in paths:
            statuses.append(int(stream.readline().split()[1]))
            length = 0
            while (line := stream.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            stream.read(length)
        stream.close()
    assert statuses == [200, 404, 200, 400, 200]


@pytest.mark.parametrize(("asked", "part"), [("bytes=100-199", slice(100, 200)), ("bytes=-50", slice(-50, None))])
def test_a_part_of_a_dump_is_that_part(connection: http.client.HTTPConnection, asked: str, part: slice) -> None:
    connection.request("GET", "/export/kg.nt")
    whole = connection.getresponse().read()
    connection.request("GET", "/export/kg.nt", headers={"Range": asked})
    response = connection.getresponse()
    assert (response.status, response.read()) == (206, whole[part])
    connection.request("HEAD", "/export/kg.nt", headers={"Range": asked})
    response = connection.getresponse()
    assert (response.status, response.read()) == (206, b"")


def test_a_short_answer_comes_in_one_piece(place: tuple[str, int]) -> None:
    """Head and body together, from the thread that made them; the next request is noticed without a wait."""
    began = time.monotonic()
    with socket.create_connection(place, timeout=30) as connection:
        for _ in range(200):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert f"Content-Length: {len(body)}\r\n".encode() in head + b"\r\n"
            assert body
    assert time.monotonic() - began < 20, "each waits for the next look of the server at all connections"


def test_idle_connections_are_no_burden_for_others(place: tuple[str, int]) -> None:
    idle = [socket.create_connection(place, timeout=30) for _ in range(300)]
    try:
        idle[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle[-1].recv(12) == b"HTTP/1.1 200"
        time.sleep(0.5)
        idle[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle[0].recv(12) == b"HTTP/1.1 200"
    finally:
        for connection in idle:
            connection.close()


def test_readers_do_not_wait_for_queries(seeded_store_folder: Path, tmp_path: Path) -> None:
    """With one thread for readers, while as many queries run and wait as may: none ends before the page is there."""
    endless = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    folder = shutil.copytree(seeded_store_folder, tmp_path / "store")
    bounds = {"KG_THREADS": "1", "KG_QUERY_WORKERS": "1", "KG_QUERY_QUEUE": "3", "KG_QUERY_TIMEOUT": "20"}
    with Service(folder, **bounds) as service, ThreadPoolExecutor(4) as clients:
        asked = [clients.submit(get, f"{service.address}sparql?query={endless}&truncate={n % 2}") for n in range(4)]
        while get(f"{service.address}sparql/running", AUTHORISED)[1].count(b'"waiting"') < 3:
            assert not any(future.done() for future in asked)
        assert get(f"{service.address}author/evan-hubinger", {"Accept": "text/html"})[0] == 200
        assert not any(future.done() for future in asked)
        for query in json.loads(get(f"{service.address}sparql/running", AUTHORISED)[1])["queries"]:
            stop = f"{service.address}sparql/running/{query['number']}"
            send(urllib.request.Request(stop, method="DELETE", headers=AUTHORISED))
        assert {future.result()[0] for future in asked} == {503}


def test_a_connection_may_be_closed_while_a_thread_answers_it() -> None:
    """The thread has seen that it is connected, and then wakes the other one for it."""
    sockets = Sockets()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server: Any = waitress.create_server(lambda environ, start: [], map=sockets, sockets=[listener])
        server.channel_class = partial(Channel, body_limit=lambda authorization: 0)
        with socket.create_connection(listener.getsockname()):
            while not server.active_channels:
                sockets.turn(1)
            sockets.turn(0)
            (channel,) = server.active_channels.values()
            assert channel.is_done
            channel.handle_close()
            assert not channel.is_done
            channel.server.pull_trigger()
        server.task_dispatcher.shutdown()
        server.close()
