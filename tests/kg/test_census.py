"""Questions about the whole graph: what is answered from counts is what the engine answers, or is left to it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse_query_results,
    serialize,
)

from kg import census
from kg.description.partitions import Partitions, partitions
from kg.formats import JSON, RESULT_FORMATS
from kg.namespaces import TYPE

_KINDS = [NamedNode(f"http://example.org/{name}") for name in ("Paper", "Author", "Ж")]
_SUBJECTS = [*(NamedNode(f"http://example.org/{number}") for number in range(4)), BlankNode("b")]
_PREDICATES = [NamedNode(TYPE), NamedNode("http://example.org/p"), NamedNode("http://example.org/q")]
_OBJECTS = [*_KINDS, *_SUBJECTS, Literal("x"), Literal("y", language="en"), Literal(1)]

_quads = st.lists(
    st.one_of(
        st.builds(Quad, st.sampled_from(_SUBJECTS), st.just(_PREDICATES[0]), st.sampled_from(_KINDS)),
        st.builds(Quad, st.sampled_from(_SUBJECTS), st.sampled_from(_PREDICATES), st.sampled_from(_OBJECTS)),
    ),
    max_size=12,
)
_space = st.sampled_from((" ", "\n", "  # so { ?s ?p ?o }\n", "\t"))
_optional_space = st.one_of(st.just(""), _space)


@st.composite
def _questions(draw: st.DrawFn) -> str:
    """Questions of the form and near it, some of which are no SPARQL."""
    variable = st.sampled_from(("?s", "?p", "?o", "$s", "?sa", "?n"))
    count = st.builds(
        "{}({}{}{})".format,
        st.sampled_from(("COUNT", "count")),
        st.sampled_from(("", "DISTINCT ", "distinct")),
        st.one_of(variable, st.just("*")),
        _optional_space,
    )
    counted = st.builds("({} {} {})".format, count, st.sampled_from(("AS", "as")), st.sampled_from(("?n", "?m", "?p")))
    items = draw(st.lists(st.one_of(counted, counted, variable), min_size=1, max_size=3))
    predicate = draw(st.sampled_from(("a", "?p", f"<{TYPE}>", "<http://example.org/p>", "ex:q", "no:p", "ex:none")))
    value = draw(st.sampled_from(("?o", "?o", "?s", "<http://example.org/Paper>", "ex:Author", "ex:None", '"x"')))
    parts = [
        draw(st.sampled_from(("", "PREFIX ex: <http://example.org/>", "prefix ex:<http://example.org/>#\n"))),
        draw(st.sampled_from(("SELECT", "SELECT", "SELECT DISTINCT", "Select Reduced"))),
        *items,
        draw(st.sampled_from(("", "WHERE", "where"))) + "{",
        "?s",
        predicate,
        value + draw(st.sampled_from(("", ".", " .", "; a ?o"))),
        "}",
        draw(st.sampled_from(("", "", "GROUP BY ?p", "GROUP BY ?o", "group by $s", "GROUP BY ?p ?o"))),
    ]
    if draw(st.booleans()):
        condition = st.one_of(
            variable,
            st.sampled_from(("?n", "ASC(?n)", "desc ( ?n )", "DESC(?p)", "DESC(?o)")),
            st.builds("DESC({})".format, count),
        )
        parts += ["ORDER BY", *draw(st.lists(condition, min_size=1, max_size=2))]
    parts += [draw(st.sampled_from(("", "LIMIT 1", "limit 0"))), draw(st.sampled_from(("", "OFFSET 1")))]
    return "".join(part + draw(_space) for part in parts if part)


def _store(quads: Iterable[Quad]) -> Store:
    store = Store()
    store.extend(quads)
    return store


def _counts(store: Store) -> Partitions:
    lines = serialize((quad.triple for quad in store), format=RdfFormat.N_TRIPLES) or b""
    return partitions(sorted(lines.splitlines()))


def _answered(store: Store, text: str) -> QuerySolutions | None:
    asked = census.question(text)
    rows = asked.answer(len(store), lambda: _counts(store)) if asked else None
    if asked is None or rows is None:
        return None
    found = parse_query_results(census.written(asked, rows, JSON), QueryResultsFormat.JSON)
    assert isinstance(found, QuerySolutions)
    return found


def _values(solutions: QuerySolutions) -> tuple[list[str], list[tuple[str, ...]]]:
    return [str(each) for each in solutions.variables], [tuple(str(term) for term in row) for row in solutions]


@settings(max_examples=600, deadline=None)
@given(_quads, _questions())
@example([], "SELECT (COUNT(*) AS ?n) { ?s a ?o }")
@example([Quad(_SUBJECTS[0], _PREDICATES[0], Literal("a class"))], "SELECT DISTINCT ?o { ?s a ?o }")
@example([Quad(_SUBJECTS[0], _PREDICATES[1], _KINDS[0])], "SELECT ?sa { ?sa ?c ?d }")
def test_the_answer_is_that_of_the_engine(quads: list[Quad], text: str) -> None:
    store = _store(quads)
    found = _answered(store, text)
    if found is None:
        return
    expected = store.query(text)
    assert isinstance(expected, QuerySolutions)
    names, rows = _values(found)
    expected_names, expected_rows = _values(expected)
    assert names == expected_names
    if "LIMIT" in text.upper() or "OFFSET" in text.upper():
        assert len(rows) == len(expected_rows)  # which of equals come first is nobody's promise
        return
    assert sorted(rows) == sorted(expected_rows)


_TAKEN = (
    "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "SELECT ?class (COUNT(?s) AS ?n) WHERE { ?s a ?class } GROUP BY ?class ORDER BY DESC(?n)",
    "select distinct ?p { ?s ?p ?o . }",
    "SELECT ?p (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(COUNT(?s)) ?p LIMIT 2 OFFSET 1",
    "PREFIX ex: <http://example.org/> SELECT (count(?s) as ?n) { ?s a ex:Paper }",
    "SELECT (COUNT(DISTINCT ?s) AS ?n) (COUNT(*) AS ?m) { ?s <http://example.org/p> ?o }",
    "SELECT (COUNT(DISTINCT ?class) AS ?n) { ?s a ?class }",
)


def _graph() -> Store:
    numbered = [Quad(_SUBJECTS[number % 4], _PREDICATES[1], Literal(number)) for number in range(7)]
    typed = [Quad(_SUBJECTS[number], _PREDICATES[0], _KINDS[number % 2]) for number in range(3)]
    return _store([*numbered, *typed, Quad(_SUBJECTS[0], _PREDICATES[2], _SUBJECTS[1])])


@pytest.mark.parametrize("text", _TAKEN)
def test_what_everyone_asks_first_is_taken(text: str) -> None:
    store = _graph()
    found, expected = _answered(store, text), store.query(text)
    assert found is not None and isinstance(expected, QuerySolutions)
    rows = _values(found)
    assert rows == _values(expected) if "ORDER" in text else sorted(rows[1]) == sorted(_values(expected)[1])
    assert rows[1]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } #" + " " * 2000,
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s a ?c }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(isIRI(?o)) }",
        "SELECT (COUNT(*) AS ?n) FROM <http://example.org/g> { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?s }",
        "SELECT (COUNT(?x) AS ?n) { ?s ?p ?o }",
        "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
        "SELECT (COUNT(*) AS ?p) { ?s ?p ?o }",
        "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
        "SELECT ?o (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?o",
        "SELECT (COUNT(*) AS ?n) { ?s no:p ?o }",
        "SELECT (COUNT(*) AS ?n) { ?s <http://example.org/a/../p> ?o }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p HAVING (?n > 1)",
        "SELECT DISTINCT ?p { ?s ?p ?o } ORDER BY COUNT(?s)",
        "SELECT DISTINCT ?p { ?s ?p ?o } ORDER BY DESC(COUNT(?s))",
        "SELECT DISTINCT ?p ?o { ?s ?p ?o }",
    ],
)
def test_anything_else_is_for_the_engine(text: str) -> None:
    assert _answered(_graph(), text) is None


def test_counts_of_another_graph_are_not_used() -> None:
    asked = census.question("SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    store = _graph()
    assert asked and asked.answer(len(store), lambda: _counts(store)) == [(_KINDS[1].value, 1), (_KINDS[0].value, 2)]
    assert asked.answer(len(store) + 1, lambda: _counts(store)) is None
    assert asked.answer(len(store), lambda: None) is None


def test_the_number_of_statements_needs_no_counts() -> None:
    def counts() -> Partitions:
        raise AssertionError

    asked = census.question("SELECT (COUNT(?s) AS ?n) { ?s ?p ?o }")
    assert asked and asked.answer(5, counts) == [(5,)]


@pytest.mark.parametrize("known", RESULT_FORMATS, ids=lambda known: known.name)
def test_every_format_reads_back(known: object) -> None:
    (chosen,) = (each for each in RESULT_FORMATS if each is known)
    asked = census.question("SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    assert asked
    rows: Iterable[tuple[str | int, ...]] = [("http://example.org/Ж", 2)]
    body = census.written(asked, rows, chosen)
    assert "http://example.org/Ж" in body.decode() and b"2" in body
    if chosen.extension not in ("csv", "html"):
        found = parse_query_results(body, chosen.results_format)
        assert isinstance(found, QuerySolutions)
        assert _values(found)[1] == [
            ("<http://example.org/Ж>", '"2"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ]
