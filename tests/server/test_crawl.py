"""A crawler that follows links from the front page, on pages and in data: none is dead, none breaks the server."""

from __future__ import annotations

import re
from collections import Counter, deque
from pathlib import PurePosixPath
from urllib.parse import urldefrag, urljoin, urlsplit

import pyoxigraph
import pytest
from flask import Flask
from pyoxigraph import NamedNode, RdfFormat

from kg.namespaces import DEFAULT_BASE, KG
from tests.server.page_elements import Elements

_ORIGIN = "http://localhost"
# Of links of one shape, such as data of authors in Turtle, so many are followed.
_OF_ONE_SHAPE = 60


def _links(response_path: str, media_type: str, text: str) -> set[str]:
    """The addresses on this server that a representation leads to, without fragments."""
    if media_type == "text/html":
        page = Elements(text)
        links = (attributes.get("href") or attributes.get("src") or "" for _, attributes in page.elements)
        found = [urljoin(_ORIGIN + response_path, link) for link in links]
    elif media_type in ("application/n-triples", "text/turtle"):
        quads = pyoxigraph.parse(text, format=RdfFormat.from_media_type(media_type))
        iris = {term.value for quad in quads for term in quad.triple if isinstance(term, NamedNode)}
        found = [_ORIGIN + "/" + iri.removeprefix(DEFAULT_BASE) for iri in iris if iri.startswith(DEFAULT_BASE)]
    else:
        return set()
    here = (urldefrag(address)[0] for address in found if address.startswith(_ORIGIN))
    return {address.removeprefix(_ORIGIN) for address in here}


def _shape(path: str) -> tuple[str, ...]:
    """What an address leads to, whatever the thing: its first segments, its extension, whether it has a query."""
    parts = urlsplit(path)
    segments = parts.path.split("/")
    kept = 4 if segments[1] == "queries" else 3 if segments[1] in ("data", "page") else 2
    return (*segments[:kept], PurePosixPath(parts.path).suffix[:8] if kept == 3 else "", parts.query and "?")


@pytest.mark.parametrize("name", ["seeded_app", "hostile_app", "rich_app"])
def test_no_link_is_dead(name: str, request: pytest.FixtureRequest) -> None:
    app: Flask = request.getfixturevalue(name)
    client = app.test_client()
    waiting = deque(["/"])
    seen = {"/"}
    followed: Counter[tuple[str, ...]] = Counter()
    while waiting:
        path = waiting.popleft()
        followed[_shape(path)] += 1
        if followed[_shape(path)] > _OF_ONE_SHAPE:
            continue
        response = client.get(path, headers={"Accept": "text/html, */*;q=0.5"}, follow_redirects=True)
        assert response.status_code == 200, path
        is_dump = urlsplit(path).path.startswith("/export/") and response.mimetype != "text/html"
        text = "" if is_dump else response.get_data(as_text=True)
        for link in sorted(_links(response.request.environ["REQUEST_URI"], response.mimetype, text) - seen):
            seen.add(link)
            waiting.append(link)
    kinds = {path.split("/")[1] for path in seen}
    assert {"paper", "author", "institution", "record", "data", "queries", "sparql", "ontology", "export"} <= kinds


@pytest.mark.parametrize("name", ["seeded_app", "rich_app"])
def test_every_term_that_data_uses_is_on_the_ontology_page(name: str, request: pytest.FixtureRequest) -> None:
    app: Flask = request.getfixturevalue(name)
    client = app.test_client()
    data = client.get("/export/kg.nt").get_data(as_text=True)
    page = client.get("/ontology", headers={"Accept": "text/html"}).get_data(as_text=True)
    anchors = {attributes.get("id") for _, attributes in Elements(page).elements}
    used = set(re.findall(rf"<{re.escape(KG)}([^>]+)>", data))
    assert used <= anchors
