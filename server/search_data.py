"""Hits as data: JSON, CSV, and JSON-LD as a list of https://schema.org/ItemList."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict

import msgspec
from flask import request

from kg import namespaces as ns
from kg.resources import KINDS
from kg.search import Hit, SearchResult
from server.links import address
from server.search_request import Search

_CLASSES = {kind: class_iri for class_iri, kind in KINDS.items()}
_COLUMNS = ("iri", "kind", "label", "detail", "page")


def as_json(asked: Search, result: SearchResult) -> bytes:
    filters = {name: value for name, value in asdict(asked.filters).items() if value}
    body = {
        "query": asked.text,
        "type": asked.kind,
        "filters": filters,
        "sort": asked.sort,
        "total": result.total,
        "offset": asked.offset,
        "searched": result.searched,
        "suggestion": result.suggestion,
        "partly": result.partly,
        "hits": [_row(hit) for hit in result.hits],
        "facets": asdict(result.facets) if result.facets else None,
    }
    return msgspec.json.encode(body)


def _row(hit: Hit) -> dict[str, str | None]:
    return asdict(hit) | {"page": address(hit.iri)}


def as_csv(result: SearchResult) -> bytes:
    """RFC 4180."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, _COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for hit in result.hits:
        page = address(hit.iri)
        writer.writerow(_row(hit) | {"page": request.host_url.rstrip("/") + page if page and page[0] == "/" else page})
    return lines.getvalue().encode()


def as_json_ld(result: SearchResult) -> bytes:
    items = [
        {
            "@type": "ListItem",
            "position": place,
            "item": {"@id": hit.iri, "@type": _CLASSES[hit.kind], "name": hit.label},
        }
        for place, hit in enumerate(result.hits, start=1)
    ]
    body = {
        "@context": {"@vocab": ns.SCHEMA},
        "@type": "ItemList",
        "numberOfItems": result.total,
        "itemListElement": items,
    }
    return msgspec.json.encode(body)
