"""Versions over HTTP: the page, the feed, patches; and results that name the version that they are of."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg import pipeline
from kg.settings import read_settings
from kg.sources import find_source
from kg.store import StoreFolder
from server import create_app
from server.state import state_of
from tests.server.conftest import BufferedClient
from tests.server.page_elements import Elements

ATOM = "{http://www.w3.org/2005/Atom}"
TOKEN = "a-token-of-some-length"
BIB = "@article{{a, title={{{}}}, author={{Lee, Ann}}, year=2020, doi={{10.5555/{}}}}}\n"


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[FlaskClient]:
    """Over a store that was loaded twice."""
    store = StoreFolder(tmp_path / "store")
    for number in (1, 2):
        file = tmp_path / "refs.bib"
        file.write_text("".join(BIB.format(f"Things {n}", n) for n in range(number)))
        pipeline.load(store, find_source("bibtex"), {"refs": [file]})
    app = create_app(read_settings({}, store=store.folder, query_workers=1, canned_workers=1, write_token=TOKEN))
    app.test_client_class = BufferedClient
    yield app.test_client()
    state_of(app).close()


def versions(client: FlaskClient) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get("/changes.json").json
    return found


def test_the_page_the_feed_and_the_patch_say_the_same(changing: FlaskClient) -> None:
    latest, first = versions(changing)
    assert latest["before"] == first["id"]
    page = changing.get("/changes", headers={"Accept": "text/html"})
    assert "1 more of class Paper" in page.text
    feed = ElementTree.fromstring(changing.get("/changes.atom").text)  # noqa: S314 - of our own making
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        f"Snapshot {each['id']}" for each in (latest, first)
    ]
    assert "1 more of class Paper" in (entries[0].findtext(f"{ATOM}summary") or "")
    link = next(each.attrib["href"] for each in entries[0].findall(f"{ATOM}link") if each.attrib["rel"] == "enclosure")
    patch = changing.get(link)
    assert (patch.status_code, patch.mimetype) == (200, "application/rdf-patch")
    assert patch.text.startswith(f"H id <urn:paperkg:{latest['id']}> .\n")
    assert '"Things 1"' in patch.text
    assert len(patch.data) == latest["patch_bytes"]
    assert (
        changing.get("/changes", headers={"If-None-Match": page.headers["ETag"], "Accept": "text/html"}).status_code
        == 304
    )


@pytest.mark.parametrize("path", ["/changes/000009-abcdef.rdfp", "/changes/..%2f..%2fstore.rdfp", "/changes/x.rdfp"])
def test_a_patch_that_is_not_there(changing: FlaskClient, path: str) -> None:
    assert changing.get(path).status_code == 404


def test_a_write_is_a_version(changing: FlaskClient) -> None:
    update = "INSERT DATA { <https://example.org/x> <https://example.org/p> 'seen' }"
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/sparql-update"}
    assert changing.post("/sparql", data=update, headers=headers).status_code == 204
    latest = versions(changing)[0]
    assert latest["difference"]["added"] == 1  # type: ignore[index]
    assert '"seen"' in changing.get(f"/changes/{latest['id']}.rdfp").text


def test_a_result_names_its_version(changing: FlaskClient) -> None:
    page = changing.get("/queries/paper/latest", headers={"Accept": "text/html"})
    if page.status_code == 404:
        name = changing.get("/queries.json").json["queries"][0]["name"]
        page = changing.get(f"/queries/{name}", headers={"Accept": "text/html"})
    link = next(
        attributes["href"] for _, attributes in Elements(page.text).elements if attributes.get("rel") == "bookmark"
    )
    latest, first = versions(changing)
    assert f"snapshot={latest['id']}" in link
    assert "@misc{paperkg-" in page.text
    assert changing.get(link, headers={"Accept": "text/html"}).status_code == 200
    old = changing.get(link.replace(str(latest["id"]), str(first["id"])), headers={"Accept": "application/json"})
    assert old.status_code == 410
    assert "no longer kept" in old.json["detail"]
    assert str(first["created"])[:10] in old.json["detail"]
    assert changing.get("/sparql?query=ASK%7B%7D&snapshot=999999-abcdef").status_code == 404
    assert changing.get(f"/sparql?query=ASK%7B%7D&snapshot={latest['id']}").status_code == 200
    assert changing.get(f"/page/paper/doi:10.5555/1?snapshot={first['id']}").status_code == 410
