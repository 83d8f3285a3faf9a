"""The W3C's tests of what the service says of itself. https://www.w3.org/TR/sparql11-service-description/"""

from __future__ import annotations

import pytest
from rdflib import OWL, RDF, BNode, Graph, Namespace, URIRef

from kg.formats import GRAPH_FORMATS
from kg.namespaces import SD as SD_IRI
from tests.w3c.service import Service

SD = Namespace(SD_IRI)


@pytest.fixture(scope="module")
def description(service: Service) -> Graph:
    answer = service.request("GET", "/sparql", Accept="text/turtle")
    assert (answer.status, answer.media_type) == (200, "text/turtle")
    return Graph().parse(answer.body, format="turtle")


def test_returns_rdf(service: Service) -> None:
    for accept in ("application/rdf+xml", "*/*"):
        answer = service.request("GET", "/sparql", Accept=accept)
        assert answer.status == 200
        assert answer.media_type in {known.media_type for known in GRAPH_FORMATS}


def test_has_endpoint_triple(service: Service, description: Graph) -> None:
    assert (None, SD.endpoint, URIRef(f"{service.root}/sparql")) in description


def test_conforms_to_schema(description: Graph) -> None:
    """What the vocabulary says of its properties: where they start, and where they lead."""
    (root,) = description.subjects(RDF.type, SD.Service)
    languages = set(description.objects(root, SD.supportedLanguage))
    assert {SD.SPARQL11Query, SD.SPARQL11Update} <= languages <= {SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update}
    assert set(description.objects(root, SD.feature)) <= {SD.EmptyGraphs, SD.UnionDefaultGraph, SD.RequiresDataset}
    for dataset in description.objects(root, SD.defaultDataset):
        assert (dataset, RDF.type, SD.Dataset) in description
        for graph in description.objects(dataset, SD.defaultGraph):
            assert (graph, RDF.type, SD.Graph) in description
    assert list(description.objects(root, SD.resultFormat))
    assert not any(isinstance(node, BNode) for node in description.all_nodes())
    assert (None, OWL.sameAs, None) not in description
