"""The SPARQL editor: a query in, a page with its rows out."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.workers import QueryRequest, QueryResult
from server.state import state_of
from tests.server.page_elements import Elements


def ask(client: FlaskClient, query: str) -> tuple[int, Elements]:
    response = client.get("/editor", query_string={"query": query}, headers={"Accept": "text/html"})
    assert response.mimetype == "text/html"
    return response.status_code, Elements(response.get_data(as_text=True))


@pytest.mark.parametrize(
    ("query", "cells"),
    [
        ("SELECT (1 + 1 AS ?two) (<http://example.org/a> AS ?link) {}", ["two", "link", "2", "http://example.org/a"]),
        ("ASK { ?s ?p ?o }", ["yes"]),
        ("ASK { ?s ?p <http://example.org/nowhere> }", ["no"]),
        ("CONSTRUCT { <http://example.org/a> a <http://example.org/b> } {}", ["subject", "rdf:type"]),
    ],
)
def test_every_form_has_its_table(client: FlaskClient, query: str, cells: list[str]) -> None:
    status, page = ask(client, query)
    assert status == 200
    assert set(cells) <= set(page.text)


def test_things_of_the_graph_are_shown_by_name_and_linked(client: FlaskClient) -> None:
    _, page = ask(client, 'SELECT ?a { ?a <http://xmlns.com/foaf/0.1/name> "Evan Hubinger" }')
    assert ("a", {"href": "/author/evan-hubinger", "dir": "auto"}) in page.elements
    assert "Evan Hubinger" in page.text


def test_a_syntax_error_stands_beside_the_query(client: FlaskClient) -> None:
    status, page = ask(client, "SELECT * { ?s ?p")
    assert status == 400
    assert any(tag == "textarea" and values.get("aria-invalid") for tag, values in page.elements)
    assert "SELECT * { ?s ?p" in "".join(page.text)


def test_a_query_that_looks_like_markup_is_shown_as_it_is(client: FlaskClient) -> None:
    query = "</textarea><script>alert(1)</script>"
    status, page = ask(client, query)
    assert status == 400
    assert query in "".join(page.text)
    assert all(values.get("src") for tag, values in page.elements if tag == "script")


def test_long_texts_are_cut_on_the_page_alone(client: FlaskClient) -> None:
    query = f'SELECT ("{"x" * 3000}" AS ?text) {{}}'
    page = client.get("/editor", query_string={"query": query}, headers={"Accept": "text/html"}).text
    assert f">{'x' * 399}…<" in page
    assert "x" * 3000 in client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"}).text


def test_a_long_result_is_cut_and_says_so(client: FlaskClient) -> None:
    _, page = ask(client, "SELECT ?s ?p ?o { ?s ?p ?o }")
    assert "250 rows, the first of more" in page.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("DELETE WHERE { ?s ?p ?o }", 400),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403),
        ("SELECT * { ?a ?b ?c " + "{" * 30_000, 400),
    ],
)
def test_what_may_not_be_asked_is_refused(seeded_app: Flask, query: str, status: int) -> None:
    assert ask(seeded_app.test_client(), query)[0] == status
    assert state_of(seeded_app).snapshots.current()


def test_an_update_is_told_where_it_belongs(client: FlaskClient) -> None:
    _, page = ask(client, "DELETE WHERE { ?s ?p ?o }")
    assert any("Send it to /sparql" in text for text in page.text)


def test_nothing_asked_is_the_editor_with_an_example(client: FlaskClient) -> None:
    status, page = ask(client, "  ")
    assert status == 200
    assert any("SELECT" in text for text in page.text)


def test_the_first_rows_are_json_with_the_names_of_things(client: FlaskClient) -> None:
    query = 'SELECT ?a ("x"@en AS ?b) (1 AS ?c) ?d { ?a <http://xmlns.com/foaf/0.1/name> "Evan Hubinger" }'
    found = client.get("/editor.json", query_string={"query": query}).get_json()
    iri = "https://w3id.org/paperkg/author/evan-hubinger"
    assert found["result"]["head"] == {"vars": ["a", "b", "c", "d"]}
    assert found["result"]["results"]["bindings"] == [
        {
            "a": {"type": "uri", "value": iri},
            "b": {"type": "literal", "value": "x", "xml:lang": "en"},
            "c": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
        }
    ]
    assert found["names"] == {iri: {"label": "Evan Hubinger", "page": "/author/evan-hubinger"}}
    assert found["cut"] is False


@pytest.mark.parametrize("query", ["SELECT ?s ?p ?o { ?s ?p ?o } # all", "CONSTRUCT WHERE { ?s ?p ?o } # all"])
def test_no_more_rows_are_evaluated_than_a_page_bears(
    seeded_app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    """All statements of a large graph would take longer than the deadline."""
    pool, rows = state_of(seeded_app).workers, []
    run = pool.run

    def counted(asked: QueryRequest) -> QueryResult:
        result = run(asked)
        rows.append(result.rows)
        return result

    monkeypatch.setattr(pool, "run", counted)
    found = client.get("/editor.json", query_string={"query": query}).get_json()
    assert len(found["result"]["results"]["bindings"]) == 2000
    assert found["cut"] is True
    assert rows == [2001]


@pytest.mark.parametrize("query", ["SELECT * {", "DELETE WHERE { ?s ?p ?o }", ""])
def test_what_cannot_be_asked_is_a_problem(client: FlaskClient, query: str) -> None:
    response = client.get("/editor.json", query_string={"query": query})
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"


def test_an_answer_that_is_another_each_time_is_not_kept(client: FlaskClient) -> None:
    query = {"query": "SELECT (STRUUID() AS ?id) {}"}
    assert client.get("/editor.json", query_string=query).data != client.get("/editor.json", query_string=query).data


def test_terms_are_those_of_the_ontology_and_of_the_graph(client: FlaskClient) -> None:
    found = client.get("/editor/terms").get_json()
    classes, properties = ({term["name"]: term for term in found[kind]} for kind in ("classes", "properties"))
    assert classes["kg:Paper"]["count"] == 23
    assert classes["kg:Venue"]["count"] == 0
    assert properties["dcterms:title"]["count"] > 0
    assert properties["kg:publicationYear"]["comment"]
    assert found["prefixes"]["foaf"] == "http://xmlns.com/foaf/0.1/"
