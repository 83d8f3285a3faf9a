"""A remote store that is stopped, slow, or answers nonsense: every page says so in time, and recovers with it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.settings import read_settings
from server import create_app
from server.state import state_of
from tests.server.conftest import BufferedClient
from tests.server.engines import Engine, engine_of

pytestmark = pytest.mark.xdist_group("engine-oxigraph")

AUTHOR = "author/evan-hubinger"
# Everything that the graph is asked for; what does not need it is answered as ever.
PAGES = (
    "/",
    f"/{AUTHOR}",
    f"/page/{AUTHOR}",
    f"/data/{AUTHOR}.ttl",
    f"/data/{AUTHOR}.jsonld",
    f"/network/{AUTHOR}",
    f"/incoming/{AUTHOR}",
    f"/data/{AUTHOR}.bib",
    "/search?q=alignment",
    "/search/suggest?q=ali",
    "/queries/author/most-prolific-authors",
    "/queries/author/most-prolific-authors.csv",
    "/sparql?query=SELECT * { ?s ?p ?o } LIMIT 3",
    "/sparql?query=CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 3",
    "/store?default",
    "/export/kg.nt",
    "/dataset",
    "/schema",
    "/validation",
    "/readyz",
)
# Of each way to the store one, which has to be well again after each trouble.
BACK = (f"/page/{AUTHOR}", "/queries/author/most-prolific-authors", "/sparql?query=ASK {}")
_DEADLINE = 5.0
_IN_TIME = 20.0  # seconds: far more than any deadline of these, and far less than a page that hangs


class Between(ThreadingHTTPServer):
    """Passes requests on to the store, as long as it is told to."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, store: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.store = store
        self.misbehave: Callable[[_Handler], None] | None = None

    def handle_error(self, *_: object) -> None:
        """Connections are broken off on purpose here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Between

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        if self.server.misbehave:
            self.server.misbehave(self)
            return
        kept = {name: value for name, value in self.headers.items() if name in ("Accept", "Content-Type")}
        try:
            with urlopen(Request(self.server.store + self.path, body, kept), timeout=30) as answer:
                self.say(answer.status, answer.headers["Content-Type"] or "text/plain", answer.read())
        except HTTPError as error:
            self.say(error.code, "text/plain", error.read())

    def say(self, status: int, media_type: str, body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


_JSON = "application/sparql-results+json"


def _silent(handler: _Handler) -> None:
    time.sleep(20)


def _trickling(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", _JSON)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" ")
        time.sleep(0.1)


def _hanging_up(handler: _Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def _saying(status: int, media_type: str, body: bytes, length: int | None = None) -> Callable[[_Handler], None]:
    def say(handler: _Handler) -> None:
        handler.say(status, media_type, body, length)
        handler.close_connection = length is not None

    return say


def _elsewhere(handler: _Handler) -> None:
    handler.send_response(307)
    handler.send_header("Location", "http://127.0.0.1:1/sparql")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


MISBEHAVIOUR: dict[str, tuple[Callable[[_Handler], None], set[int]]] = {
    "silent": (_silent, {504}),
    "trickling": (_trickling, {504}),
    "hanging up": (_hanging_up, {503}),
    "busy": (_saying(503, "text/plain", b"later"), {503}),
    "failing": (_saying(500, "text/plain", b"out of memory"), {502}),
    "refusing": (_saying(401, "text/plain", b""), {502}),
    "elsewhere": (_elsewhere, {502}),
    "a page": (_saying(200, "text/html", b"<h1>Welcome</h1>"), {502}),
    "no JSON": (_saying(200, _JSON, b"\x00\xff nonsense"), {502}),
    "other JSON": (_saying(200, _JSON, b'{"answer": 42}'), {502}),
    "nested JSON": (_saying(200, _JSON, b"[" * 100_000), {502}),
    "cut off": (_saying(200, _JSON, b'{"head":{"vars":["s"]},"results":{"bindings":[', 5000), {503}),
    "an empty answer": (_saying(200, _JSON, b""), {502}),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with engine_of("oxigraph", tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="module")
def between(engine: Engine, seeded_store_folder: Path) -> Iterator[Between]:
    settings = engine.settings(read_settings({}, store=seeded_store_folder))
    server = Between(settings.endpoint.removesuffix("/query"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def app(
    between: Between, engine: Engine, seeded_store_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    settings = engine.settings(read_settings({}, store=seeded_store_folder, query_timeout=3))
    here = f"http://127.0.0.1:{between.server_address[1]}"
    app = create_app(
        replace(
            settings,
            store=tmp_path_factory.mktemp("trouble"),
            endpoint=f"{here}/query",
            endpoint_update=f"{here}/update",
            endpoint_store=f"{here}/store",
            endpoint_timeout=_DEADLINE,
            query_timeout=_DEADLINE,
            cache_bytes=0,
        )
    )
    following = state_of(app).following
    assert following
    following.look()
    app.test_client_class = BufferedClient
    yield app
    between.misbehave = None
    state_of(app).close()


@pytest.fixture
def client(app: Flask, between: Between) -> Iterator[FlaskClient]:
    client = app.test_client()
    yield client
    between.misbehave = None
    for page in BACK:
        _await(partial(_answers, client, page))


def _answers(client: FlaskClient, page: str) -> bool:
    return client.get(page).status_code in (200, 303)


def _await(condition: Callable[[], bool]) -> None:
    latest = time.monotonic() + _IN_TIME
    while not condition():
        assert time.monotonic() < latest, condition
        time.sleep(0.1)


@pytest.mark.parametrize("kind", MISBEHAVIOUR)
def test_every_page_says_what_the_matter_is(client: FlaskClient, between: Between, kind: str) -> None:
    between.misbehave, statuses = MISBEHAVIOUR[kind]
    _await(lambda: client.get("/readyz").status_code != 200)  # what was heard a moment ago counts as a sign of life
    for page in PAGES:
        began = time.monotonic()
        response = client.get(page, headers={"Accept": "text/html, */*;q=0.5"})
        assert time.monotonic() - began < _IN_TIME, page
        assert response.status_code in statuses, (page, response.text[:500])
        assert "127.0.0.1:" in response.text, page
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Retry-After"]


def test_every_page_is_back_with_the_store(client: FlaskClient, between: Between) -> None:
    between.misbehave = MISBEHAVIOUR["hanging up"][0]
    _await(lambda: not _answers(client, "/readyz"))
    between.misbehave = None
    for page in PAGES:
        _await(partial(_answers, client, page))


def test_pages_that_need_no_graph_are_there(client: FlaskClient, between: Between) -> None:
    between.misbehave = MISBEHAVIOUR["busy"][0]
    for page in ("/healthz", "/docs", "/ontology", "/queries", "/metrics", "/openapi.json"):
        assert client.get(page).status_code == 200, page


def test_what_only_some_questions_break_is_said_of_these(client: FlaskClient, between: Between) -> None:
    """The store is there and a page's own question is what it cannot answer."""

    def fails(handler: _Handler) -> None:
        handler.say(500, "text/plain", b"cannot do that")

    assert client.get("/readyz").status_code == 200
    between.misbehave = fails
    response = client.get(f"/page/{AUTHOR}")  # within the moment in which a sign of life counts
    assert response.status_code == 502
    assert "cannot do that" in response.text


def test_many_clients_of_a_silent_store_do_not_wait_one_after_the_other(
    client: FlaskClient, app: Flask, between: Between
) -> None:
    between.misbehave = _silent
    time.sleep(1.1)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(app.test_client().get(f"/page/{AUTHOR}").status_code))
        for _ in range(12)
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < _IN_TIME
    assert set(statuses) == {504}


def test_a_store_that_is_not_there_at_the_start_is_found_later(
    between: Between, engine: Engine, seeded_store_folder: Path, tmp_path: Path
) -> None:
    settings = engine.settings(read_settings({}, store=seeded_store_folder))
    here = f"http://127.0.0.1:{between.server_address[1]}"
    between.misbehave = MISBEHAVIOUR["busy"][0]
    app = create_app(replace(settings, store=tmp_path, endpoint=f"{here}/query", endpoint_store="", endpoint_check=0.2))
    try:
        client = app.test_client()
        response = client.get("/")
        assert response.status_code == 503
        between.misbehave = None
        _await(lambda: client.get("/readyz").status_code == 200)
        assert client.get(f"/page/{AUTHOR}").status_code == 200
    finally:
        between.misbehave = None
        state_of(app).close()
