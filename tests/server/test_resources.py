"""Things by their own address: redirects, pages, data, and keys that a path can hold only percent-encoded."""

from __future__ import annotations

from urllib.parse import quote

import pyoxigraph
import pytest
import rdflib
from flask import Flask
from flask.testing import FlaskClient
from rdflib.compare import isomorphic

from kg.formats import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, GraphFormat
from kg.namespaces import DEFAULT_BASE, KG
from kg.naming import Naming
from kg.records import Identifier, Paper, SourceRecord
from tests.server.hostile_records import AWKWARD_DOIS

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own use, in its JSON-LD

FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
AUTHOR = "/author/evan-hubinger"


def paper_iri(doi: str) -> str:
    record = Paper(title="", source=SourceRecord(""), identifiers=(Identifier("doi", doi),))
    return Naming(DEFAULT_BASE).paper(record)


def path_of(iri: str) -> str:
    return "/" + iri.removeprefix(DEFAULT_BASE)


def parsed(body: bytes, graph_format: GraphFormat) -> rdflib.Graph:
    names = {"turtle": "turtle", "ntriples": "nt", "jsonld": "json-ld", "rdfxml": "xml"}
    return rdflib.Graph().parse(body, format=names[graph_format.name])


@pytest.mark.parametrize(
    ("accept", "location"),
    [
        ("text/html", "/page" + AUTHOR),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "/page" + AUTHOR),
        ("*/*", "/page" + AUTHOR),
        ("text/turtle", "/data" + AUTHOR + ".ttl"),
        ("application/ld+json", "/data" + AUTHOR + ".jsonld"),
        ("application/n-triples", "/data" + AUTHOR + ".nt"),
        ("application/rdf+xml;q=0.9, text/html;q=0.1", "/data" + AUTHOR + ".rdf"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_thing_redirects_to_the_representation_asked_for(
    client: FlaskClient, accept: str, location: str, method: str
) -> None:
    response = client.open(AUTHOR, method=method, headers={"Accept": accept})
    assert (response.status_code, response.location) == (303, location)
    assert "Accept" in response.vary


def test_a_type_that_is_not_on_offer_is_not_acceptable(client: FlaskClient) -> None:
    response = client.get(AUTHOR, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/author/nobody", "/page/author/nobody", "/data/author/nobody.ttl", "/paper/%3C%3E", "/paper//"]
)
def test_what_the_graph_has_not_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", [f"/data{AUTHOR}", f"/data{AUTHOR}.png", "/data/author/.ttl"])
def test_data_needs_a_known_extension(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("graph_format", FORMATS, ids=lambda graph_format: graph_format.name)
def test_every_format_says_the_same(client: FlaskClient, graph_format: GraphFormat) -> None:
    reference = parsed(client.get(f"/data{AUTHOR}.nt").data, N_TRIPLES)
    response = client.get(f"/data{AUTHOR}.{graph_format.extension}")
    assert response.mimetype == graph_format.media_type
    assert len(reference) > 100
    assert isomorphic(parsed(response.data, graph_format), reference)
    quads = pyoxigraph.parse(response.data, format=graph_format.rdf_format)
    assert len({quad.triple for quad in quads}) == len(reference)


def test_turtle_uses_the_prefixes(client: FlaskClient) -> None:
    text = client.get(f"/data{AUTHOR}.ttl").get_data(as_text=True)
    assert "a kg:Author" in text
    assert "foaf:name" in text


def test_data_names_things_by_their_true_iris_whatever_host_serves_it(client: FlaskClient) -> None:
    body = client.get(f"/data{AUTHOR}.nt", headers={"Host": "elsewhere.example:81"}).get_data(as_text=True)
    assert f"<{DEFAULT_BASE}author/evan-hubinger>" in body
    assert "elsewhere" not in body


def test_pages_link_to_paths_of_this_server(client: FlaskClient) -> None:
    page = client.get(f"/page{AUTHOR}").get_data(as_text=True)
    assert f'href="{DEFAULT_BASE}paper' not in page
    assert 'href="/paper/' in page


@pytest.mark.parametrize("path", [AUTHOR, f"/page{AUTHOR}", f"/data{AUTHOR}.ttl"])
def test_links_lead_to_the_other_representations(client: FlaskClient, path: str) -> None:
    link = client.get(path).headers["Link"]
    assert f'<{DEFAULT_BASE}author/evan-hubinger>; rel="canonical"' in link
    assert f'</page{AUTHOR}>; rel="alternate"; type="text/html"' in link
    for graph_format in FORMATS:
        assert f'</data{AUTHOR}.{graph_format.extension}>; rel="alternate"; type="{graph_format.media_type}"' in link
    assert ('rel="describes"' if path.startswith("/data/") else 'rel="describedby"') in link


@pytest.mark.parametrize("doi", AWKWARD_DOIS)
def test_an_awkward_key_leads_to_its_own_thing(hostile_client: FlaskClient, doi: str) -> None:
    iri = paper_iri(doi)
    number = AWKWARD_DOIS.index(doi)
    page = hostile_client.get(path_of(iri), headers={"Accept": "text/html"}, follow_redirects=True)
    assert page.status_code == 200
    assert f">Paper {number}</h1>" in page.get_data(as_text=True)
    for graph_format in FORMATS:
        accept = {"Accept": graph_format.media_type}
        data = hostile_client.get(path_of(iri), headers=accept, follow_redirects=True)
        titles = parsed(data.data, graph_format).objects(rdflib.URIRef(iri), rdflib.DCTERMS.title)
        assert list(titles) == [rdflib.Literal(f"Paper {number}")]


@pytest.mark.parametrize(
    "path",
    [
        "/paper/doi%3A10.1000%2Fplain",
        "/paper/doi:10.1000%2Fplain",
        "/p%61per/doi:10.1000/plain",
        "http://proxy.example/paper/doi:10.1000/plain",
    ],
)
def test_another_spelling_of_a_path_leads_to_the_minted_one(hostile_client: FlaskClient, path: str) -> None:
    decoded = "/paper/doi:10.1000/plain"
    response = hostile_client.get(decoded, environ_overrides={"REQUEST_URI": path, "RAW_URI": path})
    assert (response.status_code, response.location) == (303, "/page/paper/doi:10.1000/plain")


@pytest.mark.parametrize("prefix", ["", "http://proxy.example"])
def test_an_encoded_slash_of_the_name_itself_stays_encoded(hostile_client: FlaskClient, prefix: str) -> None:
    target = prefix + "/page/scheme/own%2Fscheme"
    overrides = {"REQUEST_URI": target, "RAW_URI": target}
    assert hostile_client.get("/page/scheme/own/scheme", environ_overrides=overrides).status_code == 200


def test_keys_that_differ_in_their_encoding_stay_apart(hostile_client: FlaskClient) -> None:
    """10.1000/a%2Fb is another identifier than 10.1000/a/b, which the graph has not."""
    assert hostile_client.get("/page/paper/doi:10.1000/a%252Fb").status_code == 200
    assert hostile_client.get("/page/paper/doi:10.1000/a/b").status_code == 404
    assert hostile_client.get("/page/paper/doi:10.1000/a/bb").status_code == 404


def test_the_application_may_be_mounted_below_a_path(seeded_app: Flask) -> None:
    client = seeded_app.test_client()
    response = client.get(AUTHOR, headers={"Accept": "text/html"}, base_url="http://localhost/kg")
    assert response.location == "/kg/page" + AUTHOR
    page = client.get("/page" + AUTHOR, base_url="http://localhost/kg").get_data(as_text=True)
    assert 'href="/kg/paper/' in page
    assert 'href="/paper/' not in page


def test_things_beside_the_five_kinds_resolve_too(client: FlaskClient) -> None:
    triples = rdflib.Graph().parse(client.get(f"/data{AUTHOR}.nt").data, format="nt")
    named = {str(node) for triple in triples for node in triple if str(node).startswith(DEFAULT_BASE)}
    kinds = {iri.removeprefix(DEFAULT_BASE).partition("/")[0] for iri in named if not iri.startswith(KG)}
    assert {"author", "paper", "authorship", "record", "reported-metric", "metric", "dataset"} <= kinds
    for kind in kinds:
        iri = min(iri for iri in named if iri.startswith(f"{DEFAULT_BASE}{kind}/"))
        path = quote(path_of(iri).partition("#")[0], safe="/:%")
        assert client.get(path, headers={"Accept": "text/html"}, follow_redirects=True).status_code == 200, iri
