"""What a graph had and has not any more is 410, with what became of it; what it never had is 404."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg import pipeline
from kg.settings import read_settings
from kg.store import StoreFolder
from server import create_app
from server.state import state_of

ONLY_THERE = "alignment-papers"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("gone") / "store"
    pipeline.load_seeds(StoreFolder(folder))
    pipeline.remove(StoreFolder(folder), ["evan-hubinger"])
    app = create_app(read_settings({}, store=Path(folder), query_workers=1, canned_workers=1, write_token="s3cret"))
    yield app.test_client()
    state_of(app).close()


@pytest.mark.parametrize(
    "path",
    [
        "/author/anna-chen",
        "/page/author/anna-chen",
        "/data/author/anna-chen.ttl",
        "/data/author/anna-chen.bib",
        "/linkset/author/anna-chen.json",
        "/incoming/author/anna-chen",
    ],
)
def test_what_left_with_its_dataset_is_gone(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "application/json, text/turtle;q=0.5, text/html;q=0.1"})
    assert response.status_code == 410
    assert response.json
    assert "when the dataset 'evan-hubinger' was removed; look for it by name at /search." in response.json["detail"]
    assert "this author until 20" in response.json["detail"]


def test_a_browser_reads_it_on_a_page(client: FlaskClient) -> None:
    response = client.get("/author/anna-chen", headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (410, "text/html")
    assert "was removed" in response.text


def test_what_there_never_was_is_not_found(client: FlaskClient) -> None:
    assert client.get("/author/nobody-at-all").status_code == 404


def test_what_another_dataset_has_too_is_there(client: FlaskClient) -> None:
    assert client.get("/author/evan-hubinger").status_code == 303
    assert client.get(f"/page/dataset/{ONLY_THERE}").status_code == 200


def test_what_an_edit_removes_is_gone_and_comes_back_with_one(client: FlaskClient) -> None:
    name = "https://w3id.org/paperkg/concept/made:of-nothing"
    statement = f"<{name}> a <https://w3id.org/paperkg/ontology#Concept>"
    path = "/data/concept/made:of-nothing.nt"
    assert client.get(path).status_code == 404
    for verb, status in (("INSERT", 200), ("DELETE", 410), ("INSERT", 200)):
        update = client.post(
            "/sparql",
            data=f"{verb} DATA {{ {statement} }}",
            headers={"Authorization": "Bearer s3cret", "Content-Type": "application/sparql-update"},
        )
        assert update.status_code == 204
        assert client.get(path).status_code == status
    assert "when an edit removed it" not in client.get(path).text
