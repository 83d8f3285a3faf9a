"""For agents over real HTTP, by the SDK's own client; and hostile messages as they go over the wire."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import waitress
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from kg import pipeline
from kg.errors import UsageError
from kg.linking.linking import linker_of
from kg.queries import CannedQuery
from kg.settings import read_settings
from kg.store import StoreFolder
from server import create_app
from server.errors import UNEXPECTED
from server.state import state_of

pytest.importorskip("mcp", reason="the SDK is not installed; add it by: pip install 'paperkg[mcp]'")
from mcp import Client, MCPError

from server.mcp.canned import canned_tools
from server.mcp.protocol import all_tools
from server.mcp.tools import check_text
from tests.server.agents import ENDLESS, OWN, QUERIES, call, check_canned_queries, graph, within

TOOLS = list(all_tools(list(QUERIES.values())).values())
EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def address(seeded_app: Flask) -> Iterator[str]:
    server = waitress.create_server(
        seeded_app, host="127.0.0.1", port=0, threads=4, channel_request_lookahead=1, ident=None
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}/mcp"
    server.trigger.pull_trigger(server.close)
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()
    assert not thread.is_alive()


def data(target: str, name: str, arguments: dict[str, Any] | None = None) -> Any:
    result = call(target, name, arguments)
    assert not result.is_error, result.content[0].text
    return result.structured_content


def refusal(target: str, name: str, arguments: dict[str, Any]) -> str:
    result = call(target, name, arguments)
    assert result.is_error
    assert result.structured_content is None
    text: str = result.content[0].text
    return text


def post(client: FlaskClient, method: str, params: Any, **headers: str) -> TestResponse:
    """A message as it goes over the wire."""
    sent = {"Accept": "application/json, text/event-stream", **{k.replace("_", "-"): v for k, v in headers.items()}}
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return client.post("/mcp", json=message, headers=sent)


def test_every_canned_query_gives_an_agent_the_rows_of_its_page(address: str, client: FlaskClient) -> None:
    check_canned_queries(address, client)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_both_generations_of_the_protocol_are_spoken(address: str, mode: str) -> None:
    async def asked(agent: Client) -> Any:
        hits = await agent.call_tool("search", {"words": "alignment", "kind": "paper"})
        return len((await agent.list_tools()).tools), hits.structured_content["total"]

    tools, hits = within(address, asked, mode)
    assert tools == len(QUERIES) + len(OWN)
    assert hits > 1


def test_tools_tell_what_they_take(address: str) -> None:
    tools = within(address, lambda agent: agent.list_tools()).tools
    for tool in tools:
        assert tool.title
        assert tool.description.endswith(".")
        assert tool.annotations.read_only_hint
        for schema in (tool.input_schema, tool.output_schema):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        for name, of in tool.input_schema["properties"].items():
            for value in [*of.get("examples", []), *([of["default"]] if "default" in of else [])]:
                jsonschema.validate({name: value}, {**tool.input_schema, "required": []})
    taken = {tool.name: tool.input_schema["properties"] for tool in tools}
    assert taken["author-papers"]["limit"] | {"description": ""} == {
        "type": "integer",
        "description": "",
        "minimum": 1,
        "maximum": 1000,
        "default": 200,
        "examples": [],
    }
    assert taken["author-papers"]["author"]["examples"] == ["ethan-perez", "carson-denison"]


def test_parameters_are_those_of_the_file(address: str) -> None:
    found = data(address, "author-coauthors", {"author": "ethan-perez", "limit": 2})
    assert found["address"].endswith("/queries/author/author-coauthors.json?author=ethan-perez&limit=2")
    assert found["parameters"] == {"author": "ethan-perez", "limit": "2"}
    assert len(found["rows"]) == 2
    by_iri = data(address, "author-coauthors", {"author": "https://w3id.org/paperkg/author/ethan-perez", "limit": 2})
    assert by_iri["rows"] == found["rows"]
    assert "use a number from 1 to 1000, not 0" in refusal(address, "author-coauthors", {"limit": 0})
    assert "it takes: author, limit" in refusal(address, "author-coauthors", {"autor": "x"})
    assert "give a text or a whole number" in refusal(address, "author-coauthors", {"limit": True})


def test_search_is_that_of_the_page(address: str, client: FlaskClient) -> None:
    found = data(address, "search", {"words": "language models", "kind": "paper", "limit": 3, "offset": 1})
    page = client.get("/search.json?q=language+models&type=paper&limit=3&offset=1").json
    assert found["total"] == page["total"] > 4
    assert [hit["iri"] for hit in found["hits"]] == [hit["iri"] for hit in page["hits"]]
    authors = data(address, "search", {"words": "Hubinger", "kind": "author"})
    assert {hit["kind"] for hit in authors["hits"]} == {"author"}
    assert authors["total"] < data(address, "search", {"words": "Hubinger"})["total"]
    assert "unknown field `wards`" in refusal(address, "search", {"words": "x", "wards": "y"})
    assert "Expected `int` <= 100" in refusal(address, "search", {"words": "x", "limit": 101})
    assert "words" in refusal(address, "search", {})


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ({"author": "author/ethan-perez"}, "author=ethan-perez"),
        ({"author": "https://w3id.org/paperkg/author/ethan-perez", "year_from": 2020}, "author=ethan-perez&from=2020"),
        ({"institution": "openai", "year_to": 2024, "sort": "oldest"}, "institution=openai&to=2024&sort=oldest"),
        ({"concept": "arxiv:cs.LG", "with_code": True}, "concept=arxiv:cs.LG&code=true"),
        ({"venue": "nowhere"}, "venue=nowhere"),
    ],
)
def test_search_is_narrowed_as_that_of_the_page(
    address: str, client: FlaskClient, arguments: dict[str, object], asked: str
) -> None:
    found = data(address, "search", {"words": "", **arguments})
    page = client.get(f"/search.json?{asked}").json
    assert found["total"] == page["total"]
    assert [hit["iri"] for hit in found["hits"]] == [hit["iri"] for hit in page["hits"]]
    assert bool(found["hits"]) is ("venue" not in arguments and "with_code" not in arguments)


def test_a_thing_is_described_as_its_data_are(address: str, client: FlaskClient) -> None:
    found = data(address, "describe", {"thing": "author/adam-jermyn"})
    page = client.get("/data/author/adam-jermyn.jsonld").json
    assert found["description"].pop("@context").endswith("/context.jsonld")
    assert found["description"] == {key: value for key, value in page.items() if key != "@context"}
    assert client.get(urlsplit(found["address"]).path).status_code == 200
    assert data(address, "describe", {"thing": found["iri"]})["iri"] == found["iri"]
    for wrong in ("author/nobody-at-all", "nothing", "author/", "https://example.org/x", "author/a b<>"):
        assert "find it with 'search'" in refusal(address, "describe", {"thing": wrong})


def test_a_long_description_is_cut_and_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"name": "describe", "arguments": {"thing": "author/evan-hubinger"}}
    whole = post(client, "tools/call", asked).json["result"]
    assert whole["structuredContent"]["truncated"] is False
    monkeypatch.setattr("server.mcp.find._LARGEST", 2000)
    cut = post(client, "tools/call", asked).json["result"]
    assert cut["structuredContent"]["truncated"] is True
    assert len(json.dumps(cut["structuredContent"]["description"])) < 3000
    assert cut["structuredContent"]["address"] in cut["content"][0]["text"]


def test_a_thing_that_became_one_with_another_is_found_by_its_old_name(tmp_path: Path) -> None:
    settings = read_settings({}, store=tmp_path / "store", query_workers=1)
    pipeline.load_seeds(StoreFolder(settings.store), linker=linker_of(settings))
    app = create_app(settings)
    asked = {"name": "describe", "arguments": {"thing": "author/adam-s-jermyn"}}
    found = post(app.test_client(), "tools/call", asked).json["result"]["structuredContent"]
    state_of(app).close()
    assert found["iri"] == "https://w3id.org/paperkg/author/adam-jermyn"


def test_half_a_character_is_refused() -> None:
    """Whichever parser let it in."""
    for wrong in ("\ud800", [{"x": "\udfff"}], {"\ud800": 1}):
        with pytest.raises(UsageError, match="half a character"):
            check_text({"words": wrong})
    check_text({"words": "😀", "limit": 2**40})


def test_names_are_reconciled(address: str) -> None:
    names = ["Evan Hubinger", "Nobody Of That Name", "arXiv:2401.05566"]
    found = data(address, "reconcile", {"names": names, "kind": "author"})["names"]
    assert [each["name"] for each in found] == names
    best = found[0]["candidates"][0]
    assert (best["iri"], best["match"]) == ("https://w3id.org/paperkg/author/evan-hubinger", True)
    assert not any(each["match"] for each in found[1]["candidates"])
    assert {each["kind"] for name in found for each in name["candidates"]} == {"author"}
    assert "length <= 50" in refusal(address, "reconcile", {"names": ["x"] * 51})


def test_the_schema_counts_what_there_is(address: str) -> None:
    papers = data(
        address, "sparql", {"query": "SELECT (COUNT(*) AS ?n) { ?p a <https://w3id.org/paperkg/ontology#Paper> }"}
    )
    whole = data(address, "schema")
    counted = {each["name"]: each for each in whole["classes"]}
    assert counted["kg:Paper"]["things"] == papers["rows"][0]["n"]
    assert counted["kg:Paper"]["meaning"]
    assert "dcterms:title" in counted["kg:Paper"]["properties"]
    assert whole["prefixes"]["dcterms"] == "http://purl.org/dc/terms/"
    for spelling in ("Paper", "kg:paper", "https://w3id.org/paperkg/ontology#Paper"):
        one = data(address, "schema", {"of": spelling})
        assert [each["name"] for each in one["classes"]] == ["kg:Paper"]
        assert one["classes"][0]["examples"]
        assert any(each["values"] for each in one["properties"])
    assert "kg:Paper" in refusal(address, "schema", {"of": "Book"})


def test_what_is_not_counted_yet_is_told_from_the_shapes(
    seeded_store_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.state.kept_partitions", lambda _: None)
    app = create_app(read_settings({}, store=seeded_store_folder, query_workers=1))
    found = [
        post(app.test_client(), "tools/call", {"name": "schema", "arguments": asked}).json["result"][
            "structuredContent"
        ]
        for asked in ({}, {"of": "Paper"})
    ]
    state_of(app).close()
    paper = next(each for each in found[0]["classes"] if each["name"] == "kg:Paper")
    assert paper["things"] > 20
    assert {"dcterms:title", "kg:authorship"} <= set(paper["properties"])
    assert {each["name"] for each in found[1]["properties"]} == set(paper["properties"])
    assert not any("statements" in each for each in found[0]["properties"])


def test_a_query_whose_client_has_gone_is_ended(address: str, seeded_app: Flask) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    body = json.dumps(message | {"params": {"name": "sparql", "arguments": {"query": ENDLESS}}})
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.request("POST", "/mcp", body, {"Content-Type": "application/json", "Accept": "*/*"})
    workers = state_of(seeded_app).workers
    assert wait_until(lambda: workers.running == 1)
    connection.close()
    assert wait_until(lambda: workers.running == 0)


def wait_until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def test_sparql_gives_rows_an_answer_or_a_graph(address: str) -> None:
    rows = data(address, "sparql", {"query": "SELECT ?s ?o { ?s ?p ?o }", "limit": 3})
    assert (len(rows["rows"]), rows["truncated"]) == (3, True)
    assert rows["total"] > 3000
    assert data(address, "sparql", {"query": "ASK { ?s ?p ?o }"})["boolean"] is True
    built = data(address, "sparql", {"query": "CONSTRUCT WHERE { ?s ?p ?o }", "limit": 4})
    assert len(graph(built["graph"])) == 4
    assert built["truncated"]
    many = call(address, "sparql", {"query": "SELECT * { ?a ?p ?x . ?b ?q ?y }", "limit": 3})
    assert many.structured_content["total"] == 10_000
    assert "3 rows of 10,000 and more" in many.content[0].text
    kinds = "SELECT * { BIND(1 AS ?i) BIND(1.5 AS ?d) BIND(true AS ?b) BIND('x'@en AS ?t) BIND(1e999 AS ?inf) }"
    typed = data(address, "sparql", {"query": kinds})["rows"][0]
    assert typed == {"i": 1, "d": 1.5, "b": True, "t": "x", "inf": "1e999"} | {"inf": typed["inf"]}
    assert isinstance(typed["inf"], str)


def test_much_is_cut_to_what_an_agent_reads(address: str) -> None:
    result = call(address, "sparql", {"query": "SELECT * { ?a ?p ?x . ?b ?q ?x } LIMIT 900", "limit": 900})
    assert len(result.content[0].text) < 60_000
    assert len(json.dumps(result.structured_content)) < 90_000
    assert result.structured_content["truncated"]
    assert result.structured_content["total"] == 900
    built = data(address, "sparql", {"query": "CONSTRUCT WHERE { ?s ?p ?o }", "limit": 1000})
    assert built["truncated"]
    assert 10 < len(graph(built["graph"])) < 1000
    long = "SELECT ?x { { SELECT (GROUP_CONCAT(STR(?s)) AS ?x) { ?s ?p ?o } } }"
    found = data(address, "sparql", {"query": long})["rows"]
    assert len(found) == 1
    assert len(found[0]["x"]) < 5000


@pytest.mark.parametrize(
    ("query", "more", "words"),
    [
        ("SELECT ?s {\n ?s ", {}, "line 2"),
        ("SELECT * { SERVICE <http://example.org/sparql> { ?s ?p ?o } }", {}, "http://example.org/sparql"),
        ("SELECT * { ?s ?p ?x SERVICE ?x { ?s ?p ?o } }", {}, "KG_SERVICE_ALLOW"),
        ("DELETE WHERE { ?s ?p ?o }", {}, "agents only read"),
        ("LOAD <http://example.org/>", {}, "agents only read"),
        (ENDLESS, {"timeout": 0.3}, "took longer than 0.3 s"),
        ("", {}, "length >= 1"),
        ("ASK {}", {"timeout": 0}, "> 0"),
        ("ASK {}", {"limit": 1001}, "<= 1000"),
    ],
)
def test_what_cannot_be_answered_is_told(address: str, query: str, more: dict[str, Any], words: str) -> None:
    assert words in refusal(address, "sparql", {"query": query, **more})


def test_resources_and_prompts(address: str, client: FlaskClient) -> None:
    async def read(agent: Client) -> tuple[dict[str, str], list[Any], str]:
        listed = (await agent.list_resources()).resources
        texts = {each.uri: (await agent.read_resource(each.uri)).contents[0].text for each in listed}
        with pytest.raises(MCPError, match="list the resources"):
            await agent.read_resource("file:///etc/passwd")
        prompts = (await agent.list_prompts()).prompts
        with pytest.raises(MCPError, match="question"):
            await agent.get_prompt("answer-question", {})
        prompt = await agent.get_prompt("answer-question", {"question": "Who {question}?"})
        return texts, prompts, prompt.messages[0].content.text

    texts, prompts, prompt = within(address, read)
    assert len(texts) == len(QUERIES) + 2
    for uri in list(texts)[:2]:
        assert client.get(urlsplit(uri).path).text == texts[uri]
    assert any("GROUP BY ?coauthor" in text for text in texts.values())
    assert [each.name for each in prompts] == ["answer-question", "profile-author"]
    assert "knowledge graph: Who {question}?" in prompt
    tools = {*OWN, *(name.partition("/")[2] for name in QUERIES)}
    profile = within(address, lambda agent: agent.get_prompt("profile-author", {"author": "x"}))
    named = [
        word.strip("',.") for word in profile.messages[0].content.text.split() if word.startswith("'") and "-" in word
    ]
    assert len(named) > 3
    assert set(named) <= tools


def test_pages_of_other_origins_are_refused(client: FlaskClient, seeded_store_folder: Path) -> None:
    assert post(client, "ping", {}).status_code == 200
    for origin in (
        EVIL,
        "null",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "file://",
        "http://[",
        "",
    ):
        refused = post(client, "ping", {}, Origin=origin)
        assert refused.status_code == 403, origin
        assert client.options("/mcp", headers={"Origin": origin}).status_code == 403
    assert "KG_MCP_ORIGINS" in refused.json["detail"]
    for origin in ("http://localhost:6274", "http://127.0.0.1", "http://[::1]:8000"):
        taken = post(client, "ping", {}, Origin=origin)
        assert (taken.status_code, taken.headers["Access-Control-Allow-Origin"]) == (200, origin)
        assert "Origin" in taken.headers["Vary"]
        told = client.options("/mcp", headers={"Origin": origin}).headers
        assert told["Access-Control-Allow-Origin"] == origin
        assert "POST" in told["Access-Control-Allow-Methods"]
        assert "mcp-protocol-version" in told["Access-Control-Allow-Headers"].lower()
    app = create_app(read_settings({}, store=seeded_store_folder, query_workers=1, mcp_origins=EVIL))
    assert post(app.test_client(), "ping", {}, Origin=EVIL).status_code == 200
    assert post(app.test_client(), "ping", {}, Origin="https://other.example").status_code == 403
    state_of(app).close()


def test_only_messages_of_a_fair_size_are_taken(client: FlaskClient) -> None:
    for method in ("GET", "DELETE", "PUT"):
        answer = client.open("/mcp", method=method, headers={"Accept": "text/event-stream"})
        assert answer.status_code == 405
        assert "POST" in answer.headers["Allow"]
    assert post(client, "tools/call", {"name": "search", "arguments": {"words": "x" * 2**20}}).status_code == 413


def test_a_service_without_the_sdk_says_what_it_lacks(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.mcp.http.find_spec", lambda _: None)
    answer = post(client, "ping", {})
    assert answer.status_code == 501
    assert "pip install 'paperkg[mcp]'" in answer.json["detail"]


def test_queries_of_one_name_are_told_apart() -> None:
    some = next(iter(QUERIES.values()))

    def called(name: str) -> CannedQuery:
        return replace(some, name=name, subject=name.partition("/")[0])

    tools = canned_tools([called("author/papers"), called("venue/papers"), called("paper/search"), called("a/b")], OWN)
    assert [tool.name for tool in tools] == ["author_papers", "venue_papers", "paper_search", "b"]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
HOSTILE_TEXTS = st.sampled_from(
    [
        "\ud800",
        "\x00",
        "author/\x00",
        "author/\ud800",
        "<>",
        "../../etc/passwd",
        "author/a b",
        "{" * 3000,
        "https://w3id.org/paperkg/",
    ]
)


@st.composite
def hostile_calls(draw: st.DrawFn) -> dict[str, Any]:
    """A tool with some of its own arguments, hostile ones, and sometimes one that it does not have."""
    tool = draw(st.sampled_from(TOOLS))
    names = st.sampled_from([*tool.takes["properties"], "x"])
    values = HOSTILE_TEXTS | st.lists(HOSTILE_TEXTS, max_size=2) | JSON_VALUES
    return {"name": tool.name, "arguments": draw(st.dictionaries(names, values, max_size=3))}


@settings(max_examples=150, database=None)
@given(hostile_calls())
def test_hostile_arguments_are_answered(seeded_app: Flask, called: dict[str, Any]) -> None:
    answer = post(seeded_app.test_client(), "tools/call", called)
    assert answer.status_code in (200, 400), answer.text  # half a character is refused by some parsers
    if answer.status_code == 200 and "result" in answer.json:
        assert answer.json["result"]["content"][0]["text"] != UNEXPECTED
        assert answer.json["result"].get("isError") or answer.json["result"]["structuredContent"]


@settings(max_examples=60, database=None)
@given(st.binary(max_size=200) | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
def test_hostile_bodies_are_no_fault_of_the_server(seeded_app: Flask, body: bytes) -> None:
    for version in ("2025-06-18", "2026-07-28", "junk"):
        headers = {"Accept": "*/*", "Content-Type": "application/json", "Mcp-Protocol-Version": version}
        answer = seeded_app.test_client().post("/mcp", data=body, headers=headers)
        assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("media_type", [None, "text/plain", "x", "application/json; charset=nonsense"])
def test_what_is_no_message_is_refused_like_anything_else(client: FlaskClient, media_type: str | None) -> None:
    """With a problem, or an error of the protocol's own; never with bare text."""
    response = client.post("/mcp", data=b"", content_type=media_type, headers={"Accept": "application/json"})
    assert 400 <= response.status_code < 500
    assert response.mimetype in ("application/problem+json", "application/json")
    assert response.json
