"""Whether a result is the expected one: the same rows or statements, whatever their blank nodes are called."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

import pyoxigraph
import rdflib
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    Triple,
)
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.term import Node

_RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
_INDEX = _RS["index"]  # as an attribute it is the method of strings
_XSD = "http://www.w3.org/2001/XMLSchema#"
_VARIABLE = "urn:variable:"
_COUNT = NamedNode("urn:count")

Term = NamedNode | BlankNode | Literal
Row = Mapping[str, Term]
Result = list[Row] | bool


def canonical(dataset: Iterable[Quad]) -> set[str]:
    """Statements as text; equal for two datasets if and only if these are isomorphic."""
    copy = Dataset(
        Quad(quad.subject, quad.predicate, _canonical_term(quad.object), quad.graph_name) for quad in dataset
    )
    copy.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in copy}


def canonical_rows(rows: Iterable[Row], lax: bool) -> set[str]:
    """A bag of solutions (lax: a set) as text, by way of a graph with one node for each distinct row."""
    counted = Counter(frozenset(row.items()) for row in rows)
    quads = []
    for number, (row, count) in enumerate(counted.items()):
        node = BlankNode(f"row{number}")
        quads.append(Quad(node, _COUNT, Literal(1 if lax else count)))
        quads += [Quad(node, NamedNode(_VARIABLE + name), term) for name, term in row]
    return canonical(quads)


def in_order(found: Result, expected: Result) -> bool:
    """Whether isomorphic results have the same rows in the same places."""
    assert isinstance(found, list)
    assert isinstance(expected, list)
    return [_without_labels(row) for row in found] == [_without_labels(row) for row in expected]


def _without_labels(row: Row) -> dict[str, Term | Triple | None]:
    return {name: None if isinstance(term, BlankNode) else _canonical_term(term) for name, term in row.items()}


def rows_of(body: bytes, results_format: QueryResultsFormat) -> Result:
    """The solutions of a result, or what an ASK said."""
    parsed = pyoxigraph.parse_query_results(body, results_format)
    if isinstance(parsed, pyoxigraph.QueryBoolean):
        return bool(parsed)
    names = [variable.value for variable in parsed.variables]
    return [{name: term for name, term in zip(names, row, strict=True) if term is not None} for row in parsed]


def csv_rows(body: bytes) -> Counter[frozenset[tuple[str, str]]]:
    """The rows of a CSV result, whatever the order of columns. All blank nodes are taken for one, numbers by value."""
    rows = csv.DictReader(io.StringIO(body.decode()))
    return Counter(frozenset((name, _canonical_cell(cell)) for name, cell in row.items()) for row in rows)


def _canonical_cell(cell: str) -> str:
    if cell.startswith("_:"):
        return "_:"
    try:
        return repr(float(cell))
    except ValueError:
        return cell


def is_result_set(graph: Graph) -> bool:
    return (None, RDF.type, _RS.ResultSet) in graph


def result_set(graph: Graph) -> tuple[Result, bool]:
    """A result written as RDF, and whether its order matters."""
    (root,) = graph.subjects(RDF.type, _RS.ResultSet)
    boolean = graph.value(root, _RS.boolean)
    if boolean is not None:
        return str(boolean) == "true", False
    indexed = []
    for solution in graph.objects(root, _RS.solution):
        bindings = list(graph.objects(solution, _RS.binding))
        row = {str(graph.value(node, _RS.variable)): _term(_value(graph, node)) for node in bindings}
        indexed.append((int(str(graph.value(solution, _INDEX) or 0)), row))
    ordered = any(index for index, _ in indexed)
    return [row for _, row in sorted(indexed, key=lambda item: item[0])], ordered


def _value(graph: Graph, binding: Node) -> Node:
    (value,) = graph.objects(binding, _RS.value)
    return value


def _term(node: Node) -> Term:
    if isinstance(node, rdflib.Literal):
        datatype = NamedNode(str(node.datatype)) if node.datatype else None
        return Literal(str(node), datatype=datatype, language=node.language)
    return NamedNode(str(node)) if isinstance(node, URIRef) else BlankNode(str(node))


def _canonical_term(term: Term | Triple) -> Term | Triple:
    """Decimals and doubles by value: the suites leave open how a computed number is written."""
    if isinstance(term, Literal) and term.datatype.value == f"{_XSD}decimal":
        return Literal(str(Decimal(term.value).normalize()), datatype=term.datatype)
    if isinstance(term, Literal) and term.datatype.value in (f"{_XSD}double", f"{_XSD}float"):
        return Literal(repr(float(term.value)), datatype=term.datatype)
    return term
