"""What the shapes may ask for, what is refused, and what is found where pySHACL is no measure."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple

from kg import namespaces as ns
from kg.errors import DataError
from kg.shacl import Report, ShapesGraph, validate
from kg.shacl.negation import with_minus

HEAD = f"""
@prefix sh: <{ns.SH}> . @prefix rdf: <{ns.RDF}> . @prefix rdfs: <{ns.RDFS}> . @prefix xsd: <{ns.XSD}> .
@prefix : <http://e.org/> .
"""
PREFIXES = ':prefixes sh:declare [ sh:prefix "" ; sh:namespace "http://e.org/" ] .'
A = ":shape a sh:NodeShape ; sh:targetClass :A ; "

REFUSED = {
    "sh:qualifiedValueShape": A + "sh:property [ sh:path :p ; sh:qualifiedValueShape [] ] .",
    "sh:qualifiedMinCount": A + "sh:property [ sh:path :p ; sh:qualifiedMinCount 1 ] .",
    "sh:minimumCount": A + "sh:property [ sh:path :p ; sh:minimumCount 1 ] .",
    "sh:target,": A + "sh:target [ a sh:SPARQLTarget ] .",
    "sh:rule": A + "sh:rule [ a sh:TripleRule ] .",
    "sh:ask": A + 'sh:sparql [ sh:ask "ASK {}" ] .',
    "own components": ":own a sh:ConstraintComponent .",
    "a node shape has no sh:minCount": A + "sh:minCount 1 .",
    "a node shape has no sh:lessThan": A + "sh:lessThan :q .",
    "more than one sh:datatype": A + "sh:property [ sh:path :p ; sh:datatype xsd:string, xsd:integer ] .",
    "more than one sh:path": A + "sh:property [ sh:path :p, :q ] .",
    "has no path": A + "sh:property [ sh:class :B ] .",
    "sh:zeroOrMorePath": A + "sh:property [ sh:path [ sh:zeroOrMorePath :p ] ; sh:minCount 1 ] .",
    "is no property path": A + 'sh:property [ sh:path "p" ; sh:minCount 1 ] .',
    "of nothing": A + "sh:property [ sh:path [] ; sh:minCount 1 ] .",
    "no complete RDF list": A + "sh:in [ rdf:first 1 ] .",
    "refers to itself": A + "sh:node :shape .",
    "refers to itself,": A + "sh:property [ sh:path :p ; sh:or ( [ sh:node :shape ] ) ] .",
    "give a whole number": A + 'sh:property [ sh:path :p ; sh:minCount "many" ] .',
    "give an IRI": A + 'sh:class "B" .',
    "there is no such kind": A + "sh:nodeKind sh:Iri .",
    "xsd:int as xsd:integer": A + "sh:property [ sh:path :p ; sh:datatype xsd:int ] .",
    "cannot read this regular expression": A + 'sh:property [ sh:path :p ; sh:pattern "(?=x)" ] .',
    "a blank node cannot be a value": A + "sh:property [ sh:path :p ; sh:hasValue [] ] .",
    "none of SHACL's three": A + "sh:severity :grave ; sh:class :B .",
    "a count of 9": A + "sh:node [ sh:property [ sh:path :p ; sh:minCount 9 ] ] .",
    "the target node": ":shape sh:targetNode [] ; sh:class :B .",
    "the target class": ':shape sh:targetClass "A" ; sh:class :B .',
    "has no sh:select": A + 'sh:sparql [ sh:message "x" ] .',
    "cannot be read": A + 'sh:sparql [ sh:select "SELECT $this WHERE { $this" ] .',
    "does not select $this": A + 'sh:sparql [ sh:select "SELECT ?x WHERE { ?x ?y $this }" ] .',
    "uses SERVICE": A + 'sh:sparql [ sh:select "SELECT $this { SERVICE <http://e.org/> { $this ?p ?o } }" ] .',
    "uses $PATH": A + 'sh:sparql [ sh:select "SELECT $this { $this $PATH ?o }" ] .',
    "uses $currentShape": A + 'sh:sparql [ sh:select "SELECT $this { $this ?p $currentShape }" ] .',
    "sh:sparql is supported only": A + 'sh:node [ sh:sparql [ sh:select "SELECT $this { $this ?p ?o }" ] ] .',
    "sh:prefix": A + 'sh:sparql [ sh:prefixes [ sh:declare [] ] ; sh:select "SELECT $this { $this ?p ?o }" ] .',
}


def graph(turtle: str) -> Store:
    store = Store()
    store.load(HEAD + turtle, format=RdfFormat.TURTLE)
    return store


def report(shapes: str, turtle: str) -> Report:
    return validate(graph(turtle), ShapesGraph(HEAD + shapes))


def found(shapes: str, turtle: str) -> list[tuple[str, str | None]]:
    results = report(shapes, turtle).results
    pairs = ((result.focus.removeprefix("<http://e.org/").rstrip(">"), result.value) for result in results)
    return sorted(pairs, key=str)


@pytest.mark.parametrize(("reason", "shapes"), REFUSED.items())
@pytest.mark.parametrize("turtle", ["", ":a a :A ; :p :b ."])
def test_what_is_not_supported_is_refused_and_named(reason: str, shapes: str, turtle: str) -> None:
    with pytest.raises(DataError) as caught:
        report(shapes, turtle)
    assert reason.removesuffix(",") in str(caught.value)


def test_what_only_describes_is_allowed() -> None:
    described = 'sh:name "n" ; sh:description "d" ; sh:order 1 ; sh:group :g ; sh:defaultValue 2'
    assert found(A + f"sh:property [ sh:path :p ; sh:minCount 1 ; {described} ] .", ":a a :A .") == [("a", None)]


def test_shapes_that_are_no_turtle_are_refused() -> None:
    with pytest.raises(DataError, match="cannot be read"):
        ShapesGraph("this is no Turtle")


@pytest.mark.parametrize(
    ("datatype", "good", "ill_formed"),
    [
        ("integer", "99999999999999999999999", "1.0"),
        ("decimal", "0." + "1" * 50, "1e3"),
        ("double", "NaN", "one"),
        ("float", "-INF", "1,5"),
        ("boolean", "1", "yes"),
        ("date", "2024-02-29", "2023-02-29"),
        ("dateTime", "2023-01-01T00:00:00Z", "2023-01-01"),
        ("time", "12:00:00", "25:00:00"),
        ("gYear", "-0044", "44"),
        ("gYearMonth", "2023-05", "2023-13"),
        ("gMonthDay", "--02-29", "--02-30"),
        ("gMonth", "--12", "--13"),
        ("gDay", "---31", "---32"),
        ("duration", "P1Y2M", "1Y"),
        ("string", "", None),
        ("anyURI", "any", None),
    ],
)
def test_a_literal_is_of_its_datatype_only_if_it_is_spelled_so(
    datatype: str, good: str, ill_formed: str | None
) -> None:
    asked = f"sh:property [ sh:path %s ; sh:datatype xsd:{datatype} ]"
    shapes = A + f"{asked % ':p'} ; sh:node [ {asked % ':q'} ] ."
    assert found(shapes, f':a a :A ; :p "{good}"^^xsd:{datatype} ; :q "{good}"^^xsd:{datatype} .') == []
    if ill_formed is not None:
        wrong = f'"{ill_formed}"^^xsd:{datatype}'
        values = {value for _, value in found(shapes, f":a a :A ; :p {wrong} ; :q {wrong} .")}
        assert values == {f'"{ill_formed}"^^<{ns.XSD}{datatype}>', "<http://e.org/a>"}


@pytest.mark.parametrize("value", ["true", '"2"', '"x"^^xsd:integer', ":b", '"2023-01-01"^^xsd:date', '"2"@en'])
def test_what_cannot_be_compared_is_not_within_bounds(value: str) -> None:
    shapes = A + "sh:property [ sh:path :p ; sh:minInclusive 1 ; sh:maxInclusive 3 ] ."
    assert len(found(shapes, f":a a :A ; :p {value} .")) == 2
    assert found(shapes, ":a a :A ; :p 1, 2.0e0, 2.5 .") == []


def test_a_pair_that_cannot_be_compared_is_not_in_order() -> None:
    shapes = A + "sh:property [ sh:path :p ; sh:lessThan :q ] ."
    turtle = ":a a :A ; :p 1 ; :q 2, :b . :b a :A ; :p [] ; :q 1 . :c a :A ; :p 1 ; :q 2 ."
    assert [focus for focus, _ in found(shapes, turtle)] == ["a", "b"]


def test_a_blank_node_has_no_length() -> None:
    shapes = A + "sh:property [ sh:path :p ; sh:minLength 0 ] ."
    assert [value is not None and value[:2] for _, value in found(shapes, ':a a :A ; :p [], "", :b .')] == ["_:"]


def test_the_inverse_of_a_sequence_goes_back_step_by_step() -> None:
    shapes = A + "sh:property [ sh:path [ sh:inversePath ( :p :q ) ] ; sh:maxCount 0 ] ."
    assert found(shapes, ":c :p :b . :b :q :a . :a a :A . :x :q :b . :b :p :y . :y a :A .") == [("a", None)]


def test_each_language_that_is_used_twice_is_one_result() -> None:
    shapes = A + "sh:property [ sh:path :p ; sh:uniqueLang true ] ."
    assert found(shapes, ':a a :A ; :p "a"@en, "b"@EN, "c"@de, "d"@de, "e"@fr, "f", "g" .') == [("a", None)] * 2


def test_many_values_are_counted() -> None:
    values = ", ".join(map(str, range(50)))
    for bounds, expected in {
        "sh:maxCount 50": 0,
        "sh:maxCount 49": 1,
        "sh:minCount 50": 0,
        "sh:minCount 51": 1,
    }.items():
        shapes = A + f"sh:property [ sh:path :p ; {bounds} ] ."
        assert len(found(shapes, f":a a :A ; :p {values} .")) == expected, bounds


def test_few_nodes_among_many_triples_are_found_as_many_nodes_are() -> None:
    """Both ways to ask: from the nodes, and from the triples."""
    shapes = A + "sh:property [ sh:path :p ; sh:class :B ; sh:nodeKind sh:IRI ; sh:maxCount 1 ; sh:minCount 2 ] ."
    one = ":a a :A ; :p 1 . :b a :A ; :p :a, :c . :c a :B ."
    others = " ".join(f":x{number} :p {number}, 1 ." for number in range(100))
    assert found(shapes, one) == found(shapes, one + others)
    assert len(found(shapes, one)) == 5


def test_triple_terms_are_no_values_and_named_graphs_are_not_looked_at() -> None:
    shapes = A + "sh:property [ sh:path :p ; sh:nodeKind sh:IRI ; sh:minCount 1 ] ; sh:closed true ."
    store = Store()
    node, p = NamedNode("http://e.org/a"), NamedNode("http://e.org/p")
    store.add(Quad(node, NamedNode(ns.TYPE), NamedNode("http://e.org/A")))
    store.add(Quad(node, p, Triple(node, p, node)))
    store.add(Quad(node, p, node, NamedNode("http://e.org/graph")))
    kinds = [result.component.removeprefix(ns.SH) for result in validate(store, ShapesGraph(HEAD + shapes))]
    assert kinds == ["ClosedConstraintComponent", "MinCountConstraintComponent"]


CONSTRAINT = (
    f"{PREFIXES} {A}"
    + """
    sh:sparql [ sh:prefixes :prefixes ; sh:message "{$this} has {?value}"@en ; sh:select "%s" ] .
"""
)


@pytest.mark.parametrize(
    "select",
    [
        "SELECT $this ?value WHERE { $this :p ?value FILTER NOT EXISTS { $this :q/:r ?value } }",
        "SELECT $this ?value WHERE { FILTER NOT EXISTS { $this :q/:r ?value } $this :p ?value }",
        "SELECT $this ?value WHERE { $this :p ?value MINUS { $this :q/:r ?value } }",
        "SELECT ?this ?value { ?this :p ?value FILTER NOT EXISTS { ?this :q ?x . ?x :r ?value } } ORDER BY ?value",
        "SELECT $this ?value { $this :p ?value FILTER NOT EXISTS { $this :q ?x . ?x :r ?y FILTER(?y = ?value) } }",
    ],
)
def test_a_constraint_in_sparql_is_asked_for_the_nodes_in_focus(select: str) -> None:
    turtle = ":a a :A ; :p 1, 2 ; :q [ :r 1 ] . :b :p 3 . :c a :A ; :p 4 ; :q :d . :d :r 4 ."
    (result,) = report(CONSTRAINT % select, turtle).results
    assert (result.focus, result.value) == ("<http://e.org/a>", f'"2"^^<{ns.XSD}integer>')
    assert result.message == "http://e.org/a has 2"
    assert result.component == ns.SH + "SPARQLConstraintComponent"


@pytest.mark.parametrize(
    "select",
    [
        "SELECT $this WHERE { $this :p ?x FILTER NOT EXISTS { ?other :q ?z } }",
        "SELECT $this WHERE { OPTIONAL { $this :p ?x } FILTER NOT EXISTS { $this :q ?x } }",
        "SELECT $this WHERE { { $this :p ?x } UNION { $this :q ?x } FILTER NOT EXISTS { $this :r ?x } }",
        "SELECT $this WHERE { ?x :p ?y FILTER(?x = $this) FILTER NOT EXISTS { $this :r ?y } }",
    ],
)
def test_a_query_is_put_otherwise_only_where_that_says_the_same(select: str) -> None:
    assert with_minus(select) == select


def test_the_path_of_a_property_shape_is_put_into_its_query() -> None:
    select = "SELECT $this ?value WHERE { $this $PATH ?value FILTER(?value > 1) }"
    shape = ":shape sh:targetClass :A ; sh:path ( :p :q ) ; sh:severity sh:Info ; "
    shapes = PREFIXES + shape + f"sh:sparql [ sh:prefixes :prefixes ; sh:select '{select}' ] ."
    (result,) = report(shapes, ":a a :A ; :p [ :q 1, 2 ] .").results
    assert (result.path, result.severity) == ("<http://e.org/p>/<http://e.org/q>", "Info")


def test_messages_in_several_languages_are_all_in_the_report() -> None:
    found = report(A + 'sh:class :B ; sh:message "nein"@de, "no"@en .', ":a a :A .")
    assert found.results[0].message == "no"
    assert 'sh:resultMessage "no"@en , "nein"@de' in found.turtle


def test_messages_that_all_differ_are_summed_up_together() -> None:
    select = "SELECT $this ?value WHERE { $this :p ?value }"
    values = ", ".join(map(str, range(1500)))
    found = report(CONSTRAINT % select, f":a a :A ; :p {values} .")
    assert len(found) == len(found.results) == 1500
    assert 1000 < len(found.summary) < 1010
    assert found.summary[-1] == "violations: 1500, warnings: 0"


def test_a_report_can_be_larger_than_memory_is_meant_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.shacl.report._IN_MEMORY", 100)
    values = ", ".join(map(str, range(100)))
    found = report(A + "sh:property [ sh:path :p ; sh:class :B ] .", f":a a :A ; :p {values} .")
    assert len(found.results) == len(list(found)) == 100
    assert found.turtle.count("a sh:ValidationResult") == 100


def test_the_report_says_what_its_blank_shapes_are() -> None:
    found = report(A + "sh:property [ sh:path [ sh:inversePath :p ] ; sh:minCount 1 ] .", ":a a :A .")
    told = graph(found.turtle)
    shape = next(told.quads_for_pattern(None, NamedNode(ns.SH + "sourceShape"), None)).object
    assert isinstance(shape, BlankNode)
    assert Quad(shape, NamedNode(ns.SH + "minCount"), Literal(1)) in told
