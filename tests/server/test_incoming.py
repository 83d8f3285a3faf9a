"""What points to a thing, by property and page by page, as a page and as statements."""

from __future__ import annotations

import re

import pytest
import rdflib
from flask.testing import FlaskClient

from kg import namespaces as ns
from server import incoming

AUTHOR = "author/evan-hubinger"
PATH = f"/incoming/{AUTHOR}"


def subjects(body: bytes) -> set[str]:
    graph = rdflib.Graph().parse(body, format="turtle")
    return {str(one) for one in graph.subjects(rdflib.URIRef(ns.CREATOR), rdflib.URIRef(ns.DEFAULT_BASE + AUTHOR))}


def test_without_a_property_it_says_which_there_are(client: FlaskClient) -> None:
    page = client.get(PATH).get_data(as_text=True)
    assert re.search(r'href="/incoming/author/evan-hubinger\?property=dcterms%3Acreator"', page)
    assert re.search(r"dcterms:creator</a></dt>\s*<dd>20</dd>", page)


@pytest.mark.parametrize("name", ["dcterms:creator", ns.CREATOR])
def test_a_property_by_its_short_or_its_whole_name(client: FlaskClient, name: str) -> None:
    response = client.get(PATH, query_string={"property": name}, headers={"Accept": "text/turtle"})
    assert response.mimetype == "text/turtle"
    assert len(subjects(response.data)) == 20
    assert b"dcterms:title" in response.data, "with the names of what is named"


def test_pages_hold_everything_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "PAGE", 7)
    found: list[str] = []
    address: str | None = "?property=dcterms%3Acreator"
    pages = []
    while address:
        response = client.get(PATH + address, headers={"Accept": "text/turtle"})
        assert response.status_code == 200
        pages.append(subjects(response.data))
        found += pages[-1]
        links = ", ".join(response.headers.getlist("Link"))
        following = re.search(r'<(\?[^>]*)>; rel="next"', links)
        assert ('rel="prev"' in links) == (len(pages) > 1)
        address = following[1] if following else None
    assert [len(page) for page in pages] == [7, 7, 6]
    assert len(set(found)) == 20
    html = client.get(f"{PATH}?property=dcterms%3Acreator&page=2").get_data(as_text=True)
    assert 'rel="prev" href="?property=dcterms%3Acreator&amp;page=1"' in html
    assert 'rel="next" href="?property=dcterms%3Acreator&amp;page=3"' in html


def test_a_page_after_the_last_is_empty(client: FlaskClient) -> None:
    response = client.get(f"{PATH}?property=dcterms:creator&page=900")
    assert response.status_code == 200
    assert "Nothing more." in response.text


@pytest.mark.parametrize("asked", ["property=no iri", "property=", "property=dcterms:creator&page=0", "property=x<y:"])
def test_what_cannot_be_asked(client: FlaskClient, asked: str) -> None:
    assert client.get(f"{PATH}?{asked}").status_code == 400


def test_the_data_of_a_thing_leads_there(client: FlaskClient) -> None:
    assert f'<{PATH}>; rel="related"' in client.get(f"/data/{AUTHOR}.ttl").headers["Link"]
    assert client.get(PATH).status_code == 200
    assert client.get("/incoming/author/nobody").status_code == 404
