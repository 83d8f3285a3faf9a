"""The SPARQL editor's own address: a query in, a page with its first rows out. Programs use /sparql."""

from __future__ import annotations

import pyoxigraph
from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from kg.errors import QuerySyntaxError
from kg.formats import JSON, N_TRIPLES
from kg.workers import QueryRequest
from server.inspection import inspected, refuse_remote
from server.negotiation import HTML, content_type
from server.representations import represented
from server.state import current_snapshot, current_state
from server.tables import ResultTable, result_table, triples_table
from server.ui import sparql_page

blueprint = Blueprint("editor", __name__)


@blueprint.get("/editor")
def editor() -> Response:
    """The editor, empty or with the answer to its query. A syntax error stands beside the query."""
    query = request.args.get("query", "")
    if not query.strip():
        return represented(HTML, sparql_page)
    try:
        return represented(HTML, lambda: sparql_page(query, _answer(query)), keep=False)
    except QuerySyntaxError as error:
        return Response(sparql_page(query, problem=error), status=400, content_type=content_type(HTML))


def _answer(query: str) -> ResultTable:
    """The result as a table, read from the worker's spool no further than it is shown."""
    inspection = inspected(query, request.url_root)
    if inspection.kind == "update":
        raise BadRequest("This is an update; the editor only asks. Send it to /sparql as 'update'.")
    refuse_remote(inspection)
    of_triples = inspection.kind in ("construct", "describe")
    asked = QueryRequest(
        store_path=current_snapshot().store_path,
        text=query,
        format=N_TRIPLES.name if of_triples else JSON.name,
        base_iri=request.url_root,
        truncate=True,
    )
    with current_state().departures.watching(asked):
        result = current_state().workers.run(asked)
    with result.body as body:
        if of_triples:
            return triples_table(pyoxigraph.parse(body, format=N_TRIPLES.rdf_format))
        return result_table(pyoxigraph.parse_query_results(body, format=JSON.results_format))
