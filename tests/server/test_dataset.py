"""What the graph says of itself as a dataset, and where crawlers begin."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from urllib.parse import urlsplit

import pytest
import rdflib
from flask import Flask
from flask.testing import FlaskClient
from rdflib import DCTERMS, OWL, PROV, RDF, URIRef
from rdflib.namespace import DCAT, VOID

from kg.namespaces import DEFAULT_BASE as B
from kg.namespaces import KG

DATASET = URIRef(f"{B}dataset")


def graph(client: FlaskClient, path: str = "/dataset.ttl") -> rdflib.Graph:
    response = client.get(path)
    assert response.status_code == 200, path
    return rdflib.Graph().parse(data=response.text, format="turtle")


def number(found: rdflib.Graph, subject: rdflib.term.Node, predicate: URIRef) -> int:
    return int(str(found.value(subject, predicate)))


@pytest.mark.parametrize(
    ("path", "accept", "media_type"),
    [
        ("/dataset", "text/html", "text/html"),
        ("/dataset", "text/turtle", "text/turtle"),
        ("/dataset", "application/rdf+xml", "application/rdf+xml"),
        ("/dataset.jsonld", "*/*", "application/ld+json"),
        ("/.well-known/void", "*/*", "text/turtle"),
        ("/.well-known/void", "application/n-triples", "application/n-triples"),
    ],
)
def test_it_is_there_in_every_format(client: FlaskClient, path: str, accept: str, media_type: str) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, media_type)
    again = client.get(path, headers={"Accept": accept, "If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_counts_are_those_of_the_graph(client: FlaskClient) -> None:
    found = graph(client)
    assert (DATASET, RDF.type, VOID.Dataset) in found
    assert (DATASET, RDF.type, DCAT.Dataset) in found
    query = "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?s) { ?s ?p ?o }"
    row = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"}).text.splitlines()[1]
    triples, subjects = map(int, row.split(","))
    assert number(found, DATASET, VOID.triples) == triples
    assert number(found, DATASET, VOID.entities) == subjects
    parts = {str(found.value(part, VOID["class"])): part for part in found.objects(DATASET, VOID.classPartition)}
    assert number(found, parts[f"{KG}Paper"], VOID.entities) == 23
    titles = next(
        part
        for part in found.objects(parts[f"{KG}Paper"], VOID.propertyPartition)
        if (part, VOID.property, DCTERMS.title) in found
    )
    assert number(found, titles, VOID.triples) == 23


def test_examples_and_addresses_lead_somewhere(client: FlaskClient) -> None:
    found = graph(client)
    examples = list(found.objects(DATASET, VOID.exampleResource))
    assert len(examples) >= 5
    addresses = [*found.objects(DATASET, VOID.dataDump), *found.objects(DATASET, VOID.sparqlEndpoint)]
    assert len(addresses) >= 5
    for address in (*(str(example).replace(B, "http://localhost/") for example in examples), *map(str, addresses)):
        response = client.get(urlsplit(address).path, follow_redirects=True)
        assert response.status_code == 200, address


def test_files_have_size_and_checksum(client: FlaskClient) -> None:
    found = graph(client)
    for file in found.objects(DATASET, DCAT.distribution):
        address = found.value(file, DCAT.downloadURL)
        response = client.get(urlsplit(str(address)).path)
        size = number(found, file, DCAT.byteSize)
        assert len(response.data) == size or response.headers.get("Content-Encoding"), address


def test_it_says_where_it_comes_from(client: FlaskClient) -> None:
    found = graph(client)
    sources = set(found.objects(DATASET, PROV.wasDerivedFrom))
    assert URIRef(f"{B}dataset/evan-hubinger") in sources
    for source in sources:
        assert (source, RDF.type, VOID.Dataset) in found
    files = {str(file) for source in sources for file in found.objects(source, PROV.wasDerivedFrom)}
    assert any(file.startswith("urn:sha256:") for file in files)
    assert not any("/" in str(label) for label in found.objects(None, rdflib.RDFS.label)), "no paths of this machine"


def test_links_to_other_graphs_are_counted(client: FlaskClient) -> None:
    found = graph(client)
    for linkset in found.subjects(RDF.type, VOID.Linkset):
        assert (linkset, VOID.linkPredicate, OWL.sameAs) in found
        assert number(found, linkset, VOID.triples) > 0


def locations(client: FlaskClient, path: str) -> list[str]:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/xml"), path
    found = ElementTree.fromstring(response.text)  # noqa: S314 - of our own making
    return [element.text or "" for element in found.iter() if element.tag.endswith("loc")]


def test_crawlers_find_every_page(client: FlaskClient, seeded_app: Flask) -> None:
    robots = client.get("/robots.txt").text
    assert "Sitemap: http://localhost/sitemap.xml" in robots
    assert "Disallow: /sparql" in robots
    assert "Disallow: /page/*?" in robots, "narrowed down in endless ways"
    pages = [page for part in locations(client, "/sitemap.xml") for page in locations(client, urlsplit(part).path)]
    assert len(pages) == len(set(pages)) > 52
    assert sum("/page/paper/" in page for page in pages) == 23
    for page in pages[:40]:
        assert client.get(urlsplit(page).path).status_code == 200, page
    assert client.get("/sitemap/paper-7.xml").status_code == 404
    assert client.get("/sitemap/page-1.xml").status_code == 404


def test_browsers_can_search_here(client: FlaskClient) -> None:
    assert 'rel="search"' in client.get("/").text
    described = ElementTree.fromstring(client.get("/opensearch.xml").text)  # noqa: S314
    template = next(element.attrib["template"] for element in described if element.tag.endswith("Url"))
    assert client.get(template.replace("{searchTerms}", "alignment")).status_code == 200
