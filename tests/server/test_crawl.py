"""A crawler that follows links from the front page, on pages and in data: none is dead, none breaks the server."""

from __future__ import annotations

import atexit
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path, PurePosixPath
from urllib.parse import urldefrag, urljoin, urlsplit

import pyoxigraph
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat
from werkzeug.test import TestResponse

from kg.namespaces import DEFAULT_BASE, KG
from kg.settings import read_settings
from server import create_app
from server.state import state_of
from tests.server.conftest import BufferedClient
from tests.server.page_elements import Elements

_SORTS = ("endless", "narrowed", "other")
_ORIGIN = "http://localhost"
_ENDLESS = ("search", "sparql", "editor", "compare", "path")
"""Where a question is part of the address: each answer leads to narrower ones, so that there are ever more."""
_OF_SEEDS = {"endless": 500}
"""So many links of one shape, such as data of authors in Turtle, are followed; without a number every one."""
_REAL = os.environ.get("CRAWL", "6")
"""So many in a graph of 5,000 papers; with `all` every one, in as many processes as there are cores, but for the
endless and for the pages that narrow a thing's papers by year, venue and co-author."""
_OF_REAL = {"endless": 500, "narrowed": 500} if _REAL == "all" else dict.fromkeys(_SORTS, int(_REAL))
_READ = ("text/html", "application/json")
"""Of what stands under /export/; dumps have tests of their own."""
_client: FlaskClient
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
        links = {attributes.get("href") or attributes.get("src") or "" for _, attributes in page.elements}
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


def _sort(shape: tuple[str, ...]) -> str:
    if shape[1] in _ENDLESS:
        return _SORTS[0]
    return _SORTS[1] if shape[1] == "page" and shape[-1] == "?" else _SORTS[2]


def _follow(client: FlaskClient, path: str) -> set[str]:
    """The addresses on this server that the answer leads to, which is as it should be."""
    response = client.get(path, headers={"Accept": "text/html, */*;q=0.5"}, follow_redirects=True)
    assert response.status_code == 200, path
    is_dump = urlsplit(path).path.startswith("/export/") and response.mimetype not in _READ
    text = "" if is_dump else response.get_data(as_text=True)
    expected = _BY_EXTENSION.get(PurePosixPath(urlsplit(path).path).suffix if path.startswith("/data/") else "")
    assert expected in (None, response.mimetype), path
    where = response.request.environ["REQUEST_URI"]
    links = set() if is_dump else _links(where, response.mimetype, text)
    return links | _headers_links(response)


def _crawl(follow: Callable[[Iterable[str]], Iterable[set[str]]], most: Mapping[str, int]) -> tuple[set[str], int]:
    """Follow links in waves, each wave what the one before led to; the addresses seen, and how many were followed."""
    seen, wave = {"/"}, ["/"]
    shapes: Counter[tuple[str, ...]] = Counter()
    followed = 0
    while wave:
        chosen = []
        for path in wave:
            shape = _shape(path)
            shapes[shape] += 1
            if shapes[shape] <= most.get(_sort(shape), shapes[shape]):
                chosen.append(path)
        wave = []
        for links in follow(chosen):
            followed += 1
            new = sorted(links - seen)
            seen.update(new)
            wave += new
            if followed % 10_000 == 0:
                print(f"{followed} followed, {len(seen)} seen")
    return seen, followed


def _check_kinds(seen: set[str]) -> None:
    kinds = {path.split("/")[1] for path in seen}
    assert {"paper", "author", "record", "data", "queries", "sparql", "ontology", "export"} <= kinds


@pytest.mark.parametrize("name", ["seeded_app", "hostile_app", "rich_app"])
def test_no_link_is_dead(name: str, request: pytest.FixtureRequest) -> None:
    app: Flask = request.getfixturevalue(name)
    client = app.test_client()
    seen, _ = _crawl(lambda wave: (_follow(client, path) for path in wave), _OF_SEEDS)
    _check_kinds(seen)
    assert any(path.startswith("/institution/") for path in seen)


def test_no_link_is_dead_among_5000_papers(real_store_folder: Path) -> None:
    processes = os.cpu_count() if _REAL == "all" else 1
    with ProcessPoolExecutor(processes, get_context("spawn"), _serve, (real_store_folder,)) as pool:
        seen, followed = _crawl(lambda wave: pool.map(_follow_served, wave, chunksize=20), _OF_REAL)
    print(f"{followed} links followed of {len(seen)}, none is dead")
    _check_kinds(seen)


def _serve(folder: Path) -> None:
    """Have this process answer for the graph of a store."""
    global _client
    app = create_app(read_settings({}, store=folder, query_workers=1, canned_workers=1))
    app.testing = True
    app.test_client_class = BufferedClient
    atexit.register(state_of(app).close)
    _client = app.test_client()


def _follow_served(path: str) -> set[str]:
    return _follow(_client, path)


@pytest.mark.parametrize("name", ["seeded_app", "rich_app"])
def test_every_term_that_data_uses_is_on_the_ontology_page(name: str, request: pytest.FixtureRequest) -> None:
    app: Flask = request.getfixturevalue(name)
    client = app.test_client()
    data = client.get("/export/kg.nt").get_data(as_text=True)
    page = client.get("/ontology", headers={"Accept": "text/html"}).get_data(as_text=True)
    anchors = {attributes.get("id") for _, attributes in Elements(page).elements}
    used = set(re.findall(rf"<{re.escape(KG)}([^>]+)>", data))
    assert used <= anchors
