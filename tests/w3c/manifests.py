"""The tests that the W3C's manifests list. https://www.w3.org/2009/sparql/docs/tests/README.html"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from tests.w3c.failures import FAILURES
from tests.w3c.suites import SuitesUnavailable, suites

_MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
_DAWGT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")
_QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
_UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
_SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
# Where the W3C keeps each suite; relative IRIs in its files resolve against these addresses.
_ADDRESSES = {
    "sparql11": "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/",
    "dawg-data-r2": "http://www.w3.org/2001/sw/DataAccess/tests/data-r2/",
}
FEDERATED = "FederatedQueryEvaluationTest"  # our own name: the suite says so by a feature
_ENTAILMENT = "entailment"  # no regime beyond simple entailment is offered
_FROM = re.compile(r"^\s*FROM\s+(?:NAMED\s+)?<([^>]+)>", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Data:
    """A dataset as addresses of files: those of the default graph, and by name those of the others."""

    default: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Case:
    """One test. `action` is the address of the query or update, `result` that of the file with what it gives.

    `changed` is the dataset after an update. `lax`: how often a row is there does not matter. `endpoints`: what others
    hold, by address.
    """

    name: str
    kind: str
    action: str
    data: Data
    result: str | None
    changed: Data
    lax: bool
    endpoints: tuple[tuple[str, Data], ...]

    @property
    def text(self) -> str:
        return path_of(self.action).read_text("utf-8")


def path_of(address: str) -> Path:
    """The file that has this address."""
    for suite, prefix in _ADDRESSES.items():
        if address.startswith(prefix):
            return suites() / suite / address.removeprefix(prefix)
    raise ValueError(address)


def cases(*kinds: str) -> list[object]:
    """The tests of these kinds, as parameters of a test function; what is known to fail is marked so."""
    try:
        found = [case for case in _all_cases() if case.kind in kinds]
    except SuitesUnavailable as unavailable:
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"the W3C suites cannot be had: {unavailable}"))]
    return [pytest.param(case, id=case.name, marks=_marks(case)) for case in found]


def _marks(case: Case) -> list[pytest.MarkDecorator]:
    if case.name in FAILURES:
        return [pytest.mark.xfail(reason=FAILURES[case.name], strict=True)]
    return []


@cache
def _all_cases() -> list[Case]:
    return [
        case
        for suite, address in _ADDRESSES.items()
        for manifest in sorted((suites() / suite).glob("*/manifest.ttl"))
        if manifest.parent.name != _ENTAILMENT
        for case in _cases(manifest, f"{address}{manifest.parent.name}/manifest.ttl")
    ]


def _cases(manifest: Path, address: str) -> Iterator[Case]:
    graph = Graph().parse(manifest, publicID=address)
    listed = graph.objects(URIRef(address), _MF.entries)
    for entry in (entry for entries in listed for entry in Collection(graph, entries)):
        kind = str(graph.value(entry, RDF.type)).partition("#")[2]
        if (entry, _MF.feature, _SD.BasicFederatedQuery) in graph and kind == "QueryEvaluationTest":
            kind = FEDERATED
        action, result = graph.value(entry, _MF.action), graph.value(entry, _MF.result)
        request = _query(graph, action)
        if request is None or graph.value(entry, _DAWGT.approval) == _DAWGT.Withdrawn:
            continue  # the protocol's and the service description's are told in prose
        data = _data(graph, action)
        if kind == "QueryEvaluationTest" and data == Data():
            data = _named_by_the_query(request)
        yield Case(
            name=f"{manifest.parent.name}/{str(entry).partition('#')[2]}",
            kind=kind,
            action=request,
            data=data,
            result=str(result) if isinstance(result, URIRef) else None,
            changed=_data(graph, result),
            lax=graph.value(entry, _MF.resultCardinality) == _MF.LaxCardinality,
            endpoints=tuple(_endpoints(graph, action)),
        )


def _query(graph: Graph, action: Node | None) -> str | None:
    if isinstance(action, URIRef):
        return str(action)
    request = graph.value(action, _QT.query) or graph.value(action, _UT.request)
    return str(request) if request else None


def _data(graph: Graph, node: Node | None) -> Data:
    """What `node` says of a dataset, in the words of queries or of updates; order does not matter."""
    if node is None or isinstance(node, URIRef):
        return Data()
    default = [str(file) for terms in (_QT, _UT) for file in graph.objects(node, terms.data)]
    named = [_graph(graph, file) for terms in (_QT, _UT) for file in graph.objects(node, terms.graphData)]
    return Data(tuple(sorted(default)), tuple(sorted(named)))


def _endpoints(graph: Graph, action: Node | None) -> Iterator[tuple[str, Data]]:
    for held in graph.objects(action, _QT.serviceData):
        yield str(graph.value(held, _QT.endpoint)), _data(graph, held)


def _graph(graph: Graph, node: Node) -> tuple[str, str]:
    """Name and file: a graph without a label is named by the address of its file."""
    file = graph.value(node, _UT.graph) or graph.value(node, _QT.graph) or node
    return str(graph.value(node, RDFS.label) or file), str(file)


def _named_by_the_query(request: str) -> Data:
    """A query that brings its dataset along: the files in its FROM clauses, each under its own name."""
    addresses = {str(URIRef(name, base=request)) for name in _FROM.findall(path_of(request).read_text("utf-8"))}
    return Data(named=tuple((address, address) for address in sorted(addresses)))
