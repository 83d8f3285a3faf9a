"""Who works with whom around a thing: a graph as a page with its tables, and as JSON for what draws it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from flask import Blueprint, Response, render_template

from kg.collaboration import Edge, Network, network
from kg.linked_papers import LINKS
from kg.resources import GraphReader, Thing
from server.links import local_path
from server.negotiation import HTML, PLAIN_JSON, Offer, choose
from server.representations import represented
from server.resources import find
from server.state import current_snapshot

blueprint = Blueprint("collaboration", __name__)

_KIND = f"<any({', '.join(repr(kind) for kind in LINKS)}):kind>"
_LONGEST = 300


@blueprint.get(f"/network/{_KIND}/<path:key>")
def around(kind: str, key: str) -> Response:
    """What stands on the papers of a thing together with it, and how often; as JSON where the key ends in `.json`."""
    extension = ".json" if key.endswith(".json") else ""
    iri = find(kind, key.removesuffix(extension) if extension else key, "/network/", extension)
    if isinstance(iri, Response):
        return iri
    offers: Sequence[Offer] = (HTML, PLAIN_JSON)
    if choose(offers, extension.removeprefix(".") or None) is HTML:
        return represented(HTML, lambda: render_template("network.html", found=_found(iri, kind)))
    return represented(PLAIN_JSON, lambda: msgspec.json.encode(as_json(_found(iri, kind))))


@blueprint.app_template_filter()
def network_path(iri: str) -> str:
    """Where the graph around a thing is a page; with `.json` behind it, data."""
    return local_path(iri, "/network/")


def graph_json(nodes: Iterable[tuple[Thing, int | None]], edges: Iterable[Edge]) -> dict[str, Any]:
    """What server/static/js/graph.js draws: things with their pages, and lines between them."""
    return {
        "nodes": [
            {
                "id": thing.iri,
                "label": thing.label[:_LONGEST],
                "kind": thing.kind,
                "page": local_path(thing.iri, "/page/"),
                "papers": papers,
            }
            for thing, papers in nodes
        ],
        "edges": [
            {"source": edge.source, "target": edge.target, "papers": edge.papers, "relation": edge.relation}
            for edge in edges
        ],
    }


def as_json(found: Network) -> dict[str, Any]:
    return {
        "centre": found.centre.iri,
        "papers": found.papers,
        "allPapers": found.all_papers,
        "leftOut": found.left_out,
        **graph_json([(found.centre, found.papers), *((node.thing, node.papers) for node in found.nodes)], found.edges),
    }


def _found(iri: str, kind: str) -> Network:
    return network(GraphReader(current_snapshot().store), iri, kind)
