"""The SPARQL endpoint, rule by rule, and as clients use it."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlencode

import pyoxigraph
import pytest
import rdflib
import waitress
from flask import Flask
from flask.testing import FlaskClient
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON as WRAPPER_JSON
from SPARQLWrapper import TURTLE as WRAPPER_TURTLE
from SPARQLWrapper import SPARQLWrapper
from werkzeug.test import TestResponse

from kg import pipeline
from kg.namespaces import SD
from kg.records import Identifier, Paper, SourceRecord
from kg.settings import read_settings
from kg.store import StoreFolder
from server import create_app
from server.state import state_of
from tests.made_records import made_source

PAPERS = 250
CAP = 200
TITLES = "SELECT ?t { ?p <http://purl.org/dc/terms/title> ?t } ORDER BY ?t LIMIT 3"
ONE = "SELECT (1 AS ?x) {}"
ASK = "ASK { ?s ?p ?o }"
GRAPH = "CONSTRUCT WHERE { ?s <http://purl.org/dc/terms/title> ?o } LIMIT 5"
TOO_MANY = "SELECT * { ?s <http://purl.org/dc/terms/title> ?o }"
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'?a{i} ?b{i} ?c{i} .' for i in range(8))} }}"
DOUBLINGS = " ".join(f"BIND(CONCAT(?a{i}, ?a{i}) AS ?a{i + 1})" for i in range(40))
BOMB = f"SELECT * {{ BIND('xxxxxxxx' AS ?a0) {DOUBLINGS} }}"
# Never the same, so never answered without a worker.
FRESH = "SELECT (RAND() AS ?x) {}"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
NOWHERE = "http://example.org/nowhere"


class _Client(FlaskClient):
    """Reads every answer to its end, as a server does, so that the spooled file is closed."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        return super().open(*args, **(options | {"buffered": True}))


def _papers() -> Iterator[Paper]:
    for number in range(PAPERS):
        name = f"10.1000/{number}"
        source = SourceRecord(record_id=name)
        yield Paper(title=f"Paper {number:03} 100%", source=source, identifiers=(Identifier("doi", name),))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("endpoint")
    (folder / "papers").touch()
    pipeline.load(StoreFolder(folder / "store"), made_source("made", _papers()), {"made": [folder / "papers"]})
    settings = read_settings(
        {},
        store=folder / "store",
        query_workers=1,
        query_queue=1,
        query_timeout=20,
        query_memory="500M",
        result_rows=CAP,
        max_body="150k",
    )
    app = create_app(settings)
    app.test_client_class = _Client
    yield app
    state_of(app).close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _bindings(body: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(body)["results"]["bindings"]
    return rows


@pytest.mark.parametrize(
    ("method", "target", "content_type", "body", "status"),
    [
        ("GET", f"?query={quote(ONE)}", None, b"", 200),
        ("HEAD", f"?query={quote(ONE)}", None, b"", 200),
        ("POST", "", FORM, urlencode({"query": ONE}).encode(), 200),
        ("POST", "", FORM.upper(), urlencode({"query": ONE}).encode(), 200),
        ("POST", "", f"{FORM}; charset=UTF-8", urlencode({"query": ONE}).encode(), 200),
        ("POST", "", QUERY, ONE.encode(), 200),
        ("POST", "", f'{QUERY}; charset="utf-8"', ONE.encode(), 200),
        ("POST", f"?default-graph-uri={quote(NOWHERE)}", QUERY, ONE.encode(), 200),
        ("PUT", "", QUERY, ONE.encode(), 405),
        ("DELETE", "", None, b"", 405),
        ("PATCH", "", None, b"", 405),
        ("GET", "?update=CLEAR%20ALL", None, b"", 400),
        ("GET", f"?query={quote(ONE)}&update=CLEAR%20ALL", None, b"", 400),
        ("GET", f"?query={quote(ONE)}&query={quote(ASK)}", None, b"", 400),
        ("POST", f"?query={quote(ONE)}", QUERY, ONE.encode(), 400),
        ("POST", "", FORM, urlencode([("query", ONE), ("query", ONE)]).encode(), 400),
        ("POST", "", FORM, urlencode([("query", ONE), ("update", "CLEAR ALL")]).encode(), 400),
        ("POST", "", FORM, b"", 400),
        ("POST", "", FORM, b"draft=1", 400),
        ("POST", "", None, ONE.encode(), 415),
        ("POST", "", "text/plain", ONE.encode(), 415),
        ("POST", "", "multipart/form-data; boundary=x", b"--x--", 415),
        ("POST", "", f"{QUERY}; charset=utf-16", ONE.encode("utf-16"), 415),
        ("POST", "", f"{FORM}; charset=iso-8859-1", urlencode({"query": ONE}).encode(), 415),
        ("POST", "", QUERY, b"SELECT ('\xff' AS ?x) {}", 400),
        ("POST", "", FORM, b"query=SELECT+('%FF'+AS+?x)+{}", 400),
        ("GET", "?query=SELECT+('%FF'+AS+?x)+{}", None, b"", 400),
        ("POST", "", QUERY, ONE.encode() + b" " * 200_000, 413),
        ("GET", "?query=", None, b"", 400),
        ("GET", "?query=SELECT%20*%20%7B", None, b"", 400),
        ("GET", "?query=%00", None, b"", 400),
        ("GET", "?query=CLEAR%20ALL", None, b"", 400),
        ("POST", "", FORM, b"update=CLEAR%20ALL", 403),
        ("POST", "", "application/sparql-update", b"CLEAR ALL", 403),
        ("GET", f"?query={quote(ONE)}&default-graph-uri=relative", None, b"", 400),
        ("GET", f"?query={quote(ONE)}&named-graph-uri=http%3A//a%20b", None, b"", 400),
        ("GET", f"?query={quote(ONE)}&timeout=0", None, b"", 400),
        ("GET", f"?query={quote(ONE)}&timeout=-1", None, b"", 400),
        ("GET", f"?query={quote(ONE)}&timeout=nan", None, b"", 400),
        ("GET", f"?query={quote(ONE)}&timeout=inf", None, b"", 400),
        ("GET", f"?query={quote(ONE)}&timeout=soon", None, b"", 400),
        ("GET", f"?query={quote(ONE)}&timeout=1&timeout=2", None, b"", 400),
        ("GET", f"?query={quote(ONE)}&timeout=5", None, b"", 200),
        ("GET", f"?query={quote(ONE)}&truncate=maybe", None, b"", 400),
        ("GET", f"?query={quote(ONE)}&truncate=True", None, b"", 200),
        ("GET", f"?query={quote(ONE)}&something=else", None, b"", 200),
    ],
)
def test_the_protocol(
    client: FlaskClient, method: str, target: str, content_type: str | None, body: bytes, status: int
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = client.open("/sparql" + target, method=method, data=body, headers=headers)
    assert response.status_code == status, response.data
    if status >= 400:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        problem = json.loads(response.data)
        assert problem["status"] == status
        assert len(problem["detail"]) > 10
    if status == 405:
        assert {"GET", "HEAD", "POST", "OPTIONS"} <= {name.strip() for name in response.headers["Allow"].split(",")}


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri", "timeout", "truncate"])
def test_a_parameter_at_fault_is_named(client: FlaskClient, name: str) -> None:
    problem = json.loads(client.get("/sparql", query_string={"query": ONE, name: "no such <value>"}).data)
    assert (problem["status"], problem["kind"]) == (400, "ParameterError")
    assert name in problem["detail"]


def test_a_form_is_decoded_exactly_once(client: FlaskClient) -> None:
    text = 'SELECT ?x { VALUES ?x { "100%25" "a+b" "é&=" } }'
    for response in (
        client.post("/sparql", data=urlencode({"query": text}).encode(), content_type=FORM),
        client.get("/sparql?" + urlencode({"query": text})),
        client.post("/sparql", data=text.encode(), content_type=QUERY),
    ):
        assert [row["x"]["value"] for row in _bindings(response.data)] == ["100%25", "a+b", "é&="]


@pytest.mark.parametrize(
    ("query", "accept", "status", "media_type"),
    [
        (ONE, None, 200, "application/sparql-results+json"),
        (ONE, "*/*", 200, "application/sparql-results+json"),
        (ONE, "application/json", 200, "application/json"),
        (ONE, "application/sparql-results+xml", 200, "application/sparql-results+xml"),
        (ONE, "text/csv", 200, "text/csv; charset=utf-8"),
        (ONE, "text/tab-separated-values", 200, "text/tab-separated-values; charset=utf-8"),
        (ONE, "application/sparql-results+json;q=0, */*", 200, "application/sparql-results+xml"),
        (ONE, "image/png", 406, None),
        (ONE, "text/turtle", 406, None),
        (ASK, None, 200, "application/sparql-results+json"),
        (ASK, "application/sparql-results+xml", 200, "application/sparql-results+xml"),
        (ASK, "text/csv", 406, None),
        (ASK, "text/tab-separated-values", 406, None),
        (GRAPH, None, 200, "text/turtle; charset=utf-8"),
        (GRAPH, "application/n-triples", 200, "application/n-triples"),
        (GRAPH, "application/ld+json", 200, "application/ld+json"),
        (GRAPH, "application/rdf+xml", 200, "application/rdf+xml"),
        (GRAPH, "application/trig", 200, "application/trig"),
        (GRAPH, "application/n-quads", 200, "application/n-quads"),
        (GRAPH, "image/png", 406, None),
        (GRAPH, "application/sparql-results+json", 406, None),
        ("DESCRIBE <http://example.org/x>", "text/turtle", 200, "text/turtle; charset=utf-8"),
    ],
)
def test_the_answer_is_in_the_format_asked_for(
    client: FlaskClient, query: str, accept: str | None, status: int, media_type: str | None
) -> None:
    headers = {"Accept": accept} if accept else {}
    response = client.get("/sparql", query_string={"query": query}, headers=headers)
    assert response.status_code == status
    if media_type:
        assert response.content_type == media_type
        assert "Accept" in response.headers["Vary"]
        assert response.content_length == len(response.data)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    else:
        assert "available as" in json.loads(response.data)["detail"]


def test_a_format_parameter_serves_clients_without_headers(client: FlaskClient) -> None:
    def media_type(query: str, name: str) -> str:
        response = client.get(
            "/sparql", query_string={"query": query, "format": name}, headers={"Accept": "text/html,*/*"}
        )
        assert response.status_code == 200
        return response.mimetype

    assert media_type(ONE, "csv") == "text/csv"
    assert media_type(GRAPH, "ntriples") == "application/n-triples"
    assert media_type(ONE, "application/sparql-results+xml") == "application/sparql-results+xml"
    assert media_type(GRAPH, "nt") == media_type(GRAPH, "application/n-triples") == "application/n-triples"
    assert media_type(GRAPH, "csv") == "text/turtle"
    assert media_type(ONE, "unheard-of") == "application/sparql-results+json"


def test_head_has_the_headers_of_get(client: FlaskClient) -> None:
    get, head = (client.open("/sparql", method=method, query_string={"query": ONE}) for method in ("GET", "HEAD"))
    assert head.data == b""
    assert dict(head.headers) == dict(get.headers)
    assert get.content_length == len(get.data) > 0


def test_a_client_that_has_the_answer_gets_a_304(client: FlaskClient, app: Flask) -> None:
    first = client.get("/sparql", query_string={"query": ONE})
    tag = first.headers["ETag"]
    assert state_of(app).snapshots.current().id in tag
    again = client.get("/sparql", query_string={"query": ONE}, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    # Nothing is evaluated for it: this query would not come to an end.
    endless = {"query": ENDLESS, "timeout": "0.2"}
    assert client.get("/sparql", query_string=endless, headers={"If-None-Match": "*"}).status_code == 304
    for other in ({"query": ASK}, {"query": ONE, "truncate": "true"}, {"query": ONE, "default-graph-uri": NOWHERE}):
        assert client.get("/sparql", query_string=other, headers={"If-None-Match": tag}).status_code == 200
    csv = client.get("/sparql", query_string={"query": ONE}, headers={"If-None-Match": tag, "Accept": "text/csv"})
    assert csv.status_code == 200


def test_a_syntax_error_says_where_and_what_was_expected(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "SELECT * WHERE {\n  ?s ?p }"})
    problem = json.loads(response.data)
    assert (response.status_code, problem["kind"], problem["line"]) == (400, "QuerySyntaxError", 2)
    assert problem["column"] > 1
    assert "expected" in problem["detail"]


@pytest.mark.parametrize(
    ("query", "parameters", "rows"),
    [
        ("SELECT * { ?s ?p ?o } LIMIT 1", {}, 1),
        ("SELECT * { ?s ?p ?o }", {"default-graph-uri": NOWHERE}, 0),
        ("SELECT * { ?s ?p ?o }", {"named-graph-uri": NOWHERE}, 0),
        ("SELECT * FROM <http://example.org/nowhere> { ?s ?p ?o }", {}, 0),
        (f"SELECT * {{ GRAPH <{NOWHERE}> {{ ?s ?p ?o }} }}", {}, 0),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", {"named-graph-uri": [NOWHERE, NOWHERE + "2"]}, 0),
        ("SELECT * FROM <http://example.org/nowhere> { ?s ?p ?o }", {"default-graph-uri": NOWHERE + "2"}, 0),
    ],
)
def test_a_dataset_that_does_not_exist_is_empty(
    client: FlaskClient, query: str, parameters: dict[str, Any], rows: int
) -> None:
    response = client.get("/sparql", query_string={"query": query, **parameters})
    assert len(_bindings(response.data)) == rows


def test_relative_iris_resolve_against_the_address_asked(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "SELECT (IRI('x') AS ?x) (<#y> AS ?y) {}"})
    (row,) = _bindings(response.data)
    assert (row["x"]["value"], row["y"]["value"]) == ("http://localhost/x", "http://localhost/sparql#y")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (ENDLESS, 504),
        (BOMB, 507),
        ("ASK { FILTER(" + "(" * 20000 + "1" + ")" * 20000 + ") }", 400),
        (TOO_MANY, 413),
    ],
    ids=["time", "memory", "nesting", "rows"],
)
def test_past_a_limit_the_answer_is_an_error_and_the_next_query_is_answered(
    client: FlaskClient, query: str, status: int
) -> None:
    body = urlencode({"query": query, "timeout": "0.5" if query == ENDLESS else "20"})
    response = client.post("/sparql", data=body.encode(), content_type=FORM)
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    if status == 413:
        assert str(CAP) in json.loads(response.data)["detail"]
        assert "/export" in json.loads(response.data)["detail"]
    assert client.get("/sparql", query_string={"query": FRESH}).status_code == 200


def test_a_client_may_ask_for_a_result_cut_at_the_cap(client: FlaskClient) -> None:
    cut = client.get("/sparql", query_string={"query": TOO_MANY, "truncate": "true"})
    assert (cut.status_code, cut.headers["Result-Truncated"]) == (200, f"rows={CAP}")
    assert "Result-Truncated" in cut.headers["Access-Control-Expose-Headers"]
    assert len(_bindings(cut.data)) == CAP
    whole = client.get("/sparql", query_string={"query": ONE, "truncate": "true"})
    assert "Result-Truncated" not in whole.headers


def test_a_full_queue_is_told_with_when_to_come_back(client: FlaskClient, app: Flask) -> None:
    workers = state_of(app).workers
    with ThreadPoolExecutor() as executor:
        endless = {"query": ENDLESS, "timeout": "1"}
        busy = [executor.submit(app.test_client().get, "/sparql", query_string=endless) for _ in range(2)]
        while (workers.running, workers.waiting) != (1, 1):
            assert not any(future.done() for future in busy)
        refused = client.get("/sparql", query_string={"query": FRESH})
        assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (503, True)
        assert client.get("/").status_code == 200, "pages do not wait for queries"
        assert {future.result().status_code for future in busy} <= {503, 504}


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:1/x> { ?s ?p ?o } }", "http://127.0.0.1:1/x"),
        ("SELECT * { service silent <http://127.0.0.1:1/x> { ?s ?p ?o } }", "http://127.0.0.1:1/x"),
        ("SELECT * { SERVICE ?where { ?s ?p ?o } }", "?where"),
        ("PREFIX e: <http://127.0.0.1:1/> SELECT * { SERVICE e:x { ?s ?p ?o } }", "http://127.0.0.1:1/x"),
        ("SELECT * { { SELECT * { SERVICE <x> { ?s ?p ?o } } } }", "http://localhost/x"),
        ("SELECT * { \\u0053ERVICE <http://127.0.0.1:1/x> { ?s ?p ?o } }", "http://127.0.0.1:1/x"),
        ("SELECT * { SERVICE #comment\n <http://127.0.0.1:1/x> { ?s ?p ?o } }", "http://127.0.0.1:1/x"),
    ],
)
def test_nothing_is_sent_to_other_addresses(client: FlaskClient, query: str, address: str) -> None:
    response = client.get("/sparql", query_string={"query": query})
    assert response.status_code == 403
    assert address in json.loads(response.data)["detail"]


@pytest.mark.parametrize(
    "query", ['SELECT ("SERVICE <http://x/>" AS ?x) {}', "SELECT ?SERVICE { } # SERVICE <http://x/>"]
)
def test_what_only_looks_like_service_is_answered(client: FlaskClient, query: str) -> None:
    assert client.get("/sparql", query_string={"query": query}).status_code == 200


@pytest.mark.parametrize(
    ("accept", "rdf_format"),
    [(None, pyoxigraph.RdfFormat.TURTLE), ("application/ld+json", pyoxigraph.RdfFormat.JSON_LD)],
)
def test_without_parameters_it_describes_itself(
    client: FlaskClient, accept: str | None, rdf_format: pyoxigraph.RdfFormat
) -> None:
    response = client.get("/sparql", base_url="http://kg.example:8080", headers={"Accept": accept} if accept else {})
    assert response.status_code == 200
    triples = [quad.triple for quad in pyoxigraph.parse(response.data, format=rdf_format)]
    said = {(triple.predicate.value, getattr(triple.object, "value", "")) for triple in triples}
    assert (SD + "endpoint", "http://kg.example:8080/sparql") in said
    assert (SD + "supportedLanguage", SD + "SPARQL11Query") in said
    assert (SD + "resultFormat", "http://www.w3.org/ns/formats/SPARQL_Results_JSON") in said
    assert not any(isinstance(triple.subject, pyoxigraph.BlankNode) for triple in triples)


def test_a_person_without_parameters_gets_the_editor(client: FlaskClient) -> None:
    response = client.get("/sparql", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert b"<textarea" in response.data


def test_preflight_is_answered(client: FlaskClient) -> None:
    headers = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
    response = client.options("/sparql", headers=headers)
    assert response.status_code in (200, 204)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert {"GET", "POST"} <= {name.strip() for name in response.headers["Access-Control-Allow-Methods"].split(",")}
    assert "content-type" in response.headers["Access-Control-Allow-Headers"].lower()


def test_a_host_header_that_is_no_host_is_refused(client: FlaskClient) -> None:
    for host in ("a b", "<script>", "x\\y", ""):
        response = client.get("/sparql", query_string={"query": ONE}, headers={"Host": host})
        assert response.status_code in (200, 400)
        assert client.get("/sparql", headers={"Host": host}).status_code in (200, 400)


@pytest.fixture(scope="module")
def server(app: Flask) -> Iterator[tuple[str, int]]:
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield "127.0.0.1", int(server.effective_port)
    server.trigger.pull_trigger(server.close)  # in the server's own thread, between two requests
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def endpoint(server: tuple[str, int]) -> str:
    return f"http://{server[0]}:{server[1]}/sparql"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper_is_served(endpoint: str, method: str) -> None:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setMethod(method)
    wrapper.setQuery(TITLES)
    wrapper.setReturnFormat(WRAPPER_JSON)
    rows = wrapper.queryAndConvert()["results"]["bindings"]
    assert [row["t"]["value"] for row in rows] == ["Paper 000 100%", "Paper 001 100%", "Paper 002 100%"]
    wrapper.setQuery(GRAPH)
    wrapper.setReturnFormat(WRAPPER_TURTLE)
    assert len(rdflib.Graph().parse(data=wrapper.queryAndConvert())) == 5


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("results", ["xml", "json"])
def test_rdflib_is_served(endpoint: str, method: str, results: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint, method=method, returnFormat=results))
    assert [str(row.t) for row in graph.query(TITLES)] == ["Paper 000 100%", "Paper 001 100%", "Paper 002 100%"]
    assert graph.query(ASK).askAnswer
    if results == "xml":  # asked for JSON, it accepts no graph
        assert len(graph.query(GRAPH).graph or ()) == 5


def test_a_connection_stays_usable_after_every_kind_of_answer(server: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*server, timeout=30)
    try:
        for method, query, status in (
            ("GET", TITLES, 200),
            ("HEAD", TITLES, 200),
            ("GET", "SELECT", 400),
            ("GET", TOO_MANY, 413),
            ("GET", f"{TOO_MANY} LIMIT {CAP}", 200),
        ):
            connection.request(method, f"/sparql?query={quote(query)}")
            response = connection.getresponse()
            body = response.read()
            assert response.status == status
            assert response.getheader("Transfer-Encoding") is None
            assert method == "HEAD" or int(response.getheader("Content-Length") or -1) == len(body)
    finally:
        connection.close()
