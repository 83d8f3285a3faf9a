"""The W3C's protocol tests, request by request. https://www.w3.org/2009/sparql/docs/tests/data-sparql11/protocol/"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest

from kg.formats import GRAPH_FORMATS, RESULT_FORMATS
from tests.w3c.service import Answer, Service

DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
FIRST, SECOND, THIRD = (DATA.format(number) for number in (1, 2, 3))
NONE = DATA.format(0)
TEST = "http://example.org/protocol-update-dataset-test/"
RESOURCE = "http://purl.org/dc/terms/BibliographicResource"
DOCUMENT = "http://xmlns.com/foaf/0.1/Document"
FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
UTF_16 = "; charset=UTF-16"

BOTH = f"ASK {{ <{FIRST}> a ?type . <{SECOND}> a ?type }}"
BOTH_NAMED = f"GRAPH ?g1 {{ <{FIRST}> a ?type }} GRAPH ?g2 {{ <{SECOND}> a ?type }}"
NAMED = f"ASK {{ {BOTH_NAMED} }}"
FULL = f"ASK {{ <{THIRD}> a ?type {BOTH_NAMED} }}"
FULL_TOO = f"ASK FROM <{THIRD}> {{ {BOTH_NAMED} }}"
DOCUMENTS = " ".join(f"GRAPH <{graph}> {{ <{graph}> a <{DOCUMENT}> }}" for graph in (FIRST, SECOND, THIRD))
RESET = f"DROP ALL ; INSERT DATA {{ {DOCUMENTS} }}"
CONFLICT = "WITH <http://example/addresses> DELETE { ?p ?q 'Bill' } INSERT { ?p ?q 'William' } WHERE { ?p ?q 'Bill' }"
BASE_TEST = "http://example.org/protocol-base-test/"

Parameters = Mapping[str, str | list[str]]

BOOLEAN = {name for known in RESULT_FORMATS if known.boolean for name in (known.media_type, *known.other_media_types)}
TABULAR = BOOLEAN | {known.media_type for known in RESULT_FORMATS}
RDF = {known.media_type for known in GRAPH_FORMATS}


@pytest.fixture
def holding(service: Service) -> Service:
    """The service with the three documents, each in the graph of its name."""
    assert service.update(RESET).status == 204
    return service


def send(service: Service, method: str, parameters: Parameters, media_type: str | None, body: bytes) -> Answer:
    headers = {"Content_Type": media_type} if media_type else {}
    return service.request(method, "/sparql?" + urlencode(parameters, doseq=True), body, **headers)


@pytest.mark.parametrize(
    ("method", "parameters", "media_type", "body"),
    [
        pytest.param("POST", {"default-graph-uri": NONE}, FORM, b"query=ASK%20%7B%7D", id="query_post_form"),
        pytest.param(
            "GET",
            {"query": BOTH, "default-graph-uri": [FIRST, SECOND]},
            None,
            b"",
            id="query_dataset_default_graphs_get",
        ),
        pytest.param(
            "POST",
            {"default-graph-uri": [FIRST, SECOND]},
            QUERY,
            BOTH.encode(),
            id="query_dataset_default_graphs_post",
        ),
        pytest.param(
            "POST", {"named-graph-uri": [FIRST, SECOND]}, QUERY, NAMED.encode(), id="query_dataset_named_graphs_post"
        ),
        pytest.param(
            "GET",
            {"query": NAMED, "named-graph-uri": [FIRST, SECOND]},
            None,
            b"",
            id="query_dataset_named_graphs_get",
        ),
        pytest.param(
            "POST",
            {"default-graph-uri": THIRD, "named-graph-uri": [FIRST, SECOND]},
            QUERY,
            FULL.encode(),
            id="query_dataset_full",
        ),
        pytest.param(
            "POST", {"named-graph-uri": [FIRST, SECOND]}, QUERY, FULL_TOO.encode(), id="query_multiple_dataset"
        ),
        pytest.param("GET", {"query": "ASK {}", "default-graph-uri": NONE}, None, b"", id="query_get"),
        pytest.param("POST", {}, QUERY, b"ASK {}", id="query_post_direct"),
    ],
)
def test_a_query_is_answered(
    holding: Service, method: str, parameters: Parameters, media_type: str | None, body: bytes
) -> None:
    answer = send(holding, method, parameters, media_type, body)
    assert (answer.status, answer.media_type in BOOLEAN) == (200, True), answer.body
    assert json.loads(answer.body)["boolean"] is True


@pytest.mark.parametrize(
    ("query", "media_types"),
    [
        pytest.param("SELECT (1 AS ?value) {}", TABULAR, id="query_content_type_select"),
        pytest.param("ASK {}", BOOLEAN, id="query_content_type_ask"),
        pytest.param("DESCRIBE <http://example.org/>", RDF, id="query_content_type_describe"),
        pytest.param("CONSTRUCT { <s> <p> 1 } WHERE {}", RDF, id="query_content_type_construct"),
    ],
)
def test_the_content_type_fits_the_query(service: Service, query: str, media_types: set[str]) -> None:
    answer = send(service, "POST", {"default-graph-uri": NONE}, QUERY, query.encode())
    assert answer.status == 200
    assert answer.media_type in media_types


@pytest.mark.parametrize(
    ("parameters", "pattern", "changed"),
    [
        pytest.param({"using-graph-uri": FIRST}, "{ ?s a ?d }", {FIRST}, id="update_dataset_default_graph"),
        pytest.param(
            {"using-graph-uri": [FIRST, SECOND]}, "{ ?s a ?d }", {FIRST, SECOND}, id="update_dataset_default_graphs"
        ),
        pytest.param(
            {"using-named-graph-uri": [FIRST, SECOND]},
            "GRAPH ?g { ?s a ?d }",
            {FIRST, SECOND},
            id="update_dataset_named_graphs",
        ),
        pytest.param(
            {"using-graph-uri": FIRST, "using-named-graph-uri": SECOND},
            "{ ?s a ?d } UNION { GRAPH ?g { ?s a ?d } FILTER(?g = ?s) }",
            {FIRST, SECOND},
            id="update_dataset_full",
        ),
    ],
)
def test_an_update_sees_the_dataset_of_the_request(
    service: Service, parameters: Parameters, pattern: str, changed: set[str]
) -> None:
    """In one request with what makes the data, as the W3C has it."""
    update = f"{RESET} ; INSERT {{ GRAPH <{TEST}> {{ ?s a <{RESOURCE}> }} }} WHERE {{ {pattern} }}"
    assert send(service, "POST", parameters, UPDATE, update.encode()).status == 204
    assert subjects(service, f"GRAPH <{TEST}> {{ ?s a <{RESOURCE}> }}") == changed


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        pytest.param(FORM, b"update=CLEAR+ALL", id="update_post_form"),
        pytest.param(UPDATE, b"CLEAR ALL", id="update_post_direct"),
    ],
)
def test_an_update_is_done(holding: Service, media_type: str, body: bytes) -> None:
    assert send(holding, "POST", {}, media_type, body).status == 204
    assert not subjects(holding, "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }")


def test_update_base_uri(holding: Service) -> None:
    """The graph that is cleared first is not there."""
    insert = f"INSERT DATA {{ GRAPH <{BASE_TEST}> {{ <test> <http://example.org/p> 1 }} }}"
    assert holding.update(f"CLEAR GRAPH <{BASE_TEST}> ; {insert}").status == 204
    assert subjects(holding, f"GRAPH <{BASE_TEST}> {{ ?s ?p ?o }}") == {f"{holding.root}/test"}


@pytest.mark.parametrize(
    ("method", "parameters", "media_type", "body"),
    [
        pytest.param("PUT", {"query": "ASK {}", "default-graph-uri": NONE}, FORM, b"", id="bad_query_method"),
        pytest.param("GET", {"query": ["ASK {}", "SELECT * {}"]}, None, b"", id="bad_multiple_queries"),
        pytest.param("POST", {}, "text/plain", b"ASK {}", id="bad_query_wrong_media_type"),
        pytest.param("POST", {}, None, b"query=ASK%20%7B%7D", id="bad_query_missing_form_type"),
        pytest.param("POST", {}, None, b"ASK {}", id="bad_query_missing_direct_type"),
        pytest.param("POST", {}, QUERY + UTF_16, "ASK {}".encode("utf-16"), id="bad_query_non_utf8"),
        pytest.param("GET", {"query": "ASK {"}, None, b"", id="bad_query_syntax"),
        pytest.param("GET", {"update": "CLEAR ALL"}, None, b"", id="bad_update_get"),
        pytest.param("POST", {}, FORM, b"update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", id="bad_multiple_updates"),
        pytest.param("POST", {}, "text/plain", b"CLEAR NAMED", id="bad_update_wrong_media_type"),
        pytest.param("POST", {}, None, b"update=CLEAR%20NAMED", id="bad_update_missing_form_type"),
        pytest.param("POST", {}, UPDATE + UTF_16, "CLEAR NAMED".encode("utf-16"), id="bad_update_non_utf8"),
        pytest.param("POST", {}, FORM, b"update=CLEAR%20XYZ", id="bad_update_syntax"),
        pytest.param(
            "POST",
            {"using-named-graph-uri": "http://example/people"},
            UPDATE,
            CONFLICT.encode(),
            id="bad_update_dataset_conflict",
        ),
    ],
)
def test_a_bad_request_is_refused_and_changes_nothing(
    holding: Service, method: str, parameters: Parameters, media_type: str | None, body: bytes
) -> None:
    answer = send(holding, method, parameters, media_type, body)
    assert 400 <= answer.status < 500
    assert subjects(holding, "GRAPH ?g { ?s ?p ?o }") == {FIRST, SECOND, THIRD}


def subjects(service: Service, pattern: str) -> set[str]:
    answer = service.query(f"SELECT DISTINCT ?s {{ {pattern} }}", "application/sparql-results+json")
    assert answer.status == 200, answer.body
    return {row["s"]["value"] for row in json.loads(answer.body)["results"]["bindings"]}
