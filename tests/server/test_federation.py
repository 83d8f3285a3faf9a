"""SERVICE and LOAD reach what the operator allows, and nothing else; what is reached has no other network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg import pipeline
from kg.settings import read_settings
from kg.store import StoreFolder
from server import create_app
from server.state import state_of

TOKEN = {"Authorization": "Bearer s3cret"}


REDIRECTIONS = (301, 302, 303, 307, 308)


class _Elsewhere(BaseHTTPRequestHandler):
    """A SPARQL endpoint that knows one row, and a document of one statement; /moved/… sends to /other."""

    asked: list[str] = []  # noqa: RUF012 - one server a test run

    def do_GET(self) -> None:
        if not self._has_moved():
            self._answer("text/turtle", b"<http://elsewhere/s> <http://elsewhere/p> 'loaded' .")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self._has_moved():
            return
        body = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"elsewhere"}}]}}'
        self._answer("application/sparql-results+json", body)

    def _has_moved(self) -> bool:
        _, moved, status = self.path.partition("/moved/")
        if moved:
            self.asked.append(self.path)
            self.send_response(int(status))
            self.send_header("Location", f"http://{self.headers['Host']}/other")
            self.send_header("Content-Length", "0")
            self.end_headers()
        return bool(moved)

    def _answer(self, media_type: str, body: bytes) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Elsewhere)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def client(elsewhere: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder: Path = tmp_path_factory.mktemp("federation") / "store"
    pipeline.load_seeds(StoreFolder(folder))
    paths = ("sparql", "document", *(f"moved/{status}" for status in REDIRECTIONS))
    allowed = " ".join(elsewhere + path for path in paths)
    app = create_app(read_settings({}, store=folder, write_token="s3cret", service_allow=allowed, query_workers=1))
    yield app.test_client()
    state_of(app).close()


def test_an_allowed_service_is_asked_each_time(client: FlaskClient, elsewhere: str) -> None:
    query = f"SELECT ?x {{ SERVICE <{elsewhere}sparql> {{ ?s ?p ?x }} }}"
    before = len(_Elsewhere.asked)
    for _ in range(2):
        response = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"}, buffered=True)
        assert response.text.split() == ["x", "elsewhere"]
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers
    assert len(_Elsewhere.asked) >= before + 2


@pytest.mark.parametrize(
    "pattern",
    [
        "SERVICE <{e}other> {{ ?s ?p ?x }}",
        "SERVICE <{e}sparql/../other> {{ ?s ?p ?x }}",
        "SERVICE ?where {{ ?s ?p ?x }}",
        "SERVICE <{e}sparql> {{ SERVICE <{e}other> {{ ?s ?p ?x }} }}",
        "SERVICE <{e}sparql> {{ ?s ?p ?x }} SERVICE SILENT <{e}sparql?more> {{ ?s ?p ?x }}",
    ],
)
def test_any_other_address_is_refused_and_nothing_is_sent(client: FlaskClient, elsewhere: str, pattern: str) -> None:
    before = len(_Elsewhere.asked)
    response = client.get("/sparql", query_string={"query": f"SELECT * {{ {pattern.format(e=elsewhere)} }}"})
    assert response.status_code == 403
    assert "KG_SERVICE_ALLOW" in response.text
    assert len(_Elsewhere.asked) == before


def test_an_allowed_document_is_loaded_and_an_allowed_service_feeds_an_update(
    client: FlaskClient, elsewhere: str
) -> None:
    load = f"LOAD <{elsewhere}document> INTO GRAPH <http://e/g>"
    before = _Elsewhere.asked.count("/document")
    assert client.post("/sparql", data={"update": load}, headers=TOKEN).status_code == 204
    assert _Elsewhere.asked.count("/document") == before + 1
    insert = f"INSERT {{ <http://e/s> <http://e/p> ?x }} WHERE {{ SERVICE <{elsewhere}sparql> {{ ?s ?p ?x }} }}"
    before = _Elsewhere.asked.count("/sparql")
    assert client.post("/sparql", data={"update": insert}, headers=TOKEN).status_code == 204
    assert _Elsewhere.asked.count("/sparql") == before + 1
    ask = "ASK { GRAPH <http://e/g> { ?a ?b 'loaded' } <http://e/s> <http://e/p> 'elsewhere' }"
    assert client.get("/sparql", query_string={"query": ask}).get_json(force=True)["boolean"] is True
    other = f"LOAD <{elsewhere}other>"
    assert client.post("/sparql", data={"update": other}, headers=TOKEN).status_code == 403


def test_an_update_that_cannot_be_read_asks_nobody_and_is_told_where(client: FlaskClient, elsewhere: str) -> None:
    before = len(_Elsewhere.asked)
    update = f"PREFIX e: <http://e/>\nINSERT {{ ?s ?p }} WHERE {{ SERVICE <{elsewhere}sparql> {{ ?s ?p ?x }} }}"
    error = client.post("/sparql", data={"update": update}, headers=TOKEN).get_json()
    assert (error["kind"], error["line"], error["column"]) == ("QuerySyntaxError", 2, len("INSERT { ?s ?p }"))
    assert len(_Elsewhere.asked) == before


@pytest.mark.parametrize("status", REDIRECTIONS)
def test_nothing_follows_an_allowed_address_to_another(client: FlaskClient, elsewhere: str, status: int) -> None:
    moved = f"{elsewhere}moved/{status}"
    service = f"SERVICE <{moved}> {{ ?s ?p ?x }}"
    insert = f"INSERT {{ <http://e/s> <http://e/q> ?x }} WHERE {{ {service} }}"
    before = len(_Elsewhere.asked)
    answers = [
        client.get("/sparql", query_string={"query": f"SELECT * {{ {service} }}"}),
        client.post("/sparql", data={"update": insert}, headers=TOKEN),
        client.post("/sparql", data={"update": f"LOAD <{moved}>"}, headers=TOKEN),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert _Elsewhere.asked[before:] == [f"/moved/{status}"] * 3


def test_ordinary_queries_go_on_in_workers_without_a_network(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "SELECT (1 AS ?one) {}"}, headers={"Accept": "text/csv"})
    assert response.text.split() == ["one", "1"]
