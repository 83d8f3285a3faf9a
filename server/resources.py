"""Things by their own address: a redirect to their page or their data, the page, the data.

https://www.w3.org/TR/cooluris/ (303 URIs forwarding to different documents)
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound
from werkzeug.http import dump_options_header
from werkzeug.urls import iri_to_uri

from kg import jsonld
from kg.formats import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, GraphFormat
from kg.links import called_now
from kg.pages import generic_page, paper_page
from kg.profiles import author_page, concept_page, institution_page, venue_page
from kg.resources import GraphReader, describe
from kg.serialisation import serialise
from server.links import RESOURCE_KINDS, candidate_iris, local_path
from server.negotiation import HTML, Offer, choose
from server.representations import represented
from server.state import current_snapshot

blueprint = Blueprint("resources", __name__)

DATA_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)

_KIND = f"<any({', '.join(repr(kind) for kind in RESOURCE_KINDS)}):kind>"
_PROFILES: dict[str | None, Callable[..., object]] = {
    "author": author_page,
    "institution": institution_page,
    "concept": concept_page,
    "venue": venue_page,
}


@blueprint.get(f"/{_KIND}/<path:key>")
def thing(kind: str, key: str) -> Response:
    """303 to the page or to the data, by Accept."""
    iri = _find(kind, key, "/")
    if isinstance(iri, Response):
        return iri
    offer: Offer = choose((HTML, *DATA_FORMATS))
    target = local_path(iri, "/page/") if offer is HTML else local_path(iri, "/data/", f".{offer.extension}")
    response = Response(status=303, headers={"Location": iri_to_uri(target)})
    response.vary.add("Accept")
    return _linked(response, iri)


@blueprint.get(f"/page/{_KIND}/<path:key>")
def page(kind: str, key: str) -> Response:
    iri = _find(kind, key, "/page/")
    return iri if isinstance(iri, Response) else _linked(represented(HTML, lambda: _render_page(iri)), iri)


@blueprint.get(f"/data/{_KIND}/<path:key>")
def data(kind: str, key: str) -> Response:
    stem, dot, extension = key.rpartition(".")
    graph_format = choose(DATA_FORMATS, extension if dot and stem else "")
    iri = _find(kind, stem, "/data/", f".{extension}")
    if isinstance(iri, Response):
        return iri
    return _linked(represented(graph_format, lambda: _serialise(iri, graph_format)), iri)


def _find(kind: str, key: str, prefix: str, extension: str = "") -> str | Response:
    """The IRI that the request means, if the graph has it; where it is called otherwise now, the way there.

    NotFound if the graph does not have it.
    """
    snapshot = current_snapshot()
    reader = GraphReader(snapshot.store)
    candidates = list(candidate_iris(kind, key, prefix, extension))
    for iri in candidates:
        if reader.is_described(iri):
            return iri
    for iri in candidates:
        if now := called_now(snapshot.store, iri, snapshot.manifest.base_iri, key):
            return Response(status=301, headers={"Location": iri_to_uri(local_path(now, prefix, extension))})
    for iri in candidates:
        if reader.exists(iri):
            return iri
    raise NotFound(f"The graph has no {kind.replace('-', ' ')} with the key '{key}'; look for it by name at /search.")


def _render_page(iri: str) -> str:
    store = current_snapshot().store
    reader = GraphReader(store)
    kind = reader.thing(iri).kind
    if kind == "paper":
        return render_template("paper.html", page=paper_page(reader, iri))
    if kind in _PROFILES:
        return render_template("profile.html", page=_PROFILES[kind](reader, store, iri))
    return render_template("thing.html", page=generic_page(reader, iri))


def _serialise(iri: str, graph_format: GraphFormat) -> bytes:
    store = current_snapshot().store
    triples = describe(store, iri)
    if graph_format is JSON_LD:
        document = jsonld.framed(triples, iri, GraphReader(store).thing(iri).kind)
        return msgspec.json.format(msgspec.json.encode(document))
    return serialise(triples, graph_format)


def _linked(response: Response, iri: str) -> Response:
    """The response with its relations to the thing's other representations (RFC 8288)."""
    links = [f'<{iri_to_uri(iri)}>; rel="canonical"', _link(local_path(iri, "/page/"), "alternate", HTML)]
    for graph_format in DATA_FORMATS:
        links.append(_link(local_path(iri, "/data/", f".{graph_format.extension}"), "alternate", graph_format))
    links.append(_link(local_path(iri, "/data/", f".{TURTLE.extension}"), "describedby", TURTLE))
    response.headers["Link"] = ", ".join(links)
    return response


def _link(path: str, relation: str, offer: Offer) -> str:
    return dump_options_header(f"<{iri_to_uri(path)}>", {"rel": relation, "type": offer.media_type})
