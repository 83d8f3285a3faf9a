"""The graph around a thing, two authors side by side, and the way between two: pages that work without scripts."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from kg.namespaces import DEFAULT_BASE
from tests.server.hostile_records import HOSTILE_NAME
from tests.server.page_elements import Elements

EVAN, BEN = "evan-hubinger", "benjamin-wright"
HTML = {"Accept": "text/html"}


def text_of(client: FlaskClient, path: str, **asked: str) -> str:
    response = client.get(path, query_string=asked or None, headers=HTML, follow_redirects=True)
    assert (response.status_code, response.mimetype) == (200, "text/html")
    return re.sub(r"\s+", " ", " ".join(Elements(response.get_data(as_text=True)).text))


def test_the_graph_around_an_author_is_json(client: FlaskClient) -> None:
    found = client.get(f"/network/author/{EVAN}.json").get_json()
    assert found["centre"] == f"{DEFAULT_BASE}author/{EVAN}"
    assert (found["papers"], found["allPapers"]) == (20, True)
    assert [node["kind"] for node in found["nodes"]] == ["author"] * len(found["nodes"])
    names = {node["id"] for node in found["nodes"]}
    assert all({edge["source"], edge["target"]} <= names for edge in found["edges"])
    ben = next(node for node in found["nodes"] if node["label"] == "Benjamin Wright")
    assert (ben["papers"], ben["page"]) == (3, f"/page/author/{BEN}")
    between = {frozenset((edge["source"], edge["target"])): edge["papers"] for edge in found["edges"]}
    assert between[frozenset((found["centre"], ben["id"]))] == 3


def test_the_graph_is_chosen_by_extension_or_by_accept(client: FlaskClient) -> None:
    path = f"/network/author/{EVAN}"
    assert client.get(path, headers={"Accept": "application/json"}).get_json()["papers"] == 20
    assert "On papers together" in text_of(client, path)
    tag = client.get(f"{path}.json").headers["ETag"]
    assert client.get(f"{path}.json", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/network/author/nobody.json").status_code == 404
    assert client.get("/network/paper/anything").status_code == 404


def test_the_table_has_what_the_graph_has(client: FlaskClient) -> None:
    found = client.get(f"/network/author/{EVAN}.json").get_json()
    words = text_of(client, f"/network/author/{EVAN}")
    for node in found["nodes"][1:]:
        assert f"{node['label']} compare author {node['papers']}" in words


@pytest.mark.parametrize("path", ["/network/institution/openai", "/network/concept/arxiv:cs.AI"])
def test_other_things_have_graphs_too(client: FlaskClient, path: str) -> None:
    assert client.get(path + ".json").get_json()["papers"] > 0
    assert client.get(path, headers=HTML).status_code == 200


def test_what_is_hostile_stays_text(hostile_client: FlaskClient) -> None:
    page = hostile_client.get("/page/paper/doi:10.1000/hostile").get_data(as_text=True)
    author = re.search(r'href="(/author/[^"]+)"', page)
    assert author
    key = author[1].removeprefix("/author/")
    for path in (f"/network/author/{key}", f"/compare?a={key}&b={key}", f"/path?from=author/{key}&to=author/{key}"):
        body = hostile_client.get(path, headers=HTML).get_data(as_text=True)
        assert HOSTILE_NAME in "".join(Elements(body).text), path
        assert "<b>Bobby" not in body, path
    labels = [node["label"] for node in hostile_client.get(f"/network/author/{key}.json").get_json()["nodes"]]
    assert HOSTILE_NAME in labels


def test_two_authors_are_compared(client: FlaskClient) -> None:
    words = text_of(client, "/compare", a=EVAN, b=f"author/{BEN}")
    assert "3 papers together" in words
    assert "Papers 20 reported 20 3" in words, "counted and reported"
    found = client.get("/compare", query_string={"a": EVAN, "b": BEN, "format": "json"}).get_json()
    assert found["paper_count"] == 3
    assert {"iri", "label", "kind"} == set(found["coauthors"][0]["thing"])


def test_where_a_name_is_typed_it_is_asked_who_is_meant(client: FlaskClient) -> None:
    response = client.get("/compare", query_string={"a": "Hubinger", "b": BEN}, headers=HTML)
    links = [values["href"] for tag, values in Elements(response.get_data(as_text=True)).elements if tag == "a"]
    chosen = f"/compare?a=author/{EVAN}&b=author/{BEN}"
    assert chosen in links
    assert "3 papers together" in text_of(client, chosen)


def test_a_name_that_one_has_names_them(client: FlaskClient) -> None:
    assert "3 papers together" in text_of(client, "/compare", a="evan hubinger", b="Benjamin Wright")
    assert "1 step" in text_of(client, "/path", **{"from": "Evan Hubinger", "to": "Benjamin Wright"})


def test_nobody_is_guessed(client: FlaskClient) -> None:
    assert "Nothing of that name" in text_of(client, "/compare", a="zzyzx qwfp", b=BEN)
    assert "Two authors side by side" in text_of(client, "/compare")
    assert client.get("/compare?format=json", headers=HTML).status_code == 400


def test_the_way_between_two_authors(client: FlaskClient) -> None:
    network = client.get(f"/network/author/{BEN}.json").get_json()
    assert DEFAULT_BASE + "author/" + EVAN in {node["id"] for node in network["nodes"]}
    words = text_of(client, "/path", **{"from": EVAN, "to": BEN})
    assert "1 step" in words
    found = client.get("/path", query_string={"from": EVAN, "to": BEN, "format": "json"}).get_json()
    assert [thing["label"] for thing in found["things"]] == ["Evan Hubinger", "Benjamin Wright"]
    assert found["steps"][0]["count"] == 3


def test_the_way_has_a_graph_in_a_block_that_no_text_ends(client: FlaskClient) -> None:
    page = client.get("/path", query_string={"from": EVAN, "to": BEN}, headers=HTML).get_data(as_text=True)
    block = re.search(r'<script type="application/json" id="way-graph">(.*?)</script>', page, re.DOTALL)
    assert block
    assert "<" not in block[1]
    assert [node["label"] for node in json.loads(block[1])["nodes"]] == ["Evan Hubinger", "Benjamin Wright"]


def test_an_author_and_a_concept_are_not_of_a_kind(client: FlaskClient) -> None:
    words = text_of(client, "/path", **{"from": EVAN, "to": "concept/arxiv:cs.AI"})
    assert "take two of a kind" in words


@pytest.mark.parametrize("path", ["/compare?a=x&a=y", "/path?from=x&from=y", "/path?kind=venue&from=a&to=b"])
def test_what_cannot_be_asked_is_refused(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("text", ["\u202eabc", "🧪" * 500, "a" * 5000, "../../etc", '"><script>', "%00", "a b OR *:*"])
def test_whatever_is_typed_there_is_an_answer(client: FlaskClient, text: str) -> None:
    assert client.get("/compare", query_string={"a": text, "b": EVAN}, headers=HTML).status_code == 200
    assert client.get("/path", query_string={"from": text, "to": text}, headers=HTML).status_code == 200
