"""What points to a thing, by one property, a page at a time: where the description of a hub ends, this goes on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from pyoxigraph import NamedNode, Triple
from werkzeug.exceptions import BadRequest

from kg import namespaces as ns
from kg.ntriples import is_iri
from kg.resources import GraphReader, Incoming, Thing, with_names
from kg.serialisation import serialise
from server.citations import page_address, page_number
from server.links import KIND, local_path, short_name
from server.negotiation import HTML, Offer, choose
from server.representations import represented
from server.resources import DATA_FORMATS, find
from server.state import current_snapshot

blueprint = Blueprint("incoming", __name__)

PAGE = 200
FARTHEST = 1000  # pages


@dataclass(frozen=True)
class Pointing:
    """A page of the things that point to another by a property; None of these: before, after."""

    thing: Thing
    predicate: str
    things: list[Thing]
    page: int
    before: str | None
    after: str | None


@blueprint.get(f"/incoming/{KIND}/<path:key>")
def incoming(kind: str, key: str) -> Response:
    """Without `property` the properties; with one the things, `page` by `page`, as a page or as statements."""
    iri = find(kind, key, "/incoming/")
    if isinstance(iri, Response):
        return iri
    reader = GraphReader(current_snapshot().store)
    if "property" not in request.args:
        return represented(HTML, lambda: _properties(reader, iri))
    found = _pointing(reader, iri, _property(request.args["property"]))
    offers: tuple[Offer, ...] = (HTML, *DATA_FORMATS)
    offer = choose(offers)
    if offer is HTML:
        response = represented(HTML, lambda: render_template("incoming.html", found=found))
    else:
        graph_format = next(known for known in DATA_FORMATS if known is offer)
        triples = [Triple(NamedNode(one.iri), NamedNode(found.predicate), NamedNode(iri)) for one in found.things]
        response = represented(graph_format, lambda: serialise(with_names(reader, triples), graph_format))
    for relation, address in (("prev", found.before), ("next", found.after)):
        if address:
            response.headers.add("Link", f'<{address}>; rel="{relation}"')
    return response


def incoming_path(iri: str, predicate: str | None = None) -> str:
    """Where what points to a thing is listed."""
    asked = f"?{urlencode({'property': short_name(predicate)})}" if predicate else ""
    return local_path(iri, "/incoming/") + asked


def _properties(reader: GraphReader, iri: str) -> str:
    links: list[Incoming] = reader.incoming(iri)
    return render_template("incoming_properties.html", thing=reader.thing(iri), links=links)


def _pointing(reader: GraphReader, iri: str, predicate: str) -> Pointing:
    page = page_number(FARTHEST)
    found = list(islice(reader.pointing(predicate, iri), (page - 1) * PAGE, page * PAGE + 1))
    return Pointing(
        thing=reader.thing(iri),
        predicate=predicate,
        things=[reader.thing(one) for one in found[:PAGE]],
        page=page,
        before=page_address(page - 1) if page > 1 else None,
        after=page_address(page + 1) if len(found) > PAGE and page < FARTHEST else None,
    )


def _property(name: str) -> str:
    """An IRI, or a name with one of the project's prefixes, as `dcterms:isPartOf`."""
    prefix, _, local = name.partition(":")
    iri = ns.PREFIXES[prefix] + local if prefix in ns.PREFIXES else name
    if not is_iri(iri):
        raise BadRequest("'property' takes the IRI of a property, or its name with a prefix, as in dcterms:isPartOf.")
    return iri
