"""The lexer and what is told from a request's text: as the grammar says, and never otherwise than the engine does."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kg.errors import QuerySyntaxError, TermError
from kg.ntriples import iri, literal
from kg.sparql import (
    Kind,
    bind,
    clause_number,
    has_dataset_clause,
    inspect,
    nesting_depth,
    operation_kind,
    remote_addresses,
    replace_iris,
    tokens,
    without_escapes,
)
from pyoxigraph import NamedNode, Quad

# Pieces that quote, comment, escape or delimit, so that what is made of them goes wrong as often as it can.
PIECES = st.sampled_from(
    """
    ' ''' " \"""  < > <3#> <'x'> <x:a#b> <x:a> << >> <<( )>> { } ( ) [ ] . ; , ? ?x $y 3 1.5 .5e1 a true @en @en--ltr ^^
    = && || ! + - / | # \\ \\u0022 \\u0027 \\u000A \\u0023 \\u0041 \\u00 \\n ex: ex:a ex:a\\'b :p _:b FILTER( VALUES SELECT
    EXISTS{ IN( SERVICE SERVICE<x:a>{} LOAD silent é · \t ~ % 
    """.split()
    + [" ", "\n", "\r", "#'''\n", '# " \n', "\U0001f600", "\ufeff", "\ud800", "\0"]
)
SOUP = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))


def kinds(text: str) -> list[str]:
    return [f"{token.kind.name} {token.value}" for token in tokens(text) if token.kind is not Kind.SPACE]


@given(SOUP)
def test_any_text_is_lexed_or_refused_with_its_place(text: str) -> None:
    try:
        found = list(tokens(text))
    except QuerySyntaxError as error:
        assert error.line is not None and error.column is not None
        assert 1 <= error.line <= text.count("\n") + 1
        assert f"line {error.line}, column {error.column}" in str(error)
    else:
        assert "".join(token.text for token in found) == text
        assert [text[token.start : token.start + len(token.text)] for token in found] == [token.text for token in found]


@given(SOUP)
def test_everything_that_is_told_of_any_text_is_told_or_refused(text: str) -> None:
    try:
        inspection = inspect("PREFIX ex: <http://example.org/> " + text, "http://example.org/", max_depth=5)
    except QuerySyntaxError:
        return
    assert inspection.kind in ("select", "ask", "construct", "describe", "update")
    assert inspection.nesting_depth <= 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?x $x?y", ["VAR ?x", "VAR $x", "VAR ?y"]),
        ("a", ["NAME a"]),
        ("true.FILTER", ["NAME true", "PUNCT .", "NAME FILTER"]),
        ("ex:a.b. :c : ex:", ["PNAME ex:a.b", "PUNCT .", "PNAME :c", "PNAME :", "PNAME ex:"]),
        (r"e.f:a\'b\#%20c#d", [r"PNAME e.f:a\'b\#%20c", "COMMENT #d"]),
        ("_:a.b. _:1", ["BLANK_NODE _:a.b", "PUNCT .", "BLANK_NODE _:1"]),
        ("1 1.5 .5 1.e3 1e-3 1.", [*(f"NUMBER {n}" for n in ("1", "1.5", ".5", "1.e3", "1e-3", "1")), "PUNCT ."]),
        ("'a'@en-GB \"b\"@ar--rtl", ["STRING 'a'", "LANGTAG @en-GB", 'STRING "b"', "LANGTAG @ar--rtl"]),
        ("'''a'b''c\n\\''''\"\"\"\"x\"\"\"", ["STRING '''a'b''c\n\\''''", 'STRING """"x"""']),
        ("'' \"\"", ["STRING ''", 'STRING ""']),
        ("'a # b' # c ' d\n'e'", ["STRING 'a # b'", "COMMENT # c ' d", "STRING 'e'"]),
        ("# a\r'b'", ["COMMENT # a", "STRING 'b'"]),
        ("<http://a/#b> <> <<", ["IRIREF <http://a/#b>", "IRIREF <>", "PUNCT <<"]),
        ("?s<p>?o", ["VAR ?s", "IRIREF <p>", "VAR ?o"]),
        ("^^ &&", ["PUNCT ^", "PUNCT ^", "PUNCT &", "PUNCT &"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("ASK { 'a", 1, 7),
        ("ASK {\n  'a\n' }", 2, 3),
        ("ASK { '\\q' }", 1, 7),
        ("ASK { '''a' }", 1, 7),
        ('ASK { "\\u00" }', 1, 7),
        ("ASK\n{ SELEKT }", 2, 3),
        ("SELECTDISTINCT ?x {}", 1, 1),
        ("\\u0041SK\n { \\u0027a\\u0027 }", 2, 4),
        ("ASK { A <x:b> }", 1, 7),
        ("\ufeffASK {}", 1, 1),
        ("ASK { \xa0 }", 1, 7),
        ("ASK { ?\ud800 }", 1, 8),
    ],
)
def test_faults_say_where(text: str, line: int, column: int) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        list(tokens(text))
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "compares"),
    [
        ("ASK { FILTER(?a<?b&&?c>?d) }", True),
        ("ASK { FILTER(3<3#>'''\n) }", True),
        ("ASK { FILTER('a'<'x'&&'b'>'y') }", True),
        ("ASK { FILTER(EXISTS{}<4#>'''\n) }", True),
        ("ASK { FILTER(1 IN(3<4#>'''\n)) }", True),
        ("ASK { FILTER<x:f>(3<4#>'''\n) }", True),
        ("ASK { { SELECT * {} ORDER BY ?x (3<4#>'''\n) } }", True),
        ("SELECT (3<4#>'''\n AS ?z) {}", True),
        ("ASK { FILTER(<<(<x:a> <x:a#b> 'c')>><4#>'''\n) }", True),
        ("ASK { VALUES (?a ?b) { (<x:a> <x:b#c>) ('d' <x:e#f>) } }", False),
        ("ASK { ?s ?p (<x:a> <x:b#c> [ ?q <x:b#c> ]) }", False),
        ("ASK { FILTER(?a IN (<x:a#b>, <x:c#d>)) }", False),
        ("ASK { FILTER(1 = 1) (<x:a> <x:b#c>) ?p ?o }", False),
        ("ASK { <<?s <x:p#q> ?o>> ?p ?o }", False),
        ("ASK { ?s a (<x:a> <x:b#c>) }", False),
    ],
)
def test_less_than_is_read_as_the_engine_reads_it(text: str, compares: bool) -> None:
    store = pyoxigraph.Store()
    if "x:f" not in text:
        store.query(text)
    assert any(token.text == "<" for token in tokens(text)) is compares
    assert (
        any("#" in token.text for token in tokens(text) if token.kind is Kind.IRIREF) is ("x:" in text and "#b" in text)
        or compares
    )


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
        try:
            assert remote_addresses(text) != []
        except QuerySyntaxError:
            pass
    except (SyntaxError, ValueError, RuntimeError):
        pass


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
    assert caught.value.column == 107


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
        "".join(f"BASE <{i}/>" for i in range(5000)),
    ],
    ids=["quotes", "words", "less", "dots", "tags", "escapes", "backslashes", "bases"],
)
def test_long_requests_take_time_in_proportion(text: str) -> None:
    """What grew with the square would not end within the suite's patience."""
    try:
        inspect(text, "http://example.org/")
    except QuerySyntaxError as error:
        assert error.line is not None


def test_escapes_go_where_the_engine_would_not_read_them() -> None:
    text = r"""\u0050REFIX \u0065x: <http://example.org/\u0061> ASK { ?\u0073 ex:\u0070 'a\u0022\u0062\\u0063' } # \u000A"""
    plain = without_escapes(text)
    assert plain == r"PREFIX ex: <http://example.org/a> ASK { ?s ex:p 'a\u0022b\\u0063' } # \u000A"
    pyoxigraph.Store().query(plain)
    assert without_escapes(plain) == plain


# Binding

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
        "SELECT ?s { ?s ?p ?v } ORDER BY ?v",
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


def test_counts_of_the_outermost_query_are_bound() -> None:
    text = "SELECT * { { SELECT * { 'LIMIT 5' ?p 3 } LIMIT 7 OFFSET 8 } } LIMIT # 9\n 20 OFFSET 0"
    assert (clause_number(text, "LIMIT"), clause_number(text, "OFFSET")) == (20, 0)
    assert bind(text, {}, {"LIMIT": 1}) == text.replace("20", "1")
    assert clause_number("SELECT * {}", "LIMIT") is None


def test_iris_in_angle_brackets_are_replaced_and_nothing_else() -> None:
    text = "PREFIX ex: <x:a> ASK { <x:a> ex:a '<x:a>' } # <x:a>"
    assert replace_iris(text, lambda found: found + "b") == "PREFIX ex: <x:ab> ASK { <x:ab> ex:a '<x:a>' } # <x:a>"


def test_every_query_of_the_project_is_lexed_as_it_stands() -> None:
    files = [path for path in Path(__file__).parents[2].rglob("*.rq") if ".venv" not in path.parts]
    assert len(files) > 20
    for path in files:
        text = path.read_text("utf-8")
        assert "".join(token.text for token in tokens(text)) == text
        assert operation_kind(text) in ("select", "construct")
