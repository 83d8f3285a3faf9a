"""The description of the service: it is one, it tells every route, and whatever it lets one ask is answered."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import openapi_spec_validator
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from markupsafe import escape
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from kg.queries import load_queries
from kg.settings import read_settings
from server import create_app
from server.state import state_of

ADDRESS = "/openapi.json"
TOKEN = {"Authorization": "Bearer s3cret"}
CHECKS = [not_a_server_error, content_type_conformance, status_code_conformance]
ACCEPTED = ["*/*", "text/html", "application/json", "text/turtle", "text/csv", "application/sparql-query", "image/png"]
# What leads further than made up words do.
KNOWN = {
    "kind": "author",
    "key": "evan-hubinger",
    "query": "SELECT * { ?s ?p ?o } LIMIT 2",
    "graph": "http://example.org/g",
    "id": "author/evan-hubinger",
    "queries": '{"q": {"query": "Evan Hubinger"}}',
}
fuzzed = settings(max_examples=10, suppress_health_check=list(HealthCheck), database=None)
# One view answers all canned queries.
hardly = settings(fuzzed, max_examples=2)


@pytest.fixture
def description(client: FlaskClient) -> Any:
    return client.get(ADDRESS).json


@pytest.fixture
def writable_app(seeded_store_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    folder = shutil.copytree(seeded_store_folder, tmp_path / "store")
    app = create_app(read_settings({}, store=folder, query_workers=1, write_token="s3cret"))
    app.testing = True
    yield app
    state_of(app).close()


def test_it_is_openapi(description: Any) -> None:
    openapi_spec_validator.validate(description)
    assert description["openapi"].startswith("3.1.")


def test_it_is_told_once(client: FlaskClient) -> None:
    tag = client.get(ADDRESS).headers["ETag"]
    assert client.get(ADDRESS, headers={"If-None-Match": tag}).status_code == 304


def test_every_route_is_told(seeded_app: Flask, description: Any) -> None:
    routes = {
        (re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in seeded_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    routes -= {("/static/{filename}", "get"), ("/queries/{subject}/{name}", "get")}
    routes |= {(f"/queries/{name}", "get") for name in load_queries()}
    assert {(path, method) for path, methods in description["paths"].items() for method in methods} == routes


def test_a_canned_query_is_told_with_its_parameters(description: Any) -> None:
    told = description["paths"]["/queries/author/author-papers"]["get"]
    assert told["summary"] == "Papers of an author"
    author, limit, version = told["parameters"]
    assert version["name"] == "snapshot"
    assert (author["name"], author["in"], author["schema"]["default"]) == ("author", "query", "evan-hubinger")
    assert author["schema"]["examples"] == ["ethan-perez", "carson-denison"]
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 200, "examples": []}
    assert {"text/csv", "application/sparql-results+json", "text/html"} <= set(told["responses"]["200"]["content"])


def test_formats_are_told_by_extension_and_by_media_type(description: Any) -> None:
    told = description["paths"]["/export/kg.{extension}"]["get"]
    assert told["parameters"][0]["schema"]["enum"][:5] == ["nt", "nt.zst", "nt.gz", "nq", "nq.zst"]
    assert {"text/turtle", "application/n-quads", "application/zstd"} <= set(told["responses"]["200"]["content"])


def test_only_writes_and_what_the_operator_sees_need_the_token(description: Any) -> None:
    guarded = {
        (path, method)
        for path, methods in description["paths"].items()
        for method, told in methods.items()
        if "security" in told
    }
    writes = {(path, method) for path in ("/store", "/graph/{name}") for method in ("put", "post", "delete")}
    assert guarded == writes | {("/sparql/running", "get"), ("/sparql/running/{number}", "delete")}


@pytest.mark.parametrize("mode", GenerationMode)
def test_what_is_read_is_no_fault_of_the_server(seeded_app: Flask, mode: GenerationMode) -> None:
    api = schemathesis.openapi.from_wsgi(ADDRESS, _closing(seeded_app))
    assert sum(_fuzz(operation, mode, {}) for operation in _operations(api)) > 30


@pytest.mark.parametrize("mode", GenerationMode)
def test_what_is_written_is_no_fault_of_the_server(writable_app: Flask, mode: GenerationMode) -> None:
    api = schemathesis.openapi.from_wsgi(ADDRESS, _closing(writable_app))
    writes = [operation for operation in _operations(api) if operation.method != "get"]
    assert sum(_fuzz(operation, mode, TOKEN) for operation in writes) > 5


def _closing(app: Flask) -> WSGIApplication:
    """The application with its answers read to their end, so that the file behind a download is closed."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        with closing(app(environ, start_response)) as answer:  # type: ignore[type-var]
            return [b"".join(answer)]

    return application


def _operations(api: BaseSchema) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    return (found.ok() for found in api.get_all_operations())


def _fuzz(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, headers: Mapping[str, str]) -> bool:
    """Whether there was anything to ask: what takes nothing cannot be asked in a wrong way."""

    @(hardly if operation.path.startswith("/queries/") else fuzzed)
    @given(operation.as_strategy(generation_mode=mode), st.sampled_from(ACCEPTED), st.booleans())
    def ask(case: Case, accept: str, is_known: bool) -> None:
        for values in (case.path_parameters, case.query) if is_known else ():
            values.update({name: KNOWN[name] for name in KNOWN.keys() & values.keys()})
        response = case.call(headers={**headers, "Accept": accept})
        if response.status_code == 504:
            assert "timeout" in case.query, "only who asks for next to no time runs out of it"
        else:
            case.validate_response(response, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        return False
    return True


def test_people_read_the_same(client: FlaskClient, description: Any) -> None:
    page = client.get("/docs").text
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert escape(f"{method.upper()} {path}") in page
            assert f'id="{operation["operationId"]}"' in page
