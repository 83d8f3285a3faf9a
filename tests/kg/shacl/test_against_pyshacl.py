"""What is found, against what pySHACL finds: every constraint that is supported, on small graphs of every kind."""

from __future__ import annotations

import logging
import random
import warnings
from collections.abc import Iterator

import pyshacl
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store
from rdflib import SH, BNode, Graph
from rdflib.term import Node

from kg import namespaces as ns
from kg.shacl import ShapesGraph, validate

E = "http://e.org/"
HEAD = f"""
@prefix sh: <{ns.SH}> . @prefix rdf: <{ns.RDF}> . @prefix rdfs: <{ns.RDFS}> . @prefix xsd: <{ns.XSD}> .
@prefix owl: <{ns.OWL}> . @prefix : <{E}> .
"""

# Constraints of a property shape. Where they stand in a node shape as well, they are of the node itself.
OF_A_NODE = [
    "sh:class :B",
    "sh:class :B, :C",
    "sh:nodeKind sh:IRI",
    "sh:nodeKind sh:BlankNode",
    "sh:nodeKind sh:Literal",
    "sh:nodeKind sh:BlankNodeOrIRI",
    "sh:nodeKind sh:BlankNodeOrLiteral",
    "sh:nodeKind sh:IRIOrLiteral",
    "sh:datatype xsd:string",
    "sh:datatype xsd:integer",
    "sh:datatype xsd:boolean",
    "sh:datatype xsd:date",
    "sh:datatype xsd:gYear",
    "sh:datatype xsd:decimal",
    "sh:datatype rdf:langString",
    "sh:minLength 2",
    "sh:maxLength 2",
    'sh:pattern "^[a-c]"',
    'sh:pattern "^A" ; sh:flags "i"',
    'sh:languageIn ( "en" "de-CH" )',
    'sh:in ( :a 2 "abc" "abc"@en )',
    "sh:in ()",
    "sh:hasValue :b",
    "sh:hasValue 2",
    "sh:equals :q",
    "sh:disjoint :q",
    "sh:not [ sh:class :B ]",
    "sh:not [ sh:nodeKind sh:Literal ], [ sh:datatype xsd:integer ]",
    "sh:and ( [ sh:nodeKind sh:IRI ] [ sh:class :B ] )",
    "sh:or ( [ sh:datatype xsd:string ] [ sh:datatype rdf:langString ] )",
    "sh:or ( [ sh:class :B ] [ sh:path :q ; sh:minCount 1 ] ), ( [ sh:nodeKind sh:IRI ] )",
    "sh:xone ( [ sh:nodeKind sh:IRI ] [ sh:class :B ] [ sh:path :q ; sh:maxCount 0 ] )",
    "sh:node [ sh:property [ sh:path :q ; sh:minCount 1 ] ]",
    "sh:node [ sh:property [ sh:path :q ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ; sh:class :B ]",
    "sh:node [ sh:property [ sh:path ( :p :q ) ; sh:minCount 2 ] ]",
    "sh:node [ sh:property [ sh:path [ sh:inversePath :q ] ; sh:hasValue :a ; sh:equals :p ] ]",
    "sh:node [ sh:property [ sh:path :p ; sh:disjoint :q ; sh:uniqueLang true ] ]",
    "sh:node [ sh:property [ sh:path :p ; sh:property [ sh:path :q ; sh:minCount 1 ] ] ]",
    "sh:node [ sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:property [ sh:path :q ] ]",
    "sh:node [ sh:deactivated true ; sh:class :B ]",
    "sh:property [ sh:path :q ; sh:minCount 1 ; sh:class :B ]",
    "sh:property [ sh:path :q ; sh:nodeKind sh:IRI ; sh:severity sh:Warning ], [ sh:path :r ; sh:maxCount 1 ]",
    "sh:property [ sh:path :p ; sh:property [ sh:path :q ; sh:minCount 2 ] ]",
    "sh:property [ sh:path :q ; sh:deactivated true ; sh:minCount 1 ]",
    "sh:closed true ; sh:ignoredProperties ( rdf:type :r ) ; sh:property [ sh:path :q ]",
    "sh:closed true",
    "sh:closed false",
]
OF_A_PROPERTY = [
    "sh:minCount 0",
    "sh:minCount 1",
    "sh:minCount 2",
    "sh:maxCount 0",
    "sh:maxCount 1",
    "sh:maxCount 2",
    "sh:minCount 1 ; sh:maxCount 1 ; sh:severity sh:Info",
    "sh:uniqueLang true",
    "sh:uniqueLang false",
]
# pySHACL lets some values pass that cannot be compared, and gives up at others: here all values are numbers.
OF_NUMBERS = [
    "sh:minInclusive 2",
    "sh:minExclusive 2",
    "sh:maxInclusive 2",
    "sh:maxExclusive 2",
    "sh:maxInclusive 2.5",
    "sh:lessThan :q",
    "sh:lessThanOrEquals :q",
    "sh:node [ sh:property [ sh:path :q ; sh:lessThan :r ] ]",
]
PATHS = [
    ":p",
    "[ sh:inversePath :p ]",
    "( :p :q )",
    "( :p [ sh:inversePath :q ] )",
    "[ sh:alternativePath ( :p :q ) ]",
    "( [ sh:alternativePath ( :p [ sh:inversePath :r ] ) ] :q )",
]
TARGETS = [
    "sh:targetClass :A",
    "sh:targetClass :A, :C",
    "sh:targetNode :a, :b, :nowhere, 2",
    "sh:targetSubjectsOf :q",
    "sh:targetObjectsOf :q",
    "sh:targetClass :A ; sh:targetObjectsOf :q ; sh:targetNode :b",
    "a rdfs:Class",
]
ALL_TARGETS = TARGETS[5]

NODES = [NamedNode(E + name) for name in ("a", "b", "c")] + [BlankNode("x")]
LITERALS = [
    *(Literal(text) for text in ("", "a", "abc", "2")),
    *(Literal("abc", language=language) for language in ("en", "de-ch", "fr")),
    *(Literal(text, language="en") for text in "bcd"),
    Literal(2),
    Literal(3),
    Literal("2.5", datatype=NamedNode(ns.XSD + "decimal")),
    Literal("x", datatype=NamedNode(ns.XSD + "integer")),
    Literal(value=True),
    Literal("maybe", datatype=NamedNode(ns.XSD + "boolean")),
    Literal("2023-05-01", datatype=NamedNode(ns.XSD + "date")),
    Literal("2023-04-01", datatype=NamedNode(ns.XSD + "date")),
    Literal("2023-02-30", datatype=NamedNode(ns.XSD + "date")),
    Literal("2023", datatype=NamedNode(ns.XSD + "gYear")),
]
NUMBERS = [Literal(1), Literal(2), Literal(3), Literal(2.0), Literal("2.5", datatype=NamedNode(ns.XSD + "decimal"))]
CLASSES = [NamedNode(E + name) for name in ("A", "B", "C", "shape")]
PROPERTIES = [NamedNode(E + name) for name in ("p", "q", "r")]
SUBCLASS = Quad(NamedNode(E + "C"), NamedNode(ns.RDFS + "subClassOf"), NamedNode(E + "A"))


def quads(values: list[NamedNode | BlankNode | Literal]) -> st.SearchStrategy[Quad]:
    nodes, properties = st.sampled_from(NODES), st.sampled_from(PROPERTIES)
    return (
        st.builds(Quad, nodes, properties, st.sampled_from(values))
        | st.builds(Quad, nodes, st.just(NamedNode(ns.TYPE)), st.sampled_from(CLASSES))
        | st.just(SUBCLASS)
    )


def some_graphs(values: list[NamedNode | BlankNode | Literal]) -> Iterator[Store]:
    """Graphs of growing size, the same ones every time."""
    chance = random.Random(1)
    for size in (4, 8, 16, 32, 90):
        store = Store()
        store.add(SUBCLASS)
        for _ in range(size):
            store.add(Quad(chance.choice(NODES), chance.choice(PROPERTIES), chance.choice(values)))
        for _ in range(size // 4):
            store.add(Quad(chance.choice(NODES), NamedNode(ns.TYPE), chance.choice(CLASSES)))
        yield store


Found = set[tuple[str, str | None, str | None, str, str]]


@pytest.fixture(autouse=True)
def literals_as_they_are(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What rdflib says of values that do not fit their datatype, and makes of them, is no concern here."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    logger = logging.getLogger("rdflib.term")
    was_disabled, logger.disabled = logger.disabled, True
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module=r"rdflib\.")
        yield
    logger.disabled = was_disabled


def found_here(shapes: str, store: Store) -> Found:
    report = Graph().parse(data=validate(store, ShapesGraph(HEAD + shapes)).turtle, format="turtle")
    return {_row(report, node) for node in report.objects(None, SH.result)}


def found_by_pyshacl(shapes: str, store: Store) -> Found:
    data = Graph().parse(data=store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()), format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=Graph().parse(data=HEAD + shapes, format="turtle"))
    return {_row(report, node) for node in report.objects(None, SH.result)}


def _row(report: Graph, node: Node) -> tuple[str, str | None, str | None, str, str]:
    focus, path, value = (report.value(node, name) for name in (SH.focusNode, SH.resultPath, SH.value))
    return (
        _term(focus),
        None if path is None else _path(report, path),
        None if value is None else _term(value),
        str(report.value(node, SH.sourceConstraintComponent)),
        str(report.value(node, SH.resultSeverity)).removeprefix(ns.SH),
    )


def _term(term: Node) -> str:
    """As N-Triples; the one blank node is called x."""
    return "_:x" if isinstance(term, BNode) else term.n3()


def _path(report: Graph, path: Node) -> str:
    if (inverse := report.value(path, SH.inversePath)) is not None:
        return f"^{_path(report, inverse)}"
    if (alternatives := report.value(path, SH.alternativePath)) is not None:
        return "|".join(_path(report, each) for each in report.items(alternatives))
    members = [_path(report, each) for each in report.items(path)]
    return "/".join(members) or path.n3()


# What no graph is against.
AGAINST_NOTHING = {
    "sh:minCount 0",
    "sh:uniqueLang false",
    "sh:closed false",
    "sh:node [ sh:deactivated true ; sh:class :B ]",
    "sh:property [ sh:path :q ; sh:deactivated true ; sh:minCount 1 ]",
}
NODE_SHAPE = ":shape a sh:NodeShape ; {target} ; {constraint} ."
PROPERTY_SHAPE = ":shape a sh:PropertyShape ; {target} ; sh:path {path} ; {constraint} ."
CASES = [
    *((NODE_SHAPE, constraint, NODES + LITERALS) for constraint in OF_A_NODE),
    *((PROPERTY_SHAPE, constraint, NODES + LITERALS) for constraint in OF_A_NODE + OF_A_PROPERTY),
    *((PROPERTY_SHAPE, constraint, NODES[:3] + NUMBERS) for constraint in OF_NUMBERS),
]


def compare(shapes: str, values: list[NamedNode | BlankNode | Literal]) -> int:
    """The number of results, which are the same on both sides."""
    number = 0
    for store in some_graphs(values):
        found = found_here(shapes, store)
        assert found == found_by_pyshacl(shapes, store)
        number += len(found)
    return number


@pytest.mark.parametrize(("shape", "constraint", "values"), CASES)
def test_every_constraint(shape: str, constraint: str, values: list[NamedNode | BlankNode | Literal]) -> None:
    number = compare(shape.format(target=ALL_TARGETS, path=":p", constraint=constraint), values)
    assert (number > 0) == (constraint not in AGAINST_NOTHING)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "constraint", ["sh:class :B", "sh:minCount 2", "sh:maxCount 1", "sh:not [ sh:hasValue :b ]", "sh:equals :q"]
)
def test_every_path(path: str, constraint: str) -> None:
    shapes = PROPERTY_SHAPE.format(target=ALL_TARGETS, path=path, constraint=constraint)
    assert compare(shapes, NODES * 3 + LITERALS) > 0


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("constraint", ["sh:class :B", "sh:maxCount 1", "sh:minCount 5", "sh:uniqueLang true"])
def test_every_target(target: str, constraint: str) -> None:
    shapes = PROPERTY_SHAPE.format(target=target, path=":p", constraint=constraint)
    assert compare(shapes, NODES + LITERALS) > 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_graph(data: st.DataObject) -> None:
    shape, constraint, values = data.draw(st.sampled_from(CASES))
    target, path = data.draw(st.sampled_from(TARGETS)), data.draw(st.sampled_from(PATHS))
    shapes = shape.format(target=target, path=":p" if values[-1] in NUMBERS else path, constraint=constraint)
    store = Store()
    store.extend(data.draw(st.lists(quads(values), max_size=15)))
    assert found_here(shapes, store) == found_by_pyshacl(shapes, store)
