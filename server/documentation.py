"""What can be asked over HTTP, for people: the OpenAPI description as a page."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, Response, render_template

from server.negotiation import HTML
from server.openapi import Object, document
from server.representations import represented
from server.state import current_state

blueprint = Blueprint("documentation", __name__)

_TITLES = {
    "ui": "Front page",
    "sparql": "SPARQL",
    "graph_store": "Graphs",
    "queries": "Canned queries",
    "resources": "Things",
    "exports": "Downloads",
    "changes": "Versions",
    "openapi": "Description for programs",
    "documentation": "This page",
    "mcp": "Agents",
}


@blueprint.get("/docs")
def docs() -> Response:
    """Every address with its methods, parameters and formats; made from /openapi.json.

    Canned queries say all of that on their own pages, as forms and as calls to copy.
    """
    canned = {f"/queries/{name}" for name in current_state().queries}
    return represented(HTML, lambda: render_template("docs.html", sections=_sections(document()), canned=canned))


def _sections(described: Object) -> list[tuple[str, list[Object]]]:
    """Operations by what they are about, in the order of their addresses."""
    operations = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    operations.sort(key=lambda operation: (operation["tags"][0], operation["path"], operation["method"]))
    return [
        (_TITLES.get(tag, tag.replace("_", " ").capitalize()), list(found))
        for tag, found in groupby(operations, key=lambda operation: str(operation["tags"][0]))
    ]
