"""Questions about the whole graph through the endpoint: answered without a worker, and rightly after each write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg import pipeline
from kg.settings import read_settings
from kg.store import StoreFolder
from kg.workers import QueryRequest, QueryResult, WorkerPool
from server import create_app
from server.state import state_of

TOKEN = {"Authorization": "Bearer s3cret"}
EVERYTHING = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
CLASSES = "SELECT ?class (COUNT(?s) AS ?n) { ?s a ?class } GROUP BY ?class ORDER BY DESC(?n) ?class"
PROPERTIES = "SELECT ?p (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n) ?p"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("whole") / "store"
    pipeline.load_seeds(StoreFolder(folder))
    app = create_app(read_settings({}, store=folder, write_token="s3cret", cache_bytes=0))
    yield app.test_client()
    state_of(app).close()


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that workers were asked."""
    asked = []
    run = WorkerPool.run

    def noted(pool: WorkerPool, request: QueryRequest) -> QueryResult:
        asked.append(request.text)
        return run(pool, request)

    monkeypatch.setattr(WorkerPool, "run", noted)
    return asked


def rows(client: FlaskClient, query: str, **parameters: str) -> list[list[str]]:
    response = client.get("/sparql", query_string={"query": query, **parameters}, headers={"Accept": "text/csv"})
    assert response.status_code == 200, response.text
    return [line.split(",") for line in response.text.split()[1:]]


def update(client: FlaskClient, text: str) -> None:
    assert client.post("/sparql", data={"update": text}, headers=TOKEN).status_code == 204


@pytest.mark.parametrize("query", [EVERYTHING, CLASSES, PROPERTIES])
def test_no_worker_is_asked_for_what_is_counted(client: FlaskClient, evaluated: list[str], query: str) -> None:
    found = rows(client, query)
    assert not evaluated
    assert found == rows(
        client, query.replace("?o }", "?o FILTER(true) }").replace("?class }", "?class FILTER(true) }")
    )
    assert len(evaluated) == 1 and found


def test_a_write_counts_at_once(client: FlaskClient, evaluated: list[str]) -> None:
    [[before]], of_property = rows(client, EVERYTHING), rows(client, PROPERTIES)
    said = "<http://example.org/a> <http://example.org/p> 1, 2"
    update(client, f"INSERT DATA {{ {said} . GRAPH <http://example.org/g> {{ {said} }} }}")
    assert rows(client, EVERYTHING) == [[str(int(before) + 2)]]
    assert [row for row in rows(client, PROPERTIES) if row not in of_property] == [["http://example.org/p", "1"]]
    update(client, f"DELETE DATA {{ {said} }}")
    assert rows(client, EVERYTHING) == [[before]]
    assert rows(client, PROPERTIES) == of_property
    assert not evaluated


def test_counts_are_those_of_the_default_graph_alone(client: FlaskClient, evaluated: list[str]) -> None:
    update(client, "INSERT DATA { GRAPH <http://example.org/h> { <http://example.org/a> <http://example.org/p> 1 } }")
    graph = {"default-graph-uri": "http://example.org/h"}
    assert rows(client, EVERYTHING, **graph) == [["1"]]
    assert rows(client, EVERYTHING.replace("{", "FROM <http://example.org/h> {")) == [["1"]]
    assert len(evaluated) == 2


def test_more_rows_than_are_allowed_are_refused_as_ever(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    pipeline.load_seeds(StoreFolder(folder))
    app = create_app(read_settings({}, store=folder, result_rows=2))
    try:
        response = app.test_client().get("/sparql", query_string={"query": CLASSES})
        assert response.status_code >= 400 and "KG_RESULT_ROWS" in response.text
    finally:
        state_of(app).close()
