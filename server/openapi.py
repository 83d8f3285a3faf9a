"""The routes of this service as OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.0, for programs and their makers.

Addresses and methods are those of the application's own table, canned queries with the parameters of their files. What
that table does not know stands here: in which formats a route answers, and what it takes beside its address.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.routing import Rule

from kg import __version__
from kg.formats import GRAPH_FORMATS, JSON_LD, RESULT_FORMATS
from kg.queries import CannedQuery, Parameter
from kg.search import KINDS
from server.errors import Problem
from server.exports import EXPORT_FORMATS
from server.negotiation import HTML, PLAIN_JSON, PROBLEM_JSON, Offer, PageFormat
from server.queries import SOURCE, formats_of
from server.representations import represented
from server.resources import DATA_FORMATS
from server.state import current_state

Json = dict[str, Any]

blueprint = Blueprint("openapi", __name__)

_PLAIN_TEXT = PageFormat("text", "txt", "text/plain")
_FORM = "application/x-www-form-urlencoded"
_SPARQL_FORMATS: tuple[Offer, ...] = (*RESULT_FORMATS, *GRAPH_FORMATS, HTML)
_IRI: Json = {"type": "string", "format": "iri"}
_TEXT: Json = {"type": "string"}
_PLACEHOLDER = re.compile(r"<(?:([^:<>]+):)?([^<>]+)>")
_SENTENCE_END = re.compile(r"(?<=\.)\s")
_CANNED = "queries.query"


def _asked(name: str, description: str, schema: Json, required: bool = False) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema, "required": required}


def _number(least: int, most: int, default: int) -> Json:
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}


def _graphs(name: str, description: str) -> Json:
    return _asked(name, description, {"type": "array", "items": _IRI})


@dataclass(frozen=True)
class _Route:
    """What the application's table does not say of a route. `takes`: media types of a body; `needs_token`: of
    KG_WRITE_TOKEN; `statuses`: of answers without a body, in the place of a 200 if there are no formats."""

    summary: str
    formats: Sequence[Offer] = ()
    parameters: Sequence[Json] = ()
    takes: Sequence[str] = ()
    needs_token: bool = False
    statuses: Sequence[int] = ()


_DATASET = (
    _graphs("default-graph-uri", "The graphs that make the default graph"),
    _graphs("named-graph-uri", "The graphs that GRAPH can name"),
)
_ASK_HOW = (
    _asked("timeout", "Seconds; lowers the deadline of the service", {"type": "number", "exclusiveMinimum": 0}),
    _asked("truncate", "Take a part of a result that is too large", {"type": "boolean", "default": False}),
    _asked("format", "A format by name, where no header can be set", {"enum": [f.name for f in _SPARQL_FORMATS[:-1]]}),
)
_GRAPH = (
    _asked("graph", "The graph's IRI; give it, or 'default'", _IRI),
    {**_asked("default", "The default graph", _TEXT), "allowEmptyValue": True},
)
_RECONCILE = (
    _asked("queries", "A batch of queries, as JSON", _TEXT),
    _asked("extend", "Things and properties to extend data by, as JSON", _TEXT),
)
_PREFIX = _asked("prefix", "How the name begins", _TEXT)
_TYPE = _asked("type", "A type, as the manifest names it", _TEXT)
_ID = _asked("id", "What the service calls it", _TEXT, required=True)
_RDF_TYPES = [name for known in GRAPH_FORMATS for name in (known.media_type, *known.other_media_types)]
_PAGE_OR_DATA: tuple[Offer, ...] = (HTML, *DATA_FORMATS)
_READ_GRAPH = _Route("Read a graph", GRAPH_FORMATS)
_PUT_GRAPH = _Route("Replace a graph", (), takes=_RDF_TYPES, needs_token=True, statuses=(201, 204))
_ADD_TO_GRAPH = _Route("Add to a graph", (), takes=_RDF_TYPES, needs_token=True, statuses=(201, 204))
_DROP_GRAPH = _Route("Drop a graph", (), needs_token=True, statuses=(204,))

# By endpoint, with the method where one endpoint has several.
_ROUTES: dict[str, _Route] = {
    "ui.front": _Route("The front page", (HTML,)),
    "sparql.sparql GET": _Route(
        "Ask a SPARQL query; without one, the service description",
        _SPARQL_FORMATS,
        (_asked("query", "SPARQL 1.1", _TEXT), *_DATASET, *_ASK_HOW),
    ),
    "sparql.sparql POST": _Route(
        "Ask a SPARQL query, or with the token make a SPARQL update",
        _SPARQL_FORMATS,
        (*_DATASET, _graphs("using-graph-uri", "USING of an update"), *_ASK_HOW),
        takes=("application/sparql-query", "application/sparql-update", _FORM),
        statuses=(204,),
    ),
    "graph_store.read_indirectly": _Route(_READ_GRAPH.summary, _READ_GRAPH.formats, _GRAPH),
    "graph_store.read_directly": _READ_GRAPH,
}
