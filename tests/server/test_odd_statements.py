"""One odd statement, which any RDF file or edit may make, is left out where it makes no sense; all else is served."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from kg import pipeline
from kg.namespaces import DEFAULT_BASE
from kg.settings import read_settings
from kg.sources import find_source
from kg.store import StoreFolder
from server import create_app
from server.state import state_of
from tests.conftest import MadeOnce
from tests.server.conftest import BufferedClient
from tests.server.page_elements import Elements

ODD = f"""
@base <{DEFAULT_BASE}> .
@prefix kg: <https://w3id.org/paperkg/ontology#> .
@prefix cito: <http://purl.org/spar/cito/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<author/ann> a kg:Author ; kg:name "Ann" .
<author/bob> a kg:Author ; kg:name "Bob" .
<concept/c> a kg:Concept ; skos:prefLabel "Things" .
<paper/other> a kg:Paper ; dcterms:title "Other" ; dcterms:creator <author/bob>, <author/ann> ;
    dcterms:subject <concept/c> ; kg:publicationYear 2021 .
<paper/odd> a kg:Paper ; dcterms:title "Odd" ; dcterms:subject <concept/c>, "a text", [] ;
    dcterms:isPartOf "a text", [] ; dcterms:creator <author/ann>, "a text", [] ; kg:institution "a text", [] ;
    cito:cites "10.1234/some paper", <paper/other> ; kg:authorship "a text", [], <paper/odd#author-1> ;
    dcterms:issued "2020-13-01"^^xsd:date ; kg:publicationYear "abc"^^xsd:integer ; owl:sameAs [], "a text" .
<paper/odd#author-1> a kg:Authorship ; kg:author <author/ann>, "a text" ; kg:position "first" .
"""
MOST = 2000
_OF_EVERY_GRAPH = re.compile("arxiv|openalex|paper-type|/metric/")
STARTS = ("/", "/search?q=odd", "/search.bib?q=odd", "/data/author/ann.bib", "/export/", "/dataset", "/metrics")


@pytest.fixture(scope="module")
def odd_app(made_once: MadeOnce) -> Iterator[Flask]:
    def make(folder: Path) -> None:
        (folder / "odd.ttl").write_text(ODD)
        pipeline.load(StoreFolder(folder / "store"), find_source("rdf"), {"odd": [folder / "odd.ttl"]})

    app = create_app(read_settings({}, store=made_once("odd", make) / "store", query_workers=1))
    app.test_client_class = BufferedClient
    yield app
    state_of(app).close()


def links_of(answer: TestResponse) -> set[str]:
    """The addresses on this server, but for those of the things that every graph has."""
    if answer.status_code in (301, 302, 303):
        found = {answer.headers["Location"]}
    elif answer.mimetype == "text/html":
        elements = Elements(answer.text).elements
        found = {value for _, attributes in elements for name in ("href", "src") if (value := attributes.get(name))}
    else:
        found = set()
    return {link.partition("#")[0] for link in found if re.match("/[^/]", link) and not _OF_EVERY_GRAPH.search(link)}


def test_every_page_and_file_of_an_odd_graph_is_served(odd_app: Flask) -> None:
    client = odd_app.test_client()
    waiting, seen, failed = list(STARTS), set(STARTS), list[tuple[str, int]]()
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        answer = client.get(path)
        if answer.status_code >= 400:
            failed.append((path, answer.status_code))
        new = links_of(answer) - seen
        seen |= new
        waiting += sorted(new)
    assert len(seen) < MOST
    assert not failed
