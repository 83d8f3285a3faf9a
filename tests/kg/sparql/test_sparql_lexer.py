"""The lexer: what the grammar says, and never otherwise than the engine reads it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given

from kg.errors import QuerySyntaxError
from kg.sparql import Kind, operation_kind, tokens, without_escapes
from tests.kg.sparql.pieces import SOUP


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
        ('ASK { """a" }', 1, 7),
        ("ASK { '\ud800' }", 1, 8),
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
    ("text", "iris"),
    [
        ("ASK { FILTER(?a<?b&&?c>?d) }", []),
        ("ASK { FILTER(3<3#>'''\n) }", []),
        ("ASK { FILTER('a'<'x'&&'b'>'y') }", []),
        ("ASK { FILTER(true<4#>'''\n) }", []),
        ("ASK { FILTER(EXISTS{}<4#>'''\n) }", []),
        ("ASK { FILTER(1 IN(3<4#>'''\n)) }", []),
        ("ASK { FILTER(?a<<x:b#c>) }", ["<x:b#c>"]),
        ("ASK { FILTER<x:f>(3<4#>'''\n) }", ["<x:f>"]),
        ("ASK { { SELECT * {} ORDER BY ?x (3<4#>'''\n) } }", []),
        ("SELECT (3<4#>'''\n AS ?z) {}", []),
        ("ASK { FILTER(<<(<x:a> <x:a#b> <x:c#d>)>><4#>'''\n) }", ["<x:a>", "<x:a#b>", "<x:c#d>"]),
        ("ASK { VALUES (?a ?b) { (<x:a> <x:b#c>) ('d' <x:e#f>) } }", ["<x:a>", "<x:b#c>", "<x:e#f>"]),
        (
            "ASK { ?s ?p (<x:a> <x:b#c> [ ?q <x:d#e> ] (<x:f> <x:g#h>)) }",
            ["<x:a>", "<x:b#c>", "<x:d#e>", "<x:f>", "<x:g#h>"],
        ),
        ("ASK { ?s <x:p> (<x:a> <x:b#c>) }", ["<x:p>", "<x:a>", "<x:b#c>"]),
        ("ASK { ?s a (<x:a> <x:b#c>) }", ["<x:a>", "<x:b#c>"]),
        ("ASK { ?s (<x:a>|<x:b#c>)/^(<x:d>) <x:e#f> }", ["<x:a>", "<x:b#c>", "<x:d>", "<x:e#f>"]),
        ("ASK { FILTER(?a IN (<x:a#b>, <x:c#d>)) }", ["<x:a#b>", "<x:c#d>"]),
        ("ASK { FILTER(EXISTS { ?s <x:a#b> 'c' }) }", ["<x:a#b>"]),
        ("ASK { FILTER(1 = 1) (<x:a> <x:b#c>) ?p ?o }", ["<x:a>", "<x:b#c>"]),
        ("ASK { <<?s <x:p#q> ?o>> ?p ?o }", ["<x:p#q>"]),
    ],
)
def test_less_than_is_read_as_the_engine_reads_it(text: str, iris: list[str]) -> None:
    with suppress(RuntimeError):  # the function x:f is only called
        pyoxigraph.Store().query(text)
    assert [token.text for token in tokens(text) if token.kind is Kind.IRIREF] == iris
    assert any(token.kind is Kind.COMMENT for token in tokens(text)) is ("#>" in text)


def test_escapes_go_where_the_engine_would_not_read_them() -> None:
    text = r"\u0050REFIX \u0065x: <http://example.org/\u0061> ASK {?\u0073 ex:\u0070 'a\u0022\u0062\\u0063'} # \u000A"
    plain = without_escapes(text)
    assert plain == r"PREFIX ex: <http://example.org/a> ASK {?s ex:p 'a\u0022b\\u0063'} # \u000A"
    pyoxigraph.Store().query(plain)
    assert without_escapes(plain) == plain


def test_every_query_of_the_project_is_lexed_as_it_stands() -> None:
    root = Path(__file__).parents[3]
    files = [path for folder in ("kg", "ontology", "queries") for path in (root / folder).rglob("*.rq")]
    assert len(files) > 20
    for path in files:
        text = path.read_text("utf-8")
        assert "".join(token.text for token in tokens(text)) == text
        assert operation_kind(text) in ("select", "construct")
