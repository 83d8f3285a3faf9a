"""What is told of a request from its text alone: nothing that it would do goes unseen."""

from __future__ import annotations

from contextlib import suppress

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QuerySyntaxError
from kg.sparql import has_dataset_clause, inspect, nesting_depth, operation_kind, remote_addresses
from tests.kg.sparql.pieces import SOUP


@given(SOUP)
def test_everything_that_is_told_of_any_text_is_told_or_refused(text: str) -> None:
    try:
        inspection = inspect("PREFIX ex: <http://example.org/> " + text, "http://example.org/", max_depth=5)
    except QuerySyntaxError:
        return
    assert inspection.kind in ("select", "ask", "construct", "describe", "update")
    assert inspection.nesting_depth <= 5


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT * {}", "select"),
        ("# SELECT\nprefix ex: <x:SELECT> bAsE <x:a> aSk {}", "ask"),
        ('VERSION "1.2" CONSTRUCT {} WHERE {}', "construct"),
        ("PREFIX select: <x:a> DESCRIBE select:a", "describe"),
        (r"\u0053\U00000045LECT * {}", "select"),
        ("INSERT DATA {}", "update"),
        ("WITH <x:a> DELETE {} WHERE {}", "update"),
        ("BASE <x:a> LOAD <x:b>", "update"),
        *((verb, "update") for verb in ("CLEAR ALL", "DROP ALL", "CREATE GRAPH <x:a>", "MOVE <x:a> TO <x:b>")),
        ("", "update"),
        ("PREFIX ex: <x:a>", "update"),
        (";", "update"),
    ],
)
def test_operation_kind(text: str, kind: str) -> None:
    assert operation_kind(text) == kind


@pytest.mark.parametrize(
    "text", ["{", "FROM <x:a>", "?x", "WHERE {}", "'SELECT' {}", "PREFIX a: <x:a> a:SELECT {}", "a"]
)
def test_what_begins_with_no_operation_is_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="expected SELECT"):
        operation_kind(text)


PROLOGUE = "BASE <http://example.org/a/> PREFIX ex: <http://example.org/b#> PREFIX : <c/> "


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("SELECT * { SERVICE <http://h/> {} }", ["http://h/"]),
        ("SELECT * { SERVICE<http://h/>{} }", ["http://h/"]),
        ("SELECT * { sErViCe SiLeNt # <x:y>\n <http://h/> {} }", ["http://h/"]),
        (r"SELECT * { \u0053ERVICE <http://h/\u0061> {} }", ["http://h/a"]),
        ("SELECT * { SERVICE ?where {} SERVICE $there {} }", ["?where", "?there"]),
        ("SELECT * { SERVICE ex:d {} SERVICE :e\\-f {} }", ["http://example.org/b#d", "http://example.org/a/c/e-f"]),
        ("SELECT * { SERVICE <../g> {} SERVICE <//h/> {} }", ["http://example.org/g", "http://h/"]),
        ("SELECT * { { SELECT * { OPTIONAL { SERVICE <x:a> {} } } } SERVICE <x:a> {} }", ["x:a"]),
        ("SELECT * { ?s ?p true . FILTER(?a<3#>'''\n) SERVICE <x:a> {} #'''\n}", ["x:a"]),
        ("LOAD <http://h/>", ["http://h/"]),
        ("INSERT DATA {} ; LOAD SILENT ex:a INTO GRAPH <x:g>", ["http://example.org/b#a"]),
        ("LOAD ex:a ; PREFIX ex: <x:> LOAD ex:a", ["http://example.org/b#a", "x:a"]),
        ("INSERT {} WHERE { SERVICE <x:a> {} }", ["x:a"]),
        ("SELECT ?service ?load { ?service <x:SERVICE> 'SERVICE <x:a> {}' } # SERVICE <x:a>", []),
        ("SELECT * { ex:SERVICE ex:LOAD '''\nSERVICE <x:a> {}''' }", []),
        ("CLEAR SILENT GRAPH <x:a>", []),
    ],
)
def test_remote_addresses(text: str, addresses: list[str]) -> None:
    assert remote_addresses(PROLOGUE + text) == addresses


def test_relative_addresses_resolve_against_the_base_of_the_request() -> None:
    assert remote_addresses("ASK { SERVICE <b> {} }", "http://example.org/a") == ["http://example.org/b"]
    with pytest.raises(QuerySyntaxError, match="no absolute IRI"):
        remote_addresses("ASK { SERVICE <b> {} }")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICEex:p {} }",
        "SELECT * { SERVICESILENT<x:a> {} }",
        "SELECT * { ?s ?p trueSERVICE<x:a> {} }",
        "SELECT * { SERVICE SILENTex:p {} }",
        "PREFIX SERVICEex: <x:a> SELECT * { SERVICEex:p {} }",
        "PREFIX trueserviceex: <x:a> SELECT * { ?s ?p trueserviceex:p {} }",
        "PREFIX silentex: <x:a> SELECT * { SERVICE silentex:p {} }",
        "PREFIX LOADex: <x:a> LOADex:p",
        "PREFIX LOADex: <x:a> INSERT DATA {} ; LOADex:p",
        "PREFIX : <x:a> PREFIX service: <x:b> SELECT * { service:p {} }",
        "PREFIX PREFIXex: <x:a> INSERT DATA {} ; PREFIXex:<http://h/> LOAD ex:p",
    ],
)
def test_words_that_the_engine_would_take_apart_are_refused(text: str) -> None:
    """Oxigraph's parser needs no space after a keyword."""
    with pytest.raises(QuerySyntaxError):
        inspect("PREFIX ex: <http://example.org/> " + text)


def test_a_prefix_that_begins_with_a_keyword_is_no_fault_in_itself() -> None:
    assert remote_addresses("PREFIX service: <x:a> PREFIX loader: <x:b> ASK { service:a loader:b 1 }") == []


SENTINEL = "<http://127.0.0.1:1/>"
AROUND = (
    "SELECT * {{ {a} {s} {b}\n}}",
    "SELECT * {{ FILTER({a}){s}{b}\n}}",
    "SELECT * {{ FILTER(1{a}\n) {s} {b}\n}}",
    "SELECT * {{ VALUES (?x ?y) {{ (1 {a}\n) }} {s} {b}\n}}",
    "SELECT * {{ ?s ?p (<x:a> {a}\n) . {s} {b}\n}}",
    "SELECT * {{ {{ SELECT * {{}} ORDER BY ({a}\n) }} {s} {b}\n}}",
    "SELECT ({a}\n AS ?q) {{ {s}{b}\n}}",
    "SELECT * {{ ?s ?p '{a}' . {s} {b}\n}}",
    "SELECT * {{ {s} #{a}\n {b} }}",
)
SERVICES = (
    f"SERVICE {SENTINEL}{{}}",
    f"SERVICE{SENTINEL}{{}}",
    "SERVICEex:p{}",
    "service\n#c\nex:p{}",
    f"SERVICESILENT{SENTINEL}{{}}",
)
FEW = st.lists(
    st.sampled_from(["'''", "'", "#", "#'''", ">", "<", "3", '"', "<3#>", "<'x'>", "&&", "?x", "<x:a#b>"]), max_size=5
)


@given(st.sampled_from(AROUND), FEW.map("".join), FEW.map("".join), st.sampled_from(SERVICES))
def test_no_request_reaches_out_unseen(around: str, before: str, after: str, service: str) -> None:
    """The engine refuses port 1 by itself, without a connection: its complaint tells that it would have gone there."""
    text = f"PREFIX ex: {SENTINEL} " + around.format(a=before, s=service, b=after)
    try:
        results = pyoxigraph.Store().query(text)
        if isinstance(results, pyoxigraph.QuerySolutions):
            list(results)
    except OSError:
        with suppress(QuerySyntaxError):
            assert remote_addresses(text) != []
    except (SyntaxError, RuntimeError):
        return


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("SELECT * FROM <x:a> {}", True),
        ("ASK FROM NAMED <x:a> {}", True),
        ("DELETE {} USING <x:a> WHERE {}", True),
        ("WITH <x:a> INSERT {} WHERE {}", True),
        ("SELECT * { ?from <x:from> 'FROM' } # FROM", False),
        ("COPY <x:a> TO <x:b>", False),
    ],
)
def test_has_dataset_clause(text: str, has: bool) -> None:
    assert has_dataset_clause(text) is has


def test_nesting_depth_counts_brackets_that_are_brackets() -> None:
    assert nesting_depth("ASK { '((((' ?s ?p [] FILTER(1 IN (1)) } # ((((") == 3
    assert nesting_depth("ASK {{}}") == 2
    assert nesting_depth("ASK {" + "(" * 20_000) == 20_001
    with pytest.raises(QuerySyntaxError, match="more than 100 deep") as caught:
        inspect("ASK {" + "(" * 20_000, max_depth=100)
    assert caught.value.column == 105


@pytest.mark.parametrize(
    "text",
    [
        "ASK {" + '"' * 300_000,
        "ASK {" + "a." * 50_000,
        "ASK {" + "<a" * 50_000,
        "ASK {_:a" + "." * 100_000,
        "ASK {" + "@a-" * 50_000,
        "ASK {'" + "\\u0041" * 100_000,
        "ASK {'" + "\\\\" * 500_000 + "'",
    ],
    ids=["quotes", "words", "less", "dots", "tags", "escapes", "backslashes"],
)
def test_long_requests_take_time_in_proportion(text: str) -> None:
    """What grew with the square would not end within the suite's patience."""
    try:
        inspect(text, "http://example.org/")
    except QuerySyntaxError as error:
        assert error.line is not None


def test_bases_that_lengthen_one_another_are_counted() -> None:
    text = "".join(f"BASE <{number}/> " for number in range(1001)) + "ASK {}"
    with pytest.raises(QuerySyntaxError, match="more than 1000"):
        inspect(text, "http://example.org/")
    assert inspect(text.replace("BASE <0/> ", ""), "http://example.org/").kind == "ask"
