"""The SPARQL editor: a query in, a page with its rows out."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

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
    assert not any(tag == "script" for tag, _ in page.elements)


def test_a_long_result_is_cut_and_says_so(client: FlaskClient) -> None:
    _, page = ask(client, "SELECT ?s ?p ?o { ?s ?p ?o }")
    assert "500 rows, the first of more" in page.text


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
