"""Two things at once: two authors side by side, and the shortest way from one author or concept to another."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import BadRequest

from kg.collaboration import Edge
from kg.comparison import Comparison, comparison
from kg.paths_between import KINDS, Way, way_between
from kg.resources import GraphReader
from server.collaboration import graph_json
from server.negotiation import HTML, PLAIN_JSON, Offer, choose
from server.picking import Picked, key_of, picked
from server.representations import represented
from server.state import current_snapshot

blueprint = Blueprint("compare", __name__)
blueprint.add_app_template_filter(key_of)

_OFFERS: tuple[Offer, ...] = (HTML, PLAIN_JSON)


@blueprint.get("/compare")
def compare() -> Response:
    """Two authors side by side: figures, years, papers and co-authors in common, concepts and venues."""
    reader = GraphReader(current_snapshot().store)
    sides = [picked(reader, _asked(name), ("author",)) for name in ("a", "b")]
    things = [side.thing.iri for side in sides if side.thing]

    def found() -> Comparison | None:
        return comparison(reader, things[0], things[1]) if len(things) == len(sides) else None

    if _offer() is PLAIN_JSON:
        return represented(PLAIN_JSON, lambda: _json(found()))
    return represented(HTML, lambda: render_template("compare.html", sides=sides, found=found()))


@blueprint.get("/path")
def path() -> Response:
    """The shortest way from one author to another, or from one concept to another, over papers that name both."""
    reader = GraphReader(current_snapshot().store)
    ends = [picked(reader, _asked(name), _kinds()) for name in ("from", "to")]
    things = [end.thing for end in ends if end.thing]
    kinds = [thing.kind or "" for thing in things]

    def found() -> Way | None:
        if len(things) < len(ends) or len(set(kinds)) > 1:
            return None
        one, other = (thing.iri for thing in things)
        return way_between(reader, one, other, kinds[0])

    if _offer() is PLAIN_JSON:
        return represented(PLAIN_JSON, lambda: _json(found()))
    return represented(HTML, lambda: _way_page(ends, kinds, found()))


@blueprint.app_template_filter()
def compare_path(one: str, other: str = "") -> str:
    """Where an author is compared with another, or with one that is yet to be picked."""
    asked = {"a": key_of(one), "b": key_of(other)} if other else {"a": key_of(one)}
    return f"{request.root_path}/compare?{urlencode(asked, safe='/:')}"


@blueprint.app_template_filter()
def way_path(one: str, other: str = "") -> str:
    """Where the way from a thing to another of its kind is looked for."""
    asked = {"from": key_of(one), "to": key_of(other)} if other else {"from": key_of(one)}
    return f"{request.root_path}/path?{urlencode(asked, safe='/:')}"


def _offer() -> Offer:
    return choose(_OFFERS, request.args.get("format"))


def _asked(name: str) -> str:
    values = request.args.getlist(name)
    if len(values) > 1:
        raise BadRequest(f"'{name}' takes one author; give it once.")
    return values[0] if values else ""


def _kinds() -> tuple[str, ...]:
    kind = request.args.get("kind") or None
    if kind is not None and kind not in KINDS:
        raise BadRequest(f"'kind' is one of {', '.join(KINDS)}; or leave it out.")
    return (kind,) if kind else KINDS


def _way_page(ends: list[Picked], kinds: list[str], way: Way | None) -> str:
    return render_template("path.html", ends=ends, kinds=kinds, kinds_asked=_kinds(), way=way, graph=_graph(way))


def _graph(way: Way | None) -> dict[str, Any] | None:
    """The way as a graph to be drawn."""
    if way is None or len(way.things) < 2:
        return None
    pairs = zip(pairwise(way.things), way.steps, strict=True)
    edges = [Edge(one.iri, other.iri, step.count) for (one, other), step in pairs]
    return graph_json([(thing, None) for thing in way.things], edges)


def _json(found: Comparison | Way | None) -> bytes:
    if found is None:
        raise BadRequest("Name two things of one kind, as in author/evan-hubinger; find them by name at /search.")
    return msgspec.json.format(msgspec.json.encode(found))
