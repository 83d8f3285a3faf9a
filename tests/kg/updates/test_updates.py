"""Writes as changes: the same effect as the engine's own update, and the changes alone reproduce it."""

from __future__ import annotations

import pyoxigraph
import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

from kg.errors import QueryError, QuerySyntaxError, ResultTooLarge
from kg.updates import GraphWrite, UpdateWrite, evaluate

DATA = """
@prefix : <http://ex/> .
:a :p 1 , 2 ; :name "Ada"@en . :b :p 2 ; :q :a .
:g1 { :a :p 3 . :x :y :z } :g2 { :a :p 4 }
"""
PREFIXES = "PREFIX : <http://ex/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "


def data() -> Store:
    store = Store()
    store.load(DATA.encode(), RdfFormat.TRIG)
    return store


def canonical(store: Store) -> set[str]:
    """The statements with blank nodes named canonically, and the named graphs."""
    dataset = pyoxigraph.Dataset(store)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset} | {f"graph {graph}" for graph in store.named_graphs()}


UPDATES = [
    "INSERT DATA { :n :p 'x', 'y'@fr, '7'^^xsd:byte ; a :T . GRAPH :new { :n :p [ :q ( 1 2 ) ] } . :m :p true }",
    "DELETE DATA { :a :p 1 . GRAPH :g1 { :x :y :z } }",
    "DELETE WHERE { :a :p ?o }",
    "DELETE WHERE { GRAPH ?g { ?s :p ?o } }",
    "DELETE { ?s :p ?o } INSERT { ?s :q ?o } WHERE { ?s :p ?o FILTER(?o > 1 && ?o != 7) }",
    "INSERT { ?s :copy [ :of ?o ] } WHERE { ?s :p ?o }",
    "WITH :g1 DELETE { ?s ?p ?o } INSERT { ?s ?p 'gone' } WHERE { ?s ?p ?o }",
    "DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH :all { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "INSERT { ?s :seen ?o } USING :g1 USING :g2 WHERE { ?s :p ?o }",
    "INSERT { ?s :seen ?o } USING NAMED :g1 WHERE { GRAPH ?g { ?s :p ?o } }",
    "INSERT { ?s ?unbound ?o . ?o :p ?s } WHERE { ?s :p ?o }",
    "INSERT { ?s :n ?n } WHERE { { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s } }",
    "INSERT DATA { :n :p 1 } ; DELETE { :n :p ?o } INSERT { :n :r ?o } WHERE { :n :p ?o } ;",
    "CLEAR GRAPH :g1",
    "CLEAR DEFAULT",
    "CLEAR NAMED",
    "CLEAR ALL",
    "DROP GRAPH :g1",
    "DROP ALL",
    "DROP SILENT GRAPH :nowhere",
    "CREATE GRAPH :empty",
    "CREATE SILENT GRAPH :g1",
    "COPY :g1 TO DEFAULT",
    "COPY DEFAULT TO :new",
    "MOVE :g1 TO :g2",
    "ADD GRAPH :g1 TO :g2",
    "ADD :g1 TO :g1",
    "BASE <http://ex/> INSERT DATA { <rel> :p <#f> # { a comment with ; and }\n }",
    "INSERT DATA { :s :p '''a } ; DROP ALL #''' }",
    "INSERT { << :a :p 1 >> :said :b } WHERE {}",
    "",
]


@pytest.mark.parametrize("text", UPDATES)
def test_the_effect_is_the_engines_own(text: str) -> None:
    ours, theirs, replayed = data(), data(), data()
    changes = evaluate(ours, UpdateWrite(PREFIXES + text), 1000)
    theirs.update(PREFIXES + text)
    for change in changes:
        change.apply(replayed)
    assert canonical(ours) == canonical(theirs)
    assert canonical(replayed) == canonical(ours)


@pytest.mark.parametrize(
    "text",
    [
        "CREATE GRAPH :g1",
        "DROP GRAPH :nowhere",
        "COPY :nowhere TO :g1",
        "LOAD <http://127.0.0.1:1/x>",
    ],
)
def test_an_operation_that_fails_takes_the_whole_request_back(text: str) -> None:
    store = data()
    with pytest.raises(QueryError):
        evaluate(
            store,
            UpdateWrite(f"{PREFIXES} INSERT DATA {{ :n :p 1 GRAPH :new {{ :n :p 2 }} }} ; DROP GRAPH :g2 ; {text}"),
            1000,
        )
    assert canonical(store) == canonical(data())


@pytest.mark.parametrize(
    "text", ["INSERT", "DELETE DATA { ?s :p 1 }", "DELETE { [] :p 1 } WHERE {}", "SELECT * {}", "{"]
)
def test_what_is_no_update_changes_nothing(text: str) -> None:
    store = data()
    with pytest.raises(SyntaxError):
        evaluate(store, UpdateWrite(f"{PREFIXES} {text}"), 1000)
    assert canonical(store) == canonical(data())


def test_too_many_changes_are_refused_and_taken_back() -> None:
    store = data()
    with pytest.raises(ResultTooLarge, match="3 statements"):
        evaluate(store, UpdateWrite("DROP ALL"), 3)
    assert canonical(store) == canonical(data())


def test_the_protocols_dataset_is_used_and_conflicts_with_one_in_the_text() -> None:
    store = data()
    changes = evaluate(
        store, UpdateWrite(f"{PREFIXES} INSERT {{ :n :v ?o }} WHERE {{ :a :p ?o }}", using=("http://ex/g2",)), 9
    )
    assert [change.statement for change in changes] == [
        '<http://ex/n> <http://ex/v> "4"^^<http://www.w3.org/2001/XMLSchema#integer> .'
    ]
    with pytest.raises(QueryError, match="using-graph-uri"):
        evaluate(
            store, UpdateWrite(f"{PREFIXES} INSERT {{ :n :v 1 }} USING :g1 WHERE {{}}", using=("http://ex/g2",)), 9
        )


def test_a_graph_is_put_posted_and_deleted() -> None:
    store, graph = data(), "http://ex/g1"
    body = b"<http://ex/n> <http://ex/p> _:b . _:b <http://ex/q> 1 ."
    evaluate(store, GraphWrite("PUT", graph, ((body, "turtle"),)), 99)
    assert len(list(store.quads_for_pattern(None, None, None, NamedNode(graph)))) == 2
    evaluate(store, GraphWrite("POST", graph, ((body, "turtle"),)), 99)
    assert len(list(store.quads_for_pattern(None, None, None, NamedNode(graph)))) == 4
    evaluate(store, GraphWrite("DELETE", graph), 99)
    assert not store.contains_named_graph(NamedNode(graph))
    with pytest.raises(QueryError):
        evaluate(store, GraphWrite("DELETE", graph), 99)


def test_a_malformed_body_leaves_the_graph_as_it_was() -> None:
    store = data()
    with pytest.raises(SyntaxError):
        evaluate(store, GraphWrite("PUT", "http://ex/g1", ((b"<http://ex/n> <http://ex/p> 1 . oops", "turtle"),)), 99)
    assert canonical(store) == canonical(data())


def test_a_prologue_may_stand_before_every_operation() -> None:
    store = data()
    text = "PREFIX e: <http://ex/>\nCLEAR ALL ;\nPREFIX f: <http://f/> BASE <http://b/>\nINSERT DATA { e:n f:p <x> }"
    evaluate(store, UpdateWrite(text), 99)
    assert {str(quad) for quad in store} == {"<http://ex/n> <http://f/p> <http://b/x>"}


def test_a_fault_is_told_where_it_stands_in_the_whole_request() -> None:
    with pytest.raises(SyntaxError, match="3:25"):
        evaluate(data(), UpdateWrite("PREFIX e: <http://ex/>\nCLEAR ALL ; # one\n  INSERT DATA { e:n e:p }"), 99)


def test_a_graph_that_is_not_there_can_be_cleared() -> None:
    store = data()
    assert not evaluate(store, UpdateWrite(f"{PREFIXES} CLEAR GRAPH :nowhere"), 99)
    assert canonical(store) == canonical(data())


@pytest.mark.parametrize(
    "text",
    [
        "CREATE GRAPH :g3 ;; CREATE GRAPH :g4",
        "CREATE GRAPH :g3 ; ; ",
        "INSERT DATA { _:a :p 1 } ; INSERT DATA { GRAPH :g1 { _:a :p 2 } }",
    ],
)
def test_what_only_the_request_as_a_whole_shows_to_be_no_update(text: str) -> None:
    store = data()
    with pytest.raises(QuerySyntaxError):
        evaluate(store, UpdateWrite(f"{PREFIXES} {text}"), 99)
    assert canonical(store) == canonical(data())
