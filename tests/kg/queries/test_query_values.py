"""Values are checked and typed before they are part of a query; what a client sends never is SPARQL."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ParameterError
from kg.namespaces import DEFAULT_BASE, KG
from kg.queries import CannedQuery, bind, find_query, load_queries, read_query
from kg.sparql import Kind, tokens

BASE = "https://kg.example.org/"
FILE = """\
#+ title = "t"
#+ description = "d"
#+ [parameters.author]
#+ type = "iri"
#+ class = "author"
#+ label = "l"
#+ default = "ada"
#+ [parameters.words]
#+ type = "string"
#+ label = "l"
#+ default = "w"
#+ minimum = 1
#+ maximum = 10
#+ [parameters.number]
#+ type = "integer"
#+ label = "l"
#+ default = 3
#+ [parameters.year]
#+ type = "year"
#+ label = "l"
#+ default = 2020
#+ minimum = 1900
#+ [parameters.limit]
#+ type = "integer"
#+ label = "l"
#+ maximum = 50
PREFIX kg: <https://w3id.org/paperkg/ontology#>
PREFIX metric: <https://w3id.org/paperkg/metric/>
SELECT * { ?s metric:a ?author ; kg:b ?words ; <https://w3id.org/paperkg/ontology> ?number ; <http://x/> ?year }
LIMIT 20
"""


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> CannedQuery:
    path = tmp_path_factory.mktemp("queries") / "query.rq"
    path.write_text(FILE, "utf-8")
    return read_query(path, "a/query")


def bound(query: CannedQuery, base_iri: str = DEFAULT_BASE, **values: str) -> str:
    """The query below the front-matter, its spaces evened out."""
    text = bind(query, values, base_iri)
    return " ".join(line for line in text.split("\n") if not line.startswith("#")).replace("  ", " ")


def test_defaults_stand_where_nothing_is_given(query: CannedQuery) -> None:
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    expected = (
        "PREFIX kg: <https://w3id.org/paperkg/ontology#> PREFIX metric: <https://w3id.org/paperkg/metric/> "
        'SELECT * { ?s metric:a <https://w3id.org/paperkg/author/ada> ; kg:b "w" ; '
        f'<https://w3id.org/paperkg/ontology> "3"{integer} ; <http://x/> "2020"{integer} }} LIMIT 20'
    )
    assert " ".join(bound(query).split()) == expected


def test_another_base_moves_what_the_query_names_and_not_the_ontology(query: CannedQuery) -> None:
    text = bound(query, BASE)
    assert f"<{BASE}author/ada>" in text
    assert f"PREFIX metric: <{BASE}metric/>" in text
    assert "PREFIX kg: <https://w3id.org/paperkg/ontology#>" in text
    assert "<https://w3id.org/paperkg/ontology> " in text


@pytest.mark.parametrize(
    ("given_value", "iri"),
    [
        ("bo", BASE + "author/bo"),
        (" author/bo ", BASE + "author/bo"),
        (BASE + "author/bo", BASE + "author/bo"),
        ("dblp:01/23", BASE + "author/dblp:01/23"),
        ("author/orcid:0000-0001", BASE + "author/orcid:0000-0001"),
        ("https://orcid.org/0000-0001", "https://orcid.org/0000-0001"),
        ("urn:uuid:1", "urn:uuid:1"),
        ("kamil%C4%97", BASE + "author/kamil%C4%97"),
        ("kamilė", BASE + "author/kamilė"),
    ],
)
def test_an_iri_is_a_key_or_an_iri(query: CannedQuery, given_value: str, iri: str) -> None:
    assert f" <{iri}> ;" in bound(query, BASE, author=given_value)


@pytest.mark.parametrize(
    ("given_value", "iri"),
    [
        ("Paper", KG + "Paper"),
        ("class/Paper", KG + "Paper"),
        (KG + "Paper", KG + "Paper"),
        (" http://xmlns.com/foaf/0.1/Person", "http://xmlns.com/foaf/0.1/Person"),
        (BASE + "author/bo", BASE + "author/bo"),
    ],
)
def test_a_class_is_a_name_of_the_ontology_or_an_iri(tmp_path: Path, given_value: str, iri: str) -> None:
    path = tmp_path / "query.rq"
    path.write_text(FILE.replace('class = "author"', 'class = "class"'), "utf-8")
    query = read_query(path, "a/query")
    assert f" <{iri}> ;" in bound(query, BASE, author=given_value)
    for wrong in ("", "class/", "Paper }", "a b"):
        with pytest.raises(ParameterError, match=r"give the name of a class|not an absolute IRI"):
            bound(query, BASE, author=wrong)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("nobody", "x", "no such parameter; it takes: author, words, number, year, limit"),
        ("author", "", "give the IRI"),
        ("author", "author/", "give the IRI"),
        ("author", BASE, "no author"),
        ("author", BASE + "paper/x", "no author"),
        ("author", "paper/x", "no author"),
        ("author", "Evan Hubinger", "not an absolute IRI"),
        ("author", "x> } ; DROP ALL #", "not an absolute IRI"),
        ("author", "https://orcid.org/a b", "not an absolute IRI"),
        ("author", "x\\u003e", "not an absolute IRI"),
        ("author", "\ud800", "not an absolute IRI"),
        ("words", "", "1 to 10 characters"),
        ("words", "a" * 11, "1 to 10 characters"),
        ("words", "\ud800", "surrogate"),
        ("number", "", "whole number"),
        ("number", "3.5", "whole number"),
        ("number", "3 ; DROP", "whole number"),
        ("number", "²", "whole number"),
        ("number", "٣", "whole number"),
        ("number", "9" * 5000, "whole number"),
        ("year", "1899", "1900 to 9999"),
        ("year", "10000", "1900 to 9999"),
        ("limit", "0", "1 to 50"),
        ("limit", "51", "1 to 50"),
        ("limit", "1 OFFSET 3", "whole number"),
    ],
)
def test_a_wrong_value_is_named_with_its_parameter(query: CannedQuery, name: str, value: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message) as caught:
        bind(query, {name: value}, BASE)
    assert caught.value.name == name
    assert caught.value.value in (value, name)
    assert len(str(caught.value)) < 500


def test_numbers_are_written_anew(query: CannedQuery) -> None:
    text = bound(query, number=" -007", year="+2021", limit="050")
    assert '"-7"^^' in text and '"2021"^^' in text and text.rstrip().endswith("LIMIT 50")


HOSTILE = st.one_of(
    st.text(max_size=10),
    st.sampled_from(['"', '"""', "'", "\\", "\\u0022", '" . }', '"@en', "\n", "\r#", "?s", "> }", "\0"]),
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_value_adds_a_token(query: CannedQuery, author: str, words: str, number: str) -> None:
    kinds = [token.kind for token in tokens(bind(query, {}, BASE)) if token.kind is not Kind.SPACE]
    for name, value in (("author", author), ("words", words), ("number", number), ("limit", number)):
        try:
            text = bind(query, {name: value}, BASE)
        except ParameterError as error:
            assert error.name == name
        else:
            assert [token.kind for token in tokens(text) if token.kind is not Kind.SPACE] == kinds
            pyoxigraph.Store().query(text)


def test_the_queries_of_the_project_move_with_the_base() -> None:
    query = find_query(load_queries(), "reported-and-computed-metrics")
    text = bind(query, {}, BASE)
    assert f"<{BASE}author/evan-hubinger>" in text and f"<{BASE}metric/>" in text
    assert not any(
        token.kind is Kind.IRIREF and token.value.startswith(f"<{DEFAULT_BASE}") and "ontology#" not in token.value
        for token in tokens(text)
    )
