"""Search: as a page and as JSON, its parameters checked."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyld import jsonld

from kg.namespaces import PAPER, SCHEMA
from server.search_request import LINKS


class Page(HTMLParser):
    """The links of a page, each with its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self._inside = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._inside = True
            self.links.append((dict(attrs).get("href") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._inside:
            href, text = self.links[-1]
            self.links[-1] = (href, text + data)


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


def page_of(client: FlaskClient, **asked: object) -> str:
    response = client.get("/search", query_string=asked, headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert len(response.data) < 100_000
    return response.get_data(as_text=True)


def followed(client: FlaskClient, address: str) -> dict[str, object]:
    response = client.get(address, headers={"Accept": "application/json"})
    assert response.status_code == 200
    answer: dict[str, object] = response.get_json()
    return answer


def test_facets_are_links_to_as_many_hits_as_they_say(client: FlaskClient) -> None:
    page = Page(page_of(client, q="models"))
    links = [
        (href, int(match[1].replace(",", "")))
        for href, text in page.links
        if (match := re.search(r" ([\d,]+) results?$", text))
    ]
    assert len(links) > 15
    names = {name for href, _ in links for name, _ in parse_qsl(urlsplit(href).query)}
    assert names >= {"author", "institution", "dataset", "concept"} and names <= {"q", "code", *LINKS}
    for href, count in links:
        assert followed(client, href)["total"] == count, href


def test_what_a_search_is_narrowed_down_to_can_be_taken_away(client: FlaskClient) -> None:
    asked = {"q": "models", "author": "evan-hubinger", "from": 2020, "to": 2025, "code": "true"}
    answer = found(client, **asked)
    assert 0 < answer["total"] < found(client, q="models")["total"]  # type: ignore[operator]
    page = Page(page_of(client, **asked))
    removals = [href for href, text in page.links if text == "×"]
    assert [sorted(dict(parse_qsl(urlsplit(href).query))) for href in removals] == [
        ["code", "from", "q", "to"],
        ["author", "code", "q"],
        ["author", "from", "q", "to"],
    ]
    totals = [followed(client, href)["total"] for href in removals]
    assert min(totals) >= answer["total"] and max(totals) > answer["total"]  # type: ignore[operator,type-var]


@pytest.mark.parametrize(
    "author",
    ["evan-hubinger", "author/evan-hubinger", "https://w3id.org/paperkg/author/evan-hubinger"],
)
def test_a_filter_takes_a_key_or_an_iri(client: FlaskClient, author: str) -> None:
    answer = found(client, author=author)
    assert answer["total"] == 20
    assert {hit["kind"] for hit in answer["hits"]} == {"paper"}  # type: ignore[attr-defined]


def test_orders(client: FlaskClient) -> None:
    def years(sort: str) -> list[int]:
        hits = found(client, type="paper", sort=sort, limit=100)["hits"]
        return [int(hit["detail"][-4:]) for hit in hits if hit["detail"][-4:].isdecimal()]  # type: ignore[attr-defined]

    assert years("newest") == sorted(years("newest"), reverse=True)
    assert years("oldest") == sorted(years("newest"))
    titles = [hit["label"] for hit in found(client, type="paper", sort="title", limit=100)["hits"]]  # type: ignore[attr-defined]
    assert titles == sorted(titles, key=str.casefold)


def test_words_that_were_found_are_marked(client: FlaskClient) -> None:
    page = page_of(client, q="sleeper agents", type="paper")
    assert "<mark>Sleeper</mark> <mark>Agents</mark>" in page


def test_a_wrong_letter_is_told_and_mended(client: FlaskClient) -> None:
    assert found(client, q="hubniger", type="author")["searched"] == "hubinger"
    page = page_of(client, q="hubniger")
    assert "Nothing holds" in page and 'href="/search?q=hubinger"' in page
    assert "some of them" in page_of(client, q="hubinger qqqqqqqq")


@pytest.mark.parametrize(
    ("extension", "begins"),
    [
        ("csv", "iri,kind,label,detail,page\r\nhttps://w3id.org/paperkg/"),
        ("jsonld", '{"@context"'),
        ("bib", "@"),
        ("ris", "TY  -"),
        ("csl.json", "["),
        ("json", '{"query"'),
    ],
)
def test_results_as_data(client: FlaskClient, extension: str, begins: str) -> None:
    response = client.get(f"/search.{extension}?author=evan-hubinger&limit=3")
    assert response.status_code == 200
    assert response.get_data(as_text=True).startswith(begins)
    assert response.headers["X-Total-Count"] == "20"
    assert f"format={extension}" in page_of(client, author="evan-hubinger")


def test_what_a_format_cuts_is_said(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.search_page.most_hits", lambda offer: 2)
    assert "(the first 2)" in page_of(client, q="language training")
    assert "(the first" not in page_of(client, q="hubinger", type="author", sort="title")


def test_json_ld_is_a_list_of_things(client: FlaskClient) -> None:
    body = client.get("/search.jsonld?author=evan-hubinger&limit=5").get_data(as_text=True)
    expanded = jsonld.expand(msgspec.json.decode(body))[0]
    items = [each[f"{SCHEMA}item"][0] for each in expanded[f"{SCHEMA}itemListElement"]]
    assert len({item["@id"] for item in items}) == 5
    assert {name for item in items for name in item["@type"]} == {PAPER}


def test_suggestions_are_things_that_are_called_so(client: FlaskClient) -> None:
    def suggested(text: str, **more: str) -> dict[str, list[str]]:
        groups = client.get("/search/suggest", query_string={"q": text, **more}).get_json()["groups"]
        return {group["kind"]: [hit["label"] for hit in group["hits"]] for group in groups}

    assert suggested("evan hub") == {"author": ["Evan Hubinger"]}
    assert suggested("evan h")["author"] == ["Evan Hubinger"]
    assert suggested("LUKOŠ") == {"author": ["Kamilė Lukošiūtė"]}
    assert set(suggested("mod")) >= {"paper"} and "paper" not in suggested("mod", type="author")
    assert suggested("e") == suggested("") == suggested("?!") == {}
    assert client.get("/search/suggest", query_string={"q": "a" * 1001}).status_code == 400


def test_suggestions_know_things_by_their_other_names(rich_client: FlaskClient) -> None:
    groups = rich_client.get("/search/suggest?q=j.+ex").get_json()["groups"]
    assert [(group["kind"], [hit["label"] for hit in group["hits"]]) for group in groups] == [
        ("venue", ["Journal of Examples"])
    ]


@given(text=st.text(max_size=60) | st.sampled_from(["(", '"', "title:(", "iri:*", "a" * 1000, "\u202eabc", "🤖" * 40]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_too_much(hostile_client: FlaskClient, text: str) -> None:
    for address in ("/search", "/search.csv", "/search/suggest"):
        assert hostile_client.get(address, query_string={"q": text, "author": text, "venue": text}).status_code == 200
    assert hostile_client.get("/search", query_string={"q": text, "from": text}).status_code in (200, 400)


def test_a_long_text_is_not_said_again_by_every_link(client: FlaskClient) -> None:
    short, long = (
        client.get("/search", query_string={"q": "language " * times}, headers={"Accept": "text/html"}).text
        for times in (1, 100)
    )
    assert "facet-years" in short
    assert "Deceptive" in long, "the same is found"
    assert "facet-years" not in long


def test_hostile_titles_are_text(hostile_client: FlaskClient) -> None:
    for kind in ("paper", "author", "venue", "concept", "institution"):
        page = page_of(hostile_client, type=kind, limit=100)
        assert "<script>alert" not in page and "javascript:" not in "".join(href for href, _ in Page(page).links)
    assert "&lt;script&gt;" in page_of(hostile_client, q="script")
