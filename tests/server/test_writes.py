"""Updates and the Graph Store Protocol: with the token, atomic, read at once; without it, refused."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg import pipeline
from kg.settings import read_settings
from kg.store import StoreFolder
from server import create_app
from server.state import state_of
from tests.server.conftest import BufferedClient

TOKEN = {"Authorization": "Bearer s3cret"}
GRAPH = "http://example.org/g"
TURTLE = {"Content-Type": "text/turtle"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("writes") / "store"
    pipeline.load_seeds(StoreFolder(folder))
    app = create_app(read_settings({}, store=folder, write_token="s3cret"))
    app.test_client_class = BufferedClient
    yield app.test_client()
    state_of(app).close()


@pytest.fixture
def graph(client: FlaskClient) -> Iterator[str]:
    """A graph of two statements that is gone afterwards."""
    body = "<http://example.org/a> <http://example.org/p> 1, 2 ."
    client.put("/store", query_string={"graph": GRAPH}, data=body, headers=TOKEN | TURTLE)
    yield GRAPH
    client.delete("/store", query_string={"graph": GRAPH}, headers=TOKEN)


def ask(client: FlaskClient, pattern: str) -> bool:
    response = client.get("/sparql", query_string={"query": f"ASK {{ {pattern} }}"})
    return bool(response.get_json(force=True)["boolean"])


def size(client: FlaskClient, graph: str) -> int:
    response = client.get("/store", query_string={"graph": graph}, headers={"Accept": "application/n-triples"})
    return len(response.text.splitlines())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Basic s3cret"}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer s3cret\u00e9"}, 401),
    ],
)
@pytest.mark.parametrize("path", ["/sparql", "/store?default", "/graph/x"])
def test_without_the_token_nothing_is_written(
    client: FlaskClient, path: str, headers: dict[str, str], status: int
) -> None:
    data = {"update": "CLEAR ALL"} if path == "/sparql" else b""
    response = client.post(path, data=data, headers=headers)
    assert response.status_code == status
    assert "Bearer" in response.headers["WWW-Authenticate"]
    assert ask(client, "?s ?p ?o")


def test_where_no_token_is_set_writes_are_off(seeded_store_folder: Path) -> None:
    app = create_app(read_settings({}, store=seeded_store_folder))
    response = app.test_client().post("/sparql", data={"update": "CLEAR ALL"}, headers=TOKEN)
    assert response.status_code == 403
    assert "KG_WRITE_TOKEN" in response.text
    state_of(app).close()


@pytest.mark.parametrize("form", ["form", "direct"])
def test_an_update_is_read_at_once(client: FlaskClient, form: str) -> None:
    update = f"INSERT DATA {{ <http://example.org/{form}> <http://example.org/p> 'é%25' }}"
    if form == "form":
        response = client.post("/sparql", data={"update": update}, headers=TOKEN)
    else:
        response = client.post("/sparql", data=update, content_type="application/sparql-update", headers=TOKEN)
    assert response.status_code == 204
    assert ask(client, f"<http://example.org/{form}> ?p 'é%25'")


def test_counts_and_citations_follow_an_update_at_once(client: FlaskClient) -> None:
    base = "https://w3id.org/paperkg/"
    prefixes = "PREFIX kg: <https://w3id.org/paperkg/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/> "
    made = (
        f"<{base}paper/made> a kg:Paper ; dcterms:creator <{base}author/who>, <{base}author/with> ; kg:publicationYear"
    )

    def update(text: str) -> None:
        assert client.post("/sparql", data={"update": prefixes + text}, headers=TOKEN).status_code == 204

    def counted(pattern: str) -> bool:
        query = {"query": f"{prefixes} ASK {{ {pattern} }}"}
        return bool(client.get("/sparql", query_string=query).get_json(force=True)["boolean"])

    update(f"INSERT DATA {{ {made} 2020 . }}")
    assert counted(f"<{base}author/who> kg:paperCount 1 ; kg:coauthorCount 1")
    update(f"DELETE DATA {{ <{base}paper/made> dcterms:creator <{base}author/with> }}")
    assert counted(f"<{base}author/who> kg:paperCount 1 ; kg:coauthorCount 0")
    assert not counted(f"<{base}author/with> kg:paperCount ?n")
    update(f"DELETE WHERE {{ <{base}paper/made> ?p ?o }}")
    assert not counted(f"<{base}author/who> kg:paperCount ?n")


@pytest.mark.parametrize(
    ("update", "status"),
    [
        ("INSERT DATA { <a> }", 400),
        ("LOAD <http://127.0.0.1:1/x>", 403),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:1/x> { ?s ?p ?o } }", 403),
        ("INSERT DATA { <http://e/x> <http://e/y> 1 } ; DROP GRAPH <http://e/nowhere>", 400),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(client: FlaskClient, update: str, status: int) -> None:
    response = client.post("/sparql", data={"update": update}, headers=TOKEN)
    assert response.status_code == status
    assert not ask(client, "<http://e/x> ?p ?o")


def test_a_query_never_writes_and_an_update_is_no_query(client: FlaskClient) -> None:
    assert client.post("/sparql", data={"query": "CLEAR ALL"}, headers=TOKEN).status_code == 400
    assert client.post("/sparql", data={"update": "ASK {}"}, headers=TOKEN).status_code == 400
    assert client.get("/sparql", query_string={"update": "CLEAR ALL"}, headers=TOKEN).status_code == 400


def test_a_graph_is_made_replaced_added_to_and_dropped(client: FlaskClient) -> None:
    where = {"query_string": {"graph": "http://example.org/life"}, "headers": TOKEN | TURTLE}
    one, two = "<http://e/s> <http://e/p> 1 .", "<http://e/s> <http://e/p> 2 ."
    assert client.get("/store", query_string=where["query_string"]).status_code == 404
    assert client.put("/store", data=one, **where).status_code == 201
    assert client.put("/store", data=two, **where).status_code == 204
    assert size(client, "http://example.org/life") == 1
    assert client.post("/store", data=one, **where).status_code == 204
    assert size(client, "http://example.org/life") == 2
    head = client.head("/store", query_string=where["query_string"])
    assert (head.status_code, head.data) == (200, b"")
    assert client.delete("/store", **where).status_code == 204
    assert client.delete("/store", **where).status_code == 404


def test_an_empty_graph_exists(client: FlaskClient) -> None:
    where = {"query_string": {"graph": "http://example.org/empty"}, "headers": TOKEN | TURTLE}
    assert client.put("/store", data="", **where).status_code == 201
    assert client.get("/store", query_string=where["query_string"]).status_code == 200
    assert client.delete("/store", **where).status_code == 204


def test_a_malformed_body_leaves_the_graph_as_it_was(client: FlaskClient, graph: str) -> None:
    response = client.put("/store", query_string={"graph": graph}, data="<http://e/s> oops", headers=TOKEN | TURTLE)
    assert response.status_code == 400
    assert size(client, graph) == 2


def test_post_alone_mints_a_graph_that_has_an_address(client: FlaskClient) -> None:
    response = client.post("/store", data="<> <http://e/p> 'here' .", headers=TOKEN | TURTLE)
    assert response.status_code == 201
    location = response.headers["Location"]
    assert "'here'" in client.get(location, headers={"Accept": "text/turtle"}).text.replace('"', "'")
    assert client.delete(location, headers=TOKEN).status_code == 204
    assert client.get(location).status_code == 404


def test_files_of_a_form_are_taken(client: FlaskClient, graph: str) -> None:
    files = {
        "a": (io.BytesIO(b"<http://e/s> <http://e/p> '1' .".replace(b"'", b'"')), "a.nt"),
        "b": (io.BytesIO(b'{"@id": "http://e/s", "http://e/q": 2}'), "b.jsonld", "application/ld+json"),
    }
    response = client.post("/store", query_string={"graph": graph}, data=files, headers=TOKEN)
    assert response.status_code == 204, response.text
    assert size(client, graph) == 4


@pytest.mark.parametrize(
    ("query", "content_type", "status"),
    [
        ({}, "text/turtle", 400),
        ({"graph": GRAPH, "default": ""}, "text/turtle", 400),
        ({"graph": "no iri"}, "text/turtle", 400),
        ({"graph": GRAPH}, "image/png", 415),
        ({"graph": GRAPH}, "", 415),
    ],
)
def test_a_wrong_request_is_told(client: FlaskClient, query: dict[str, str], content_type: str, status: int) -> None:
    response = client.put("/store", query_string=query, data=b"", headers=TOKEN | {"Content-Type": content_type})
    assert response.status_code == status


def test_graph_names_are_decoded_once(client: FlaskClient) -> None:
    name = "http://example.org/100%25"
    client.put("/store", query_string={"graph": name}, data="<http://e/s> <http://e/p> 1 .", headers=TOKEN | TURTLE)
    assert ask(client, f"GRAPH <{name}> {{ ?s ?p ?o }}")


def test_other_methods_are_told_which_there_are(client: FlaskClient) -> None:
    response = client.open("/store?default", method="PATCH")
    assert response.status_code == 405
    assert {"GET", "PUT", "POST", "DELETE"} <= set(response.headers["Allow"].split(", "))


def test_writes_are_not_shared_with_other_sites(client: FlaskClient) -> None:
    response = client.options("/store", headers={"Origin": "http://evil", "Access-Control-Request-Method": "PUT"})
    assert "PUT" not in response.headers.get("Access-Control-Allow-Methods", "")


def test_who_has_read_another_state_does_not_write_over_it(client: FlaskClient, graph: str) -> None:
    where = {"query_string": {"graph": graph}, "headers": TOKEN | TURTLE}
    body = "<http://example.org/a> <http://example.org/p> 3 ."

    def put(**conditions: str) -> int:
        headers = TOKEN | TURTLE | {name.replace("_", "-"): value for name, value in conditions.items()}
        return client.put("/store", query_string={"graph": graph}, data=body, headers=headers).status_code

    for number, accept in enumerate(("text/turtle", "application/ld+json", "application/x-turtle")):
        read = client.get("/store", query_string={"graph": graph}, headers={"Accept": accept}).headers["ETag"]
        assert put(If_Match='"stale"') == 412
        body = f"<http://example.org/a> <http://example.org/p> {number} ."
        assert put(If_Match='"stale", ' + read) == 204
    stale = client.get("/store", query_string={"graph": graph}).headers["ETag"]
    assert client.post("/store", data="<x:q> <x:z> 1 .", **where).status_code == 204
    assert put(If_Match=stale) == 412
    before = client.get("/store", query_string={"graph": graph}).headers["ETag"]
    time.sleep(2)  # the search index follows, which changes nothing
    assert client.get("/store", query_string={"graph": graph}).headers["ETag"] == before
    assert put(If_None_Match="*") == 412
    assert put(If_Match="*") == 204
    conditional = {"query_string": {"graph": graph}, "headers": TOKEN | {"If-Match": stale}}
    assert client.delete("/store", **conditional).status_code == 412
    conditional["headers"] = TOKEN | {"If-None-Match": '"x"'}
    assert client.delete("/store", **conditional).status_code == 204
    assert put(If_Match="*") == 412
    assert put(If_None_Match="*") == 201


def test_of_two_who_write_on_one_state_one_does(client: FlaskClient, graph: str) -> None:
    """Though both are found to have read it before either has written."""
    read = client.get("/store", query_string={"graph": graph}).headers["ETag"]

    def put(number: int) -> int:
        body = f"<http://example.org/a> <http://example.org/p> {number} ."
        headers = TOKEN | TURTLE | {"If-Match": read}
        other = client.application.test_client()
        return other.put("/store", query_string={"graph": graph}, data=body, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(put, range(6))) == [204, *[412] * 5]
