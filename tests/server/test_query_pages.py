"""Canned queries over HTTP: every one of them, in every format, with its defaults, its examples and wrong values."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import urlencode

import pyoxigraph
import pytest
import rdflib
from flask import Flask
from flask.testing import FlaskClient

from kg.formats import GRAPH_FORMATS, JSON, RESULT_FORMATS
from kg.queries import CannedQuery, Parameter, load_queries
from server.state import state_of
from tests.server.page_elements import Elements

QUERIES = load_queries()
EVERY_QUERY = pytest.mark.parametrize("name", QUERIES)
_SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


def wrong_value(parameter: Parameter) -> str:
    return {"iri": "http://not an iri", "string": "x" * 3000, "integer": "many", "year": "19x4"}[parameter.type]


def select_queries() -> list[CannedQuery]:
    return [query for query in QUERIES.values() if query.form == "select"]


@EVERY_QUERY
def test_a_query_is_a_page_with_its_form_and_its_text(client: FlaskClient, name: str) -> None:
    query = QUERIES[name]
    response = client.get(f"/queries/{name}", headers={"Accept": "text/html"})
    assert response.status_code == 200
    page = Elements(response.get_data(as_text=True))
    assert query.title in page.text
    fields = {attributes.get("name"): attributes.get("value") for tag, attributes in page.elements if tag == "input"}
    assert all(fields[parameter.name] == parameter.default for parameter in query.parameters)
    assert not any("#+" in text for text in page.text)


@EVERY_QUERY
def test_a_query_answers_in_every_format_by_extension_and_by_accept(client: FlaskClient, name: str) -> None:
    form = QUERIES[name].form
    if form in ("construct", "describe"):
        formats: tuple[object, ...] = GRAPH_FORMATS
    else:
        formats = tuple(known for known in RESULT_FORMATS if known.boolean or form == "select")
    for data_format in formats:
        by_extension = client.get(f"/queries/{name}.{data_format.extension}")  # type: ignore[attr-defined]
        by_accept = client.get(f"/queries/{name}", headers={"Accept": data_format.media_type})  # type: ignore[attr-defined]
        assert by_extension.status_code == 200
        assert by_extension.mimetype == by_accept.mimetype == data_format.media_type  # type: ignore[attr-defined]
        assert by_extension.data == by_accept.data


@pytest.mark.parametrize("query", select_queries(), ids=lambda query: query.name)
def test_a_table_has_the_same_rows_in_csv_json_and_on_the_page(client: FlaskClient, query: CannedQuery) -> None:
    rows = list(csv.reader(io.StringIO(client.get(f"/queries/{query.name}.csv").get_data(as_text=True))))
    json = client.get(f"/queries/{query.name}.json").data
    solutions = pyoxigraph.parse_query_results(json, format=JSON.results_format)
    assert len(list(solutions)) == len(rows) - 1  # type: ignore[arg-type]
    page = Elements(client.get(f"/queries/{query.name}", headers={"Accept": "text/html"}).get_data(as_text=True))
    assert f"{len(rows) - 1:,} row" in " ".join(page.text)


@EVERY_QUERY
def test_the_source_that_is_served_is_the_query_asked(client: FlaskClient, seeded_app: Flask, name: str) -> None:
    response = client.get(f"/queries/{name}.rq")
    assert response.mimetype == "application/sparql-query"
    store = state_of(seeded_app).snapshots.current().store
    store.query(response.get_data(as_text=True))


@EVERY_QUERY
def test_a_wrong_value_is_told_beside_its_field(client: FlaskClient, name: str) -> None:
    for parameter in QUERIES[name].parameters:
        wrong = urlencode({parameter.name: wrong_value(parameter)})
        page = client.get(f"/queries/{name}?{wrong}", headers={"Accept": "text/html"})
        assert page.status_code == 400
        elements = Elements(page.get_data(as_text=True)).elements
        marked = [values["name"] for tag, values in elements if tag == "input" and values.get("aria-invalid")]
        assert marked == [parameter.name]
        problem = client.get(f"/queries/{name}.json?{wrong}", headers={"Accept": "application/json"})
        assert problem.status_code == 400
        assert f"'{parameter.name}'" in problem.get_json()["detail"]


def test_an_unknown_or_repeated_parameter_is_refused(client: FlaskClient) -> None:
    name, query = next((name, query) for name, query in QUERIES.items() if query.parameters)
    known = query.parameters[0].name
    for wrong in ("nonsense=1", f"{known}=a&{known}=b"):
        for suffix in ("", ".json"):
            assert client.get(f"/queries/{name}{suffix}?{wrong}").status_code == 400


@pytest.mark.parametrize("path", ["/queries/author/none", "/queries/author", "/queries/a/b/c", "/queries.png"])
def test_what_is_no_query_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_extension_that_the_form_has_not_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"/queries/{select_queries()[0].name}.png").status_code == 404
    assert client.get(f"/queries/{select_queries()[0].name}.ttl").status_code == 404


def test_the_list_is_json_too(client: FlaskClient) -> None:
    listed = client.get("/queries", headers={"Accept": "application/json"}).get_json()["queries"]
    assert [entry["name"] for entry in listed] == list(QUERIES)
    for entry in listed:
        assert {"name", "title", "description", "parameters", "examples"} <= set(entry)
        for example in entry["examples"]:
            assert set(example) == {parameter["name"] for parameter in entry["parameters"]}
            assert client.get(f"/queries/{entry['name']}.json?{urlencode(example)}").status_code == 200


def test_the_list_is_rdf_too(client: FlaskClient) -> None:
    graph = rdflib.Graph().parse(client.get("/queries.ttl").data, format="turtle")
    described = set(graph.subjects(rdflib.RDF.type, _SH.SPARQLExecutable))
    assert len(described) == len(QUERIES)
    parameters = set(graph.subjects(rdflib.RDF.type, _SH.Parameter))
    assert len(parameters) == sum(len(query.parameters) for query in QUERIES.values())
    for parameter in parameters:
        assert len(list(graph.objects(parameter, _SH.path))) == 1
    for text in graph.objects(None, _SH.select):
        pyoxigraph.Store().query(str(text))


def test_a_page_of_a_thing_leads_to_the_questions_about_it(client: FlaskClient) -> None:
    page = client.get("/page/author/evan-hubinger").get_data(as_text=True)
    asked = re.findall(r'href="(/queries/[^"]+evan-hubinger[^"]*)"', page)
    assert asked
    for path in asked:
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200


HOSTILE = "'\"; $(touch /tmp/x) </script><script>alert(1)</script> \\"


@EVERY_QUERY
def test_calls_that_are_shown_ask_the_same_question(client: FlaskClient, name: str) -> None:
    page = Elements(client.get(f"/queries/{name}", headers={"Accept": "text/html"}).get_data(as_text=True))
    calls = [text for text in page.text if text.startswith(("curl ", "import ", "table <-", "library("))]
    assert len(calls) == 3
    for call in calls:
        (address,) = re.findall(r"http://localhost(/queries/[^\"']+)", call)
        assert client.get(address, headers={"Accept": "text/turtle, text/csv"}).status_code == 200


def test_what_a_client_gave_ends_no_string_of_a_call(client: FlaskClient) -> None:
    asked = {"query_string": {"words": HOSTILE}, "headers": {"Accept": "text/html"}}
    page = Elements(client.get("/queries/paper/titles-containing", **asked).get_data(as_text=True))  # type: ignore[arg-type]
    for call in [text for text in page.text if text.startswith(("curl ", "import ", "table <-"))]:
        (address,) = re.findall(r"(http://localhost/[^\"']+)[\"']\)?$", call.strip())
        assert not set("'\"$()<>\\ ;") & set(address)
    assert not any("alert" in str(values) for tag, values in page.elements if tag == "script")


@EVERY_QUERY
def test_a_query_stands_in_frames_and_only_there(client: FlaskClient, name: str) -> None:
    framed = client.get(f"/queries/{name}/embed")
    assert framed.status_code == 200
    assert "X-Frame-Options" not in framed.headers
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert client.get(f"/queries/{name}", headers={"Accept": "text/html"}).headers["X-Frame-Options"] == "DENY"


def test_a_frame_takes_the_parameters_of_its_query(client: FlaskClient) -> None:
    page = client.get("/queries/author/author-coauthors/embed?author=carson-denison").get_data(as_text=True)
    assert "6 rows" in page
    assert 'href="/queries/author/author-coauthors?author=carson-denison"' in page
    assert client.get("/queries/author/author-coauthors/embed?author=a&author=b").status_code == 400
    assert client.get("/queries/author/none/embed").status_code == 404


def test_the_block_of_a_chart_cannot_be_left(hostile_client: FlaskClient) -> None:
    text = hostile_client.get("/queries/author/most-prolific-authors", headers={"Accept": "text/html"}).get_data(
        as_text=True
    )
    (block,) = re.findall(r'<script type="application/json">(.*?)</script>', text, re.S)
    assert "<" not in block
    assert any(row["name"] == 'Robert "<b>Bobby</b>" Tables' for row in json.loads(block)["rows"])


def test_things_are_shown_by_name_beside_their_keys(client: FlaskClient) -> None:
    page = Elements(
        client.get("/queries/author/author-coauthors", headers={"Accept": "text/html"}).get_data(as_text=True)
    )
    assert any(values.get("data-label") == "Evan Hubinger" for tag, values in page.elements if tag == "input")
    assert any("author=ethan-perez" in (values.get("href") or "") for _, values in page.elements)
    unknown = client.get("/queries/author/author-coauthors?author=nobody", headers={"Accept": "text/html"})
    assert b"data-label" not in unknown.data


def test_where_the_graph_lacks_what_a_query_asks_about_things_that_it_has_are_offered(
    rich_client: FlaskClient, client: FlaskClient
) -> None:
    page = rich_client.get("/queries/author/author-papers", headers={"Accept": "text/html"}).text
    assert "This graph has no such author." in page
    address = re.search(r'<a href="([^"]+)" dir="auto">Ann Ash</a>', page)
    assert address is not None
    answer = rich_client.get(address[1], headers={"Accept": "text/html"}).text
    assert "This graph has no such author." not in answer
    assert "Everything about an Example" in answer
    assert "This graph has no such" not in client.get("/queries/author/author-papers").text
    assert "This graph has no such venue." in client.get("/queries/venue/venue-papers").text
