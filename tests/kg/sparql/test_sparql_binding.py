"""Parameters take the place of variables: each value is one term, wherever it may stand."""

from __future__ import annotations

import re

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad

from kg.errors import QuerySyntaxError, TermError
from kg.ntriples import iri, literal
from kg.sparql import Kind, bind, clause_number, replace_iris, tokens
from tests.kg.sparql.pieces import PIECES

TERMS = st.one_of(
    st.text(max_size=40),
    st.lists(PIECES, max_size=12).map("".join),
    st.sampled_from(
        ['"', '" . } ; DROP ALL #', "x' ?other", "\\u0022 . ?s ?p ?o", "\\", "a\nb", "> } ; DROP ALL", "\r"]
    ),
)
TEMPLATE = "SELECT ?s WHERE { ?s <x:p> ?v . FILTER(?v=?v&&?n<?v) OPTIONAL { ?s <x:q>?v.?s <x:r>-1 } }"


@given(TERMS, st.booleans())
def test_a_bound_value_is_one_term_and_nothing_else(value: str, as_iri: bool) -> None:
    try:
        term = iri("http://example.org/" + value) if as_iri else literal(value)
    except TermError:
        return
    expected = []
    for token in tokens(TEMPLATE):
        if token.text == "?v":
            expected.append((Kind.IRIREF if as_iri else Kind.STRING, term))
        elif token.kind is not Kind.SPACE:
            expected.append((token.kind, token.text))
    bound = bind(TEMPLATE, {"v": term})
    assert [(token.kind, token.text) for token in tokens(bound) if token.kind is not Kind.SPACE] == expected


@given(TERMS)
def test_a_bound_value_filters_in_the_engine(value: str) -> None:
    try:
        term = literal(value)
    except TermError:
        return
    store = pyoxigraph.Store()
    store.add(Quad(NamedNode("x:yes"), NamedNode("x:p"), pyoxigraph.Literal(value)))
    store.add(Quad(NamedNode("x:no"), NamedNode("x:p"), pyoxigraph.Literal(value + "!")))
    # In a sub-select, where the engine's own substitutions do not reach.
    query = bind("SELECT ?s { { SELECT ?s { ?s <x:p> ?o . FILTER(?o = ?v) } } }", {"v": term})
    assert [str(solution["s"]) for solution in store.query(query)] == ["<x:yes>"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "term",
    ["", "?other", '"a" "b"', "<x:a> ", "<x:a> . ?s", '"a"@en <x:b>', '"a"!!<x:b>', "3", "_:b", '"a', "ex:a", "#"],
)
def test_what_is_not_one_term_is_not_bound(term: str) -> None:
    with pytest.raises(TermError):
        bind("ASK { ?s ?p ?v }", {"v": term})


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?v { ?s ?p ?v }",
        "SELECT DISTINCT ?s $v { ?s ?p ?v }",
        "SELECT * {\n{ SELECT ?v { ?s ?p ?v } } }",
        "SELECT (1 AS ?v) {}",
        "ASK { BIND(1 AS ?v) }",
        "ASK { VALUES ?v { 1 } }",
        "ASK { VALUES (?s ?v) { (1 2) } }",
        "SELECT * {} VALUES ?v { 1 }",
        "SELECT ?s { ?s ?p ?v } GROUP BY ?s ?v",
        "SELECT ?s WHERE { ?s ?p ?v } ORDER BY ?v",
        "CONSTRUCT { ?s ?p 1 } WHERE { ?s ?p ?v } ORDER BY ?s ?v",
        "ASK { FILTER(BOUND(?v)) }",
        "ASK { FILTER(bound( # c\n ?v)) }",
    ],
)
def test_a_parameter_where_only_a_variable_may_stand_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match=r"takes a variable only") as caught:
        bind(text, {"v": "<x:a>"})
    assert caught.value.line is not None
    assert re.match(r"[?$]v", text.split("\n")[caught.value.line - 1][(caught.value.column or 0) - 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (STR(?v) AS ?t) (COUNT(?v) AS ?c) { ?s ?p ?v } GROUP BY (?v) HAVING (?v = ?v) ORDER BY DESC(?v) (?v)",
        "SELECT ?s { ?s ?p ?v } GROUP BY ?s HAVING(COUNT(?v)<3) ORDER BY ?s LIMIT 3",
        "DESCRIBE ?v ?s { ?s ?p ?v }",
        "CONSTRUCT { ?s ?p ?v } WHERE { ?s ?p ?v , $v; ?v ?v. MINUS { ?v ?p ?s } GRAPH ?v { ?s ?p ?o } }",
        "SELECT * FROM <x:g> WHERE { ?v <x:a>*/(<x:b>|^<x:c>) ?o FILTER(?v IN (?v,?o)&&?o<?v||EXISTS{?v?p?v}) }",
        'SELECT ?s { ?s ?p ?vv, \'?v\', """?v""" . ?s <x:?v> ?x } # ?v',
    ],
)
def test_a_bound_query_is_one_that_the_engine_takes(text: str) -> None:
    bound = bind(text, {"v": "<x:value>"})
    pyoxigraph.Store().query(bound)
    assert not any(token.value in ("?v", "$v") for token in tokens(bound))
    assert all(kept in bound for kept in ("?vv", "'?v'", "<x:?v>") if kept in text)


def test_a_term_does_not_run_together_with_what_follows() -> None:
    bound = bind("ASK { FILTER(?v-1=?v) }", {"v": '"a"@en'})
    assert [token.text for token in tokens(bound) if token.kind is Kind.LANGTAG] == ["@en", "@en"]


def test_counts_of_the_outermost_query_are_bound() -> None:
    text = "SELECT * { { SELECT * { 'LIMIT 5' ?p 3 } LIMIT 7 OFFSET 8 } } LIMIT # 9\n 20 OFFSET 0"
    assert (clause_number(text, "LIMIT"), clause_number(text, "OFFSET")) == (20, 0)
    assert bind(text, {}, {"LIMIT": 1}) == text.replace("20", "1")
    assert clause_number("SELECT * {}", "LIMIT") is None


def test_iris_in_angle_brackets_are_replaced_and_nothing_else() -> None:
    text = "PREFIX ex: <x:a> ASK { <x:a> ex:a '<x:a>' } # <x:a>"
    assert replace_iris(text, lambda found: found + "b") == "PREFIX ex: <x:ab> ASK { <x:ab> ex:a '<x:a>' } # <x:a>"
