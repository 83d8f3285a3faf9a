"""Data is hostile: markup in titles is text, `javascript:` is never a link, and a client's text comes back as text."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.hostile_records import HOSTILE_NAME, HOSTILE_TITLE
from tests.server.page_elements import Elements, is_own_script

PAPER = "/page/paper/doi:10.1000/hostile"
PROBE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def assert_harmless(page: str) -> Elements:
    """No script in the page, no inline style or handler, no address but of http(s), a path or a fragment."""
    found = Elements(page)
    for tag, attributes in found.elements:
        assert tag != "script" or is_own_script(attributes)
        assert tag not in ("style", "iframe", "object", "embed", "em", "b", "i"), (tag, attributes)
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, attributes)
            assert name != "style", (tag, attributes)
            if name in ("href", "src", "action"):
                assert value is not None
                assert value.startswith(("/", "#", "?", "http://", "https://")), (tag, attributes)
    return found


@pytest.mark.parametrize(
    "path",
    [
        PAPER,
        "/",
        "/search?q=script",
        "/export/",
        "/page/dataset/hostile",
        "/page/record/hostile/10.1000/hostile",
        "/page/institution/ror:00x0000",
    ],
)
def test_pages_of_hostile_things_are_harmless(hostile_client: FlaskClient, path: str) -> None:
    response = hostile_client.get(path)
    assert response.status_code == 200
    assert_harmless(response.get_data(as_text=True))


def test_a_hostile_title_is_shown_as_it_is(hostile_client: FlaskClient) -> None:
    page = assert_harmless(hostile_client.get(PAPER).get_data(as_text=True))
    assert HOSTILE_TITLE in page.text
    assert HOSTILE_NAME in page.text
    assert any("</textarea><img" in text for text in page.text)


def test_an_address_that_is_not_on_the_web_is_no_link(hostile_client: FlaskClient) -> None:
    page = assert_harmless(hostile_client.get(PAPER).get_data(as_text=True))
    assert "javascript:alert(1)" in page.text
    assert ("a", {"href": "https://example.org/code", "rel": "nofollow noopener"}) in page.elements


def test_every_linked_thing_of_a_hostile_page_resolves(hostile_client: FlaskClient) -> None:
    page = Elements(hostile_client.get(PAPER).get_data(as_text=True))
    paths = {attributes["href"] for tag, attributes in page.elements if tag == "a"}
    kinds = ("/author/", "/institution/", "/concept/", "/record/")
    things = [path for path in paths if path and path.startswith(kinds)]
    assert len(things) >= 5
    for path in things:
        response = hostile_client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        assert response.status_code == 200, path
        assert_harmless(response.get_data(as_text=True))


@pytest.mark.parametrize(
    "path",
    [
        "/search?q={}",
        "/search?type={}",
        "/search?q=a&offset={}",
        "/author/{}",
        "/page/paper/{}",
        "/data/paper/{}.ttl",
        "/queries/{}",
        "/queries/a/{}",
        "/{}",
        "/export/kg.{}",
        "/ontology.{}",
    ],
)
def test_what_a_client_sends_comes_back_as_text(hostile_client: FlaskClient, path: str) -> None:
    response = hostile_client.get(path.format(PROBE), headers={"Accept": "text/html"})
    assert response.status_code in (200, 400, 404)
    assert_harmless(response.get_data(as_text=True))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_search_is_answered(hostile_client: FlaskClient, text: str) -> None:
    response = hostile_client.get("/search", query_string={"q": text.encode("utf-8", "surrogatepass")})
    assert response.status_code == 200
    assert_harmless(response.get_data(as_text=True))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["paper", "author", "page/paper", "data/paper"]), st.binary(min_size=1, max_size=40))
def test_any_key_is_found_or_not_found(hostile_client: FlaskClient, prefix: str, key: bytes) -> None:
    path = "/" + prefix + "/" + "".join(f"%{byte:02X}" for byte in key)
    response = hostile_client.get(path)
    assert response.status_code in (200, 303, 404)
