"""Headers of every answer: security, openness to other sites, caching, methods and limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg import paths, pipeline
from kg.settings import read_settings
from kg.sources import find_source
from kg.store import StoreFolder
from server import create_app
from server.state import state_of

READ_ROUTES = [
    "/",
    "/search?q=evan",
    "/queries",
    "/queries.ttl",
    "/ontology",
    "/ontology.ttl",
    "/shapes",
    "/context.jsonld",
    "/export/",
    "/export/kg.nt",
    "/page/author/evan-hubinger",
    "/data/author/evan-hubinger.ttl",
    "/data/author/evan-hubinger.jsonld",
]


@pytest.mark.parametrize("path", [*READ_ROUTES, "/author/evan-hubinger", "/nowhere", "/static/style.css"])
def test_every_answer_is_secured(client: FlaskClient, path: str) -> None:
    headers = client.get(path, headers={"Accept": "text/html,*/*;q=0.5"}).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"]
    assert headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", READ_ROUTES)
def test_an_unchanged_representation_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    assert first.status_code == 200
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200


@pytest.mark.parametrize("path", READ_ROUTES)
def test_head_answers_as_get_without_the_body(client: FlaskClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    ignored = {"Date"}
    assert {item for item in head.headers if item[0] not in ignored} == {
        item for item in got.headers if item[0] not in ignored
    }


def test_representations_of_one_address_have_their_own_tags(client: FlaskClient) -> None:
    asked = [("/ontology", "text/html"), ("/ontology", "text/turtle"), ("/search?q=a", "*/*"), ("/search?q=b", "*/*")]
    tags = {client.get(path, headers={"Accept": accept}).headers["ETag"] for path, accept in asked}
    assert len(tags) == 4


@pytest.mark.parametrize("path", READ_ROUTES)
def test_a_preflight_is_answered(client: FlaskClient, path: str) -> None:
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}
    response = client.options(path, headers=asked)
    assert response.status_code in (200, 204)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in response.headers["Access-Control-Allow-Methods"]
    assert "Accept" in response.headers["Access-Control-Allow-Headers"]
    assert "Authorization" not in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", [*READ_ROUTES, "/author/evan-hubinger"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_method_that_is_not_there_is_named_with_those_that_are(client: FlaskClient, path: str, method: str) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 405
    assert {"GET", "HEAD"} <= response.allow
    assert "Access-Control-Allow-Origin" not in response.headers or method not in response.allow


def test_methods_that_somebody_made_up_are_counted_as_one(client: FlaskClient) -> None:
    for number in range(3):
        client.open("/", method=f"MADEUP{number}")
    counted = client.get("/metrics").text
    assert 'method="other"' in counted
    assert "MADEUP" not in counted


def test_a_body_over_the_limit_is_refused(seeded_app: Flask) -> None:
    limit = seeded_app.config["MAX_CONTENT_LENGTH"]
    client = seeded_app.test_client()
    response = client.post("/sparql", data=b"x" * (limit + 1), content_type="application/sparql-query")
    assert response.status_code == 413


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_process_with_a_graph_is_alive_and_ready(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


def test_a_process_without_a_graph_is_alive_and_not_ready(empty_app: Flask) -> None:
    client = empty_app.test_client()
    assert client.get("/healthz").status_code == 200
    for path in ("/readyz", "/", "/author/nobody", "/search?q=x", "/export/kg.nt"):
        response = client.get(path, headers={"Accept": "text/html"})
        assert response.status_code == 503, path
        assert "kg load" in response.get_data(as_text=True)
    for path in ("/ontology", "/queries", "/sparql", "/export/"):
        assert client.get(path, headers={"Accept": "text/html"}).status_code in (200, 503), path


def test_a_new_snapshot_is_served_at_once_under_another_tag(tmp_path: Path) -> None:
    store = StoreFolder(tmp_path / "store")
    first, second = sorted(paths.SEEDS.glob("*.txt"))
    pipeline.load(store, find_source("profile-page"), {"first": [first]})
    app = create_app(read_settings({}, store=store.folder, query_workers=1))
    client = app.test_client()
    served = ("/", "/page/dataset/first", "/queries/dataset/datasets.csv")
    before = {path: client.get(path).headers["ETag"] for path in served}
    assert client.get("/page/dataset/second").status_code == 404
    pipeline.load(store, find_source("profile-page"), {"second": [second]})
    assert client.get("/page/dataset/second").status_code == 200
    for path, tag in before.items():
        response = client.get(path, headers={"If-None-Match": tag})
        assert response.status_code == 200
        assert response.headers["ETag"] != tag
    assert "second" in client.get("/queries/dataset/datasets.csv").get_data(as_text=True)
    state_of(app).close()
