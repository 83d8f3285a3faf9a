"""A query in SPARQL: the workers, deadlines, caps and policy of the endpoint, and never an update."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from flask import request
from msgspec import Meta

from kg.errors import QueryRefused
from kg.ntriples import check_iri
from kg.workers import QueryRequest
from server.evaluation import evaluated
from server.inspection import inspected, refuse_remote
from server.mcp.results import MOST_ROWS, Result, answered, format_of
from server.mcp.tools import Answer, Arguments, Tool, tool
from server.observation import digest, note
from server.state import current_snapshot, current_state

_COUNTED = 10_000  # rows or statements; to count millions takes as long as to give them
_LONGEST_ADDRESS = 4000  # characters; few programs take a longer one


class Sparql(Arguments, frozen=True):
    query: Annotated[
        str,
        Meta(
            min_length=1,
            description="SELECT, ASK, CONSTRUCT or DESCRIBE in SPARQL 1.1, with its PREFIX lines",
            examples=[
                "PREFIX kg: <https://w3id.org/paperkg/ontology#> SELECT (COUNT(*) AS ?papers) { ?paper a kg:Paper }"
            ],
        ),
    ]
    limit: Annotated[int, Meta(ge=1, le=MOST_ROWS, description="Rows or statements to be given at most")] = 100
    timeout: Annotated[float, Meta(gt=0, description="Seconds; lowers the deadline of the service")] | None = None


def sparql_tool() -> Tool:
    description = (
        "Ask the graph in SPARQL 1.1; for what no other tool answers. Read 'schema' first: it has the classes, the "
        "properties and the prefixes. Queries are bounded in time and size and read only; narrow one that fails."
    )
    return tool("sparql", "Ask in SPARQL", description, Sparql, Result, _answer, reaches_out=True)


def _answer(asked: Sparql) -> Answer:
    state, endpoint = current_state(), check_iri(f"{request.url_root}sparql")
    allowed = state.settings.query_text
    if len(asked.query.encode()) > allowed:
        raise QueryRefused(f"a query of more than {allowed:,} bytes is not taken here (KG_QUERY_TEXT); shorten it")
    inspection = inspected(asked.query, endpoint, asked.timeout)
    if inspection.kind == "update":
        raise QueryRefused("this is an update, and agents only read; write a SELECT, ASK, CONSTRUCT or DESCRIBE")
    query = QueryRequest(
        current_snapshot().store_path,
        asked.query,
        format_of(inspection.kind).name,
        base_iri=endpoint,
        timeout=asked.timeout,
        most_rows=_COUNTED,
        truncate=True,  # only the beginning is given anyway
        reaches_out=refuse_remote(inspection),
    )
    result = evaluated(query)
    note(query=digest(asked.query), rows=result.rows)
    return answered(result, inspection.kind, _address(endpoint, asked.query), asked.limit)


def _address(endpoint: str, query: str) -> str | None:
    address = f"{endpoint}?{urlencode({'query': query})}"
    return address if len(address) <= _LONGEST_ADDRESS else None
