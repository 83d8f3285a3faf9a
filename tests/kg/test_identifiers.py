"""Identifiers in any spelling, and what only looks like one."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.identifiers import external_iris, identifier, identifiers
from kg.ntriples import check_iri
from kg.records import Identifier


@pytest.mark.parametrize(
    ("scheme", "text", "value"),
    [
        ("isbn", "978-3-16-148410-0", "9783161484100"),
        ("isbn", "0-306-40615-2", "9780306406157"),
        ("isbn", "0 8044 2957 x", "9780804429573"),
        ("isbn", "978-3-16-148410-1", None),
        ("isbn", "0-306-40615-3", None),
        ("isbn", "1234567890123", None),
        ("dblp-name", "Wei Wang 0001", "Wei Wang 0001"),
        ("dblp-name", "Wei Wang", None),
    ],
)
def test_identifiers(scheme: str, text: str, value: str | None) -> None:
    found = identifier(scheme, text)
    assert (found and found.value) == value


def test_several_in_one_text() -> None:
    found = identifiers("issn", "2050-084X,  1234-5679;0000-0001 and more")
    assert [each.value for each in found] == ["2050-084X", "1234-5679"]


@given(st.text("aZ09/:._~-%<> #?é\\", max_size=5))
def test_whatever_an_identifier_holds_its_iri_is_valid_and_says_it(value: str) -> None:
    (found,) = external_iris(Identifier("doi", value), "paper")
    assert unquote(check_iri(found).removeprefix("https://doi.org/")) == value
