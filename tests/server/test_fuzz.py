"""Anything at all is sent to a running service: it never answers 500, errors are well-formed, and it stays up."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.service import TOKEN, Service
from kg.settings import read_settings
from server import create_app
from server.state import state_of

Answer = tuple[int, str, bytes]

KEYS = ["evan-hubinger", "arxiv:cs.LG", "doi:10.1000/x", "kg", "author", "most-prolific-authors", "author-papers.csv"]
SPITE = [
    *("", ".", "..", "%2e%2e%2f", "%2F", "//", "\\", "%00", "%ff", "%C3%28", "%", "%zz", "%u0041", "%25", "%0d%0aX:1"),
    *(
        "'",
        '"',
        "<script>",
        "{{7*7}}",
        "${x}",
        "%F0%9F%A7%AA",
        "\u202e",
        "é",
        ";",
        "a=b&c",
        "?",
        "#",
        "\x00",
        "\x7f",
        "a b",
    ),
    *(
        "-1",
        "0",
        "1e999",
        "nan",
        "9" * 5000,
        "a" * 9000,
        "²",
        "٣",
        "<urn:x>",
        "urn:x",
        "http://[::1",
        "javascript:alert(1)",
    ),
]
PARAMETERS = [
    *("query", "update", "default-graph-uri", "named-graph-uri", "using-graph-uri", "timeout", "truncate", "format"),
    *("graph", "default", "q", "type", "limit", "offset", "author", "paper", "words", "callback", "queries"),
]
VALUES = [
    *(
        "SELECT * { ?s ?p ?o } LIMIT 1",
        "ASK {}",
        "SELECT",
        "CLEAR ALL",
        "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1",
        "x" * 5000,
    ),
    *(
        "DESCRIBE <https://w3id.org/paperkg/author/evan-hubinger>",
        "(" * 3000,
        r"\u0053ELECT \uD800",
        "https://w3id.org/paperkg/",
    ),
    *("author", "csv", "true", "10", "99999999999999999999", "alignment", '"', "AND OR NOT *:*"),
]
HEADERS: dict[str, list[str]] = {
    "Accept": ["*/*", "text/html", "text/turtle;q=x", "a/b", "*/*;q=0", ",", ";", "text/*;q=0.5, */json", "/", "q=1"],
    "Accept-Language": ["de", "*;q=2", ","],
    "Authorization": ["Bearer", "Bearer x", "Basic Og==", "Digest a=b", "bearer  s3cret\x00", "Basic \xff"],
    "Content-Type": [
        *("application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update; charset=utf-16"),
        *(
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "text/turtle",
            "text/turtle; a=",
            ";",
            "application/json",
        ),
    ],
    "Expect": ["100-continue", "200-ok"],
    "Host": [
        "",
        "localhost",
        "a b",
        "<script>",
        "[::1",
        "x:99999",
        "x:y",
        "é",
        "a" * 3000,
        "http://x/",
        "x\\y",
        "a..b",
    ],
    "If-Match": ["*", '"a"'],
    "If-Modified-Since": ["yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 99 Jan 99999 00:00:00 GMT"],
    "If-None-Match": ["*", '"a', 'W/"a", "b"', ",,,", "W/"],
    "If-Range": ['"a"', "yesterday"],
    "Origin": ["null", "http://evil"],
    "Range": [
        "bytes=0-0",
        "bytes=-1",
        "bytes=5-1",
        "bytes=9999999999999-",
        "lines=1-2",
        "bytes=0-,0-,0-",
        "bytes=" + "9" * 5000 + "-",
    ],
    "Transfer-Encoding": ["chunked", "gzip", "chunked, chunked", "identity"],
    "X-Forwarded-For": ["1.2.3.4"],
    "Connection": ["close", "keep-alive, upgrade", "\xff"],
    "Cookie": ["a=b", "=;;="],
}
PATIENCE = 0.1  # seconds; what comes later is found in the log
METHODS = ["GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "FOO", "é"]

HEADER_TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)
fuzzed = settings(max_examples=1000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def service(seeded_store_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("fuzzed") / "store"
    shutil.copytree(seeded_store_folder, folder)
    with Service(
        folder, KG_QUERY_TIMEOUT="2", KG_QUERY_MEMORY="500M", KG_QUERY_WORKERS="1", KG_ACCESS_LOG="1"
    ) as service:
        yield service
        assert service.alive
    faults = [line for line in service.log if "Traceback" in line or " ERROR " in line or '"status":500' in line]
    assert not faults, "".join(service.log[service.log.index(faults[0]) :][:60])


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every rule there is, with what stands in it left open as {}."""
    app = create_app(read_settings({}, store=tmp_path_factory.mktemp("routes"), query_workers=1))
    rules = [
        "".join(text if not isinstance_ else "{}" for isinstance_, text in rule._trace)
        for rule in app.url_map.iter_rules()
    ]
    state_of(app).close()
    return [rule.replace("|", "", 1) for rule in rules]


def exchange(service: Service, request: bytes, patience: float = PATIENCE) -> Answer | None:
    """The answer to these bytes; None where the connection was closed without one, which is all that some deserve."""
    parts = urlsplit(service.address)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as connection:
        try:
            connection.sendall(request)
            connection.settimeout(patience)  # for what is not whole there is no answer
            response = http.client.HTTPResponse(connection, method=request.partition(b" ")[0].decode("latin-1"))
            response.begin()
            return response.status, response.getheader("Content-Type") or "", response.read()
        except (OSError, http.client.HTTPException):
            return None


def check(answer: Answer | None) -> None:
    if answer is None:
        return
    status, content_type, body = answer
    assert status < 500 or status in (501, 503, 504, 507), answer
    if status >= 400 and body:
        if content_type.startswith("application/json"):
            assert json.loads(body)["jsonrpc"] == "2.0", answer  # errors of the Model Context Protocol are its own
        elif content_type.startswith("text/html"):
            assert body.lstrip().lower().startswith(b"<!doctype html>"), answer
        else:
            assert content_type == "application/problem+json", answer
            problem = json.loads(body)
            assert problem["status"] == status and problem["title"] and problem["detail"], answer


@st.composite
def requests(draw: st.DrawFn, templates: list[str]) -> bytes:
    template = draw(st.sampled_from(templates))
    piece = st.one_of(
        st.sampled_from(KEYS),
        st.sampled_from(SPITE),
        st.text(max_size=12).map(lambda text: quote(text.encode("utf-8", "surrogatepass"))),
    )
    while "{}" in template:
        template = template.replace("{}", draw(piece), 1)
    pair = st.tuples(
        st.sampled_from(PARAMETERS) | st.text(max_size=5), st.sampled_from(VALUES + SPITE) | st.text(max_size=20)
    )
    pairs = [
        (name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass"))
        for name, value in draw(st.lists(pair, max_size=3))
    ]
    form = urlencode(pairs) if draw(st.booleans()) else draw(st.sampled_from(SPITE))
    in_body = draw(st.booleans())
    body = form.encode("utf-8") if in_body else draw(st.binary(max_size=30))
    target = template if in_body else f"{template}?{form}"
    method = draw(st.sampled_from(METHODS))
    names = draw(st.lists(st.sampled_from(sorted(HEADERS)), max_size=4))
    headers = [f"{name}: {draw(st.sampled_from(HEADERS[name]) | HEADER_TEXT)}" for name in names]
    if not any(header.startswith("Host") for header in headers):
        headers.append("Host: localhost")
    if body and draw(st.integers(0, 9)):
        headers.append(f"Content-Length: {len(body)}")
    head = "\r\n".join([f"{method} {target} HTTP/1.{draw(st.integers(0, 1))}", *headers])
    return head.encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body


@fuzzed
@given(data=st.data())
def test_any_request_is_answered_in_good_order(service: Service, routes: list[str], data: st.DataObject) -> None:
    check(exchange(service, data.draw(requests(routes))))


@pytest.mark.parametrize(
    "target", ['/graph/"', "/graph/<x>", "/graph/%zz", "/graph/\\", '/page/author/"', "/data/paper/<x>.ttl"]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_path_that_names_nothing_is_told(service: Service, method: str, target: str) -> None:
    answer = exchange(service, _authorised(method, target, b"", "text/turtle"), patience=30)
    check(answer)
    assert answer and answer[0] in (400, 404, 405)


LINES = [
    *(
        b"GET / HTTP/1.1",
        b"GET / HTTP/9.9",
        b"GET /",
        b"GET",
        b"",
        b"\x16\x03\x01\x02\x00\x01",
        b"PRI * HTTP/2.0",
        b"GET  / HTTP/1.1",
    ),
    *(
        b"GET http://[::1 HTTP/1.1",
        b"GET * HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"CONNECT a:1 HTTP/1.1",
        b"GET //host/x HTTP/1.1",
    ),
    *(
        b"Host: a",
        b"Host: a\r\nHost: b",
        b" folded",
        b"NoColon",
        b": empty",
        b"A\x00: b",
        b"Content-Length: 5",
        b"Content-Length: -1",
    ),
    *(
        b"Content-Length: +5",
        b"Content-Length: " + b"9" * 5000,
        b"Content-Length: 5, 6",
        b"Content-Length: 99999999999999999",
    ),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 3", b"Expect: 100-continue"),
    *(b"5", b"zz", b"-1", b"ffffffffffffffffffff", b"0", b"5;" + b"a" * 300, b"hello", b"X: " + b"a" * 300_000),
]


@settings(fuzzed, max_examples=150)
@given(st.lists(st.sampled_from(LINES) | st.binary(max_size=20), max_size=6), st.sampled_from([b"\r\n", b"\n", b"\r"]))
def test_what_is_no_request_does_no_harm(service: Service, lines: list[bytes], ending: bytes) -> None:
    check(exchange(service, ending.join(lines) + ending * 2))


TURTLE_SOUP = st.lists(
    st.sampled_from(
        [
            "<a> <b> 1 .",
            "_:x",
            "@prefix",
            "<http://e/s>",
            "<http://e/p>",
            "'x'@en",
            ".",
            "[",
            "(",
            "\\u0000",
            "<< ",
            "{",
            "\ud800",
            "\x00",
        ]
    ),
    max_size=12,
).map(" ".join)
UPDATE_SOUP = st.lists(
    st.sampled_from(
        [
            "INSERT DATA",
            "{",
            "}",
            "<http://e/s> <http://e/p> 1",
            ";",
            "DELETE WHERE",
            "CLEAR SILENT",
            "GRAPH <x:g>",
            "?s",
            "USING",
            "LOAD <x:y>",
            "WITH",
            "_:b",
        ]
    ),
    max_size=10,
).map(" ".join)
MEDIA_TYPES = st.sampled_from(
    ["text/turtle", "application/ld+json", "application/rdf+xml", "application/trig", "multipart/form-data; boundary=x"]
)


@settings(fuzzed, max_examples=40)
@given(
    st.sampled_from(["PUT", "POST", "DELETE"]),
    st.sampled_from(["/store?graph=http://e/g", "/store?default", "/store", "/graph/x"]),
    TURTLE_SOUP,
    MEDIA_TYPES,
)
def test_any_document_from_who_may_write_is_taken_or_refused(
    service: Service, method: str, target: str, document: str, media_type: str
) -> None:
    check(exchange(service, _authorised(method, target, document.encode("utf-8", "surrogatepass"), media_type)))


@settings(fuzzed, max_examples=40)
@given(UPDATE_SOUP)
def test_any_update_from_who_may_write_is_made_or_refused(service: Service, update: str) -> None:
    check(exchange(service, _authorised("POST", "/sparql", update.encode(), "application/sparql-update")))


def _authorised(method: str, target: str, body: bytes, media_type: str) -> bytes:
    headers = (
        f"Host: localhost\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}"
    )
    return f"{method} {target} HTTP/1.1\r\n{headers}\r\n\r\n".encode() + body
