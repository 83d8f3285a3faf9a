"""What is written as N-Triples is read back as the same term, or refused."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat

from kg import namespaces as ns
from kg.errors import TermError
from kg.ntriples import boolean, integer, iri, line, literal


def read(term: str) -> object:
    text = line("http://example.org/s", "http://example.org/p", term)
    (quad,) = pyoxigraph.parse(text.encode("utf-8"), format=RdfFormat.N_TRIPLES)
    return quad.object


@given(st.text())
def test_any_text_comes_back_as_the_same_literal(text: str) -> None:
    try:
        written = literal(text)
    except TermError:
        assert any("\ud800" <= character <= "\udfff" for character in text)
    else:
        assert read(written) == Literal(text)


@given(st.text(max_size=30))
def test_an_iri_is_read_back_or_refused(tail: str) -> None:
    try:
        written = iri("https://example.org/" + tail)
    except TermError:
        return
    assert read(written) == NamedNode("https://example.org/" + tail)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no-scheme",
        "http://a b",
        "http://a<b>",
        'http://a"b',
        "http://a\nb",
        "http://a\\u0020b",
        "http://a{b}",
        "http://a%zz",
        "http://a\u0000",
        "http://a\ud800",
        "1http://a",
    ],
)
def test_what_is_no_iri_is_refused_with_the_value(text: str) -> None:
    with pytest.raises(TermError) as caught:
        iri(text)
    assert caught.value.value == text


def test_typed_and_tagged_literals() -> None:
    assert read(literal("2023", ns.XSD + "gYear")) == Literal("2023", datatype=NamedNode(ns.XSD + "gYear"))
    assert read(literal("Bonjour", language="fr-CA")) == Literal("Bonjour", language="fr-ca")
    assert read(integer(-7)) == Literal(-7)
    assert read(boolean(True)) == Literal(True)


@pytest.mark.parametrize("tag", ["", "e n", "en_GB", 'en"@', "toolonglang"])
def test_a_wrong_language_tag_is_refused(tag: str) -> None:
    with pytest.raises(TermError, match="language tag"):
        literal("x", language=tag)
