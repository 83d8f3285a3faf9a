"""How tests ask as an agent does, by the SDK's own client; what every canned query gives it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph
from flask.testing import FlaskClient
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from kg.queries import load_queries

Ask = Callable[[Client], Awaitable[Any]]
Target = str | StdioServerParameters

OWN = {"search", "reconcile", "describe", "schema", "sparql"}
QUERIES = load_queries()
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def within(target: Target, ask: Ask, mode: str = "auto") -> Any:
    """What `ask` gives of a client that is connected."""

    async def asked() -> Any:
        async with Client(target, mode=mode) as client:
            return await ask(client)

    return asyncio.run(asked())


def call(target: Target, name: str, arguments: dict[str, Any] | None = None) -> Any:
    return within(target, lambda client: client.call_tool(name, arguments or {}))


def check_canned_queries(target: Target, client: FlaskClient) -> None:
    """By its defaults each gives the rows of its page, and the address leads to the same."""

    async def all_of_them(agent: Client) -> dict[str, Any]:
        tools = (await agent.list_tools()).tools
        return {tool.name: await agent.call_tool(tool.name, {}) for tool in tools if tool.name not in OWN}

    results = within(target, all_of_them)
    stems = {query.name.partition("/")[2]: query for query in QUERIES.values()}
    assert set(results) == set(stems)
    for stem, query in stems.items():
        result = results[stem]
        assert not result.is_error, result.content[0].text
        found = result.structured_content
        parts = urlsplit(found["address"])
        path = f"/queries/{query.name}"
        assert parts.path.endswith((f"{path}.json", f"{path}.ttl"))
        assert found["address"] in result.content[0].text
        page = client.get(f"{path}{Path(parts.path).suffix}?{parts.query}")
        if query.form == "construct":
            whole = graph(page.text)
            assert found["total"] == len(whole)
            assert found["truncated"] == (len(graph(found["graph"])) < len(whole))
            assert set(graph(found["graph"])) <= set(whole)
        else:
            rows = [plain(row) for row in page.get_json(force=True)["results"]["bindings"]]
            assert rows == [{name: text(value) for name, value in row.items()} for row in found["rows"]], stem
            assert (found["total"], found["truncated"]) == (len(rows), False)
            assert [column["name"] for column in found["columns"]] == page.json["head"]["vars"]
            labels = {column["name"]: column["label"] for column in found["columns"] if "label" in column}
            assert labels == dict(query.columns)
    assert sum(bool(result.structured_content.get("rows")) for result in results.values()) > 10


def plain(row: dict[str, Any]) -> dict[str, str]:
    return {name: f"{float(v['value']):g}" if is_number(v) else v["value"] for name, v in row.items()}


def is_number(value: dict[str, str]) -> bool:
    return value.get("datatype", "").rpartition("#")[2] in ("integer", "decimal", "double")


def text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{float(value):g}"


def graph(turtle: str) -> pyoxigraph.Dataset:
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(turtle, format=pyoxigraph.RdfFormat.TURTLE))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
    return dataset
