"""Graphs by HTTP: read, replaced, added to and dropped whole.

SPARQL 1.1 Graph Store HTTP Protocol, https://www.w3.org/TR/sparql11-http-rdf-update/. Indirectly at `/store?graph=IRI`
and `/store?default`; directly at `/graph/NAME` for the graphs that the service itself has named.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Literal

from flask import Blueprint, Response, request
from pyoxigraph import NamedNode
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, NotFound, UnsupportedMediaType
from werkzeug.http import parse_options_header

from kg.errors import GraphChanged, ParameterError, TermError
from kg.formats import GRAPH_FORMATS, GraphFormat
from kg.ntriples import check_iri
from kg.snapshots import Snapshot
from kg.updates import GraphWrite
from kg.workers import QueryRequest
from server.links import raw_path
from server.negotiation import choose, content_type, entity_tag, not_modified, validated
from server.spool import sent
from server.state import current_snapshot, current_state
from server.writes import authorise, commit

blueprint = Blueprint("graph_store", __name__)

_ALL_OF_A_GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_MULTIPART = "multipart/form-data"
_READS, _WRITES = ["GET"], ["PUT", "POST", "DELETE"]


@blueprint.route("/store", methods=_READS)
def read_indirectly() -> Response:
    return _read(_named_graph())


@blueprint.route("/store", methods=_WRITES)
def write_indirectly() -> Response:
    authorise()
    if request.method == "POST" and not request.args:
        return _mint()
    return _write(_named_graph())


@blueprint.route("/graph/<path:name>", methods=_READS)
def read_directly(name: str) -> Response:
    return _read(_own_graph())


@blueprint.route("/graph/<path:name>", methods=_WRITES)
def write_directly(name: str) -> Response:
    authorise()
    return _write(_own_graph())


def _named_graph() -> str | None:
    """The graph that the query string names, None for the default one; exactly one of the two ways to say it."""
    names, has_default = request.args.getlist("graph"), "default" in request.args
    if len(names) + has_default != 1:
        raise BadRequest("Say which graph, once: '?graph=' with its IRI, or '?default'.")
    if has_default:
        return None
    try:
        return check_iri(names[0])
    except TermError as error:
        raise ParameterError("graph", error.message, error.value) from error


def _own_graph() -> str:
    """The graph that has the address of the request, under the base IRI whatever host the service runs on."""
    return check_iri(current_state().settings.base_iri + raw_path().removeprefix("/"))


def _read(graph: str | None) -> Response:
    graph_format: GraphFormat = choose(GRAPH_FORMATS)
    snapshot = current_snapshot()
    if graph is not None and not snapshot.store.contains_named_graph(NamedNode(graph)):
        raise NotFound(f"There is no graph {graph}; PUT one there to make it.")
    media_type = content_type(graph_format)
    tag = _tag(snapshot, graph, media_type)
    known = not_modified(tag)
    if known:
        return known
    everything = QueryRequest(
        store_path=snapshot.store_path,
        text=_ALL_OF_A_GRAPH,
        format=graph_format.name,
        default_graphs=None if graph is None else (graph,),
    )
    return validated(sent(current_state().workers.run(everything), media_type), tag)


def _mint() -> Response:
    """A new graph for what was posted; the service chooses its name."""
    name = f"graph/{uuid.uuid4()}"
    documents = _documents()
    commit(GraphWrite("POST", current_state().settings.base_iri + name, documents, request.base_url))
    return Response(status=201, headers={"Location": request.url_root + name})


def _write(graph: str | None) -> Response:
    on = _condition(graph)
    if request.method == "DELETE":
        if graph is not None and not current_snapshot().store.contains_named_graph(NamedNode(graph)):
            raise NotFound(f"There is no graph {graph}.")
        commit(GraphWrite("DELETE", graph), on)
        return Response(status=204)
    method: Literal["PUT", "POST"] = "PUT" if request.method == "PUT" else "POST"
    made = commit(GraphWrite(method, graph, _documents(), graph or request.base_url), on)
    created = any(change.added and change.statement == f"GRAPH <{graph}>" for change in made.changes)
    return Response(status=201 if created else 204)


def _condition(graph: str | None) -> str | None:
    """The contents that the graph has to be written on, if the request says what it must be like: If-Match, as it was
    read; If-None-Match, not there yet. GraphChanged if it is not so.

    https://www.rfc-editor.org/rfc/rfc9110#section-13.1
    """
    wanted, unwanted = request.if_match, request.if_none_match
    if not wanted and not unwanted:
        return None
    snapshot = current_snapshot()
    is_there = graph is None or snapshot.store.contains_named_graph(NamedNode(graph))
    tags = {_tag(snapshot, graph, name) for name in _content_types()} if is_there else set()
    if wanted and not (is_there if wanted.star_tag else any(map(wanted.contains, tags))):
        raise GraphChanged("the graph is not as it was read; read it again")
    if unwanted and (is_there if unwanted.star_tag else any(map(unwanted.contains_weak, tags))):
        raise GraphChanged("the graph is there already")
    return snapshot.manifest.contents


def _content_types() -> Iterator[str]:
    for offer in GRAPH_FORMATS:
        for name in (offer.media_type, *offer.other_media_types):
            yield content_type(offer, name)


def _tag(snapshot: Snapshot, graph: str | None, media_type: str) -> str:
    """Of the contents alone: a snapshot follows every write for its search index, and says nothing else."""
    return entity_tag(snapshot.manifest.contents, current_state().build, graph or "default", media_type)


def _documents() -> tuple[tuple[bytes, str], ...]:
    """What was sent: one document, or the files of a form."""
    media_type, _ = parse_options_header(request.headers.get("Content-Type"))
    if media_type.lower() != _MULTIPART:
        return ((request.get_data(cache=False), _format(media_type)),)
    files = [file for _, file in request.files.items(multi=True)]
    if not files:
        raise BadRequest("The form has no file; send at least one document of RDF.")
    return tuple((file.stream.read(), _format_of_file(file)) for file in files)


def _format_of_file(file: FileStorage) -> str:
    """By the part's own type, else by the file's name."""
    extension = (file.filename or "").rpartition(".")[2]
    by_name = next((known.media_type for known in GRAPH_FORMATS if known.extension == extension), None)
    told = parse_options_header(file.content_type)[0]
    return _format(by_name if by_name and told in ("", "application/octet-stream", "text/plain") else told)


def _format(media_type: str) -> str:
    for known in GRAPH_FORMATS:
        if media_type.lower() in (known.media_type, *known.other_media_types):
            return known.name
    known_types = ", ".join(known.media_type for known in GRAPH_FORMATS)
    raise UnsupportedMediaType(f"'{media_type}' is no RDF that is taken here; send one of {known_types}.")
