"""A crawler that follows links from the front page, on pages and in data: none is dead, none breaks the server."""

from __future__ import annotations

import json
import os
import re
from collections import Counter, deque
from pathlib import PurePosixPath
from urllib.parse import urldefrag, urljoin, urlsplit

import pyoxigraph
import pytest
from flask import Flask
from pyoxigraph import NamedNode, RdfFormat
from werkzeug.test import TestResponse

from kg.namespaces import DEFAULT_BASE, KG
from tests.server.page_elements import Elements

_ORIGIN = "http://localhost"
_ENDLESS = ("search", "sparql", "editor", "compare", "path")
"""Where a question is part of the address: each answer leads to narrower ones, so that there are ever more."""
_OF_SEEDS = {"endless": 500}
"""So many links of one shape, such as data of authors in Turtle, are followed; without a number every one."""
_REAL = os.environ.get("CRAWL", "6")
"""So many in a graph of 5,000 papers, which has half a million links; `all` takes hours."""
_OF_REAL = _OF_SEEDS if _REAL == "all" else {"endless": int(_REAL), "other": int(_REAL)}
_READ = ("text/html", "application/json")
"""Of what stands under /export/; dumps have tests of their own."""
_BY_EXTENSION = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".bib": "application/x-bibtex",
    ".ris": "application/x-research-info-systems",
}


def _links(response_path: str, media_type: str, text: str) -> set[str]:
    """The addresses on this server that a representation leads to, without fragments."""
    if media_type == "text/html":
        page = Elements(text)
        links = (attributes.get("href") or attributes.get("src") or "" for _, attributes in page.elements)
        found = [urljoin(_ORIGIN + response_path, link) for link in links]
    elif rdf_format := RdfFormat.from_media_type(media_type):
        quads = pyoxigraph.parse(text, format=rdf_format, base_iri=_ORIGIN)
        iris = {term.value for quad in quads for term in quad.triple if isinstance(term, NamedNode)}
        found = [_ORIGIN + "/" + iri.removeprefix(DEFAULT_BASE) for iri in iris if iri.startswith(DEFAULT_BASE)]
    else:
        if media_type.endswith("json"):
            json.loads(text)
        return set()
    here = (urldefrag(address)[0] for address in found if address.startswith(_ORIGIN))
    return {address.removeprefix(_ORIGIN) for address in here}


def _headers_links(response: TestResponse) -> set[str]:
    """The addresses on this server that a Link header leads to (RFC 8288)."""
    targets = (urljoin(_ORIGIN, target) for target in re.findall(r"<([^>]*)>", response.headers.get("Link", "")))
    return {target.removeprefix(_ORIGIN) for target in targets if target.startswith(_ORIGIN + "/")}


def _shape(path: str) -> tuple[str, ...]:
    """What an address leads to, whatever the thing: its first segments, its extension, whether it has a query."""
    parts = urlsplit(path)
    segments = parts.path.split("/")
    kept = 4 if segments[1] == "queries" else 3 if segments[1] in ("data", "page") else 2
    return (*segments[:kept], PurePosixPath(parts.path).suffix[:8] if kept == 3 else "", parts.query and "?")


@pytest.mark.parametrize("name", ["seeded_app", "hostile_app", "rich_app", "real_app"])
def test_no_link_is_dead(name: str, request: pytest.FixtureRequest) -> None:
    app: Flask = request.getfixturevalue(name)
    client = app.test_client()
    waiting = deque(["/"])
    seen = {"/"}
    followed: Counter[tuple[str, ...]] = Counter()
    most = _OF_REAL if name == "real_app" else _OF_SEEDS
    while waiting:
        path = waiting.popleft()
        shape = _shape(path)
        followed[shape] += 1
        if followed[shape] > most.get("endless" if shape[1] in _ENDLESS else "other", followed[shape]):
            continue
        response = client.get(path, headers={"Accept": "text/html, */*;q=0.5"}, follow_redirects=True)
        assert response.status_code == 200, path
        is_dump = urlsplit(path).path.startswith("/export/") and response.mimetype not in _READ
        text = "" if is_dump else response.get_data(as_text=True)
        expected = _BY_EXTENSION.get(PurePosixPath(urlsplit(path).path).suffix if path.startswith("/data/") else "")
        assert expected in (None, response.mimetype), path
        where = response.request.environ["REQUEST_URI"]
        links = set() if is_dump else _links(where, response.mimetype, text)
        links |= _headers_links(response)
        for link in sorted(links - seen):
            seen.add(link)
            waiting.append(link)
    kinds = {path.split("/")[1] for path in seen}
    assert {"paper", "author", "record", "data", "queries", "sparql", "ontology", "export"} <= kinds
    assert "institution" in kinds or name == "real_app", "ML Anthology knows no institutions"


@pytest.mark.parametrize("name", ["seeded_app", "rich_app"])
def test_every_term_that_data_uses_is_on_the_ontology_page(name: str, request: pytest.FixtureRequest) -> None:
    app: Flask = request.getfixturevalue(name)
    client = app.test_client()
    data = client.get("/export/kg.nt").get_data(as_text=True)
    page = client.get("/ontology", headers={"Accept": "text/html"}).get_data(as_text=True)
    anchors = {attributes.get("id") for _, attributes in Elements(page).elements}
    used = set(re.findall(rf"<{re.escape(KG)}([^>]+)>", data))
    assert used <= anchors
