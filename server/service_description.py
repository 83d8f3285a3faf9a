"""What the SPARQL endpoint says of itself. https://www.w3.org/TR/sparql11-service-description/"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from urllib.parse import urlsplit

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Triple

from kg.formats import GRAPH_FORMATS, RESULT_FORMATS, GraphFormat
from kg.namespaces import PREFIXES, SAME_AS, SD, TYPE, VOID, XSD


def describe_service(
    endpoint: str, triples: int, linksets: Mapping[str, int], writable: bool, graph_format: GraphFormat
) -> bytes:
    """The description of the endpoint at the address `endpoint`, whose default graph has so many triples and so many
    links to things of other graphs, by the beginning of their IRIs."""
    prefixes = PREFIXES | {"sd": SD}
    output = BytesIO()
    pyoxigraph.serialize(
        _statements(endpoint, triples, linksets, writable), output, graph_format.rdf_format, prefixes=prefixes
    )
    return output.getvalue()


def _statements(endpoint: str, triples: int, linksets: Mapping[str, int], writable: bool) -> Iterator[Triple]:
    service, dataset, graph = (f"{endpoint}#{part}" for part in ("service", "dataset", "default-graph"))
    yield _link(service, TYPE, SD + "Service")
    yield _link(service, SD + "endpoint", endpoint)
    yield _link(service, SD + "supportedLanguage", SD + "SPARQL11Query")
    if writable:
        yield _link(service, SD + "supportedLanguage", SD + "SPARQL11Update")
        yield _link(service, SD + "feature", SD + "EmptyGraphs")
    for known in GRAPH_FORMATS:
        yield _link(service, SD + "resultFormat", known.rdf_format.iri)
    for result_format in RESULT_FORMATS:
        yield _link(service, SD + "resultFormat", result_format.results_format.iri)
    yield _link(service, SD + "defaultDataset", dataset)
    yield _link(dataset, TYPE, SD + "Dataset")
    yield _link(dataset, SD + "defaultGraph", graph)
    yield _link(graph, TYPE, SD + "Graph")
    yield _number(graph, VOID + "triples", triples)
    for target, links in linksets.items():
        linkset = f"{endpoint}#links-to-{urlsplit(target).netloc}"
        yield _link(graph, VOID + "subset", linkset)
        yield _link(linkset, TYPE, VOID + "Linkset")
        yield _link(linkset, VOID + "linkPredicate", SAME_AS)
        yield _link(linkset, VOID + "subjectsTarget", graph)
        yield _link(linkset, VOID + "objectsTarget", target)
        yield _number(linkset, VOID + "triples", links)


def _number(subject: str, predicate: str, number: int) -> Triple:
    value = Literal(str(number), datatype=NamedNode(XSD + "integer"))
    return Triple(NamedNode(subject), NamedNode(predicate), value)


def _link(subject: str, predicate: str, target: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), NamedNode(target))
