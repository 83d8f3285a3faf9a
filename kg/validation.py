"""Whether a graph is what `ontology/shapes.ttl` says a valid graph is.

pySHACL checks the core constraints. It would parse a SPARQL constraint anew for every node, so those run in the store,
each once for all nodes; the report is the same.
https://www.w3.org/TR/shacl/#validation-report
"""

from __future__ import annotations

import logging
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyoxigraph
import pyshacl
from pyoxigraph import DefaultGraph, RdfFormat
from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Identifier, Node

from kg import namespaces as ns
from kg import paths
from kg.errors import DataError

_SEVERITIES = ("Violation", "Warning", "Info")
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


@dataclass(frozen=True)
class Result:
    """One thing that is wrong or in doubt. Terms are N-Triples text; `path` may begin with '^', the other way round.

    `severity` is 'Violation', 'Warning' or 'Info'; `shape` is the IRI of the named shape that asks for it.
    """

    severity: str
    focus: str
    path: str | None
    value: str | None
    message: str
    shape: str

    @property
    def sort_key(self) -> tuple[int, str, str, str, str]:
        return _SEVERITIES.index(self.severity), self.shape, self.message, self.focus, self.value or ""


@dataclass(frozen=True)
class Report:
    """What validation found, violations first. `turtle` is the SHACL validation report."""

    results: tuple[Result, ...]
    turtle: str

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings do not count."""
        return all(result.severity != "Violation" for result in self.results)

    @property
    def summary(self) -> tuple[str, ...]:
        """Lines for a person: each message once, how often and with an example, then the totals."""
        alike: dict[tuple[str, str, str], list[Result]] = {}
        for result in self.results:
            alike.setdefault((result.severity, result.shape, result.message), []).append(result)
        lines = (
            f"{severity.lower()}, {len(found)} ×: {message} {found[0].focus}"
            for (severity, _, message), found in alike.items()
        )
        totals = Counter(result.severity for result in self.results)
        return (*lines, f"violations: {totals['Violation']}, warnings: {totals['Warning']}")


@contextmanager
def _without_remarks() -> Iterator[None]:
    """What rdflib logs and warns of values that do not fit their datatype is for the shapes to say."""
    logger = logging.getLogger("rdflib.term")
    was_disabled, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module=r"rdflib\.")
            yield
    finally:
        logger.disabled = was_disabled


@_without_remarks()
def validate(store: pyoxigraph.Store) -> Report:
    """Check the default graph of a store, which is copied into memory: about 2 KB and 0.15 ms a statement.

    RDF 1.2 triple terms, which SHACL does not know, are passed over. Raises DataError if a check cannot be made.
    """
    shapes = Graph().parse(paths.ONTOLOGY / "shapes.ttl")
    constraints = tuple(_sparql_constraints(shapes))
    shapes.remove((None, SH.sparql, None))
    _, report, text = pyshacl.validate(_copy(store), shacl_graph=shapes, inplace=True)
    if not isinstance(report, Graph):
        raise DataError(f"the graph cannot be checked: {text}", text)
    root = next(report.subjects(RDF.type, SH.ValidationReport))
    for constraint in constraints:
        constraint.check(store, report, root)
    nodes = list(report.objects(root, SH.result))
    report.set((root, SH.conforms, Literal(not nodes)))
    results = sorted((_result(report, shapes, node) for node in nodes), key=lambda result: result.sort_key)
    return Report(tuple(results), _turtle(report))


@dataclass(frozen=True)
class _SparqlConstraint:
    """https://www.w3.org/TR/shacl/#sparql-constraints, for the target class of its shape as a whole."""

    shape: Node
    severity: Node
    constraint: Node
    message: str
    query: str

    def check(self, store: pyoxigraph.Store, report: Graph, root: Node) -> None:
        """Add what the constraint finds in the store to the report at `root`."""
        solutions: Any = store.query(self.query)
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            found = {name: _term(term) for name, term in zip(names, solution, strict=True) if term is not None}
            node = BNode()
            report.add((root, SH.result, node))
            report.add((node, RDF.type, SH.ValidationResult))
            report.add((node, SH.focusNode, found["this"]))
            report.add((node, SH.value, found.get("value", found["this"])))
            report.add((node, SH.resultSeverity, self.severity))
            report.add((node, SH.sourceShape, self.shape))
            report.add((node, SH.sourceConstraint, self.constraint))
            report.add((node, SH.sourceConstraintComponent, SH.SPARQLConstraintComponent))
            report.add((node, SH.resultMessage, Literal(_filled(self.message, found), lang="en")))


def _sparql_constraints(shapes: Graph) -> Iterator[_SparqlConstraint]:
    for shape, constraint in shapes.subject_objects(SH.sparql):
        declared = shapes.objects(constraint, SH.prefixes / SH.declare)
        prefixes = (f"PREFIX {shapes.value(d, SH.prefix)}: <{shapes.value(d, SH.namespace)}>" for d in declared)
        target, select = shapes.value(shape, SH.targetClass), shapes.value(constraint, SH.select)
        yield _SparqlConstraint(
            shape=shape,
            severity=shapes.value(shape, SH.severity) or SH.Violation,
            constraint=constraint,
            message=str(shapes.value(constraint, SH.message)),
            query=f"{' '.join(prefixes)} SELECT * {{ ?this a <{target}> {{ {select} }} }}",
        )


def _filled(message: str, found: dict[str, Identifier]) -> str:
    """The message with what was found in place of '{?name}'."""
    return _PLACEHOLDER.sub(lambda match: str(found[match[1]]), message)


def _copy(store: pyoxigraph.Store) -> Graph:
    """The default graph, with every literal as it is spelled."""
    graph = Graph()
    for quad in store.quads_for_pattern(None, None, None, DefaultGraph()):
        if not isinstance(quad.subject, pyoxigraph.Triple) and not isinstance(quad.object, pyoxigraph.Triple):
            graph.add((_term(quad.subject), URIRef(quad.predicate.value), _term(quad.object)))
    return graph


def _term(term: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal) -> Identifier:
    match term:
        case pyoxigraph.NamedNode():
            return URIRef(term.value)
        case pyoxigraph.BlankNode():
            return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = None if term.datatype.value == ns.XSD + "string" else URIRef(term.datatype.value)
    return Literal(term.value, datatype=datatype, normalize=False)


def _result(report: Graph, shapes: Graph, node: Node) -> Result:
    focus = next(report.objects(node, SH.focusNode))
    value = report.value(node, SH.value)
    path = report.value(node, SH.resultPath)
    shape = report.value(node, SH.sourceShape)
    if isinstance(shape, BNode):
        shape = shapes.value(None, SH.property, shape)
    return Result(
        severity=str(report.value(node, SH.resultSeverity)).removeprefix(ns.SH),
        focus=focus.n3(),
        path=_path_text(report, path) if path is not None else None,
        value=value.n3() if value is not None else None,
        message=str(report.value(node, SH.resultMessage)),
        shape=str(shape),
    )


def _path_text(report: Graph, path: Node) -> str:
    inverse = report.value(path, SH.inversePath)
    return path.n3() if inverse is None else "^" + inverse.n3()


def _turtle(report: Graph) -> str:
    """Written by pyoxigraph, which leaves numbers as they are spelled."""
    triples = pyoxigraph.parse(report.serialize(format="nt"), format=RdfFormat.N_TRIPLES)
    in_order = sorted((quad.triple for quad in triples), key=str)
    return (pyoxigraph.serialize(in_order, format=RdfFormat.TURTLE, prefixes=ns.PREFIXES) or b"").decode()
