"""The Reconciliation Service API: what its specification asks, and that nothing a client sends breaks it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Asks = Callable[..., Any]
HUBINGER = "author/evan-hubinger"
ENCODE_URI_LEAVES = ";/?:@&=+$,#-_.!~*'()"


@pytest.fixture
def ask(client: FlaskClient) -> Asks:
    def ask(path: str = "", **parameters: str) -> Any:
        response = client.get(f"/reconcile{path}", query_string=parameters)
        assert response.status_code == 200, response.text
        return response.json

    return ask


def queries(ask: Asks, **asked: Any) -> Any:
    return ask(queries=json.dumps({"q": asked}))["q"]["result"]


def test_the_manifest_says_where_everything_is(ask: Asks, client: FlaskClient) -> None:
    manifest = ask()
    assert "0.2" in manifest["versions"]
    assert manifest["identifierSpace"] == "https://w3id.org/paperkg/"
    assert {each["id"] for each in manifest["defaultTypes"]} == {"Author", "Paper", "Institution", "Concept", "Venue"}
    assert client.get(manifest["view"]["url"].replace("{{id}}", HUBINGER)).status_code == 303
    for what in ("entity", "type", "property"):
        service = manifest["suggest"][what]
        assert client.get(service["service_url"] + service["service_path"] + "?prefix=a").status_code == 200
    proposing = manifest["extend"]["propose_properties"]
    assert client.get(proposing["service_url"] + proposing["service_path"] + "?type=Paper").json["properties"]


@pytest.mark.parametrize("key", ["abc%3Cd%3E", "a%252Fb", "plain"])
def test_openrefine_opens_what_is_encoded_in_the_identifier_itself(hostile_client: FlaskClient, key: str) -> None:
    """It takes `encodeURI` of the whole address, which encodes a percent sign again."""
    view = hostile_client.get("/reconcile").json["view"]["url"]  # type: ignore[index]
    opened = hostile_client.get(quote(view.replace("{{id}}", f"paper/doi:10.1000/{key}"), safe=ENCODE_URI_LEAVES))
    assert (opened.status_code, opened.location) == (303, f"/page/paper/doi:10.1000/{key}")


@pytest.mark.parametrize("name", ["Evan Hubinger", "evan hubinger", "Hubinger, Evan", "Evan Hubbinger"])
def test_a_name_finds_who_bears_it(ask: Asks, name: str) -> None:
    best, *_ = queries(ask, query=name, type="Author")
    assert best["id"] == HUBINGER
    assert best["name"] == "Evan Hubinger"
    assert best["type"] == [{"id": "Author", "name": "author"}]
    assert 0 < best["score"] <= 100


def test_only_what_is_sure_is_a_match(ask: Asks) -> None:
    best, *others = queries(ask, query="Evan Hubinger", type="Author")
    assert best["match"] is True
    assert best["score"] == 100
    assert not any(each["match"] for each in others)
    assert not any(each["match"] for each in queries(ask, query="E. Hub", type="Author"))
    assert not any(each["match"] for each in queries(ask, query="learning", type="Paper"))


def test_an_identifier_is_what_it_identifies(ask: Asks) -> None:
    for id in (HUBINGER, f"https://w3id.org/paperkg/{HUBINGER}"):
        (only,) = queries(ask, query=id)
        assert (only["id"], only["score"], only["match"]) == (HUBINGER, 100, True)


def test_what_else_is_known_counts(ask: Asks) -> None:
    (paper, *_) = queries(ask, query="Evan Hubinger", type="Author", properties=[])
    papers = ask(extend=json.dumps({"ids": [paper["id"]], "properties": [{"id": "paper", "settings": {"limit": 1}}]}))
    (written,) = papers["rows"][HUBINGER]["paper"]
    title = written["name"]
    right = queries(ask, query=title, type="Paper", properties=[{"pid": "author", "v": "Evan Hubinger"}])[0]
    wrong = queries(ask, query=title, type="Paper", properties=[{"pid": "author", "v": "Somebody Unknown"}])[0]
    assert right["score"] > wrong["score"]
    assert {feature["id"] for feature in right["features"]} == {"name", "author"}


def test_a_type_that_is_not_here_has_nothing(ask: Asks) -> None:
    assert queries(ask, query="Evan Hubinger", type="Q5") == []
    assert queries(ask, query="Evan Hubinger", type=["Q5", "Author"])[0]["id"] == HUBINGER


def test_types_are_asked_for_strictly_or_not(ask: Asks) -> None:
    both = {"query": "Evan Hubinger", "type": ["Author", "Paper"]}
    assert queries(ask, **both, type_strict="any")[0]["id"] == HUBINGER
    assert queries(ask, **both, type_strict="all") == [], "nothing is an author and a paper"
    assert queries(ask, query="Evan Hubinger", type="Author", type_strict="all")[0]["id"] == HUBINGER
    assert queries(ask, query="Evan Hubinger", type="Q5", type_strict="should")[0]["id"] == HUBINGER
    liked, other = (
        queries(ask, query="Evan Hubinger", type=kind, type_strict="should")[0] for kind in ("Author", "Venue")
    )
    assert (liked["id"], liked["score"], liked["match"]) == (HUBINGER, 100, True)
    assert (other["id"], other["score"], other["match"]) == (HUBINGER, 80, False)


def test_an_identifier_among_the_properties_needs_no_name(rich_client: FlaskClient) -> None:
    def found(**asked: Any) -> Any:
        response = rich_client.get("/reconcile", query_string={"queries": json.dumps({"q": asked})})
        assert response.json is not None, response.text
        return response.json["q"]["result"]

    by_doi = [{"pid": "doi", "v": "https://doi.org/10.5555/RICH"}]
    (paper,) = found(properties=by_doi, type="Paper")
    assert (paper["id"], paper["score"], paper["match"]) == ("paper/doi:10.5555/rich", 100, True)
    assert paper["features"] == [{"id": "doi", "value": 1.0}]
    (university,) = found(properties=[{"pid": "ror", "v": ["https://ror.org/05a28rw58", "no ROR"]}])
    assert university["name"] == "University of Examples"
    assert found(properties=by_doi, type="Author") == []
    assert found(properties=[{"pid": "year", "v": 2024}], type="Paper") == [], "that identifies nothing"
    (doubtful,) = found(properties=[*by_doi, {"pid": "openalex", "v": "W2"}])
    assert (doubtful["score"], doubtful["match"]) == (65, False), "another identifier is another paper's"


@pytest.mark.parametrize("address", ["/reconcile", "/reconcile/"])
def test_batches_come_by_post_from_any_site(client: FlaskClient, address: str) -> None:
    asked = {f"q{number}": {"query": "Evan Hubinger", "type": "Author", "limit": 1} for number in range(10)}
    response = client.post(address, data={"queries": json.dumps(asked)}, headers={"Origin": "https://e.org"})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.json is not None
    assert all(len(answer["result"]) == 1 for answer in response.json.values())
    preflight = client.options(address, headers={"Access-Control-Request-Method": "POST"})
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]


def test_an_empty_cell_means_nobody_and_leaves_the_others_of_its_batch_alone(ask: Asks) -> None:
    asked = {"q0": {"query": ""}, "q1": {"query": " ", "type": "Author"}, "q2": {"query": "Evan Hubinger", "limit": 1}}
    answer = ask(queries=json.dumps(asked))
    assert [len(answer[key]["result"]) for key in asked] == [0, 0, 1]


def test_an_old_client_gets_a_call(client: FlaskClient) -> None:
    text = client.get("/reconcile?callback=jQuery123").text
    assert text.startswith("/**/jQuery123({")
    assert client.get("/reconcile?callback=alert(1)").status_code == 400


def test_data_is_extended_by_properties(ask: Asks) -> None:
    asked = {"ids": [HUBINGER, "author/nobody"], "properties": [{"id": "paperCount"}, {"id": "name"}, {"id": "paper"}]}
    answer = ask(extend=json.dumps(asked))
    assert [each["id"] for each in answer["meta"]] == ["paperCount", "name", "paper"]
    assert answer["meta"][2]["type"] == {"id": "Paper", "name": "paper"}
    row = answer["rows"][HUBINGER]
    assert row["paperCount"] == [{"int": 20}]
    assert {"str": "Evan Hubinger"} in row["name"]
    assert all(set(cell) == {"id", "name"} for cell in row["paper"])
    assert answer["rows"]["author/nobody"] == {"paperCount": [], "name": [], "paper": []}


def test_suggestions_begin_as_was_typed(ask: Asks) -> None:
    assert HUBINGER in [each["id"] for each in ask("/suggest/entity", prefix="Evan Hub")["result"]]
    assert ask("/suggest/entity", prefix="Evan Hub", type="Paper")["result"] == []
    assert ask("/suggest/entity", prefix="Evan Hub", type="Dragon")["result"] == []
    assert [each["id"] for each in ask("/suggest/type", prefix="aut")["result"]] == ["Author"]
    assert "orcid" in [each["id"] for each in ask("/suggest/property", prefix="orc")["result"]]


def test_flyouts_and_previews_show_the_thing(ask: Asks, client: FlaskClient) -> None:
    assert "Evan Hubinger" in ask("/flyout/entity", id=HUBINGER)["html"]
    assert "author" in ask("/flyout/type", id="Author")["html"]
    preview = client.get(f"/reconcile/preview?id={quote(HUBINGER)}")
    assert "Evan Hubinger" in preview.text
    assert "X-Frame-Options" not in preview.headers
    assert "frame-ancestors *" in preview.headers["Content-Security-Policy"]
    assert client.get(f"/page/{HUBINGER}").headers["X-Frame-Options"] == "DENY", "others are not framed"


@pytest.mark.parametrize(
    "address",
    [
        "?queries={",
        "?queries=[]",
        "?queries=" + "[" * 3000,
        '?queries={"q":{"type":"Author"}}',
        '?queries={"q":{"query":1}}',
        '?queries={"q":{"query":"a","type_strict":"sometimes"}}',
        "?queries=" + quote(json.dumps({str(n): {"query": "a"} for n in range(51)})),
        '?extend={"ids":1}',
        '?extend={"ids":[],"properties":[{"id":"name","settings":{"limit":"x"}}]}',
        '?extend={"ids":[],"properties":[{"id":"shoeSize"}]}',
        "/suggest/entity?prefix=a&cursor=x",
    ],
)
def test_what_is_no_question_is_told_so(client: FlaskClient, address: str) -> None:
    response = client.get("/reconcile" + address)
    assert response.status_code == 400
    assert response.json is not None
    assert response.json["detail"]


@pytest.mark.parametrize(
    "address", ["/preview?id=author/nobody", "/flyout/type?id=x", "/properties?type=x", "/suggest/x"]
)
def test_what_is_not_there_is_told_so(client: FlaskClient, address: str) -> None:
    assert client.get("/reconcile" + address).status_code == 404


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
QUERY = st.fixed_dictionaries(
    {},
    optional={
        "query": st.text(max_size=60),
        "type_strict": st.sampled_from(["any", "all", "should"]),
        "type": st.sampled_from(["Author", "Paper", "Institution", "Concept", "Venue", "x"]) | ANYTHING,
        "limit": st.integers(-5, 50) | ANYTHING,
        "properties": st.lists(
            st.fixed_dictionaries({"pid": st.sampled_from(["year", "doi", "author", "x"])}, optional={"v": ANYTHING})
        ),
    },
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.dictionaries(st.text(max_size=5), QUERY, max_size=3), ANYTHING), st.sampled_from(["queries", "extend"])
)
def test_whatever_is_asked_is_answered_or_refused(client: FlaskClient, asked: Any, name: str) -> None:
    response = client.post("/reconcile", data={name: json.dumps(asked)})
    assert response.status_code in (200, 400)
