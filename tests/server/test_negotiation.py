"""Which representation a request gets, and how errors are told."""

from __future__ import annotations

import json

import pytest
from flask import Flask, Response, abort, request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import NotAcceptable, NotFound

from kg import errors
from kg.formats import GRAPH_FORMATS, JSON, RESULT_FORMATS
from server.errors import register_errors
from server.negotiation import HTML, choose, content_type, entity_tag, not_modified, validated

RESULTS = (*RESULT_FORMATS, HTML)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("header", "name", "named"),
    [
        ("", "json", "application/sparql-results+json"),
        ("*/*", "json", "application/sparql-results+json"),
        ("application/sparql-results+json;q=0, */*", "xml", "application/sparql-results+xml"),
        ("application/json", "json", "application/json"),
        ("application/json;q=0.4, text/csv;q=0.5", "csv", "text/csv; charset=utf-8"),
        ("text/csv;q=0.4, text/tab-separated-values;q=0.5", "tsv", "text/tab-separated-values; charset=utf-8"),
        ("text/xml", "xml", "text/xml; charset=utf-8"),
        ("text/*", "csv", "text/csv; charset=utf-8"),
        ("text/*;q=0.3, */*;q=0.2", "csv", "text/csv; charset=utf-8"),
        ("text/*;q=0, */*", "json", "application/sparql-results+json"),
        ("*/*, text/csv", "csv", "text/csv; charset=utf-8"),
        ("*/*;q=0.1, text/*;q=0.1", "csv", "text/csv; charset=utf-8"),
        ("TEXT/CSV", "csv", "text/csv; charset=utf-8"),
        ("text/csv; charset=utf-8", "csv", "text/csv; charset=utf-8"),
        ("image/png, text/csv;q=0.001", "csv", "text/csv; charset=utf-8"),
        (BROWSER, "html", "text/html; charset=utf-8"),
        ("application/sparql-results+xml, application/sparql-results+json", "json", "application/sparql-results+json"),
    ],
)
def test_the_accept_header_chooses(header: str, name: str, named: str) -> None:
    offer = choose(RESULTS, accept=header)
    assert (offer.name, content_type(offer, header)) == (name, named)


def test_a_profile_does_not_hinder() -> None:
    header = 'application/ld+json; profile="http://www.w3.org/ns/json-ld#compacted"'
    assert choose(GRAPH_FORMATS, accept=header).name == "jsonld"


@pytest.mark.parametrize("header", ["image/png", "*/*;q=0", "text/turtle", "application/*;q=0, text/*;q=0", "nonsense"])
def test_what_is_not_acceptable_is_never_sent(header: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        choose(RESULTS, accept=header)
    assert all(offer.media_type in str(caught.value.description) for offer in RESULTS)


def test_an_extension_wins() -> None:
    assert choose(RESULTS, "csv", "application/json").name == "csv"
    with pytest.raises(NotFound, match=r"\.json, \.xml, \.csv, \.tsv, \.html"):
        choose(RESULTS, "png", "*/*")


@given(
    st.text(st.characters(max_codepoint=255), max_size=60)
    | st.lists(
        st.sampled_from(
            [
                "text/csv",
                "*/*",
                "text/*",
                ";q=",
                "0",
                "1",
                "0.5",
                ",",
                ";",
                "=",
                '"',
                " ",
                "q",
                "application/json",
                "/",
                "*",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_no_header_breaks_it(header: str) -> None:
    try:
        offer = choose(RESULTS, accept=header)
    except NotAcceptable:
        return
    assert content_type(offer, header).partition(";")[0] in (offer.media_type, *offer.other_media_types)


def test_an_entity_tag_has_every_part_in_it() -> None:
    tags = {
        entity_tag("1", "a", "b"),
        entity_tag("2", "a", "b"),
        entity_tag("1", "ab"),
        entity_tag("1", "a", "b", ""),
        entity_tag("1", "b", "a"),
    }
    assert len(tags) == 5
    assert not any(set(tag) & set('" \\') for tag in tags)


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    register_errors(app)

    @app.route("/body", methods=["GET", "POST"])
    def body() -> Response:
        tag = entity_tag("1", choose(RESULTS).name)
        return not_modified(tag) or validated(Response("body"), tag)

    @app.get("/raise/<name>")
    def fail(name: str) -> Response:
        message = "do <b>this</b> instead"
        if name == "ParameterError":
            raise errors.ParameterError("year", message)
        if name == "QuerySyntaxError":
            raise errors.QuerySyntaxError(message, 3, 14)
        if name == "ZeroDivisionError":
            raise ZeroDivisionError("secret")
        raise getattr(errors, name)(message)

    @app.get("/abort/<int:status>")
    def stop(status: int) -> Response:
        abort(status)

    @app.post("/read")
    def read() -> Response:
        request.get_data()
        return Response("read")

    app.config["MAX_CONTENT_LENGTH"] = 10
    return app


def test_a_client_that_has_it_gets_a_304(app: Flask) -> None:
    client = app.test_client()
    first = client.get("/body")
    assert first.headers["Vary"] == "Accept"
    tag = first.headers["ETag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = client.get("/body", headers={"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"], again.headers["Vary"]) == (
            304,
            b"",
            tag,
            "Accept",
        )
    assert client.get("/body", headers={"If-None-Match": tag, "Accept": "text/csv"}).status_code == 200
    assert client.get("/body", headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.post("/body", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("name", "status", "retry"),
    [
        ("ParameterError", 400, False),
        ("TermError", 400, False),
        ("QueryError", 400, False),
        ("QuerySyntaxError", 400, False),
        ("QueryRefused", 403, False),
        ("ResultTooLarge", 413, False),
        ("StoreError", 500, False),
        ("DecisionsError", 500, False),
        ("SettingError", 500, False),
        ("KGError", 500, False),
        ("ZeroDivisionError", 500, False),
        ("QueueFull", 503, True),
        ("GraphChanged", 412, False),
        ("StoreBusy", 503, True),
        ("NoSnapshot", 503, True),
        ("QueryTimeout", 504, False),
        ("QueryMemory", 507, False),
    ],
)
def test_every_error_has_its_status(app: Flask, name: str, status: int, retry: bool) -> None:
    response = app.test_client().get(f"/raise/{name}")
    problem = json.loads(response.data)
    assert (response.status_code, problem["status"]) == (status, status)
    assert response.content_type == "application/problem+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert ("Retry-After" in response.headers) == retry
    assert problem["detail"].endswith(".") or problem["detail"].endswith("instead")
    if status == 500 or name in ("StoreBusy", "NoSnapshot"):
        assert "instead" not in problem["detail"]
    if status == 500:
        assert b"secret" not in response.data
        assert b"Error" not in response.data.replace(b"Internal Server Error", b"")
    if name == "QuerySyntaxError":
        assert (problem["kind"], problem["line"], problem["column"]) == ("QuerySyntaxError", 3, 14)


def test_every_class_of_error_has_an_answer(app: Flask) -> None:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.KGError) and kind is not errors.SourceError:
            assert app.test_client().get(f"/raise/{kind.__name__}").status_code >= 400


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("application/json", "application/json"),
        ("text/csv", "application/problem+json"),
        (BROWSER, "text/html; charset=utf-8"),
    ],
)
def test_an_error_comes_as_the_client_reads_it(app: Flask, accept: str | None, media_type: str) -> None:
    response = app.test_client().get("/raise/QueryRefused", headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.content_type) == (403, media_type)
    assert "Accept" in response.headers["Vary"]
    if media_type.startswith("text/html"):
        assert b"&lt;b&gt;this" in response.data
        assert b"<b>" not in response.data


def test_errors_of_http_are_told_in_the_same_way(app: Flask) -> None:
    client = app.test_client()
    missing = client.get("/nowhere")
    assert (missing.status_code, missing.content_type) == (404, "application/problem+json")
    refused = client.delete("/body")
    assert refused.status_code == 405
    assert {method.strip() for method in refused.headers["Allow"].split(",")} >= {"GET", "HEAD", "POST", "OPTIONS"}
    assert client.post("/read", data=b"x" * 11).status_code == 413
    assert client.get("/body", headers={"Accept": "image/png"}).status_code == 406
    assert JSON.media_type in json.loads(client.get("/body", headers={"Accept": "image/png"}).data)["detail"]
    assert client.get("/abort/418").json == {
        "title": "I'm a teapot",
        "status": 418,
        "detail": "This server is a teapot, not a coffee machine",
    }
