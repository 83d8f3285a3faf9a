"""What this service answers as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), for programs and who writes them.

Addresses, methods and descriptions are those of the application's own table of routes, and canned queries take the
parameters of their files. What neither tells stands here: the formats of answers, and what a request takes beside its
address.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, request
from werkzeug.routing import Rule

from kg import __version__
from kg.citations import CITATION_FORMATS
from kg.formats import GRAPH_FORMATS, JSON_LD, RESULT_FORMATS, TURTLE
from kg.paths_between import KINDS as PATH_KINDS
from kg.queries import CannedQuery, Parameter
from kg.search import KINDS, SORTS
from server.changes import ATOM, RDF_PATCH
from server.dataset import OPENSEARCH, ROBOTS, SITEMAP
from server.errors import Problem
from server.exports import CHECKSUMS_TEXT, EXPORT_FORMATS, PARQUET
from server.negotiation import HTML, PLAIN_JSON, PROBLEM_JSON, Offer, PageFormat
from server.queries import SOURCE
from server.representations import represented
from server.resources import DATA_FORMATS
from server.search import SEARCH_FORMATS
from server.signposting import LINKSET_FORMATS
from server.state import current_state

blueprint = Blueprint("openapi", __name__)

Object = dict[str, Any]
"""An object of JSON."""

_CANNED = "queries.query"
_PLACEHOLDER = re.compile(r"<(?:([^:<>]+):)?([^<>]+)>")
_FORM = "application/x-www-form-urlencoded"
_PLAIN_TEXT = PageFormat("text", "txt", "text/plain")
_RDF_TYPES = tuple(name for known in GRAPH_FORMATS for name in (known.media_type, *known.other_media_types))
_DATA = (*RESULT_FORMATS, *GRAPH_FORMATS)
_PAGE_OR_DATA = (HTML, *DATA_FORMATS)
_TEXT: Object = {"type": "string"}
_IRI: Object = {"type": "string", "format": "iri"}


def _asked(name: str, description: str, schema: Object, **more: Any) -> Object:
    """A parameter in the query string."""
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


def _number(least: int, most: int, default: int) -> Object:
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}


def _graphs(name: str, description: str) -> Object:
    return _asked(name, description, {"type": "array", "items": _IRI})


@dataclass(frozen=True)
class _Route:
    """What the application's table does not know of a route.

    `formats` are those of its answer, the first by default; `bare` are the statuses of its answers without a body;
    `takes` are the media types of a request's body; `is_guarded` says that it needs the token; `refusals` are the
    statuses of errors that are told in the format of the answer.
    """

    summary: str
    formats: Sequence[Offer] = ()
    parameters: Sequence[Object] = ()
    bare: Sequence[int] = ()
    takes: Sequence[str] = ()
    is_guarded: bool = False
    refusals: Sequence[int] = ()


_QUERY = _asked("query", "A query in SPARQL 1.1", _TEXT)
_VERSION = _asked("snapshot", "The version of the graph that is meant; 410 if it is no longer kept", _TEXT)
_EVALUATION = (
    _VERSION,
    _graphs("default-graph-uri", "Graphs that make the default graph"),
    _graphs("named-graph-uri", "Graphs that GRAPH can name"),
    _asked("timeout", "Seconds; lowers the deadline of the service", {"type": "number", "exclusiveMinimum": 0}),
    _asked("truncate", "Whether a part is taken of a result that is too large", {"type": "boolean", "default": False}),
    _asked("format", "A format, where no header can be set", {"enum": [known.name for known in _DATA]}),
)
_GRAPH = (
    _asked("graph", "The IRI of the graph", _IRI),
    _asked("default", "In the place of 'graph': the default graph", _TEXT, allowEmptyValue=True),
)
_SEARCH = (
    _asked("q", "Words", {"type": "string", "maxLength": 1000}),
    _asked("type", "What to look for; by default everything", {"enum": list(KINDS)}),
    *(
        _asked(
            name, f"Papers of this {name}: an IRI, or what follows {name}/ in it", {"type": "string", "maxLength": 1000}
        )
        for name in ("venue", "concept", "author", "institution", "dataset")
    ),
    _asked("from", "Papers of this year and later", {"type": "integer", "minimum": 0, "maximum": 9999}),
    _asked("to", "Papers of this year and earlier", {"type": "integer", "minimum": 0, "maximum": 9999}),
    _asked("code", "Papers with code", {"type": "boolean", "default": False}),
    _asked("sort", "In which order", {"enum": list(SORTS), "default": "relevance"}),
    _asked("limit", "How many hits; pages and JSON have at most 100", _number(1, 1000, 20)),
    _asked("offset", "How many hits to pass over", _number(0, 10_000, 0)),
    _asked("format", "A format, where no header can be set", {"enum": [known.extension for known in SEARCH_FORMATS]}),
)
_SUGGEST = (
    _asked("q", "What was typed so far", {"type": "string", "maxLength": 1000}),
    _asked("type", "Things of this kind alone", {"enum": list(KINDS)}),
)
_REFERENCES = (
    _asked("abstracts", "Whether references have abstracts", {"type": "boolean", "default": False}),
    _asked("ascii", "Whether BibTeX has TeX for what is not ASCII", {"type": "boolean", "default": False}),
)
_PAGE = _asked("page", "Which page of a list that has several", _number(1, 1000, 1))
_PROPERTY = _asked("property", "A property, as dcterms:isPartOf or as an IRI; without it, the properties", _TEXT)
_NARROWED = (
    _asked("q", "Of things with papers: those that hold these words", {"type": "string", "maxLength": 300}),
    _asked("year", "Papers of that year", {"type": "integer", "minimum": 0, "maximum": 9999}),
    *(_asked(kind, f"Papers with that {kind}: {kind}/…, or an IRI", _TEXT) for kind in KINDS if kind != "paper"),
)
_COMPARED = (
    _asked("a", "An author: author/evan-hubinger, an IRI, or a name", _TEXT),
    _asked("b", "Another author", _TEXT),
    _asked("format", "A format, where no header can be set", {"enum": ["html", "json"]}),
)
_WAY = (
    _asked("from", "An author or a concept: author/evan-hubinger, an IRI, or a name", _TEXT),
    _asked("to", "Another one of the same kind", _TEXT),
    _asked("kind", "Where names are looked up; by default among both", {"enum": list(PATH_KINDS)}),
    _asked("format", "A format, where no header can be set", {"enum": ["html", "json"]}),
)
_RECONCILED = (
    _asked("queries", "A batch of queries, in JSON", _TEXT),
    _asked("extend", "Things, and the properties that are wanted of them, in JSON", _TEXT),
)
_WAITING = (
    _asked("topic", "Which links: relation and kind of thing, as same-author", _TEXT),
    _asked("skip", "How many to pass over", {"type": "integer", "minimum": 0, "default": 0}),
    _asked("one", "With 'other', the link between these two", _TEXT),
    _asked("other", "The other end of it", _TEXT),
    _asked("last_one", "With 'last_other', what was decided last", _TEXT),
    _asked("last_other", "The other end of that", _TEXT),
)
_CLASS = _asked("class", "A class, as kg:Paper or as an IRI; the page then has its properties", _TEXT)
_PREFIX = _asked("prefix", "How a word of the name begins", _TEXT)
_CURSOR = _asked("cursor", "How many to pass over", _number(0, 1000, 0))
_TYPE = _asked("type", "A type, as the manifest names it", _TEXT)
_ID = _asked("id", "What the service calls it", _TEXT, required=True)

# By endpoint, and by method where an endpoint has several.
_ROUTES = {
    "ui.front": _Route("The front page", (HTML,)),
    "sparql.sparql GET": _Route(
        "Ask by SPARQL; without a query, what the endpoint says of itself", (*_DATA, HTML), (_QUERY, *_EVALUATION)
    ),
    "sparql.sparql POST": _Route(
        "Ask by SPARQL, or change the graph, which needs the token",
        _DATA,
        _EVALUATION,
        bare=(204,),
        takes=("application/sparql-query", "application/sparql-update", _FORM),
    ),
    "graph_store.read_indirectly": _Route("Read a graph", GRAPH_FORMATS, _GRAPH),
    "graph_store.read_directly": _Route("Read a graph that the service has named", GRAPH_FORMATS),
    "graph_store.write_indirectly PUT": _Route("Replace a graph", (), _GRAPH, (201, 204), _RDF_TYPES, True),
    "graph_store.write_indirectly POST": _Route("Add to a graph", (), _GRAPH, (201, 204), _RDF_TYPES, True),
    "graph_store.write_indirectly DELETE": _Route("Drop a graph", (), _GRAPH, (204,), is_guarded=True),
    "graph_store.write_directly PUT": _Route("Replace a graph", (), (), (201, 204), _RDF_TYPES, True),
    "graph_store.write_directly POST": _Route("Add to a graph", (), (), (201, 204), _RDF_TYPES, True),
    "graph_store.write_directly DELETE": _Route("Drop a graph", (), (), (204,), is_guarded=True),
    "editor.editor": _Route("The SPARQL editor; as JSON the first rows of an answer", (HTML, PLAIN_JSON), (_QUERY,)),
    "editor.terms": _Route("Prefixes, classes and properties, as the editor completes them", (PLAIN_JSON,)),
    "queries.embedded": _Route("A canned query's chart or table, for frames of other sites", (HTML,)),
    "queries.gallery": _Route("The canned queries", (HTML, PLAIN_JSON, *DATA_FORMATS)),
    "search.search": _Route("Search for words, or for papers of something", SEARCH_FORMATS, _SEARCH),
    "search.suggest": _Route("Suggestions for what is being typed", (PLAIN_JSON,), _SUGGEST),
    "changes.changes": _Route("The versions of the graph, and what each changed", (HTML, ATOM, PLAIN_JSON)),
    "changes.patch": _Route("What a version changed, as RDF Patch", (RDF_PATCH,)),
    "validation.validation": _Route("What validation found in the graph", (HTML, TURTLE, PLAIN_JSON)),
    "curation.page": _Route("For an operator: links that wait for a decision", (HTML,), _WAITING),
    "curation.signed_in": _Route("Sign in with the token", (HTML,), bare=(303,), takes=(_FORM,)),
    "curation.signed_out": _Route("Sign out", bare=(303,), takes=(_FORM,)),
    "curation.decided": _Route("Keep a decision about a link, or take one back", bare=(303,), takes=(_FORM,)),
    "curation.applied": _Route("Have decisions take effect, in the background", bare=(303,), takes=(_FORM,)),
    "curation.progress": _Route("How far that is", (PLAIN_JSON,)),
    "schema.schema": _Route("Classes and properties as this graph uses them", (HTML, PLAIN_JSON), (_CLASS,)),
    "dataset.dataset": _Route("What is in the graph, and where it comes from", _PAGE_OR_DATA),
    "dataset.void": _Route("The same, for programs", DATA_FORMATS),
    "dataset.robots": _Route("What crawlers may read", (ROBOTS,)),
    "dataset.sitemap": _Route("Where the pages are listed", (SITEMAP,)),
    "dataset.sitemap_part": _Route("A list of pages", (SITEMAP,)),
    "dataset.opensearch": _Route("How browsers search here", (OPENSEARCH,)),
    "ontology.ontology": _Route("The ontology", _PAGE_OR_DATA),
    "ontology.shapes": _Route("The SHACL shapes", _PAGE_OR_DATA),
    "ontology.of_version": _Route("A version of the ontology or of the shapes", bare=(303,)),
    "ontology.context": _Route("The JSON-LD context", (JSON_LD,)),
    "exports.exports": _Route("The downloads of this snapshot", (HTML, PLAIN_JSON)),
    "exports.manifest": _Route("What the downloads are", (PLAIN_JSON,)),
    "exports.checksums": _Route("The checksums of the downloads", (CHECKSUMS_TEXT,)),
    "exports.table": _Route("A table of the graph", (PARQUET,)),
    "exports.export": _Route("The whole graph", EXPORT_FORMATS),
    "reconcile.service GET": _Route("Reconcile names, or the manifest of that service", (PLAIN_JSON,), _RECONCILED),
    "reconcile.service POST": _Route("Reconcile names", (PLAIN_JSON,), takes=(_FORM,)),
    "reconcile.suggest": _Route("Complete a name", (PLAIN_JSON,), (_PREFIX, _TYPE, _CURSOR)),
    "reconcile.properties": _Route("The properties that things have", (PLAIN_JSON,), (_TYPE,)),
    "reconcile.flyout": _Route("A few words about something", (PLAIN_JSON,), (_ID,)),
    "reconcile.preview": _Route("A small page about a thing", (HTML,), (_ID,)),
    "resources.thing": _Route("A thing: the way to its page or its data", bare=(301, 303)),
    "resources.page": _Route("The page of a thing", (HTML,), (*_NARROWED, _PAGE), bare=(301,)),
    "resources.data": _Route(
        "The data of a thing, and its references, by the extension of the key",
        (*DATA_FORMATS, *CITATION_FORMATS),
        (*_REFERENCES, _PAGE),
        bare=(301,),
    ),
    "incoming.incoming": _Route("What points to a thing", _PAGE_OR_DATA, (_PROPERTY, _PAGE), bare=(301,)),
    "collaboration.around": _Route(
        "What stands on the papers of a thing together with it; with `.json` as data", (HTML, PLAIN_JSON), bare=(301,)
    ),
    "compare.compare": _Route("Two authors side by side", (HTML, PLAIN_JSON), _COMPARED),
    "compare.path": _Route("The shortest way between two authors or concepts", (HTML, PLAIN_JSON), _WAY),
    "resources.links": _Route("What belongs to a thing, as a set of links", LINKSET_FORMATS, bare=(301,)),
    "health.alive": _Route("Whether the service lives", (PLAIN_JSON,)),
    "health.ready": _Route("Whether a graph has been published", (PLAIN_JSON,)),
    "mcp.exchange": _Route(
        "For agents: one message of the Model Context Protocol",
        (PLAIN_JSON,),
        bare=(202,),
        takes=("application/json",),
        refusals=(400, 404, 406),
    ),
    "metrics.metrics": _Route("Figures for Prometheus", (_PLAIN_TEXT,)),
    "running.listed": _Route("The queries that run or wait", (PLAIN_JSON,), is_guarded=True),
    "running.stopped": _Route("End a query", bare=(204,), is_guarded=True),
    "documentation.docs": _Route("This description, for people", (HTML,)),
    "openapi.openapi": _Route("This description", (PLAIN_JSON,)),
}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description, for clients, their generators and tests."""
    return represented(PLAIN_JSON, lambda: msgspec.json.format(msgspec.json.encode(document())))


def document() -> Object:
    """The whole description, for the application that answers this request."""
    _, schemas = msgspec.json.schema_components([Problem], ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "paperkg",
            "version": __version__,
            "summary": "A knowledge graph of scholarly data",
            "description": "Formats are chosen by the Accept header or by an extension at the end of the address. "
            "Answers have an ETag that changes with the graph.",
        },
        "servers": [{"url": request.root_path or "/"}],
        "paths": _paths(),
        "components": {
            "schemas": schemas,
            "responses": {"Problem": _answer("What is wrong, and what to do", (PROBLEM_JSON, HTML))},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "KG_WRITE_TOKEN"}},
        },
    }


def _paths() -> dict[str, Object]:
    paths: dict[str, Object] = {}
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint in ("static", _CANNED):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = _PLACEHOLDER.sub(r"{\2}", rule.rule)
            paths.setdefault(path, {})[method.lower()] = _operation(rule, path, method)
    canned = {f"/queries/{query.name}": {"get": _question(query)} for query in current_state().queries.values()}
    return dict(sorted((paths | canned).items()))


def _operation(rule: Rule, path: str, method: str) -> Object:
    route = _ROUTES.get(rule.endpoint) or _ROUTES[f"{rule.endpoint} {method}"]
    operation = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
        "tags": [rule.endpoint.partition(".")[0]],
        "summary": route.summary,
        "description": inspect.getdoc(current_app.view_functions[rule.endpoint]) or "",
        "parameters": [*_placeholders(rule, route), *route.parameters],
        "responses": _answers(route.formats, route.bare, route.refusals),
    }
    if route.takes:
        operation["requestBody"] = {"required": True, "content": {name: _body(name) for name in route.takes}}
    if route.is_guarded:
        operation["security"] = [{"token": []}]
    return operation


def _placeholders(rule: Rule, route: _Route) -> Iterator[Object]:
    """The parameters in the address, by werkzeug's notation: `<any('page', 'data'):kind>`."""
    for converter, name in _PLACEHOLDER.findall(rule.rule):
        schema = _TEXT
        if name == "extension":
            schema = {"enum": list(dict.fromkeys(offer.extension for offer in route.formats))}
        elif converter.startswith("any("):
            schema = {"enum": re.findall(r"[\w-]+", converter.removeprefix("any"))}
        elif converter == "int":
            schema = {"type": "integer", "minimum": 0}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _question(query: CannedQuery) -> Object:
    """A canned query. It takes an extension too, for whoever cannot set a header."""
    data = {"select": RESULT_FORMATS, "ask": tuple(known for known in RESULT_FORMATS if known.boolean)}
    references = CITATION_FORMATS if "paper" in query.columns else ()
    return {
        "operationId": re.sub(r"\W+", "_", f"query_{query.name}"),
        "tags": ["queries"],
        "summary": query.title,
        "description": query.description,
        "parameters": [*(_parameter(parameter) for parameter in query.parameters), _VERSION],
        "responses": _answers((HTML, *data.get(query.form, GRAPH_FORMATS), SOURCE, *references), ()),
    }


def _parameter(parameter: Parameter) -> Object:
    """A number is told by its bounds, a text by the bounds of its length, a thing by what it is."""
    description = ". ".join(filter(None, (parameter.label, parameter.help)))
    schema: Object
    if parameter.type in ("integer", "year"):
        schema = _number(parameter.minimum, parameter.maximum, int(parameter.default))
        schema["examples"] = list(map(int, parameter.examples))
    else:
        schema = {"type": "string", "default": parameter.default, "examples": list(parameter.examples)}
    if parameter.type == "string":
        schema |= {"minLength": parameter.minimum, "maxLength": parameter.maximum}
    if parameter.type == "iri":
        description += f". {parameter.how_to_name_it}"
    return _asked(parameter.name, description, schema)


def _answers(formats: Sequence[Offer], bare: Sequence[int], refusals: Sequence[int] = ()) -> Object:
    """By status. Whatever else there is, errors are, all told in one way."""
    answers = {str(status): {"description": "Done" if status < 300 else "Elsewhere"} for status in bare}
    answers |= {str(status): _answer("Why not", formats) for status in refusals}
    if formats:
        answers["200"] = _answer("The answer", formats)
    return answers | {"default": {"$ref": "#/components/responses/Problem"}}


def _answer(description: str, formats: Sequence[Offer]) -> Object:
    names = dict.fromkeys(name for offer in formats for name in (offer.media_type, *offer.other_media_types))
    return {"description": description, "content": {name: _body(name) for name in names}}


def _body(media_type: str) -> Object:
    if media_type == PROBLEM_JSON.media_type:
        return {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
    if media_type == _FORM:
        return {"schema": {"type": "object", "additionalProperties": _TEXT}}
    return {"schema": {} if media_type.endswith("json") else _TEXT}
