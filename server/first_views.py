"""What people open first, rendered once before they do: then templates are compiled, the front page's figures are there
and what many pages read has been read."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.urls import iri_to_uri

from kg.linked_papers import LINKS
from kg.snapshots import Snapshot

_PAGES = ("/", "/queries", "/schema", "/sparql", "/compare", "/path")


def render(app: Flask, snapshot: Snapshot) -> None:
    """A page of each kind, of things the largest. These are nobody's requests: they are neither counted nor logged."""
    for path in _paths(snapshot):
        with app.test_request_context(path, headers={"Accept": "text/html"}):
            try:
                app.preprocess_request()  # where a remote store has the graph, what is read of it is bounded here
                app.dispatch_request()
            except HTTPException:
                continue  # of a graph without some of this; its reader is told


def _paths(snapshot: Snapshot) -> Iterator[str]:
    yield from _PAGES[:1]
    for kind in (*LINKS, "paper"):
        for hit in snapshot.index.search("", kind, 1, sort="cited").hits:
            yield f"/page/{iri_to_uri(hit.iri.removeprefix(snapshot.manifest.base_iri))}"
            yield f"/search?q={quote(hit.label[:100])}"
    yield from _PAGES[1:]
