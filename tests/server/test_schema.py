"""The page of the schema: what it counts is what the graph has, and it can be asked for."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlparse

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.description import kept
from kg.description.partitions import Class, Partitions, Property
from kg.description.schema import domains, edges
from kg.namespaces import DEFAULT_BASE, KG
from server.schema_picture import HEIGHT, WIDTH, picture
from server.state import state_of

_BROWSER = {"Accept": "text/html"}


def test_the_json_tells_what_is_in_the_graph(client: FlaskClient) -> None:
    found = client.get("/schema.json").json
    assert found and found["counted"]
    classes = {each["name"]: each for each in found["classes"]}
    assert classes["kg:Paper"]["things"] == 23
    properties = {each["name"]: each for each in classes["kg:Paper"]["properties"]}
    assert properties["dcterms:title"]["things"] == 23
    creators = _rows(client, "SELECT ?p ?a { ?p a kg:Paper ; dcterms:creator ?a }")
    assert properties["dcterms:creator"]["statements"] == len(creators)
    edge = {"from": f"{KG}Paper", "to": f"{KG}Author", "statements": len(creators)}
    assert {**edge, "property": "http://purl.org/dc/terms/creator"} in found["edges"]
    assert {each["property"] for each in found["edges"] if each["to"] == f"{KG}ReportedMetric"} == {
        f"{KG}reportedMetric"
    }


def test_the_page_draws_classes_and_edges(client: FlaskClient) -> None:
    page = client.get("/schema", headers=_BROWSER).text
    drawn = set(re.findall(r'data-class="([^"]*)"', page))
    assert {"kg:Paper", "kg:Author", "kg:Authorship", "kg:Concept"} <= drawn
    assert 'data-ends="kg:Paper kg:Author"' in page
    assert '/ontology#authorship"' in page
    assert len(page) < 100_000


def test_what_is_to_be_asked_gives_rows(client: FlaskClient) -> None:
    page = client.get("/schema", headers=_BROWSER).text
    questions = [html.unescape(found) for found in re.findall(r'href="(/editor\?[^"]*)"', page)]
    assert len(questions) > 40
    for question in questions:
        (query,) = parse_qs(urlparse(question).query)["query"]
        assert _rows(client, query), query


def test_a_class_by_its_name(client: FlaskClient) -> None:
    page = client.get("/schema?class=Author", headers=_BROWSER).text
    assert "Properties of <code>kg:Author</code>" in page
    assert "foaf:name" in page.split('id="properties"')[1]
    assert "kg:position" not in page.split('id="properties"')[1]
    assert client.get("/schema?class=kg:Author", headers=_BROWSER).text == page
    missing = client.get("/schema?class=Unicorn", headers=_BROWSER)
    assert missing.status_code == 404
    assert "kg:Author" in missing.text


def test_a_large_graph_says_that_it_is_not_counted_yet(seeded_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.description.kept.SMALL", 10)
    monkeypatch.setattr(kept, "PARTITIONS", "none.json")
    monkeypatch.setattr(state_of(seeded_app).partitions, "_kept", None)
    client = seeded_app.test_client()
    found = client.get("/schema.json")
    assert found.json
    assert not found.json["counted"]
    assert {"name": "kg:Paper", "iri": f"{KG}Paper", "things": 23, "examples": [], "properties": []} in found.json[
        "classes"
    ]
    page = client.get("/schema", headers=_BROWSER)
    assert "not counted yet" in page.text
    monkeypatch.undo()
    later = client.get("/schema", headers={**_BROWSER, "If-None-Match": page.headers["ETag"]})
    assert later.status_code == 200  # the same snapshot, counted since
    again = client.get("/schema", headers={**_BROWSER, "If-None-Match": later.headers["ETag"]})
    assert again.status_code == 304


def test_hostile_values_are_text(hostile_client: FlaskClient) -> None:
    page = hostile_client.get("/schema", headers=_BROWSER).text
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    assert re.search("&lt;(script|b|i|em|svg)", page)


def test_edges_add_up_addresses_of_one_class() -> None:
    records = {f"{DEFAULT_BASE}record/one/": 2, f"{DEFAULT_BASE}record/two/": 3, "https://elsewhere.example/": 9}
    used = Partitions(
        classes={
            f"{KG}Paper": Class(5, [], {"p": Property(14, 5, records)}),
            f"{KG}SourceRecord": Class(5),
            "urn:other": Class(7, [], {"p": Property(7, 7, {})}),
        }
    )
    (edge,) = edges(used, DEFAULT_BASE)
    assert (edge.source, edge.target, edge.properties) == (f"{KG}Paper", f"{KG}SourceRecord", (("p", 5),))
    assert domains(used) == {"p": [("urn:other", 7), (f"{KG}Paper", 5)]}


def test_boxes_do_not_overlap(client: FlaskClient) -> None:
    found = client.get("/schema.json").json
    assert found
    classes = [each["iri"] for each in found["classes"]]
    partitions = state_of(client.application).partitions._kept
    assert partitions and partitions[1]
    drawn = picture(classes, edges(partitions[1], DEFAULT_BASE))
    boxes = [(box.x, box.y) for box in drawn.boxes]
    assert len(boxes) > 5
    assert all(0 <= x <= drawn.width - WIDTH and 0 <= y <= drawn.height - HEIGHT for x, y in boxes)
    assert not [
        (one, other)
        for one in boxes
        for other in boxes
        if one < other and abs(one[0] - other[0]) < WIDTH and abs(one[1] - other[1]) < HEIGHT
    ]
    assert picture(classes, []).boxes == ()


def _rows(client: FlaskClient, query: str) -> list[dict[str, object]]:
    prefixes = f"PREFIX kg: <{KG}> PREFIX dcterms: <http://purl.org/dc/terms/> "
    answer = client.get("/sparql", query_string={"query": prefixes + query}, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, object]] = answer.json["results"]["bindings"]  # type: ignore[index]
    return rows
