"""The first rows of a query's answer as the editor shows them: SPARQL 1.1 Query Results JSON, and names of things.

https://www.w3.org/TR/sparql11-results-json/; statements are rows of subject, predicate and object.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import msgspec
import pyoxigraph
from flask import request
from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean
from werkzeug.exceptions import BadRequest

from kg.formats import JSON, N_TRIPLES
from kg.namespaces import XSD
from kg.resources import GraphReader
from kg.workers import QueryRequest
from server.cache import CachedResult
from server.evaluation import evaluated
from server.inspection import inspected, lasts, refuse_remote
from server.links import address, is_resource
from server.negotiation import entity_tag
from server.state import current_snapshot, current_state

ROWS = 2000
_STATEMENT = ("subject", "predicate", "object")

Object = dict[str, Any]


class FirstRows(msgspec.Struct):
    """`result` is the JSON of the specification; `cut` says whether there are more rows; `names`, by IRI, what things
    of the graph are called and where their pages are."""

    result: msgspec.Raw
    cut: bool = False
    names: dict[str, Object] = {}


def first_rows(query: str) -> bytes:
    """The JSON of a `FirstRows`, kept for whoever asks the same next."""
    state, snapshot = current_state(), current_snapshot()
    inspection = inspected(query, request.url_root)
    if inspection.kind == "update":
        raise BadRequest("This is an update; the editor only asks. Send it to /sparql as 'update'.")
    reaches_out = refuse_remote(inspection)
    key = entity_tag(snapshot.id, state.build, "first rows", request.url_root, query)
    known = state.cache.get(key)
    if known:
        return known.body
    body = msgspec.json.encode(_evaluated(query, inspection.kind in ("construct", "describe"), reaches_out))
    if lasts(query) and not reaches_out and state.cache.takes(len(body)):
        state.cache.put(key, CachedResult(body, rows=0))
    return body


def _evaluated(query: str, of_statements: bool, reaches_out: bool) -> FirstRows:
    """The worker evaluates one row more than is shown, which tells that there are more."""
    asked = QueryRequest(
        store_path=current_snapshot().store_path,
        text=query,
        format=N_TRIPLES.name if of_statements else JSON.name,
        base_iri=request.url_root,
        truncate=True,
        most_rows=ROWS + 1,
        reaches_out=reaches_out,
    )
    with evaluated(asked).body as body:
        if of_statements:
            statements = pyoxigraph.parse(body, format=N_TRIPLES.rdf_format)
            return _answer(_STATEMENT, ((said.subject, said.predicate, said.object) for said in statements))
        results = pyoxigraph.parse_query_results(body, format=JSON.results_format)
        if isinstance(results, QueryBoolean):
            return FirstRows(_json({"head": {}, "boolean": bool(results)}))
        return _answer([variable.value for variable in results.variables], results)


def _answer(variables: Iterable[str], rows: Iterable[Iterable[Any]]) -> FirstRows:
    names, remaining = list(variables), iter(rows)
    reader = GraphReader(current_snapshot().store)
    things: dict[str, Object] = {}
    bindings = []
    for row in islice(remaining, ROWS):
        bound = [(name, term) for name, term in zip(names, row, strict=True) if term is not None]
        bindings.append({name: _term(term) for name, term in bound})
        for _, term in bound:
            if isinstance(term, NamedNode) and term.value not in things and is_resource(term.value):
                things[term.value] = {"label": reader.thing(term.value).label, "page": address(term.value)}
    cut = next(remaining, None) is not None
    return FirstRows(_json({"head": {"vars": names}, "results": {"bindings": bindings}}), cut, things)


def _json(value: Object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _term(term: Any) -> Object:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, Literal):
        return {"type": "literal", "value": str(term)}
    described = {"type": "literal", "value": term.value}
    if term.language:
        described["xml:lang"] = term.language
    elif term.datatype.value != XSD + "string":
        described["datatype"] = term.datatype.value
    return described
