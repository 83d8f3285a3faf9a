"""Things by their own address: a redirect to their page or their data, the page, the data, the set of their links.

https://www.w3.org/TR/cooluris/ (303 URIs forwarding to different documents)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from flask import Blueprint, Response, render_template
from werkzeug.exceptions import Gone, NotFound
from werkzeug.urls import iri_to_uri

from kg import jsonld
from kg import namespaces as ns
from kg.citations import BIBTEX, Options, citations
from kg.formats import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, GraphFormat
from kg.gone import departure
from kg.linked_papers import LINKS
from kg.links import called_now
from kg.pages import generic_page, paper_page
from kg.profiles import profile
from kg.resources import GraphReader, describe
from kg.serialisation import serialise
from server.citations import as_citation_format, citation_formats, cited
from server.links import KIND, candidate_iris, local_path
from server.narrowing import asked_papers, papers_address
from server.negotiation import HTML, AnyOffer, Offer, choose
from server.representations import represented
from server.signposting import LINKSET_FORMATS, Link, header, linkset, page_links
from server.state import current_snapshot, current_state

blueprint = Blueprint("resources", __name__)

DATA_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)

blueprint.add_app_template_filter(papers_address)


@blueprint.get(f"/{KIND}/<path:key>")
def thing(kind: str, key: str) -> Response:
    """303 to the page or to the data, by Accept."""
    iri = find(kind, key, "/")
    if isinstance(iri, Response):
        return iri
    offers: Sequence[Offer] = (HTML, *DATA_FORMATS, *citation_formats(kind))
    offer = choose(offers)
    target = local_path(iri, "/page/") if offer is HTML else local_path(iri, "/data/", f".{offer.extension}")
    response = Response(status=303, headers={"Location": iri_to_uri(target)})
    response.vary.add("Accept")
    return _linked(response, iri)


@blueprint.get(f"/page/{KIND}/<path:key>")
def page(kind: str, key: str) -> Response:
    iri = find(kind, key, "/page/")
    if isinstance(iri, Response):
        return iri
    reader = GraphReader(current_snapshot().store)
    return _linked(represented(HTML, lambda: _render_page(iri)), iri, page_links(reader, iri, kind, DATA_FORMATS))


@blueprint.get(f"/data/{KIND}/<path:key>")
def data(kind: str, key: str) -> Response:
    offers: Sequence[Offer] = (*DATA_FORMATS, *citation_formats(kind))
    stem, offer = split_format(key, offers)
    iri = find(kind, stem, "/data/", f".{offer.extension}")
    if isinstance(iri, Response):
        return iri
    citation_format = as_citation_format(offer)
    # Of a hub the data has but the beginning of what points to it.
    more = [
        Link("", "describes", local_path(iri, "/page/"), HTML.media_type),
        Link("", "related", local_path(iri, "/incoming/"), HTML.media_type),
    ]
    if citation_format:
        return _linked(cited(iri, kind, citation_format), iri, more)
    graph_format = next(known for known in DATA_FORMATS if known is offer)
    return _linked(represented(graph_format, lambda: _serialise(iri, graph_format)), iri, more)


@blueprint.get(f"/linkset/{KIND}/<path:key>")
def links(kind: str, key: str) -> Response:
    """What belongs to a thing, as a set of links (RFC 9264)."""
    stem, offer = split_format(key, LINKSET_FORMATS)
    iri = find(kind, stem, "/linkset/", f".{offer.extension}")
    return iri if isinstance(iri, Response) else linkset(iri, kind, DATA_FORMATS, offer)


def split_format(key: str, offers: Sequence[AnyOffer]) -> tuple[str, AnyOffer]:
    """What stands before the extension, and the format that it names. NotFound if it names none."""
    for offer in sorted(offers, key=lambda offer: -len(offer.extension)):
        stem = key.removesuffix(f".{offer.extension}")
        if stem and stem != key:
            return stem, offer
    stem, dot, extension = key.rpartition(".")
    return stem, choose(offers, extension if dot and stem else "")


def find(kind: str, key: str, prefix: str, extension: str = "") -> str | Response:
    """The IRI that the request means, if the graph has it; where it is called otherwise now, the way there.

    NotFound if the graph does not have it, Gone if an earlier one had it.
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
        if left := departure(current_state().settings.store, iri):
            raise Gone(f"The graph had this {kind.replace('-', ' ')} {left}; look for it by name at /search.")
    for iri in candidates:
        if reader.exists(iri):
            return iri
    raise NotFound(f"The graph has no {kind.replace('-', ' ')} with the key '{key}'; look for it by name at /search.")


def _render_page(iri: str) -> str:
    snapshot = current_snapshot()
    reader = GraphReader(snapshot.store)
    kind = reader.thing(iri).kind
    if kind == "paper":
        reference = BIBTEX.write(citations(reader, [iri]), Options())
        return render_template("paper.html", page=paper_page(reader, iri), reference=reference, ns=ns)
    if kind in LINKS:
        page = profile(reader, snapshot.index, iri, kind, asked_papers())
        return render_template("profile.html", page=page, ns=ns)
    return render_template("thing.html", page=generic_page(reader, iri))


def _serialise(iri: str, graph_format: GraphFormat) -> bytes:
    store = current_snapshot().store
    triples = describe(store, iri)
    if graph_format is JSON_LD:
        document = jsonld.framed(triples, iri, GraphReader(store).thing(iri).kind)
        return msgspec.json.format(msgspec.json.encode(document))
    return serialise(triples, graph_format)


def _linked(response: Response, iri: str, more: Iterable[Link] = ()) -> Response:
    """The response with its relations to the thing's other representations (RFC 8288), and with `more`."""
    page_path = local_path(iri, "/page/")
    found = [Link("", "canonical", iri), Link("", "alternate", page_path, HTML.media_type)]
    for offer in DATA_FORMATS:
        found.append(Link("", "alternate", local_path(iri, "/data/", f".{offer.extension}"), offer.media_type))
    found += more or [Link("", "describedby", local_path(iri, "/data/", f".{TURTLE.extension}"), TURTLE.media_type)]
    paging = response.headers.getlist("Link")
    response.headers["Link"] = ", ".join([header(found), *paging])
    return response
