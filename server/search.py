"""Full-text search: a page with facets, data in several formats, and suggestions while a person types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import msgspec
from flask import Blueprint, Response, request

from kg.citations import CITATION_FORMATS
from kg.finding import find
from kg.finding import suggest as suggest_things
from kg.formats import CSV, JSON_LD
from kg.search import KINDS, SearchResult
from server.citations import as_citation_format, asked_options, listed
from server.links import address
from server.negotiation import HTML, PLAIN_JSON, Offer, choose
from server.representations import represented
from server.search_data import as_csv, as_json, as_json_ld
from server.search_page import search_page
from server.search_request import LONGEST, PAGE, Search, asked_search, asked_text, most_hits
from server.state import current_snapshot

blueprint = Blueprint("search", __name__)

SEARCH_FORMATS: tuple[Offer, ...] = (HTML, PLAIN_JSON, CSV, JSON_LD, *CITATION_FORMATS)
_SUGGESTED = 4  # of each kind
_WITH_FACETS = (HTML, PLAIN_JSON)


@blueprint.get("/search")
@blueprint.get("/search.<path:extension>")
def search(extension: str | None = None) -> Response:
    """Hits of words, of filters, or of both; at most 100 on a page and in JSON, 200 as references, 1,000 in CSV and
    JSON-LD. X-Total-Count says how many there are in all."""
    offer = choose(SEARCH_FORMATS, extension or request.args.get("format"))
    asked = asked_search(PAGE, most_hits(offer))
    result = find(
        current_snapshot(),
        asked.text,
        asked.kind,
        asked.limit,
        asked.offset,
        filters=asked.filters,
        sort=asked.sort,
        with_facets=offer in _WITH_FACETS,
    )
    response = represented(offer, _writer(offer, asked, result))
    response.headers["X-Total-Count"] = str(result.total)
    return response


def _writer(offer: Offer, asked: Search, result: SearchResult) -> Callable[[], str | bytes]:
    if offer is HTML:
        return lambda: search_page(asked, result)
    if citation_format := as_citation_format(offer):
        options = asked_options()
        papers = [hit.iri for hit in result.hits if hit.kind == "paper"]
        return lambda: listed(papers, citation_format, options)
    if offer is CSV:
        return lambda: as_csv(result)
    if offer is JSON_LD:
        return lambda: as_json_ld(result)
    return lambda: as_json(asked, result)


@blueprint.get("/search/suggest")
def suggest() -> Response:
    """What a person may be about to type, grouped by kind: things that are called so."""
    text, kind = asked_text(LONGEST), request.args.get("type")
    return represented(PLAIN_JSON, lambda: _suggestions(text, [each for each in KINDS if kind in (None, "", each)]))


def _suggestions(text: str, kinds: list[str]) -> bytes:
    snapshot = current_snapshot()
    groups = [
        {"kind": kind, "hits": [asdict(hit) | {"page": address(hit.iri)} for hit in hits]}
        for kind in kinds
        if (hits := suggest_things(snapshot, text, kind, _SUGGESTED))
    ]
    return msgspec.json.encode({"query": text, "groups": groups})
