"""The ontology, the shapes and the context as they are served."""

from __future__ import annotations

import re

import pytest
import rdflib
from flask.testing import FlaskClient
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse

from kg import paths
from kg.namespaces import DEFAULT_BASE, KG
from server import ontology
from tests.server.page_elements import Elements

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own use, in its JSON-LD

FILES = {"/ontology": "kg.ttl", "/shapes": "shapes.ttl"}
FORMATS = {
    "ttl": ("text/turtle", "turtle"),
    "jsonld": ("application/ld+json", "json-ld"),
    "nt": ("application/n-triples", "nt"),
    "rdf": ("application/rdf+xml", "xml"),
}


def canonical(graph: rdflib.Graph) -> set[Quad]:
    """The same for graphs that differ in the names of blank nodes only, in a hundredth of the time of rdflib's own."""
    found = Dataset(parse(graph.serialize(format="nt"), format=RdfFormat.N_TRIPLES))
    found.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return set(found)


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("extension", FORMATS)
def test_a_vocabulary_is_served_in_every_format(client: FlaskClient, path: str, extension: str) -> None:
    media_type, parser = FORMATS[extension]
    file = canonical(rdflib.Graph().parse(paths.ONTOLOGY / FILES[path], format="turtle"))
    by_extension = client.get(f"{path}.{extension}")
    by_accept = client.get(path, headers={"Accept": media_type})
    for response in (by_extension, by_accept):
        assert response.mimetype == media_type
        assert canonical(rdflib.Graph().parse(response.data, format=parser)) == file


def test_the_page_explains_every_term(client: FlaskClient) -> None:
    graph = rdflib.Graph().parse(paths.ONTOLOGY / "kg.ttl", format="turtle")
    page = Elements(client.get("/ontology", headers={"Accept": "text/html"}).get_data(as_text=True))
    anchors = {attributes.get("id") for _, attributes in page.elements}
    for term in set(graph.subjects(rdflib.RDFS.isDefinedBy)):
        assert str(term).removeprefix(KG) in anchors
        assert str(graph.value(term, rdflib.RDFS.comment)) in page.text


@pytest.mark.parametrize("path", FILES)
def test_the_version_in_force_has_an_address_of_its_own(client: FlaskClient, path: str) -> None:
    graph = rdflib.Graph().parse(paths.ONTOLOGY / FILES[path], format="turtle")
    iri = next(graph.objects(None, rdflib.OWL.versionIRI))
    response = client.get("/" + str(iri).removeprefix(DEFAULT_BASE))
    assert (response.status_code, response.location) == (303, path)
    assert client.get(f"{path}/0.0.1").status_code == 404


def test_the_context_is_json_ld(client: FlaskClient) -> None:
    response = client.get("/context.jsonld")
    assert response.mimetype == "application/ld+json"
    assert "@context" in response.get_json(force=True)


@pytest.mark.parametrize(("path", "accept", "status"), [("/ontology", "image/png", 406), ("/ontology.png", "*/*", 404)])
def test_what_is_not_on_offer_is_refused(client: FlaskClient, path: str, accept: str, status: int) -> None:
    assert client.get(path, headers={"Accept": accept}).status_code == status


def test_the_page_shows_the_classes_and_the_versions(client: FlaskClient) -> None:
    """Every box of the picture is a class that the page explains, and the version in force is the latest one told."""
    page = client.get("/ontology", headers={"Accept": "text/html"}).text
    diagram = page[page.index('class="diagram"') : page.index("</svg>", page.index('class="diagram"'))]
    boxes = re.findall(r'<a href="#(\w+)">', diagram)
    assert len(boxes) >= 9
    for box in boxes:
        assert f'class="term" id="{box}"' in page, box
    assert re.findall(r"<dt>(\d+\.\d+\.\d+)</dt>", page)[0] == ontology.ONTOLOGY.version
