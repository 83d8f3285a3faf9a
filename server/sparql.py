"""The SPARQL endpoint: parse the request, have a worker evaluate the query, send what it spooled.

SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/. This process looks at a query with its own lexer only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest
from werkzeug.sansio.utils import get_current_url

from kg.formats import GRAPH_FORMATS, RESULT_FORMATS, GraphFormat, ResultFormat
from kg.ntriples import check_iri
from kg.snapshots import Snapshot
from kg.updates import UpdateWrite
from kg.workers import QueryRequest, QueryResult
from server.evaluation import evaluated
from server.inspection import inspected, lasts, refuse_remote
from server.negotiation import HTML, choose, content_type, entity_tag, not_modified, validated
from server.observation import digest, note
from server.representations import represented
from server.service_description import describe_service
from server.sparql_protocol import Operation, read_operation
from server.spool import kept, resent, sent
from server.state import current_snapshot, current_state
from server.ui import sparql_page
from server.writes import authorise, commit

blueprint = Blueprint("sparql", __name__)

# How addresses begin that someone could load from; what a variable stands for may be any of these.
_FETCHED = ("http:", "https:", "ftp:", "file:", "data:", "?")

Format = GraphFormat | ResultFormat

_BOOLEAN_FORMATS = tuple(known for known in RESULT_FORMATS if known.boolean)
_FORMATS: dict[str, Sequence[Format]] = {
    "select": RESULT_FORMATS,
    "ask": _BOOLEAN_FORMATS,
    "construct": GRAPH_FORMATS,
    "describe": GRAPH_FORMATS,
}


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    operation = read_operation(request)
    if operation is None:
        return _description()
    return _change(operation) if operation.is_update else _answer(operation)


def _description() -> Response:
    """What is here: for programs the service description, for people the editor."""
    offer = choose((*GRAPH_FORMATS, HTML))
    if isinstance(offer, GraphFormat):
        endpoint, manifest = _endpoint(), current_snapshot().manifest
        writable = current_state().committer is not None
        return represented(
            offer, lambda: describe_service(endpoint, manifest.triples, manifest.linksets, writable, offer)
        )
    return represented(HTML, sparql_page)


def _answer(operation: Operation) -> Response:
    """Nothing is evaluated for a client that has the answer, or cannot take any."""
    state, endpoint = current_state(), _endpoint()
    inspection = inspected(operation.text, endpoint, operation.timeout)
    chosen = _format(operation, inspection.kind)
    reaches_out = refuse_remote(inspection)
    snapshot = current_snapshot()
    media_type = content_type(chosen)
    tag = entity_tag(snapshot.id, state.build, endpoint, media_type, repr(operation))
    if reaches_out:
        return _federated(operation, snapshot, endpoint, chosen)
    known = not_modified(tag, weak=True)
    if known:
        return known
    cached = state.cache.get(tag)
    state.metrics.cache.labels("no" if cached is None else "yes").inc()
    if cached is None:
        result = _evaluated(operation, snapshot, endpoint, chosen)
        note(query=digest(operation.text), rows=result.rows)
        response = kept(result, media_type, tag) if lasts(operation.text) else sent(result, media_type)
    else:
        note(query=digest(operation.text), rows=cached.rows, outcome="cached")
        response = resent(cached, media_type)
    # Weak: RAND, NOW and fresh blank nodes differ from one evaluation to the next.
    return validated(response, tag, weak=True)


def _federated(operation: Operation, snapshot: Snapshot, endpoint: str, chosen: Format) -> Response:
    """What others have a part in is asked anew each time: no snapshot of ours says how long it holds."""
    result = _evaluated(operation, snapshot, endpoint, chosen, reaches_out=True)
    note(query=digest(operation.text), rows=result.rows, outcome="federated")
    response = sent(result, content_type(chosen))
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def _evaluated(
    operation: Operation, snapshot: Snapshot, endpoint: str, chosen: Format, reaches_out: bool = False
) -> QueryResult:
    query = QueryRequest(
        store_path=snapshot.store_path,
        text=operation.text,
        format=chosen.name,
        base_iri=endpoint,
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
        timeout=operation.timeout,
        truncate=operation.truncate,
        reaches_out=reaches_out,
    )
    return evaluated(query)


def _change(operation: Operation) -> Response:
    """An update. When it is answered it is durable, and everyone reads it."""
    authorise()
    endpoint = _endpoint()
    inspection = inspected(operation.text, endpoint)
    reaches_out = refuse_remote(inspection, _may_be_fetched)
    note(query=digest(operation.text))
    using, using_named = operation.using_graphs, operation.using_named_graphs
    commit(UpdateWrite(operation.text, endpoint, using, using_named, reaches_out))
    return Response(status=204)


def _may_be_fetched(address: str) -> bool:
    """Whether anything could be behind an address. From elsewhere LOAD fails by itself, in silence if so told."""
    return address.lower().startswith(_FETCHED)


def _endpoint() -> str:
    """The address asked, against which relative IRIs resolve. The client's Host header has a part in it."""
    return _checked_address(request.scheme, request.host, request.root_path, request.path)


@lru_cache(64)
def _checked_address(scheme: str, host: str, root_path: str, path: str) -> str:
    return check_iri(get_current_url(scheme, host, root_path, path))


def _format(operation: Operation, kind: str) -> Format:
    if kind == "update":
        raise BadRequest("This is an update; send it as 'update', not as 'query'.")
    offers = _FORMATS[kind]
    names = ((offer, (offer.name, offer.extension, offer.media_type, *offer.other_media_types)) for offer in offers)
    asked = [offer for offer, called in names if operation.format in called]
    return choose(asked or offers, asked[0].extension if asked else None)
