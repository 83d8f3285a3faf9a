"""Answers by value: stores write the same boolean or number in different ways, and call blank nodes what they like."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pyoxigraph
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, Triple

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = {_XSD + name for name in ("integer", "decimal", "int", "long", "nonNegativeInteger")}

Rows = list[tuple[str, ...]]


def same(term: object) -> str:
    """A term in a form that is the same for equal values; an unbound variable is empty."""
    match term:
        case None:
            return ""
        case BlankNode():
            return "_:"
        case Literal(datatype=NamedNode(value=datatype)) if datatype == _XSD + "boolean":
            return str(term.value in ("true", "1"))
        case Literal(datatype=NamedNode(value=datatype)) if datatype in _NUMBERS:
            return str(Decimal(term.value).normalize())
        case _:
            return str(term)


def rows(answer: bytes) -> Rows:
    """The rows of a result in SPARQL JSON, in its order; columns A to Z."""
    found = pyoxigraph.parse_query_results(answer, pyoxigraph.QueryResultsFormat.JSON)
    assert isinstance(found, pyoxigraph.QuerySolutions)
    variables = sorted(found.variables, key=str)
    return [tuple(same(row[variable]) for variable in variables) for row in found]


def graph(answer: bytes) -> set[str]:
    """The statements of N-Triples with canonical blank nodes: equal for isomorphic graphs."""
    return statements(pyoxigraph.parse(answer, RdfFormat.N_TRIPLES))


def statements(triples: Iterable[Quad | Triple]) -> set[str]:
    found = list(triples)
    if any(isinstance(end, BlankNode) for triple in found for end in (triple.subject, triple.object)):
        dataset = Dataset(Quad(triple.subject, triple.predicate, triple.object) for triple in found)
        dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
        found = list(dataset)
    return {f"{triple.subject} {triple.predicate} {_object(triple)}" for triple in found}


def _object(triple: Quad | Triple) -> str:
    return str(triple.object) if isinstance(triple.object, BlankNode) else same(triple.object)
