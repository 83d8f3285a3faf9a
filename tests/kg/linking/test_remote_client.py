"""One request after another: within bounds, politely, to nobody else; and whatever a service answers."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import RemoteError, SettingError
from kg.linking.remote import SERVICES, Bounds, Client, Request, find_service
from kg.linking.remote.addresses import resolved
from kg.linking.remote.client import ATTEMPTS
from kg.linking.remote.failures import Failed, Stopped, TooMuch
from kg.pipeline.remote import user_agent
from kg.settings import read_settings
from tests.kg.linking import fake_services
from tests.kg.linking.fake_services import Fake, Handler

OPENALEX = find_service("openalex")
LIST = OPENALEX.request(["doi:10.5555/one", "doi:10.5555/two"])
EMPTY = b'{"results": []}'
BOUNDS = Bounds(connect=30.0, silence=30.0, answer=60.0, size=2**20)  # seconds that nothing takes, on any machine
QUICK = replace(BOUNDS, silence=1.0, answer=2.0)
BOMB = gzip.compress(b" " * 20 * BOUNDS.size)


@pytest.fixture
def fake() -> Iterator[Fake]:
    with fake_services.served() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(fake: Fake, pauses: list[float]) -> Iterator[Client]:
    made = Client(OPENALEX, fake.of("openalex"), {"User-Agent": "test"}, 0.0, BOUNDS, pauses.append)
    yield made
    made.close()


def status(code: int, **headers: str) -> fake_services.Fault:
    return lambda handler: handler.send(code, "application/json", b"{}", **headers)


def cut_off(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"results": [')
    handler.close_connection = True


def truncated_json(handler: Handler) -> None:
    handler.send(200, "application/json", b'{"results": [{"id": "https://openalex.org/W1"')


def closed(handler: Handler) -> None:
    handler.close_connection = True


def silent(handler: Handler) -> None:
    time.sleep(QUICK.silence * 2)
    handler.close_connection = True


def dripping(handler: Handler) -> None:
    """A byte now and then: never silent for long, and never done."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        for _ in range(30):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass
    handler.close_connection = True


def huge(handler: Handler) -> None:
    handler.send(200, "application/json", b" " * (BOUNDS.size + 1))


def bomb(handler: Handler) -> None:
    handler.send(200, "application/json", BOMB, Content_Encoding="gzip")


def bad_gzip(handler: Handler) -> None:
    handler.send(200, "application/json", b"\x1f\x8b nothing of the kind", Content_Encoding="gzip")


def in_chunks(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for piece in (b'{"results"', b": []}"):
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def test_requests_say_who_asks_and_what_is_wanted(fake: Fake, client: Client) -> None:
    client.get(LIST)
    (asked,) = fake.asked
    assert asked.method == "GET"
    assert asked.headers["User-Agent"] == "test"
    assert asked.headers["Accept"] == "application/json"
    assert asked.headers["Host"] == fake.address.removeprefix("http://")


def test_what_is_posted_is_json(fake: Fake) -> None:
    service = find_service("semanticscholar")
    client = Client(service, fake.of("semanticscholar"), interval=0.0)
    assert b"On Invented Things" in client.get(service.request(["doi:10.5555/one", "doi:10.5555/x"]))
    (asked,) = fake.asked
    assert (asked.method, asked.headers["Content-Type"]) == ("POST", "application/json")
    assert asked.body == b'{"ids":["DOI:10.5555/one","DOI:10.5555/x"]}'
    client.close()


@pytest.mark.parametrize("fault", [in_chunks, lambda handler: handler.send(200, "application/json", EMPTY)])
def test_answers_come_whole(fake: Fake, client: Client, fault: fake_services.Fault) -> None:
    fake.faults = [fault]
    assert client.get(LIST) == EMPTY


@pytest.mark.parametrize(
    "fault",
    [cut_off, truncated_json, closed, bad_gzip, status(500), status(502), status(503), status(429)],
)
def test_what_may_pass_is_tried_again(
    fake: Fake, client: Client, pauses: list[float], fault: fake_services.Fault
) -> None:
    fake.faults = [fault]
    assert b"W11" in client.get(LIST)
    assert len(fake.asked) == 2
    assert len(pauses) == 1
    assert 0.5 <= pauses[0] <= 1.5


@pytest.mark.parametrize("fault", [silent, dripping])
def test_what_takes_too_long_is_tried_again(fake: Fake, pauses: list[float], fault: fake_services.Fault) -> None:
    client = Client(OPENALEX, fake.of("openalex"), {"User-Agent": "test"}, 0.0, QUICK, pauses.append)
    fake.faults = [fault]
    assert b"W11" in client.get(LIST)
    assert len(fake.asked) == 2
    assert len(pauses) == 1
    client.close()


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (status(500), Failed, "HTTP 500"),
        (closed, Failed, "an answer that was cut off"),
        (truncated_json, Failed, "an answer that was cut off"),
        (bad_gzip, Failed, "an answer that cannot be unpacked"),
        (status(429), Stopped, "is asked too much: HTTP 429"),
        (status(503), Stopped, "is asked too much: HTTP 503"),
    ],
)
def test_nothing_is_tried_for_ever(
    fake: Fake, client: Client, pauses: list[float], fault: fake_services.Fault, error: type[RemoteError], says: str
) -> None:
    fake.always = fault
    with pytest.raises(error, match=says):
        client.get(LIST)
    assert len(fake.asked) == ATTEMPTS
    assert len(pauses) == ATTEMPTS - 1
    assert all(later > earlier / 3 * 1.9 for earlier, later in pairwise(pauses)), "ever longer"


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (status(401), Stopped, "refuses to answer: HTTP 401; is OPENALEX_API_KEY right"),
        (status(403), Stopped, "refuses to answer: HTTP 403"),
        (status(400), TooMuch, "HTTP 400"),
        (status(414), TooMuch, "HTTP 414"),
        (status(404), Failed, "HTTP 404"),
        (status(418), Failed, "HTTP 418"),
        (huge, TooMuch, "an answer of more than 1 MB"),
        (bomb, TooMuch, "an answer of more than 1 MB"),
        (lambda handler: handler.send(200, "text/html", b"<p>"), Failed, "text/html where application/json"),
        (status(302, Location="http://127.0.0.2:1/x"), Failed, "a redirection to 127.0.0.2"),
        (status(302, Location="http://169.254.169.254/latest"), Failed, "a redirection to 169.254.169.254"),
        (status(302, Location="//[::1"), Failed, "a redirection"),
        (status(302, Location="file:///etc/passwd"), Failed, "a redirection to nowhere"),
        (status(429, Retry_After="86400"), Stopped, "asks to come back in 86,400 seconds"),
        (status(503, Retry_After="9" * 400), Stopped, "asks to come back"),
    ],
)
def test_what_will_not_pass_is_tried_once(
    fake: Fake, client: Client, fault: fake_services.Fault, error: type[RemoteError], says: str
) -> None:
    fake.faults = [fault]
    with pytest.raises(error) as raised:
        client.get(LIST)
    assert type(raised.value) is error
    assert says in raised.value.message
    assert len(fake.asked) == 1


def test_redirections_within_the_service_are_followed(fake: Fake, client: Client) -> None:
    fake.faults = [status(301, Location="/openalex/works?filter=doi:10.5555/one&per_page=5")]
    assert b"W11" in client.get(LIST)


def test_redirections_come_to_an_end(fake: Fake, client: Client) -> None:
    fake.always = status(302, Location="/openalex/works")
    with pytest.raises(Failed, match="too many redirections"):
        client.get(LIST)
    assert len(fake.asked) == 4


def test_what_was_posted_is_not_lost_by_a_redirection(fake: Fake) -> None:
    service = find_service("semanticscholar")
    client = Client(service, fake.of("semanticscholar"), interval=0.0)
    fake.faults = [status(302, Location="/semanticscholar/elsewhere")]
    with pytest.raises(Failed, match="loses what was asked"):
        client.get(service.request(["doi:10.5555/one"]))
    client.close()


def test_the_service_says_how_long_to_wait(fake: Fake, client: Client, pauses: list[float]) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=31), usegmt=True)
    fake.faults = [status(429, Retry_After="7"), status(503, Retry_After=soon), status(429, Retry_After="soon")]
    client.get(LIST)
    assert 7 <= pauses[0] <= 8
    assert 28 <= pauses[1] <= 33
    assert pauses[2] <= 6, "what is no time is not obeyed"


def test_requests_are_as_far_apart_as_the_service_wants(fake: Fake) -> None:
    pauses: list[float] = []
    client = Client(OPENALEX, fake.of("openalex"), interval=50.0, pause=pauses.append)
    for _ in range(3):
        client.get(LIST)
    client.close()
    first, second = pauses
    assert 49 < first <= 50
    assert 98 < second <= 100, "the clock stands still here, so each waits for all before it"


def test_every_service_has_a_pace_and_https() -> None:
    for service in SERVICES.values():
        assert service.interval >= 0.1
        assert service.address.startswith("https://")


def test_a_secret_is_in_no_message(fake: Fake) -> None:
    client = Client(OPENALEX, fake.of("openalex"), {"Authorization": "Bearer s3cret"}, 0.0, BOUNDS, lambda _: None)
    messages = []
    for fault in (status(401), status(500), cut_off, huge, truncated_json, status(302, Location="http://x.invalid/")):
        fake.faults, fake.always = [], fault
        with pytest.raises(RemoteError) as raised:
            client.get(LIST)
        messages.append(repr(raised.value) + repr(raised.value.__cause__) + repr(raised.value.value))
    assert all(asked.headers["Authorization"] == "Bearer s3cret" for asked in fake.asked)
    assert not any("s3cret" in message for message in messages)
    client.close()


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"),
        *("::1", "fe80::1%lo", "fc00::1", "::ffff:127.0.0.1", "ff02::1"),
    ],
)
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    lead_to(monkeypatch, "93.184.216.34", address)
    with pytest.raises(Stopped, match="no public address"):
        Client(OPENALEX).get(LIST)
    assert resolved("example.org", 443, also_private=True) == ["93.184.216.34", address]


def lead_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    names = SimpleNamespace(getaddrinfo=getaddrinfo, SOCK_STREAM=socket.SOCK_STREAM)
    monkeypatch.setattr("kg.linking.remote.addresses.socket", names)
    return asked


def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch, fake: Fake) -> None:
    looked_up = lead_to(monkeypatch, "127.0.0.1")
    client = Client(OPENALEX, fake.of("openalex").replace("127.0.0.1", "mirror.test"), interval=0.0)
    client.get(LIST)
    client.get(LIST)
    client.close()
    assert looked_up == ["mirror.test"]
    assert fake.asked[0].headers["Host"].startswith("mirror.test:")


def test_another_address_is_tried_where_one_does_not_answer(monkeypatch: pytest.MonkeyPatch, fake: Fake) -> None:
    lead_to(monkeypatch, "127.0.0.9", "127.0.0.1")
    client = Client(
        OPENALEX, fake.of("openalex").replace("127.0.0.1", "mirror.test"), None, 0.0, BOUNDS, lambda _: None
    )
    assert b"W11" in client.get(LIST)
    client.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_the_certificate_must_be_of_the_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Though it is an IP address that is connected to."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key)]
    of_name = ["-subj", "/CN=mirror.test", "-addext", "subjectAltName=DNS:mirror.test", "-out", str(certificate)]
    subprocess.run(["openssl", "req", "-x509", *curve, *of_name], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    lead_to(monkeypatch, "127.0.0.1")

    def asked_as(name: str) -> bytes:
        client = Client(OPENALEX, server.of("openalex").replace("127.0.0.1", name), None, 0.0, BOUNDS)
        try:
            return client.get(LIST)
        finally:
            client.close()

    with fake_services.served(tls) as server:
        with pytest.raises(Stopped, match="no secure connection"):
            asked_as("mirror.test")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert b"W11" in asked_as("mirror.test")
        with pytest.raises(Stopped, match="no secure connection"):
            asked_as("other.test")


def test_a_name_that_is_nobodys_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("kg.linking.remote.addresses.socket.getaddrinfo", nobody)
    with pytest.raises(Stopped, match=r"the address of api\.openalex\.org is not known"):
        Client(OPENALEX).get(LIST)


keys = st.sampled_from(["doi", "orcid", "ror", "arxiv", "title", "pmid", "grid", "name"]).flatmap(
    lambda scheme: st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).map(lambda text: f"{scheme}:{text}")
)
TAKEN = {
    "openalex": ("doi", "orcid", "ror", "arxiv", "title"),
    "crossref": ("doi", "title"),
    "semanticscholar": ("doi", "arxiv", "pmid", "title"),
    "ror": ("grid", "name"),
    "dblp": ("doi",),
    "arxiv": ("arxiv",),
}


@given(st.sampled_from(sorted(TAKEN)), st.lists(keys, max_size=120, unique=True))
def test_every_question_is_asked_once_below_the_address(name: str, questions: list[str]) -> None:
    """Whatever identifiers and titles hold: no line breaks, no fragments, no other path."""
    service = SERVICES[name]
    asked = [key for key in questions if key.partition(":")[0] in TAKEN[name]]
    requests = list(service.requests(asked))
    assert sorted(key for request in requests for key in request.keys) == sorted(asked)
    for request in requests:
        assert request.path.isascii()
        assert request.path.isprintable()
        assert not set(' #<>"{}\\^`') & set(request.path)
        assert request.path.count("?") <= 1
        assert 1 <= len(request.keys) <= 500


@given(st.binary(max_size=200), st.sampled_from(sorted(SERVICES)))
def test_an_answer_of_anything_is_read_or_a_value_error(content: bytes, name: str) -> None:
    service = SERVICES[name]
    request = service.request(["doi:10.5555/1" if name != "ror" else "grid:grid.1"])
    if not service.is_whole(content):
        return
    try:
        service.page(request, content)
    except ValueError:
        return
    assert content.strip()


def test_pages_are_followed() -> None:
    request = OPENALEX.request([f"doi:10.5555/{number}" for number in range(50)])
    page = OPENALEX.page(request, b'{"meta": {"count": 201}, "results": [' + b",".join([b"{}"] * 100) + b"]}")
    assert page.next_path == f"{request.path}&page=2"
    second = Request(page.next_path or "", request.keys)
    page = OPENALEX.page(second, b'{"meta": {"count": 201}, "results": [' + b",".join([b"{}"] * 100) + b"]}")
    assert page.next_path == f"{request.path}&page=3"
    third = Request(page.next_path or "", request.keys)
    assert OPENALEX.page(third, b'{"meta": {"count": 201}, "results": [{}]}').next_path is None


def test_who_asks() -> None:
    assert user_agent("") == user_agent("a@b.c").replace("; mailto:a@b.c", "")
    assert read_settings({"KG_MAIL": "ada@example.org"}).mail == "ada@example.org"


@pytest.mark.parametrize("mail", ["ada", "ada@", "a b@example.org", "ada@example.org\r\nX: y", "ada@localhost\n.de"])
def test_a_mail_address_that_is_none(mail: str) -> None:
    with pytest.raises(SettingError, match=r"ada@example\.org"):
        read_settings({"KG_MAIL": mail})
