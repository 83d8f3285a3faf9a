"""Requests to a remote store: who asks, what is asked again, and what is not."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs
from urllib.request import parse_http_list, parse_keqv_list

import pytest

from kg.endpoint.address import Endpoint, endpoint_of
from kg.endpoint.client import ATTEMPTS, Answer, Client
from kg.endpoint.dialects import DIALECTS
from kg.endpoint.digest import Digest
from kg.endpoint.results import ROWS, boolean, rows
from kg.endpoint.store import RemoteStore
from kg.errors import EndpointDown, EndpointFault, QueryError, SettingError
from kg.settings import read_settings

_YES = b'{"head":{},"boolean":true}'


class Store(ThreadingHTTPServer):
    """Answers yes to everything, once it is asked as it wants to be."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wants = ""
        self.statuses: list[int] = []
        self.seen: list[tuple[str, str, dict[str, list[str]], str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/sparql"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Store

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        who = self.headers.get("Authorization", "")
        self.server.seen.append((self.command, self.path, parse_qs(body), who))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        if self.server.wants and not who:
            status = 401
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", self.server.wants)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(_YES)))
        self.end_headers()
        self.wfile.write(_YES)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def store() -> Iterator[Store]:
    server = Store()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def ask(client: Client) -> None:
    with client.query("ASK {}", "application/sparql-results+json") as answer:
        assert answer.readall() == _YES


def test_nobody_is_told_a_password_who_has_not_asked_for_it(store: Store) -> None:
    client = Client(Endpoint(store.address, user="ada", password="s3cret"))
    ask(client)
    assert [who for *_, who in store.seen] == [""]


def test_a_password_is_sent_where_it_is_wanted_as_it_is(store: Store) -> None:
    store.wants = 'Basic realm="store"'
    client = Client(Endpoint(store.address, user="ada", password="s3:cret"))
    ask(client)
    ask(client)
    basic = "Basic " + base64.b64encode(b"ada:s3:cret").decode()
    assert [who for *_, who in store.seen] == ["", basic, basic]


def test_where_a_proof_will_do_the_password_stays_here(store: Store) -> None:
    store.wants = 'Digest realm="SPARQL", nonce="abc", qop="auth", algorithm=MD5, opaque="xyz"'
    client = Client(Endpoint(store.address, user="ada", password="s3cret"))
    ask(client)
    ask(client)
    proofs = [parse_keqv_list(parse_http_list(who.removeprefix("Digest "))) for *_, who in store.seen[1:]]
    assert [(proof["username"], proof["uri"], proof["nc"]) for proof in proofs] == [
        ("ada", "/sparql", "00000001"),
        ("ada", "/sparql", "00000002"),
    ]
    assert "s3cret" not in str(store.seen)


def test_the_example_of_the_specification() -> None:
    """https://www.rfc-editor.org/rfc/rfc7616#section-3.9.1, whose client nonce is put in place of a random one."""
    digest = Digest("Mufasa", "Circle of Life")
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    assert digest.challenged(
        f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="{nonce}"'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("secrets.token_hex", lambda _: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
        proof = digest.authorization("GET", "/dir/index.html")
    assert proof and 'response="8ca523f5e9506fed4657c9700eebdbec"' in proof


def test_a_token_goes_along_from_the_beginning(store: Store) -> None:
    ask(Client(Endpoint(store.address, token="t0ken")))
    assert [who for *_, who in store.seen] == ["Bearer t0ken"]


def test_a_read_is_asked_again_and_a_write_is_not(store: Store) -> None:
    client = Client(Endpoint(store.address, update=store.address))
    store.statuses = [503, 502]
    ask(client)
    assert len(store.seen) == ATTEMPTS
    store.statuses = [503]
    with pytest.raises(EndpointDown):
        client.update("CLEAR ALL")
    assert len(store.seen) == ATTEMPTS + 1


def test_who_is_known_to_be_down_is_left_alone(store: Store) -> None:
    remote = RemoteStore(Endpoint(store.address))
    store.statuses = [503] * ATTEMPTS
    for _ in range(5):
        with pytest.raises(EndpointDown):
            remote.check()
    assert len(store.seen) == ATTEMPTS


def test_who_has_just_answered_is_not_asked_how_it_is(store: Store) -> None:
    remote = RemoteStore(Endpoint(store.address))
    for _ in range(5):
        remote.check()
    assert len(store.seen) == 1


@pytest.mark.parametrize(("status", "error"), [(400, QueryError), (403, EndpointFault), (404, EndpointFault)])
def test_what_will_not_change_is_not_asked_again(store: Store, status: int, error: type[Exception]) -> None:
    store.statuses = [status]
    with pytest.raises(error) as told:
        ask(Client(Endpoint(store.address, user="ada", password="s3cret")))
    assert len(store.seen) == 1
    assert "s3cret" not in str(told.value)


def test_a_graph_takes_the_place_of_the_default_one(store: Store) -> None:
    client = Client(Endpoint(store.address, update=store.address, graph="http://example.org/g"))
    ask(client)
    client.update("CLEAR DEFAULT")
    with client.query("ASK {}", "*/*", default_graphs=("http://example.org/h",)):
        pass
    graphs = [form.get("default-graph-uri", form.get("using-graph-uri")) for _, _, form, _ in store.seen]
    assert graphs == [["http://example.org/g"], ["http://example.org/g"], ["http://example.org/h"]]


@pytest.mark.parametrize(
    "settings",
    [
        {"endpoint": "http://a.example/q", "endpoint_token": "t", "endpoint_user": "u"},
        {"endpoint": "http://a.example/q", "endpoint_dialect": "virtuoso"},
        {"endpoint": "http://ada:s3cret@a.example/q"},
        {"endpoint": "ftp://a.example/q"},
        {"endpoint": "http://a.example/q", "endpoint_dialect": "klingon"},
    ],
)
def test_settings_that_contradict_each_other_are_told(settings: dict[str, str]) -> None:
    with pytest.raises(SettingError):
        endpoint_of(read_settings({}, **settings))


@pytest.mark.parametrize("read", [rows, lambda answer, host: boolean(answer, host, DIALECTS["standard"])])
def test_an_answer_that_does_not_end_is_not_read_to_its_end(
    store: Store, read: Callable[[Answer, str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.endpoint.results.MOST_OF_ROWS", len(_YES) - 1)
    client = Client(Endpoint(query=store.address))
    with client.query("ASK {}", ROWS) as answer, pytest.raises(EndpointFault, match="sent more than"):
        read(answer, client.host)
