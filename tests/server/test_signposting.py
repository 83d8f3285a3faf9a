"""Typed links of things (https://signposting.org/FAIR/), in headers and as sets of links (RFC 9264)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg.namespaces import DEFAULT_BASE
from server.signposting import Link, header

PAPER = "paper/doi:10.5555/rich"
PAGE = f"/page/{PAPER}"
_LINK = re.compile(r'<([^<>]*)>((?:; [a-z]+="[^"]*")+)(?:,\s*|\s*$)')


def parsed(text: str) -> list[dict[str, str]]:
    """Links of a header or of a linkset; everything in it must be read."""
    assert _LINK.sub("", text) == ""
    return [
        {"href": target} | dict(re.findall(r'; ([a-z]+)="([^"]*)"', parameters))
        for target, parameters in _LINK.findall(text)
    ]


def relation(links: list[dict[str, str]], name: str) -> list[str]:
    return [link["href"] for link in links if link["rel"] == name]


def of_page(client: FlaskClient, path: str) -> list[dict[str, str]]:
    return parsed(client.head(path).headers["Link"])


def test_the_page_of_a_paper_has_the_links_of_level_1(rich_client: FlaskClient) -> None:
    links = of_page(rich_client, PAGE)
    assert relation(links, "cite-as") == ["https://doi.org/10.5555/rich"]
    assert relation(links, "type") == ["https://schema.org/AboutPage", "https://schema.org/ScholarlyArticle"]
    assert relation(links, "author") == ["/author/ann-ash"]
    assert relation(links, "item") == ["https://example.org/rich.pdf"]
    assert relation(links, "license") == ["https://example.org/licence"]
    described = {link["href"]: link["type"] for link in links if link["rel"] == "describedby"}
    assert described[f"/data/{PAPER}.ttl"] == "text/turtle"
    assert described[f"/data/{PAPER}.bib"] == "application/x-bibtex"
    for path, media_type in described.items():
        assert rich_client.get(path).mimetype == media_type
    assert [link["type"] for link in links if link["rel"] == "linkset"] == [
        "application/linkset+json",
        "application/linkset",
    ]


@pytest.mark.parametrize(
    ("path", "cited", "kind"),
    [
        ("/page/author/ann-ash", f"{DEFAULT_BASE}author/ann-ash", "Person"),
        ("/page/institution/ror:05a28rw58", "https://ror.org/05a28rw58", "Organization"),
        ("/page/venue/issn:1234-5679", f"{DEFAULT_BASE}venue/issn:1234-5679", "Periodical"),
    ],
)
def test_other_things_are_cited_by_their_identifiers(
    rich_client: FlaskClient, path: str, cited: str, kind: str
) -> None:
    links = of_page(rich_client, path)
    assert relation(links, "cite-as") == [cited]
    assert f"https://schema.org/{kind}" in relation(links, "type")


def test_data_leads_back_to_the_page(rich_client: FlaskClient) -> None:
    links = of_page(rich_client, f"/data/{PAPER}.bib")
    assert relation(links, "describes") == [PAGE]


def contexts(client: FlaskClient, path: str) -> dict[str, Any]:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/linkset+json")
    found = response.get_json(force=True)
    assert list(found) == ["linkset"]
    return {context["anchor"]: context for context in found["linkset"]}


def test_the_set_of_links_says_what_the_header_says_and_the_ways_back(rich_client: FlaskClient) -> None:
    (path, text_path) = relation(of_page(rich_client, PAGE), "linkset")
    found = contexts(rich_client, path)
    page = found["http://localhost" + PAGE]
    assert page["cite-as"] == [{"href": "https://doi.org/10.5555/rich"}]
    assert {"href": "https://example.org/rich.pdf", "type": "application/pdf"} in page["item"]
    for target in page["describedby"]:
        assert found[target["href"]]["describes"] == [{"href": "http://localhost" + PAGE, "type": "text/html"}]
    assert found["https://example.org/rich.pdf"]["collection"][0]["href"] == "http://localhost" + PAGE
    text = rich_client.get(text_path)
    assert text.mimetype == "application/linkset"
    in_text = {(link["anchor"], link["rel"], link["href"]) for link in parsed(text.get_data(as_text=True))}
    in_json = {
        (anchor, name, target["href"])
        for anchor, context in found.items()
        for name, targets in context.items()
        if name != "anchor"
        for target in targets
    }
    assert in_text == in_json


@pytest.mark.parametrize(
    "path", ["/linkset/author/nobody.json", "/linkset/author/ann-ash", "/linkset/author/ann-ash.ttl"]
)
def test_what_there_is_not(rich_client: FlaskClient, path: str) -> None:
    assert rich_client.get(path).status_code == 404


def test_headers_of_hostile_things_are_short_and_whole(hostile_client: FlaskClient) -> None:
    for path in ("/page/paper/doi:10.1000/hostile", "/page/institution/ror:00x0000"):
        header = hostile_client.head(path).headers["Link"]
        assert parsed(header)
        assert len(header) <= 6000
        assert header.isascii()


def test_a_header_ends_before_it_is_too_long() -> None:
    links = [Link("", "author", f"https://orcid.org/{number:0100}") for number in range(100)]
    text = header(links)
    assert 5000 < len(text) <= 6000
    assert relation(parsed(text), "author") == [link.target for link in links][: text.count("author")]
