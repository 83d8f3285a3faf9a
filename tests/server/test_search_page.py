"""Search: as a page and as JSON, its parameters checked."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


def found(client: FlaskClient, **asked: object) -> dict[str, object]:
    response = client.get("/search", query_string=asked, headers={"Accept": "application/json"})
    assert response.status_code == 200
    answer: dict[str, object] = response.get_json()
    return answer


def test_a_name_finds_its_author_first(client: FlaskClient) -> None:
    answer = found(client, q="evan hubinger", type="author")
    assert answer["total"] == 1
    assert answer["hits"] == [
        {
            "iri": "https://w3id.org/paperkg/author/evan-hubinger",
            "kind": "author",
            "label": "Evan Hubinger",
            "detail": "20 papers",
            "page": "/author/evan-hubinger",
        }
    ]


def test_accents_and_case_do_not_matter(client: FlaskClient) -> None:
    assert found(client, q="LUKOSIUTE", type="author")["total"] == 1


def test_limit_and_offset_page_through_the_hits(client: FlaskClient) -> None:
    every = found(client, q="language models", limit=100)
    first, second = found(client, q="language models", limit=3), found(client, q="language models", limit=3, offset=3)
    assert first["hits"] + second["hits"] == every["hits"][:6]  # type: ignore[operator,index]
    page = client.get("/search?q=language+models&limit=3&offset=3").get_data(as_text=True)
    assert 'href="/search?q=language+models&amp;limit=3&amp;offset=6"' in page
    assert 'rel="prev"' in page


@pytest.mark.parametrize(
    "asked",
    ["limit=0", "limit=101", "limit=x", "limit=²", "offset=-1", "offset=10001", "type=planet", "q=" + "a" * 1001],
)
def test_a_wrong_parameter_is_told(client: FlaskClient, asked: str) -> None:
    response = client.get(f"/search?{asked}", headers={"Accept": "application/json"})
    assert response.status_code == 400
    assert response.mimetype in ("application/json", "application/problem+json")


def test_nothing_asked_is_an_empty_form_and_nothing_found_says_so(client: FlaskClient) -> None:
    assert found(client)["hits"] == []
    assert 'name="q"' in client.get("/search").get_data(as_text=True)
    assert "Nothing in the graph" in client.get("/search?q=zzzzqqqq").get_data(as_text=True)
